"""Where a value ends, found without making it: a quick test of whether bytes can be of a layout at all."""

from __future__ import annotations

from typing import Any

from snapformat.codec.account import Account, DoubtError
from snapformat.codec.engine import Skipper, codec_of, indexer_of, skipper_of
from snapformat.codec.outlines import Finder, remembering
from snapformat.layout import nodes
from snapformat.layout.nodes import Node
from snapformat.limits import DEFAULT_LIMITS, Limits

#: The end of a value that can't be there.
NOWHERE = -1


def find_end(node: Node, data: bytes, offset: int, limits: Limits = DEFAULT_LIMITS) -> int | None:
    """Where a value ends that begins at an offset, if it is one of this layout.

    Args:
        node: The layout.
        data: All bytes.
        offset: Where to begin.
        limits: Bounds of depth and of zero-sized elements.

    Returns:
        The offset after the value, if it can be read at all; `NOWHERE` where it can't; None where neither is
        sure without reading it, and as long as little was read by this layout: making the code for this takes
        longer than reading a few.
    """
    codec = node.codec or codec_of(node)
    if codec.reader is None or limits != DEFAULT_LIMITS:
        return None
    if codec.finder is None:
        codec.finder = _finder(node) or False
    if codec.finder is False:
        return None
    try:
        places, _ = codec.finder(data, offset, len(data), limits.zero_sized)
    except (DoubtError, RecursionError, MemoryError):  # the last two say nothing about the bytes
        return None
    except Exception:  # whatever a guard raises
        return NOWHERE
    end: int = places[-1]
    return end if end <= len(data) else NOWHERE


def _finder(node: Node) -> Finder | None:
    """Make a function that finds the end of a value, and says when it is not sure."""
    code: Any
    if isinstance(node, nodes.Struct):
        code = indexer_of(node)
        find = None if code is None else remembering(code)
    else:
        code = skipper_of(node)
        find = None if code is None else end_finder(code)
    return find if code is not None and "SURE" in code.__globals__ else None


def end_finder(skip: Skipper) -> Finder:
    """Make a function that finds only the end of a value."""

    def find(d: bytes, p: int, e: int, zero_sized: int) -> tuple[tuple[int, ...], int]:
        account = Account(zero_sized)
        return (skip(d, p, e, 0, account),), account.claimed

    return find
