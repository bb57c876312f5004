"""construct's `Pickled` is read only where the format, or the limits, allow it."""

from __future__ import annotations

import dataclasses
import io
import pickle
from collections.abc import Callable
from typing import Any

import construct as c
import pytest

from snapformat import DecodeError, Limits, SnapshotFormat, decode, decode_stream, decoder, encode
from snapformat.layout import layout_of, walk
from snapformat.values import dumps, loads

ALLOWED = Limits(allow_pickle=True)
ran: list[str] = []


def note(text: str) -> None:
    ran.append(text)


class Evil:
    """A value whose pickle runs a function."""

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return note, ("ran",)


class Holder(c.Construct):  # type: ignore[misc]  # construct is untyped
    """A construct of a user with another one among its attributes."""

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.held = {"inner": inner}

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        return self.held["inner"]._parsereport(stream, context, path)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        return self.held["inner"]._build(obj, stream, context, path)


class OfClass(c.Construct):  # type: ignore[misc]  # construct is untyped
    """A construct of a user with another one among the attributes of its class."""

    inner = c.Pickled

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        return self.inner._parsereport(stream, context, path)

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        return self.inner._build(obj, stream, context, path)


CONSTRUCTS = {
    "alone": c.Pickled,
    "named": "p" / c.Pickled,
    "Optional": c.Optional(c.Pickled),
    "Select": c.Select(c.Const(b"no"), c.Pickled),
    "GreedyRange": c.GreedyRange(c.Pickled),
    "LazyBound": c.LazyBound(lambda: c.Pickled),
    "a lambda": c.If(lambda context: True, c.Pickled),
    "Peek": c.Peek(c.Pickled),
    "Pointer": c.Pointer(0, c.Pickled),
    "Compressed": c.Compressed(c.Pickled, "zlib"),
    "Lazy": c.Prefixed(c.Int16ub, c.Pickled),
    "a Struct": c.Struct("a" / c.Pickled),
    "compiled": c.Struct("a" / c.Pickled).compile(),
    "a construct of a user": Holder(c.Pickled),
    "inside a construct of a user": Holder(c.Struct("a" / c.Pickled)),
    "a class of a user": OfClass(),
}
VALUES: dict[str, Callable[[Any], Any]] = {
    "a Struct": lambda value: {"a": value},
    "compiled": lambda value: {"a": value},
    "inside a construct of a user": lambda value: {"a": value},
    "GreedyRange": lambda value: [value],
}


def written(name: str, value: Any) -> bytes:
    if name == "Peek":
        return pickle.dumps(value)
    return encode(VALUES.get(name, lambda value: value)(value), CONSTRUCTS[name])


def file_of(data: bytes) -> bytes:
    return SnapshotFormat(name="x", magic=7, version="1.0.0", payload=c.GreedyBytes).new(data).to_bytes()


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_pickles_are_refused(name: str) -> None:
    kind, data = CONSTRUCTS[name], written(name, Evil())
    spec, file = SnapshotFormat(name="x", magic=7, version="1.0.0", payload=kind), file_of(data)
    ways: list[Callable[[], Any]] = [
        lambda: decode(data, kind),
        lambda: decode(data, kind),  # by generated code
        lambda: decoder(kind)(data),
        lambda: decode_stream(io.BytesIO(data), kind),
        lambda: list(walk(layout_of(kind), data)),
        lambda: spec.load(file),
        lambda: repr(spec.load(file, lazy=True).data),
        lambda: spec.struct.parse(file),
    ]
    for way in ways:
        with pytest.raises((DecodeError, c.ConstructError), match="allow_pickle=True"):
            way()
    assert ran == []


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_pickles_are_read_where_they_are_allowed(name: str) -> None:
    kind, data = CONSTRUCTS[name], written(name, {1: "one"})
    expected = kind.parse(data)
    assert expected
    assert decode(data, kind, limits=ALLOWED) == expected
    assert decoder(kind, limits=ALLOWED)(data) == expected
    assert decode_stream(io.BytesIO(data), kind, limits=ALLOWED) == expected
    assert list(walk(layout_of(kind), data, limits=ALLOWED))
    if name not in ("Peek", "Pointer"):  # a file ends where its payload was read up to
        spec = SnapshotFormat(name="x", magic=7, version="1.0.0", payload=kind, allow_pickle=True)
        file = file_of(data)
        assert spec.load(file).data == expected
        assert spec.load(file, lazy=True).data == expected
        assert spec.struct.parse(file).data == expected
        assert spec.new(expected).to_bytes() == file


def test_json_of_a_pickle_needs_it_too() -> None:
    text = dumps(Evil(), c.Pickled)
    with pytest.raises(DecodeError, match="allow_pickle=True"):
        loads(text, c.Pickled)
    assert ran == []
    loads(text, c.Pickled, limits=ALLOWED)
    assert ran == ["ran"]
    ran.clear()


def test_only_the_format_itself_allows_it() -> None:
    with pytest.raises(ValueError, match="allow_pickle=True"):
        SnapshotFormat(name="x", magic=7, version="1.0.0", payload=c.Pickled, limits=ALLOWED)
    allowing = SnapshotFormat(name="x", magic=7, version="1.0.0", payload=c.Pickled, allow_pickle=True)
    refusing = SnapshotFormat(name="x", magic=7, version="1.0.0", payload=c.Pickled)
    file = refusing.new({1: 2}).to_bytes()  # writing does not need it
    assert allowing.new({1: 2}).to_bytes() == file
    assert allowing.load(file).data == {1: 2}
    assert dataclasses.replace(refusing, allow_pickle=True).load(file).data == {1: 2}
    with pytest.raises(DecodeError):
        dataclasses.replace(allowing, allow_pickle=False).load(file)
    with pytest.raises(DecodeError):
        refusing.load(file)
