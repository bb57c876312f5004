"""Writing values with undecoded parts, which are written as the bytes they were read from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.codec.engine import write_exactly, write_value
from snapformat.encodings.bincode.ops import Op
from snapformat.errors import EncodeError
from snapformat.lazy.state import LazyState, LazyType, Path, lazy_type_of, may_hold
from snapformat.lazy.value import LazyValue
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model.lazy_class import is_lazy
from snapformat.model.values import Some
from snapformat.path import format_path

#: Pieces of the output.
Pieces = list[Any]


def write_lazily(op: Op, value: Any, limits: Limits = DEFAULT_LIMITS) -> tuple[list[Any], int]:
    """Write a value that may have undecoded parts, which are written as the bytes they were read from.

    Args:
        op: The layout.
        value: The value.
        limits: Bounds of depth and of zero-sized elements.

    Returns:
        Pieces of bytes and views of bytes; and the end of the last one in the bytes that it is a view of, or
        0 if it is not a view.

    Raises:
        EncodeError: The value does not fit the layout; the error has the path.
    """
    out: Pieces = []
    lazy_type = lazy_type_of(op) if type(op) is ops.Struct else None
    try:
        if lazy_type is not None and type(value) is lazy_type.lazy:
            return out, _write_fields(out, lazy_type, value, 0, limits, ())
        if type(value) is LazyValue:
            out.append(memoryview(value.data)[value.start : value.stop])
            return out, value.stop
        _write(out, op, value, 0, limits, ())
        return out, 0
    except RecursionError:  # too deep, or a cycle
        return [write_value(op, value, limits=limits)], 0


def _write(out: Pieces, op: Op, value: Any, depth: int, limits: Limits, path: Path) -> None:
    """Append the pieces of a value."""
    if type(op) is ops.Call:
        op = op.target
    # Most have nothing undecoded in them: an instance with undecoded fields is of a subclass.
    written = write_exactly(op, value, depth, limits)
    if written is None:
        writer = _WRITERS.get(type(op))
        if writer is not None and depth < limits.depth and _has_lazy(op, value, depth):
            writer(out, op, value, depth, limits, path)
            return
        written = write_value(op, value, limits, path, depth)
    out.append(written)


def _has_lazy(op: Op, value: Any, depth: int) -> bool:
    """Return whether a part of a value is undecoded; the value may be of any type."""
    kind = type(op)
    if kind is ops.Call:
        op = op.target  # type: ignore[attr-defined]
        kind = type(op)
    if kind is ops.Struct:
        lazy_type = lazy_type_of(op)  # type: ignore[arg-type]
        if lazy_type is None or type(value) is not lazy_type.cls or depth > DEFAULT_LIMITS.depth:
            return is_lazy(value)
        for look, inner in lazy_type.holders:
            try:
                found = look(value)
            except AttributeError:  # deleted: the reference raises the error
                continue
            if found is not None and _has_lazy(inner, found, depth + 1):
                return True
    elif kind is ops.Option:
        found = value.value if type(value) is Some else value
        return found is not None and _has_lazy(op.item, found, depth)  # type: ignore[attr-defined]
    elif kind in (ops.Seq, ops.Array) and type(value) is list:
        item: Op = op.item  # type: ignore[attr-defined]
        return may_hold(item) and any(_has_lazy(item, element, depth) for element in value)
    return False


def _write_fields(
    out: Pieces, lazy_type: LazyType, value: Any, depth: int, limits: Limits, path: Path
) -> int:
    """Append the pieces of an instance of a struct; return the end as `write_lazily` does."""
    state = lazy_type.state_of(value)
    if state is None:
        for index in range(len(lazy_type.ops)):
            _write_field(out, lazy_type, index, value, depth, limits, path)
        return 0
    decoded, places = sorted(state.decoded), state.places
    if decoded and len(places) <= decoded[-1] + 1:
        located = state.locate(decoded[-1])
        if located is None:
            state.fill_from(value, state.source.read_at_once())
            return _write_fields(out, lazy_type, value, depth, limits, path)
        places = located
    data = memoryview(state.source.data)
    start = places[0]
    for index in decoded:
        stop = places[index]
        if start < stop:
            out.append(data[start:stop])
        start = places[index + 1]
        _write_field(out, lazy_type, index, value, depth, limits, path)
    if start == state.stop:
        return 0
    out.append(data[start : state.stop])
    return state.stop


def _write_field(
    out: Pieces, lazy_type: LazyType, index: int, value: Any, depth: int, limits: Limits, path: Path
) -> None:
    """Append the pieces of a field that is marked as decoded, or was read by another layout."""
    field, op = lazy_type.fields[index], lazy_type.ops[index]
    path += lazy_type.segments[index]
    try:
        found = field.get(value)
    except AttributeError:
        raise EncodeError("the field is missing", path=format_path(path)) from None
    if type(found) is LazyState:
        if found.lazy_type is lazy_type and (places := found.locate(index)) is not None:
            # An interrupt came after it was marked.
            out.append(memoryview(found.source.data)[places[index] : places[index + 1]])
            return
        found = getattr(value, field.name)
    _write(out, op, found, depth + 1, limits, path)


def _struct(out: Pieces, op: ops.Struct, value: Any, depth: int, limits: Limits, path: Path) -> None:
    lazy_type = lazy_type_of(op)
    if lazy_type is None or not isinstance(value, lazy_type.cls):
        out.append(write_value(op, value, limits, path, depth))
    else:
        _write_fields(out, lazy_type, value, depth, limits, path)


def _option(out: Pieces, op: ops.Option, value: Any, depth: int, limits: Limits, path: Path) -> None:
    out.append(b"\1")
    _write(out, op.item, value.value if op.wrapped else value, depth, limits, path)


def _elements(
    out: Pieces, op: ops.Seq | ops.Array, value: Any, depth: int, limits: Limits, path: Path
) -> None:
    values = value.copy()
    if isinstance(op, ops.Seq):
        out.append(write_value(op.length, len(values), limits, path))
    elif len(values) != op.count:
        out.append(write_value(op, value, limits, path, depth))
        return
    for index, element in enumerate(values):
        _write(out, op.item, element, depth, limits, (*path, index))


_WRITERS: dict[type[Op], Callable[[Pieces, Any, Any, int, Limits, Path], None]] = {
    ops.Struct: _struct,
    ops.Option: _option,
    ops.Seq: _elements,
    ops.Array: _elements,
}
