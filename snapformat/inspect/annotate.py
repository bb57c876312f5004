"""Annotating files: each value with its bytes and its meaning, or each column of a message."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from snapformat.bits import names as names_of_bits
from snapformat.errors import SnapshotError
from snapformat.inspect.identify import format_of, max_file_size
from snapformat.inspect.locations import PathError
from snapformat.io import Source, read_all
from snapformat.lazy_dataclasses import dataclass
from snapformat.model import kinds
from snapformat.model.checks import describe_value
from snapformat.model.kinds import Kind
from snapformat.path import Root, Segment, Variant, format_path, is_prefix
from snapformat.snapshot.header import header_kind
from snapformat.snapshot.reading import as_of
from snapformat.snapshot.snapshot import SnapshotFormat


@dataclass(frozen=True, slots=True)
class Annotation:
    """Some bytes of a file, and their meaning.

    Attributes:
        offset: Where they begin.
        size: Their number; 0 for groups.
        kind: The kind of value (see `Event.kind`), or of a column (see `Column.kind`); `gap` for bytes that
            belong to no value.
        path: The value path; of a column the path of its place in the type, see `Column.path`.
        value: The value; None for a column, which has many.
        packing: How the numbers of a column are packed; None for a value.
        count: The number of values in a column; None for a value.
        segments: The value path as segments; of a column that of its first value.
        meaning: The description of the field, from its schema; the names of the set bits of a number.
        is_hex: Whether the value is shown in hexadecimal, as addresses and registers are.
    """

    offset: int
    size: int
    kind: str
    path: str
    value: Any = None
    packing: str | None = None
    count: int | None = None
    segments: tuple[Segment, ...] = ()
    meaning: str = ""
    is_hex: bool = False


def annotate(
    source: Source, format: SnapshotFormat | None = None, *, c_structs: bool = False
) -> Iterator[Annotation]:
    """Iterate over the values of a file in the order of their bytes, or over the columns of a message.

    Args:
        source: A path, a bytes-like object or a binary file object.
        format: The format; by default, of the formats that claim the header, the one that fits best.
        c_structs: Whether bytes that contain a C struct are split into its fields.

    Yields:
        Annotations. Those before the first error come before it is raised.

    Raises:
        SnapshotError: As `SnapshotFormat.walk`; for a header that no format claims, `Identity.refusal`.
    """
    data = read_all(source, max_size=max_file_size() if format is None else format.max_file_size)
    if format is None:
        format = format_of(data)
    places = _Places(as_of(format, data))
    if format.is_message:
        for each in format.columns(data):
            meaning, _ = places.meaning(each.segments, None)
            yield Annotation(
                each.offset,
                each.size,
                each.kind,
                each.path,
                None,
                each.packing,
                each.count,
                each.segments,
                meaning,
            )
        return
    end = 0
    for event in format.walk(data, c_structs=c_structs):
        if event.size and event.offset > end:
            yield Annotation(end, event.offset - end, "gap", format_path(event.segments))
        end = max(end, event.offset + event.size)
        meaning, is_hex = places.meaning(event.segments, event.value)
        yield Annotation(
            event.offset,
            event.size,
            event.kind,
            event.path,
            event.value,
            segments=event.segments,
            meaning=meaning,
            is_hex=is_hex or event.kind == "checksum",
        )


def annotate_all(
    data: bytes, format: SnapshotFormat | None = None, *, c_structs: bool = False
) -> tuple[list[Annotation], SnapshotError | None]:
    """Return the annotations of a file, and the error at which they end, or None; see `annotate`."""
    found: list[Annotation] = []
    try:
        found.extend(annotate(data, format, c_structs=c_structs))  # keeps what comes before an error
    except SnapshotError as error:
        return found, error
    return found, None


class _Places:
    """The fields of a format by their paths.

    Args:
        spec: The format.
    """

    def __init__(self, spec: SnapshotFormat) -> None:
        self._roots = {"": spec.payload_kind, "header": header_kind()}
        self._known: dict[tuple[Any, ...], tuple[kinds.Field | None, Kind | None]] = {}

    def meaning(self, segments: tuple[Segment, ...], value: Any) -> tuple[str, bool]:
        """Return the description of a value, and whether it is shown in hexadecimal."""
        field, kind = self._found(segments)
        doc = "" if field is None else field.doc
        if field is not None and field.bits and isinstance(value, int) and not isinstance(value, bool):
            set_bits = ", ".join(names_of_bits(value, field.bits))
            doc = f"{doc}: {set_bits}" if set_bits else doc
        return doc, isinstance(kind, kinds.Int) and kind.hex

    def _found(self, segments: tuple[Segment, ...]) -> tuple[kinds.Field | None, Kind | None]:
        key = tuple(0 if isinstance(each, int) else each for each in segments)
        if key not in self._known:
            self._known[key] = self._looked_up(segments)
        return self._known[key]

    def _looked_up(self, segments: tuple[Segment, ...]) -> tuple[kinds.Field | None, Kind | None]:
        root = segments[0] if segments and isinstance(segments[0], Root) else ""
        kind = self._roots.get(str(root))
        field: kinds.Field | None = None
        for segment in segments[1 if root else 0 :]:
            kind, field = _inside(_opened(kind), segment, field)
        return field, _opened(kind)


def _opened(kind: Kind | None) -> Kind | None:
    while True:
        match kind:
            case kinds.Option() | kinds.Adapted() | kinds.Blob() | kinds.Encoded():
                kind = kind.item
            case kinds.LazyBound() | kinds.Foreign():
                kind = kind.target
            case kinds.Struct() if kind.style == "newtype":
                kind = kind.fields[0].kind
            case _:
                return kind


def _inside(
    kind: Kind | None, segment: Segment, field: kinds.Field | None
) -> tuple[Kind | None, kinds.Field | None]:
    """Return the kind and the field one step further; elements belong to the field of their sequence."""
    match kind:
        case kinds.Enum() if isinstance(segment, Variant):
            variant = next((each for each in kind.variants if each.name == segment), None)
            return (None if variant is None else variant.payload), field
        case kinds.Struct() if isinstance(segment, int):
            found = kind.fields[segment] if segment < len(kind.fields) else None
        case kinds.Struct():
            found = next((each for each in kind.fields if each.name == segment), None)
        case kinds.Tuple() if isinstance(segment, int):
            return (kind.items[segment] if segment < len(kind.items) else None), field
        case kinds.Map():
            return kind.value, field
        case kinds.Seq() | kinds.Array() | kinds.Set():
            return kind.item, field
        case _:
            return None, None
    return (None, None) if found is None else (found.kind, found)


def value_text(each: Annotation) -> str:
    """Return the value of an annotation as text."""
    value = each.value
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return hex(value) if each.is_hex else str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if each.kind in ("struct", "tuple", "variant", "option") else json.dumps(value)
    return describe_value(value)


def check_path(annotations: Iterable[Annotation], below: tuple[Segment, ...]) -> None:
    """Check that some bytes belong to a path.

    Raises:
        PathError: None do; with the path that was perhaps meant.
    """
    if not below:
        return
    known: dict[tuple[Segment, ...], None] = {}
    for each in annotations:
        if is_prefix(below, each.segments):
            return
        for end in range(1, len(each.segments) + 1):
            known.setdefault(each.segments[:end])
    # The longest part that is right, and the steps from there.
    right = max((end for end in range(len(below)) if not end or below[:end] in known), default=0)
    names = {
        str(path[right]): path for path in known if len(path) == right + 1 and path[:right] == below[:right]
    }
    close = get_close_matches(str(below[right]), names, 1)
    hint = f": did you mean {format_path(names[close[0]])}?" if close else ""
    raise PathError(f"no bytes belong to {format_path(below)}{hint}")


def within(
    annotations: Iterable[Annotation],
    *,
    below: tuple[Segment, ...] = (),
    start: int = 0,
    stop: int | None = None,
    depth: int | None = None,
) -> Iterator[Annotation]:
    """Iterate over some annotations, and put together those that are nested more deeply than wanted.

    Args:
        annotations: The annotations.
        below: A path; only this value and those inside it are taken.
        start: Only bytes from this offset on.
        stop: Only bytes before this offset.
        depth: Number of steps of a path at most; deeper values are one row, with the size of all.
    """
    open_row: Annotation | None = None
    for each in annotations:
        if below and not is_prefix(below, each.segments):
            continue
        if each.offset + max(each.size, 1) <= start or (stop is not None and each.offset >= stop):
            continue
        if depth is None or len(each.segments) <= depth:
            if open_row is not None:
                yield open_row
                open_row = None
            yield each
            continue
        if not each.size:
            continue
        segments = each.segments[:depth]
        if open_row is not None and open_row.segments == segments:
            size = each.offset + each.size - open_row.offset
            open_row = Annotation(open_row.offset, size, "...", open_row.path, segments=segments)
        else:
            if open_row is not None:
                yield open_row
            open_row = Annotation(each.offset, each.size, "...", format_path(segments), segments=segments)
    if open_row is not None:
        yield open_row
