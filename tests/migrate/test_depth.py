"""Deep values, circles, large files, wrong values: steps end, with errors of the library."""

from __future__ import annotations

import re
from typing import Any

import pytest

from snapformat import DataEnum, Encoding, Limits, MigrationError, SnapshotFormat, schema
from snapformat.bincode import BTreeMap, u8, u16
from snapformat.migrate import Change, Conversion, Step, computed, default, loss, migrate, unused

#: More than Python's own stack allows.
DEPTH = 1200
LIMITS = Limits(depth=3 * DEPTH)


class Old:
    """The old types."""

    @schema
    class Node:
        """A list by its links, a tree, and a map."""

        x: u8
        next: Old.Node | None
        children: list[Old.Node]
        named: BTreeMap[str, Old.Node]

    @schema
    class Tree(DataEnum):
        """A tree of an enum."""


@schema(name="Leaf")
class OldLeaf(Old.Tree):
    """An end."""

    x: u8


@schema(name="Branch")
class OldBranch(Old.Tree):
    """A branch."""

    inner: Old.Tree
    dropped: u8


class New:
    """The new types."""

    @schema
    class Node:
        """A list by its links, a tree, and a map."""

        next: New.Node | None
        x: u16
        y: u8
        children: list[New.Node]
        named: BTreeMap[str, New.Node]

    @schema
    class Tree(DataEnum):
        """A tree of an enum."""


@schema(name="Branch")
class NewBranch(New.Tree):
    """A branch."""

    inner: New.Tree


@schema(name="Leaf")
class NewLeaf(New.Tree):
    """An end."""

    x: u8


def _formats(*payloads: Any) -> list[SnapshotFormat]:
    return [
        SnapshotFormat(
            name="deep",
            magic=1,
            version=f"{number}.0.0",
            payload=payload,
            limits=LIMITS,
            encoding=Encoding(limit=None),
        )
        for number, payload in enumerate(payloads, 1)
    ]


NODES = _formats(Old.Node, New.Node)
TREES = _formats(Old.Tree, New.Tree)
_GIVEN = {"y": default(9, "It is new.")}
NODE_STEP = Step(*NODES, changes=[Change(Old.Node, New.Node, given=_GIVEN)])
TREE_STEP = Step(
    *TREES, changes=[Change(OldBranch, NewBranch, dropped={"dropped": unused("It is constant.")})]
)


def _chain(depth: int, way: str) -> Old.Node:
    found = Old.Node(1, None, [], {})
    for _ in range(depth):
        found = {
            "next": lambda inner: Old.Node(1, inner, [], {}),
            "children": lambda inner: Old.Node(1, None, [inner], {}),
            "named": lambda inner: Old.Node(1, None, [], {"a": inner}),
        }[way](found)
    return found


@pytest.mark.parametrize("way", ["next", "children", "named"])
def test_deep_structs(way: str) -> None:
    old, new = NODES
    snapshot = old.load(old.new(_chain(DEPTH, way)).to_bytes())
    found = migrate(snapshot, to=new, steps=[NODE_STEP])
    again = new.load(found.snapshot.to_bytes()).data
    depth = 0
    while inner := {"next": again.next, "children": again.children, "named": again.named}[way]:
        again = inner if way == "next" else inner[0] if way == "children" else inner["a"]
        depth += 1
    assert (depth, again.x, again.y) == (DEPTH, 1, 9)
    assert [entry.more for entry in found.report][-2:] == [0, DEPTH + 1 - 1000]
    assert str(found.report).endswith(f"\n  defaulted {DEPTH - 999} more places: It is new.")


def test_deep_enums() -> None:
    old, new = TREES
    value: Any = OldLeaf(3)
    for _ in range(DEPTH):
        value = OldBranch(value, 0)
    found = migrate(old.new(value), to=new, steps=[TREE_STEP])
    assert new.load(found.snapshot.to_bytes()) == found.snapshot
    assert sum(entry.more or 1 for entry in found.report) == DEPTH


def test_many_elements_far_inside() -> None:
    """A note for each would be a path of a thousand names for each of a hundred thousand elements."""
    old, new = NODES
    inner = Old.Node(1, None, [], {})
    wide = Old.Node(1, None, [inner] * 100_000, {})
    for _ in range(DEPTH):
        wide = Old.Node(1, wide, [], {})
    found = migrate(old.new(wide), to=new, steps=[NODE_STEP])
    assert len(found.report.entries) == 1001
    assert found.report.entries[-1].to_plain() == {
        "kind": "defaulted",
        "path": "$",
        "why": "It is new.",
        "step": "deep 1.0.0 -> deep 2.0.0",
        "more": 100_000 + DEPTH + 1 - 1000,
    }


@schema
class OldItem:
    """An element."""

    x: u8
    lost: u8


@schema
class NewItem:
    """The same without a field."""

    x: u8


def test_many_losses() -> None:
    old, new = _formats(list[OldItem], list[NewItem])
    step = Step(old, new, changes=[Change(OldItem, NewItem, dropped={"lost": loss("LOST", "It is lost.")})])
    value = [OldItem(1, 2)] * 1500
    with pytest.raises(MigrationError, match="allow LOST to lose it") as caught:
        migrate(value, to=new, of=old, steps=[step])
    assert len(caught.value.losses) == 1000
    report = migrate(value, to=new, of=old, steps=[step], allow=["LOST"]).report
    assert str(report.entries[-1]) == "dropped   500 more places (allowed: LOST): It is lost."


def test_circles() -> None:
    old, new = NODES
    circle = Old.Node(1, None, [], {})
    circle.next = circle
    with pytest.raises(MigrationError, match="nested too deeply, or it contains itself"):
        migrate(circle, to=new, steps=[NODE_STEP], of=old)


def test_functions_that_call_themselves() -> None:
    def convert(value: Old.Node, to: Conversion) -> New.Node:
        inner = None if value.next is None else to.convert(value.next, New.Node)
        return New.Node(inner, value.x, 0, [], {})

    step = Step(*NODES, changes=[Change(Old.Node, New.Node, convert=convert)])
    found = migrate(_chain(20, "next"), to=NODES[1], steps=[step]).data
    assert found.next.next.x == 1
    with pytest.raises(MigrationError) as caught:
        migrate(_chain(DEPTH, "next"), to=NODES[1], steps=[step])
    assert caught.value.message == (
        "values are nested too deeply for a function of the step, which calls itself"
    )


def test_dropped_and_deep() -> None:
    @schema
    class With:
        x: u8
        rest: Old.Node

    @schema
    class Without:
        x: u8

    formats = _formats(With, Without)
    step = Step(*formats, changes=[Change(With, Without, dropped={"rest": unused("It is derived.")})])
    report = migrate(With(1, _chain(DEPTH, "next")), to=formats[1], steps=[step]).report
    assert re.search(r"dropped   \$\.rest = Old\.Node\(x=1, next=O \.{3} \d+ characters", str(report))
    assert len(report.to_plain()["steps"][0]["entries"][0]["old"]) < 200


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (Old.Node(1, None, [3], {}), "$.children[0]"),  # type: ignore[list-item]  # wrong on purpose
        (Old.Node(1, 5, [], {}), "$.next"),  # type: ignore[arg-type]
        (Old.Node(1, None, None, {}), "$.children"),  # type: ignore[arg-type]
        (Old.Node(1, None, [], {"a": None}), '$.named["a"]'),  # type: ignore[dict-item]
        ([], "$"),
    ],
)
def test_old_values_that_are_none_of_their_type(value: Any, path: str) -> None:
    old, new = NODES
    with pytest.raises(MigrationError) as caught:
        migrate(value, to=new, steps=[NODE_STEP], of=old)
    assert caught.value.path == path


def test_a_mistake_of_a_condition_names_its_place() -> None:
    @schema
    class Smaller:
        x: u8

    formats = _formats(New.Node, Smaller)
    dropped: dict[str, Any] = dict.fromkeys(("next", "children", "named"), unused("It is derived."))

    def fail(value: int) -> bool:
        raise ValueError(f"{value} is unheard of")

    dropped["y"] = loss("Y", "It is lost.", unless=fail)
    changes = [
        Change(New.Node, Smaller, given={"x": computed(lambda old, to: old.x)}, dropped=dropped),
    ]
    step = Step(*formats, changes=changes)
    with pytest.raises(MigrationError, match=r"7 is unheard of - at `\$\.y`"):
        migrate(New.Node(None, 1, 7, [], {}), to=formats[1], steps=[step])
