"""Content by formula, and deep values by shape: what hold-out rows may bring."""

from __future__ import annotations

from typing import Any

import pytest

from vectors.checks import world
from vectors.data import Row
from vectors.deep import deep
from vectors.formulas import content, row_content
from vectors.rust_build import World
from vectors.shapes import NotExpressible


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("i", [0, 1, 2, 3, 4]),
        ("i & 0xff", [0, 1, 2, 3, 4]),
        ("(i * 167 + 13) & 0xff", [13, 180, 91, 2, 169]),
        ("(i * 167 + 13) as u8", [13, 180, 91, 2, 169]),
        ("data[i] = (i * 7 + 250) % 251", [250, 6, 13, 20, 27]),
        ("byte i = i mod 3", [0, 1, 2, 0, 1]),
        ("byte i is i xor 1", [1, 0, 3, 2, 5]),
        ("i.wrapping_mul(200_u8)", [0, 200, 144, 88, 32]),
        ("(i as u32 * 100 >> 1) as u8", [0, 50, 100, 150, 200]),
        ("vec![0x5a; 1 << 20]", [0x5A] * 5),
        ("[7u8; 4096]", [7] * 5),
        ("255 - i", [255, 254, 253, 252, 251]),
        ("mul", [13, 180, 91, 2, 169]),
    ],
)
def test_formula(text: str, wanted: list[int]) -> None:
    assert list(content(text, 5)) == wanted


@pytest.mark.parametrize("text", ["", "random", "i + j", "__import__('os')", "i if i else 2", "f(i)", "'a'"])
def test_no_formula(text: str) -> None:
    with pytest.raises(NotExpressible):
        content(text, 5)


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"hex": "0102"}, b"\1\2"),
        ({"hex": None, "parts": [["01", 2]]}, b"\1\1"),
        ({"hex": None, "formula": "i + 1"}, b"\1\2"),
        ({"name": "2_bytes", "hex": None, "note": "too long for hex; byte i = i * 3"}, b"\0\3"),
        ({"name": "1kib_ff", "hex": None}, b"\xff\xff"),
        ({"data": "i * 5 as u8"}, b"\0\5"),
    ],
)
def test_row_content(more: dict[str, Any], wanted: bytes) -> None:
    row = Row(
        {"name": "x", "init": "0x0", "len": 2, "crc": "0x0", "crc_decimal": "0", **more}, "crc64.jsonl", 1
    )
    assert row_content(row) == wanted


def test_row_without_content() -> None:
    with pytest.raises(NotExpressible):
        row_content(Row({"name": "1kib_of_noise", "len": 1024, "hex": None, "crc": "0x0"}, "crc64.jsonl", 1))


def test_deep_values() -> None:
    """By hand: `Chain` is an option of itself in a box, `Tree` a byte and a list of itself."""
    assert deep(world().shape("Chain"), 3) == b"\1\1\1\0"
    assert deep(world().shape("Tree"), 2) == (b"\1" + (1).to_bytes(8, "little")) * 2 + b"\1" + bytes(8)


def test_deep_values_of_other_types() -> None:
    made = World(
        {
            "all": """
            enum List { Nil, Cons { head: u16, tail: Box<List> } }
            struct Left { right: Option<Right>, n: bool } struct Right(Vec<Left>, String);
            enum Json { Null, Number(f64), Object(BTreeMap<String, Json>) }
            struct Flat { a: u8 }
            """
        }
    )
    assert deep(made.shape("List"), 2) == (b"\1\0\0\0" + b"\1\0") * 2 + bytes(4)
    one = (1).to_bytes(8, "little")
    assert deep(made.shape("Left"), 1) == b"\1" + one + b"\0\0" + bytes(8) + b"\0"
    assert deep(made.shape("Json"), 1) == b"\2\0\0\0" + one + bytes(8) + bytes(4)
    with pytest.raises(NotExpressible):
        deep(made.shape("Flat"), 1)
