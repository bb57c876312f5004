"""Worked examples: values of sample files beside their bytes, from a walk of the layout."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from snapformat.docs.envelope import file_parts
from snapformat.docs.model import Document, Example, ExampleRow
from snapformat.encodings.bincode import ops as nodes
from snapformat.encodings.bincode.ops import Node
from snapformat.layout import Event, walk
from snapformat.layout.types import Types, parts, types_of, unwrapped
from snapformat.path import Segment, Variant, format_path
from snapformat.snapshot import SnapshotFormat
from snapformat.snapshot.reading import read_header

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
    root = spec.payload_node
    types = types_of(root)
    _, start = read_header(spec, data)
    stop = len(data) - (0 if spec.checksum is None else spec.checksum.size)
    events = list(walk(root, data[:stop], start, limit=spec.encoding.limit, limits=spec.limits, blobs=True))
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
    for each in document.types:
        seen = found.get(each.label)
        if seen is None or each.example is not None:
            continue
        names = [name for name, _ in each.members]
        rows = tuple(
            ExampleRow(
                member,
                names[member] if 0 <= member < len(names) else ("index" if each.kind == "enum" else "value"),
                run.offset,
                run.size,
                data[run.offset : run.offset + min(run.size, SHOWN)],
                _value(run),
            )
            for member, run in seen.runs.items()
        )
        each.example = Example(sample, format_path(seen.prefix), rows)
    if document.file is not None and document.file.example is None:
        end = max((event.offset + event.size for event in events), default=start)
        document.file.example = Example(sample, "", tuple(_file_rows(spec, data, start, end)))


def _frames(root: Node, types: Types, event: Event) -> Iterable[tuple[str, tuple[Segment, ...], int, int]]:
    """Yield the types that contain an event, outermost first.

    Yields:
        Label, path of the instance, number of the member or -1, number of segments of the member's path.
    """
    node, position = root, 0
    segments = event.segments
    while True:
        label = types.label(node)
        node_, node = node, unwrapped(node)
        label = types.label(node) or label
        prefix = segments[:position]
        left = len(segments) - position
        if isinstance(node, nodes.Struct):
            found = _member(node, segments, position)
            if found is None:
                return
            index, position = found
            if label is not None:
                yield label, prefix, index, position
            node = node.fields[index].node
        elif isinstance(node, nodes.Enum):
            if not left or not isinstance(segments[position], Variant):
                if label is not None:
                    yield label, prefix, -1, position
                return
            before = 0
            variant = None
            for each in node.variants:
                if each.name == segments[position]:
                    variant = each
                    break
                before += 0 if each.payload is None else len(each.payload.fields)
            if variant is None or variant.payload is None:
                return
            found = _member(variant.payload, segments, position + 1)
            if found is None:
                return
            index, position = found
            if label is not None:
                yield label, prefix, before + index, position
            node = variant.payload.fields[index].node
        else:
            if label is not None and isinstance(node, nodes.Bits | nodes.Labels | nodes.Switch | nodes.If):
                yield label, prefix, -1, position
            elif label is not None and node_ is root:
                yield label, prefix, 0, position
            below = _below(node, event, segments, position)
            if below is None:
                return
            node, position = below


def _member(node: nodes.Struct, segments: tuple[Segment, ...], position: int) -> tuple[int, int] | None:
    """Return the field that a path leads to, and the position after it."""
    if node.style == "newtype":
        return 0, position
    if position >= len(segments):
        return None
    segment = segments[position]
    for index, each in enumerate(node.fields):
        name = index if node.style == "tuple" else each.name or f"_{index}"
        if name == segment:
            return index, position + 1
    return None


def _below(node: Node, event: Event, segments: tuple[Segment, ...], position: int) -> tuple[Node, int] | None:
    """Return the part of a node that a path leads into, or None if the event belongs to the node itself."""
    left = len(segments) - position
    match node:
        case nodes.Option():
            return None if event.kind == "option" and not left else (node.item, position)
        case nodes.Seq() | nodes.Set() | nodes.Array():
            return (node.item, position + 1) if left else None
        case nodes.Tuple():
            return (node.items[int(segments[position])], position + 1) if left else None
        case nodes.Map():
            if left < 2:
                return None
            return (node.key if segments[position + 1] == "key" else node.value), position + 2
        case nodes.Blob():
            return (node.item, position) if left else None
        case nodes.Padded() | nodes.Prefixed():
            return None if event.kind in ("padding", "byteslen") and not left else (node.item, position)
        case _:
            below = parts(node)
            return (below[0], position) if len(below) == 1 and not isinstance(node, nodes.Labels) else None


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
    header = walk(spec.header_node, data, limit=spec.encoding.limit, limits=spec.limits)
    runs: dict[str, _Run] = {}
    for event in header:
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
        value = f"0x{int.from_bytes(stored, spec.encoding.byteorder):0{2 * spec.checksum.size}x}"
        yield ExampleRow(names.index("checksum"), "checksum", end, len(stored), stored, value)
