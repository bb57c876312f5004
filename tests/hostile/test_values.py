"""Values and JSON texts chosen to hurt: refused with an error of ours, in time and memory they are worth."""

from __future__ import annotations

from typing import Any, ClassVar

import construct as c
import pytest

from hostile.bounded import run_bounded
from snapformat import DecodeError, EncodeError, SchemaError, decode, encode, schema
from snapformat.bincode import HashMap, Option, PairMap, Some, Vec, f32, f64, u8, u32, u128
from snapformat.values import dumps, from_json, loads, to_json

WIDE = c.BytesInteger(2000)


class Fails(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


class EvilIndex:
    def __index__(self) -> int:
        raise Fails


class EvilText:
    def __repr__(self) -> str:
        raise Fails


class Growing(list[int]):
    """Gains elements while it is written."""

    def __iter__(self) -> Any:
        for item in list.__iter__(self):
            if len(self) < 1000:
                self.append(1)
            yield item


class GrowsItsList:
    """An element whose own code makes the list around it longer."""

    around: ClassVar[list[Any]] = []

    def __index__(self) -> int:
        self.around.append(7)
        return 7


@pytest.mark.parametrize("value", [EvilIndex(), EvilText(), "x", None, 1 << 20_000], ids=range(5))
def test_a_value_whose_own_code_fails_is_refused(value: object) -> None:
    for kind in (u32, WIDE, Vec[u32], HashMap[u32, u8]):
        with pytest.raises(EncodeError):
            encode(value, kind)
        with pytest.raises(EncodeError):
            encode([value], Vec[kind])  # type: ignore[valid-type]


@pytest.mark.parametrize("kind", [Vec[u8], Vec[u32], Vec[Option[u32]]])
def test_a_list_is_written_as_long_as_its_length_says(kind: Any) -> None:
    size_of = {Vec[u8]: 1, Vec[u32]: 4}.get(kind)
    for value in (Growing([1, 2]), GrowsItsList.around):
        if value is GrowsItsList.around:
            value[:] = [GrowsItsList(), GrowsItsList()]
        written = encode(value, kind)
        read = decode(written, kind)
        assert encode(read, kind) == written
        if size_of:
            assert len(written) == 8 + size_of * len(read)


def test_wide_integers_of_construct_are_spoken_of_and_printed() -> None:
    most = decode(b"\xff" * 2000, WIDE)
    assert most == (1 << 16_000) - 1
    assert loads(dumps(most, WIDE), WIDE) == most
    with pytest.raises(DecodeError, match="expected 5, found an int of 16000 bits"):
        decode(b"\xff" * 2000, c.Const(5, WIDE))
    with pytest.raises(EncodeError, match="found an int of 16000 bits"):
        encode(most, c.Const(5, WIDE))
    with pytest.raises(EncodeError, match="found an int of 17001 bits"):
        encode(1 << 17_000, WIDE)


def test_an_unknown_text_encoding_is_a_mistake_of_the_declaration() -> None:
    with pytest.raises(SchemaError, match="klingon"):
        decode(b"\x01a", c.PascalString(c.Byte, "klingon"))


def test_keys_may_hold_what_has_no_hash() -> None:
    kind = HashMap[Option[Option[Vec[u8]]], u8]
    pairs = PairMap([(Some([7]), 1), (Some(None), 2), (None, 3)])
    read = decode(encode(pairs, kind), kind)
    assert read == pairs
    assert read[Some([7])] == 1
    assert PairMap([(bytearray(b"x"), 1)])[bytearray(b"x")] == 1


@pytest.mark.parametrize("value", ["zz", None, b"a", 300])
def test_json_is_not_made_of_labels_that_are_none(value: object) -> None:
    with pytest.raises(EncodeError):
        to_json(value, c.Enum(c.Byte, a=1))


@pytest.mark.parametrize("key", ["nan", "1_0", " 3 ", "true", "Infinity", '"1"', "[1]", "", "1e999"])
def test_only_json_numbers_are_keys_of_floats(key: str) -> None:
    with pytest.raises(DecodeError):
        from_json({key: 1}, HashMap[f64, u8])


def test_json_numbers_are_keys_of_floats() -> None:
    assert list(from_json({"1.5": 1, "-3": 2, "1e3": 3}, HashMap[f64, u8]).items()) == [
        (1.5, 1),
        (-3, 2),
        (1000, 3),
    ]


@schema
class Point:
    x: u8


MISFITS: list[tuple[Any, Any]] = [
    ({None: 1}, HashMap[str, u8]),
    ({1: 1}, HashMap[u8, u8]),
    ({"q" * 1_000_000: 1, "x": 1}, Point),
    ({"q" * 1_000_000: 1}, HashMap[u8, u8]),
    ("q" * 1_000_000, c.Enum(c.Byte, a=1)),
    ("q" * 1_000_000, u8),
]


@pytest.mark.parametrize(("data", "kind"), MISFITS, ids=range(len(MISFITS)))
def test_messages_quote_input_only_in_part(data: Any, kind: Any) -> None:
    with pytest.raises(DecodeError) as caught:
        from_json(data, kind)
    assert len(str(caught.value)) < 500


TEXTS = [
    "1e999",
    "-1e999",
    "9" * 4_500,
    "9" * 1_000_000,
    "[" * 1_000_000,
    '{"a":' * 1_000_000,
    "[" * 1_000_000 + "]" * 1_000_000,
    '{"x":1,"x":1}',
    "NaN",
    "Infinity",
    "1" * 100 + "e-" + "1" * 100,
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
@pytest.mark.parametrize("kind", [u8, u128, f32, Vec[u8], Point])
def test_texts_are_refused(text: str, kind: Any) -> None:
    if kind is f32 and text == TEXTS[-1]:
        assert loads(text, kind) == 0.0
        return
    with pytest.raises(DecodeError):
        loads(text, kind)


@pytest.mark.parametrize("kind", ["HashSet[u128]", "HashMap[u128, u8]", "HashSet[tuple[u128, u8]]"])
def test_keys_chosen_to_collide_cost_no_more_than_others(kind: str) -> None:
    """Python's hash of an int is its rest by 2**61 - 1; 100,000 equal ones would take an hour."""
    outcome = run_bounded(
        f"""
kind = {kind}
rest = {{"HashSet[u128]": b"", "HashMap[u128, u8]": b"\\0"}}.get({kind!r}, b"\\0")
numbers = (number * ((1 << 61) - 1) for number in range(1, 100_001))
data = u64_bytes(100_000) + b"".join(number.to_bytes(16, "little") + rest for number in numbers)
result = len(decode(data, kind))
"""
    )
    assert outcome.verdict == 100_000


def test_types_that_hold_one_another_twice_are_no_tree() -> None:
    outcome = run_bounded(
        """
kind = u8
for depth in range(60):
    kind = schema(type(f"D{depth}", (), {"__annotations__": {"a": kind, "b": kind}, "__module__": __name__}))
result = verdict(lambda: decode(b"", kind))
"""
    )
    assert outcome.verdict == "DecodeError"
