"""Recognizing values whose parts stand where those of earlier ones did.

Where the fields of a value stand follows from few of its bytes: lengths, tags, indexes of variants. Snapshots
of one machine mostly agree in all of them. After a number of values of one size, those bytes are remembered:
the next value of this size is compared with them by a few calls, and passed over only if it differs.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from types import FunctionType
from typing import Any

from snapformat.codec.account import Account

Indexer = Callable[[bytes, int, int, int, Account], tuple[int, ...]]
#: Where the fields of a value stand and the last one ends, and what is claimed beyond its bytes; of the
#: bytes, where it begins, where they end, and how many elements without bytes it may have.
Finder = Callable[[bytes, int, int, int], tuple[tuple[int, ...], int]]

#: Values of one size before an outline is made of the next.
OFTEN = 16
#: Outlines that are kept of one layout, and sizes that are counted.
_MOST_OUTLINES, _MOST_SIZES = 16, 256
#: Lengths and tags in an outline; larger values.
_MOST_MARKS, _MOST_BYTES = 4096, 1 << 22
_CODES = {1: "B", 2: "H", 4: "I", 8: "Q"}
_ITEM = r"(\d*)([a-zA-Z])"


def remembering(index: Indexer) -> Finder:
    """What finds the fields of a whole value, and knows again what it has often seen."""
    outlines: dict[int, Outline | None] = {}
    counts: dict[int, int] = {}

    def find(d: bytes, p: int, e: int, zero_sized: int) -> tuple[tuple[int, ...], int]:
        size = e - p
        outline = outlines.get(size)
        if outline is not None:
            found = outline.places(d, p)
            if found is not None:
                return found, 0
        account = Account(zero_sized)
        found = index(d, p, e, 0, account)
        if size in outlines or size > _MOST_BYTES:
            return found, account.claimed
        counts[size] = count = counts.get(size, 0) + 1
        if count >= OFTEN and len(outlines) < _MOST_OUTLINES:
            outlines[size] = _outline(index, d, p, e)
        elif len(counts) > _MOST_SIZES:
            counts.clear()
        return found, account.claimed

    return find


class Outline:
    """The bytes of a value that decide where its fields stand, and where they stood.

    Args:
        marks: Offset from the start and size of each such piece, in order.
        runs: Offset, count and distance of lengths that are all the same, at a distance of words.
        data: The bytes.
        start: Where the value began.
        places: Where its fields stood.
    """

    __slots__ = ("expected", "found", "runs", "start", "unpack")

    def __init__(
        self,
        marks: list[tuple[int, int]],
        runs: list[tuple[int, int, int]],
        data: bytes,
        start: int,
        places: tuple[int, ...],
    ) -> None:
        form, at = ["<"], 0
        for offset, size in _joined(marks):
            form.append(f"{offset - at}x{_CODES.get(size) or f'{size}s'}")
            at = offset + size
        self.unpack = struct.Struct("".join(form)).unpack_from
        self.expected = self.unpack(data, start)
        self.runs = [
            (offset, offset + count * stride, stride // 8, _words(data, start + offset, count, stride))
            for offset, count, stride in runs
        ]
        self.start = start
        self.found = places

    def places(self, d: bytes, p: int) -> tuple[int, ...] | None:
        """Where the fields of the value at `p` stand, if it is such a one; it has the same size."""
        if self.unpack(d, p) != self.expected:
            return None
        view = memoryview(d)
        for offset, stop, step, words in self.runs:
            if view[p + offset : p + stop].cast("Q")[::step] != words:
                return None
        moved = p - self.start
        return tuple([place + moved for place in self.found]) if moved else self.found


def _joined(marks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same places, as few as there are with other bytes between."""
    joined: list[tuple[int, int]] = []
    at = -1
    for offset, size in marks:
        if offset < at:
            raise ValueError("the same byte is looked at twice")
        if offset == at:
            start, before = joined.pop()
            joined.append((start, before + size))
        else:
            joined.append((offset, size))
        at = offset + size
    return joined


def _words(data: bytes, at: int, count: int, stride: int) -> memoryview:
    """Copies of the word at each stride."""
    return memoryview(b"".join(data[at + i * stride :][:8] for i in range(count))).cast("Q")


class _Watched(bytes):
    """Bytes that tell which of them are looked at."""

    marks: list[tuple[int, int]]

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            start, stop, _ = key.indices(len(self))
            self.marks.append((start, stop - start))
        else:
            self.marks.append((key, 1))
        return super().__getitem__(key)


def _outline(index: Any, d: bytes, p: int, e: int) -> Outline | None:
    """Run the generated code once more, watching what it looks at; None where that can't be watched."""
    names: dict[str, Any] = index.__globals__
    if any(name.startswith(("VARINT", "opaque", "read")) for name in names):
        return None
    marks: list[tuple[int, int]] = []
    runs: list[tuple[int, int, int]] = []
    watched = dict(names)
    for name, value in names.items():
        if isinstance(value, FunctionType) and value.__globals__ is names:
            watched[name] = FunctionType(value.__code__, watched, name)
        elif name.startswith("unpack"):
            watched[name] = _watched_unpack(value, marks)
        elif name.startswith("many"):
            watched[name] = _watched_many(value, d, marks, runs)
    data = _Watched(d)
    data.marks = marks
    account = Account(0)
    try:
        places = watched[index.__name__](data, p, e, 0, account)
        if len(marks) > _MOST_MARKS:
            return None
        marks.sort()
        relative = [(at - p, size) for at, size in marks]
        return Outline(relative, [(at - p, count, stride) for at, count, stride in runs], d, p, places)
    except Exception:  # elements without bytes, the same byte twice: nothing that is worth an outline
        return None


def _watched_unpack(unpack: Any, marks: list[tuple[int, int]]) -> Any:
    form: str = unpack.__self__.format
    pieces, at = [], 0
    for digits, code in re.findall(_ITEM, form):
        size = int(digits or 1) if code == "x" else struct.calcsize(form[0] + code)
        if code != "x":
            pieces.append((at, size))
        at += size

    def watched(d: bytes, p: int) -> Any:
        marks.extend((p + offset, size) for offset, size in pieces)
        return unpack(d, p)

    return watched


def _watched_many(
    many: Any, data: bytes, marks: list[tuple[int, int]], runs: list[tuple[int, int, int]]
) -> Any:
    width: int = many.width

    def watched(d: bytes, p: int, e: int, count: int) -> int:
        end: int = many(data, p, e, count)
        stride = (end - p) // count if count else 0
        first = data[p : p + width]
        is_even = width == 8 and count > 2 and not stride % 8 and end - p == stride * count
        if is_even and all(data[at : at + 8] == first for at in range(p, end, stride)):
            runs.append((p, count, stride))
            return end
        for _ in range(count):
            marks.append((p, width))
            p += width + int.from_bytes(data[p : p + width], many.byteorder)
        return end

    return watched
