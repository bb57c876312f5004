//! Loads a file of records from memory and saves it again: prints the nanoseconds of each, as medians of rounds.
//!
//! The file is a magic number, a version as text, the records, and the CRC-64 of all before it.

use std::hint::black_box;
use std::time::Instant;

use bincode::{Decode, Encode};

#[derive(Decode, Encode)]
struct Record {
    id: u64,
    parent: Option<u64>,
    kind: u16,
    active: bool,
    ratio: f64,
    name: String,
    token: Vec<u8>,
    mac: [u8; 6],
}

#[derive(Decode, Encode)]
struct Snapshot {
    magic: u64,
    version: String,
    records: Vec<Record>,
}

fn configuration() -> impl bincode::config::Config {
    bincode::config::standard().with_fixed_int_encoding().with_limit::<10_485_760>()
}

fn load(file: &[u8]) -> Snapshot {
    let (data, stored) = file.split_at(file.len() - 8);
    assert_eq!(crc64::crc64(0, data), u64::from_le_bytes(stored.try_into().unwrap()), "the checksum differs");
    let (value, size) = bincode::decode_from_slice(data, configuration()).expect("no such file");
    assert_eq!(size, data.len());
    value
}

fn save(value: &Snapshot) -> Vec<u8> {
    let mut file = bincode::encode_to_vec(value, configuration()).unwrap();
    let checksum = crc64::crc64(0, &file);
    file.extend_from_slice(&checksum.to_le_bytes());
    file
}

fn median(mut work: impl FnMut()) -> u128 {
    let mut rounds: Vec<u128> = (0..41)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..50 {
                work();
            }
            start.elapsed().as_nanos() / 50
        })
        .collect();
    rounds.sort_unstable();
    rounds[rounds.len() / 2]
}

fn main() {
    let path = std::env::args().nth(1).expect("the path of a file");
    let file = std::fs::read(path).expect("a file that can be read");
    let value = load(&file);
    assert_eq!(save(&value), file);
    println!("load {}", median(|| drop(black_box(load(black_box(&file))))));
    println!("save {}", median(|| drop(black_box(save(black_box(&value))))));
}
