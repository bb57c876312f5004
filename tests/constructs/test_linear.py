"""Text that ends with a NUL, up to 1 MB long, takes linear time; construct itself copies it for each byte."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import construct as c
import pytest

from snapformat import decode, decode_stream, encode
from snapformat.encodings.bincode import walk as reference
from snapformat.layout import layout_of, walk

#: A declaration and a value for a number of characters.
Shape = Callable[[int], tuple[Any, Any]]
SHAPES: dict[str, Shape] = {
    "CString": lambda n: (c.CString("utf8"), "x" * n),
    "CString of two bytes": lambda n: (c.CString("utf_16_le"), "x" * n),
    "CString in a Struct": lambda n: (
        c.Struct("a" / c.Byte, "s" / c.CString("ascii")),
        {"a": 1, "s": "x" * n},
    ),
    "CString in Prefixed": lambda n: (c.Prefixed(c.Int32ub, c.CString("ascii")), "x" * n),
    "PaddedString": lambda n: (c.PaddedString(n, "ascii"), "x" * (n // 2)),
    "PaddedString of two bytes": lambda n: (c.PaddedString(2 * n, "utf_16_le"), "x" * (n // 2)),
    "NullTerminated": lambda n: (c.NullTerminated(c.GreedyBytes), b"x" * n),
    "NullTerminated by a word": lambda n: (c.NullTerminated(c.GreedyBytes, term=b"END!"), b"x" * 4 * n),
    "NullTerminated perhaps": lambda n: (c.NullTerminated(c.GreedyBytes, require=False), b"x" * n),
    "NullStripped": lambda n: (c.NullStripped(c.GreedyBytes), b"x" * n),
    "NullStripped of zeros": lambda n: (c.FixedSized(n, c.NullStripped(c.GreedyBytes)), b"x"),
    "NullStripped of pairs": lambda n: (c.FixedSized(n, c.NullStripped(c.GreedyBytes, pad=b"\0\0")), b"x."),
    "many CStrings": lambda n: (c.GreedyRange(c.CString("ascii")), ["xyz"] * (n // 16)),
    "many PaddedStrings": lambda n: (c.Array(n // 16, c.PaddedString(8, "ascii")), ["xyz"] * (n // 16)),
}


class _Pipe:
    """A source that can't go back."""

    def __init__(self, data: bytes) -> None:
        self._stream = io.BytesIO(data)

    def read(self, size: int) -> bytes:
        return self._stream.read(size)


def _by_reference(struct: Any, data: bytes) -> Any:
    layout = layout_of(struct)
    return reference.read_value(layout.kind, layout.config, data)[0]


#: What is done with a construct and the bytes of the value.
READERS: dict[str, Callable[[Any, bytes], Any]] = {
    "decode": lambda struct, data: decode(data, struct),
    "by the reference": _by_reference,
    "from a stream": lambda struct, data: decode_stream(_Pipe(data), struct),
    "walk": lambda struct, data: sum(1 for _ in walk(layout_of(struct), data)),
}


@contextmanager
def _counted() -> Iterator[list[int]]:
    """Count the calls of functions, of Python and of C."""
    count = [0]

    def note(_frame: Any, event: str, _argument: Any) -> None:
        count[0] += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield count
    finally:
        sys.setprofile(before)


def _calls(run: Callable[[], Any]) -> int:
    with _counted() as count:
        run()
    return count[0]


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
def test_a_megabyte(shape: Shape) -> None:
    """Copying the rest for each character would take a minute."""
    struct, value = shape(1 << 20)
    data = encode(value, struct)
    assert decode(data, struct) == value
    assert _by_reference(struct, data) == value


#: Four times as many characters make about four times as many calls; work for each pair would make sixteen.
_CALLS, _MORE = 6, 500


@pytest.mark.parametrize("reader", READERS.values(), ids=list(READERS))
@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
def test_calls(shape: Shape, reader: Callable[[Any, bytes], Any]) -> None:
    counts = []
    for size in (1 << 12, 1 << 14):
        struct, value = shape(size)
        data = encode(value, struct)
        for _ in range(3):  # code is generated meanwhile
            reader(struct, data)
        counts.append(_calls(lambda struct=struct, data=data: reader(struct, data)))
    assert counts[1] <= _CALLS * counts[0] + _MORE
