"""The same layouts as other libraries have them declared, each in the way of its own manual.

Each function gives two calls, to parse and to build, for S and for M. One whose library is not installed
raises `ImportError`. borsh, msgpack and pickle have formats of their own: the same values, other bytes.
"""

from __future__ import annotations

import enum
import pickle
from collections.abc import Callable
from typing import Any

from benchmarks import by_hand, plain
from benchmarks.payloads import Record, Records, Single
from benchmarks.timing import Call
from snapformat import decode, encode

#: Payload, its bytes, its value -> calls to parse and to build it.
Peer = Callable[[str, bytes, Any], tuple[Call, Call]]


def construct(payload: str, data: bytes, value: Any) -> tuple[Call, Call]:
    """Plain classes of construct, interpreted."""
    struct = plain.SINGLE if payload == "S" else plain.RECORDS
    parsed = struct.parse(data)
    assert struct.build(parsed) == data
    return lambda: struct.parse(data), lambda: struct.build(parsed)


def compiled(payload: str, data: bytes, value: Any) -> tuple[Call, Call]:
    """The compiler that construct has itself."""
    struct = plain.SINGLE if payload == "S" else plain.RECORDS
    parsed = struct.parse(data)
    fast = struct.compile()
    assert fast.parse(data) == parsed
    assert fast.build(parsed) == data
    return lambda: fast.parse(data), lambda: fast.build(parsed)


def borsh(payload: str, data: bytes, value: Any) -> tuple[Call, Call]:
    """borsh-construct: lengths of 4 bytes instead of 8."""
    from borsh_construct import F64, U8, U16, U32, U64, Bool, Bytes, CStruct, Option, String, Vec
    from construct import Array
    from construct import Enum as Labels

    record = CStruct(
        "id" / U64,
        "parent" / Option(U64),
        "kind" / U16,
        "active" / Bool,
        "ratio" / F64,
        "name" / String,
        "token" / Bytes,
        "mac" / Array(6, U8),
    )
    single = CStruct(
        "id" / U64,
        "kind" / U16,
        "mode" / Labels(U32, Poll=0, Interrupt=1, Adaptive=2),
        "active" / Bool,
        "ratio" / F64,
        "name" / String,
        "parent" / Option(U32),
        "mac" / Array(6, U8),
        "ports" / Vec(U16),
        "note" / Bytes,
    )
    struct, values = (single, _dict(value)) if payload == "S" else (Vec(record), [_dict(v) for v in value])
    own = struct.build(values)
    parsed = struct.parse(own)
    assert struct.build(parsed) == own
    return lambda: struct.parse(own), lambda: struct.build(parsed)


def _dict(value: Any) -> dict[str, Any]:
    found = {name: getattr(value, name) for name in type(value).__match_args__}
    if "mode" in found:
        found["mode"] = found["mode"].name
    return found


_C_TYPES = """
enum Mode : uint32 { Poll, Interrupt, Adaptive };
struct Single {
    uint64 id; uint16 kind; Mode mode; uint8 active; double ratio;
    uint64 name_size; char name[name_size];
    uint8 some; uint32 parent[some];
    uint8 mac[6];
    uint64 port_count; uint16 ports[port_count];
    uint64 note_size; char note[note_size];
};
struct Record {
    uint64 id; uint8 some; uint64 parent[some]; uint16 kind; uint8 active; double ratio;
    uint64 name_size; char name[name_size]; uint64 token_size; char token[token_size]; uint8 mac[6];
};
struct Records { uint64 count; Record items[count]; };
"""


def dissect(payload: str, data: bytes, value: Any) -> tuple[Call, Call]:
    """dissect.cstruct, with its compiler: C's declarations, text and options as arrays."""
    from dissect.cstruct import cstruct

    types = cstruct(endian="<").load(_C_TYPES, compiled=True)
    struct = types.Single if payload == "S" else types.Records
    parsed = struct(data)
    assert parsed.dumps() == data
    return lambda: struct(data), parsed.dumps


def caterpillar(payload: str, data: bytes, value: Any) -> tuple[Call, Call]:
    """caterpillar: annotated classes; options as arrays."""
    from caterpillar.py import Enum, Prefixed, boolean, float64, uint8, uint16, uint32, uint64
    from caterpillar.shortcuts import LittleEndian, pack, struct, this, unpack

    class Number(enum.IntEnum):
        Poll = 0
        Interrupt = 1
        Adaptive = 2

    def declare(name: str, fields: dict[str, Any]) -> Any:
        # Made by `type`, since the annotations are values, not types.
        return struct(order=LittleEndian)(type(name, (), {"__annotations__": fields}))

    text = Prefixed(uint64, encoding="utf-8")
    single = {
        "id": uint64,
        "kind": uint16,
        "mode": Enum(Number, uint32),
        "active": boolean,
        "ratio": float64,
        "name": text,
        "some": uint8,
        "parent": uint32[this.some],
        "mac": uint8[6],
        "ports": uint16[uint64::],
        "note": Prefixed(uint64),
    }
    record = {
        "id": uint64,
        "some": uint8,
        "parent": uint64[this.some],
        "kind": uint16,
        "active": boolean,
        "ratio": float64,
        "name": text,
        "token": Prefixed(uint64),
        "mac": uint8[6],
    }
    if payload == "S":
        cls = declare("Single", single)
    else:
        cls = declare("Records", {"items": declare("Record", record)[uint64::]})
    parsed = unpack(cls, data)
    assert pack(parsed) == data
    return lambda: unpack(cls, data), lambda: pack(parsed)


def msgspec(payload: str, data: bytes, value: Any) -> tuple[Call, Call]:
    """The msgpack of msgspec, in C: what a format made for speed can do."""
    import msgspec

    def declare(name: str, fields: list[tuple[str, Any]]) -> Any:
        return msgspec.defstruct(name, fields, array_like=True)

    head = [
        ("id", int),
        ("kind", int),
        ("active", bool),
        ("ratio", float),
        ("name", str),
        ("parent", int | None),
    ]
    single = declare(
        "Single", [*head, ("mac", list[int]), ("mode", int), ("ports", list[int]), ("note", bytes)]
    )
    record = declare("Record", [*head, ("mac", list[int]), ("token", bytes)])

    def convert(cls: Any, item: Any) -> Any:
        fields = _dict(item)
        if "mode" in fields:
            fields["mode"] = int(item.mode.value)
        return cls(**fields)

    cls, values = (
        (single, convert(single, value)) if payload == "S" else (record, [convert(record, v) for v in value])
    )
    own = msgspec.msgpack.encode(values)
    decoder = msgspec.msgpack.Decoder(cls if payload == "S" else list[cls])
    encoder = msgspec.msgpack.Encoder()
    assert decoder.decode(own) == values
    return lambda: decoder.decode(own), lambda: encoder.encode(values)


def pickled(payload: str, data: bytes, value: Any) -> tuple[Call, Call]:
    """The same instances, pickled."""
    own = pickle.dumps(value, protocol=5)
    assert pickle.loads(own) == value
    return lambda: pickle.loads(own), lambda: pickle.dumps(value, protocol=5)


def hand_written(payload: str, data: bytes, value: Any) -> tuple[Call, Call]:
    """`benchmarks.by_hand`."""
    if payload == "S":
        assert by_hand.parse_single(data) == value
        assert by_hand.build_single(value) == data
        return lambda: by_hand.parse_single(data), lambda: by_hand.build_single(value)
    assert by_hand.parse_records(data) == value
    assert by_hand.build_records(value) == data
    return lambda: by_hand.parse_records(data), lambda: by_hand.build_records(value)


def unchecked(payload: str, data: bytes, value: Any) -> tuple[Call, Call]:
    """`benchmarks.by_hand` without the checks of values; reading has no others."""
    parse, _ = hand_written(payload, data, value)
    build: Callable[[Any], bytes] = by_hand.unchecked_single if payload == "S" else by_hand.unchecked_records
    assert build(value) == data
    return parse, lambda: build(value)


def containers(payload: str, data: bytes, value: Any) -> tuple[Call, Call]:
    """Our library on the very constructs of the baseline."""
    struct = plain.SINGLE if payload == "S" else plain.RECORDS
    parsed = decode(data, struct)
    assert parsed == struct.parse(data)
    assert encode(parsed, struct) == data
    return lambda: decode(data, struct), lambda: encode(parsed, struct)


def classes(payload: str, data: bytes, value: Any) -> tuple[Call, Call]:
    """Our library with classes."""
    kind: Any = Single if payload == "S" else Records
    assert decode(data, kind) == value
    assert encode(value, kind) == data
    return lambda: decode(data, kind), lambda: encode(value, kind)


#: Names as they are printed; `construct` is what all are compared with.
BASELINE = "construct"
COMPILED = "construct .compile()"
BY_HAND = "struct, by hand"
UNCHECKED = "struct, by hand, unchecked"
CONTAINERS = "snapformat, containers"
CLASSES = "snapformat, classes"
PEERS: dict[str, Peer] = {
    BASELINE: construct,
    COMPILED: compiled,
    "borsh-construct": borsh,
    "dissect.cstruct": dissect,
    "caterpillar": caterpillar,
    "msgspec (msgpack)": msgspec,
    "pickle": pickled,
    BY_HAND: hand_written,
    UNCHECKED: unchecked,
    CONTAINERS: containers,
    CLASSES: classes,
}
__all__ = ["BASELINE", "BY_HAND", "CLASSES", "COMPILED", "CONTAINERS", "PEERS", "Record"]
