"""The tree of a file's values, from its annotations."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from snapformat.inspect.annotate import Annotation, value_text
from snapformat.lazy_dataclasses import dataclass
from snapformat.path import Root, Segment, format_path

#: Kinds of annotations that only say how long the value at the same path is.
_LENGTHS = {"strlen": "byte", "byteslen": "byte", "seqlen": "element", "maplen": "entry"}
#: Maximum number of characters of a value.
_LONGEST = 500
#: A step of the path of a column, such as `.regs`, `[]`, `<Virtio>` or `{key}`.
_COLUMN_STEP = re.compile(r"\$[a-z]*|\.[^.\[<{]+|\[[^\]]*\]|<[^>]+>|\{[^}]*\}")


@dataclass(slots=True)
class Node:
    """A value, or a group of values.

    Attributes:
        label: Its step of the path, such as `.regs`, `[0]` or `$header`.
        depth: The number of nodes around it.
        start: Offset of its first byte, and of those inside it.
        stop: Offset after the last one.
        kind: The kinds of what is there, as annotations name them.
        value: The value as text; of a column the number of values, and how they are packed.
        meaning: The description of the field.
    """

    label: str
    depth: int
    start: int
    stop: int
    kind: str = ""
    value: str = ""
    meaning: str = ""


def tree_of(annotations: Iterable[Annotation]) -> list[Node]:
    """Return the nodes of a file, each before those inside it."""
    nodes: list[Node] = []
    around: list[tuple[str, Node]] = []
    for each in annotations:
        steps = _steps(each)
        shared = _shared(around, steps)
        del around[shared:]
        for label in steps[shared:]:
            node = Node(label, len(around), each.offset, each.offset)
            nodes.append(node)
            around.append((label, node))
        _add(around[-1][1], each)
        for _, node in around:
            node.stop = max(node.stop, each.offset + each.size)
    return nodes


def _steps(each: Annotation) -> list[str]:
    """Return the labels from the root to a value."""
    if each.count is not None:
        steps = _COLUMN_STEP.findall(each.path)
        return steps if "".join(steps) == each.path else [each.path]
    segments: tuple[Segment, ...] = each.segments
    steps = ["$"]
    if segments and isinstance(segments[0], Root):
        steps, segments = [f"${segments[0]}"], segments[1:]
    steps += [format_path((segment,)).removeprefix("$") for segment in segments]
    if each.kind == "gap":
        steps.append(f"(gap at {each.offset:#x})")
    return steps


def _shared(around: list[tuple[str, Node]], steps: list[str]) -> int:
    """Return the number of steps that are open already."""
    pairs = zip(around, steps, strict=False)
    return next(
        (at for at, (open_, step) in enumerate(pairs) if open_[0] != step), min(len(around), len(steps))
    )


def _add(node: Node, each: Annotation) -> None:
    """Add an annotation to the node of its path."""
    kinds = node.kind.split(" + ") if node.kind else []
    if each.kind not in kinds:
        node.kind = " + ".join([*(kind for kind in kinds if kind not in _LENGTHS), each.kind])
    node.meaning = node.meaning or each.meaning
    text = _text(each)
    if text:
        node.value = _cut(f"{node.value}; {text}") if each.count is not None and node.value else text


def _text(each: Annotation) -> str:
    if each.count is not None:
        return f"{_counted(each.count, 'value')}, packing {each.packing}"
    if each.kind in _LENGTHS:
        return _counted(each.value, _LENGTHS[each.kind])
    if each.kind == "option" and each.value == "Some":
        return ""
    return _cut(value_text(each))


def _counted(number: Any, what: str) -> str:
    plural = "entries" if what == "entry" else f"{what}s"
    return f"{number} {what if number == 1 else plural}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
