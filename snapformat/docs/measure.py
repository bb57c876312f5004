"""Sizes and offsets of kinds: exact, as a range, or as a formula of the preceding fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf
from typing import Any

import construct as c

from snapformat.docs.model import Offset, Size, Term
from snapformat.encodings.bincode.config import Config
from snapformat.encodings.bincode.forms import int_form
from snapformat.encodings.bincode.sizes import C_CONFIG
from snapformat.encodings.bincode.varints import most_bytes
from snapformat.model import kinds
from snapformat.model.naming import Bound, unwrapped

#: Maximum number of terms of a formula; with more it starts at the end of the last field of variable size.
_MAX_TERMS = 3

Bounds = tuple[float, float]

#: Kinds whose prefix is their number of bytes.
_BYTES = (kinds.Str, kinds.Bytes, kinds.Blob)


def config_of(bound: Bound) -> Config:
    """Return the configuration of bincode that a kind is stored with."""
    return C_CONFIG if bound.config is None else bound.config


class Measure:
    """The sizes of kinds under their configurations."""

    def __init__(self) -> None:
        self._known: dict[Bound, Bounds] = {}

    def bounds(self, bound: Bound) -> Bounds:
        """Return the minimum and the maximum size of a kind in bytes; infinite if there is no bound."""
        # The minimum size of a recursive kind is the fixed point, approached from above.
        assumed: dict[Bound, float] = {}
        while bound not in self._known:
            found, recursive = self._measured(bound, assumed)
            least = {each: found[each][0] for each in recursive}
            if all(assumed.get(each, inf) == size for each, size in least.items()):
                self._known.update(found)
            assumed = least
        return self._known[bound]

    def _measured(self, root: Bound, assumed: dict[Bound, float]) -> tuple[dict[Bound, Bounds], set[Bound]]:
        """Measure a kind and all below it.

        Args:
            root: The kind.
            assumed: Minimum sizes of recursive kinds.

        Returns:
            The sizes, and the recursive kinds.
        """
        found = dict(self._known)
        recursive: set[Bound] = set()
        waiting = [root]
        entered: set[Bound] = set()
        while waiting:
            current = waiting[-1]
            if current in found:
                waiting.pop()
                continue
            prefix = prefix_of(current)
            below = current.children() if prefix is None else (*current.children(), prefix)
            if current not in entered:
                entered.add(current)
                waiting.extend(each for each in below if each not in found and each not in entered)
                continue
            waiting.pop()
            recursive |= {each for each in below if each not in found}
            sizes = {each: found.get(each, (assumed.get(each, inf), inf)) for each in below}
            found[current] = _own_bounds(current, sizes)
        return found, recursive

    def exact(self, bound: Bound) -> int | None:
        """Return the size of a kind of fixed size, or None."""
        least, most = self.bounds(bound)
        return int(least) if least == most < inf else None

    def size(self, bound: Bound) -> Size:
        """Return the size of a kind for the model."""
        least, most = self.bounds(bound)
        low, high = 0 if least == inf else int(least), None if most == inf else int(most)
        return Size(low, high, self._text(bound, low, high))

    def whole(self, found: Iterable[Bound]) -> Size:
        """Return the size of consecutive kinds."""
        bounds = [self.bounds(bound) for bound in found]
        return size_of(sum(low for low, _ in bounds), sum(high for _, high in bounds))

    def offsets(self, fields: Iterable[tuple[str, Bound]], start: int = 0) -> list[Offset]:
        """Return the offsets of consecutive fields.

        Args:
            fields: Names and kinds.
            start: Number of bytes before the first field.
        """
        constant, terms, found = start, list[Term](), []
        last, since = "", 0
        for name, bound in fields:
            text = _formula(constant, terms)
            if len(terms) > _MAX_TERMS:
                text = f"end({last})" + (f" + {since}" if since else "")
            found.append(Offset(constant, tuple(terms), text))
            added, term = self._term(name, bound)
            constant += added
            since += added
            if term is not None:
                terms.append(term)
                last, since = name, 0
        return found

    def _term(self, name: str, bound: Bound) -> tuple[int, Term | None]:
        exact = self.exact(bound)
        if exact is not None:
            return exact, None
        inner = unwrapped(bound)
        prefix = self._length(inner)
        if prefix is not None:
            if isinstance(inner.kind, _BYTES):
                return prefix, Term("len", name)
            element = self._element(inner)
            if element:
                return prefix, Term("count", name, element)
        return 0, Term("size", name)

    def _length(self, bound: Bound) -> int | None:
        """Return the size of the length before a kind, if there is one of fixed size."""
        prefix = prefix_of(bound)
        return None if prefix is None or isinstance(bound.kind, kinds.Enum) else self.exact(prefix)

    def _element(self, bound: Bound) -> int | None:
        """Return the size of the elements of a sequence, set or map, if it is fixed."""
        if not isinstance(bound.kind, kinds.Seq | kinds.Set | kinds.Map):
            return None
        sizes = [self.exact(child) for child in bound.children()]
        return None if None in sizes else sum(size for size in sizes if size is not None)

    def _text(self, bound: Bound, least: int, most: int | None) -> str:
        inner = unwrapped(bound)
        if least == most:
            return str(least)
        prefix = self._length(inner)
        if prefix is not None:
            if isinstance(inner.kind, _BYTES):
                return f"{prefix} + len"
            element = self._element(inner)
            if element:
                lead = f"{prefix} + " if prefix else ""  # records have no number before them
                return lead + ("count" if element == 1 else f"{element} × count")
        if isinstance(inner.kind, kinds.Option) and self.exact(inner.children()[0]) is not None:
            return f"{least} or {most}"
        return size_of(least, inf if most is None else most).text


def prefix_of(bound: Bound) -> Bound | None:
    """Return the integer before a kind: a length, a number of elements or the index of a variant."""
    config = config_of(bound)
    match bound.kind:
        case kinds.Str() | kinds.Bytes() | kinds.Seq() | kinds.Set() | kinds.Map() | kinds.Prefixed():
            return Bound(bound.kind.length or config.length_kind, bound.config)
        case kinds.Blob():
            return Bound(config.length_kind, bound.config)
        case kinds.Char() if config.rules.char_text:
            return Bound(config.length_kind, bound.config)
        case kinds.Enum():
            return Bound(config.index_kind, bound.config)
    return None


def width_of(kind: kinds.Int, config: Config) -> str:
    """Return the words for the width of a length or an index."""
    name = f"u{8 * kind.size}"
    match int_form(kind, config).variable:
        case None:
            return name
        case "leb128":
            return f"{name}, LEB128"
        case "strict leb128":
            return f"{name}, LEB128 in its shortest form"
    return f"{name}, of variable length"


def _own_bounds(bound: Bound, sizes: Mapping[Bound, Bounds]) -> Bounds:
    """Compute the bounds of a kind from those of its children and of its prefix."""
    kind = bound.kind
    inner = [sizes[child] for child in bound.children()]
    match kind:
        case kinds.Int():
            form = int_form(kind, config_of(bound)).variable
            return (kind.size, kind.size) if form is None else (1, most_bytes(form, kind.size))
        case kinds.Float() | kinds.BitStruct():
            return kind.size, kind.size
        case kinds.Bool():
            return 1, 1
        case kinds.Char():
            return (2, 5) if config_of(bound).rules.char_text else (1, 4)
        case kinds.Option():
            return 1, 1 + inner[0][1]
        case kinds.FixedBytes() | kinds.Padded():
            return (kind.count, kind.count) if isinstance(kind.count, int) else (0, inf)
        case kinds.Array():
            if not isinstance(kind.count, int):
                return 0, inf
            low, high = inner[0]
            return (kind.count * low, kind.count * high) if kind.count else (0, 0)
        case kinds.Tail():
            return 0, inner[0][1]
        case kinds.Switch() | kinds.If():
            return min(low for low, _ in inner), max(high for _, high in inner)
        case kinds.Checksummed():
            low, high = inner[0]
            return low + kind.stored.size, high + kind.stored.size
        case kinds.Run():
            return _run_bounds(kind, inner)
    prefix = prefix_of(bound)
    if prefix is None:
        return sum(low for low, _ in inner), sum(high for _, high in inner)
    low, high = sizes[prefix]
    match kind:
        case kinds.Enum():
            if any(variant.payload is None for variant in kind.variants):
                inner.append((0, 0))
            return low + min(each[0] for each in inner), high + max(each[1] for each in inner)
        case kinds.Bytes() if kind.exact is not None:
            return low + kind.exact, high + kind.exact
        case kinds.Seq() | kinds.Set() | kinds.Map():
            return low, high if all(most == 0 for _, most in inner) else inf
    return low, inf


#: construct's classes that take the bytes of what is inside.
_TRANSPARENT = (c.RawCopy, c.Checksum, c.ExprValidator, c.Const, c.Default, c.Rebuild, c.Renamed, c.Lazy)
#: construct's classes that take at least the bytes of what is inside.
_WIDER = (c.Prefixed, c.NullTerminated, c.NullStripped, c.Aligned, c.FixedSized, c.Padded, c.OffsettedEnd)


def _run_bounds(kind: kinds.Run, inner: list[Bounds]) -> Bounds:
    """Return the bounds of a kind that construct runs: its size if that is fixed, else by its parts."""
    sub = kind.construct
    least, most = _construct_size(sub)
    if most < inf or not inner:
        return least, most
    match kind:
        case kinds.Around() | kinds.Raw() if isinstance(sub, _TRANSPARENT):
            return inner[0]
        case kinds.Around() if isinstance(sub, _WIDER):
            return inner[0][0], inf
        case kinds.Choice():
            return min(low for low, _ in inner), max(high for _, high in inner)
        case kinds.Items() | kinds.Focus() if not kind.is_stopped:
            return sum(low for low, _ in inner), sum(high for _, high in inner)
    return 0, inf


def _construct_size(sub: Any) -> Bounds:
    try:
        size = sub.sizeof()  # a case of a Switch may be no construct
    except Exception:  # construct raises if there is no fixed size, and so may a user's code
        return 0, inf
    return (size, size) if isinstance(size, int) and size >= 0 else (0, inf)


def size_of(least: float, most: float) -> Size:
    """Make a size from its bounds."""
    low = 0 if least == inf else int(least)
    if most == inf:
        return Size(low, None, f"{low} or more")
    return Size(low, int(most), str(low) if low == most else f"{low} to {int(most)}")


def _formula(constant: int, terms: list[Term]) -> str:
    shown = [term.text for term in terms]
    if constant or not shown:
        shown.insert(0, str(constant))
    return " + ".join(shown)
