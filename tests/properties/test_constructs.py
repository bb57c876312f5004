"""construct's own classes: construct alone and the tree read and write the same."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import construct as c
from hypothesis import assume, given
from hypothesis import strategies as st

from properties.compositions import Composition, compositions
from properties.strategies import mutated, same
from snapformat import DecodeError, EncodeError, Limits, SnapshotError, decode, decode_stream, encode
from snapformat.encodings.bincode import ops
from snapformat.layout import lower, read, walk
from snapformat.limits import MADE_BY_CONSTRUCT
from snapformat.values import dumps, from_json, loads, to_json

#: Elements of no bytes are construct's own affair: it has no bound for them.
FEW = Limits(zero_sized=200 * MADE_BY_CONSTRUCT)


def plain(value: Any) -> Any:
    """A value without construct's own containers, with the bare numbers and texts of its enums."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items() if not str(name).startswith("_")}
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, c.EnumIntegerString):
        return str(value)
    if isinstance(value, c.EnumInteger):
        return int(value)
    if type(value).__name__ == "RawFlag":
        return bool(value)
    return value


def alone(struct: Any, data: bytes) -> tuple[str, Any, int]:
    """What construct makes of the bytes; it may refuse them with any exception."""
    stream = io.BytesIO(data)
    try:
        return "ok", plain(struct.parse_stream(stream)), stream.tell()
    except Exception:
        return "refused", None, 0


def by_tree(struct: Any, data: bytes) -> tuple[str, Any, int]:
    """What the tree makes of them."""
    try:
        value, consumed = read(lower(struct), data, limits=FEW)
    except DecodeError as error:
        return ("unbounded" if "zero-sized" in str(error) else "refused"), None, 0
    return "ok", plain(value), consumed


@given(st.data())
def test_building(data: st.DataObject) -> None:
    made: Composition = data.draw(compositions)
    value = data.draw(made.values)
    try:
        expected = made.construct.build(value)
    except c.ConstructError:
        with contextlib.suppress(EncodeError):
            encode(value, made.construct)
            raise AssertionError("the tree writes what construct refuses") from None
        return
    assert encode(value, made.construct) == expected
    ours, theirs = by_tree(made.construct, expected), alone(made.construct, expected)
    assert ours[0] == theirs[0]
    assert same(ours[1], theirs[1])
    assert ours[2] == theirs[2]
    found = decode(expected, made.construct)
    assert encode(found, made.construct) == made.construct.build(found)


@given(st.data())
def test_parsing_damaged_bytes(data: st.DataObject) -> None:
    made: Composition = data.draw(compositions)
    try:
        sound = made.construct.build(data.draw(made.values))
    except c.ConstructError:
        sound = b"\1\2\3\4"
    damaged = data.draw(st.one_of(mutated(sound), st.binary(max_size=30)))
    ours = by_tree(made.construct, damaged)
    if ours[0] != "ok":
        with contextlib.suppress(DecodeError):
            decode(damaged, made.construct, limits=FEW)
            raise AssertionError("decode reads what the tree refuses")
    assume(ours[0] != "unbounded")
    theirs = alone(made.construct, damaged)
    assert ours[0] == theirs[0]
    assert same(ours[1], theirs[1])
    assert ours[2] == theirs[2]


@given(st.data())
def test_bytes_survive(data: st.DataObject) -> None:
    """What is read is written again to bytes that read the same."""
    made: Composition = data.draw(compositions)
    damaged = data.draw(st.binary(max_size=30))
    try:
        value = decode(damaged, made.construct, limits=FEW)
    except DecodeError:
        return
    again = encode(value, made.construct)
    second = decode(again, made.construct, limits=FEW)
    assert same(plain(second), plain(value))
    assert encode(second, made.construct) == again


@given(st.data())
def test_streams_agree(data: st.DataObject) -> None:
    made: Composition = data.draw(compositions)
    try:
        sound = made.construct.build(data.draw(made.values))
    except c.ConstructError:
        return
    rest = data.draw(st.binary(max_size=5))
    stream = io.BytesIO(sound + rest)
    found = decode_stream(stream, made.construct)
    assert same(plain(found), plain(decode(sound + rest, made.construct)))


@given(st.data())
def test_events_cover_the_bytes(data: st.DataObject) -> None:
    made: Composition = data.draw(compositions)
    damaged = data.draw(st.binary(max_size=30))
    position = start = 0
    try:
        for event in walk(lower(made.construct), damaged, limits=FEW):
            if event.size:
                start = event.offset
                assert start == position, event
            else:  # a group, or a field of the bits before
                assert start <= event.offset <= position, event
            position += event.size
    except DecodeError:
        return
    assert position == by_tree(made.construct, damaged)[2]


@given(st.data())
def test_any_bytes_raise_nothing_but_our_errors(data: st.DataObject) -> None:
    made: Composition = data.draw(compositions)
    damaged = data.draw(st.binary(max_size=30))
    with contextlib.suppress(SnapshotError):
        decode(damaged, made.construct, limits=FEW)
    assume(by_tree(made.construct, damaged)[0] != "unbounded")
    with contextlib.suppress(SnapshotError):
        decode_stream(io.BytesIO(damaged), made.construct, limits=FEW)


_garbage = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.binary(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["f0", "f1", "n0", "n1", "x", "y", "b0", "rest"]), inner, max_size=4
        )
    ),
    max_leaves=6,
)


@given(compositions, _garbage)
def test_any_value_raises_nothing_but_our_errors(made: Composition, value: Any) -> None:
    for call in (
        lambda: encode(value, made.construct),
        lambda: to_json(value, made.construct),
        lambda: from_json(value, made.construct),
    ):
        with contextlib.suppress(SnapshotError):
            call()


@given(st.data())
def test_json_and_back(data: st.DataObject) -> None:
    """JSON keeps all that the bytes say."""
    made: Composition = data.draw(compositions)
    try:
        sound = made.construct.build(data.draw(made.values))
        value = decode(sound, made.construct)
    except (c.ConstructError, DecodeError):
        return
    again = encode(value, made.construct)
    shown = to_json(value, made.construct)
    assert encode(from_json(shown, made.construct), made.construct) == again
    assert encode(loads(dumps(value, made.construct), made.construct), made.construct) == again


def test_all_classes_that_have_a_layout_have_one() -> None:
    """What the compositions are made of is looked into, and not run as it is."""
    for struct in (
        c.Struct("n" / c.Int8ul, "a" / c.Array(c.this.n, c.Int16ul)),
        c.Struct("a" / c.PrefixedArray(c.Int8ul, c.Struct("b" / c.Int24sb))),
        c.Struct("n" / c.Int8ul, "s" / c.Struct("x" / c.Bytes(c.this._.n))),
        c.Struct("n" / c.Enum(c.Int8ul, a=1), "s" / c.Switch(c.this.n, {"a": c.Int8ul})),
        c.Struct("p" / c.Prefixed(c.Int8ul, c.Int8ul), c.Padding(2), "t" / c.PascalString(c.Int8ul, "utf8")),
        c.BitStruct("a" / c.Nibble, "b" / c.Flag, c.Padding(3)),
    ):
        waiting: list[Any] = [lower(struct)]
        while waiting:
            node = waiting.pop()
            assert not isinstance(node, ops.Run), node
            if isinstance(node, ops.Struct):
                waiting += [field.op for field in node.fields]
            waiting += [getattr(node, name) for name in ("item", "then", "otherwise") if hasattr(node, name)]
