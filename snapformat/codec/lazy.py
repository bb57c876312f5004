"""Lazy reading as a whole: finding the end of a value, checking what nobody has touched, writing it back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any, get_args

from snapformat.codec import sections
from snapformat.codec.ends import end_finder
from snapformat.codec.engine import (
    read_value,
    skipper_of,
    write_exactly,
    write_value,
)
from snapformat.codec.folding import Part, is_numbers
from snapformat.codec.outlines import Finder
from snapformat.codec.sections import Origin, Path, Plan, Section, is_hidden, may_hold, plan_of, read_lazily
from snapformat.codec.untouched import Untouched
from snapformat.encodings.construct.running import Pieces
from snapformat.errors import EncodeError
from snapformat.io import bytes_of
from snapformat.layout import nodes
from snapformat.layout.arrays import Arrays, numbers_reader
from snapformat.layout.nodes import Node
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model.c_struct import CStruct
from snapformat.model.declaration import declaration_of
from snapformat.model.values import Some
from snapformat.path import format_path


def check_arrays(lazy: bool, arrays: Arrays | None) -> None:
    """Refuse what is misuse: an unknown kind of views, or views without `lazy`."""
    if arrays is not None and arrays not in get_args(Arrays):
        raise ValueError(f"arrays must be one of {', '.join(get_args(Arrays))}, not {arrays!r}")
    if arrays is not None and not lazy:
        raise ValueError("arrays are handed out as views where a value is read lazily: say lazy=True")
    if arrays == "numpy":
        import numpy  # noqa: F401 - that it is missing is said here, and not at the first touch


class Opener:
    """Finds where values of one layout end, without making them.

    Args:
        node: The layout.
        limit: Most bytes that may be claimed, or None.
        limits: Bounds of depth and of zero-sized elements.
    """

    __slots__ = ("_find", "_limit", "_node", "_plan", "_zero_sized")

    def __init__(self, node: Node, limit: int | None, limits: Limits) -> None:
        self._node = node
        self._limit = sys.maxsize if limit is None else limit
        self._zero_sized = limits.zero_sized
        is_usual = limits == DEFAULT_LIMITS  # others are kept by the reference alone
        self._plan = plan_of(node) if is_usual and type(node) is nodes.Struct else None
        skip = skipper_of(node) if is_usual and self._plan is None else None
        self._find: Finder | None = None
        if self._plan is not None:
            self._find = self._plan.find
        elif skip is not None:
            self._find = end_finder(skip)

    def open(self, origin: Origin, start: int, stop: int) -> tuple[Any, int] | None:
        """Find the end of a value.

        Args:
            origin: The bytes.
            start: Where it begins.
            stop: Where the readable bytes end.

        Returns:
            The value, or an `Untouched` one, and the offset after it; None where it has to be read: the
            layout can't be passed over, or something is wrong with the bytes.
        """
        if self._find is None:
            return None
        try:
            places, claimed = self._find(origin.data, start, stop, self._zero_sized)
        except Exception:  # whatever a guard raises: reading says what is wrong
            return None
        end = places[-1]
        size = end - start
        if end > stop or size + claimed > self._limit:
            return None
        plan = self._plan
        if plan is None or size < sections.LEAST_STRUCT:
            read = partial(read_lazily, self._node, origin, start, end, 0, ())
            return Untouched(read, origin.data, start, end), end
        return plan.make(origin, places, end, 1, ()), end

    def promise(self, origin: Origin, start: int, stop: int) -> Any:
        """A value that a checksum vouches for: it is looked at as far as it is touched.

        Args:
            origin: The bytes, which can be read at once should they turn out to be bad.
            start: Where it begins.
            stop: Where it ends, unless there is something else behind it.

        Returns:
            The value; None for small ones, and for those of which not every field can be found.
        """
        plan = self._plan
        if plan is None or not sections.LEAST_STRUCT <= stop - start <= self._limit:
            return None
        return plan.make(origin, (start,), stop, 1, ())


def lazy_reader(
    node: Node, limit: int | None, limits: Limits, arrays: Arrays | None
) -> Callable[[bytes | bytearray | memoryview], Any]:
    """A function that reads values of one layout lazily, from the start of the data.

    Args:
        node: The layout.
        limit: Most bytes that may be claimed, or None.
        limits: Bounds of depth and of zero-sized elements.
        arrays: How long arrays of numbers are handed out.
    """
    opener = Opener(node, limit, limits)

    def read(data: bytes | bytearray | memoryview) -> Any:
        given = bytes_of(data)
        opened = opener.open(Origin(given, arrays), 0, len(given))
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


def write_lazily(node: Node, value: Any, limits: Limits = DEFAULT_LIMITS) -> tuple[list[Any], int]:
    """Write a value that may have undecoded parts, which are written as the bytes they were read from.

    Args:
        node: The layout.
        value: The value.
        limits: Bound of depth.

    Returns:
        Pieces of bytes and views of bytes; and where the last of them ends in the bytes that it is a view
        of, or 0 where it is none.

    Raises:
        EncodeError: The value does not fit the layout; the path says where.
    """
    out = Pieces()
    plan = plan_of(node) if type(node) is nodes.Struct else None
    try:
        if plan is not None and type(value) is plan.hidden:
            return out, _write_fields(out, plan, value, 0, limits, ())
        if type(value) is Untouched:
            out.append(memoryview(value.data)[value.start : value.stop])
            return out, value.stop
        _write(out, node, value, 0, limits, ())
        return out, 0
    except RecursionError:  # too deep, or in a circle
        return [write_value(node, value, limits=limits)], 0


def _write(out: Pieces, node: Node, value: Any, depth: int, limits: Limits, path: Path) -> None:
    """Put out a value."""
    if type(node) is nodes.Ref:
        node = node.target
    # Most have nothing undecoded in them: an instance with undecoded fields is of a subclass.
    written = write_exactly(node, value, depth, limits, out.place)
    if written is None:
        writer = _WRITERS.get(type(node))
        if writer is not None and depth < limits.depth and _has_sections(node, value, depth):
            writer(out, node, value, depth, limits, path)
            return
        written = write_value(node, value, limits, path, depth, out.place)
    out.append(written)


def _has_sections(node: Node, value: Any, depth: int) -> bool:
    """Whether something in a value is undecoded; the value may be of any type."""
    kind = type(node)
    if kind is nodes.Ref:
        node = node.target  # type: ignore[attr-defined]
        kind = type(node)
    if kind is nodes.Struct:
        plan = plan_of(node)  # type: ignore[arg-type]
        if plan is None or type(value) is not plan.cls or depth > DEFAULT_LIMITS.depth:
            return is_hidden(value)
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


def _write_fields(out: Pieces, plan: Plan, value: Any, depth: int, limits: Limits, path: Path) -> int:
    """Put out an instance of a struct's class, or of a subclass; gives what `write_lazily` does."""
    section = plan.section_of(value)
    if section is None:
        for index in range(len(plan.nodes)):
            _write_field(out, plan, index, value, depth, limits, path)
        return 0
    settled, places = sorted(section.settled), section.places
    if settled and len(places) <= settled[-1] + 1:
        reached = section.reach(settled[-1])
        if reached is None:
            section.take(value, section.origin.read_at_once())
            return _write_fields(out, plan, value, depth, limits, path)
        places = reached
    data = memoryview(section.origin.data)
    start = places[0]
    for index in settled:
        stop = places[index]
        if start < stop:
            out.append(data[start:stop])
        start = places[index + 1]
        _write_field(out, plan, index, value, depth, limits, path)
    if start == section.stop:
        return 0
    out.append(data[start : section.stop])
    return section.stop


def _write_field(
    out: Pieces, plan: Plan, index: int, value: Any, depth: int, limits: Limits, path: Path
) -> None:
    """Put out a field that is marked as decoded, or was read by another layout."""
    part, node = plan.parts[index], plan.nodes[index]
    try:
        found = part.get(value)
    except AttributeError:
        raise EncodeError("the field is missing", path=format_path(path + plan.segments[index])) from None
    if type(found) is Part or type(found) is Section:
        if type(found) is Part and found.folder.node is node:
            if is_numbers(node) and isinstance(node, nodes.Seq):
                out.append(write_value(node.length, len(found.numbers()), limits, path))
            out.append(found.raw)
            return
        if type(found) is Section and found.plan is plan and (places := found.reach(index)) is not None:
            # An interrupt came after it was marked.
            out.append(memoryview(found.origin.data)[places[index] : places[index + 1]])
            return
        found = getattr(value, part.name)
    _write(out, node, found, depth + 1, limits, path + plan.segments[index])


def _struct(out: Pieces, node: nodes.Struct, value: Any, depth: int, limits: Limits, path: Path) -> None:
    plan = plan_of(node)
    if plan is None or not isinstance(value, plan.cls):
        out.append(write_value(node, value, limits, path, depth, out.place))
    else:
        _write_fields(out, plan, value, depth, limits, path)


def _option(out: Pieces, node: nodes.Option, value: Any, depth: int, limits: Limits, path: Path) -> None:
    out.append(b"\1")
    _write(out, node.item, value.value if node.wrapped else value, depth, limits, path)


def _elements(
    out: Pieces, node: nodes.Seq | nodes.Array, value: Any, depth: int, limits: Limits, path: Path
) -> None:
    values = value.copy()
    if isinstance(node, nodes.Seq):
        out.append(write_value(node.length, len(values), limits, path))
    elif len(values) != node.count:
        out.append(write_value(node, value, limits, path, depth, out.place))
        return
    for index, element in enumerate(values):
        _write(out, node.item, element, depth, limits, (*path, index))


_WRITERS: dict[type[Node], Callable[[Pieces, Any, Any, int, Limits, Path], None]] = {
    nodes.Struct: _struct,
    nodes.Option: _option,
    nodes.Seq: _elements,
    nodes.Array: _elements,
}
