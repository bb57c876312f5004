//! The Rust types that the rows name; parsed by the tests, never compiled.
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::marker::PhantomData;

#[derive(Serialize, Deserialize, Debug, Clone, PartialEq, Default)]
pub struct UnitS;
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq, Default)]
pub struct EmptyS {}
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq, Default)]
pub struct EmptyT();
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq, Default)]
pub struct NewU32(pub u32);
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq, Default)]
pub struct NewStr(pub String);
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct NewNew(pub NewU32);
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct TupS(pub u8, pub u16, pub u32, pub u64);
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq, Default, Eq, PartialOrd, Ord, Hash)]
pub struct Point { pub x: i32, pub y: i32 }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Ints { pub a: u8, pub b: u16, pub c: u32, pub d: u64, pub e: u128, pub f: i8, pub g: i16, pub h: i32, pub i: i64, pub j: i128, pub k: usize, pub l: isize }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub enum Shape {
    Unit,
    New(u32),
    Tup(u8, u16),
    Struct { a: u8, b: String },
    NewTup((u8, u8)),
    NewUnit(()),
    EmptyTup(),
    EmptyStruct {},
    Nest(Option<Box<Shape>>),
    Last,
}
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub enum Disc { A = 10, B = 20, C = 5, D = -1 }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[repr(u8)]
pub enum ReprU8 { A = 200, B(u16) = 100, C { x: u8 } = 7, D = 0 }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub enum Big300 { V0,V1,V2,V3,V4,V5,V6,V7,V8,V9,V10,V11,V12,V13,V14,V15,V16,V17,V18,V19,V20,V21,V22,V23,V24,V25,V26,V27,V28,V29,V30,V31,V32,V33,V34,V35,V36,V37,V38,V39,V40,V41,V42,V43,V44,V45,V46,V47,V48,V49,V50,V51,V52,V53,V54,V55,V56,V57,V58,V59,V60,V61,V62,V63,V64,V65,V66,V67,V68,V69,V70,V71,V72,V73,V74,V75,V76,V77,V78,V79,V80,V81,V82,V83,V84,V85,V86,V87,V88,V89,V90,V91,V92,V93,V94,V95,V96,V97,V98,V99,V100,V101,V102,V103,V104,V105,V106,V107,V108,V109,V110,V111,V112,V113,V114,V115,V116,V117,V118,V119,V120,V121,V122,V123,V124,V125,V126,V127,V128,V129,V130,V131,V132,V133,V134,V135,V136,V137,V138,V139,V140,V141,V142,V143,V144,V145,V146,V147,V148,V149,V150,V151,V152,V153,V154,V155,V156,V157,V158,V159,V160,V161,V162,V163,V164,V165,V166,V167,V168,V169,V170,V171,V172,V173,V174,V175,V176,V177,V178,V179,V180,V181,V182,V183,V184,V185,V186,V187,V188,V189,V190,V191,V192,V193,V194,V195,V196,V197,V198,V199,V200,V201,V202,V203,V204,V205,V206,V207,V208,V209,V210,V211,V212,V213,V214,V215,V216,V217,V218,V219,V220,V221,V222,V223,V224,V225,V226,V227,V228,V229,V230,V231,V232,V233,V234,V235,V236,V237,V238,V239,V240,V241,V242,V243,V244,V245,V246,V247,V248,V249,V250,V251,V252,V253,V254,V255,V256,V257,V258,V259,V260,V261,V262,V263,V264,V265,V266,V267,V268,V269,V270,V271,V272,V273,V274,V275,V276,V277,V278,V279,V280,V281,V282,V283,V284,V285,V286,V287,V288,V289,V290,V291,V292,V293,V294,V295,V296,V297,V298,V299 }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Nested { pub id: u64, pub name: String, pub pos: Point, pub tags: Vec<String>, pub opt: Option<Box<Point>>, pub shape: Shape, pub map: BTreeMap<String, Vec<u16>>, pub t: (bool, char, f64) }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Gen<T> { pub v: T, pub list: Vec<T> }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Gen2<K: Ord, V> { pub m: BTreeMap<K, V>, pub p: PhantomData<V> }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub enum GenE<T> { A(T), B { t: T }, C(T, T), D }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub enum List { Nil, Cons(i32, Box<List>) }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Tree { pub v: u8, pub kids: Vec<Tree> }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Chain { pub next: Option<Box<Chain>> }
#[derive(Serialize, Debug)]
pub struct BorrowedS<'a> { pub s: &'a str, pub b: &'a [u8], pub c: Cow<'a, str> }
#[derive(Serialize, Deserialize, Debug, PartialEq)]
pub struct BorrowedD<'a> { pub s: &'a str, #[serde(borrow)] pub b: &'a [u8], #[serde(borrow)] pub c: Cow<'a, str> }

// ---- serde attributes
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Rename { #[serde(rename = "zzz")] pub a: u8, #[serde(rename(serialize = "s1", deserialize = "d1"))] pub b: u16 }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename = "Other", rename_all = "camelCase")]
pub struct RenameAll { pub long_field_name: u8, pub other_field: u16 }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RenameEnum { FirstOne, #[serde(rename = "x")] SecondOne(u8), #[serde(alias = "y")] ThirdOne { #[serde(rename = "q")] a: u8 } }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Deny { #[serde(alias = "aa")] pub a: u8, pub b: u16 }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct SkipField { pub a: u8, #[serde(skip)] pub b: u32, pub c: u16 }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct SkipLast { pub a: u8, #[serde(skip)] pub b: Option<String> }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct SkipTuple(pub u8, #[serde(skip)] pub u32, pub u16);
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct SkipNew(#[serde(skip)] pub u32, pub u16);
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct SkipIf { pub a: u8, #[serde(skip_serializing_if = "Option::is_none")] pub b: Option<u32>, pub c: u16 }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct SkipIfDefault { pub a: u8, #[serde(default, skip_serializing_if = "Vec::is_empty")] pub b: Vec<u8>, pub c: u16 }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct SkipSer { pub a: u8, #[serde(skip_serializing)] pub b: u32, pub c: u16 }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct SkipDe { pub a: u8, #[serde(skip_deserializing)] pub b: u32, pub c: u16 }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct DefaultField { pub a: u8, #[serde(default)] pub b: u16, #[serde(default = "seven")] pub c: u8 }
pub fn seven() -> u8 { 7 }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq, Default)]
#[serde(default)]
pub struct DefaultAll { pub a: u8, pub b: u16 }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(transparent)]
pub struct Transparent { pub inner: Vec<u16>, #[serde(skip)] pub p: PhantomData<u8> }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(transparent)]
pub struct TransparentStruct { pub p: Point }
pub mod as_string {
    use super::*;
    pub fn serialize<S: Serializer>(v: &u64, s: S) -> Result<S::Ok, S::Error> { s.collect_str(v) }
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<u64, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct With { #[serde(with = "as_string")] pub n: u64, #[serde(with = "serde_bytes")] pub b: Vec<u8>, pub v: Vec<u8> }
pub mod ext { #[derive(Debug, Clone, PartialEq)] pub struct Dur { pub secs: i64, pub nanos: i32 } }
#[derive(Serialize, Deserialize)]
#[serde(remote = "ext::Dur")]
pub struct DurDef { pub secs: i64, pub nanos: i32 }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Remote { pub name: String, #[serde(with = "DurDef")] pub dur: ext::Dur }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(from = "(u8, u16)", into = "(u8, u16)")]
pub struct FromInto { pub hi: u16, pub lo: u8 }
impl From<(u8, u16)> for FromInto { fn from(t: (u8, u16)) -> Self { FromInto { hi: t.1, lo: t.0 } } }
impl From<FromInto> for (u8, u16) { fn from(t: FromInto) -> Self { (t.lo, t.hi) } }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(try_from = "u32", into = "u32")]
pub struct Even(pub u32);
impl TryFrom<u32> for Even { type Error = String; fn try_from(v: u32) -> Result<Self, String> { if v % 2 == 0 { Ok(Even(v)) } else { Err(format!("{v} is odd")) } } }
impl From<Even> for u32 { fn from(e: Even) -> u32 { e.0 } }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(untagged)]
pub enum Untagged { A(u32), B { x: u8, y: u8 }, C(String), D }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(tag = "type")]
pub enum Internal { A { x: u8 }, B(Point), C }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(tag = "t", content = "c")]
pub enum Adjacent { A(u32), B { x: u8 }, C, D(u8, u16) }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(tag = "kind")]
pub struct TaggedStruct { pub a: u8 }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Flat { pub a: u8, #[serde(flatten)] pub p: Point }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct FlatMap { pub a: u8, #[serde(flatten)] pub rest: HashMap<String, u32> }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub enum SkipVariant { A, #[serde(skip)] B, C(u8), #[serde(skip)] D(u8), E }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub enum SkipDeVariant { A, #[serde(skip_deserializing)] B, C, D }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub enum SkipSerVariant { A, #[serde(skip_serializing)] B, C, D }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub enum OtherE { A, B, #[serde(other)] Rest }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub enum VarWith { #[serde(with = "as_string")] A(u64), B { #[serde(with = "as_string")] n: u64 }, C { #[serde(skip)] s: u8, k: u8 }, D(u8, #[serde(skip)] u8) }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub enum UntaggedVariant { A, B(u8), #[serde(untagged)] C(u16) }

// ---- payloads of snapshot files
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Small { pub flag: bool, pub kind: Shape, pub name: String, pub opt: Option<u16>, pub ch: char, pub list: Vec<u16>, pub arr: [u8; 3], pub f: f32 }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub enum PciKind { None, Legacy(u8), Modern { bar: u64, msix: Option<u16> }, Pair(u16, u16) }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Device { pub id: String, pub addr: u64, pub irq: u32, pub kind: PciKind, pub queues: Vec<(u16, bool)>, pub mac: [u8; 6] }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct VmState { pub mem_mib: u64, pub vcpus: Vec<Vcpu>, pub devices: BTreeMap<String, Device>, pub boot_ns: u128, pub smt: bool, pub note: Option<String> }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Vcpu { pub idx: u8, pub regs: [u64; 4], pub msrs: Vec<(u32, u64)>, pub tsc_khz: Option<u32> }

// ---- not in the Rust program's file of types: as the rows show them
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub enum E2 { A, B(u8) }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub enum E3 { A(bool), B(u16), C { s: String } }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Order { pub a: Vec<u16>, pub b: u32, pub c: Option<String>, pub d: (u8, Vec<bool>), pub e: BTreeMap<u8, Vec<i16>>, pub f: u64 }
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Wrap1 { pub x: u32 }
// A map whose length is not told to serde: what a struct with a flattened field is.
#[derive(Serialize, Debug)]
pub struct NoLenMap { #[serde(flatten)] pub entries: HashMap<u8, u8> }
