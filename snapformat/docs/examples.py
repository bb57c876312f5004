"""Worked examples: values of sample files beside their bytes, from a walk over them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from snapformat.docs.columns import rows_of
from snapformat.docs.envelope import file_parts, header_of, payload_of
from snapformat.docs.model import ColumnMap, Document, Example, ExampleRow, Type
from snapformat.encodings.bincode.events import Event
from snapformat.encodings.bincode.sizes import C_CONFIG, c_layout
from snapformat.encodings.bincode.walk import walk_value
from snapformat.encodings.bincode.writer import write_c_struct
from snapformat.encodings.bitcode.packing import ColumnInput
from snapformat.encodings.bitcode.reader import BitcodeReader, Column
from snapformat.model import kinds
from snapformat.model.c_struct import blob_bytes
from snapformat.model.naming import Bound, Types, named_variants, types_of, unwrapped
from snapformat.path import Key, Segment, Variant, format_path
from snapformat.snapshot import SnapshotFormat
from snapformat.snapshot.reading import read_header
from snapformat.trampoline import Task

#: Maximum number of bytes shown per row.
SHOWN = 16
#: Maximum number of characters shown of a text.
_TEXT = 48


@dataclass(slots=True)
class _Run:
    """The bytes of one field of an instance, collected from events."""

    offset: int
    size: int = 0
    events: list[tuple[Event, bool]] = field(default_factory=list)


@dataclass(slots=True)
class _Instance:
    prefix: tuple[Segment, ...]
    runs: dict[int, _Run] = field(default_factory=dict)


def add_examples(document: Document, spec: SnapshotFormat, data: bytes, sample: str) -> None:
    """Add an example to every type of a document that has none yet and occurs in a sample.

    Args:
        document: The document of the format.
        spec: The format.
        data: The bytes of the sample.
        sample: Name of the sample.

    Raises:
        DecodeError: The format can't read the sample.
    """
    data = spec.unpacked(data)
    if spec.is_message:
        add_columns(document, spec, data, sample)
        return
    root = payload_of(spec)
    types = types_of(root)
    _, start = read_header(spec, data)
    stop = len(data) - (0 if spec.checksum is None else spec.checksum.size)
    events = list(_walk(root, spec, data[:stop], start, blobs=True))
    found = _instances(root, types, events)
    for each in document.types:
        if each.label in found and each.example is None:
            instance = found[each.label]
            each.example = Example(sample, format_path(instance.prefix), _rows(each, instance, data))
    if document.file is not None and document.file.example is None:
        end = max((event.offset + event.size for event in events), default=start)
        document.file.example = Example(sample, "", tuple(_file_rows(spec, data, start, end)))


def _instances(root: Bound, types: Types, events: Iterable[Event]) -> dict[str, _Instance]:
    """Return the first instance of each type, by label."""
    found: dict[str, _Instance] = {}
    for event in events:
        if event.size:
            for label, prefix, member, depth in _frames(root, types, event):
                instance = found.setdefault(label, _Instance(prefix))
                if instance.prefix == prefix:
                    run = instance.runs.setdefault(member, _Run(event.offset))
                    if event.offset == run.offset + run.size:
                        run.size += event.size
                        run.events.append((event, len(event.segments) > depth))
    return found


def _rows(each: Type, instance: _Instance, data: bytes) -> tuple[ExampleRow, ...]:
    names = [name for name, _ in each.members]
    # Of a variant, the fields are numbered from its first.
    numbers = [*range(len(each.fields)), *chain(*(range(len(variant.fields)) for variant in each.variants))]
    return tuple(
        ExampleRow(
            numbers[member] if 0 <= member < len(names) else member,
            names[member] if 0 <= member < len(names) else ("index" if each.kind == "enum" else "value"),
            run.offset,
            run.size,
            data[run.offset : run.offset + min(run.size, SHOWN)],
            _value(run),
        )
        for member, run in instance.runs.items()
    )


class _Sampler(BitcodeReader):
    """Reads a message, and keeps its columns and its first C structure of each class.

    Attributes:
        structs: Path and bytes of the C structures, by the kind of the bytes that have them.
    """

    __slots__ = ("structs",)

    def __init__(self, data: bytes, spec: SnapshotFormat) -> None:
        super().__init__(ColumnInput(data, 0, len(data)), spec.all_limits)
        self.columns = []
        self.structs: dict[kinds.Blob, tuple[tuple[Segment, ...], bytes]] = {}

    def read_blob(self, kind: kinds.Blob) -> Task:
        value = yield super().read_blob(kind)
        if kind not in self.structs:
            raw = blob_bytes(value, lambda of: write_c_struct(kind.item, of, self.limits))
            self.structs[kind] = self.segments(), raw
        return value


def add_columns(document: Document, spec: SnapshotFormat, data: bytes, sample: str) -> None:
    """Add the columns of a sample to a document, and examples of C structures; see `add_examples`.

    Raises:
        DecodeError: The format can't read the sample.
    """
    stop = len(data) - (0 if spec.checksum is None else spec.checksum.size)
    reader = _Sampler(data[:stop], spec)
    reader.read(spec.message_kind)
    columns = reader.columns or []
    types = types_of(payload_of(spec))
    for kind, (path, raw) in reader.structs.items():
        if len(raw) >= c_layout(kind).size:
            events = walk_value(kind.item, C_CONFIG, raw, limits=spec.all_limits)
            for label, instance in _instances(Bound(kind.item, None), types, events).items():
                each = document.by_label[label]
                if each.example is None:
                    at = format_path((*path, *instance.prefix))
                    each.example = Example(sample, at, _rows(each, instance, raw), unpacked=True)
    if document.columns is not None and document.columns.sample is None:
        members = [_member_of(document, types, column) for column in columns]
        document.columns.sample = ColumnMap(sample, rows_of(columns, members))
    if document.file is not None and document.file.example is None:
        rows = _file_rows_of(spec, data, columns, stop)
        document.file.example = Example(sample, "", tuple(rows))


def _member_of(document: Document, types: Types, column: Column) -> tuple[str | None, str | None]:
    """Return the innermost type and its field that a column belongs to."""
    if not column.path.startswith("$.data"):
        return None, None
    kind = "option" if column.kind == "enum" else column.kind
    found: tuple[str | None, str | None] = None, None
    for label, _, member, _ in _frames(types.root, types, Event(0, 0, kind, column.segments, None)):
        members = document.by_label[label].members
        found = label, members[member][0] if 0 <= member < len(members) else None
    return found


def _file_rows_of(
    spec: SnapshotFormat, data: bytes, columns: Sequence[Column], stop: int
) -> Iterable[ExampleRow]:
    """Yield the rows of a file with a message: the columns of the header, the others, and the checksum."""
    header, start = read_header(spec, data)
    parts: list[tuple[str, int, int, str]] = []
    if not spec.is_bare:
        magic, version, *columns = columns
        parts += [
            ("magic", magic.offset, magic.size, f"0x{header.magic:016x}"),
            ("version", version.offset, version.size, value_text(str(header.version))),
        ]
    about = f"{_counted(len(columns), 'column')}, {_counted(stop - start, 'byte')}"
    parts.append(("data", start, stop - start, about))
    if spec.checksum is not None:
        parts.append(("checksum", stop, len(data) - stop, _checksum_text(spec, data[stop:])))
    names = [name for name, _, _ in file_parts(spec)]
    for name, offset, size, value in parts:
        shown = data[offset : offset + min(size, SHOWN)]
        yield ExampleRow(names.index(name), name, offset, size, shown, value)


def _checksum_text(spec: SnapshotFormat, stored: bytes) -> str:
    assert spec.checksum is not None
    return f"0x{int.from_bytes(stored, spec.encoding.byteorder):0{2 * spec.checksum.size}x}"


def _walk(root: Bound, spec: SnapshotFormat, data: bytes, start: int = 0, **options: Any) -> Iterator[Event]:
    """Yield the events of a part of a file."""
    limit = spec.limit
    return walk_value(root.kind, root.config, data, start, limit=limit, limits=spec.all_limits, **options)


def _frames(root: Bound, types: Types, event: Event) -> Iterable[tuple[str, tuple[Segment, ...], int, int]]:
    """Yield the types that contain an event, outermost first.

    Yields:
        Label, path of the instance, number of the member or -1, number of segments of the member's path.
    """
    outer, position = root, 0
    segments = event.segments
    while True:
        bound = unwrapped(outer)
        label = types.label(bound) or types.label(outer)
        prefix = segments[:position]
        left = len(segments) - position
        if isinstance(bound.kind, kinds.Struct):
            found = _member(bound.kind, segments, position)
            if found is None:
                return
            index, position = found
            if label is not None:
                yield label, prefix, index, position
            outer = bound.children()[index]
        elif isinstance(bound.kind, kinds.Enum):
            if not left or not isinstance(segments[position], Variant):
                if label is not None:
                    yield label, prefix, -1, position
                return
            before = 0
            payload = None
            for variant, each in named_variants(bound):
                if variant.name == segments[position]:
                    payload = each
                    break
                before += 0 if each is None else len(each.kind.fields)
            if payload is None:
                return
            found = _member(payload.kind, segments, position + 1)
            if found is None:
                return
            index, position = found
            if label is not None:
                yield label, prefix, before + index, position
            outer = payload.children()[index]
        else:
            if label is not None and isinstance(
                bound.kind, kinds.BitStruct | kinds.Labelled | kinds.Switch | kinds.If
            ):
                yield label, prefix, -1, position
            elif label is not None and outer == root:
                yield label, prefix, 0, position
            below = _below(bound, event, segments, position)
            if below is None:
                return
            outer, position = below


def _member(kind: kinds.Struct, segments: tuple[Segment, ...], position: int) -> tuple[int, int] | None:
    """Return the field that a path leads to, and the position after it."""
    if kind.style == "newtype":
        return 0, position
    if position >= len(segments):
        return None
    segment = segments[position]
    for index, each in enumerate(kind.fields):
        name = index if kind.style == "tuple" else each.name or f"_{index}"
        if name == segment:
            return index, position + 1
    return None


def _below(
    bound: Bound, event: Event, segments: tuple[Segment, ...], position: int
) -> tuple[Bound, int] | None:
    """Return the child of a kind that a path leads into, or None if the event belongs to the kind itself."""
    left = len(segments) - position
    below = bound.children()
    match bound.kind:
        case kinds.Option():
            return None if event.kind == "option" and not left else (below[0], position)
        case kinds.Seq() | kinds.Set() | kinds.Array():
            return (below[0], position + 1) if left else None
        case kinds.Tuple():
            return (below[int(segments[position])], position + 1) if left else None
        case kinds.Map() if left and isinstance(segments[position], Key):
            return below[1], position + 1
        case kinds.Map():
            return (below[segments[position + 1] != "key"], position + 2) if left > 1 else None
        case kinds.Blob():
            return (below[0], position) if left else None
        case kinds.Padded() | kinds.Prefixed():
            return None if event.kind in ("padding", "byteslen") and not left else (below[0], position)
        case kinds.Labelled():
            return None
    return (below[0], position) if len(below) == 1 else None


def _value(run: _Run) -> str:
    """Describe the value of a field."""
    first, last = run.events[0][0], run.events[-1][0]
    if first.kind == "option" and first.value == "None":
        return "None"
    is_some = first.kind == "option" and not run.events[0][1]
    some, rest = ("Some: ", run.events[1:]) if is_some else ("", run.events)
    if not rest:
        return "Some"
    first, deeper = rest[0]
    if deeper:
        return some + _counted(run.size - is_some, "byte")
    if first.kind in ("seqlen", "maplen"):
        return some + _counted(first.value, "element" if first.kind == "seqlen" else "entry")
    if first.kind == "byteslen":
        return some + _counted(first.value, "byte")
    if first.kind == "variant":
        return some + str(first.value).partition("::")[2].partition("=")[0]
    if len(rest) == 1 or (len(rest) == 2 and first.kind == "strlen"):
        return some + value_text(last.value)
    return some + _counted(run.size - is_some, "byte")


def _counted(number: int, what: str) -> str:
    plural = {"entry": "entries"}.get(what, what + "s")
    return f"{number} {what if number == 1 else plural}"


def value_text(value: Any) -> str:
    """Describe a primitive value."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            return f"{value} ({hex(value)})" if abs(value) > 9 else str(value)
        case bytes():
            return _counted(len(value), "byte")
        case str():
            text = json.dumps(value, ensure_ascii=False)
            return text if len(text) <= _TEXT else f"{text[:_TEXT]}…"
        case None:
            return "None"
    text = str(value)
    return text if len(text) <= _TEXT else f"{text[:_TEXT]}…"


def _file_rows(spec: SnapshotFormat, data: bytes, start: int, end: int) -> Iterable[ExampleRow]:
    """Yield the rows of header, data and checksum."""
    names = [name for name, _, _ in file_parts(spec)]
    runs: dict[str, _Run] = {}
    for event in () if spec.is_bare else _walk(header_of(spec), spec, data):
        if event.size and event.segments:
            run = runs.setdefault(str(event.segments[0]), _Run(event.offset))
            run.size += event.size
            run.events.append((event, False))
    for name, run in runs.items():
        shown = data[run.offset : run.offset + min(run.size, SHOWN)]
        last = run.events[-1][0].value
        value = f"0x{last:016x}" if name == "magic" else value_text(last)
        yield ExampleRow(names.index(name), name, run.offset, run.size, shown, value)
    size, shown = end - start, data[start : min(end, start + SHOWN)]
    yield ExampleRow(names.index("data"), "data", start, size, shown, _counted(size, "byte"))
    if spec.checksum is not None:
        stored = data[end : end + spec.checksum.size]
        value = _checksum_text(spec, stored)
        yield ExampleRow(names.index("checksum"), "checksum", end, len(stored), stored, value)
