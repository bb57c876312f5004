"""Lazy reading as a whole: finding the end of a value, checking what nobody has touched, writing it back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, get_args

from snapformat.bincode.blob import CStruct
from snapformat.bincode.classes import declaration_of
from snapformat.bincode.containers import Some
from snapformat.budget import DEFAULT_LIMITS, Limits
from snapformat.codec import sections
from snapformat.codec.engine import read_value, skipper_of, write_part, write_value
from snapformat.codec.folding import Part, is_numbers
from snapformat.codec.read_helpers import Account
from snapformat.codec.sections import Origin, Path, Section, is_hidden, may_hold, plan_of, read_lazily
from snapformat.layout import nodes
from snapformat.layout.arrays import Arrays, numbers_reader
from snapformat.layout.nodes import Node


class Untouched:
    """A whole value that nobody has looked at.

    Attributes:
        node: Its layout.
        origin: The bytes.
        start: Where it begins.
        stop: Where it ends.
    """

    __slots__ = ("_found", "_lock", "node", "origin", "start", "stop")

    def __init__(self, node: Node, origin: Origin, start: int, stop: int) -> None:
        self.node = node
        self.origin = origin
        self.start = start
        self.stop = stop
        self._found: list[Any] = []
        self._lock = threading.Lock()

    def value(self) -> Any:
        """The value, as lazy as its layout allows; the same object every time.

        Raises:
            DecodeError: The bytes are no such value.
        """
        with self._lock:
            if not self._found:
                found = read_lazily(self.node, self.origin, self.start, self.stop, 0, ())
                self._found.append(found)
            return self._found[0]


def check_arrays(lazy: bool, arrays: Arrays | None) -> None:
    """Refuse what is misuse: an unknown kind of views, or views without `lazy`."""
    if arrays is not None and arrays not in get_args(Arrays):
        raise ValueError(f"arrays must be one of {', '.join(get_args(Arrays))}, not {arrays!r}")
    if arrays is not None and not lazy:
        raise ValueError("arrays are handed out as views where a value is read lazily: say lazy=True")
    if arrays == "numpy":
        import numpy  # noqa: F401 - that it is missing is said here, and not at the first touch


def open_lazily(
    node: Node, origin: Origin, start: int, stop: int, *, limit: int | None, limits: Limits
) -> tuple[Any, int] | None:
    """Find the end of a value without making it.

    Args:
        node: Its layout.
        origin: The bytes.
        start: Where it begins.
        stop: Where the readable bytes end.
        limit: Most bytes that may be claimed, or None.
        limits: Bounds of depth and of elements without bytes.

    Returns:
        The value, or an `Untouched` one, and the offset after it; None where it has to be read: the
        layout has no skipper, or something is wrong with the bytes.
    """
    if limits is not DEFAULT_LIMITS and limits != DEFAULT_LIMITS:
        return None
    account = Account(limits.zero_sized)
    plan = plan_of(node) if isinstance(node, nodes.Struct) else None
    value: Any
    try:
        if plan is not None:
            places = plan.find(origin.data, start, stop, 0, account)
            end = places[-1]
            if end - start < sections.LEAST_STRUCT:
                value = Untouched(node, origin, start, end)
            else:
                value = plan.make(origin, places, 0, ())
        else:
            skip = skipper_of(node)
            if skip is None:
                return None
            end = skip(origin.data, start, stop, 0, account)
            value = Untouched(node, origin, start, end)
    except Exception:  # whatever a guard raises: reading says what is wrong
        return None
    if end > stop or (limit is not None and end - start + account.claimed > limit):
        return None
    return value, end


def lazy_reader(
    node: Node, limit: int | None, limits: Limits, arrays: Arrays | None
) -> Callable[[bytes | bytearray | memoryview], Any]:
    """A function that reads values of one layout lazily, from the start of the data.

    Args:
        node: The layout.
        limit: Most bytes that may be claimed, or None.
        limits: Bounds of depth and of elements without bytes.
        arrays: How long arrays of numbers are handed out.
    """

    def read(data: bytes | bytearray | memoryview) -> Any:
        given = bytes(data)
        origin = Origin(given, arrays)
        opened = open_lazily(node, origin, 0, len(given), limit=limit, limits=limits)
        if opened is None:
            return read_value(node, given, limit=limit, limits=limits)[0]
        value = opened[0]
        return value.value() if isinstance(value, Untouched) else value

    if arrays == "memoryview" and isinstance(node, nodes.Seq):
        return numbers_reader(node, limit, read)
    return read


# --- checking -----------------------------------------------------------------------------------------


def validate(value: Any) -> None:
    """Decode all that is still undecoded in a value that was read lazily.

    Afterwards it is the same as if it had been read at once. Values without such parts are left alone.

    Raises:
        DecodeError: Bytes are no value of their type; path and offset say where. What comes before them is
            decoded.
    """
    waiting: list[Any] = [value]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop()
        if type(current) is _Field:
            current = getattr(current.instance, current.name, None)
        while type(current) is Some:  # options may be nested
            current = current.value
        if type(current) in _PLAIN or isinstance(current, CStruct) or id(current) in seen:
            continue
        if type(current) is list:
            seen.add(id(current))
            # All elements are alike, but for None in a list of options.
            if current and (current[0] is None or type(current[0]) not in _PLAIN):
                waiting.extend(reversed(current))
        elif declaration_of(type(current)) is not None:
            seen.add(id(current))
            names = getattr(type(current), "__match_args__", ())
            waiting.extend(_Field(current, name) for name in reversed(names))


#: Without parts that could be undecoded.
_PLAIN = frozenset({int, float, bool, str, bytes, type(None)})


class _Field:
    """A field to be looked at when it is its turn."""

    __slots__ = ("instance", "name")

    def __init__(self, instance: Any, name: str) -> None:
        self.instance = instance
        self.name = name


# --- writing ------------------------------------------------------------------------------------------


def write_lazily(node: Node, value: Any, *, limits: Limits, root: Path = ()) -> list[Any]:
    """Write a value that may have undecoded parts, which are written as the bytes they were read from.

    Args:
        node: The layout.
        value: The value.
        limits: Bound of depth.
        root: Path of the value itself, for errors.

    Returns:
        Pieces of bytes and views of bytes.

    Raises:
        EncodeError: The value does not fit the layout; the path says where.
    """
    if type(value) is Untouched:
        return [memoryview(value.origin.data)[value.start : value.stop]]
    pieces = _Pieces(limits)
    try:
        pieces.value(node, value, 0, root)
    except RecursionError:  # too deep, or in a circle
        return [write_value(node, value, limits=limits, root=root)]
    pieces.flush()
    return pieces.done


class _Pieces:
    """Output of one write: bytes, and ranges of the bytes that were read, joined where they touch."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.done: list[Any] = []
        self.data = b""
        self.start = self.stop = 0

    def flush(self) -> None:
        """Put out the range that is open."""
        if self.start < self.stop:
            self.done.append(memoryview(self.data)[self.start : self.stop])
            self.start = self.stop = 0

    def add(self, data: bytes) -> None:
        """Put out bytes."""
        self.flush()
        self.done.append(data)

    def untouched(self, data: bytes, start: int, stop: int) -> None:
        """Put out a range of what was read."""
        if start != self.stop or data is not self.data:
            self.flush()
            self.data, self.start = data, start
        self.stop = stop

    def value(self, node: Node, value: Any, depth: int, path: Path) -> None:
        """Put out a value."""
        if type(node) is nodes.Ref:
            node = node.target
        writer = _WRITERS.get(type(node))
        if writer is None or depth >= self.limits.depth or not _has_sections(node, value, depth):
            write_part(node, value, self.add, depth=depth, limits=self.limits, root=path)
        else:
            writer(self, node, value, depth, path)


def _has_sections(node: Node, value: Any, depth: int) -> bool:
    """Whether something in a value is undecoded; the value may be of any type."""
    kind = type(node)
    if kind is nodes.Ref:
        node = node.target  # type: ignore[attr-defined]
        kind = type(node)
    if kind is nodes.Struct:
        plan = plan_of(node)  # type: ignore[arg-type]
        if plan is None or type(value) is not plan.cls or depth > DEFAULT_LIMITS.depth:
            return (plan is not None and type(value) is plan.hidden) or is_hidden(value)
        for look, inner in plan.holders:
            try:
                found = look(value)
            except AttributeError:  # deleted: the reference says so
                continue
            if found is not None and _has_sections(inner, found, depth + 1):
                return True
    elif kind is nodes.Option:
        found = value.value if type(value) is Some else value
        return found is not None and _has_sections(node.item, found, depth)  # type: ignore[attr-defined]
    elif kind in (nodes.Seq, nodes.Array) and type(value) is list:
        item: Node = node.item  # type: ignore[attr-defined]
        return may_hold(item) and any(_has_sections(item, element, depth) for element in value)
    return False


def _struct(out: _Pieces, node: nodes.Struct, value: Any, depth: int, path: Path) -> None:
    plan = plan_of(node)
    if plan is None or not isinstance(value, plan.cls):
        write_part(node, value, out.add, depth=depth, limits=out.limits, root=path)
        return
    last: Section | None = None  # that of the field before
    for index, part in enumerate(plan.parts):
        try:
            found = part.get(value)
        except AttributeError:
            found = None  # deleted: the reference says so
        if type(found) is Section:
            if found is last:
                out.stop = found.places[index + 1]
                continue
            if found.plan.fields is plan.fields:
                out.untouched(found.origin.data, found.places[index], found.places[index + 1])
                last = found
                continue
            found = getattr(value, part.name)
        last = None
        if type(found) is Part:
            layout = plan.fields[index].node
            if found.folder.node is layout:
                if is_numbers(layout) and isinstance(layout, nodes.Seq):
                    write_part(layout.length, len(found.numbers()), out.add, limits=out.limits, root=path)
                out.add(found.raw)
                continue
            found = getattr(value, part.name)
        out.value(plan.fields[index].node, found, depth + 1, path + plan.segments[index])


def _option(out: _Pieces, node: nodes.Option, value: Any, depth: int, path: Path) -> None:
    out.add(b"\1")
    out.value(node.item, value.value if node.wrapped else value, depth, path)


def _elements(out: _Pieces, node: nodes.Seq | nodes.Array, value: Any, depth: int, path: Path) -> None:
    values = value.copy()
    if isinstance(node, nodes.Seq):
        write_part(node.length, len(values), out.add, limits=out.limits, root=path)
    elif len(values) != node.count:
        write_part(node, value, out.add, depth=depth, limits=out.limits, root=path)
        return
    for index, element in enumerate(values):
        out.value(node.item, element, depth, (*path, index))


_WRITERS: dict[type[Node], Callable[[_Pieces, Any, Any, int, Path], None]] = {
    nodes.Struct: _struct,
    nodes.Option: _option,
    nodes.Seq: _elements,
    nodes.Array: _elements,
}
