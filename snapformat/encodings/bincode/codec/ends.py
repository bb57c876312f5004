"""Where a value ends, found without making it: a quick test of whether bytes can be of a layout at all."""

from __future__ import annotations

from typing import Any

from snapformat.encodings.bincode.codec.claims import Claims, DoubtError
from snapformat.encodings.bincode.codec.engine import Skipper, codec_of, skipper_of
from snapformat.encodings.bincode.ops import Op
from snapformat.limits import DEFAULT_LIMITS, Limits

#: The end of a value that can't be there.
NOWHERE = -1


def find_end(op: Op, data: bytes, offset: int, limits: Limits = DEFAULT_LIMITS) -> int | None:
    """Where a value ends that begins at an offset, if it is one of this layout.

    Args:
        op: The layout.
        data: All bytes.
        offset: Where to begin.
        limits: Bounds of depth and of zero-sized elements.

    Returns:
        The offset after the value, if it can be read at all; `NOWHERE` where it can't; None where neither is
        sure without reading it, and as long as little was read by this layout: making the code for this takes
        longer than reading a few.
    """
    codec = op.codec or codec_of(op)
    if codec.reader is None or limits != DEFAULT_LIMITS:
        return None
    if codec.finder is None:
        codec.finder = _finder(op) or False
    if codec.finder is False:
        return None
    try:
        end: int = codec.finder(data, offset, len(data), 0, Claims(limits.zero_sized))
    except (DoubtError, RecursionError, MemoryError):  # the last two say nothing about the bytes
        return None
    except Exception:  # whatever a guard raises
        return NOWHERE
    return end if end <= len(data) else NOWHERE


def _finder(op: Op) -> Skipper | None:
    """What passes over a value, if it can tell by itself when it is not sure."""
    skip: Any = skipper_of(op)
    return skip if skip is not None and "SURE" in skip.__globals__ else None
