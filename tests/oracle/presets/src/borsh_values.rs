//! Values of types that are data, read and written by borsh's own implementations for Rust's types.
//!
//! Structs, tuples and enums are read and written as borsh's derive does: fields in order, after a byte with
//! the number of the variant.

use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::rc::Rc;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::types::{At, Fields, Type, Types};
use crate::values::{one_more, Typed, Value};

thread_local! {
    static TYPES: RefCell<Option<Rc<Types>>> = const { RefCell::new(None) };
    /// The types of `First` and `Second`.
    static PLACES: Cell<[At; 2]> = const { Cell::new([0; 2]) };
}

pub fn encode(typed: &Typed) -> Result<Vec<u8>> {
    borsh::to_vec(&Out { types: typed.types, at: typed.at, value: typed.value })
}

pub fn decode(types: &Rc<Types>, message: &[u8]) -> Result<Value> {
    TYPES.set(Some(types.clone()));
    PLACES.set([0; 2]);
    borsh::from_slice::<First>(message).map(|read| read.0)
}

fn refused(text: &str) -> Error {
    Error::new(ErrorKind::InvalidData, text)
}

// --- writing ------------------------------------------------------------------------------------------

/// A value with its type. Values of one type are compared as Rust would.
#[derive(Clone, Copy)]
struct Out<'a> {
    types: &'a Types,
    at: At,
    value: &'a Value,
}

impl PartialEq for Out<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Out<'_> {}

impl PartialOrd for Out<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Out<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value.partial_cmp(other.value).expect("keys have an order")
    }
}

impl<'a> Out<'a> {
    fn part(&self, at: At, value: &'a Value) -> Out<'a> {
        Out { types: self.types, at, value }
    }

    fn write_fields<W: Write>(&self, fields: &Fields, values: &'a [Value], out: &mut W) -> Result<()> {
        match fields {
            Fields::Unit => Ok(()),
            Fields::Newtype(at) => self.part(*at, &values[0]).serialize(out),
            Fields::Tuple(parts) | Fields::Struct(parts) => {
                parts.iter().zip(values).try_for_each(|(&at, value)| self.part(at, value).serialize(out))
            }
        }
    }
}

impl BorshSerialize for Out<'_> {
    fn serialize<W: Write>(&self, out: &mut W) -> Result<()> {
        let at = self.types.resolve(self.at);
        match (&self.types.nodes[at], self.value) {
            (_, Value::Bool(value)) => value.serialize(out),
            (_, Value::U8(value)) => value.serialize(out),
            (_, Value::U16(value)) => value.serialize(out),
            (_, Value::U32(value)) => value.serialize(out),
            (_, Value::U64(value)) => value.serialize(out),
            (_, Value::U128(value)) => value.serialize(out),
            (_, Value::I8(value)) => value.serialize(out),
            (_, Value::I16(value)) => value.serialize(out),
            (_, Value::I32(value)) => value.serialize(out),
            (_, Value::I64(value)) => value.serialize(out),
            (_, Value::I128(value)) => value.serialize(out),
            (_, Value::F32(value)) => value.serialize(out),
            (_, Value::F64(value)) => value.serialize(out),
            (_, Value::Char(_)) => Err(refused("borsh has no chars")),
            (_, Value::Str(value)) => value.serialize(out),
            (_, Value::Bytes(value)) => value.serialize(out),
            (Type::Unit, _) => ().serialize(out),
            (Type::Struct(Fields::Newtype(part)), value) => self.part(*part, value).serialize(out),
            (Type::Struct(fields), Value::Parts(values)) => self.write_fields(fields, values, out),
            (Type::Struct(fields), _) => self.write_fields(fields, &[], out),
            (Type::Tuple(parts), Value::Parts(values)) => {
                parts.iter().zip(values).try_for_each(|(&at, value)| self.part(at, value).serialize(out))
            }
            (Type::Array(item, _), Value::Parts(values)) => {
                values.iter().try_for_each(|value| self.part(*item, value).serialize(out))
            }
            (Type::Seq(item), Value::Parts(values)) => {
                let parts = values.iter().map(|value| self.part(*item, value));
                if self.types.sets.contains(&at) {
                    parts.collect::<BTreeSet<_>>().serialize(out)
                } else {
                    parts.collect::<Vec<_>>().serialize(out)
                }
            }
            (Type::Map(key, item), Value::Entries(entries)) => {
                let entries = entries.iter().map(|(k, v)| (self.part(*key, k), self.part(*item, v)));
                entries.collect::<BTreeMap<_, _>>().serialize(out)
            }
            (Type::Option(item), Value::Option(value)) => {
                value.as_ref().map(|value| self.part(*item, value)).serialize(out)
            }
            (Type::Enum(variants), Value::Variant(index, values)) => {
                if self.types.results.contains(&at) {
                    let (Fields::Newtype(ok), Fields::Newtype(err)) = (&variants[0], &variants[1]) else {
                        panic!("a result has two newtypes");
                    };
                    let result = match index {
                        0 => Ok(self.part(*ok, &values[0])),
                        _ => Err(self.part(*err, &values[0])),
                    };
                    return result.serialize(out);
                }
                (*index as u8).serialize(out)?;
                self.write_fields(&variants[*index], values, out)
            }
            _ => panic!("a value of another type"),
        }
    }
}

// --- reading ------------------------------------------------------------------------------------------

/// A value of the first type of the current places: an element, a key, what is in an `Ok`.
struct First(Value);
/// A value of the second: what a key has, what is in an `Err`.
struct Second(Value);

impl BorshDeserialize for First {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
        read(PLACES.get()[0], reader).map(First)
    }
}

impl BorshDeserialize for Second {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
        read(PLACES.get()[1], reader).map(Second)
    }
}

impl PartialEq for First {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for First {}

impl PartialOrd for First {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for First {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.partial_cmp(&other.0).expect("keys have an order")
    }
}

/// Read a type of Rust whose parts have these types.
fn within<T: BorshDeserialize, R: Read>(places: [At; 2], reader: &mut R) -> Result<T> {
    let before = PLACES.replace(places);
    let read = T::deserialize_reader(reader);
    PLACES.set(before);
    read
}

fn read<R: Read>(at: At, reader: &mut R) -> Result<Value> {
    let types = TYPES.with_borrow(|types| types.clone()).expect("a type is set");
    if one_more() {
        return Err(refused("too many parts to go on"));
    }
    let at = types.resolve(at);
    Ok(match &types.nodes[at] {
        Type::Bool => Value::Bool(within([0; 2], reader)?),
        Type::U8 => Value::U8(within([0; 2], reader)?),
        Type::U16 => Value::U16(within([0; 2], reader)?),
        Type::U32 => Value::U32(within([0; 2], reader)?),
        Type::U64 => Value::U64(within([0; 2], reader)?),
        Type::U128 => Value::U128(within([0; 2], reader)?),
        Type::I8 => Value::I8(within([0; 2], reader)?),
        Type::I16 => Value::I16(within([0; 2], reader)?),
        Type::I32 => Value::I32(within([0; 2], reader)?),
        Type::I64 => Value::I64(within([0; 2], reader)?),
        Type::I128 => Value::I128(within([0; 2], reader)?),
        Type::F32 => Value::F32(within([0; 2], reader)?),
        Type::F64 => Value::F64(within([0; 2], reader)?),
        Type::Char => return Err(refused("borsh has no chars")),
        Type::Str => Value::Str(within([0; 2], reader)?),
        Type::Bytes => Value::Bytes(within([0; 2], reader)?),
        Type::Unit => {
            within::<(), _>([0; 2], reader)?;
            Value::Unit
        }
        Type::Struct(Fields::Unit) => Value::Unit,
        Type::Struct(Fields::Newtype(part)) => read(*part, reader)?,
        Type::Struct(fields) => Value::Parts(read_fields(fields, reader)?),
        Type::Tuple(parts) => Value::Parts(parts.iter().map(|&part| read(part, reader)).collect::<Result<_>>()?),
        Type::Array(item, count) => {
            Value::Parts((0..*count).map(|_| read(*item, reader)).collect::<Result<_>>()?)
        }
        Type::Seq(item) if types.sets.contains(&at) => {
            let read: BTreeSet<First> = within([*item; 2], reader)?;
            Value::Parts(read.into_iter().map(|part| part.0).collect())
        }
        Type::Seq(item) => {
            let read: Vec<First> = within([*item; 2], reader)?;
            Value::Parts(read.into_iter().map(|part| part.0).collect())
        }
        Type::Map(key, item) => {
            let read: BTreeMap<First, Second> = within([*key, *item], reader)?;
            Value::Entries(read.into_iter().map(|(key, value)| (key.0, value.0)).collect())
        }
        Type::Option(item) => {
            let read: Option<First> = within([*item; 2], reader)?;
            Value::Option(read.map(|value| Box::new(value.0)))
        }
        Type::Enum(variants) if types.results.contains(&at) => {
            let (Fields::Newtype(ok), Fields::Newtype(err)) = (&variants[0], &variants[1]) else {
                panic!("a result has two newtypes");
            };
            let read: std::result::Result<First, Second> = within([*ok, *err], reader)?;
            match read {
                Ok(value) => Value::Variant(0, vec![value.0]),
                Err(value) => Value::Variant(1, vec![value.0]),
            }
        }
        Type::Enum(variants) => {
            let index: u8 = within([0; 2], reader)?;
            let Some(fields) = variants.get(usize::from(index)) else {
                return Err(refused("unexpected variant tag"));
            };
            Value::Variant(usize::from(index), read_fields(fields, reader)?)
        }
        Type::Again(_) => unreachable!("it was resolved"),
    })
}

fn read_fields<R: Read>(fields: &Fields, reader: &mut R) -> Result<Vec<Value>> {
    match fields {
        Fields::Unit => Ok(Vec::new()),
        Fields::Newtype(at) => Ok(vec![read(*at, reader)?]),
        Fields::Tuple(parts) | Fields::Struct(parts) => {
            parts.iter().map(|&part| read(part, reader)).collect()
        }
    }
}
