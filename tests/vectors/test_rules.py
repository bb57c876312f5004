"""The rules at work on declarations that no row here has: what hold-out data may bring.

Values and bytes are worked out by hand from serde's derive and bincode's rules (fixed width, little endian).
"""

from __future__ import annotations

import functools
from typing import Any

import pytest

import snapformat
from snapformat.bincode import Encoding
from vectors.checks import assert_bytes, assert_names, assert_same
from vectors.rust_build import World
from vectors.shapes import NotExpressible, as_read

_DECLARATIONS = """
    struct Unit; struct Brace {} struct Paren(); struct New(pub u16); struct Pair(u8, New);
    struct Keywords { r#type: u8, from: u8, class: u8, None: u8, _x: u8, __y: u8 }
    enum Words { None, True, r#match, name, value, mro }
    enum Data<T> { None, New(T), Pair(T, u8), Named { r#in: Vec<T> }, Again(Box<Data<T>>), Paren(), Brace {} }
    struct Left { right: Option<Box<Right>>, n: u8 }
    struct Right { lefts: Vec<Left>, me: Option<Box<Self>> }
    struct Node<T> { value: T, next: Option<Box<Node<T>>>, flipped: Option<Box<Node<T>>> }
    struct Arr<T, const N: usize> { items: [T; N], more: [u8; SIZE] }
    const SIZE: usize = 2;
    type Alias<T> = Vec<(T, u8)>;
    struct Def<T = u16> { t: T }
    struct Bound2<'a, K: Ord + 'a, V> where V: Clone { map: BTreeMap<K, &'a V>, p: PhantomData<V> }
    #[serde(rename_all = "camelCase", rename_all_fields = "SCREAMING-KEBAB-CASE")]
    enum Cased { FirstOne { some_field: u8 }, #[serde(rename_all = "PascalCase")] SecondOne { a_b: u8 },
        #[serde(rename = "3rd")] Third(u8), FourthOne }
    #[serde(rename_all(serialize = "kebab-case", deserialize = "UPPERCASE"))]
    enum UnitCased { FirstOne, #[serde(rename = "x")] SecondOne, #[serde(alias = "t")] ThirdOne }
    struct Skips(#[serde(skip, default = "seven")] u8, u8, #[serde(skip)] Vec<String>,
        #[serde(skip)] [u8; 2]);
    fn seven() -> u8 { 7 }
    struct SkipNamed { #[serde(skip)] a: (u8, String), b: u8, #[serde(skip)] c: Option<Unit>,
        #[serde(skip)] d: New }
    enum SkipVar { A(#[serde(skip)] u8), B { #[serde(skip)] x: u8 }, C(#[serde(skip)] u8, u16) }
    #[serde(transparent)] struct Through<T> { inner: Option<T>, p: PhantomData<u8> }
    #[serde(transparent)] struct ThroughNew(u16);
    struct RawBytes { #[serde(with = "serde_bytes")] a: Vec<u8>,
        #[serde(with = "serde_bytes")] b: Option<Vec<u8>>, #[serde(with = "serde_bytes")] c: [u8; 2] }
    enum Rest { A(u8), #[serde(other)] Rest }
    #[serde(default, deny_unknown_fields, bound = "T: X", crate = "serde")]
    struct Harmless<T> { #[serde(default, alias = "b")] a: T, #[serde(default = "seven", borrow)] c: u8 }
"""

#: Type, value as rows write it, bytes, tree of serde calls (None where it adds nothing).
_CASES: list[tuple[str, Any, str, Any]] = [
    ("Unit", None, "", ["unit_struct", "Unit"]),
    ("Brace", {}, "", ["struct", "Brace", []]),
    ("Paren", [], "", ["tuple_struct", "Paren", []]),
    ("New", 5, "0500", ["newtype_struct", "New", ["u16", "5"]]),
    ("Pair", [1, 2], "010200", None),
    (
        "Keywords",
        dict(zip(["type", "from", "class", "None", "_x", "__y"], range(6), strict=True)),
        "000102030405",
        None,
    ),
    ("Vec<Words>", [{"variant": "match", "index": 2, "kind": "unit"}], "01" + 7 * "00" + "02000000", None),
    (
        "Words",
        {"variant": "mro", "index": 5, "kind": "unit"},
        "05000000",
        ["unit_variant", "Words", 5, "mro"],
    ),
    ("Data<u16>", {"variant": "None", "index": 0, "kind": "unit"}, "00000000", None),
    ("Data<u16>", {"variant": "Pair", "index": 2, "kind": "tuple", "value": [1, 2]}, "02000000010002", None),
    (
        "Data<Option<u8>>",
        {"variant": "Named", "index": 3, "kind": "struct", "value": {"in": [None, {"some": 1}]}},
        "03000000" + "0200000000000000" + "000101",
        None,
    ),
    (
        "Data<()>",
        {
            "variant": "Again",
            "index": 4,
            "kind": "newtype",
            "value": {"variant": "Brace", "index": 6, "kind": "struct", "value": {}},
        },
        "0400000006000000",
        ["newtype_variant", "Data", 4, "Again", ["struct_variant", "Data", 6, "Brace", []]],
    ),
    ("Data<()>", {"variant": "Paren", "index": 5, "kind": "tuple", "value": []}, "05000000", None),
    (
        "Left",
        {"right": {"some": {"lefts": [{"right": None, "n": 1}], "me": None}}, "n": 2},
        "01" + "0100000000000000" + "0001" + "00" + "02",
        None,
    ),
    ("Right", {"lefts": [], "me": {"some": {"lefts": [], "me": None}}}, "00" * 8 + "01" + "00" * 9, None),
    (
        "Node<Option<u8>>",
        {
            "value": None,
            "next": {"some": {"value": {"some": 3}, "next": None, "flipped": None}},
            "flipped": None,
        },
        "00" + "01" + "0103" + "0000" + "00",
        None,
    ),
    ("Arr<u16, 2>", {"items": [1, 2], "more": [3, 4]}, "010002000304", None),
    ("Arr<(), 3>", {"items": [None] * 3, "more": [3, 4]}, "0304", None),
    ("Arr<bool, SIZE>", {"items": [True, False], "more": [3, 4]}, "01000304", None),
    ("Alias<bool>", [[True, 1]], "01000000000000000101", None),
    ("Def", {"t": 1}, "0100", None),
    ("Def<u8>", {"t": 1}, "01", None),
    (
        "Bound2<'static, String, Point3>",
        {"map": {"map": [["a", 1]]}, "p": None},
        "0100000000000000" + "010000000000000061" + "01",
        [
            "struct",
            "Bound2",
            [["map", ["map", [[["str", "a"], ["u8", "1"]]]]], ["p", ["unit_struct", "PhantomData"]]],
        ],
    ),
    (
        "Cased",
        {"variant": "firstOne", "index": 0, "kind": "struct", "value": {"SOME-FIELD": 1}},
        "0000000001",
        None,
    ),
    ("Cased", {"variant": "secondOne", "index": 1, "kind": "struct", "value": {"AB": 1}}, "0100000001", None),
    ("Cased", {"variant": "3rd", "index": 2, "kind": "newtype", "value": 1}, "0200000001", None),
    ("Cased", {"variant": "fourthOne", "index": 3, "kind": "unit"}, "03000000", None),
    ("UnitCased", {"variant": "first-one", "index": 0, "kind": "unit"}, "00000000", None),
    ("UnitCased", {"variant": "x", "index": 1, "kind": "unit"}, "01000000", None),
    ("UnitCased", {"variant": "third-one", "index": 2, "kind": "unit"}, "02000000", None),
    ("Skips", [9], "09", ["tuple_struct", "Skips", [["u8", "9"]]]),
    ("SkipNamed", {"b": 9}, "09", ["struct", "SkipNamed", [["b", ["u8", "9"]]]]),
    (
        "SkipVar",
        {"variant": "A", "index": 0, "kind": "unit"},
        "00000000",
        ["unit_variant", "SkipVar", 0, "A"],
    ),
    ("SkipVar", {"variant": "B", "index": 1, "kind": "struct", "value": {}}, "01000000", None),
    ("SkipVar", {"variant": "C", "index": 2, "kind": "tuple", "value": [1]}, "020000000100", None),
    ("Through<u8>", {"some": 1}, "0101", ["some", ["u8", "1"]]),
    ("Option<Through<u8>>", {"some": None}, "0100", ["some", ["none"]]),
    ("ThroughNew", 5, "0500", ["u16", "5"]),
    (
        "RawBytes",
        {"a": {"bytes": "01"}, "b": {"some": {"bytes": ""}}, "c": {"bytes": "0203"}},
        "010000000000000001" + "01" + "00" * 8 + "0200000000000000" + "0203",
        None,
    ),
    ("Rest", {"variant": "Rest", "index": 1, "kind": "unit"}, "01000000", None),
    ("Harmless<bool>", {"a": True, "c": 1}, "0101", None),
    # std, by other spellings
    ("std::sync::Arc<str>", "é", "0200000000000000c3a9", None),
    ("Option<Box<dyn_free::Unit>>", None, "00", None),
    ("Rc<RefCell<Vec<Option<()>>>>", [None, {"some": None}], "02000000000000000001", None),
    ("Option<Option<Option<u8>>>", {"some": {"some": None}}, "010100", None),
    ("std::sync::Weak<Option<u8>>", {"some": None}, "0100", ["some", ["none"]]),
    ("std::rc::Weak<u16>", {"some": 5}, "010500", ["some", ["u16", "5"]]),
    ("std::rc::Weak<u16>", None, "00", ["none"]),
    ("Vec<Weak<New>>", [{"some": 5}, None], "0200000000000000" + "010500" + "00", None),
    ("Def<Weak<bool>>", {"t": {"some": True}}, "0101", None),
    ("semver::Comparator", ">=1.2", "0500000000000000" + b">=1.2".hex(), ["str", ">=1.2"]),
    ("(Comparator, u8)", ["1.*", 1], "0300000000000000" + b"1.*".hex() + "01", None),
    ("core::cmp::Reverse<Wrapping<i8>>", -1, "ff", ["i8", "-1"]),
    ("NonZero<u16>", 7, "0700", None),
    ("core::num::NonZero<isize>", -7, "f9ffffffffffffff", ["i64", "-7"]),
    ("NonZeroI128", 1, "01" + "00" * 15, None),
    ("Mutex<AtomicBool>", True, "01", None),
    ("BinaryHeap<u8>", [2, 1], "02000000000000000201", None),
    ("RangeInclusive<char>", {"start": "a", "end": "b"}, "6162", None),
    ("std::ops::RangeFrom<()>", {"start": None}, "", ["struct", "RangeFrom", [["start", ["unit"]]]]),
    ("Bound<String>", {"variant": "Unbounded", "index": 0, "kind": "unit"}, "00000000", None),
    ("Bound<u8>", {"variant": "Excluded", "index": 2, "kind": "newtype", "value": 1}, "0200000001", None),
    (
        "Result<u8, Vec<()>>",
        {"variant": "Err", "index": 1, "kind": "newtype", "value": []},
        "01" + "00" * 11,
        None,
    ),
    ("SocketAddrV6", [[0] * 15 + [1], 80], "00" * 15 + "01" + "5000", None),
    (
        "SocketAddr",
        {"variant": "V6", "index": 1, "kind": "newtype", "value": [[0] * 15 + [1], 80]},
        "01000000" + "00" * 15 + "01" + "5000",
        None,
    ),
    ("PhantomData<Unknown<u8>>", None, "", ["unit_struct", "PhantomData"]),
    ("HashMap<u8, u8, RandomState>", {"map": [[2, 1]]}, "01000000000000000201", None),
    (
        "BTreeSet<(bool, String)>",
        [[False, "b"], [True, ""]],
        "0200000000000000" + "0001" + "00" * 7 + "6201" + "00" * 8,
        None,
    ),
    ("[f32; 2]", [{"f32_bits": "7f800001"}, {"f32_bits": "ff800000"}], "0100807f000080ff", None),
    ("Option<f64>", {"some": {"f64_bits": "fff0000000000001"}}, "01010000000000f0ff", None),
    ("[u8; 0]", [], "", ["tuple", []]),
    ("&'a serde_bytes::Bytes", {"bytes": {"repeat": ["07", 3]}}, "0300000000000000070707", None),
    ("Vec<u16>", [1, {"repeat": [2, 2]}], "0300000000000000010002000200", None),
    ("Vec<struct{ a: u8, #[serde(skip)] b: u64 }>", [{"a": 1}], "010000000000000001", None),
]


@functools.cache
def _world() -> World:
    return World({"all": _DECLARATIONS, "more": "pub mod dyn_free {} type Point3 = u8;"})


@pytest.mark.parametrize(("text", "value", "data", "model"), _CASES, ids=[case[0] for case in _CASES])
def test_rule(text: str, value: Any, data: str, model: Any) -> None:
    shape, annotation = _world().shape(text), _world().annotation(text)
    made = shape.from_value(value)
    if model is not None:
        assert shape.to_model(made) == model
    wanted = bytes.fromhex(data)
    assert_bytes(snapformat.encode(made, annotation), wanted, "encode")
    with as_read():
        read = shape.from_value(value)
    got, taken = snapformat.decode_prefix(wanted, annotation)
    assert taken == len(wanted)
    assert_same(shape, got, read, "decode_prefix")
    construct = Encoding().construct(annotation)
    assert_same(shape, construct.parse(wanted), read, "construct's parse")
    assert_bytes(construct.build(made), wanted, "construct's build")
    assert_names(shape, annotation)


def test_a_dead_weak_is_written_as_none() -> None:
    annotation = _world().annotation("std::rc::Weak<u8>")
    assert snapformat.encode(snapformat.decode(b"\x01\x05", annotation), annotation) == b"\x00"
    with pytest.raises(snapformat.DecodeError):
        snapformat.decode(b"\x01", annotation)  # what is pointed to is read, and then dropped


def test_an_option_of_a_weak_has_no_counterpart() -> None:
    with pytest.raises(NotExpressible):
        _world().shape("Option<Weak<u8>>")


@pytest.mark.parametrize(
    ("text", "wanted"), [("1.2.3", "^1.2.3"), (" >1 ", ">1"), ("~1.2.3-a.1", "~1.2.3-a.1")]
)
def test_comparators_are_printed_as_rust_prints_them(text: str, wanted: str) -> None:
    annotation = _world().annotation("semver::Comparator")
    assert snapformat.decode(snapformat.encode(text, str), annotation) == wanted
    assert snapformat.encode(text, annotation) == snapformat.encode(wanted, str)


@pytest.mark.parametrize("text", ["", "*", "x", "1, 2", "1.2.3,", ">>1", "1.*.3", "01", "a"])
def test_not_one_comparator(text: str) -> None:
    annotation = _world().annotation("semver::Comparator")
    with pytest.raises(snapformat.DecodeError):
        snapformat.decode(snapformat.encode(text, str), annotation)
    with pytest.raises(snapformat.EncodeError):
        snapformat.encode(text, annotation)


def test_unknown_index_is_rest() -> None:
    shape, annotation = _world().shape("Rest"), _world().annotation("Rest")
    got = snapformat.decode(b"\x07\0\0\0", annotation)
    assert shape.to_model(got) == ["unit_variant", "Rest", 1, "Rest"]
    assert snapformat.encode(got, annotation) == b"\x01\0\0\0"


def test_skipped_fields_get_their_defaults() -> None:
    got = snapformat.decode(b"\x09", _world().annotation("Skips"))
    assert (got.f0, got.f1, got.f2, got.f3) == (7, 9, [], [0, 0])
    named = snapformat.decode(b"\x09", _world().annotation("SkipNamed"))
    assert (named.a, named.b, named.c, named.d.f0) == ((0, ""), 9, None, 0)
