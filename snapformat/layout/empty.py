"""Costs of zero-sized elements, by layouts."""

from __future__ import annotations

from snapformat.layout.nodes import Node
from snapformat.model.costs import costs_of


def zero_sized_cost(*items: Node) -> int:
    """Cost of a zero-sized element of these layouts, one after the other."""
    return costs_of(*(item.kind for item in items)).zero_sized


def surplus_cost(*items: Node) -> int:
    """Cost of an element that does take bytes."""
    return costs_of(*(item.kind for item in items)).surplus
