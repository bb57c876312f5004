"""Runs of like fixed-size elements, read at once where nobody wants events.

Claims and results are those of reading one by one; where anything is wrong, nothing is taken, and reading
one by one finds out what.
"""

from __future__ import annotations

import struct
from typing import Any

from snapformat.layout import nodes
from snapformat.layout.nodes import Node
from snapformat.layout.reader import Reader


def read_run(item: Node, count: int, r: Reader) -> list[Any] | None:
    """Read `count` elements, or None if this is no such run or something in it is wrong."""
    if isinstance(item, nodes.Unit):
        r.claim_zero_sized(count, 1)
        return [item.value] * count
    if isinstance(item, nodes.Char):
        return _chars(count, r)
    if isinstance(item, nodes.Int) and item.packer is not None and not item.nonzero:
        code, size = item.packer.format, item.size
    elif isinstance(item, nodes.Float) and item.size == 8:
        code, size = ("<d" if item.byteorder == "little" else ">d"), 8
    elif isinstance(item, nodes.Bool) and not item.lenient:
        code, size = "<B", 1
    else:
        return None
    total = count * size
    if total > r.end - r.pos or total > r.budget.left:
        return None
    data = r.data[r.pos : r.pos + total]
    if isinstance(item, nodes.Bool):
        if data.translate(None, b"\0\1"):
            return None
        values: list[Any] = list(map(bool, data))
    elif size == 1 and code[1] == "B":
        values = list(data)
    else:
        values = list(struct.unpack(f"{code[0]}{count}{code[1]}", data))
    r.claim(total)
    r.pos += total
    return values


def _chars(count: int, r: Reader) -> list[str] | None:
    """Chars are UTF-8 one after the other: decode as many bytes as they can take, keep what they take."""
    data = r.data[r.pos : min(r.end, r.pos + 4 * count)]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        text = data[: error.start].decode("utf-8")
    chars = list(text[:count])
    if len(chars) < count:
        return None
    size = len(text[:count].encode("utf-8"))
    if size > r.budget.left:
        return None
    r.claim(size)
    r.pos += size
    return chars
