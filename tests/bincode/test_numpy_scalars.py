"""Scalars of numpy where Python's numbers are taken: the same bytes in all ways, or a clear refusal."""

from __future__ import annotations

import json
import math
import struct
import subprocess
import sys
from typing import Annotated, Any

import construct as c
import numpy as np
import pytest
from construct import this

from codec.agreement import generated_write
from snapformat import EncodeError, Encoding, SnapshotFormat, decode, encode, schema
from snapformat.bincode import (
    Blob,
    BTreeMap,
    BTreeSet,
    CStruct,
    HashMap,
    Len,
    Option,
    PairMap,
    PairSet,
    Some,
    char,
    f32,
    f64,
    i8,
    i64,
    i128,
    u8,
    u16,
    u64,
)
from snapformat.layout import layout_of
from snapformat.layout import write as reference_write
from snapformat.values import dumps, to_json

INTEGERS = [np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64, np.intp]
FLOATS = [np.float16, np.float32, np.float64, np.longdouble]

DECLARED = [i8, u8, u16, i64, u64, i128, f32, f64]

#: A scalar, the annotation, and the equal value of Python.
TAKEN: list[tuple[Any, Any, Any]] = [
    *(
        (kind(100), declared, 100)
        for kind in INTEGERS
        for declared in (i8, u8, u16, i64, u64, i128, f32, f64)
    ),
    *((kind(1.5), declared, 1.5) for kind in FLOATS for declared in (f32, f64)),
    *((kind(math.inf), f64, math.inf) for kind in FLOATS),
    (np.float32(0.1), f64, float(np.float32(0.1))),
    (np.float64(0.1), f32, 0.1),
    (np.array([0.1], dtype=">f4")[0], f32, 0.1),
    (np.bool_(True), bool, True),
    (np.array([False])[0], bool, False),
    (np.str_("añb"), str, "añb"),
    (np.str_("x"), char, "x"),
    (np.bytes_(b"a\0b"), bytes, b"a\0b"),
]

#: A value of numpy, the annotation, and the name in the message.
REFUSED = [
    (np.bool_(True), u8, "numpy.bool_ True"),
    (np.bool_(True), f32, "numpy.bool_ True"),
    (np.int8(1), bool, "numpy.int8 1"),
    (np.float32(1), bool, "numpy.float32 1.0"),
    (np.float32(1), u64, "numpy.float32 1.0"),
    (np.float64(1), u64, "numpy.float64 1.0"),
    (np.complex64(1), f64, "numpy.complex64"),
    (np.timedelta64(3, "s"), i64, "numpy.timedelta64"),
    (np.timedelta64(3, "D"), f64, "numpy.timedelta64"),
    (np.datetime64("2020-01-01"), f64, "numpy.datetime64"),
    (np.str_("1"), f64, "numpy.str_ '1'"),
    (np.bytes_(b"1"), f64, "numpy.bytes_ b'1'"),
    (np.bytes_(b"1"), str, "numpy.bytes_ b'1'"),
    (np.str_("1"), bytes, "numpy.str_ '1'"),
    (np.void(b"ab"), bytes, "numpy.void"),
    (np.array([1.5]), f64, "numpy.ndarray"),
    (np.array([True]), bool, "numpy.ndarray"),
    (np.float64(1e300), f32, "f32 within its range, found numpy.float64 1e+300"),
    (np.uint16(300), u8, "u8 from 0 to 255, found 300"),
    (np.int8(-1), u64, "found -1"),
]


def ways(value: Any, annotation: Any) -> set[bytes]:
    """The bytes that every way to write gives."""
    node = layout_of(annotation)
    return {
        encode(value, annotation),
        reference_write(node, value),
        generated_write(node, value),
        Encoding().construct(annotation).build(value),
    }


def around(annotation: Any, value: Any) -> list[tuple[Any, Any]]:
    """Types with the annotation inside, and their values."""
    is_key = not isinstance(value, np.ndarray | np.void | np.timedelta64)
    few, many = Annotated[list[annotation], Len(3)], Annotated[list[annotation], Len(70)]
    return [
        (annotation, value),
        (list[annotation], [value]),
        (list[annotation], [value] * 20),
        (few, [value] * 3),
        (many, [value] * 70),
        (tuple[annotation, u8, annotation], (value, 1, value)),
        (Option[annotation], value),
        (Option[Option[annotation]], Some(value)),
        (HashMap[annotation if is_key else u8, annotation], {value if is_key else 1: value}),
        (BTreeMap[u8, annotation], {1: value}),
    ]


@pytest.mark.parametrize(("scalar", "annotation", "value"), TAKEN, ids=lambda part: repr(part)[:40])
def test_as_the_number_of_python(scalar, annotation, value):
    for (outer, given), (_, equal) in zip(around(annotation, scalar), around(annotation, value), strict=True):
        data = encode(equal, outer)
        assert ways(given, outer) == {data}, outer
        shown = to_json(given, outer)
        assert dumps(given, outer) == dumps(equal, outer)
        assert json.dumps(shown) == json.dumps(to_json(equal, outer))


@pytest.mark.parametrize(("value", "annotation", "text"), REFUSED, ids=lambda part: repr(part)[:40])
def test_refused_by_its_full_name(value, annotation, text):
    for outer, given in around(annotation, value):
        for call in (
            lambda outer=outer, given=given: encode(given, outer),
            lambda outer=outer, given=given: reference_write(layout_of(outer), given),
            lambda outer=outer, given=given: to_json(given, outer),
        ):
            with pytest.raises(EncodeError) as caught:
                call()
            assert text in str(caught.value)
        with pytest.raises(c.ConstructError, match=text.split()[0] if "numpy" in text else "found"):
            Encoding().construct(outer).build(given)


def test_beyond_the_range_of_a_double():
    huge = np.longdouble("1e4000")
    if np.isinf(huge):
        pytest.skip("a long double is a double here")
    with pytest.raises(EncodeError, match=r"within its range, found numpy\.longdouble"):
        encode(huge, f64)


@pytest.mark.parametrize("bits", [0x7F800001, 0xFFA00000, 0x7FC00001, 0xFFFFFFFF])
def test_a_nan_keeps_its_bits(bits):
    data = struct.pack("<I", bits)
    (scalar,) = np.frombuffer(data, "<f4")
    for outer, value in around(f32, scalar)[:8]:
        assert all(data in written for written in ways(value, outer)), outer


@pytest.mark.parametrize(
    ("annotation", "scalars", "values"),
    [
        (u64, [np.uint64(3), np.int8(1), 2], [3, 1, 2]),
        (bool, [np.bool_(True), np.bool_(False)], [True, False]),
        (str, [np.str_("b"), "a"], ["b", "a"]),
        (tuple[i64, bool], [(np.int16(2), np.bool_(False)), (1, True)], [(2, False), (1, True)]),
    ],
)
def test_sorted_keys(annotation, scalars, values):
    kinds = (BTreeMap[annotation, u8], BTreeSet[annotation])
    pairs = (
        (dict.fromkeys(scalars, 1), dict.fromkeys(values, 1)),
        (set(scalars), set(values)),
    )
    for kind, (given, equal) in zip(kinds, pairs, strict=True):
        assert ways(given, kind) == {encode(equal, kind)}
        assert dumps(given, kind) == dumps(equal, kind)


def test_keys_are_found_by_equal_scalars():
    found = PairMap([(5, "int"), (1.5, "float"), (True, "bool"), ((5, 6), "tuple")])
    assert found[np.int64(5)] == "int"
    assert found[np.float32(1.5)] == "float"
    assert found[np.bool_(True)] == "bool"
    assert found[np.uint8(5), np.int16(6)] == "tuple"
    assert PairSet([np.int8(3), 3, np.bool_(False)]) == {3, False}
    assert len(PairMap([(np.uint8(1), 0), (1, 1), (np.int64(1), 2)])) == 1
    assert np.datetime64("2020-01-01") not in found
    assert PairMap([({1: 2}, 0)])[{np.int8(1): np.float64(2)}] == 0


def test_in_classes_c_structs_and_files():
    @schema
    class Regs(CStruct):
        a: u64
        b: f64
        c: f32
        d: Annotated[list[u16], Len(2)]
        e: Annotated[list[f32], Len(2)]

    @schema
    class State:
        on: bool
        level: Option[f32]
        flags: list[bool]
        regs: Blob[Regs]

    regs = Regs(np.int32(7), np.float32(0.5), np.float16(2), [np.int8(1), 2], [np.float32(3), np.int8(4)])
    value = State(np.bool_(True), np.float32(0.25), list(np.array([True, False])), regs)
    equal = State(True, 0.25, [True, False], Regs(7, 0.5, 2.0, [1, 2], [3.0, 4.0]))
    assert ways(value, State) == {encode(equal, State)}
    assert decode(encode(value, State), State) == equal
    assert dumps(value, State) == dumps(equal, State)
    whole = SnapshotFormat(name="numpy", magic=1, version="1.0.0", payload=State)
    saved = whole.new(value).to_bytes()
    assert saved == whole.new(equal).to_bytes()
    loaded = whole.load(saved, lazy=True)
    loaded.data.level, loaded.data.on = np.float32(0.5), np.bool_(False)
    loaded.data.regs.a = np.uint8(9)
    again = whole.load(loaded.to_bytes()).data
    assert (again.level, again.on, again.regs.a) == (0.5, False, 9)


def test_in_constructs_of_constructs_own():
    struct_ = c.Struct(
        "n" / c.Int8ub,
        "f" / c.Float32b,
        "h" / c.Float16l,
        "g" / c.Flag,
        "wide" / c.Int24ub,
        "kind" / c.Enum(c.Int16ub, one=1),
        "values" / c.Array(this.n, c.Int16sl),
        "twice" / c.Computed(this.n * 2),
        "more" / c.If(this.g, c.Bytes(this.n)),
        "either" / c.Switch(this.n, {2: c.Int8ub}),
    )
    equal = {"n": 2, "f": 1.5, "h": 0.5, "g": True, "wide": 7, "kind": 1, "values": [3, -4], "more": b"ab"}
    equal["either"] = 5
    given = {
        "n": np.uint8(2),
        "f": np.float32(1.5),
        "h": np.float16(0.5),
        "g": np.bool_(True),
        "wide": np.int64(7),
        "kind": np.int64(1),
        "values": [np.int16(3), np.int64(-4)],
        "more": np.bytes_(b"ab"),
        "either": np.uint8(5),
    }
    node, data = layout_of(struct_), struct_.build(equal)
    assert encode(given, struct_) == reference_write(node, given) == generated_write(node, given) == data
    assert dumps(given, struct_) == dumps(equal, struct_)


def test_numpy_is_not_imported():
    code = (
        "import sys; from snapformat import *; from snapformat.bincode import f32, PairMap\n"
        "encode([1.5, 2], list[f32]); PairMap([((1, 'a'), 2), (object, 3)])[object]\n"
        "try: encode([None, True], list[f32])\nexcept EncodeError: print('numpy' in sys.modules)\n"
        "sys.modules['numpy'] = None\n"
        "try: encode(object(), f32)\nexcept EncodeError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.splitlines()[:1] == ["False"], done.stderr
    assert "found object" in done.stdout
