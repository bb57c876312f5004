//! Questions on standard input, and answers on standard output.

use std::io::{self, BufWriter, Read, Write};
use std::panic::{self, AssertUnwindSafe};

use bincode::Options;
use serde::Serialize;

use crate::types::Types;
use crate::values::{gave_up, Seed, Typed, Value};

fn between() -> impl Options {
    bincode::DefaultOptions::new().with_fixint_encoding()
}

pub fn take<'a>(data: &mut &'a [u8], size: usize) -> &'a [u8] {
    let (part, rest) = data.split_at(size);
    *data = rest;
    part
}

pub fn take_sized<'a>(data: &mut &'a [u8]) -> &'a [u8] {
    let size = u32::from_le_bytes(take(data, 4).try_into().expect("four bytes"));
    take(data, size as usize)
}

pub fn put_sized(answer: &mut Vec<u8>, part: &[u8]) {
    answer.extend((part.len() as u32).to_le_bytes());
    answer.extend(part);
}

pub fn given_value(types: &Types, value: &[u8]) -> Value {
    let seed = Seed { types, at: 0 };
    between().deserialize_seed(seed, value).expect("the value fits the type")
}

fn written(value: &impl Serialize) -> Vec<u8> {
    between().serialize(value).expect("a value that was read can be written")
}

/// Adds the verdict on a message: what reading it comes to.
pub fn put_verdict(answer: &mut Vec<u8>, types: &Types, read: impl FnOnce() -> Result<Value, String>) {
    match panic::catch_unwind(AssertUnwindSafe(read)) {
        Ok(_) if gave_up() => {
            answer.push(2);
            put_sized(answer, b"");
        }
        Ok(Ok(value)) => {
            let typed = Typed { types, at: 0, value: &value };
            answer.push(1);
            put_sized(answer, &written(&typed));
        }
        Ok(Err(error)) => {
            answer.push(0);
            put_sized(answer, error.as_bytes());
        }
        Err(_) => {
            answer.push(3);
            put_sized(answer, b"panic");
        }
    }
}

/// Answers all questions.
pub fn serve(answer_to: impl Fn(&[u8]) -> Vec<u8>) -> io::Result<()> {
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
