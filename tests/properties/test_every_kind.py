"""Every class of kind is handled by every operation: one that is declared later and left out somewhere fails.

The classes come from `Kind.__subclasses__()`; a class without a sample fails too.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

import annotated_types as at
import construct as c
import pytest

from properties.strategies import ENCODINGS, same
from snapformat import DataEnum, Encoding, SchemaError, decode, decode_prefix, decode_stream, encode, schema
from snapformat.bincode import (
    Blob,
    BTreeMap,
    BTreeSet,
    CStruct,
    DefaultOnEof,
    Duration,
    HashMap,
    Len,
    Option,
    PairMap,
    PairSet,
    Unit,
    char,
    f64,
    u8,
    u16,
    u32,
    u128,
)
from snapformat.docs import describe
from snapformat.encodings.base import DataFormat
from snapformat.encodings.bincode import construct_ops, ops
from snapformat.encodings.bincode.codec import check_source, read_source, skip_source, write_source
from snapformat.encodings.bincode.encoding import sealed
from snapformat.encodings.construct.wrappers import Limited
from snapformat.encodings.json.format import Json
from snapformat.layout import layout_of, walk
from snapformat.layout.compare import Change, compare
from snapformat.model import kinds
from snapformat.model.graph import walk_kinds
from snapformat.values import dumps, from_json, loads, to_json
from unknown_construct import Word


@schema
class Point:
    """A struct."""

    x: u8
    y: u16


@schema
class Choice(DataEnum):
    """An enum."""


@schema(name="One", kind="newtype")
class ChoiceOne(Choice):
    """With a number."""

    value: u8


@schema(name="Two", kind="unit")
class ChoiceTwo(Choice):
    """Without data."""


@schema
class Registers(CStruct):
    """A C struct."""

    a: u16
    b: u8


class Sample(NamedTuple):
    """A kind, as an annotation, and two values of it.

    Attributes:
        annotation: The annotation.
        small: The value that sorts first.
        large: The other.
        name: What documents and comparisons call the type.
        ordered: Whether Rust can sort the values.
    """

    annotation: Any
    small: Any
    large: Any
    name: str
    ordered: bool = True


RECURSIVE = c.Struct("v" / c.Int8ub, "next" / c.If(c.this.v > 0, c.LazyBound(lambda: RECURSIVE)))


def construct_of(sub: Any, small: Any, large: Any, name: str) -> Sample:
    """A sample of one of construct's classes."""
    return Sample(Annotated[Any, sub], small, large, name, ordered=False)


SAMPLES: dict[type[kinds.Kind], Sample] = {
    kinds.FixedBytes: construct_of(c.Bytes(2), b"ab", b"ba", "[u8; 2]"),
    kinds.IntEnum: construct_of(c.Enum(c.Int8ub, a=1, b=2), "a", "b", "Holder.field"),
    kinds.Mapping: construct_of(c.Mapping(c.Int8ub, {"a": 1, "b": 2}), "a", "b", "Holder.field"),
    kinds.FlagsEnum: construct_of(
        c.FlagsEnum(c.Int8ub, a=1, b=2),
        c.Container(a=True, b=False),
        c.Container(a=False, b=True),
        "Holder.field",
    ),
    kinds.Const: construct_of(c.Const(b"PKE"), b"PKE", b"PKE", "[u8; 3]"),
    kinds.Computed: construct_of(c.Computed(3), 3, 3, "computed"),
    kinds.Rebuild: construct_of(c.Rebuild(c.Int32ub, 7), 7, 7, "u32"),
    kinds.Default: construct_of(c.Default(c.Int32ul, 7), 1, 7, "u32"),
    kinds.Switch: construct_of(c.Switch(1, {1: c.Int8ub}), 1, 2, "Holder.field"),
    kinds.If: construct_of(c.If(True, c.Int8ub), 1, 2, "Holder.field"),
    kinds.Padded: construct_of(c.Padded(9, c.Int64ub), 1, 2, "u64"),
    kinds.Prefixed: construct_of(c.Prefixed(c.Int8ub, c.Int16ub), 1, 2, "prefixed<u16>"),
    kinds.BitStruct: construct_of(
        c.BitStruct("a" / c.Nibble, "b" / c.Nibble),
        c.Container(a=1, b=2),
        c.Container(a=2, b=1),
        "Holder.field",
    ),
    kinds.Opaque: construct_of(Word(), 1, 300, "opaque Word"),
    kinds.Leaf: construct_of(c.VarInt, 1, 300, "VarInt"),
    kinds.Around: construct_of(c.Aligned(4, c.Int16ub), 1, 2, "u16"),
    kinds.Repeat: construct_of(c.RepeatUntil(c.obj_ == 0, c.Int8ub), [0], [1, 0], "[u8; ...]"),
    kinds.Items: construct_of(c.Sequence(c.Int8ub, c.Int16ub), [1, 2], [2, 1], "Holder.field"),
    kinds.Fields: construct_of(
        c.Struct("a" / c.Int8ub, c.StopIf(c.this.a == 0), "b" / c.Int16ub),
        c.Container(a=0),
        c.Container(a=1, b=2),
        "Holder.field",
    ),
    kinds.Choice: construct_of(c.Select(c.Const(b"ab"), c.Int8ub), 1, b"ab", "Select<[u8; 2], u8>"),
    kinds.Focus: construct_of(c.FocusedSeq("v", c.Const(b"M"), "v" / c.Int16ub), 1, 256, "Holder.field"),
    kinds.Raw: construct_of(
        c.RawCopy(c.Int16ub), c.Container(value=1), c.Container(value=256), "RawCopy<u16>"
    ),
    kinds.LazyBound: construct_of(
        RECURSIVE,
        c.Container(v=0, next=None),
        c.Container(v=1, next=c.Container(v=0, next=None)),
        "Holder.field",
    ),
    kinds.Limited: construct_of(Limited(c.BytesInteger(5), 10), 1, 2, "u40"),
    kinds.Encoded: construct_of(Encoding("variable").construct(u128), 1, 1 << 70, "u128"),
    kinds.Bool: Sample(bool, False, True, "bool"),
    kinds.Int: Sample(u16, 255, 256, "u16"),
    kinds.Float: Sample(f64, -0.0, 1.5, "f64", ordered=False),
    kinds.Char: Sample(char, "z", "\u00e9", "char"),
    kinds.Str: Sample(str, "Z", "a", "str"),
    kinds.Bytes: Sample(bytes, b"\x7f", b"\x80", "bytes"),
    kinds.Unit: Sample(Unit, (), (), "()"),
    kinds.Option: Sample(Option[u8], None, 0, "Option<u8>"),
    kinds.Seq: Sample(list[u16], [1], [1, 0], "Vec<u16>"),
    kinds.Array: Sample(Annotated[list[u8], Len(2)], [1, 9], [2, 0], "[u8; 2]"),
    kinds.Tuple: Sample(tuple[u8, bool], (1, True), (2, False), "(u8, bool)"),
    kinds.Map: Sample(BTreeMap[u16, u8], PairMap({1: 2}), PairMap({256: 1}), "BTreeMap<u16, u8>"),
    kinds.Set: Sample(BTreeSet[u16], PairSet([1]), PairSet([256]), "BTreeSet<u16>"),
    kinds.Adapted: Sample(Duration, Duration(1, 5), Duration(256, 0), "Duration"),
    kinds.Checked: Sample(Annotated[u16, at.Le(300)], 255, 256, "u16"),
    kinds.Blob: Sample(
        Blob[Registers], Registers(a=1, b=2), Registers(a=2, b=1), "blob<Registers>", ordered=False
    ),
    kinds.Foreign: Sample(Annotated[int, c.Int24ub], 1, 256, "u24", ordered=False),
    kinds.Tail: Sample(Annotated[u16, DefaultOnEof(0)], 255, 256, "u16"),
    kinds.Struct: Sample(Point, Point(x=1, y=256), Point(x=2, y=1), "Point"),
    kinds.Enum: Sample(Choice, ChoiceOne(value=9), ChoiceTwo(), "Choice"),
}


#: Kinds of construct's classes, which are the target of a `Foreign` kind.
FROM_CONSTRUCT = {
    cls
    for cls, sample in SAMPLES.items()
    if isinstance(sample.annotation, type(Annotated[int, 1]))
    and isinstance(sample.annotation.__metadata__[0], c.Construct)
} - {kinds.Foreign}


def _classes(cls: type[kinds.Kind] = kinds.Kind) -> Iterator[type[kinds.Kind]]:
    """All classes of kinds, as their modules name them: `slots=True` makes each class twice.

    Without that of a message, which is a whole file, and only there if its module was imported.
    """
    for found in cls.__subclasses__():
        yield from _classes(found)
        module = sys.modules[found.__module__]
        if (
            found.__module__.startswith("snapformat.model.")
            and getattr(module, found.__name__, None) is found
        ):
            yield found


#: Kinds that no annotation makes: of a whole file, and of a field that files of older versions don't have,
#: which the tests of `since` hold.
_MADE_OTHERWISE = (kinds.Checksummed, kinds.Records, kinds.Absent)

#: Kinds, but not the classes that only hold what several have in common.
CLASSES = [
    cls
    for cls in dict.fromkeys(_classes())
    if cls in SAMPLES or not (list(_classes(cls)) or cls in _MADE_OTHERWISE)
]
each_kind = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)


def _holder(annotation: Any) -> Any:
    """A class with a field of that type."""
    fields = {"field": annotation, "behind": u8}
    body = {"__annotations__": fields, "__doc__": "Made up.", "__module__": __name__}
    return schema(type("Holder", (), body))


def _without_place(value: Any) -> Any:
    """A value without the bytes and offsets that a `RawCopy` has beside it."""
    if isinstance(value, dict) and "value" in value:
        return value["value"]
    if isinstance(value, list):
        return [_without_place(each) for each in value]
    if hasattr(value, "behind"):
        return type(value)(field=_without_place(value.field), behind=value.behind)
    return value


def _same(one: Any, other: Any) -> bool:
    return same(_without_place(one), _without_place(other))


@each_kind
def test_there_is_a_sample(cls: type[kinds.Kind]) -> None:
    assert cls in SAMPLES, f"the kind {cls.__name__} needs a sample here, and a handler everywhere"
    kind = sealed(SAMPLES[cls].annotation)
    assert cls in {type(inner) for inner in walk_kinds(kind)}
    assert type(kind) is (cls if cls not in FROM_CONSTRUCT else kinds.Foreign)


@each_kind
def test_bytes(cls: type[kinds.Kind]) -> None:
    annotation, small, large, *_ = SAMPLES[cls]
    holder = _holder(annotation)
    for encoding in ENCODINGS:
        for value in (holder(field=small, behind=7), holder(field=large, behind=7)):
            data = encode(value, holder, encoding)
            struct = encoding.construct(holder)
            assert struct.build(value) == data
            for found in (
                decode(data, holder, encoding),
                decode(data, holder, encoding, lazy=True),
                decode_prefix(data + b"more", holder, encoding)[0],
                decode_stream(io.BytesIO(data), holder, encoding),
                struct.parse(data),
            ):
                assert _same(found, value)
                assert encode(found, holder, encoding) == data
            events = list(walk(layout_of(holder, encoding), data))
            assert sum(event.size for event in events) == len(data)
            assert events[-1].path == "$.behind"


@each_kind
def test_json(cls: type[kinds.Kind]) -> None:
    annotation, small, large, *_ = SAMPLES[cls]
    for kind, values in (
        (annotation, [small, large]),
        (list[annotation], [[small, large]]),
        (Option[Option[annotation]], [None]),
        (_holder(annotation), []),
    ):
        for value in values:
            assert _same(from_json(to_json(value, kind), kind), value)
            assert _same(loads(dumps(value, kind), kind), value)
    holder = _holder(annotation)
    shown = to_json(holder(field=large, behind=7), holder)
    assert list(shown) == ["field", "behind"]
    assert _same(from_json(shown, holder).field, large)


@each_kind
def test_json_of_keys(cls: type[kinds.Kind]) -> None:
    """A map's keys are text in JSON, or the map is a list of pairs: either comes back."""
    annotation, small, large, *_ = SAMPLES[cls]
    kind = HashMap[annotation, u32]
    try:
        value = PairMap([(small, 1), (large, 2)])
    except TypeError:
        assert not SAMPLES[cls].ordered
        return
    assert _same(loads(dumps(value, kind), kind), value)


@each_kind
def test_order(cls: type[kinds.Kind]) -> None:
    """Keys of a sorted map are written in Rust's order; a kind without one is refused when it is declared."""
    annotation, small, large, _, ordered = SAMPLES[cls]
    kind = BTreeMap[annotation, u8]
    if not ordered:
        with pytest.raises(SchemaError):
            encode(PairMap([]), kind)
        return
    for encoding in ENCODINGS:
        up = encode(PairMap([(small, 1), (large, 2)]), kind, encoding)
        assert encode(PairMap([(large, 2), (small, 1)]), kind, encoding) == up or small == large
        first = encode(small, annotation, encoding)
        start = 1 if encoding.integers == "variable" else 8
        assert up[start : start + len(first)] == first
        assert encoding.construct(kind).build(PairMap([(large, 2), (small, 1)])) == up or small == large


#: Kinds whose samples have the same bytes.
_ALIKE = {kinds.FixedBytes: {kinds.Array}, kinds.Array: {kinds.FixedBytes}}


@each_kind
def test_comparison(cls: type[kinds.Kind]) -> None:
    """A type is its own, and is not another's; the change names both."""
    annotation, name = SAMPLES[cls].annotation, SAMPLES[cls].name
    one = layout_of(_holder(annotation))
    assert compare(one, layout_of(_holder(annotation))) == []
    for other, sample in SAMPLES.items():
        changes = compare(one, layout_of(_holder(sample.annotation)))
        found = [change for change in changes if change.type == "Holder"]
        if name != sample.name:
            assert found == [Change("retyped", "Holder", "field", name, sample.name)], other
        else:
            # What differs is added to the name, or is in the type of that name.
            assert bool(changes) == (other is not cls and other not in _ALIKE.get(cls, ())), other
            assert all((change.before or "").startswith(name) for change in found), other


@each_kind
def test_documents(cls: type[kinds.Kind]) -> None:
    """A field of that type has a row with the type's name and size."""
    annotation, name = SAMPLES[cls].annotation, SAMPLES[cls].name
    document = describe(_holder(annotation))
    holder = next(each for each in document.types if each.label == "Holder")
    field = holder.fields[0]
    assert "".join(span.text for span in field.type) == name
    assert field.size.text


FORMATS: dict[str, DataFormat] = {
    **{f"bincode, {encoding.integers}, {encoding.byteorder}": encoding for encoding in ENCODINGS},
    "json": Json(),
}


@each_kind
@pytest.mark.parametrize("name", FORMATS)
def test_every_encoding(cls: type[kinds.Kind], name: str) -> None:
    """An encoding is a `DataFormat`: what it writes, it reads, and nothing else is left over."""
    annotation, small, large, *_ = SAMPLES[cls]
    kind, encoding = sealed(list[annotation]), FORMATS[name]
    encoding.bind(kind)
    for value in ([], [large], [small, large, small]):
        assert _same(encoding.read(kind, encoding.write(kind, value)), value)


PASSING = {skip_source.SkipGenerator, check_source._CheckGenerator}
#: Operations of fixed size that a generator has no method for: see `atom` and `fixed`.
FIXED: dict[type[ops.Op], set[type[Any]]] = {
    ops.Bool: {read_source._ReadGenerator, write_source._WriteGenerator, skip_source.SkipGenerator},
    ops.Float: PASSING,
    ops.Unit: PASSING,
    ops.Computed: PASSING,
    ops.Bits: PASSING,
}
GENERATORS = [
    read_source._ReadGenerator,
    write_source._WriteGenerator,
    skip_source.SkipGenerator,
    check_source._CheckGenerator,
]


def _operations() -> Iterator[type[ops.Op]]:
    """All operations, but not the classes that only hold what several have in common, nor a `Call`."""
    bases = (ops.Op, ops.OfConstruct, construct_ops.Around, construct_ops.Grouped, ops.Call)
    for cls in (*vars(ops).values(), *vars(construct_ops).values()):
        if isinstance(cls, type) and issubclass(cls, ops.Op) and cls not in bases:
            yield cls


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda cls: cls.__name__)
def test_every_operation_has_a_generator(generator: type[Any]) -> None:
    """A missing one is an error where it is met, and not a silent way to the reference."""
    for op in _operations():
        # Numbers that are passed over, or read and written with their neighbours, need none.
        if not (op in FIXED and generator in FIXED[op]):
            assert callable(getattr(generator, f"_{op.__name__.lower()}", None)), op
