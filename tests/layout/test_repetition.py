"""Elements that take no bytes: however many the bytes ask for, there is an end, and it says so."""

from __future__ import annotations

import gc
import io
import weakref
from typing import Annotated, Any

import construct as c
import pytest
from construct import this

from layout.agreement import opaque
from snapformat import DecodeError, Limits, decode, decode_stream, doc, encode, schema
from snapformat.bincode import FIRECRACKER, BTreeMap, BTreeSet, HashMap, HashSet, Len, Unit, u64
from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.codec.shape import zero_sized_cost
from snapformat.encodings.construct.counted import cost_of
from snapformat.encodings.construct.running import bounded, parse_run
from snapformat.layout import layout_of, lower, read, walk
from snapformat.limits import DEFAULT_LIMITS, MADE_BY_CONSTRUCT, Budget
from snapformat.model import kinds

FULL = b"\xff\xff\xff\xff"
#: Few enough to be quick, and more than the sound bytes below have.
FEW = Limits(zero_sized=1280)
#: Cost of an `Optional` that takes no bytes, with what is inside of it.
OPTIONAL = MADE_BY_CONSTRUCT + cost_of(c.Optional(c.Byte))


class Own(c.Adapter):
    """A class from outside around what repeats."""

    def _decode(self, obj, context, path):
        return list(obj)

    def _encode(self, obj, context, path):
        return obj


def _beside(inner: Any) -> Any:
    """Beside what only construct can run, so that all of it is run by construct."""
    return c.Struct("v" / inner, c.Check(lambda context: True))


_recursive = c.Struct(
    "n" / c.Byte,
    "a" / c.Array(lambda context: 1 << 60 if context.n == 7 else 1, c.Optional(c.Byte)),
    "below" / c.If(lambda context: context.n == 1, c.LazyBound(lambda: _recursive)),
)
_may_be_missing = Annotated[Any, c.Optional(c.Byte)]

#: A construct, bytes that would have it count for ever, and sound ones.
ENDLESS = {
    "what may be missing": (c.PrefixedArray(c.Int32ub, c.Optional(c.Int16ub)), FULL + b"ab", b"\0\0\0\3abcd"),
    "a function's value": (c.PrefixedArray(c.Int32ub, c.Computed(lambda context: 1)), FULL, b"\0\0\0\2"),
    "as long as it can be read": (c.GreedyRange(c.Optional(c.Byte)), b"abc", None),
    "what goes back": (c.GreedyRange(c.Struct("a" / c.Byte, c.Seek(-1, 1))), b"abc", None),
    "what goes beyond the end": (c.GreedyRange(c.Seek(1, 1)), b"", None),
    "what counts beyond the end": (
        c.Struct("n" / c.Int32ub, "a" / c.Array(this.n, c.Seek(1, 1))),
        FULL,
        b"\0\0\0\2abc",
    ),
    "lazily": (c.Struct("n" / c.Int32ub, "a" / c.LazyArray(this.n, c.Pass)), FULL, None),
    "until never": (c.RepeatUntil(lambda item, so_far, context: False, c.Pass), b"", None),
    "the first that can be read": (
        c.Select(c.PrefixedArray(c.Int32ub, c.Optional(c.Byte)), c.Byte),
        FULL,
        b"\0\0\0\1",
    ),
    "bits": (
        c.Bitwise(c.Struct("n" / c.BitsInteger(32), "a" / c.Array(this.n, c.Optional(c.Bit)))),
        FULL,
        b"\0\0\0\x08a",
    ),
    "bits as they come": (
        c.Restreamed(
            c.Struct("n" / c.BitsInteger(32), "a" / c.Array(this.n, c.Computed(this.n))),
            c.core.bytes2bits,
            1,
            c.core.bits2bytes,
            8,
            lambda n: n // 8,
        ),
        FULL,
        b"\0\0\0\5",
    ),
    "a union": (
        c.Union(0, "n" / c.Int32ub, "a" / c.Array(lambda context: context.n, c.Pass)),
        FULL,
        b"\0\0\0\3",
    ),
    "a case": (
        c.Struct(
            "k" / c.Byte, "v" / c.Switch(lambda context: context.k, {1: c.PrefixedArray(c.Int32ub, c.Pass)})
        ),
        b"\1" + FULL,
        b"\1\0\0\0\2",
    ),
    "compiled": (
        c.Struct("n" / c.Int32ub, "a" / c.Array(this.n, c.Optional(c.Byte))).compile(),
        FULL,
        b"\0\0\0\3a",
    ),
    "within its length": (c.Prefixed(c.Byte, c.GreedyRange(c.Optional(c.Byte))), b"\2ab", None),
    "a class from outside": (Own(c.PrefixedArray(c.Int32ub, c.Pass)), FULL, b"\0\0\0\2"),
    "one that contains itself": (_recursive, b"\1a\7", b"\1a\0b"),
    "in one another": (
        c.Struct("a" / c.Array(lambda context: 40, c.PrefixedArray(c.Byte, c.Optional(c.Const(b"x"))))),
        b"\5" * 40,
        b"\0" * 40,
    ),
    "vocabulary": (
        _beside(FIRECRACKER.construct(list[_may_be_missing])),
        b"\xff\xff\0\0\0\0\0\0ab",
        b"\3\0\0\0\0\0\0\0a",
    ),
    "a map of the vocabulary": (
        _beside(FIRECRACKER.construct(HashMap[_may_be_missing, _may_be_missing])),
        b"\xff\xff\0\0\0\0\0\0ab",
        b"\1\0\0\0\0\0\0\0ab",
    ),
    "units of the vocabulary": (
        _beside(c.Array(lambda context: 2, FIRECRACKER.construct(list[Unit]))),
        b"\xff\xff\0\0\0\0\0\0",
        b"\3\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0",
    ),
    "arrays of units": (
        _beside(FIRECRACKER.construct(list[Annotated[list[Unit], Len(1000)]])),
        b"\2\0\0\0\0\0\0\0",
        b"\1\0\0\0\0\0\0\0",
    ),
    "elements of a layout": (
        c.Struct("f" / c.Byte, "a" / c.PrefixedArray(c.Int32ub, c.Struct("x" / c.If(this._._.f, c.Byte)))),
        b"\0" + FULL,
        b"\0\0\0\0\2",
    ),
    "containers": (c.PrefixedArray(c.Int32ub, c.Struct("a" / c.Computed(1))), b"\1\0\0\0", b"\0\0\0\5"),
    "what is opaque for itself": (c.PrefixedArray(c.Int32ub, c.GreedyBytes), FULL + b"abc", b"\0\0\0\2abc"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_there_is_an_end(name):
    struct, endless, _ = ENDLESS[name]
    with pytest.raises(DecodeError, match="too many zero-sized elements"):
        decode(endless, struct, limits=FEW)
    with pytest.raises(DecodeError, match="too many zero-sized elements"):
        list(walk(layout_of(struct), endless, limits=FEW))


@pytest.mark.parametrize("name", ENDLESS)
def test_there_is_an_end_in_streams(name):
    struct, endless, sound = ENDLESS[name]
    with pytest.raises(DecodeError):
        decode_stream(io.BytesIO(endless), struct, limits=FEW)
    if sound is not None and "bits" not in name:  # of which more is taken than the value has
        assert decode_stream(io.BytesIO(sound), struct) == struct.parse(sound)


@pytest.mark.parametrize("name", [name for name, (_, _, sound) in ENDLESS.items() if sound is not None])
def test_what_has_an_end_is_read_as_by_construct(name):
    struct, _, sound = ENDLESS[name]
    expected = struct.parse(sound)
    for _ in range(3):  # by the reference, and by generated code
        assert decode(sound, struct) == expected
    assert read(lower(struct), sound, limits=FEW)[0] == expected


@pytest.mark.parametrize("count", [0, 1, 3])
def test_values_are_written_as_by_construct(count):
    struct = c.PrefixedArray(c.Int32ub, c.Optional(c.Int16ub))
    values = list(range(count))
    assert encode(values, struct) == struct.build(values)
    assert decode(encode(values, struct), struct) == values


def test_one_account_for_the_whole():
    """What one construct has used up is missing to the next."""
    item = c.Prefixed(c.Byte, c.PrefixedArray(c.Byte, c.Optional(c.Byte)))
    struct = c.Array(3, item)
    data = b"\1\7" * 3
    decode(data, struct, limits=Limits(zero_sized=21 * OPTIONAL))
    with pytest.raises(DecodeError, match="too many zero-sized elements"):
        decode(data, struct, limits=Limits(zero_sized=21 * OPTIONAL - 1))


def test_the_error_says_how_they_count():
    with pytest.raises(DecodeError) as caught:
        decode(b"\0\0\0\2", c.PrefixedArray(c.Int32ub, c.Optional(c.Byte)), limits=Limits(zero_sized=11))
    assert (caught.value.expected, caught.value.found) == (
        "at most 11 in all",
        f"1 more, counting as {OPTIONAL} each",
    )


def test_what_does_not_repeat_is_run_itself():
    class Seen(c.Construct):
        def _parse(self, stream, context, path):
            return self

    seen = Seen()
    assert decode(b"", seen) is seen
    (node,) = opaque(c.Struct("a" / seen, "b" / c.Byte[3]))
    assert node.construct is seen
    assert bounded(node.kind) is seen
    plain = c.LazyStruct("a" / seen, "b" / c.Byte[3])
    (node,) = opaque(plain)
    read(node, b"abc")
    assert bounded(node.kind) is plain


def test_constructs_that_contain_themselves_are_not_kept():
    def run_one() -> weakref.ref[Any]:
        made: Any = c.Struct("a" / c.GreedyRange(c.Byte), "below" / c.Optional(c.LazyBound(lambda: deeper)))
        deeper: Any = c.Struct(c.Const(b"x"), "again" / made)
        found = parse_run(kinds.Opaque(made, reason="a test"), io.BytesIO(b"ab"), None, Budget(None))
        assert found == {"a": [97, 98], "below": None}
        return weakref.ref(made)

    gone = run_one()
    gc.collect()
    assert gone() is None


# --- vocabulary: made at once -------------------------------------------------------------------------


@schema
class Empty:
    """Nothing."""


@schema
class Skipping:
    """Nothing that is in the bytes."""

    a: u64 = doc("Not written.", skip=True, default=7)


@schema
class Both:
    """Two of them."""

    empty: Empty
    pair: tuple[Unit, Skipping]


@schema
class Refusing:
    """One that is only so often made."""

    left = 5

    def __post_init__(self) -> None:
        Refusing.left -= 1
        if Refusing.left < 0:
            raise ValueError("no more")


COUNT = (1000).to_bytes(8, "little")


@pytest.mark.parametrize("count", [0, 1, 1000, None])
@pytest.mark.parametrize(
    "annotation",
    [HashMap[Unit, Unit], HashMap[Skipping, Empty], BTreeMap[Unit, Empty], HashSet[Skipping], BTreeSet[Unit]],
)
def test_equal_elements_are_read_once_and_counted_all(annotation, count):
    node = layout_of(annotation)
    cost = zero_sized_cost(*([node.key, node.value] if isinstance(node, ops.Map) else [node.item]))
    is_most = count is None
    count = DEFAULT_LIMITS.zero_sized // cost if is_most else count
    data = count.to_bytes(8, "little")
    values, end = read(node, data)
    assert (len(values), end) == (min(count, 1), 8)
    for _ in range(2):
        assert decode(data, annotation) == values
    if count:
        with pytest.raises(DecodeError, match="too many zero-sized elements"):
            read(node, data, limits=Limits(zero_sized=count * cost - 1))
        assert read(node, data, limits=Limits(zero_sized=count * cost))[0] == values
    if is_most:
        with pytest.raises(DecodeError, match="too many zero-sized elements"):
            decode((count + 1).to_bytes(8, "little"), annotation)
    else:
        assert sum(event.size == 0 for event in walk(node, data)) >= count


@pytest.mark.parametrize("annotation", [Empty, Skipping, Both, tuple[Empty, Unit], Unit])
def test_elements_without_bytes_are_as_if_read_one_by_one(annotation):
    node = layout_of(list[annotation])
    values, end = read(node, COUNT)
    one = read(layout_of(annotation), b"")[0]
    assert (values, end) == ([one] * 1000, 8)
    assert decode(COUNT, list[annotation]) == values
    assert list(map(type, values)) == [type(one)] * 1000


def test_what_can_be_changed_is_not_shared():
    values = read(layout_of(list[Both]), COUNT)[0]
    values[1].pair[1].a = 8
    assert [value.pair[1].a for value in values[:3]] == [7, 8, 7]
    assert len(set(map(id, values))) == 1000


def test_what_cannot_be_made_says_where():
    Refusing.left = 5
    with pytest.raises(DecodeError, match="no more") as caught:
        read(layout_of(list[Refusing]), COUNT)
    assert caught.value.path == "$[5]"


def test_elements_without_bytes_are_bounded_in_depth():
    inner: Any = Empty
    for _ in range(20):
        inner = tuple[inner]
    assert len(read(layout_of(list[inner]), COUNT)[0]) == 1000
    with pytest.raises(DecodeError, match="nested too deeply"):
        read(layout_of(list[Both]), COUNT, limits=Limits(depth=1))


def test_what_is_made_counts():
    """An element of many objects counts as so many."""
    kinds: list[Any] = [Skipping, Both]
    for level in range(40):
        body = {"__annotations__": {"a": kinds[-1], "b": kinds[-1]}, "__module__": __name__}
        kinds.append(schema(type(f"Level{level}", (), body)))
    assert [zero_sized_cost(layout_of(kind)) for kind in (Unit, Empty, *kinds[:5])] == [
        1,
        1,
        1,
        5,
        12,
        26,
        54,
    ]
    with pytest.raises(DecodeError, match="too many zero-sized elements"):
        decode((1).to_bytes(8, "little"), list[kinds[-1]])
    assert len(decode(COUNT, list[Both], limits=Limits(zero_sized=5000))) == 1000
    with pytest.raises(DecodeError, match="counting as 5 each"):
        decode(COUNT, list[Both], limits=Limits(zero_sized=4999))


def test_units_are_few_enough_for_construct_too():
    most = FIRECRACKER.construct(list[Unit]).parse((1 << 20).to_bytes(8, "little"))
    assert len(most) == 1 << 20
    with pytest.raises(c.RangeError, match="too many zero-sized elements"):
        FIRECRACKER.construct(list[Unit]).parse(((1 << 20) + 1).to_bytes(8, "little"))
