//! Answers on standard output what the bitcode crate makes of the questions on standard input.
//!
//! A question has a type, a value of it and messages. The answer has the message of the value, and for each
//! message its verdict and its value. Values are in bincode 1.3. All numbers are little-endian; a text or
//! value has its length in four bytes before it.
//!
//! * question: length, type, value, number of messages (2 bytes), messages
//! * answer: the value's message, then for each message a byte (0 error, 1 value, 2 given up, 3 panic) and
//!   the value or the error's text

mod types;
mod values;

use std::cell::RefCell;
use std::io::{self, BufWriter, Read, Write};
use std::panic::{self, AssertUnwindSafe};
use std::rc::Rc;

use bincode::Options;
use serde::de::DeserializeSeed;
use serde::{Deserialize, Deserializer, Serialize};

use types::Types;
use values::{begin, gave_up, Seed, Typed, Value};

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

fn between() -> impl Options {
    bincode::DefaultOptions::new().with_fixint_encoding()
}

fn take<'a>(data: &mut &'a [u8], size: usize) -> &'a [u8] {
    let (part, rest) = data.split_at(size);
    *data = rest;
    part
}

fn take_sized<'a>(data: &mut &'a [u8]) -> &'a [u8] {
    let size = u32::from_le_bytes(take(data, 4).try_into().expect("four bytes"));
    take(data, size as usize)
}

fn put_sized(answer: &mut Vec<u8>, part: &[u8]) {
    answer.extend((part.len() as u32).to_le_bytes());
    answer.extend(part);
}

fn answer_to(mut question: &[u8]) -> Vec<u8> {
    let types = Rc::new(Types::parse(take_sized(&mut question)));
    let value = take_sized(&mut question);
    let count = u16::from_le_bytes(take(&mut question, 2).try_into().expect("two bytes"));
    let mut answer = Vec::new();
    begin(false);
    let seed = Seed { types: &types, at: 0 };
    let value = between().deserialize_seed(seed, value).expect("the value fits the type");
    let typed = Typed { types: &types, at: 0, value: &value };
    put_sized(&mut answer, &bitcode::serialize(&typed).expect("the value can be written"));
    CURRENT.set(Some(types.clone()));
    for _ in 0..count {
        let message = take_sized(&mut question);
        begin(true);
        let read = panic::catch_unwind(AssertUnwindSafe(|| bitcode::deserialize::<Current>(message)));
        match read {
            Ok(_) if gave_up() => {
                answer.push(2);
                put_sized(&mut answer, b"");
            }
            Ok(Ok(Current(value))) => {
                let typed = Typed { types: &types, at: 0, value: &value };
                answer.push(1);
                put_sized(&mut answer, &written(&typed));
            }
            Ok(Err(error)) => {
                answer.push(0);
                put_sized(&mut answer, error.to_string().as_bytes());
            }
            Err(_) => {
                answer.push(3);
                put_sized(&mut answer, b"panic");
            }
        }
    }
    answer
}

fn written(value: &impl Serialize) -> Vec<u8> {
    between().serialize(value).expect("a value that was read can be written")
}

fn main() -> io::Result<()> {
    let mut source = io::stdin().lock();
    let mut target = BufWriter::new(io::stdout().lock());
    let mut size = [0; 4];
    while source.read_exact(&mut size).is_ok() {
        let mut question = vec![0; u32::from_le_bytes(size) as usize];
        source.read_exact(&mut question)?;
        let mut framed = Vec::new();
        put_sized(&mut framed, &answer_to(&question));
        target.write_all(&framed)?;
        target.flush()?;
    }
    Ok(())
}
