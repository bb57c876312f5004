"""Finding the steps that lead from one format to another."""

from __future__ import annotations

from collections.abc import Iterable

from snapformat.errors import MigrationError
from snapformat.migrate.step import Step
from snapformat.snapshot import SnapshotFormat


def find(steps: Iterable[Step], old: SnapshotFormat, new: SnapshotFormat) -> list[Step]:
    """Find the shortest chain of steps from one format to another; of equal ones, that declared first.

    Returns:
        The steps; empty if both are the same format.

    Raises:
        MigrationError: No steps lead there.
    """
    if old is new:
        return []
    listed = list(steps)
    chains: dict[int, list[Step]] = {id(old): []}
    waiting = [old]
    while waiting:
        reached: list[SnapshotFormat] = []
        for each in waiting:
            for step in listed:
                if step.old is each and id(step.new) not in chains:
                    chains[id(step.new)] = [*chains[id(each)], step]
                    if step.new is new:
                        return chains[id(step.new)]
                    reached.append(step.new)
        waiting = reached
    names = [_named(each) for each in _formats(listed) if id(each) in chains and each is not old]
    raise MigrationError(
        f"no steps lead from {_named(old)} to {_named(new)}",
        hint=f"they lead to {', '.join(names)}" if names else None,
    )


def _named(each: SnapshotFormat) -> str:
    return f"{each.name} {each.version}"


def _formats(steps: Iterable[Step]) -> list[SnapshotFormat]:
    return list({id(each): each for step in steps for each in (step.old, step.new)}.values())
