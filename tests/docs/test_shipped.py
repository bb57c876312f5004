"""Shipped schemas: every field once, with a description; offsets as in real files; size and time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from snapformat import SnapshotFormat
from snapformat.docs import build, describe
from snapformat.docs.envelope import payload_of
from snapformat.docs.model import Document, Field, Term, Type
from snapformat.model import kinds
from snapformat.model.graph import walk_kinds
from snapformat.model.naming import Bound, types_of
from snapformat.path import Segment, Variant, parse_path
from snapformat.snapshot.catalogue import formats
from snapshots import data

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "microvm.vmstate"


@pytest.fixture(params=formats().values(), ids=lambda format_: format_.name)
def spec(request: pytest.FixtureRequest) -> SnapshotFormat:
    return request.param


def test_every_field_is_there_once(spec: SnapshotFormat):
    root = payload_of(spec)
    types, document = types_of(root), describe(spec)
    assert len(document.by_label) == len(document.types) == len(types.by_label)

    def label_of(kind: kinds.Kind) -> str | None:
        # C structs are the same under every encoding, but other types are not.
        return types.label(Bound(kind, spec.encoding)) or types.label(Bound(kind, None))

    payloads = set()
    structs = []
    for kind in walk_kinds(root.kind):
        label = label_of(kind)
        if isinstance(kind, kinds.Struct):
            structs.append(kind)
            if label is not None:
                shown = [field.name for field in document.by_label[label].fields]
                assert shown == [field.name for field in kind.fields]
        elif isinstance(kind, kinds.Enum):
            assert label is not None
            for variant, wanted in zip(document.by_label[label].variants, kind.variants, strict=True):
                assert (variant.name, variant.index) == (wanted.name, str(wanted.index))
                inner = [] if wanted.payload is None else [field.name for field in wanted.payload.fields]
                assert [field.name for field in variant.fields] == inner
                payloads.add(wanted.payload)
    # All structs have a section, apart from the payloads of variants.
    labels = [label_of(kind) for kind in structs if kind not in payloads]
    assert labels
    assert None not in labels


def test_everything_is_described(spec: SnapshotFormat):
    document = describe(spec)
    assert document.file is not None
    assert document.doc
    for field in document.file.fields:
        assert field.doc, field.name
    for each in document.types:
        assert each.doc, each.label
        for name, field in each.members:
            assert field.doc, f"{each.label}.{name}"
        for variant in each.variants:
            assert variant.doc, f"{each.label}::{variant.name}"
    for primitive in document.primitives:
        assert primitive.doc


def test_every_primitive_is_in_the_glossary(spec: SnapshotFormat):
    document = describe(spec)
    known = {each.name for each in document.primitives}
    spans = (span for each in document.types for _, field in each.members for span in field.type)
    assert {span.primitive for span in spans} - {None} <= known


class Trace:
    """A trace: where every value begins, how many bytes it takes, what its length or number is."""

    def __init__(self, lines: list[str]) -> None:
        self.rows: list[tuple[int, str, tuple[Segment, ...], str]] = []
        self.start: dict[tuple[Segment, ...], int] = {}
        self.size: dict[tuple[Segment, ...], int] = {}
        self.length: dict[tuple[Segment, ...], int] = {}
        for line in lines:
            offset, size, kind, path, value = line.split("\t", 4)
            segments = parse_path(path)
            self.rows.append((int(offset), kind, segments, value))
            for end in range(len(segments) + 1):
                self.start.setdefault(segments[:end], int(offset))
                self.size[segments[:end]] = self.size.get(segments[:end], 0) + int(size)
            if kind in ("strlen", "byteslen", "seqlen", "maplen"):
                self.length.setdefault(segments, int(value))

    def term(self, term: Term, path: tuple[Segment, ...]) -> int:
        return (self.size[path] if term.kind == "size" else self.length[path]) * term.factor


def type_at(document: Document, path: tuple[Segment, ...]) -> Type | None:
    """The type of the value at a path, found by the document alone."""
    current = document.by_label[document.root]
    inside: Field | None = None
    variant: str | None = None
    for segment in path:
        if isinstance(segment, int) and inside is not None:
            continue  # an element: its type is in the same spelling
        if isinstance(segment, Variant):
            current, inside, variant = _named(document, inside) or current, None, str(segment)
            fields = next(v.fields for v in current.variants if v.name == variant)
            if len(fields) == 1 and fields[0].name == "value":
                inside = fields[0]
            continue
        if inside is not None:
            found = _named(document, inside)
            if found is None:
                return None
            current, variant = found, None
        members = dict(current.members)
        name = f"{variant}.{segment}" if variant is not None else str(segment)
        inside, variant = members[name], None
    return current if inside is None else _named(document, inside)


def _named(document: Document, field: Field | None) -> Type | None:
    if field is None:
        return None
    labels = [span.type for span in field.type if span.type is not None]
    return document.by_label[labels[0]] if len(labels) == 1 else None


def members_at(
    document: Document, trace: Trace
) -> Iterator[tuple[int, tuple[Segment, ...], tuple[Field, ...], str]]:
    """All structs and variants of a trace: where they begin, their path, their fields as documented."""
    for offset, kind, segments, value in trace.rows:
        if kind in ("struct", "tuple_struct"):
            each = type_at(document, segments)
            assert each is not None, segments
            yield offset, segments, each.fields, value
        elif kind == "variant":
            each = type_at(document, segments)
            assert each is not None, segments
            name = value.partition("::")[2].partition("=")[0]
            variant = next(v for v in each.variants if v.name == name)
            yield offset, (*segments, Variant(name)), variant.fields, value


@data.each(file for file in data.state_files() if file.trace is not None)
def test_offsets_are_those_of_real_files(file: data.StateFile):
    document = describe(file.format)
    assert file.trace is not None
    lines, _ = data.trace_rows(file.trace)
    trace = Trace(lines)
    compared = 0
    for begin, path, fields, value in members_at(document, trace):
        newtype = isinstance(path[-1], Variant) and len(fields) == 1 if path else False
        for field in fields:
            segments = path if newtype else (*path, field.name)
            assert segments in trace.start, f"{value} has no field {field.name} in the trace at {path}"
            added = sum(trace.term(term, (*path, term.field)) for term in field.offset.terms)
            found = trace.start[segments] - begin
            assert found == field.offset.constant + added, f"{value}.{field.name} at {path}"
            if field.size.exact is not None:
                assert trace.size[segments] == field.size.exact, f"{value}.{field.name} at {path}"
            assert field.size.least <= trace.size[segments] <= (field.size.most or 1 << 60)
            compared += 1
    assert compared > 40


def test_the_pages_of_the_family_are_small():
    built = build(outputs=("html",), samples=[EXAMPLE])
    assert sum(len(text.encode()) for text in built.files.values()) < 15 << 20
    assert {f"firecracker-{release}-x86_64.html" for release in ("1.8", "1.14")} <= set(built.files)
