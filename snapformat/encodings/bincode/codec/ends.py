"""Finding the end of a value without making it: a quick test whether bytes can have a layout at all."""

from __future__ import annotations

from snapformat.encodings.bincode.codec.claims import Claims, DoubtError
from snapformat.encodings.bincode.codec.engine import Skipper, codec_of, skipper_of
from snapformat.encodings.bincode.ops import Op
from snapformat.limits import DEFAULT_LIMITS, Limits

#: The end of a value that the bytes can't contain.
NOWHERE = -1


def find_end(op: Op, data: bytes, offset: int, limits: Limits = DEFAULT_LIMITS) -> int | None:
    """Return the end of the value at an offset, if it is one of this layout.

    Args:
        op: The layout.
        data: All bytes.
        offset: Offset of the value.
        limits: Bounds of depth and of zero-sized elements.

    Returns:
        The offset after the value if it can be read; `NOWHERE` if it can't; None if only reading can tell, or
        if the layout has no reader yet: generating code takes longer than reading a few values.
    """
    codec = op.codec or codec_of(op)
    if codec.reader is None or limits != DEFAULT_LIMITS:
        return None
    if codec.finder is None:
        codec.finder = _finder(op) or False
    if codec.finder is False:
        return None
    try:
        end: int = codec.finder(
            data, offset, len(data), 0, Claims(limits.zero_sized, len(data) - offset, None)
        )
    except (DoubtError, RecursionError, MemoryError):  # the last two don't depend on the bytes
        return None
    except Exception:  # any guard's exception
        return NOWHERE
    return end if end <= len(data) else NOWHERE


def _finder(op: Op) -> Skipper | None:
    """Return the skipper of a layout, if it raises only where no value can be read or in doubt."""
    skip = skipper_of(op)
    return skip if codec_of(op).is_sure else None
