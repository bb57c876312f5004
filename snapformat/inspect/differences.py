"""The difference between two values: changes, each with its path."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

from snapformat.bits import Bits
from snapformat.lazy_dataclasses import dataclass


class Action(enum.StrEnum):
    """What a change is.

    Attributes:
        CHANGED: Both sides have the part, with different values.
        REMOVED: Only the left side has it.
        ADDED: Only the right side has it.
        REORDERED: Both sides have the same elements, in another order.
    """

    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"
    REORDERED = "reordered"


@dataclass(frozen=True, slots=True)
class Change:
    """A change.

    Attributes:
        path: The path of the part, a selector (see `snapformat.inspect.selectors`), in the left value; in the
            right one for a part that is only there. Several neighbouring bytes are one part: `$.data[3:7]`.
        action: What it is.
        left: The left value as plain data; None if there is none. Of a new order, the keys of the elements.
        right: The right value.
        right_path: The path in the right value where that is another one, else None.
        part: The part of the file that it belongs to: `$header`, or the path of a field of the payload.
        bits: Names for the bits of the number.
        left_text: The left value in words where these are not its JSON, else None.
        right_text: The right value in words.
        name: The name of the innermost element around it that the schema names: `IA32_TSC`; else None.
    """

    path: str
    action: Action
    left: Any
    right: Any
    right_path: str | None = None
    part: str = "$"
    bits: tuple[Bits, ...] = ()
    left_text: str | None = None
    right_text: str | None = None
    name: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the change as plain data."""
        return {
            "path": self.path,
            "change": self.action.value,
            "left": self.left,
            "right": self.right,
            "right_path": self.right_path,
            "name": self.name,
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference between two values; it is false if they are the same.

    Attributes:
        changes: The changes: those of the header, then those of the payload, in its order.
        reordered: Paths of sequences whose elements are found by key, and have another order. By itself that
            is no change.
    """

    changes: tuple[Change, ...]
    reordered: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.changes)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def to_json(self) -> list[dict[str, Any]]:
        """Return the changes as plain data."""
        return [change.to_json() for change in self.changes]
