"""Reading JSON: strict, every mistake with its path."""

from __future__ import annotations

from typing import Annotated

import construct as c
import pytest

from snapformat import DataEnum, DecodeError, UnitEnum, doc, encode, schema, variant
from snapformat.bincode import HashMap, IpAddr, Len, Option, Range, Unit, Version, char, f32, f64, u8, u16
from snapformat.values import from_json, loads, to_json


@schema
class Mode(UnitEnum):
    Plain = variant()
    Huge = variant(rename="2M")


@schema
class Device(DataEnum): ...


@schema(name="Net")
class Net(Device):
    mac: str
    queues: list[u16] = doc(rename="virt-queues")


@schema(name="Rng", kind="newtype")
class Rng(Device):
    rate: Option[u8]


@schema(name="Gone")
class Gone(Device): ...


@schema(kind="tuple")
class Pair:
    a: u8
    b: str


@schema
class Machine:
    mode: Mode
    devices: list[Device]
    pair: Pair
    names: HashMap[u8, str]


GOOD = {"mode": "2M", "devices": [{"Rng": 1}, "Gone"], "pair": [1, "a"], "names": {"7": "x"}}


def changed(**parts: object) -> dict[str, object]:
    return GOOD | parts


#: JSON, path, text of the message.
WRONG = [
    (5, "$", "expected an object, Machine, found 5"),
    (None, "$", "found null"),
    ([], "$", "found an array of 0"),
    ({}, "$", "the field 'mode' of Machine is missing"),
    (
        changed(speed=5),
        "$",
        "unknown field 'speed': expected the fields of Machine: ",
    ),
    (changed(mode="Huge"), "$.mode", "unknown variant 'Huge' of Mode: expected Plain, 2M"),
    (changed(mode={"Plain": None}), "$.mode", 'expected "Plain", found an object'),
    (changed(mode=1), "$.mode", "a variant of Mode: a string or an object of one key, found 1"),
    (changed(devices={}), "$.devices", "expected an array, found an object"),
    (changed(devices=["Rng"]), "$.devices[0]", "Rng"),
    (changed(devices=[{"Gone": None}]), "$.devices[0]", "Gone"),
    (changed(devices=["Gone", {"Rng": 1, "Gone": 2}]), "$.devices[1]", "an object of one key"),
    (
        changed(devices=[{"Disk": 5}]),
        "$.devices[0]",
        "unknown variant 'Disk' of Device: expected Net, Rng, Gone",
    ),
    (changed(devices=[{"Net": {"mac": "a"}}]), "$.devices[0]<Net>", "'virt-queues' of Net is missing"),
    (
        changed(devices=[{"Net": {"mac": 5, "virt-queues": []}}]),
        "$.devices[0]<Net>.mac",
        "expected a string, found 5",
    ),
    (
        changed(devices=[{"Net": {"mac": "a", "virt-queues": [1, "2.0"]}}]),
        '$.devices[0]<Net>["virt-queues"][1]',
        "expected u16, found str '2.0'",
    ),
    (changed(devices=[{"Rng": "x"}]), "$.devices[0]<Rng>", "expected u8, found str 'x'"),
    (changed(pair=[1]), "$.pair", "expected an array of 2, found an array of 1"),
    (changed(pair={"a": 1, "b": "a"}), "$.pair", "expected an array, found an object"),
    (changed(pair=[1, 2]), "$.pair[1]", "expected a string, found 2"),
    (changed(names=[]), "$.names", "expected an object"),
    (changed(names={"7": 5}), '$.names["7"]', "expected a string, found 5"),
    (changed(names={"07": "x"}), "$.names", "'07'"),
    (changed(names={"x": "x"}), "$.names", "'x'"),
]


@pytest.mark.parametrize(("data", "path", "message"), WRONG)
def test_wrong_data(data, path, message):
    with pytest.raises(DecodeError) as caught:
        from_json(data, Machine)
    assert message in str(caught.value)
    if not path.endswith("names"):
        assert caught.value.path == path
    assert caught.value.path.startswith(path)
    assert from_json(GOOD, Machine).mode is Mode.Huge


def test_unknown_fields_are_told_the_known_ones_in_order():
    with pytest.raises(DecodeError, match="expected the fields of Machine: mode, devices, pair, names"):
        from_json(changed(speed=5), Machine)


@pytest.mark.parametrize(
    ("annotation", "data", "expected"),
    [
        (u8, True, "u8"),
        (u8, 1.0, "u8"),
        (u8, "1.0", "u8"),
        (u8, "0b1", "u8"),
        (u8, "256", "u8 from 0 to 255"),
        (u8, None, "u8"),
        (bool, 1, "bool"),
        (f64, "1.5", "f64"),
        (f64, True, "f64"),
        (f64, None, "f64"),
        (f32, 1e39, "f32 within its range"),
        (f64, 10**400, "f64 within its range"),
        (str, 5, "a string"),
        (char, 5, "a string"),
        (bytes, "ab", "an array of bytes"),
        (bytes, [1, 256], "a byte, 0 to 255"),
        (bytes, [True], "a byte, 0 to 255"),
        (Unit, [], "null"),
        (Unit, False, "null"),
        (tuple[u8, u8], [1, 2, 3], "an array of 2"),
        (Annotated[list[u8], Len(2)], [1], "an array of 2"),
        (IpAddr, 5, "the text of IpAddr"),
        (Range[u8], [1, 2], "an object, Range"),
    ],
)
def test_wrong_shapes(annotation, data, expected):
    with pytest.raises(DecodeError) as caught:
        from_json(data, annotation)
    assert caught.value.expected == expected


def test_conversions():
    for annotation, data in ((IpAddr, "1.2.3"), (Version, "1.2"), (Version, "")):
        with pytest.raises(DecodeError, match="not a"):
            from_json([data], list[annotation])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON: Expecting value, line 1"),
        ("[1,", "not JSON"),
        ("[1] x", "not JSON: Extra data, line 1"),
        ('{"a":1,"a":2}', "the key 'a' is given twice"),
        ("NaN", "NaN is not a JSON number"),
        ("[-Infinity]", "-Infinity is not a JSON number"),
        (b"\xff", "not UTF-8"),
        ("[" * 100_000, "not JSON"),
        ("[" * 100_000 + "]" * 100_000, "an array of 1|nested too deeply"),
        ("9" * 5000, "an int of 16610 bits"),
    ],
)
def test_text_that_is_no_json(text, message):
    with pytest.raises(DecodeError, match=message):
        loads(text, HashMap[str, u8])


@pytest.mark.parametrize(("text", "kind"), [("256", u8), ("-1", u16), (f"{1 << 128}", u8), ("1.0", u8)])
def test_integers_out_of_range_are_refused_as_serde_json_does(text, kind):
    with pytest.raises(DecodeError, match="the JSON does not fit"):
        loads(text, kind)


def test_deep_data_is_an_error_and_no_crash():
    @schema
    class Chain:
        next: Chain | None

    data: object = None
    for _ in range(5000):
        data = {"next": data}
    with pytest.raises(DecodeError, match="nested too deeply"):
        from_json(data, Chain)


def test_constructs_own_classes():
    struct = c.Struct(
        "m" / c.Const(b"MZ"),
        "k" / c.Enum(c.Int8ub, a=1),
        "n" / c.Rebuild(c.Int8ub, c.len_(c.this.d)),
        "d" / c.Bytes(c.this.n),
        "b" / c.BitStruct("x" / c.Nibble, "y" / c.Flag, c.Padding(3)),
        "t" / c.Computed(c.this.n * 2),
    )
    value = struct.parse(b"MZ\1\2ab\x18")
    form = {"m": [77, 90], "k": "a", "n": 2, "d": [97, 98], "b": {"x": 1, "y": True}, "t": 4}
    assert to_json(value, struct) == form
    assert encode(from_json(form, struct), struct) == b"MZ\1\2ab\x18"
    for wrong, message in [
        (form | {"m": [1, 2]}, "the constant"),
        (form | {"k": "z"}, "unknown label 'z'"),
        (form | {"b": 5}, "an object of bit fields"),
        ({"k": "a"}, "is missing"),
    ]:
        with pytest.raises(DecodeError, match=message):
            from_json(wrong, struct)
