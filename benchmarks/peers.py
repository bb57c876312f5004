"""The same layouts as other libraries have them declared, each in the way of its own manual.

Each function gives the calls to parse and to build a payload, or None where the library has no declaration
of its shape. One whose library is not installed raises `ImportError`. borsh, msgpack and pickle have formats
of their own: the same values, other bytes.
"""

from __future__ import annotations

import enum
import pickle
from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks import by_hand
from benchmarks.msgpack import msgpack_types
from benchmarks.portable import PORTABLE, other_encoding, without_machine
from benchmarks.shapes import FIXED, RECORDS, SINGLE, Payload
from benchmarks.timing import Call
from snapformat import decode, decoder, encode, machine


class Calls(NamedTuple):
    """What a contender does.

    Attributes:
        parse: Reads the value.
        build: Writes it; None if it can't, or is another contender's.
        why: Why it can't.
    """

    parse: Call
    build: Call | None
    why: str = ""


Peer = Callable[[Payload], Calls | None]


def _calls_of(payload: Payload, struct: Any) -> Calls:
    data = payload.data
    parsed = struct.parse(data)
    if payload.shape.is_map:
        value = payload.value
        return Calls(
            lambda: {entry.key: entry.value for entry in struct.parse(data)},
            lambda: struct.build([{"key": key, "value": found} for key, found in sorted(value.items())]),
        )
    return Calls(lambda: struct.parse(data), lambda: struct.build(parsed))


def construct(payload: Payload) -> Calls:
    """Plain classes of construct, interpreted."""
    calls = _calls_of(payload, payload.struct)
    assert calls.build is not None
    assert calls.build() == payload.data
    return calls


def compiled(payload: Payload) -> Calls:
    """The compiler that construct has itself."""
    fast = payload.struct.compile()
    assert fast.parse(payload.data) == payload.struct.parse(payload.data)
    calls = _calls_of(payload, fast)
    assert calls.build is not None
    try:
        why = "" if calls.build() == payload.data else "writes other bytes than construct interpreted"
    except Exception as error:
        why = f"raises {type(error).__name__}"
    return calls._replace(build=None, why=why) if why else calls


def _is_mixed(payload: Payload) -> bool:
    """Whether this is S or M as they are: those that all libraries declare."""
    return payload.form is FIXED and payload.shape in (SINGLE, RECORDS)


def borsh(payload: Payload) -> Calls | None:
    """borsh-construct: lengths of 4 bytes instead of 8."""
    if not _is_mixed(payload):
        return None
    is_single, value = payload.shape is SINGLE, payload.value
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
    struct, values = (single, _dict(value)) if is_single else (Vec(record), [_dict(v) for v in value])
    own = struct.build(values)
    parsed = struct.parse(own)
    assert struct.build(parsed) == own
    return Calls(lambda: struct.parse(own), lambda: struct.build(parsed))


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


def dissect(payload: Payload) -> Calls | None:
    """dissect.cstruct, with its compiler: C's declarations, text and options as arrays."""
    if not _is_mixed(payload):
        return None
    is_single, data = payload.shape is SINGLE, payload.data
    from dissect.cstruct import cstruct

    types = cstruct(endian="<").load(_C_TYPES, compiled=True)
    struct = types.Single if is_single else types.Records
    parsed = struct(data)
    assert parsed.dumps() == data
    return Calls(lambda: struct(data), parsed.dumps)


def caterpillar(payload: Payload) -> Calls | None:
    """caterpillar: annotated classes; options as arrays."""
    if not _is_mixed(payload):
        return None
    is_single, data = payload.shape is SINGLE, payload.data
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
    if is_single:
        cls = declare("Single", single)
    else:
        cls = declare("Records", {"items": declare("Record", record)[uint64::]})
    parsed = unpack(cls, data)
    assert pack(parsed) == data
    return Calls(lambda: unpack(cls, data), lambda: pack(parsed))


def msgspec(payload: Payload) -> Calls | None:
    """The msgpack of msgspec, in C: what a format made for speed can do."""
    if payload.form is not FIXED or payload.shape.kind is None:
        return None
    import msgspec

    types, convert = msgpack_types(payload.shape.name)
    values = convert(payload.value)
    own = msgspec.msgpack.encode(values)
    read = msgspec.msgpack.Decoder(types)
    write = msgspec.msgpack.Encoder()
    assert read.decode(own) == values
    return Calls(lambda: read.decode(own), lambda: write.encode(values))


def msgpack_of(payload: Payload) -> bytes:
    """The payload's value as msgspec writes it."""
    import msgspec

    _, convert = msgpack_types(payload.shape.name)
    return msgspec.msgpack.encode(convert(payload.value))


def pickled(payload: Payload) -> Calls | None:
    """The same instances, pickled."""
    if payload.form is not FIXED or payload.shape.kind is None:
        return None
    value = payload.value
    own = pickle.dumps(value, protocol=5)
    assert pickle.loads(own) == value
    return Calls(lambda: pickle.loads(own), lambda: pickle.dumps(value, protocol=5))


def hand_written(payload: Payload) -> Calls | None:
    """`benchmarks.by_hand` and `benchmarks.by_hand_tables`."""
    if payload.form is not FIXED or payload.shape.by_hand is None:
        return None
    parse, build = payload.shape.by_hand
    data, value = payload.data, payload.value
    assert parse(data) == value
    assert build(value) == data
    return Calls(lambda: parse(data), lambda: build(value))


def unchecked(payload: Payload) -> Calls | None:
    """`benchmarks.by_hand` without the checks of values; reading has no others."""
    if not _is_mixed(payload):
        return None
    is_single, data, value = payload.shape is SINGLE, payload.data, payload.value
    build: Callable[[Any], bytes] = by_hand.unchecked_single if is_single else by_hand.unchecked_records
    parse: Callable[[bytes], Any] = by_hand.parse_single if is_single else by_hand.parse_records
    assert build(value) == data
    return Calls(lambda: parse(data), lambda: build(value))


def containers(payload: Payload) -> Calls | None:
    """Our library on the very constructs of the baseline."""
    if not (payload.shape.kind is None or _is_mixed(payload)):
        return None
    struct, data = payload.struct, payload.data
    parsed = decode(data, struct)
    assert parsed == struct.parse(data)
    assert encode(parsed, struct) == data
    return Calls(lambda: decode(data, struct), lambda: encode(parsed, struct))


def kept_decoder(payload: Payload) -> Calls | None:
    """The same, by a `decoder` that is kept."""
    if payload.shape.kind is not None:
        return None
    read, data = decoder(payload.struct), payload.data
    return Calls(lambda: read(data), None)


def classes(payload: Payload) -> Calls | None:
    """Our library with classes."""
    kind, data, value, encoding = payload.shape.kind, payload.data, payload.value, payload.form.encoding
    if kind is None:
        return None
    if payload.form is FIXED:
        assert decode(data, kind) == value
        return Calls(lambda: decode(data, kind), lambda: encode(value, kind))
    assert decode(data, kind, encoding) == value
    return Calls(lambda: decode(data, kind, encoding), lambda: encode(value, kind, encoding))


def portable(payload: Payload) -> Calls | None:
    """The same without the machine."""
    kind, data, value = payload.shape.kind, payload.data, payload.value
    if kind is None or machine != "C":
        return None
    encoding = other_encoding(payload.form.encoding)
    with without_machine():
        for _ in range(3):
            assert decode(data, kind, encoding) == value
            assert encode(value, kind, encoding) == data
    return Calls(lambda: decode(data, kind, encoding), lambda: encode(value, kind, encoding))


#: Names as they are printed; `construct` is what all are compared with.
BASELINE = "construct"
COMPILED = "construct .compile()"
MSGSPEC = "msgspec (msgpack)"
BY_HAND = "struct, by hand"
UNCHECKED = "struct, by hand, unchecked"
CONTAINERS = "snapformat, containers"
DECODER = "snapformat, decoder(STRUCT)"
CLASSES = "snapformat, classes"
PEERS: dict[str, Peer] = {
    BASELINE: construct,
    COMPILED: compiled,
    "borsh-construct": borsh,
    "dissect.cstruct": dissect,
    "caterpillar": caterpillar,
    MSGSPEC: msgspec,
    "pickle": pickled,
    BY_HAND: hand_written,
    UNCHECKED: unchecked,
    CONTAINERS: containers,
    DECODER: kept_decoder,
    PORTABLE: portable,
    CLASSES: classes,
}
