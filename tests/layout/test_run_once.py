"""Adapters and hooks of users run once for each value, as in construct, in every way of reading."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import construct as c
import pytest
from construct import this

from snapformat import SnapshotFormat, decode, decode_stream, decoder, encode
from snapformat.layout import layout_of, walk

calls: list[str] = []


def hook(value: Any, context: Any) -> None:
    calls.append("hook")


class Counting(c.Adapter):  # type: ignore[misc]  # construct is untyped
    """An adapter that is seen to run."""

    def _decode(self, obj: Any, context: Any, path: str) -> Any:
        calls.append("decode")
        return obj + 1

    def _encode(self, obj: Any, context: Any, path: str) -> Any:
        calls.append("encode")
        return obj - 1


class Alone(Counting):
    """An adapter that declares to read no context."""

    reads_context = False


def counting(name: str) -> Callable[[Any, Any], Any]:
    def convert(value: Any, context: Any) -> Any:
        calls.append(name)
        return value

    return convert


by_functions = c.ExprAdapter(c.Byte, counting("decode"), counting("encode"))

#: Constructs, and bytes that they read to the end.
CASES: dict[str, tuple[Any, bytes]] = {
    "a hook": (c.Struct("a" / c.Byte, "b" / (c.Byte * hook), "z" / c.Byte), b"\1\2\3"),
    "a hook of a Struct": (c.Struct("a" / c.Byte, "z" / c.Byte) * hook, b"\1\2"),
    "an adapter": (c.Struct("a" / c.Byte, "b" / Counting(c.Byte), "z" / c.Byte), b"\1\2\3"),
    "without context": (c.Struct("a" / c.Byte, "b" / Alone(c.Byte), "z" / c.Byte), b"\1\2\3"),
    "by functions": (c.Struct("a" / c.Byte, "b" / by_functions, "z" / c.Byte), b"\1\2\3"),
    "Optional": (
        c.Struct("a" / c.Byte, "b" / c.Optional(Counting(c.Int16ub)), "z" / c.GreedyBytes),
        b"\1\2\3",
    ),
    "Optional that is absent": (
        c.Struct("b" / c.Optional(c.Struct("q" / Counting(c.Byte), "r" / c.Int32ub)), "z" / c.GreedyBytes),
        b"\1\2\3",
    ),
    "Optional of one without context": (
        c.Struct("b" / c.Optional(c.Struct("q" / Alone(c.Byte), "r" / c.Int32ub)), "z" / c.GreedyBytes),
        b"\1\2\3",
    ),
    "GreedyRange": (c.GreedyRange(c.Struct("q" / Counting(c.Byte), "r" / c.Byte)), b"\1\2\3\4"),
    "GreedyRange with a rest": (
        c.Struct("v" / c.GreedyRange(c.Struct("q" / Counting(c.Byte), "r" / c.Byte)), "z" / c.GreedyBytes),
        b"\1\2\3",
    ),
    "GreedyRange of hooks": (
        c.Struct("v" / c.GreedyRange(c.Struct("q" / c.Byte * hook, "r" / c.Byte)), "z" / c.GreedyBytes),
        b"\1\2\3",
    ),
    "Select": (
        c.Select(c.Struct("q" / Counting(c.Byte), "r" / c.Const(b"z")), c.Struct("q" / Counting(c.Byte))),
        b"\1",
    ),
    "Peek": (c.Struct("p" / c.Peek(Counting(c.Byte)), "z" / c.GreedyBytes), b"\1\2\3"),
    "Pointer": (c.Struct("p" / c.Pointer(1, Counting(c.Byte)), "z" / c.GreedyBytes), b"\1\2\3"),
    "Array": (c.Struct("n" / c.Byte, "v" / c.Array(this.n, Counting(c.Byte))), b"\3\1\2\3"),
    "PrefixedArray": (c.PrefixedArray(c.Byte, c.Struct("v" / Counting(c.Byte))), b"\3\1\2\3"),
    "RawCopy": (c.Struct("n" / c.Byte, "v" / c.RawCopy(Counting(c.Byte))), b"\3\1"),
    "bits": (c.BitStruct("a" / c.Nibble, "b" / Counting(c.Nibble)), b"\3"),
    "Switch": (c.Struct("a" / c.Byte, "z" / c.Switch(this.a, {1: Counting(c.Byte)})), b"\1\2"),
    "before the rest": (c.Struct("a" / Counting(c.Byte), "z" / c.GreedyBytes), b"\1\2"),
    "Sequence": (c.Sequence(Counting(c.Byte), c.Byte), b"\1\2"),
    "Compressed": (
        c.Compressed(c.Struct("a" / Counting(c.Byte)), "zlib"),
        c.Compressed(c.Byte, "zlib").build(3),
    ),
    "Prefixed": (c.Prefixed(c.Byte, c.Struct("a" / Counting(c.Byte), "b" / c.GreedyBytes)), b"\3abc"),
    "NullTerminated": (c.NullTerminated(c.Struct("a" / Counting(c.Byte))), b"a\0"),
}


def counted(call: Callable[[], Any]) -> list[str]:
    calls.clear()
    call()
    return list(calls)


@pytest.mark.parametrize("name", CASES)
def test_reading_runs_them_once(name: str) -> None:
    kind, data = CASES[name]
    expected = counted(lambda: kind.parse(data))
    assert expected
    spec = SnapshotFormat(name="x", magic=7, version="1.0.0", payload=kind)
    file = SnapshotFormat(name="x", magic=7, version="1.0.0", payload=c.GreedyBytes).new(data).to_bytes()
    read = decoder(kind)
    ways: dict[str, Callable[[], Any]] = {
        "decode": lambda: decode(data, kind),
        "decode of a bytearray": lambda: decode(bytearray(data), kind),
        "decoder": lambda: read(data),
        "decode_stream": lambda: decode_stream(io.BytesIO(data), kind),
        "walk": lambda: list(walk(layout_of(kind), data)),
        "load": lambda: spec.load(file).data,
        "load from a stream": lambda: spec.load(io.BytesIO(file)).data,
        "load lazily": lambda: repr(spec.load(file, lazy=True).data),
        "struct": lambda: spec.struct.parse(file),
    }
    for way, call in ways.items():
        for _ in range(3):  # by the reference, and by generated code
            assert counted(call) == expected, way


@pytest.mark.parametrize("name", CASES)
def test_a_lazy_value_runs_them_on_first_use_at_the_latest(name: str) -> None:
    kind, data = CASES[name]
    expected = [call for call in counted(lambda: kind.parse(data)) if call != "encode"]
    spec = SnapshotFormat(name="x", magic=7, version="1.0.0", payload=kind)
    file = SnapshotFormat(name="x", magic=7, version="1.0.0", payload=c.GreedyBytes).new(data).to_bytes()
    for _ in range(3):
        calls.clear()
        snapshot = spec.load(file, lazy=True)
        repr(snapshot.data)
        repr(snapshot.data)
        assert calls == expected


@pytest.mark.parametrize("name", [name for name in CASES if "Select" not in name])
def test_writing_runs_them_once(name: str) -> None:
    kind, data = CASES[name]
    value = kind.parse(data)
    expected = counted(lambda: kind.build(value))
    for _ in range(3):
        assert counted(lambda: encode(value, kind)) == expected
