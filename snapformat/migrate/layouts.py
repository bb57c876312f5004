"""Whether values that were written as one type are read as they are by another: by bytes, not by steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from snapformat.lazy_dataclasses import dataclass
from snapformat.migrate.wording import type_text
from snapformat.model import kinds
from snapformat.model.bound import Bound, form_of
from snapformat.model.facts import differences, facts_of
from snapformat.model.graph import is_zero_sized

#: Maximum number of misreadings that are looked for.
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Misreading:
    """A place where values of the writer are not what the reader takes them for.

    Attributes:
        path: The place by the writer's type, such as `$.players[*].hp`.
        why: The reason in words.
    """

    path: str
    why: str

    def __str__(self) -> str:
        """Return place and reason."""
        return f"{self.path}: {self.why}"


#: Whether the types of a writer and a reader are to be compared, or only those around them.
GoesInto = Callable[[Bound, Bound], bool]

#: What is written, what is read, its path, and whether it belongs to the type around it: a variant's fields.
_Part = tuple[Bound, Bound, str, bool]


def misreadings(
    writer: Bound, reader: Bound, goes_into: GoesInto = lambda writer, reader: True
) -> list[Misreading]:
    """Find where values that are written as one type would be misread as another.

    Args:
        writer: The type they are written as, with its encoding.
        reader: The type they are read as.
        goes_into: Whether to compare two structs or enums below the outermost ones.
    """
    if form_of(writer.config) != form_of(reader.config):
        before, after = ("/".join(form_of(each.config)) for each in (writer, reader))
        return [Misreading("$", f"the encoding is {before}, and is read as {after}")]
    found: list[Misreading] = []
    seen: set[tuple[Bound, Bound]] = set()
    waiting: list[_Part] = [(writer, reader, "$", True)]
    while waiting and len(found) < _MOST:
        written, read, path, is_own = waiting.pop()
        written, read = _inside(written), _inside(read)
        if (written, read) in seen or written == read:
            continue
        seen.add((written, read))
        is_named = all(isinstance(each.kind, kinds.Struct | kinds.Enum) for each in (written, read))
        if is_named and not is_own and not goes_into(written, read):
            continue
        parts: list[_Part] = []
        found += [Misreading(path + place, why) for place, why in _compared(written, read, parts)]
        waiting += [(before, after, path + place, own) for before, after, place, own in reversed(parts)]
    return found


def _inside(bound: Bound) -> Bound:
    """Return the kind inside of those that add no byte."""
    for _ in range(64):
        if not isinstance(bound.kind, kinds.LazyBound | kinds.Limited) or not bound.kind.children():
            break
        (bound,) = bound.children()
    return bound


def _compared(written: Bound, read: Bound, parts: list[_Part]) -> Iterator[tuple[str, str]]:
    """Compare two kinds, and add the pairs inside to `parts`.

    Yields:
        Place and reason of misreadings.
    """
    config = None if isinstance(written.kind, kinds.Blob) else written.config

    def into(before: Any, after: Any, place: str = "", *, own: bool = False) -> None:
        parts.append((Bound(before, config), Bound(after, config), place, own))

    match written.kind, read.kind:
        case kinds.Struct() as old, kinds.Struct() as new:
            yield from _structs(old, new, into)
        case kinds.Enum() as old, kinds.Enum() as new:
            yield from _enums(old, new, into)
        case kinds.Option() as old, kinds.Option() as new:
            into(old.item, new.item)
        case kinds.Seq() as old, kinds.Seq() as new if old.length == new.length:
            into(old.item, new.item, "[*]")
        case kinds.Array() as old, kinds.Array() as new if old.count == new.count:
            into(old.item, new.item, "[*]")
        case kinds.Set() as old, kinds.Set() as new:  # in any order: readers take all
            into(old.item, new.item, "[*]")
        case kinds.Map() as old, kinds.Map() as new:
            into(old.key, new.key, "[*]")
            into(old.value, new.value, "[*]")
        case kinds.Tuple() as old, kinds.Tuple() as new if len(old.items) == len(new.items):
            for index, (before, after) in enumerate(zip(old.items, new.items, strict=True)):
                into(before, after, f"[{index}]")
        case kinds.Int() as old, kinds.Int() as new if old.nonzero and not new.nonzero:
            yield from _leaves(Bound(_any_int(old), config), read)
        case _:
            yield from _leaves(written, read)


def _any_int(kind: kinds.Int) -> kinds.Int:
    return kinds.Int(kind.name, kind.size, kind.signed, False, kind.byteorder, kind.variable, kind.hex)


def _leaves(written: Bound, read: Bound) -> Iterator[tuple[str, str]]:
    before, after = (facts_of(each, lambda bound: None) for each in (written, read))
    if before != after:
        old, new = type_text(written.kind), type_text(read.kind)
        if old == new:
            words = differences(before, after)
            old, new = (f"{old}, {', '.join(each)}" for each in words)
        yield "", f"{old} is read as {new}"


def _structs(old: kinds.Struct, new: kinds.Struct, into: Callable[..., None]) -> Iterator[tuple[str, str]]:
    """Compare fields by their places; a name that is elsewhere is not a rename."""
    written = [field for field in old.fields if not is_zero_sized(field.kind)]
    read = [field for field in new.fields if not is_zero_sized(field.kind)]
    names = [{field.name for field in fields} for fields in (written, read)]
    for before, after in zip(written, read, strict=False):
        if before.name != after.name and (before.name in names[1] or after.name in names[0]):
            yield f".{before.name}", f"is read as {after.name}"
            return
        into(before.kind, after.kind, "" if old.style == "newtype" else f".{before.name}")
    for field in written[len(read) :]:
        yield f".{field.name}", "is not read"
    for field in read[len(written) :]:
        yield "", f"{field.name} is read, and was not written"


def _enums(old: kinds.Enum, new: kinds.Enum, into: Callable[..., None]) -> Iterator[tuple[str, str]]:
    """Compare variants by their numbers; a name that is elsewhere is not a rename."""
    names = [{variant.name for variant in each.variants} for each in (old, new)]
    for before, after in zip(old.variants, new.variants, strict=False):
        if before.name != after.name and (before.name in names[1] or after.name in names[0]):
            yield f"<{before.name}>", f"is read as {after.name}"
        elif before.payload is not None and after.payload is not None:
            into(before.payload, after.payload, f"<{before.name}>", own=True)
        elif any(each.payload is not None and each.payload.fields for each in (before, after)):
            yield (
                f"<{before.name}>",
                "its data is not read" if before.payload else "data is read, and not written",
            )
    for variant in old.variants[len(new.variants) :]:
        if new.other is None:
            yield f"<{variant.name}>", "is not a variant there"
