"""The parser of Rust text and the rules by themselves: what hold-out data may bring, and no row here has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from snapformat.errors import SchemaError
from vectors import data, renames
from vectors.rust_build import World
from vectors.rust_syntax import (
    Alias,
    Array,
    Const,
    Enum,
    Function,
    Meta,
    Name,
    Path,
    Slice,
    Struct,
    Tuple,
)
from vectors.rust_types import RustSyntaxError, parse_items, parse_type
from vectors.shapes import NotExpressible

U8 = Path(("u8",))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("u8", U8),
        ("()", Tuple(())),
        ("(u8)", U8),
        ("(u8,)", Tuple((U8,))),
        ("(u8, (u8, ()),)", Tuple((U8, Tuple((U8, Tuple(())))))),
        ("[u8; 4]", Array(U8, Const(4))),
        ("[[u8; 2]; 0x10]", Array(Array(U8, Const(2)), Const(16))),
        ("[u8; 4 * 2]", Array(U8, Const(8))),
        ("[u8; N]", Array(U8, Name("N"))),
        ("&'static [u8]", Slice(U8)),
        ("&'a mut u8", U8),
        ("&&str", Path(("str",))),
        ("Cow<'static, [u8]>", Path(("Cow",), (Slice(U8),))),
        ("std::rc::Weak<u8>", Path(("std", "rc", "Weak"), (U8,))),
        ("::std::vec::Vec::<u8>", Path(("std", "vec", "Vec"), (U8,))),
        ("Vec<Vec<u8>>", Path(("Vec",), (Path(("Vec",), (U8,)),))),
        ("serde_bytes::ByteArray<4>", Path(("serde_bytes", "ByteArray"), (Const(4),))),
        ("Arr<u8, { 3 }>", Path(("Arr",), (U8, Const(3)))),
        ("Gen2<String, (u8,),>", Path(("Gen2",), (Path(("String",)), Tuple((U8,))))),
    ],
)
def test_type(text: str, wanted: Any) -> None:
    assert parse_type(text) == wanted


@pytest.mark.parametrize(
    "text", ["", "u8 u8", "Vec<u8", "[u8; ]", "dyn Any", "*const u8", "fn(u8)", "(u8", "'a"]
)
def test_no_type(text: str) -> None:
    with pytest.raises((RustSyntaxError, ValueError)):
        parse_type(text)


def test_items() -> None:
    struct, alias, function, enum = parse_items(
        """
        /// Says nothing.
        #[derive(Serialize)] #[repr(C, packed(1))]
        #[serde(rename(serialize = "out", deserialize = "in"), bound(serialize = "T: Ord"))]
        pub(crate) struct Pair<'a, 'b: 'a, T: Into<Vec<T>> + 'a = u8, const N: usize = 3>(
            pub &'a [T; N], #[serde(default = "seven", rename = r#"a"b"#)] (T),
        ) where T: Ord, (T, u8): Copy;
        type Bytes<T> = Vec<T>;
        impl<T> Pair<'_, '_, T, 3> { fn of(x: [u8; 2]) -> Self { panic!("{}", "}") } }
        impl From<u8> for [u8; 2] { }
        mod inner { pub struct Hidden; }
        use std::{fmt, io};
        macro_rules! nothing { () => {}; }
        pub fn seven() -> u8 { 7 }
        enum E { A = 1 << 3, #[default] B { r#type: u8 } = -(4), C(), D(u8,), }
        """
    )
    assert isinstance(struct, Struct)
    assert isinstance(alias, Alias)
    assert isinstance(function, Function)
    assert isinstance(enum, Enum)
    assert (struct.name, struct.style, struct.generics.order) == ("Pair", "tuple", ["T", "N"])
    assert struct.attrs.writing("rename") == "out"
    assert struct.attrs.others == ["derive", "repr"]
    assert struct.fields[1].attrs.serde == [Meta("default", "seven"), Meta("rename", 'a"b')]
    assert function.body == ["7"]
    assert [(v.name, v.style) for v in enum.variants] == [
        ("A", "unit"),
        ("B", "struct"),
        ("C", "tuple"),
        ("D", "newtype"),
    ]
    assert enum.variants[1].fields[0].name == "type"


def test_every_declaration_and_type_of_the_vectors_parses() -> None:
    declarations = json.loads((data.folder() / "types.json").read_text(encoding="utf-8"))
    for name, text in declarations.items():
        for item in parse_items(text):
            assert item.name, name
    for file in data.files():
        for row in data.rows(file):
            text = row.get("rust_type") or row.get("payload_type")
            if text and "unsupported" not in row:
                parse_type(text)


@pytest.mark.parametrize(
    ("case", "field", "variant"),
    [
        (None, "long_name", "LongName"),
        ("lowercase", "long_name", "longname"),
        ("UPPERCASE", "LONG_NAME", "LONGNAME"),
        ("PascalCase", "LongName", "LongName"),
        ("camelCase", "longName", "longName"),
        ("snake_case", "long_name", "long_name"),
        ("SCREAMING_SNAKE_CASE", "LONG_NAME", "LONG_NAME"),
        ("kebab-case", "long-name", "long-name"),
        ("SCREAMING-KEBAB-CASE", "LONG-NAME", "LONG-NAME"),
    ],
)
def test_renames(case: str | None, field: str, variant: str) -> None:
    assert renames.of_field("long_name", case) == field
    assert renames.of_variant("LongName", case) == variant


def test_needs_rust_code() -> None:
    world = World(
        {
            "A": '#[serde(from = "u8")] struct A(u8);',
            "B": 'struct B { #[serde(with = "unknown")] a: u8 }',
            "C": 'struct C { #[serde(skip, default = "made")] a: u8 } fn made() -> u8 { 1 + compute() }',
        }
    )
    for text in ("A", "B", "C", "Vec<Unknown>", "BTreeMap<u8>", "u24"):
        with pytest.raises(NotExpressible):
            world.shape(text)
    with pytest.raises(SchemaError):
        World({"D": "struct D { #[serde(flatten)] a: Vec<u8> }"}).shape("D")
