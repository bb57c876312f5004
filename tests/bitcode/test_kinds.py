"""Every kind: those of serde's model have a form in bitcode, those of construct are refused with a reason."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Annotated, Any

import construct as c
import pytest

from bitcode.checks import BITCODE
from kinds import short_vec, timestamp, u24
from kinds.test_outside import NOON
from properties.strategies import same
from properties.test_every_kind import FROM_CONSTRUCT, SAMPLES
from snapformat import (
    DataEnum,
    DecodeError,
    EncodeError,
    Encoding,
    SchemaError,
    decode,
    decode_prefix,
    decode_stream,
    decoder,
    encode,
    schema,
)
from snapformat.bincode import (
    Blob,
    BTreeMap,
    ByteArray,
    CStruct,
    HashMap,
    HashSet,
    Len,
    Option,
    PairMap,
    Some,
    Via,
    f32,
    f64,
    u8,
    u16,
    u32,
    u64,
)
from snapformat.encodings.bitcode import engine
from snapformat.model import kinds

#: Kinds that columns store: a `Tail` looks for the end of the data.
_STORED = [cls for cls in SAMPLES if cls not in FROM_CONSTRUCT and cls not in (kinds.Foreign, kinds.Tail)]


def _uses(kind: Any) -> dict[str, Callable[[], Any]]:
    """Every first use of a type."""
    return {
        "encode": lambda: encode(1, kind, BITCODE),
        "decode": lambda: decode(b"\1", kind, BITCODE),
        "lazy decode": lambda: decode(b"\1", kind, BITCODE, lazy=True),
        "decoder": lambda: decoder(kind, BITCODE),
        "decode_prefix": lambda: decode_prefix(b"\1", kind, BITCODE),
        "decode_stream": lambda: decode_stream(io.BytesIO(b"\1"), kind, BITCODE),
    }


@pytest.mark.parametrize("cls", _STORED, ids=lambda cls: cls.__name__)
def test_kinds_of_serde(cls: type[kinds.Kind]) -> None:
    """Both values of the sample, alone and among others, as bincode has them."""
    annotation, small, large, *_ = SAMPLES[cls]
    for kind, value in (
        (annotation, small),
        (annotation, large),
        (list[annotation], [small, large, small, large, large, small, small]),
        (Option[annotation], Some(large) if cls is kinds.Option else large),
        (tuple[u8, annotation], (7, small)),
        (HashMap[u8, annotation], PairMap([(3, large), (1, small)])),
        (Annotated[list[annotation], Len(2)], [small, large]),
    ):
        before = engine.statistics.read_fallbacks, engine.statistics.write_fallbacks
        data = encode(value, kind, BITCODE)
        found = decode(data, kind, BITCODE)
        assert before == (engine.statistics.read_fallbacks, engine.statistics.write_fallbacks)
        assert same(found, decode(encode(value, kind), kind))
        assert encode(found, kind, BITCODE) == data
        assert same(decode_stream(io.BytesIO(data), kind, BITCODE), found)
        assert same(decode(data, kind, BITCODE, lazy=True), found)
        for short in range(len(data)):
            with pytest.raises(DecodeError):
                decode(data[:short], kind, BITCODE)


@pytest.mark.parametrize(
    "cls", sorted(FROM_CONSTRUCT, key=lambda cls: cls.__name__), ids=lambda cls: cls.__name__
)
def test_kinds_of_construct(cls: type[kinds.Kind]) -> None:
    annotation = SAMPLES[cls].annotation
    for kind in (annotation, list[annotation], Option[annotation], BTreeMap[u8, annotation]):
        for use in _uses(kind).values():
            with pytest.raises(SchemaError, match="construct"):
                use()


CONSTRUCTS: dict[str, Any] = {
    "a number": c.Int8ub,
    "a number in the same bytes": c.Int32ul,
    "three bytes": c.Int24ub,
    "a half-precision float": c.Float16l,
    "bytes": c.Bytes(4),
    "text": c.PascalString(c.Int8ub, "utf8"),
    "text in UTF-16": c.PascalString(c.Int8ub, "utf16"),
    "text up to a zero": c.CString("utf8"),
    "a Struct": c.Struct("a" / c.Int8ub),
    "an Array": c.Array(3, c.Int8ub),
    "one of ours": Encoding().construct(u32),
    "one of ours with variable integers": Encoding("variable").construct(u32),
    "bits": c.BitStruct("a" / c.Nibble, "b" / c.Nibble),
    "nothing": c.Pass,
}


def _around(construct: Any) -> dict[str, Any]:
    """Types with a construct inside."""
    part: Any = Annotated[Any, construct]

    def declare(name: str, bases: tuple[type, ...] = (), **options: Any) -> Any:
        body = {"__annotations__": {"a": u8, "field": part}, "__module__": __name__, "__doc__": "Made up."}
        return schema(**options)(type(name, bases, body))

    base: Any = schema(type("Choice", (DataEnum,), {"__module__": __name__, "__doc__": "Made up."}))
    declare("Variant", (base,))
    return {
        "itself": construct,
        "annotated": part,
        "Vec": list[part],
        "Option": Option[part],
        "tuple": tuple[u8, part],
        "array": Annotated[list[part], Len(2)],
        "set": HashSet[part],
        "map": HashMap[u8, part],
        "class": declare("Holder"),
        "enum": base,
        "classes in lists": list[Option[declare("Inner")]],
        "converted": Annotated[Any, Via(part, decode=lambda value: value, encode=lambda value: value)],
    }


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_constructs(name: str) -> None:
    """Wherever they are: their bytes lie one after the other, and bitcode has columns."""
    for where, kind in _around(CONSTRUCTS[name]).items():
        for how, use in _uses(kind).items():
            with pytest.raises(SchemaError, match="a construct has bytes of its own") as caught:
                use()
            if where in ("class", "classes in lists"):
                owner = "Holder" if where == "class" else "Inner"
                assert str(caught.value).startswith(f"{owner}.field: "), (where, how)


def test_no_construct_of_a_type() -> None:
    for kind in (u8, list[u16], SAMPLES[kinds.Struct].annotation):
        with pytest.raises(SchemaError, match="bitcode stores columns"):
            BITCODE.construct(kind)


@pytest.mark.parametrize("arrays", ["memoryview", "numpy"])
def test_no_views(arrays: Any) -> None:
    for call in (lambda **options: decode(b"\0", list[u16], BITCODE, **options), _decoder):
        with pytest.raises(ValueError, match="there are no views of numbers in bitcode"):
            call(lazy=True, arrays=arrays)
        with pytest.raises(ValueError, match="say lazy=True"):
            call(arrays=arrays)
        with pytest.raises(ValueError, match="arrays must be one of"):
            call(lazy=True, arrays="list")


def _decoder(**options: Any) -> Any:
    return decoder(list[u16], BITCODE, **options)


def test_names_are_resolved() -> None:
    with pytest.raises(SchemaError):
        encode(1, "no such name", BITCODE)
    with pytest.raises(SchemaError):
        encode(1, object, BITCODE)


# --- kinds of other packages --------------------------------------------------------------------------


def test_a_kind_of_another_package() -> None:
    times = [NOON.replace(minute=minute) for minute in range(20)]
    for value, kind in ((NOON, timestamp.timestamp), (times, list[timestamp.timestamp])):
        data = encode(value, kind, BITCODE)
        assert decode(data, kind, BITCODE) == value
        assert decode_stream(io.BytesIO(data), kind, BITCODE) == value
    with pytest.raises(EncodeError):
        encode("noon", timestamp.timestamp, BITCODE)
    with pytest.raises(DecodeError):
        decode(b"\0" + b"\xff" * 7 + b"\x7f", timestamp.timestamp, BITCODE)


def test_a_length_of_its_own_has_no_place_in_columns() -> None:
    assert encode([1, 2, 3], short_vec.ShortVec[u16], BITCODE) == encode([1, 2, 3], list[u16], BITCODE)


def test_numbers_of_three_bytes() -> None:
    """A kind of another package that is read and written as a number of a width that bitcode has not."""
    for kind, value, data in (
        (u24.u24, 5, b"\4\5"),
        (list[u24.u24], [5, 6], b"\2\2\5\6"),
        (list[u24.u24], [5] * 9, b"\x09\2\2\2"),
    ):
        with pytest.raises(SchemaError, match="bitcode has no integers of 24 bits"):
            encode(value, kind, BITCODE)
        with pytest.raises(SchemaError, match="bitcode has no integers of 24 bits"):
            decode(data, kind, BITCODE)
        with pytest.raises(SchemaError, match="bitcode has no integers of 24 bits"):
            decode_stream(io.BytesIO(data), kind, BITCODE)


# --- C structs ----------------------------------------------------------------------------------------


@schema
class Registers(CStruct):
    """A C struct."""

    a: u16
    b: u8
    flag: bool


def test_c_structs_are_sequences_of_bytes() -> None:
    values = [Registers(a=number, b=1, flag=bool(number % 2)) for number in range(7)]
    plain = [bytes([number, 0, 1, number % 2]) for number in range(7)]
    for value, kind, other, same_kind in (
        (values[3], Blob[Registers], plain[3], bytes),
        (values, list[Blob[Registers]], plain, list[bytes]),
        ({"x": None}, HashMap[str, Option[Blob[Registers]]], {"x": None}, HashMap[str, Option[bytes]]),
    ):
        data = encode(value, kind, BITCODE)
        assert data == encode(other, same_kind, BITCODE)
        assert encode(decode(data, kind, BITCODE), kind, BITCODE) == data
    assert decode(encode(values, list[Blob[Registers]], BITCODE), list[Blob[Registers]], BITCODE) == values
    with pytest.raises(DecodeError):
        decode(encode([b"\1\0\1\2"], list[bytes], BITCODE), list[Blob[Registers]], BITCODE)


# --- values -------------------------------------------------------------------------------------------

WRONG: list[tuple[Any, Any]] = [
    (256, u8),
    (-1, u8),
    (True, u8),
    (1.0, u8),
    (1 << 64, u64),
    ("ab", SAMPLES[kinds.Char].annotation),
    ("\ud800", SAMPLES[kinds.Char].annotation),
    ("\ud800", str),
    (b"", str),
    (1, bool),
    (1e39, f32),
    ("1", f64),
    (None, u8),
    ((1,), tuple[u8, u8]),
    ([1], Annotated[list[u8], Len(2)]),
    ({"a": 1}, list[u8]),
    (b"abc", Annotated[bytes, ByteArray(4)]),
    (object(), SAMPLES[kinds.Enum].annotation),
    (object(), SAMPLES[kinds.Struct].annotation),
]


@pytest.mark.parametrize(("value", "kind"), WRONG)
def test_values_that_do_not_fit(value: Any, kind: Any) -> None:
    """The error is the one of bincode, in words and path."""
    for wrong, wide in ((value, kind), ([value], list[kind]), ((1, value), tuple[u8, kind])):
        with pytest.raises(EncodeError) as ours:
            encode(wrong, wide, BITCODE)
        with pytest.raises(EncodeError) as theirs:
            encode(wrong, wide)
        assert str(ours.value) == str(theirs.value)


def test_values_among_others_that_do_not_fit() -> None:
    """A batch with one wrong value: its path is told, and nothing is written."""
    for value, kind in WRONG:
        if kind not in (u8, u64, str, bool, f32, f64):
            continue
        good: Any = {u8: 1, u64: 1, str: "a", bool: True, f32: 1.0, f64: 1.0}[kind]
        with pytest.raises(EncodeError) as caught:
            encode([good] * 9 + [value], list[kind], BITCODE)
        assert caught.value.path == "$[9]"


class Stop(Exception):
    """Of a conversion's own."""


@pytest.mark.parametrize("error", [ValueError, TypeError, StopIteration, KeyError, Stop, RecursionError])
def test_conversions_that_fail(error: type[Exception]) -> None:
    """Whatever they raise, the other values of a column are not cut short."""

    def fail(value: Any) -> Any:
        if value == 3:
            raise error("no three")
        return value

    reads = Annotated[int, Via(u8, decode=fail, encode=lambda value: value)]
    writes = Annotated[int, Via(u8, decode=lambda value: value, encode=fail)]
    for values in ([3], [1, 2, 3], [1, 3, 2]):
        data = encode(values, list[reads], BITCODE)
        with pytest.raises(Exception) as ours:  # noqa: PT011 -- which one is compared
            decode(data, list[reads], BITCODE)
        with pytest.raises(type(ours.value)):
            decode(encode(values, list[u8]), list[reads])
        with pytest.raises(Exception) as written:  # noqa: PT011
            encode(values, list[writes], BITCODE)
        with pytest.raises(type(written.value)):
            encode(values, list[writes])
