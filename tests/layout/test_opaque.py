"""What construct runs: it reads and writes where it is, and what is around it stays as it is."""

from __future__ import annotations

import io
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import construct as c
import pytest
from construct import this

from layout.agreement import agree, opaque
from snapformat import DecodeError, EncodeError, decode, decode_prefix, decode_stream, encode
from snapformat.bincode import Encoding, u16
from snapformat.encodings.bincode import ops
from snapformat.layout import layout_of, walk
from snapformat.model import kinds


class Swapped(c.Adapter):
    """A subclass from outside."""

    def _decode(self, obj, context, path):
        return obj[::-1]

    def _encode(self, obj, context, path):
        return obj[::-1]


ALONE = {
    "VarInt": (c.VarInt, [0, 300]),
    "ZigZag": (c.ZigZag, [-1, 300]),
    "GreedyBytes": (c.GreedyBytes, [b"", b"abc"]),
    "GreedyRange": (c.GreedyRange(c.Int16ub), [[], [1, 2]]),
    "GreedyString": (c.GreedyString("utf8"), ["aé"]),
    "CString": (c.CString("utf8"), ["ab"]),
    "PaddedString": (c.PaddedString(4, "utf8"), ["ab"]),
    "NullTerminated": (c.NullTerminated(c.GreedyBytes), [b"ab"]),
    "FixedSized": (c.FixedSized(3, c.GreedyBytes), [b"abc"]),
    "FlagsEnum": (c.FlagsEnum(c.Int8ub, a=1, b=2), [{"a": True}, 3]),
    "Mapping": (c.Mapping(c.Int8ub, {"a": 1, "b": 2}), ["a"]),
    "Sequence": (c.Sequence(c.Int8ub, c.Bytes(1)), [[1, b"a"]]),
    "Hex": (c.Hex(c.Int8ub), [1]),
    "Aligned": (c.Aligned(4, c.Int8ub), [1]),
    "ByteSwapped": (c.ByteSwapped(c.Int24ub), [1]),
    "Bitwise": (c.Bitwise(c.Array(8, c.Bit)), [[1, 0, 0, 0, 0, 0, 0, 1]]),
    "Optional": (c.Optional(c.Int16ub), [1, None]),
    "Select": (c.Select(c.Int16ub, c.Int8ub), [1]),
    "RepeatUntil": (c.RepeatUntil(lambda item, so_far, context: item == 0, c.Int8ub), [[1, 0]]),
    "Rebuild by a function": (c.Struct("n" / c.Rebuild(c.Int8ub, lambda context: 7)), [{}]),
    "Check": (c.Struct("a" / c.Int8ub, c.Check(this.a < 100)), [{"a": 1}]),
    "StopIf": (c.Struct("a" / c.Int8ub, c.StopIf(this.a == 0), "b" / c.Int8ub), [{"a": 1, "b": 2}]),
    "Pointer": (c.Struct("a" / c.Int8ub, "p" / c.Pointer(0, c.Int8ub)), [{"a": 1, "p": 1}]),
    "Peek": (c.Struct("p" / c.Peek(c.Int8ub), "v" / c.Int8ub), [{"p": None, "v": 1}]),
    "RawCopy": (c.RawCopy(c.Int16ub), [{"value": 1}]),
    "OneOf": (c.OneOf(c.Int8ub, [1, 2]), [1]),
    "FocusedSeq": (c.FocusedSeq("x", c.Const(b"A"), "x" / c.Int8ub), [1]),
    "a subclass from outside": (Swapped(c.Bytes(2)), [b"ab"]),
    "two fields of one name": (c.Struct("a" / c.Int8ub, "a" / c.Int8ub), [{"a": 1}]),
}
#: Of these nothing is known.
UNKNOWN = {"a subclass from outside", "two fields of one name"}
#: These construct runs, with their parts.
RUN = {"Select", "RepeatUntil", "StopIf", "Peek"}
#: Bits without a name are kept, which construct drops.
KEPT = {"FlagsEnum"}


@pytest.mark.parametrize("name", ALONE)
def test_reads_and_writes(name):
    struct, values = ALONE[name]
    assert [type(node.kind) is kinds.Opaque for node in opaque(struct)] in ([], [name in UNKNOWN])
    assert opaque(struct) == [] or name in UNKNOWN | RUN
    agree(struct, *values, kept=name in KEPT)


#: These take all that follows, or look elsewhere.
NOT_IN_THE_MIDDLE = {"GreedyBytes", "GreedyRange", "GreedyString", "Pointer"}


@pytest.mark.parametrize("name", sorted(ALONE.keys() - NOT_IN_THE_MIDDLE))
def test_reads_and_writes_in_the_middle(name):
    struct, values = ALONE[name]
    agree(
        c.Struct("before" / c.Int8ub, "it" / struct, "after" / c.Int8ub),
        {"before": 1, "it": values[0], "after": 2},
        kept=name in KEPT,
    )


#: A part, and whether it may look at anything in the context: the Struct around it then has all of it.
PARTS = {
    "a subclass from outside": (Swapped(c.Bytes(2)), True),
    "a hook": (c.Int8ub * (lambda obj, context: None), True),
    "Union": (c.Union(0, "a" / c.Int16ub, "b" / c.Bytes(2)), False),
    "ExprAdapter": (c.ExprAdapter(c.Int8ub, lambda obj, context: obj, lambda obj, context: obj), True),
    "Index": (c.Index, True),
}
#: The same for parts that need no run of construct.
NATIVE_PARTS = {
    "VarInt": (c.VarInt, False),
    "GreedyRange": (c.GreedyRange(c.Int16ub), False),
    "text": (c.CString("utf8"), False),
    "text of a fixed size": (c.PaddedString(4, "utf8"), False),
    "text behind a VarInt": (c.PascalString(c.VarInt, "utf8"), False),
    "Tell": (c.Tell, False),
    "Terminated": (c.Terminated, False),
    "a function within": (c.GreedyRange(c.Bytes(lambda context: 1)), True),
    "Pointer": (c.Pointer(this.n, c.Int8ub), True),
    "FlagsEnum": (c.FlagsEnum(c.Int8ub, a=1), False),
    "Mapping": (c.Mapping(c.Int8ub, {"a": 1}), False),
    "a function": (c.Bytes(lambda context: context.n), True),
    "Computed by a function": (c.Computed(lambda context: context.n), True),
}


@pytest.mark.parametrize("name", [*PARTS, *NATIVE_PARTS])
def test_the_struct_around_it_stays_a_struct(name):
    part, looks = {**PARTS, **NATIVE_PARTS}[name]
    struct = c.Struct("n" / c.Int8ub, "part" / part, "m" / c.Int8ub)
    node = layout_of(struct)
    assert isinstance(node, ops.Struct)
    assert [field.name for field in node.fields] == ["n", "part", "m"]
    run = struct.part if name == "a hook" else part  # a name of it has the hook too
    assert [found.construct for found in opaque(struct)] == ([] if name in NATIVE_PARTS else [run])
    assert (node.subcons is not None) == looks


#: What can't be analyzed, and the reason that documents give.
REASONS = {
    "a subclass from outside": (Swapped(c.Bytes(2)), "no lowering of Swapped"),
    "ExprAdapter": (PARTS["ExprAdapter"][0], "no lowering of ExprAdapter"),
    "two fields of one name": (ALONE["two fields of one name"][0], "two fields of one name"),
    "no construct": (None, "NoneType in place of a construct"),
}


@pytest.mark.parametrize("name", REASONS)
def test_what_can_not_be_analyzed_has_a_reason(name):
    part, reason = REASONS[name]
    struct = c.Struct("n" / c.Int8ub, "part" / c.Switch(this.n, {0: c.Byte, 1: part}))
    found = [node.kind for node in opaque(struct)]
    assert [(type(kind), kind.construct, kind.reason) for kind in found] == [(kinds.Opaque, part, reason)]


def test_hooks_are_called_as_by_construct():
    seen = []
    struct = c.Struct("n" / c.Int8ub, c.Int8ub * (lambda obj, context: seen.append((obj, context.n))))
    named = c.Struct("n" / c.Int8ub, "v" / struct.subcons[1])  # whose hook construct calls twice
    for made in (struct, named, c.Array(2, named), c.GreedyRange(struct), c.Struct("p" / c.Optional(named))):
        data = b"\1\2\3\4"
        made.parse(data)
        expected = seen.copy()
        assert expected
        for read in (
            lambda made=made, data=data: decode_prefix(data, made),
            lambda made=made, data=data: decode_stream(io.BytesIO(data), made),
            lambda made=made, data=data: list(walk(layout_of(made), data)),
        ):
            for _ in range(3):  # by the reference, and by generated code
                seen.clear()
                read()
                assert seen == expected
        seen.clear()
    encode({"n": 1, "v": 2}, named)
    assert seen == []


def test_all_structs_whose_fields_it_could_name_stay():
    inner = c.Struct("m" / c.Int8ub, "d" / c.Bytes(lambda context: context._.n))
    outer = c.Struct("n" / c.Int8ub, "inner" / inner)
    agree(outer, {"n": 2, "inner": {"m": 1, "d": b"ab"}})
    assert opaque(outer) == []
    node = layout_of(outer)
    assert None not in (node.subcons, node.fields[1].op.subcons)
    with pytest.raises(DecodeError, match="expected 2 bytes, found 1") as caught:
        decode(b"\2\1a", outer)
    assert (caught.value.path, caught.value.offset) == ("$.inner.d", 2)


def test_an_array_stays_whose_index_may_be_read():
    struct = c.Array(2, c.Struct("n" / c.Int8ub, "d" / c.Bytes(lambda context: context.n)))
    agree(struct, [{"n": 2, "d": b"ab"}, {"n": 0, "d": b""}])
    node = layout_of(struct)
    assert isinstance(node, ops.Array)
    assert node.indexed
    with pytest.raises(DecodeError) as caught:
        decode(b"\1a\2b", struct)
    assert (caught.value.path, caught.value.offset) == ("$[1].d", 3)


@pytest.mark.parametrize(
    "index", [c.Index, c.Computed(lambda context: context._index)], ids=["Index", "a function"]
)
def test_the_index_of_an_array(index):
    agree(c.Array(2, c.Struct("i" / index, "v" / c.Int8ub)), [{"v": 1}, {"v": 2}])


def test_errors_of_what_construct_runs_have_a_place():
    struct = c.Struct("a" / c.Int8ub, "l" / c.Array(2, c.NullTerminated(c.GreedyBytes)))
    with pytest.raises(DecodeError) as caught:
        decode(b"\1ab\0cd", struct)
    assert (caught.value.path, caught.value.offset) == ("$.l[1]", 4)
    with pytest.raises(EncodeError) as written:
        encode({"a": 1, "l": [b"a", 5]}, struct)
    assert written.value.path == "$.l[1]"


def test_whatever_a_users_construct_raises():
    class Broken(c.Construct):
        def _parse(self, stream, context, path):
            raise KeyError("oops")

        def _build(self, obj, stream, context, path):
            raise RuntimeError("oops")

    with pytest.raises(DecodeError, match="KeyError"):
        decode(b"abc", c.Array(1, Broken()))
    with pytest.raises(EncodeError, match="RuntimeError"):
        encode([1], c.Array(1, Broken()))


def test_what_construct_runs_within_prefixed_ends_there():
    struct = c.Struct(
        "p" / c.Prefixed(c.Int8ub, c.GreedyString("ascii")),
        "q" / c.Prefixed(c.Int8ub, c.GreedyRange(c.Int16ub)),
    )
    agree(struct, {"p": "ab", "q": [1, 2]})
    events = [(e.offset, e.size, e.kind, e.path, e.value) for e in walk(layout_of(struct), b"\2ab\2\0\1")]
    assert events == [
        (0, 0, "struct", "$", "/2"),
        (0, 1, "byteslen", "$.p", 2),
        (1, 2, "stringencoded", "$.p", "ab"),
        (3, 1, "byteslen", "$.q", 2),
        (4, 2, "u16", "$.q[0]", 1),
    ]


def test_memory_of_many_runs_of_construct():
    struct = c.PrefixedArray(c.Int32ub, c.Prefixed(c.Int8ub, c.GreedyString("ascii")))
    count = 3000
    data = count.to_bytes(4, "big") + b"\x09123456789" * count
    tracemalloc.start()
    assert sum(event.kind == "stringencoded" for event in walk(layout_of(struct), data)) == count
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * len(data)


def test_vocabulary_under_an_opaque_construct():
    struct = c.GreedyRange(Encoding("variable").construct(u16))
    assert decode(b"\1\xfb\0\1\2", struct) == [1, 256, 2]
    agree(struct, [1, 256])


#: Constructs that tell or look at places, and bytes.
PLACES = {
    "in a part": (c.Prefixed(c.Byte, c.Struct("a" / c.Byte, "t" / c.Tell)), b"\3\5zz"),
    "in a part of a part": (
        c.Prefixed(c.Byte, c.Prefixed(c.Byte, c.Sequence(c.Byte, c.Tell, c.GreedyBytes))),
        b"\5\4abcd",
    ),
    "behind others": (
        c.Struct("x" / c.Int16ub, "l" / c.Array(2, c.Prefixed(c.Byte, c.Sequence(c.Tell, c.Byte, c.Tell)))),
        b"\0\1\2ab\1c",
    ),
    "alone": (c.Struct("t" / c.Tell, "a" / c.Byte, "u" / c.Tell), b"a"),
}


@pytest.mark.parametrize("more", [b"", b"....."])
@pytest.mark.parametrize("name", PLACES)
def test_places_are_those_in_all_bytes(name, more):
    struct, data = PLACES[name]
    expected = struct.parse(data + more)
    for _ in range(3):
        assert decode(data + more, struct) == expected
        assert decode_prefix(b"__" + data + more, c.Struct("_" / c.Bytes(2), "v" / struct))[0].v is not None


@pytest.mark.parametrize("size", [1, 2, 9, 10_000])
@pytest.mark.parametrize("number", [c.VarInt, c.ZigZag])
def test_long_numbers_are_constructs(number, size):
    for data in (b"\xff" * size + b"\x01", b"\x80" * size + b"\x02", b"\xd5\xaa" * size + b"\x55"):
        assert decode(data, number) == number.parse(data)
        assert decode(data + b"\7", c.Struct("a" / number, "b" / c.Byte)).b == 7


def test_long_numbers_take_no_longer_than_their_bytes():
    assert decode(b"\xff" * 3_000_000 + b"\0", c.VarInt).bit_length() == 21_000_000


def test_first_use_from_several_threads():
    def make():
        def fields():
            return [f"f{i}" / c.Sequence(c.Optional(c.Byte), c.Optional(c.Byte)) for i in range(100)]

        below = c.Optional(c.Array(this.kind, c.LazyBound(lambda: node)))
        node = c.Struct("kind" / c.Byte, "kids" / below, *fields())
        return c.Struct("tree" / c.LazyBound(lambda: node), "end" / c.Computed(lambda context: 0))

    for _ in range(10):
        struct, barrier = make(), threading.Barrier(4)

        def work(struct=struct, barrier=barrier):
            barrier.wait()
            return decode(b"\1\0\0", struct).tree.kind

        with ThreadPoolExecutor(4) as threads:
            assert [each.result(timeout=30) for each in [threads.submit(work) for _ in range(4)]] == [1] * 4


class Number(int):
    """An int of a class of its own."""


def test_constants_keep_their_type():
    struct = c.Struct("a" / c.Byte, "x" / c.Computed(Number(5)), "y" / c.Computed(c.EnumInteger(3)))
    for _ in range(3):
        value = decode(b"\1", struct)
        assert (type(value.x), type(value.y)) == (Number, c.EnumInteger)


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


def test_whatever_an_exception_says_of_itself():
    def fail(context):
        raise Unspeakable

    with pytest.raises(DecodeError, match="Unspeakable"):
        decode(b"", c.Struct("a" / c.Computed(fail)))


@pytest.mark.parametrize("length", [c.Int8ul, c.Int24ub, c.Int64sl, c.BytesInteger(5)])
def test_bytes_behind_their_length_are_looked_into(length):
    struct = c.Struct("p" / c.Prefixed(length, c.GreedyBytes), "q" / c.Byte)
    assert opaque(struct) == []
    agree(struct, {"p": b"", "q": 1}, {"p": b"abc", "q": 2})
    including = c.Prefixed(length, c.GreedyBytes, includelength=True)
    assert opaque(including) == []
    agree(including, b"", b"abc")
    seen = []
    watched = c.Prefixed(length, c.GreedyBytes * (lambda found, context: seen.append(found)))
    agree(watched, b"abc")
    assert b"abc" in seen
