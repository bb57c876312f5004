//! Values of types that are data, read and written by the calls that serde's derive would make.

use std::cell::Cell;
use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use crate::types::{At, Fields, Type, Types};

/// The most elements of size zero that the crate reads in a sequence.
const MOST_ZERO_SIZED: usize = 1 << 16;
/// The most parts of values that are read: more say nothing new, and take long.
const MOST_PARTS: usize = 1 << 20;
/// Names are not stored, only counted.
const NAMES: [&str; 512] = ["name"; 512];

thread_local! {
    static IN_BITCODE: Cell<bool> = const { Cell::new(false) };
    static PARTS: Cell<usize> = const { Cell::new(0) };
}

/// Begin to read a message: of bitcode, or in the format between the programs.
pub fn begin(in_bitcode: bool) {
    IN_BITCODE.set(in_bitcode);
    PARTS.set(0);
}

/// Count a part; return whether there are too many to go on.
pub fn one_more() -> bool {
    PARTS.set(PARTS.get() + 1);
    gave_up()
}

/// Whether reading was given up, which is no verdict.
pub fn gave_up() -> bool {
    PARTS.get() > MOST_PARTS
}

#[derive(PartialEq, PartialOrd)]
pub enum Value {
    Bool(bool),
    U8(u8),
    U16(u16),
    U32(u32),
    U64(u64),
    U128(u128),
    I8(i8),
    I16(i16),
    I32(i32),
    I64(i64),
    I128(i128),
    F32(f32),
    F64(f64),
    Char(char),
    Str(String),
    Bytes(Vec<u8>),
    Unit,
    /// Elements of a sequence, or fields in order.
    Parts(Vec<Value>),
    Entries(Vec<(Value, Value)>),
    Option(Option<Box<Value>>),
    Variant(usize, Vec<Value>),
}

/// A value with its type, to be written.
pub struct Typed<'a> {
    pub types: &'a Types,
    pub at: At,
    pub value: &'a Value,
}

/// A type, to read a value of.
#[derive(Clone, Copy)]
pub struct Seed<'a> {
    pub types: &'a Types,
    pub at: At,
}

struct Raw<'a>(&'a [u8]);

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

impl<'a> Typed<'a> {
    fn part(&self, at: At, value: &'a Value) -> Typed<'a> {
        Typed { types: self.types, at, value }
    }
}

impl Serialize for Typed<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match (&self.types.nodes[self.types.resolve(self.at)], self.value) {
            (_, Value::Bool(value)) => out.serialize_bool(*value),
            (_, Value::U8(value)) => out.serialize_u8(*value),
            (_, Value::U16(value)) => out.serialize_u16(*value),
            (_, Value::U32(value)) => out.serialize_u32(*value),
            (_, Value::U64(value)) => out.serialize_u64(*value),
            (_, Value::U128(value)) => out.serialize_u128(*value),
            (_, Value::I8(value)) => out.serialize_i8(*value),
            (_, Value::I16(value)) => out.serialize_i16(*value),
            (_, Value::I32(value)) => out.serialize_i32(*value),
            (_, Value::I64(value)) => out.serialize_i64(*value),
            (_, Value::I128(value)) => out.serialize_i128(*value),
            (_, Value::F32(value)) => out.serialize_f32(*value),
            (_, Value::F64(value)) => out.serialize_f64(*value),
            (_, Value::Char(value)) => out.serialize_char(*value),
            (_, Value::Str(value)) => out.serialize_str(value),
            (_, Value::Bytes(value)) => Raw(value).serialize(out),
            (Type::Unit, _) => out.serialize_unit(),
            (Type::Struct(fields), value) => self.write_struct(fields, value, out),
            (Type::Tuple(parts), Value::Parts(values)) => {
                let mut tuple = out.serialize_tuple(parts.len())?;
                for (&part, value) in parts.iter().zip(values) {
                    tuple.serialize_element(&self.part(part, value))?;
                }
                tuple.end()
            }
            (Type::Array(item, count), Value::Parts(values)) => {
                let mut tuple = out.serialize_tuple(*count)?;
                for value in values {
                    tuple.serialize_element(&self.part(*item, value))?;
                }
                tuple.end()
            }
            (Type::Seq(item), Value::Parts(values)) => {
                let mut seq = out.serialize_seq(Some(values.len()))?;
                for value in values {
                    seq.serialize_element(&self.part(*item, value))?;
                }
                seq.end()
            }
            (Type::Map(key, item), Value::Entries(entries)) => {
                let mut map = out.serialize_map(Some(entries.len()))?;
                for (name, value) in entries {
                    map.serialize_entry(&self.part(*key, name), &self.part(*item, value))?;
                }
                map.end()
            }
            (Type::Option(_), Value::Option(None)) => out.serialize_none(),
            (Type::Option(item), Value::Option(Some(value))) => {
                out.serialize_some(&self.part(*item, value))
            }
            (Type::Enum(variants), Value::Variant(index, values)) => {
                self.write_variant(&variants[*index], *index as u32, values, out)
            }
            _ => panic!("a value of another type"),
        }
    }
}

impl Typed<'_> {
    fn write_struct<S: Serializer>(
        &self,
        fields: &Fields,
        value: &Value,
        out: S,
    ) -> Result<S::Ok, S::Error> {
        match (fields, value) {
            (Fields::Unit, _) => out.serialize_unit_struct("Name"),
            (Fields::Newtype(at), value) => {
                out.serialize_newtype_struct("Name", &Typed { types: self.types, at: *at, value })
            }
            (Fields::Tuple(parts), Value::Parts(values)) => {
                let mut group = out.serialize_tuple_struct("Name", parts.len())?;
                for (&at, value) in parts.iter().zip(values) {
                    group.serialize_field(&Typed { types: self.types, at, value })?;
                }
                group.end()
            }
            (Fields::Struct(parts), Value::Parts(values)) => {
                let mut group = out.serialize_struct("Name", parts.len())?;
                for (&at, value) in parts.iter().zip(values) {
                    group.serialize_field("name", &Typed { types: self.types, at, value })?;
                }
                group.end()
            }
            _ => panic!("fields of another style"),
        }
    }

    fn write_variant<S: Serializer>(
        &self,
        fields: &Fields,
        index: u32,
        values: &[Value],
        out: S,
    ) -> Result<S::Ok, S::Error> {
        match fields {
            Fields::Unit => out.serialize_unit_variant("Name", index, "Variant"),
            Fields::Newtype(at) => out.serialize_newtype_variant(
                "Name",
                index,
                "Variant",
                &Typed { types: self.types, at: *at, value: &values[0] },
            ),
            Fields::Tuple(parts) => {
                let mut group = out.serialize_tuple_variant("Name", index, "Variant", parts.len())?;
                for (&at, value) in parts.iter().zip(values) {
                    group.serialize_field(&Typed { types: self.types, at, value })?;
                }
                group.end()
            }
            Fields::Struct(parts) => {
                let mut group = out.serialize_struct_variant("Name", index, "Variant", parts.len())?;
                for (&at, value) in parts.iter().zip(values) {
                    group.serialize_field("name", &Typed { types: self.types, at, value })?;
                }
                group.end()
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        if one_more() {
            return Err(D::Error::custom("too many parts to go on"));
        }
        let at = self.types.resolve(self.at);
        match &self.types.nodes[at] {
            Type::Bool => source.deserialize_bool(Expect(self)),
            Type::U8 => source.deserialize_u8(Expect(self)),
            Type::U16 => source.deserialize_u16(Expect(self)),
            Type::U32 => source.deserialize_u32(Expect(self)),
            Type::U64 => source.deserialize_u64(Expect(self)),
            Type::U128 => source.deserialize_u128(Expect(self)),
            Type::I8 => source.deserialize_i8(Expect(self)),
            Type::I16 => source.deserialize_i16(Expect(self)),
            Type::I32 => source.deserialize_i32(Expect(self)),
            Type::I64 => source.deserialize_i64(Expect(self)),
            Type::I128 => source.deserialize_i128(Expect(self)),
            Type::F32 => source.deserialize_f32(Expect(self)),
            Type::F64 => source.deserialize_f64(Expect(self)),
            Type::Char => source.deserialize_char(Expect(self)),
            Type::Str => source.deserialize_string(Expect(self)),
            Type::Bytes => source.deserialize_byte_buf(Expect(self)),
            Type::Unit => source.deserialize_unit(Expect(self)),
            Type::Struct(Fields::Unit) => source.deserialize_unit_struct("Name", Expect(self)),
            Type::Struct(Fields::Newtype(part)) => {
                let inner = Seed { types: self.types, at: *part };
                source.deserialize_newtype_struct("Name", Newtype(inner))
            }
            Type::Struct(Fields::Tuple(parts)) => {
                source.deserialize_tuple_struct("Name", parts.len(), Group(self.types, parts))
            }
            Type::Struct(Fields::Struct(parts)) => {
                source.deserialize_struct("Name", &NAMES[..parts.len()], Group(self.types, parts))
            }
            Type::Tuple(parts) => source.deserialize_tuple(parts.len(), Group(self.types, parts)),
            Type::Array(item, count) => {
                source.deserialize_tuple(*count, Group(self.types, &vec![*item; *count]))
            }
            Type::Seq(_) => source.deserialize_seq(Expect(self)),
            Type::Map(..) => source.deserialize_map(Expect(self)),
            Type::Option(_) => source.deserialize_option(Expect(self)),
            Type::Enum(variants) => {
                source.deserialize_enum("Name", &NAMES[..variants.len()], Choice(self.types, variants))
            }
            Type::Again(_) => unreachable!("it was resolved"),
        }
    }
}

/// Takes what a type is read from, but groups.
struct Expect<'a>(Seed<'a>);

impl Expect<'_> {
    fn refuse_many<E: Error>(&self, item: At, count: Option<usize>) -> Result<(), E> {
        let is_many = count.is_some_and(|count| count > MOST_ZERO_SIZED);
        if IN_BITCODE.get() && is_many && self.0.types.is_zero_sized(item) {
            return Err(E::custom("too many zero sized types"));
        }
        Ok(())
    }

    fn part(&self, at: At) -> Seed<'_> {
        Seed { types: self.0.types, at }
    }
}

macro_rules! plain {
    ($($method:ident $given:ty => $made:ident),* $(,)?) => {
        $(fn $method<E: Error>(self, value: $given) -> Result<Value, E> {
            Ok(Value::$made(value))
        })*
    };
}

impl<'de> Visitor<'de> for Expect<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("a value of the type")
    }

    plain! {
        visit_bool bool => Bool,
        visit_u8 u8 => U8, visit_u16 u16 => U16, visit_u32 u32 => U32,
        visit_u64 u64 => U64, visit_u128 u128 => U128,
        visit_i8 i8 => I8, visit_i16 i16 => I16, visit_i32 i32 => I32,
        visit_i64 i64 => I64, visit_i128 i128 => I128,
        visit_f32 f32 => F32, visit_f64 f64 => F64,
        visit_char char => Char, visit_string String => Str, visit_byte_buf Vec<u8> => Bytes,
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Str(value.to_owned()))
    }

    fn visit_bytes<E: Error>(self, value: &[u8]) -> Result<Value, E> {
        Ok(Value::Bytes(value.to_vec()))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Unit)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Option(None))
    }

    fn visit_some<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        let Type::Option(item) = self.0.types.nodes[self.0.types.resolve(self.0.at)] else {
            return Err(D::Error::custom("no option"));
        };
        Ok(Value::Option(Some(Box::new(self.part(item).deserialize(source)?))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let Type::Seq(item) = self.0.types.nodes[self.0.types.resolve(self.0.at)] else {
            return Err(A::Error::custom("no sequence"));
        };
        self.refuse_many(item, source.size_hint())?;
        let mut parts = Vec::new();
        while let Some(part) = source.next_element_seed(self.part(item))? {
            parts.push(part);
        }
        Ok(Value::Parts(parts))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let Type::Map(key, item) = self.0.types.nodes[self.0.types.resolve(self.0.at)] else {
            return Err(A::Error::custom("no map"));
        };
        self.refuse_many(key, source.size_hint())?;
        let mut entries = Vec::new();
        while let Some(name) = source.next_key_seed(self.part(key))? {
            entries.push((name, source.next_value_seed(self.part(item))?));
        }
        Ok(Value::Entries(entries))
    }
}

struct Newtype<'a>(Seed<'a>);

impl<'de> Visitor<'de> for Newtype<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("a newtype struct")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        self.0.deserialize(source)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        source.next_element_seed(self.0)?.ok_or_else(|| A::Error::invalid_length(0, &self))
    }
}

/// Fields of a struct or variant, elements of a tuple or an array.
struct Group<'a>(&'a Types, &'a [At]);

impl<'de> Visitor<'de> for Group<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("fields")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let mut parts = Vec::with_capacity(self.1.len());
        for (index, &at) in self.1.iter().enumerate() {
            let part = source.next_element_seed(Seed { types: self.0, at })?;
            parts.push(part.ok_or_else(|| A::Error::invalid_length(index, &self))?);
        }
        Ok(Value::Parts(parts))
    }
}

struct Choice<'a>(&'a Types, &'a [Fields]);

impl<'de> Visitor<'de> for Choice<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("an enum")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, source: A) -> Result<Value, A::Error> {
        let (index, content) = source.variant_seed(Index(self.1.len()))?;
        let parts = match &self.1[index] {
            Fields::Unit => {
                content.unit_variant()?;
                Vec::new()
            }
            Fields::Newtype(at) => {
                vec![content.newtype_variant_seed(Seed { types: self.0, at: *at })?]
            }
            Fields::Tuple(parts) => {
                in_parts(content.tuple_variant(parts.len(), Group(self.0, parts))?)
            }
            Fields::Struct(parts) => {
                in_parts(content.struct_variant(&NAMES[..parts.len()], Group(self.0, parts))?)
            }
        };
        Ok(Value::Variant(index, parts))
    }
}

fn in_parts(value: Value) -> Vec<Value> {
    match value {
        Value::Parts(parts) => parts,
        _ => unreachable!("a group gives its parts"),
    }
}

/// The number of a variant, of so many.
struct Index(usize);

impl<'de> DeserializeSeed<'de> for Index {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<usize, D::Error> {
        source.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Index {
    type Value = usize;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "variant index 0 <= i < {}", self.0)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<usize, E> {
        match usize::try_from(value) {
            Ok(index) if index < self.0 => Ok(index),
            _ => Err(E::custom(format_args!("invalid value: integer `{value}`"))),
        }
    }
}
