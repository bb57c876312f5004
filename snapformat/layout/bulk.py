"""Runs of like fixed-size elements, read at once where nobody wants events.

Claims and results are those of reading one by one; where anything is wrong, nothing is taken, and reading
one by one finds out what.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import partial
from typing import Any

from snapformat.bincode.classes import declaration_of
from snapformat.layout import nodes
from snapformat.layout.nodes import Node
from snapformat.layout.reader import Reader
from snapformat.steps import Step, run


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


def maker_of(item: Node) -> Callable[[], Any] | None:
    """What makes values that take no bytes and are made of nothing else; None for anything that is read."""
    make: Callable[[], Any] | None = run(_maker(item))
    return make


def all_alike(item: Node) -> bool:
    """Whether values take no bytes and are equal: however many are counted, a set of them has one element."""
    make = maker_of(item)
    try:
        return make is not None and bool(make() == make())
    except Exception:  # code of their class: whoever makes one meets it again
        return False


class Same:
    """Gives one value again and again, which nobody can change.

    Attributes:
        value: The value.
    """

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __call__(self) -> Any:
        """The value."""
        return self.value


def _maker(node: Node) -> Step:
    finish: Callable[[list[Any]], Any]
    if isinstance(node, nodes.Unit):
        return Same(node.value)
    if isinstance(node, nodes.Tuple):
        inner, finish, is_fixed = [(part, True) for part in node.items], tuple, True
    elif isinstance(node, nodes.Struct):
        inner, finish = [(field.node, field.attr is not None) for field in node.fields], node.make
        is_fixed = node.cls is not None and _has_no_state(node.cls)
    else:
        return None
    makers = []
    for part, is_named in inner:
        make = yield _maker(part)
        if make is None:
            return None
        if is_named:
            makers.append(make)
    if not all(isinstance(make, Same) for make in makers):
        return lambda: finish([make() for make in makers])
    values = [make() for make in makers]
    return Same(finish(values)) if is_fixed else partial(finish, values)


def _has_no_state(cls: type) -> bool:
    """Whether one instance is as good as many: there is nothing to set, and no code that makes it."""
    declared = declaration_of(cls)
    return declared is not None and declared.plain and cls.__basicsize__ == object.__basicsize__
