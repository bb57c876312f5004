//! Answers on standard output what the crates of the presets make of the questions on standard input.
//!
//! A question has a preset, a type, a value of it and messages. The answer has the message of the value, and
//! for each message its verdict and its value. Values are in bincode 1.3 with fixed widths. All numbers are
//! little-endian; a text or value has its length in four bytes before it.
//!
//! * question: a length, and of that length the number of a preset (1 byte) and the type; value, number of
//!   messages (2 bytes), messages
//! * answer: a byte (0 error, 1 message) in front of the value's message or the error's text, as one value;
//!   then for each message a byte (0 error, 1 value, 2 given up, 3 panic) and the value or the error's text

mod borsh_values;
#[path = "../../bitcode/src/exchange.rs"]
mod exchange;
#[path = "../../bitcode/src/types.rs"]
mod types;
#[path = "../../bitcode/src/values.rs"]
mod values;

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;

use bincode::Options;
use serde::de::DeserializeSeed;
use serde::{Deserialize, Deserializer};
use solana_short_vec::ShortVec;

use exchange::{given_value, put_sized, put_verdict, serve, take, take_sized};
use types::{At, Type, Types};
use values::{begin, Seed, Typed, Value};

/// The most bytes that bincode 2 may claim: without a limit it allocates what a length says.
const CLAIMED: usize = 1 << 24;

thread_local! {
    static CURRENT: RefCell<Option<Rc<Types>>> = const { RefCell::new(None) };
    static PLACE: Cell<At> = const { Cell::new(0) };
}

/// A value of the current type: the crates read types, and take no seed.
struct Current(Value);

impl<'de> Deserialize<'de> for Current {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let types = CURRENT.with_borrow(|types| types.clone()).expect("a type is set");
        Seed { types: &types, at: PLACE.get() }.deserialize(source).map(Current)
    }
}

/// What a crate made of it: the result, or the text of its error.
type Said<T> = Result<T, String>;

fn text(error: impl ToString) -> String {
    error.to_string()
}

fn options() -> impl Options {
    bincode::DefaultOptions::new()
}

fn encode(preset: u8, typed: &Typed) -> Said<Vec<u8>> {
    let standard = bincode2::config::standard();
    match preset {
        0 => bincode::serialize(typed).map_err(text),
        1 => options().serialize(typed).map_err(text),
        2 => options().with_big_endian().serialize(typed).map_err(text),
        3 => bincode2::serde::encode_to_vec(typed, standard).map_err(text),
        4 => bincode2::serde::encode_to_vec(typed, standard.with_big_endian()).map_err(text),
        5 => bincode2::serde::encode_to_vec(typed, bincode2::config::legacy()).map_err(text),
        6 => borsh_values::encode(typed).map_err(text),
        7 => bcs::to_bytes(typed).map_err(text),
        8 => postcard::to_allocvec(typed).map_err(text),
        9 => {
            let (Type::Seq(item), Value::Parts(parts)) = (&typed.types.nodes[0], typed.value) else {
                panic!("a short_vec has elements");
            };
            let parts = parts.iter().map(|value| Typed { types: typed.types, at: *item, value });
            bincode::serialize(&ShortVec(parts.collect::<Vec<_>>())).map_err(text)
        }
        _ => panic!("no such preset: {preset}"),
    }
}

fn decode(preset: u8, types: &Rc<Types>, message: &[u8]) -> Said<Value> {
    let standard = bincode2::config::standard().with_limit::<CLAIMED>();
    let legacy = bincode2::config::legacy().with_limit::<CLAIMED>();
    PLACE.set(0);
    let read = match preset {
        0 => bincode::deserialize(message).map_err(text),
        1 => options().deserialize(message).map_err(text),
        2 => options().with_big_endian().deserialize(message).map_err(text),
        3 => bincode2::serde::decode_from_slice(message, standard).map(first).map_err(text),
        4 => bincode2::serde::decode_from_slice(message, standard.with_big_endian())
            .map(first)
            .map_err(text),
        5 => bincode2::serde::decode_from_slice(message, legacy).map(first).map_err(text),
        6 => return borsh_values::decode(types, message).map_err(text),
        7 => bcs::from_bytes(message).map_err(text),
        8 => postcard::from_bytes(message).map_err(text),
        9 => {
            let Type::Seq(item) = types.nodes[0] else { panic!("a short_vec has elements") };
            PLACE.set(item);
            let read = bincode::deserialize::<ShortVec<Current>>(message).map_err(text)?;
            return Ok(Value::Parts(read.0.into_iter().map(|part| part.0).collect()));
        }
        _ => panic!("no such preset: {preset}"),
    };
    read.map(|current: Current| current.0)
}

fn first<T>(read: (T, usize)) -> T {
    read.0
}

fn answer_to(mut question: &[u8]) -> Vec<u8> {
    let (preset, description) = take_sized(&mut question).split_first().expect("a preset");
    let types = Rc::new(Types::parse(description));
    let value = take_sized(&mut question);
    let count = u16::from_le_bytes(take(&mut question, 2).try_into().expect("two bytes"));
    let mut answer = Vec::new();
    begin(false);
    let value = given_value(&types, value);
    let typed = Typed { types: &types, at: 0, value: &value };
    let written = match encode(*preset, &typed) {
        Ok(message) => [vec![1], message].concat(),
        Err(error) => [vec![0], error.into_bytes()].concat(),
    };
    put_sized(&mut answer, &written);
    CURRENT.set(Some(types.clone()));
    for _ in 0..count {
        let message = take_sized(&mut question);
        begin(false);
        put_verdict(&mut answer, &types, || decode(*preset, &types, message));
    }
    answer
}

fn main() -> io::Result<()> {
    serve(answer_to)
}
