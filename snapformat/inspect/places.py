"""Places: the paths of two corresponding parts, and what is left out below them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from snapformat.encodings.json.text import format_json
from snapformat.inspect.shapes import Part
from snapformat.model.declare.registry import import_reference
from snapformat.path import Root, Segment, Variant, format_path

#: Text that needs no quotes in a selector.
_BARE = re.compile(r'[^\s"\[\],=]+')

#: Paths of parts that are left out, step by step; `ALL` ends one.
Ignored: TypeAlias = dict[Segment, "Ignored"]
ALL: Ignored = {}


def ignored_paths(paths: Iterable[tuple[Segment, ...]]) -> Ignored | None:
    """Arrange paths step by step; None if there are none."""
    found: Ignored = {}
    for path in sorted(paths, key=len):
        if not path:
            return ALL
        here = found
        *steps, last = path
        for step in steps:
            here = here.setdefault(step, {})
            if here is ALL:
                break
        else:
            here[last] = ALL
    return found or None


class Keyed(NamedTuple):
    """The step to an element that is found by its key.

    Attributes:
        element: The element.
        names: The fields that are its key.
        naming: Reference to the function that names it, or None.
    """

    element: Part
    names: tuple[str, ...]
    naming: str | None = None

    @property
    def name(self) -> str | None:
        """Its name for people, or None."""
        if self.naming is None:
            return None
        parts = [self.element.find(name.split(".")) for name in self.names]
        name_of = import_reference(self.naming)
        try:
            found = name_of(*(None if part is None else part.value for part in parts))
        except (ValueError, TypeError, LookupError):  # a value that has no name
            return None
        return None if found is None else str(found)

    def values(self) -> list[str]:
        """Return the values of the fields as text, as selectors compare it."""
        found = []
        for name in self.names:
            part = self.element.find(name.split("."))
            data = None if part is None else part.hex() or part.to_json()
            found.append(data if isinstance(data, str) else format_json(data))
        return found

    def __str__(self) -> str:
        pairs = zip(self.names, self.values(), strict=True)
        return f"[{','.join(f'{name}={_quoted(text)}' for name, text in pairs)}]"


def _quoted(text: str) -> str:
    return text if _BARE.fullmatch(text) else json.dumps(text)


#: A step to a part; a slice leads to neighbouring elements.
Step: TypeAlias = Segment | Keyed | slice


class Place:
    """The place of two corresponding parts.

    Attributes:
        around: The place around it; None for the outermost.
        step: The step from there, in the left value.
        right_step: The step in the right value.
        left: What is left out below it, in the left value; None if nothing is.
        right: What is left out below it, in the right value.
    """

    __slots__ = ("around", "left", "right", "right_step", "step")

    def __init__(
        self,
        left: Ignored | None = None,
        right: Ignored | None = None,
        around: Place | None = None,
        step: Step = "",
        right_step: Step = "",
    ) -> None:
        self.around: Place | None = around
        self.step: Step = step
        self.right_step: Step = right_step
        self.left: Ignored | None = left
        self.right: Ignored | None = right

    def then(self, step: Segment, right_step: Segment | None = None, by: Keyed | None = None) -> Place:
        """Return the place of a part.

        Args:
            step: Its step in the left value.
            right_step: Its step in the right value; by default the same.
            by: The key that names it on both sides.
        """
        other = step if right_step is None else right_step
        left = None if self.left is None else self.left.get(step)
        right = None if self.right is None else self.right.get(other)
        return Place(left, right, self, by or step, by or other)

    def between(self, left: slice, right: slice) -> Place:
        """Return the place of neighbouring elements."""
        return Place(None, None, self, left, right)

    @property
    def is_ignored(self) -> bool:
        """Whether it is left out."""
        return self.left is ALL or self.right is ALL

    def is_ignored_in(self, *, right: bool) -> bool:
        """Whether it is left out on one side, which alone has it."""
        return (self.right if right else self.left) is ALL

    @property
    def ignores(self) -> bool:
        """Whether it, or something in it, is left out."""
        return self.left is not None or self.right is not None

    def path(self, *, right: bool = False) -> str:
        """Return the path."""
        return _path(self._steps(right))

    @property
    def name(self) -> str | None:
        """The name of the innermost element that has one, or None."""
        here: Place | None = self
        while here is not None:
            if isinstance(here.step, Keyed) and here.step.naming is not None:
                return here.step.name
            here = here.around
        return None

    @property
    def part(self) -> str:
        """The path of the part of the file that it belongs to: a field of the payload, or the header."""
        steps = self._steps(right=False)[:1]
        return _path([step for step in steps if isinstance(step, str) and not isinstance(step, Variant)])

    def _steps(self, right: bool) -> list[Step]:
        steps: list[Step] = []
        here = self
        while here.around is not None:
            steps.append(here.right_step if right else here.step)
            here = here.around
        return steps[::-1]


def _path(steps: list[Step]) -> str:
    text = "$"
    for step in steps:
        if isinstance(step, Root):
            text = f"${step}"
        elif isinstance(step, slice):
            text += f"[{step.start}]" if step.stop == step.start + 1 else f"[{step.start}:{step.stop}]"
        else:
            text += str(step) if isinstance(step, Keyed) else format_path((step,))[1:]
    return text
