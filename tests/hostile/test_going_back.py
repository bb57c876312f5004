"""Constructs that go back in the data: what they read again is bounded, and they never leave the payload."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import construct as c
import pytest
from construct import this

from hostile.bounded import run_bounded
from snapformat import DecodeError, EncodeError, SnapshotFormat, decode, decode_stream, encode
from snapformat.layout import layout_of, walk

WAYS = """
def recursive(make):
    reference = c.LazyBound(lambda: made)
    made = make(reference)
    return made

def message(call):
    try:
        call()
    except SnapshotError as error:
        return str(error).partition(":")[0].partition(" - ")[0]
    except Exception as error:
        return "ESCAPED " + repr(error)[:200]
    return "read"

def messages(kind, data, encoding=Encoding()):
    return sorted({
        message(lambda: decode(data, kind, encoding)),
        message(lambda: decode(data, kind, encoding)),  # by generated code
        message(lambda: decode_stream(io.BytesIO(data), kind, encoding)),
        message(lambda: list(walk(layout_of(kind), data))),
    })
"""
AGAIN = "too many bytes are read more than once"
DEEP = "nested too deeply"

#: Constructs that read the same bytes for each of any number of elements.
GREEDY = {
    "Pointer": "c.GreedyRange(c.Pointer(0, c.GreedyBytes))",
    "Pointer in an Array": "c.Struct('n' / c.Int32ub, 'x' / c.Array(this.n, c.Pointer(0, c.GreedyBytes)))",
    "Pointer beside a byte": "c.GreedyRange(c.Struct('b' / c.Byte, 'x' / c.Pointer(0, c.GreedyBytes)))",
    "Pointer from the end": "c.GreedyRange(c.Struct('b' / c.Byte, 'x' / c.Pointer(-1000, c.GreedyBytes)))",
    "Seek": "c.GreedyRange(c.Struct(c.Seek(0), 'x' / c.GreedyBytes))",
    "RepeatUntil": "c.RepeatUntil(lambda item, so_far, context: False, c.Pointer(0, c.GreedyBytes))",
    "Peek": "c.GreedyRange(c.Struct('x' / c.Peek(c.GreedyBytes), 'b' / c.Byte))",
    "Union": "c.GreedyRange(c.Union(0, 'b' / c.Byte, 'x' / c.GreedyBytes))",
    "within a length": "c.Prefixed(c.Int32ub, c.GreedyRange(c.Pointer(4, c.GreedyBytes)))",
    "a user's lambda": "c.GreedyRange(c.Pointer(lambda context: 0, c.GreedyBytes))",
}


@pytest.mark.parametrize("name", GREEDY)
def test_memory_is_not_filled_by_what_is_read_again(name: str) -> None:
    code = f"""
size = 1 << 20
data = (size - 4).to_bytes(4, "big") + bytes(size - 4)
result = messages({GREEDY[name]}, data) + messages({GREEDY[name]}, data, Encoding(limit=None))
"""
    outcome = run_bounded(WAYS + code)
    assert outcome.verdict == [AGAIN] * 2
    assert outcome.grown < 400


#: Constructs that contain themselves, and refer to the same place more than once.
CYCLES = {
    "two Peeks": (
        "recursive(lambda r: c.Struct('n' / c.Byte, 'p' / c.If(this.n, c.Peek(r)), 'x' / c.If(this.n, r)))",
        "b'\\1' * 60 + b'\\0'",
        AGAIN,
    ),
    "alternatives": (
        "recursive(lambda r: c.Select(c.Struct(c.Const(b'('), 'x' / r, c.Const(b')')),"
        " c.Struct(c.Const(b'('), 'x' / r, c.Const(b']')), c.Byte))",
        "b'(' * 60",
        AGAIN,
    ),
    "options": (
        "recursive(lambda r: c.Struct('n' / c.Byte, c.Optional(r), 'y' / c.Optional(r), c.Check(False)))",
        "b'\\1' * 40",
        AGAIN,
    ),
    "Union": (
        "recursive(lambda r: c.Struct('n' / c.Byte, 'u' / c.If(this.n, c.Union(0, 'a' / r, 'b' / r))))",
        "b'\\1' * 60 + b'\\0'",
        AGAIN,
    ),
    "two Pointers": (
        "recursive(lambda r: c.Struct('n' / c.Byte, 'x' / c.If(this.n, c.Pointer(this.n, r)),"
        " 'y' / c.If(this.n, c.Pointer(this.n, r))))",
        "bytes(range(1, 60)) + b'\\0'",
        AGAIN,
    ),
    "a Pointer to itself": (
        "recursive(lambda r: c.Struct('n' / c.Byte, 'x' / c.Pointer(0, r)))",
        "b'\\0'",
        DEEP,
    ),
    "a Seek to itself": ("recursive(lambda r: c.Struct(c.Seek(0), 'x' / r))", "b'\\0'", DEEP),
    "nothing but itself": ("recursive(lambda r: r)", "b'\\0'", DEEP),
    "levels": (
        "recursive(lambda r: c.Struct('n' / c.Byte, 'x' / c.If(this.n, r)))",
        "b'\\1' * 100_000 + b'\\0'",
        DEEP,
    ),
    "levels of RawCopy": (
        "recursive(lambda r: c.Struct('n' / c.Byte, 'x' / c.If(this.n, c.RawCopy(r))))",
        "b'\\1' * 100_000 + b'\\0'",
        DEEP,
    ),
    "levels by a lambda": (
        "recursive(lambda r: c.Struct('n' / c.Byte, 'x' / c.If(lambda context: context.n, r)))",
        "b'\\1' * 100_000 + b'\\0'",
        DEEP,
    ),
}


@pytest.mark.parametrize("name", CYCLES)
def test_cycles_end(name: str) -> None:
    kind, data, reason = CYCLES[name]
    outcome = run_bounded(f"{WAYS}result = messages({kind}, {data})")
    assert [verdict.removesuffix(" for construct") for verdict in outcome.verdict] == [reason]  # type: ignore[attr-defined]
    assert outcome.grown < 400


def test_depth_is_that_of_the_limits() -> None:
    code = """
sys.setrecursionlimit(100_000)
kind = recursive(lambda r: c.Struct("n" / c.Byte, "x" / c.If(lambda context: context.n, c.ProcessXor(0, r))))
found = []
for levels in (40, 41):
    data = b"\\1" * levels + b"\\0"
    found.append(message(lambda: decode(data, kind, limits=Limits(depth=40))))
result = found
"""
    assert run_bounded(WAYS + code).verdict == ["read", DEEP]


@pytest.mark.parametrize("count", [1, 50])
def test_what_is_usual_is_not_refused(count: int) -> None:
    """Tables of pointers, alternatives and copies of many elements."""
    entry = c.Struct("at" / c.Int32ub, "name" / c.Pointer(this.at, c.CString("ascii")))
    table = c.Struct("entries" / c.PrefixedArray(c.Int32ub, entry), "names" / c.GreedyBytes)
    names = b"".join(b"name %d\0" % each for each in range(1000 * count))
    starts = [0]
    for _ in range(1000 * count - 1):
        starts.append(names.index(b"\0", starts[-1]) + 1)
    base = 4 + 4 * len(starts)
    data = len(starts).to_bytes(4, "big") + b"".join((base + at).to_bytes(4, "big") for at in starts) + names
    assert [each.name for each in decode(data, table).entries[-2:]] == [
        f"name {each}" for each in range(1000 * count - 2, 1000 * count)
    ]
    choices = c.Select(*(c.Struct("k" / c.Const(key), "v" / c.Int16ub) for key in (b"a", b"b", b"c")))
    kind = c.GreedyRange(c.RawCopy(choices))
    assert len(decode(b"c\0\1" * 1000 * count, kind)) == 1000 * count


# --- the payload's borders ------------------------------------------------------------------------------

HEADER = 8 + 8 + 5
#: Constructs that go to a place of their own.
PLACES: dict[str, Callable[[int], Any]] = {
    "Pointer": lambda at: c.Struct("a" / c.Bytes(4), "x" / c.Pointer(at, c.Byte)),
    "Pointer by an expression": lambda at: c.Struct(
        "a" / c.Bytes(4), "at" / c.Computed(at), "x" / c.Pointer(this.at, c.Byte)
    ),
    "Pointer by a lambda": lambda at: c.Struct("a" / c.Bytes(4), "x" / c.Pointer(lambda context: at, c.Byte)),
    "Pointer in what construct runs": lambda at: c.Struct(
        "s" / c.Sequence(c.Bytes(4), c.Pointer(at, c.Byte)), "x" / c.Computed(lambda context: context.s[1])
    ),
    "Seek": lambda at: c.Struct("a" / c.Bytes(4), c.Seek(at, 2 if at < 0 else 0), "x" / c.Byte, c.Seek(4)),
    "Peek behind a Seek": lambda at: c.Struct(
        "a" / c.Bytes(4), c.Seek(at, 2 if at < 0 else 0), "y" / c.Peek(c.Byte), "x" / c.Byte, c.Seek(4)
    ),
}


def outcome_of(call: Callable[[], Any]) -> Any:
    try:
        return call().x
    except DecodeError:
        return "refused"


@pytest.mark.parametrize("name", PLACES)
def test_places_are_within_the_payload(name: str) -> None:
    payload = b"abcd"
    file = SnapshotFormat(name="x", magic=7, version="1.0.0", payload=c.GreedyBytes).new(payload).to_bytes()
    for at in (0, 3, 4, 5, 12, HEADER, len(file) - 1, 1000, -1, -4, -5, -HEADER, -1000):
        kind = PLACES[name](at)
        spec = SnapshotFormat(name="x", magic=7, version="1.0.0", payload=kind)
        is_within = 0 <= at < 4 or -4 <= at < 0
        expected = payload[at] if is_within else "refused"
        if at < -4:  # construct goes to the start then, as `io.BytesIO` does
            expected = payload[0]
        assert kind.parse(payload).x == expected if expected != "refused" else True
        for _ in range(2):
            assert outcome_of(lambda kind=kind: decode(payload, kind)) == expected  # type: ignore[misc]
            assert outcome_of(lambda spec=spec: spec.load(file).data) == expected  # type: ignore[misc]
        assert outcome_of(lambda kind=kind: decode_stream(io.BytesIO(payload), kind)) == expected  # type: ignore[misc]
        assert outcome_of(lambda spec=spec: spec.load(file, lazy=True).data) == expected  # type: ignore[misc]
        assert outcome_of(lambda spec=spec: spec.load(io.BytesIO(file)).data) == expected  # type: ignore[misc]


def test_a_walk_stays_within_the_payload() -> None:
    kind = c.Struct("a" / c.Bytes(4), "x" / c.Pointer(4, c.Byte))
    with pytest.raises(DecodeError):
        list(walk(layout_of(kind), b"abcd"))


@pytest.mark.parametrize("at", [-1000, -5, 1 << 40])
def test_writing_stays_within_the_payload(at: int) -> None:
    kind = c.Struct("a" / c.Bytes(4), "x" / c.Pointer(at, c.Byte))
    spec = SnapshotFormat(name="x", magic=7, version="1.0.0", payload=kind)
    value = {"a": b"abcd", "x": 7}
    if at > 0:
        with pytest.raises(EncodeError):
            encode(value, kind)
        with pytest.raises(EncodeError):
            spec.new(value).to_bytes()
        return
    file = spec.new(value).to_bytes()
    assert encode(value, kind) == kind.build(value) == file[HEADER:-8]
    assert (
        file[:HEADER]
        == SnapshotFormat(name="x", magic=7, version="1.0.0", payload=c.Byte).new(1).to_bytes()[:HEADER]
    )
