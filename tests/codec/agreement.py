"""Holding generated code against the reference: the same value, the same bytes, the same error."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Set
from typing import Any

from snapformat import SnapshotError
from snapformat.encodings.bincode.codec import engine
from snapformat.encodings.bincode.codec.claims import Claims
from snapformat.encodings.bincode.codec.ends import find_end
from snapformat.encodings.bincode.ops import Op
from snapformat.layout import read as reference_read
from snapformat.layout import write as reference_write
from snapformat.limits import DEFAULT_LIMITS
from snapformat.model.values import RawFlag


def verdict(call: Callable[[], Any]) -> tuple[str, Any]:
    """What a call comes to: its result, or everything that its error says. Anything else gets out."""
    try:
        return "gives", call()
    except SnapshotError as error:
        return "raises", (type(error), str(error), vars(error))


def guarded(call: Callable[[], Any]) -> tuple[str, Any]:
    """What generated code alone comes to; whatever it raises, it has given up."""
    try:
        return "gives", call()
    except Exception as error:
        return "raises", error


def identical(one: Any, other: Any) -> bool:
    """Whether two values are equal to the last bit and type, which `==` does not ask; without recursion."""
    waiting = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if left.__class__ is not right.__class__:  # of C structs, whether they are decoded or not
            return False
        if isinstance(left, Mapping):
            # Order counts. construct puts its stream into containers.
            left, right = (
                [part for k, v in m.items() if type(k) is not str or k != "_io" for part in (k, v)]
                for m in (left, right)
            )
        elif isinstance(left, Set):
            left, right = list(left), list(right)
        elif isinstance(left, float):
            # NaN has a payload; zero has a sign.
            left, right = struct.pack("<d", left), struct.pack("<d", right)
        elif isinstance(left, RawFlag):
            left, right = left.raw, right.raw
        elif not isinstance(left, list | tuple) and hasattr(type(left), "__match_args__"):
            left, right = ([getattr(v, n, None) for n in type(v).__match_args__] for v in (left, right))
        if isinstance(left, list | tuple):
            if len(left) != len(right):
                return False
            waiting.extend(zip(left, right, strict=True))
        elif left != right:
            return False
    return True


def generated_read(node: Op, data: bytes, offset: int = 0) -> tuple[Any, int]:
    """What generated code alone reads; it raises anything where it gives up."""
    reader = engine.reader_of(node)
    assert reader is not None, "no code is generated for the layout"
    return reader(data, offset, len(data), 0, Claims(DEFAULT_LIMITS.zero_sized, len(data) - offset, None))


def generated_write(node: Op, value: Any) -> bytes:
    """What generated code alone writes; it raises anything where it gives up."""
    writer = engine.writer_of(node)
    assert writer is not None, "no code is generated for the layout"
    return writer(value)


def read_agrees(node: Op, data: bytes, offset: int = 0, limit: int | None = None) -> tuple[Any, int] | None:
    """Read in all ways; gives value and end, or None where all refuse.

    Where the reference reads, generated code must not have given up; where the reference refuses,
    generated code must have, and the engine must raise the very error. What says where a value ends without
    reading it must not deny one, or say another place.
    """
    said, expected = verdict(lambda: reference_read(node, data, offset, limit=limit))
    before = engine.statistics.read_fallbacks
    assert_same(verdict(lambda: engine.read_value(node, data, offset, limit=limit)), (said, expected))
    assert engine.statistics.read_fallbacks == before, f"gave up on valid bytes: {data.hex(' ')}"
    if limit is None:
        alone = guarded(lambda: generated_read(node, data, offset))
        assert alone[0] == said, f"on {data.hex(' ')}, alone: {alone}, the reference: {expected}"
        assert said == "raises" or identical(alone[1], expected), (alone[1], expected)
        end = find_end(node, data, offset)
        assert said == "raises" or end in (None, expected[1]), f"on {data.hex(' ')}: {end}, not {expected[1]}"
    return expected if said == "gives" else None


def write_agrees(node: Op, value: Any, *, fallback: bool = False) -> bytes | None:
    """Write in all ways; gives the bytes, or None where all refuse.

    Args:
        node: The layout.
        value: The value.
        fallback: Generated code may leave the value to the reference, even if that takes it.
    """
    said, expected = verdict(lambda: reference_write(node, value))
    before = engine.statistics.write_fallbacks
    assert_same(verdict(lambda: engine.write_value(node, value)), (said, expected))
    assert fallback or engine.statistics.write_fallbacks == before, f"gave up on {value!r}"
    alone = guarded(lambda: generated_write(node, value))
    if alone[0] == "gives" or not fallback:
        assert alone[0] == said, f"on {value!r}, alone: {alone}, the reference: {expected}"
        assert said == "raises" or alone[1] == expected, value
    return expected if said == "gives" else None


def assert_same(left: tuple[str, Any], right: tuple[str, Any]) -> None:
    """Two verdicts are one."""
    assert left[0] == right[0], (left, right)
    if left[0] == "gives":
        assert identical(left[1], right[1]), (left[1], right[1])
    else:
        assert left[1] == right[1]
