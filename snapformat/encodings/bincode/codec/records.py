"""Reading values one after the other with generated code, up to the end of the data."""

from __future__ import annotations

from typing import Any

from snapformat.encodings.bincode.codec.claims import Claims
from snapformat.encodings.bincode.codec.collector import LARGE, may_pause, paused
from snapformat.encodings.bincode.codec.engine import checker_of, codec_of, reader_for, runs_constructs
from snapformat.encodings.bincode.ops import Op
from snapformat.limits import DEFAULT_LIMITS, Limits


def read_records(
    op: Op, data: bytes, stop: int, limit: int | None, limits: Limits, is_paused: bool = False
) -> list[Any] | None:
    """Return the values from the start of data up to `stop`; None if the reference must read them.

    Each value has the whole limit of claimed bytes, and all have one budget of zero-sized elements.
    """
    if limits != DEFAULT_LIMITS or runs_constructs(op):
        return None
    if stop > LARGE and not is_paused and may_pause(op):
        return paused(read_records, op, data, stop, limit, limits, True)
    reader = reader_for(op, stop)
    if reader is None:
        return None
    claims = Claims(limits.zero_sized, stop, limit) if codec_of(op).has_claims else None
    values: list[Any] = []
    at = 0
    try:
        while at < stop:
            start = at
            value, at = reader(data, at, stop, 0, claims)
            size = at - start
            if claims is not None:
                size += claims.claimed
                claims.claimed = 0
            if at <= start or at > stop or (limit is not None and size > limit):
                return None
            values.append(value)
    except Exception:  # any guard's exception: the reference raises the error
        return None
    return values


def are_records(op: Op, data: bytes, stop: int, limit: int | None, limits: Limits) -> bool:
    """Return whether `read_records` can read data, without making values; False where that is not known."""
    if limits != DEFAULT_LIMITS or runs_constructs(op) or codec_of(op).reader is None:
        return False
    checker = checker_of(op)
    if checker is None:
        return False
    claims = Claims(limits.zero_sized, stop, limit)
    at = 0
    try:
        while at < stop:
            start = at
            at = checker(data, at, stop, 0, claims)
            if at <= start or at > stop or (limit is not None and at - start + claims.claimed > limit):
                return False
            claims.claimed = 0
    except Exception:  # any guard's exception
        return False
    return True
