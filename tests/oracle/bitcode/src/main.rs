//! Answers on standard output what the bitcode crate makes of the questions on standard input.
//!
//! A question has a type, a value of it and messages. The answer has the message of the value, and for each
//! message its verdict and its value. Values are in bincode 1.3. All numbers are little-endian; a text or
//! value has its length in four bytes before it.
//!
//! * question: length, type, value, number of messages (2 bytes), messages
//! * answer: the value's message, then for each message a byte (0 error, 1 value, 2 given up, 3 panic) and
//!   the value or the error's text

mod exchange;
mod types;
mod values;

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use serde::de::DeserializeSeed;
use serde::{Deserialize, Deserializer};

use exchange::{given_value, put_sized, put_verdict, serve, take, take_sized};
use types::Types;
use values::{begin, Seed, Typed, Value};

thread_local! {
    static CURRENT: RefCell<Option<Rc<Types>>> = const { RefCell::new(None) };
}

/// A value of the current type: the crate reads types, and takes no seed.
struct Current(Value);

impl<'de> Deserialize<'de> for Current {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let types = CURRENT.with_borrow(|types| types.clone()).expect("a type is set");
        Seed { types: &types, at: 0 }.deserialize(source).map(Current)
    }
}

fn answer_to(mut question: &[u8]) -> Vec<u8> {
    let types = Rc::new(Types::parse(take_sized(&mut question)));
    let value = take_sized(&mut question);
    let count = u16::from_le_bytes(take(&mut question, 2).try_into().expect("two bytes"));
    let mut answer = Vec::new();
    begin(false);
    let value = given_value(&types, value);
    let typed = Typed { types: &types, at: 0, value: &value };
    put_sized(&mut answer, &bitcode::serialize(&typed).expect("the value can be written"));
    CURRENT.set(Some(types.clone()));
    for _ in 0..count {
        let message = take_sized(&mut question);
        begin(true);
        put_verdict(&mut answer, &types, || {
            bitcode::deserialize(message).map(|Current(value)| value).map_err(|error| error.to_string())
        });
    }
    answer
}

fn main() -> io::Result<()> {
    serve(answer_to)
}
