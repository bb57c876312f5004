"""Sizes that follow from the layout alone."""

from __future__ import annotations

from snapformat.encodings.bincode import sizes
from snapformat.layout.nodes import Node


def least_size(node: Node) -> int:
    """The fewest bytes that a value of this layout can take; 0 where nothing is known."""
    return sizes.least_size(node.kind, node.config)


def fixed_size(node: Node) -> int | None:
    """The bytes that every value takes, where no zero-sized elements are to be counted; else None."""
    return sizes.fixed_size(node.kind, node.config)
