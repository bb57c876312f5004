"""Elements without bytes: nothing in the data bounds their number, so something else must."""

from __future__ import annotations

import io
from typing import Annotated, Any

import construct as c
import pytest

from hostile.bounded import run_bounded
from hostile.shapes import Hollow, Nothing
from snapformat import DecodeError, EncodeError, Encoding, Limits, decode, decode_stream, encode
from snapformat.bincode import BTreeMap, BTreeSet, HashMap, HashSet, Len, Unit, Vec, u8
from snapformat.layout import layout_of, walk

COUNTS = ((1 << 24) + 1, 1 << 40, 1 << 63, (1 << 64) - 1)
KINDS: dict[str, Any] = {
    "Vec<()>": Vec[Unit],
    "Vec<unit struct>": Vec[Nothing],
    "Vec<struct of units>": Vec[Hollow],
    "Vec<[u8; 0]>": Vec[Annotated[list[u8], Len(0)]],
    "Vec<[(); 3]>": Vec[Annotated[list[Unit], Len(3)]],
    "Vec<((), ())>": Vec[tuple[Unit, Unit]],
    "BTreeSet<()>": BTreeSet[Unit],
    "HashSet<unit struct>": HashSet[Nothing],
    "BTreeMap<(), ()>": BTreeMap[Unit, Unit],
    "HashMap<unit struct, ()>": HashMap[Nothing, Unit],
}
#: For processes of their own: the same by their text.
TEXTS = [
    "Vec[Unit]",
    "Vec[Nothing]",
    "Vec[Hollow]",
    "Vec[Annotated[list[u8], Len(0)]]",
    "Vec[Annotated[list[Unit], Len(3)]]",
    "HashSet[Unit]",
    "BTreeMap[Unit, Unit]",
    "HashMap[Nothing, Unit]",
]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("integers", ["fixed", "variable"])
def test_more_than_the_bound(name: str, integers: Any) -> None:
    """Refused at once, without counting."""
    encoding = Encoding(integers)
    for count in COUNTS:
        data = count.to_bytes(8, "little")
        if integers == "variable":
            data = b"\xfd" + data
        with pytest.raises(DecodeError, match="without bytes"):
            decode(data, KINDS[name], encoding)
        with pytest.raises(DecodeError, match="without bytes"):
            decode_stream(io.BytesIO(data), KINDS[name], encoding)
        with pytest.raises(DecodeError, match="without bytes"):
            list(walk(layout_of(KINDS[name], encoding), data))
        with pytest.raises(c.ConstructError):
            encoding.construct(KINDS[name]).parse(data)


@pytest.mark.parametrize("name", KINDS)
def test_the_bound_can_be_set(name: str) -> None:
    kind = KINDS[name]
    each = 4 if "3]" in name else 1
    for count in (1, 5):
        data = count.to_bytes(8, "little")
        assert decode(data, kind, limits=Limits(zero_sized=count * each)) is not None
        with pytest.raises(DecodeError, match="without bytes"):
            decode(data, kind, limits=Limits(zero_sized=count * each - 1))


def test_the_bound_holds_for_all_together() -> None:
    """Not for each sequence anew."""
    kind = Vec[Vec[Unit]]
    data = (3).to_bytes(8, "little") + (4).to_bytes(8, "little") * 3
    assert decode(data, kind, limits=Limits(zero_sized=12)) == [[()] * 4] * 3
    for read in (decode, lambda *a, **k: decode_stream(io.BytesIO(a[0]), a[1], **k)):
        with pytest.raises(DecodeError, match="without bytes"):
            read(data, kind, limits=Limits(zero_sized=11))
    with pytest.raises(DecodeError, match="without bytes"):
        list(walk(layout_of(kind), data, limits=Limits(zero_sized=11)))


def test_the_bound_holds_when_writing() -> None:
    limits = Limits(zero_sized=11)
    cases: list[tuple[Any, Any]] = [
        ([()] * 12, Vec[Unit]),
        ([Nothing()] * 12, Vec[Nothing]),
        ([[]] * 12, Vec[Annotated[list[u8], Len(0)]]),
        ([[()] * 4] * 3, Vec[Vec[Unit]]),
        ([()] * 12, Annotated[list[Unit], Len(12)]),
    ]
    for value, kind in cases:
        encode(value, kind, limits=Limits(zero_sized=64))
        with pytest.raises(EncodeError, match="without bytes"):
            encode(value, kind, limits=limits)


def test_an_array_of_many_units() -> None:
    kind = Annotated[list[Unit], Len(1 << 40)]
    for data in (b"", b"\0"):
        with pytest.raises(DecodeError, match="without bytes"):
            decode(data, kind)
    with pytest.raises(DecodeError, match="without bytes"):
        list(walk(layout_of(kind), b""))


def test_an_array_of_many_units_from_a_stream() -> None:
    code = "result = verdict(lambda: decode_stream(io.BytesIO(b''), Annotated[list[Unit], Len(1 << 40)]))"
    outcome = run_bounded(code, hangs=100)
    assert outcome.verdict == "DecodeError"
    assert outcome.grown < 300


@pytest.mark.parametrize("kind", TEXTS)
def test_just_the_bound(kind: str) -> None:
    """2^24 elements are the most that are made: with little memory for eight bytes of data."""
    each = 4 if "Len(3)" in kind else 1
    code = f"result = verdict(lambda: decode(u64_bytes({(1 << 24) // each}), {kind}))"
    outcome = run_bounded(code)
    assert outcome.verdict == "ok"
    assert outcome.grown < 1200


def test_many_lists_of_many_units() -> None:
    """A hundred bytes: 11 lists of up to 2^24 units, bounded in total."""
    code = "result = verdict(lambda: decode(u64_bytes(11) + u64_bytes(1 << 23) * 11, Vec[Vec[Unit]]))"
    outcome = run_bounded(code)
    assert outcome.verdict == "DecodeError"
    assert outcome.grown < 200


def test_many_lists_of_many_units_when_writing() -> None:
    """Shared lists cost the caller nothing, but would be written 2^40 times."""
    code = """
inner = [()] * (1 << 20)
result = verdict(lambda: encode([inner] * (1 << 20), Vec[Vec[Unit]]))
"""
    outcome = run_bounded(code, hangs=120)
    assert outcome.verdict == "EncodeError"
    assert outcome.grown < 200


def test_elements_of_constructs_without_bytes() -> None:
    for item in (c.Pass, c.Struct(), c.Computed(3), c.Bytes(0), c.Struct("a" / c.Pass), c.Array(0, c.Byte)):
        kind = c.PrefixedArray(c.Int64ul, item)
        assert len(decode((5).to_bytes(8, "little"), kind)) == 5
        for count in (1 << 40, (1 << 64) - 1):
            with pytest.raises(DecodeError, match="without bytes"):
                decode(count.to_bytes(8, "little"), kind)


@pytest.mark.parametrize("item", ["c.Pass", "c.Tell", "c.Peek(c.Byte)", "c.If(False, c.Byte)"])
@pytest.mark.parametrize("how", ["decode(data, kind)", "decode_stream(io.BytesIO(data), kind)"])
def test_elements_of_constructs_that_may_have_no_bytes(item: str, how: str) -> None:
    code = f"""
kind = c.PrefixedArray(c.Int64ul, {item})
data = u64_bytes((1 << 64) - 1)
result = verdict(lambda: {how})
"""
    outcome = run_bounded(code)
    assert outcome.verdict == "DecodeError"
    assert outcome.grown < 3000
