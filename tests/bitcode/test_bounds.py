"""Messages that claim much, and types that have much: bounded memory and time, and our own errors."""

from __future__ import annotations

import contextlib
import io
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest

import snapformat.bincode as bc
from bitcode.checks import BITCODE, Case
from bitcode.packer import Canonical
from bitcode.random_types import built
from hostile import shapes
from hostile.bounded import run_bounded
from hostile.shapes import Chain, Hollow, Link, LinkCons, LinkNil, Named, Nothing, Tree
from snapformat import (
    DataEnum,
    DecodeError,
    EncodeError,
    Limits,
    SchemaError,
    UnitEnum,
    decode,
    decode_prefix,
    decode_stream,
    decoder,
    encode,
    schema,
    variant,
)
from snapformat.bincode import (
    BTreeMap,
    BTreeSet,
    ByteArray,
    CString,
    HashMap,
    HashSet,
    Len,
    Option,
    OsString,
    PairMap,
    PairSet,
    Unit,
    Vec,
    Version,
    VersionReq,
    char,
    f32,
    f64,
    i8,
    u8,
    u16,
    u64,
    u128,
)

MOST_ZERO_SIZED, MOST_OBJECTS, MOST_LEVELS, MOST_COLUMNS = 1 << 16, 1 << 20, 512, 1 << 16
#: What a sum of lengths must be less than.
HUGE = ((1 << 63) - 1) // 4096
_LENGTHS = Canonical().lengths


def array_of(item: Any, count: int) -> Any:
    """`[T; N]`."""
    return Annotated[list[item], Len(count)]


# --- lengths ------------------------------------------------------------------------------------------


KINDS: dict[str, Any] = {
    "str": str,
    "bytes": bytes,
    "ByteArray": Annotated[bytes, ByteArray(4)],
    "Vec<u8>": Vec[u8],
    "Vec<i8>": Vec[i8],
    "Vec<u16>": Vec[u16],
    "Vec<u128>": Vec[u128],
    "Vec<f32>": Vec[f32],
    "Vec<f64>": Vec[f64],
    "Vec<char>": Vec[char],
    "Vec<bool>": Vec[bool],
    "Vec<String>": Vec[str],
    "Vec<Vec<u8>>": Vec[Vec[u8]],
    "Vec<Option<u8>>": Vec[Option[u8]],
    "Vec<(u8, u64)>": Vec[tuple[u8, u64]],
    "Vec<Tree>": Vec[Tree],
    "BTreeMap": BTreeMap[u8, u8],
    "BTreeMap of nothing": BTreeMap[u8, tuple[()]],
    "HashMap": HashMap[str, u64],
    "HashMap to nothing": HashMap[Unit, u64],
    "BTreeSet": BTreeSet[u8],
    "HashSet": HashSet[str],
    "Vec<()>": Vec[Unit],
    "HashSet<()>": HashSet[Unit],
    "Path": bc.Path,
    "CString": CString,
    "Version": Version,
    "VersionReq": VersionReq,
}
#: Lengths that no data can have; the last two are the largest that bitcode takes, and the first it does not.
LENGTHS = (1 << 40, 1 << 63, (1 << 64) - 1, HUGE - 1, HUGE)


@pytest.mark.parametrize("name", KINDS)
def test_a_length_beyond_the_data(name: str, tmp_path: Path) -> None:
    kind, file = KINDS[name], tmp_path / "message"
    with _little_memory():
        for length in LENGTHS:
            for rest in (b"", bytes(100), b"\x0a" + b"a" * 100, b"\x01" * 100):
                data = _LENGTHS([length]) + rest
                _refused(kind, data)
                _refused(tuple[u8, kind], b"\7" + data)  # type: ignore[valid-type]
                _refused(Vec[kind], b"\1" + data)
            file.write_bytes(data)
            with pytest.raises(DecodeError):
                decode_stream(file, kind, BITCODE)


def test_a_length_beyond_the_data_in_os_string() -> None:
    with _little_memory():
        for length in LENGTHS:
            _refused(OsString, b"\0" + _LENGTHS([length]) + bytes(100))


def _refused(kind: Any, data: bytes) -> None:
    with pytest.raises(DecodeError):
        decode(data, kind, BITCODE)
    with pytest.raises(DecodeError):
        decode_prefix(data, kind, BITCODE)
    with pytest.raises(DecodeError):
        decode_stream(io.BytesIO(data), kind, BITCODE)


@contextlib.contextmanager
def _little_memory() -> Iterator[None]:
    """What runs in here takes less than four megabytes at any time."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 << 20


@pytest.mark.parametrize(
    "lengths", [[1 << 63] * 2, [(1 << 64) - 1] * 9, [HUGE - 1, 1], [HUGE // 2] * 3, [HUGE]]
)
@pytest.mark.parametrize("kind", [Vec[Vec[u8]], Vec[str], Vec[bytes], Vec[Vec[Unit]], Vec[HashMap[u8, u8]]])
def test_lengths_whose_sum_is_huge(kind: Any, lengths: list[int]) -> None:
    """A sum beyond 64 bits does not wrap around."""
    data = _LENGTHS([len(lengths)]) + _LENGTHS(lengths)
    with pytest.raises(DecodeError, match="lengths that sum up to too much"):
        decode(data + bytes(1000), kind, BITCODE)
    with pytest.raises(DecodeError, match="lengths that sum up to too much"):
        decode_stream(io.BytesIO(data + bytes(1000)), kind, BITCODE)


def test_the_largest_sum_of_lengths_is_only_too_long() -> None:
    for kind in (str, bytes, Vec[u8]):
        with pytest.raises(DecodeError, match="the data ends within a column"):
            decode(_LENGTHS([HUGE - 1]), kind, BITCODE)


# --- elements of size zero ----------------------------------------------------------------------------


@schema
class Only(UnitEnum):
    """An enum of one variant, of size zero in Rust, though its number takes a bit."""

    A = variant("The only one")


@schema
class Alone(DataEnum):
    """The same with data of size zero."""


@schema(name="One", kind="tuple")
class AloneOne(Alone):
    """The only variant."""

    a: Unit
    b: Nothing


ZERO_SIZED: dict[str, tuple[Any, Any, bytes]] = {
    "()": (Unit, (), b""),
    "unit struct": (Nothing, Nothing(), b""),
    "struct": (Hollow, Hollow((), Nothing()), b""),
    "tuple": (tuple[Unit, Unit], ((), ()), b""),
    "[(); 3]": (array_of(Unit, 3), [(), (), ()], b""),
    "[u8; 0]": (array_of(u8, 0), [], b""),
    "enum of one": (Only, Only.A, b"\x0a" + bytes(8192)),
    "enum of one with data": (Alone, AloneOne((), Nothing()), b"\x0a" + bytes(8192)),
}


@pytest.mark.parametrize("name", ZERO_SIZED)
def test_elements_of_size_zero(name: str) -> None:
    """65,536 of them are read in a sequence; more are written, and not read, as in Rust."""
    kind, value, column = ZERO_SIZED[name]
    data = _LENGTHS([MOST_ZERO_SIZED]) + column
    assert decode(data, Vec[kind], BITCODE) == [value] * MOST_ZERO_SIZED
    assert encode([value] * MOST_ZERO_SIZED, Vec[kind], BITCODE) == data
    assert len(decode_stream(io.BytesIO(data), Vec[kind], BITCODE)) == MOST_ZERO_SIZED
    more = _LENGTHS([MOST_ZERO_SIZED + 1]) + column + b"\0" * bool(column)
    assert encode([value] * (MOST_ZERO_SIZED + 1), Vec[kind], BITCODE) == more
    for wide in (Vec[kind], HashSet[kind], HashMap[kind, Unit]):
        with pytest.raises(DecodeError, match="too many zero-sized elements"):
            decode(more, wide, BITCODE)
        with pytest.raises(DecodeError, match="too many zero-sized elements"):
            decode_stream(io.BytesIO(more), wide, BITCODE)


def test_what_has_a_size_in_rust_is_not_counted() -> None:
    for kind, one in ((Option[Unit], 0), (Vec[Unit], 0), (bool, 0)):
        column = bytes(1 << 14) if kind is bool else b"\x0a" + bytes(1 << 14)
        assert len(decode(_LENGTHS([2 * MOST_ZERO_SIZED]) + column, Vec[kind], BITCODE)) == 1 << 17, one


def test_values_of_size_zero_in_a_map_are_not_counted_by_bitcode() -> None:
    keys = bytes(number % 256 for number in range(MOST_ZERO_SIZED + 1))
    data = _LENGTHS([len(keys)]) + b"\0" + keys
    assert decode(data, HashMap[u8, Unit], BITCODE) == PairMap((number, ()) for number in range(256))


@pytest.mark.parametrize(("lists", "is_read"), [(15, True), (16, True), (17, False), (1 << 10, False)])
def test_objects_of_zero_sized_elements_in_a_message(lists: int, is_read: bool) -> None:
    data = _LENGTHS([lists]) + _LENGTHS([MOST_ZERO_SIZED] * lists)
    if is_read:
        assert [*map(len, decode(data, Vec[Vec[Unit]], BITCODE))] == [MOST_ZERO_SIZED] * lists
        return
    for read in (
        lambda: decode(data, Vec[Vec[Unit]], BITCODE),
        lambda: decode_stream(io.BytesIO(data), Vec[Vec[Unit]], BITCODE),
    ):
        with pytest.raises(DecodeError, match=f"at most {MOST_OBJECTS}"):
            read()
    with pytest.raises(DecodeError):
        decode(data, Vec[Vec[Unit]], BITCODE, limits=Limits(zero_sized=1000))


_MOST = _LENGTHS([MOST_ZERO_SIZED])
_MORE = _LENGTHS([MOST_OBJECTS])
FLOODS: dict[str, tuple[str, bytes]] = {
    "structs of 50 units": ("Vec[Wide]", _MOST),
    "structs of 50 units in lists": ("Vec[Vec[Wide]]", _LENGTHS([9]) + _LENGTHS([3000] * 9)),
    "arrays of units": ("Vec[Annotated[list[Unit], Len(1000)]]", _MOST),
    "an array of units": ("Annotated[list[Unit], Len(1 << 24)]", b""),
    "an array of very many units": ("Annotated[list[Unit], Len(1 << 34)]", b""),
    "skipped fields": ("Vec[Skips]", _MORE),
    "a set of structs": ("HashSet[Wide]", _MOST),
    "a map of structs": ("BTreeMap[Wide, Wide]", _MOST),
}
TYPES = """
def wide(name, fields):
    return schema(type(name, (), {"__annotations__": dict(fields), "__module__": "hostile"}))

Wide = wide("Wide", {f"f{n}": Unit for n in range(50)})
Skips = schema(type("Skips", (), {
    "__annotations__": {f"f{n}": u64 for n in range(250)}, "__module__": "hostile",
    **{f"f{n}": doc("", skip=True, default=7) for n in range(250)},
}))
BITCODE = Encoding.bitcode()
"""


@pytest.mark.parametrize("name", FLOODS)
def test_what_is_made_of_zero_sized_elements_is_bounded(name: str) -> None:
    kind, data = FLOODS[name]
    code = f"""
kind, data = {kind}, {data!r}
result = [verdict(call) for call in (
    lambda: decode(data, kind, BITCODE),
    lambda: decode(data, kind, BITCODE),
    lambda: decode_stream(io.BytesIO(data), kind, BITCODE),
)]
"""
    outcome = run_bounded(TYPES + code, hangs=120)
    assert outcome.verdict == ["DecodeError"] * 3
    assert outcome.grown < 400


def test_structs_of_zero_sized_fields_behind_a_bit() -> None:
    code = """
data = b"\\xff\\2\\0\\0\\x10\\0" + b"\\x0a" + b"\\xff" * (1 << 17)
result = verdict(lambda: decode(data, Vec[Option[Wide]], BITCODE))
"""
    outcome = run_bounded(TYPES + code, hangs=120)
    assert outcome.verdict == "DecodeError"
    assert outcome.grown < 400


# --- depth --------------------------------------------------------------------------------------------


def _chain(levels: int) -> bytes:
    return b"\1" * (levels - 1) + b"\0"


def _named(levels: int) -> bytes:
    return b"\1\5" * (levels - 1) + b"\0"


READING: dict[str, tuple[Any, Callable[[int], bytes]]] = {
    "Chain": (Chain, _chain),
    "Tree": (Tree, _chain),
    "Link": (Link, _chain),
    "Named": (Named, _named),
}
#: Levels that the parts read, and that the reference reads alone.
DEPTHS = [1, 2, 62, 63, 64, 65, 66, 130, 511, MOST_LEVELS]


@pytest.mark.parametrize("name", READING)
@pytest.mark.parametrize("levels", DEPTHS)
def test_depths_within_the_bound(name: str, levels: int) -> None:
    kind, make = READING[name]
    data = make(levels)
    value = decode(data, kind, BITCODE)
    assert encode(value, kind, BITCODE) == data
    assert decode_stream(io.BytesIO(data), kind, BITCODE) == value
    assert decode_prefix(data + b"\0", kind, BITCODE) == (value, len(data))


@pytest.mark.parametrize("name", READING)
@pytest.mark.parametrize("levels", [MOST_LEVELS + 1, 2 * MOST_LEVELS, 100_000])
def test_depths_beyond_the_bound(name: str, levels: int) -> None:
    kind, make = READING[name]
    data = make(levels)
    with pytest.raises(DecodeError, match="nested too deeply"):
        decode(data, kind, BITCODE)
    with pytest.raises(DecodeError, match="nested too deeply"):
        decode_stream(io.BytesIO(data), kind, BITCODE)


@pytest.mark.parametrize("name", READING)
def test_other_bounds(name: str) -> None:
    kind, make = READING[name]
    value = decode(make(20), kind, BITCODE)
    with pytest.raises(DecodeError, match="nested too deeply"):
        decode(make(20), kind, BITCODE, limits=Limits(depth=19))
    with pytest.raises(EncodeError, match="nested too deeply"):
        encode(value, kind, BITCODE, limits=Limits(depth=19))
    assert encode(value, kind, BITCODE, limits=Limits(depth=20)) == make(20)
    limits = Limits(depth=2_000)
    deep = decode(make(2_000), kind, BITCODE, limits=limits)
    assert encode(deep, kind, BITCODE, limits=limits) == make(2_000)
    with pytest.raises(EncodeError, match="nested too deeply"):
        encode(deep, kind, BITCODE)


def test_circles_when_writing() -> None:
    by_field = Chain(None)
    by_field.next = by_field
    by_list = Tree([])
    by_list.children.append(by_list)
    by_variant = LinkCons(LinkNil())
    by_variant.rest = by_variant
    by_map = Named(PairMap())
    by_map.parts[1] = by_map
    cases: list[tuple[Any, Any]] = [(by_field, Chain), (by_list, Tree), (by_variant, Link), (by_map, Named)]
    for value, kind in cases:
        with pytest.raises(EncodeError, match="in a circle"):
            encode(value, kind, BITCODE)
        with pytest.raises(EncodeError, match="in a circle"):
            encode([shapes.chain(1) if kind is Chain else value, value], Vec[kind], BITCODE)


@pytest.mark.parametrize("kind", ["BTreeMap[Chain, u8]", "BTreeSet[Chain]", "HashMap[Chain, u8]"])
def test_circles_in_keys(kind: str) -> None:
    make = "PairSet([key])" if "Set" in kind else "PairMap([(key, 1)])"
    outcome = run_bounded(
        f"key = Chain(None); value = {make}; key.next = key\n"
        f"result = verdict(lambda: encode(value, {kind}, Encoding.bitcode()))",
        hangs=60,
    )
    assert outcome.verdict == "EncodeError"
    assert outcome.grown < 200


@pytest.mark.parametrize("name", ["Chain", "Tree", "Link", "Named", "Sorted"])
def test_depth_from_hostile_bytes(name: str) -> None:
    """Megabytes of levels, and trees that are wide and deep."""
    code = f"""
BITCODE = Encoding.bitcode()
result = [
    verdict(lambda: decode(data, {name}, BITCODE))
    for data in (b"\\1" * 3_000_000, b"\\2" * 3_000_000, b"\\xff\\0" * 100_000, b"\\4\\x09\\2\\xff" * 100_000)
] + [verdict(lambda: decode_stream(io.BytesIO(b"\\1" * 3_000_000), {name}, BITCODE))]
"""
    outcome = run_bounded(code, hangs=60)
    assert set(outcome.verdict) == {"DecodeError"}  # type: ignore[call-overload]  # a list
    assert outcome.grown < 200


# --- columns ------------------------------------------------------------------------------------------


MANY_COLUMNS = {
    "one array": array_of(u8, MOST_COLUMNS + 1),
    "a huge array": array_of(u8, 1 << 60),
    "arrays of arrays": array_of(array_of(u8, 256), 257),
    "many levels of arrays": array_of(array_of(array_of(array_of(bool, 1 << 30), 1 << 30), 1 << 30), 1 << 30),
    "two arrays": tuple[array_of(u8, 40_000), array_of(u16, 40_000)],
    "in a list": Vec[array_of(str, 40_000)],
    "in an option": Option[array_of(u8, 1 << 20)],
    "as keys": BTreeMap[array_of(u8, 1 << 20), u8],
    "of options": array_of(Option[u8], 40_000),
}


@pytest.mark.parametrize("name", MANY_COLUMNS)
def test_types_of_many_columns(name: str) -> None:
    """They are refused when the type is first used, whatever the value and the data."""
    kind = MANY_COLUMNS[name]
    for use in (
        lambda: encode([], kind, BITCODE),
        lambda: decode(b"", kind, BITCODE),
        lambda: decoder(kind, BITCODE),
        lambda: decode_prefix(b"", kind, BITCODE),
        lambda: decode_stream(io.BytesIO(), kind, BITCODE),
    ):
        with pytest.raises(SchemaError, match="more than 65536 columns"):
            use()


@schema
class ManyColumns:
    """A class with many columns."""

    registers: Annotated[list[u8], Len(70_000)]


def test_classes_of_many_columns() -> None:
    with pytest.raises(SchemaError, match=r"ManyColumns.*more than 65536 columns"):
        encode(ManyColumns([0] * 70_000), ManyColumns, BITCODE)


def test_arrays_of_most_columns() -> None:
    kind = array_of(array_of(u8, 1 << 8), 1 << 8)
    data = bytes(range(256)) * 256
    value = decode(data, kind, BITCODE)
    assert value == [[*range(256)]] * 256
    assert encode(value, kind, BITCODE) == data
    fewer = array_of(array_of(u8, 1 << 8), 255)
    several = decode(b"\2" + bytes(2 * 256 * 255), Vec[fewer], BITCODE)
    assert several == [[[0] * 256] * 255] * 2


def test_long_arrays_of_nothing_have_no_columns() -> None:
    for count in (MOST_COLUMNS, MOST_COLUMNS + 1):
        kind = array_of(Unit, count)
        assert decode(b"", kind, BITCODE) == [()] * count
        assert encode([()] * count, kind, BITCODE) == b""


# --- variants -----------------------------------------------------------------------------------------


def test_variants_beyond_a_byte() -> None:
    """Variant 256 can be declared and not written; the bytes for variant 255 are read."""
    names = ", ".join(f"V{index}" for index in range(300))
    units = Case(*built(f"enum Units {{ {names} }}", "Units"))
    fields = ", ".join(f"V{index}(u8)" for index in range(300))
    data = Case(*built(f"enum Data {{ {fields} }}", "Data"))
    for index in (0, 1, 254, 255):
        unit = units.shape.from_value({"variant": f"V{index}", "index": index, "kind": "unit"})
        full = data.shape.from_value({"variant": f"V{index}", "index": index, "kind": "newtype", "value": 7})
        assert units.encode(unit) == bytes([index])
        assert data.encode(full) == bytes([index, 7])
        assert units.verdict(bytes([index])) == unit
        assert data.verdict(bytes([index, 7])) == full
    for index in (256, 257, 299):
        unit = units.shape.from_value({"variant": f"V{index}", "index": index, "kind": "unit"})
        full = data.shape.from_value({"variant": f"V{index}", "index": index, "kind": "newtype", "value": 7})
        for case, value in ((units, unit), (data, full)):
            with pytest.raises(EncodeError, match=f"V{index}, number {index}"):
                case.encode(value)
            with pytest.raises(EncodeError, match=f"V{index}, number {index}"):
                encode([value] * 4, Vec[case.annotation], BITCODE)


# --- what a byte can claim ----------------------------------------------------------------------------

_VALUES = 1 << 15
_BITS = b"\x0a" + b"\xff" * (_VALUES // 8)
_ZEROS = b"\x0a" + bytes(_VALUES // 8)
#: Columns of eight values a byte: the type, the columns behind the length, and how many times the size of
#: the message reading takes at most. Flags are shared objects; numbers, lists and structs are not.
CLAIMS: dict[str, tuple[str, bytes, int]] = {
    "bools": ("Vec<bool>", _BITS[1:], 110),
    "small numbers": ("Vec<u8>", _BITS, 110),
    "small numbers above a minimum": ("Vec<u8>", b"\x09\x64" + _BITS[1:], 110),
    "options": ("Vec<Option<u8>>", _ZEROS, 110),
    "present options": ("Vec<Option<bool>>", _BITS + _BITS[1:], 110),
    "variants": ("Vec<E>", _BITS, 110),
    "empty text": ("Vec<String>", _ZEROS, 150),
    "large numbers": ("Vec<u64>", b"\x05" + b"\xff" * 8 + _BITS, 800),
    "larger numbers": ("Vec<u128>", b"\x07" + b"\xff" * 16 + _BITS, 800),
    "negative numbers": ("Vec<i64>", b"\x05" + b"\xff" * 7 + b"\x7f" + _BITS, 800),
    "chars": ("Vec<char>", b"\x03\0\x20\0\0" + _BITS, 1100),
    "floats": ("Vec<f64>", b"\x05" + b"\xff" * 7 + b"\x3f" + _BITS, 800),
    "empty lists": ("Vec<Vec<u8>>", _ZEROS, 1200),
    "empty maps": ("Vec<HashMap<u8, u8>>", _ZEROS, 1100),
    "structs": ("Vec<S>", _BITS[1:] * 2, 800),
    "variants with data": ("Vec<D>", _BITS + _BITS[1:], 800),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_memory_is_a_multiple_of_the_data(name: str) -> None:
    rust, columns, most = CLAIMS[name]
    case = Case(*built("struct S { a: bool, b: bool } enum E { A, B } enum D { A, B(bool) }", rust))
    data = _LENGTHS([_VALUES]) + columns
    read = decoder(case.annotation, BITCODE)
    read(data)  # what the first message makes for all
    tracemalloc.start()
    try:
        value = read(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(value) == _VALUES
    assert peak < most * len(data), f"{peak / len(data):.0f} times the message"


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_without_its_bytes(name: str) -> None:
    """One byte less than the columns need is found before values are made."""
    rust, columns, _ = CLAIMS[name]
    case = Case(*built("struct S { a: bool, b: bool } enum E { A, B } enum D { A, B(bool) }", rust))
    data = _LENGTHS([_VALUES]) + columns
    with pytest.raises(DecodeError, match="the data ends within a column"):
        decode(data[:-1], case.annotation, BITCODE)


def test_equal_keys_of_many_entries() -> None:
    """2^15 entries in 4 KiB are one entry."""
    data = _LENGTHS([_VALUES]) + _ZEROS
    assert decode(data, HashSet[u8], BITCODE) == PairSet([0])
    assert len(decode(data + _ZEROS, HashMap[u8, u8], BITCODE)) == 1
