"""Whatever in a declaration changes bytes is a change, wherever it is; what changes none is none."""

# ruff: noqa: E501 - tables read better in one line each
from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import construct as c
import pytest
from construct import this

from snapformat import DataEnum, Encoding, SnapshotFormat, UnitEnum, doc, schema, variant
from snapformat.bincode import (
    Blob,
    BTreeMap,
    CStruct,
    HashMap,
    Len,
    NonZeroU16,
    Option,
    Via,
    f32,
    u8,
    u16,
    u32,
    u64,
)
from snapformat.docs import build
from snapformat.layout import layout_of
from snapformat.layout.compare import Change, compare

FIXED, VARIABLE, BIG = Encoding("fixed", "little"), Encoding("variable", "little"), Encoding("fixed", "big")
S = c.Struct

#: Pairs of constructs that write some value as different bytes, or refuse different values.
PAIRS: dict[str, tuple[Any, Any]] = {
    "byte order": (c.Int32ul, c.Int32ub),
    "byte order of a float": (c.Float64l, c.Float64b),
    "width": (c.Int16ul, c.Int32ul),
    "sign": (c.Int16ul, c.Int16sl),
    "form": (c.VarInt, c.ZigZag),
    "padding": (c.Padding(2), c.Padding(3)),
    "pattern": (c.Padded(4, c.Byte, pattern=b"x"), c.Padded(4, c.Byte, pattern=b"y")),
    "padded size": (c.Padded(4, c.Byte), c.Padded(5, c.Byte)),
    "constant": (c.Const(b"AA"), c.Const(b"BB")),
    "constant number": (c.Const(1, c.Int16ub), c.Const(2, c.Int16ub)),
    "default": (c.Default(c.Byte, 1), c.Default(c.Byte, 2)),
    "default or not": (c.Default(c.Byte, 1), c.Byte),
    "rebuilt": (c.Rebuild(c.Byte, 1), c.Rebuild(c.Byte, 2)),
    "rebuilt, default": (c.Rebuild(c.Byte, 1), c.Default(c.Byte, 1)),
    "computed": (c.Computed(1), c.Computed(2)),
    "computed type": (c.Computed(1), c.Computed(True)),
    "text length": (c.PascalString(c.Byte, "utf8"), c.PascalString(c.Int16ub, "utf8")),
    "text length order": (c.PascalString(c.Int16ul, "utf8"), c.PascalString(c.Int16ub, "utf8")),
    "text encoding": (c.PascalString(c.Byte, "utf8"), c.PascalString(c.Byte, "latin1")),
    "text size": (c.PaddedString(8, "utf8"), c.PaddedString(16, "utf8")),
    "terminator": (c.CString("utf8"), c.CString("utf16")),
    "count": (c.Array(2, c.Byte), c.Array(3, c.Byte)),
    "count width": (c.PrefixedArray(c.Byte, c.Byte), c.PrefixedArray(c.Int16ub, c.Byte)),
    "element": (c.PrefixedArray(c.Byte, c.Int16ul), c.PrefixedArray(c.Byte, c.Int16ub)),
    "size": (c.Bytes(2), c.Bytes(3)),
    "prefix": (c.Prefixed(c.Byte, c.Byte), c.Prefixed(c.Int16ub, c.Byte)),
    "prefix itself": (c.Prefixed(c.Byte, c.Byte), c.Prefixed(c.Byte, c.Byte, includelength=True)),
    "enum number": (c.Enum(c.Byte, a=1), c.Enum(c.Byte, a=2)),
    "enum label": (c.Enum(c.Byte, a=1), c.Enum(c.Byte, b=1)),
    "enum alias": (c.Enum(c.Byte, a=1, b=1), c.Enum(c.Byte, b=1, a=1)),
    "enum width": (c.Enum(c.Byte, a=1), c.Enum(c.Int16ub, a=1)),
    "bits": (c.BitStruct("x" / c.Nibble, "y" / c.Nibble), c.BitStruct("x" / c.BitsInteger(5), "y" / c.BitsInteger(3))),
    "bit sign": (c.BitStruct("x" / c.Octet), c.BitStruct("x" / c.BitsInteger(8, signed=True))),
    "bit labels": (c.BitStruct("x" / c.Enum(c.Octet, a=1)), c.BitStruct("x" / c.Enum(c.Octet, a=2))),
    "flags": (c.FlagsEnum(c.Byte, a=1), c.FlagsEnum(c.Byte, a=2)),
    "mapping": (c.Mapping(c.Byte, {"a": 1}), c.Mapping(c.Byte, {"a": 2})),
    "offset": (c.Pointer(4, c.Byte), c.Pointer(5, c.Byte)),
    "alignment": (c.Aligned(4, c.Byte), c.Aligned(8, c.Byte)),
    "flag": (c.Flag, c.Byte),
    "function": (c.ExprAdapter(c.Byte, lambda o, _: o, lambda o, _: o + 1), c.ExprAdapter(c.Byte, lambda o, _: o, lambda o, _: o + 2)),
    "transform": (c.Bitwise(c.Array(8, c.Bit)), c.Bytewise(c.Array(8, c.Byte))),
    "swapped": (c.ByteSwapped(c.Bytes(2)), c.Bytes(2)),
    "key": (S("a" / c.Byte, "b" / c.Switch(this.a, {1: c.Byte})), S("a" / c.Byte, "b" / c.Switch(this.a, {2: c.Byte}))),
    "type of a key": (S("a" / c.Byte, "b" / c.Switch(this.a, {1: c.Byte})), S("a" / c.Byte, "b" / c.Switch(this.a, {"1": c.Byte}))),
    "key expression": (S("a" / c.Byte, "b" / c.Switch(this.a, {1: c.Byte})), S("a" / c.Byte, "b" / c.Switch(this.a + 1, {1: c.Byte}))),
    "otherwise": (S("a" / c.Byte, "b" / c.Switch(this.a, {}, c.Byte)), S("a" / c.Byte, "b" / c.Switch(this.a, {}, c.Int16ub))),
    "condition": (S("a" / c.Byte, "b" / c.If(this.a > 1, c.Byte)), S("a" / c.Byte, "b" / c.If(this.a > 5, c.Byte))),
    "else": (S("a" / c.Byte, "b" / c.IfThenElse(this.a, c.Byte, c.Pass)), S("a" / c.Byte, "b" / c.IfThenElse(this.a, c.Byte, c.Int16ub))),
    "count expression": (S("n" / c.Byte, "b" / c.Bytes(this.n)), S("n" / c.Byte, "b" / c.Bytes(this.n * 2))),
    "rebuild expression": (S("a" / c.Byte, "n" / c.Rebuild(c.Byte, this.a)), S("a" / c.Byte, "n" / c.Rebuild(c.Byte, this.a + 1))),
    "same text": (S("a" / c.PascalString(c.Byte, "utf8"), "b" / c.If(this.a == "1", c.Byte)), S("a" / c.PascalString(c.Byte, "utf8"), "b" / c.If(this.a == 1, c.Byte))),
    "a hidden name": (S(c.Padding(2), "0" / c.Byte), S(c.Padding(3), "0" / c.Byte)),
    "numbers behind a lambda": (S("a" / c.Computed(lambda _: 1), "b" / c.Int16ul), S("a" / c.Computed(lambda _: 1), "b" / c.Int16ub)),
}  # fmt: skip


def _in_class(sub: Any) -> Any:
    body = {"__annotations__": {"field": Annotated[Any, sub]}, "__doc__": "Made up.", "__module__": __name__}
    return schema(type("Holder", (), body))


PLACES: dict[str, Callable[[Any], Any]] = {
    "alone": lambda sub: sub,
    "in a Struct": lambda sub: S("before" / c.Byte, "field" / sub),
    "in an array": lambda sub: S("field" / c.Array(2, sub)),
    "in a choice": lambda sub: S("a" / c.Byte, "field" / c.Switch(this.a, {1: c.Pass}, sub)),
    "below what construct runs": lambda sub: S("field" / c.GreedyRange(S("x" / sub))),
    "in a class": _in_class,
    "in a list": lambda sub: list[Annotated[Any, sub]],
    "in a map": lambda sub: HashMap[u8, Option[Annotated[Any, sub]]],
    "in a tuple": lambda sub: tuple[u8, Annotated[Any, sub]],
    "in a class in a construct": lambda sub: S("field" / FIXED.construct(_in_class(sub))),
}


def changes(old: Any, new: Any, one: Encoding = FIXED, other: Encoding = FIXED) -> list[Change]:
    return compare(layout_of(old, one), layout_of(new, other))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", PAIRS)
def test_whatever_changes_bytes(name: str, place: str) -> None:
    old, new = PAIRS[name]
    put = PLACES[place]
    found = changes(put(old), put(new))
    assert found
    assert all((change.before, change.after) != (None, None) or change.member is None for change in found)
    assert all(change.before != change.after for change in found if change.action == "retyped")
    assert changes(put(old), put(old)) == []


def _twice(module: str) -> Any:
    """A declaration with functions and a class of its own: made twice, it says the same."""
    space: dict[str, Any] = {"c": c, "__name__": module}
    exec(
        "STEP = 3\n"
        "def up(value, context):\n    'Documented.'\n    return value + STEP\n"
        "class Shifted(c.Adapter):\n"
        "    def _decode(self, obj, context, path):\n        return obj - STEP\n"
        "    def _encode(self, obj, context, path):\n        return up(obj, context)\n"
        "TREE = c.Struct('v' / c.Byte, 'more' / c.GreedyRange(c.LazyBound(lambda: TREE)))\n"
        "MADE = c.Struct('a' / Shifted(c.Byte), 'b' / c.ExprAdapter(c.Byte, up, up), 't' / TREE)\n",
        space,
    )
    return space


def test_functions_and_classes_count_by_their_code() -> None:
    one, other = _twice("one"), _twice("other")
    assert changes(one["MADE"], other["MADE"]) == []
    other["STEP"] = 4  # a global of theirs
    assert changes(one["MADE"], other["MADE"])
    old, new = (Annotated[int, Via(u8, decode=int, encode=lambda v, n=n: v + n)] for n in (1, 2))  # type: ignore[misc]
    assert changes(old, new)
    assert changes(list[old], list[new])  # type: ignore[valid-type]
    assert changes(old, old) == []


def test_constructs_that_contain_themselves_or_nothing() -> None:
    loop: Any = c.LazyBound(lambda: loop)
    assert changes(S("a" / loop), S("a" / loop)) == []
    assert changes(S("a" / loop), S("a" / c.Byte))
    deep: Any = c.Byte
    for _ in range(3000):
        deep = c.GreedyRange(deep)
    assert changes(deep, deep) == []


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        (list[u16], list[u32], ("Vec<u16>", "Vec<u32>")),
        (u32, u64, ("u32", "u64")),
        (u16, NonZeroU16, ("u16", "NonZero<u16>")),
        (Option[str], Option[bytes], ("Option<str>", "Option<bytes>")),
        (Annotated[list[u8], Len(2)], Annotated[list[u8], Len(3)], ("[u8; 2]", "[u8; 3]")),
        (HashMap[u8, u16], BTreeMap[u8, u16], ("HashMap<u8, u16>", "BTreeMap<u8, u16>")),
    ],
)
def test_types_without_a_name(old: Any, new: Any, shown: tuple[str, str]) -> None:
    assert changes(old, new) == [Change("retyped", "Data", None, *shown)]


def test_the_words() -> None:
    pairs = {name: changes(S("f" / old), S("f" / new)) for name, (old, new) in PAIRS.items()}
    shown = {name: (found[0].before, found[0].after) for name, found in pairs.items()}
    assert shown["byte order"] == ("u32, little-endian", "u32, big-endian")
    assert shown["padding"] == ("2 bytes of padding", "3 bytes of padding")
    assert shown["constant"] == ("[u8; 2], constant b'AA'", "[u8; 2], constant b'BB'")
    assert shown["default"] == ("u8, default 1", "u8, default 2")
    assert shown["text encoding"] == ("str, in utf8", "str, in latin1")
    assert shown["element"] == ("Vec<u16>, the elements little-endian", "Vec<u16>, the elements big-endian")
    assert shown["prefix itself"] == ("prefixed<u8>", "prefixed<u8>, with a length that counts itself")
    assert shown["bit sign"] == ("8 bits", "8 bits, signed")
    (found,) = changes(*PAIRS["condition"])
    assert found == Change("retyped", "Data.b", None, "if (this.a > 1)", "if (this.a > 5)")


@schema
class Part(CStruct):
    """Fixed."""

    x: u16
    y: f32


@schema
class Save:
    """Progress."""

    level: u32
    names: list[str]
    part: Blob[Part]


def test_an_encoding_is_one_change() -> None:
    fixed, variable = "fixed integers, little-endian", "variable integers, little-endian"
    assert changes(Save, Save, FIXED, VARIABLE) == [Change("encoding", "Save", None, fixed, variable)]
    assert changes(list[u16], list[u16], FIXED, BIG)[0].action == "encoding"
    assert changes(tuple[u8, bool], tuple[u8, bool], FIXED, VARIABLE) == []
    assert changes(u16, u16, FIXED, Encoding("fixed", "little", 9)) == []
    found = changes(list[u16], list[u32], FIXED, VARIABLE)
    assert [change.action for change in found] == ["encoding", "retyped"]


def test_an_encoding_inside() -> None:
    found = changes(S("s" / FIXED.construct(Save)), S("s" / VARIABLE.construct(Save)))
    assert Change("retyped", "Save", "level", "u32", "u32, variable") in found
    found = changes(S("s" / FIXED.construct(u16)), S("s" / BIG.construct(u16)))
    assert found == [Change("retyped", "Data", "s", "u16, little-endian", "u16, big-endian")]
    limited = Encoding("fixed", "little", 9)
    assert changes(S("s" / FIXED.construct(Save)), S("s" / limited.construct(Save))) == []


def test_what_changes_no_bytes() -> None:
    @schema(name="Save")
    class Renamed:
        """Another text."""

        stage: u32 = doc("Another word", rename="level")
        names: list[str] = doc("Names")
        part: Blob[Part]

    assert changes(Save, Renamed) == []
    one = S("a" / c.Byte * "text", "b" / c.Switch(this.a, {1: c.Byte, 2: c.Int16ub}))
    two = S("a" / c.Byte, "b" / c.Switch(this.a, {2: c.Int16ub, 1: c.Byte}))
    assert changes(one, two) == []
    assert changes(S("a" / c.Int16ul), S("a" / FIXED.construct(u16))) == []
    assert changes(S("a" / c.PrefixedArray(c.Int64ul, c.Byte)), S("a" / FIXED.construct(list[u8]))) == []


def test_enums() -> None:
    def units(**names: Any) -> Any:
        return schema(UnitEnum("Level", names, module=__name__))

    assert changes(units(Low=None, High=None), units(High=None, Low=None))
    low = units(Low=None, High=None)
    assert changes(low, units(Low=None, High=variant("All others", other=True)))
    one, two = (units(Low=variant("", discriminant=n), High=variant("", discriminant=5)) for n in (1, 9))
    assert changes(one, two) == []
    assert changes(BTreeMap[one, u8], BTreeMap[two, u8])
    assert changes(HashMap[one, u8], HashMap[two, u8]) == []

    def data(item: Any) -> Any:
        base = schema(type("Shape", (DataEnum,), {"__doc__": "A shape.", "__module__": __name__}))
        body = {"__annotations__": {"size": item}, "__doc__": "Round.", "__module__": __name__}
        schema(name="Circle")(type("Circle", (base,), body))
        return base

    sizes = [data(Annotated[int, sub]) for sub in (c.Int16ul, c.Int16ub)]
    assert changes(*sizes) == [
        Change("retyped", "Shape", "Circle.size", "u16, little-endian", "u16, big-endian")
    ]


def test_two_roots_of_the_same_types() -> None:
    tree: Any = S("x" / c.Byte)
    one, other = S("a" / tree, "b" / c.Int16ub), S("a" / tree, "b" / c.Int16ul)
    assert changes(S("p" / one, "q" / other), S("p" / other, "q" / one))


def test_pages_of_changes() -> None:
    def release(number: int, encoding: Encoding, payload: Any) -> Any:
        return SnapshotFormat(
            f"made/{number}", magic=7, version=f"{number}.0.0", payload=payload, encoding=encoding
        )

    later = S("a" / c.Int16ub, "s" / c.PascalString(c.Byte, "latin1"))
    releases = [
        release(1, FIXED, S("a" / c.Int16ul, "s" / c.PascalString(c.Byte, "utf8"))),
        release(2, FIXED, later),
    ]
    text = "".join(build(releases, outputs=("markdown",)).files.values())
    assert "u16, big-endian" in text
    assert "in latin1" in text
    text = "".join(
        build([release(1, FIXED, Save), release(2, VARIABLE, Save)], outputs=("markdown",)).files.values()
    )
    assert "variable integers" in text
    assert "since 2" not in text.lower()
