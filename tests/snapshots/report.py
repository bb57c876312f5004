"""Counts for the end of a run: what was found in the folder, and what became of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from snapshots import data

#: Key of the user property that names the file of a test; properties travel from pytest-xdist's workers.
PROPERTY = "snapshot_file"

_PRINTED = pytest.StashKey[bool]()


def mark_files(items: list[pytest.Item]) -> None:
    """Note in every test that runs over a file which file that is."""
    for item in items:
        callspec = getattr(item, "callspec", None)
        file = callspec.params.get("file") if callspec is not None else None
        if isinstance(file, data.StateFile | data.Verdict):
            item.user_properties.append((PROPERTY, file.id))


def print_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the counts once, even where two conftest files ask for them."""
    outcomes: dict[str, set[str]] = {}
    for outcome in ("passed", "failed", "error"):
        reports = terminalreporter.stats.get(outcome, [])
        outcomes[outcome] = {
            value
            for report in reports
            for key, value in getattr(report, "user_properties", [])
            if key == PROPERTY
        }
    seen = set().union(*outcomes.values())
    if config.stash.get(_PRINTED, False) or not seen:
        return
    config.stash[_PRINTED] = True
    failed = outcomes["failed"] | outcomes["error"]
    terminalreporter.section(f"snapshots: {', '.join(map(str, data.folders()))}")
    states, damaged = data.state_files(), data.verdicts()
    for name, files in (("state files", states), ("damaged files", damaged)):
        ids = {file.id for file in files}
        figures = Counter(found=len(ids), passed=len(ids & seen - failed), failed=len(ids & failed))
        figures["not run"] = len(ids - seen)
        text = ", ".join(f"{number} {what}" for what, number in figures.items())
        terminalreporter.write_line(f"{name:14} {text}")
    truths, traces = sum(f.truth is not None for f in states), sum(f.trace is not None for f in states)
    terminalreporter.write_line(f"with truth.json: {truths}, with trace.tsv: {traces}")
