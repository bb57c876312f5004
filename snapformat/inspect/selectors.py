"""Selectors: paths with wildcards, which choose parts of a snapshot.

| selector | chooses |
|---|---|
| `$` | the payload; may be left out before a name: `vm_info.smt` |
| `$header.version`, `$checksum` | parts of the file beside the payload |
| `@drives.rootfs.path` | a view: a name that holds in every release; without `@` a field of this name wins |
| `.name` | a field |
| `[3]`, `[-1]` | an element, from the end if negative |
| `[1:4]`, `[:2]`, `[::2]` | elements, as a slice of Python |
| `[*]`, `.*` | all elements, entries or fields |
| `["key"]` | the value of a map's key, or a field whose name is no plain name |
| `<Virtio>` | the fields of an enum's variant, if the value has this variant |
| `[id=rootfs]`, `[config.id="a b"]` | the elements, or entries, with this field |
| `[function=0x7,index=0]` | those with all of these fields |
| `..name`, `..<Virtio>` | at any depth |

They name what `dump --format decoded` shows: an option and a newtype have no step of their own. A path of an
error, or of a difference, is a selector that chooses one part.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any, TypeAlias

from snapformat.lazy_dataclasses import dataclass
from snapformat.printable import middle_cut

#: What a path begins with.
ROOTS = ("", "header", "checksum", "trailing")
#: What a path over views begins with.
VIEWS = "@"


@dataclass(frozen=True, slots=True)
class Name:
    """A field, or the value of a map's key.

    Attributes:
        name: Its name.
        is_key: Whether it is written `["name"]`, as keys are.
    """

    name: str
    is_key: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """An element.

    Attributes:
        index: Its position; from the end if negative.
    """

    index: int


@dataclass(frozen=True, slots=True)
class Slice:
    """Elements.

    Attributes:
        start: As in a slice of Python.
        stop: As in a slice of Python.
        step: As in a slice of Python; not 0.
    """

    start: int | None
    stop: int | None
    step: int | None

    def of(self, count: int) -> range:
        """Return the positions among `count` elements."""
        return range(*slice(self.start, self.stop, self.step).indices(count))


@dataclass(frozen=True, slots=True)
class Every:
    """All elements, entries or fields."""


@dataclass(frozen=True, slots=True)
class InVariant:
    """The fields of a variant.

    Attributes:
        name: The variant's name.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Where:
    """The elements or entries with a field.

    Attributes:
        names: The fields on the way to it.
        text: Its value as text.
        and_also: Another field that they must have, or None.
    """

    names: tuple[str, ...]
    text: str
    and_also: Where | None = None


@dataclass(frozen=True, slots=True)
class Anywhere:
    """A step at any depth.

    Attributes:
        step: The step.
    """

    step: Name | Every | InVariant


Step: TypeAlias = Name | Index | Slice | Every | InVariant | Where | Anywhere


@dataclass(frozen=True, slots=True)
class Selector:
    """A parsed selector.

    Attributes:
        text: As it was given.
        root: What it begins with: empty for the payload, or `header`, `checksum`, `trailing`, or `@`.
        steps: The steps from there.
        is_rooted: Whether it begins with `$` or `@`.
    """

    text: str
    root: str
    steps: tuple[Step, ...]
    is_rooted: bool

    @property
    def is_single(self) -> bool:
        """Whether it chooses at most one part in any value."""
        return all(isinstance(step, Name | Index | InVariant) for step in self.steps)


_NAME = r"[^.\[\]<>\"$=@\s][^.\[\]<>\"=]*"
_TEXT = r'"(?:[^"\\]|\\.)*"'
_FIELD = rf"{_NAME}(?:\.{_NAME})*"
#: A field and its value, which without quotes ends before the next field, or before the bracket.
_CONDITION = re.compile(
    rf"({_FIELD})=(?:({_TEXT})(?=[,\]])|([^\]]*?)(?=,[^.,\[\]<>\"$=@\s][^,\[\]<>\"=]*=|\]))", re.DOTALL
)
_WHERE = re.compile(rf"\[(?={_FIELD}=)")
_TOKEN = re.compile(
    rf"""
    (?P<deep>\.\.)?(?:
        (?P<every>\.?\*|\[\*\])
      | \.?(?P<name>{_NAME})
      | \[(?P<index>-?\d+)\]
      | \[(?P<start>-?\d+)?:(?P<stop>-?\d+)?(?::(?P<step>-?\d+)?)?\]
      | \[(?P<key>{_TEXT})\]
      | <(?P<variant>[^<>"]+)>
      | <(?P<quoted>{_TEXT})>
    )
    """,
    re.VERBOSE | re.DOTALL,
)


@lru_cache(256)  # a command that changes many files asks for the same parts of each
def parse_selector(text: str) -> Selector:
    """Parse a selector.

    Raises:
        ValueError: The text is not one; the message has the part that can't be parsed.
    """
    root, position = "", 0
    if text.startswith("$"):
        match = re.match(r"\$([a-z]*)", text)
        assert match is not None
        root, position = match[1], match.end()
        if root not in ROOTS:
            known = ", ".join(f"${name}" for name in ROOTS)
            raise ValueError(f"a path begins with one of {known}, not ${middle_cut(root)}")
    elif text.startswith(VIEWS):
        root, position = VIEWS, 1
    steps: list[Step] = []
    step: Step
    is_first = not text.startswith("$")  # only the first name may come without a dot
    while position < len(text):
        where = _WHERE.match(text, position)
        if where is not None:
            step, position = _where(text, where.end())
            steps.append(step)
            is_first = False
            continue
        match = _TOKEN.match(text, position)
        if match is None or not match.group():
            raise _refused(text, position)
        step = _step(match, text, position)
        starts_bare = match["name"] is not None and text[position] not in ".["
        if starts_bare and not is_first:
            raise _refused(text, position)
        steps.append(step)
        is_first = False
        position = match.end()
    return Selector(text, root, tuple(steps), text.startswith(("$", VIEWS)))


def _where(text: str, position: int) -> tuple[Where, int]:
    """Parse the fields of `[id=rootfs]`; return the step, and the position after the bracket."""
    found: list[tuple[str, str]] = []
    while not found or text[position] != "]":
        position += bool(found)  # a comma
        match = _CONDITION.match(text, position)
        if match is None:
            raise _refused(text, position)
        field, quoted, bare = match.groups()
        found.append((field, bare if quoted is None else json.loads(quoted)))
        position = match.end()
    step: Where | None = None
    for field, value in reversed(found):
        step = Where(tuple(field.split(".")), value, step)
    assert step is not None
    return step, position + 1


def _refused(text: str, position: int) -> ValueError:
    rest = text[position : position + 80]
    where = f" from {middle_cut(repr(rest))} on" if position else ""
    return ValueError(f"not a path{where}: {middle_cut(repr(text))}")


def _step(match: re.Match[str], text: str, position: int) -> Step:
    found: Any = match.groupdict()
    step: Step
    if found["every"] is not None:
        step = Every()
    elif found["name"] is not None:
        step = Name(found["name"].rstrip())
    elif found["key"] is not None:
        step = Name(json.loads(found["key"]), is_key=True)
    elif found["variant"] is not None:
        step = InVariant(found["variant"])
    elif found["quoted"] is not None:
        step = InVariant(json.loads(found["quoted"]))
    elif found["index"] is not None:
        step = Index(int(found["index"]))
    else:
        numbers = [None if found[name] is None else int(found[name]) for name in ("start", "stop", "step")]
        if numbers[2] == 0:
            raise ValueError(f"a slice has no step 0: {middle_cut(repr(text))}")
        step = Slice(*numbers)
    if found["deep"] is None:
        return step
    if not isinstance(step, Name | Every | InVariant):
        raise _refused(text, position)
    return Anywhere(step)
