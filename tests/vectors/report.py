"""The count of rows run and left out, for the end of a pytest run.

Counting goes through `user_properties` of the reports, which travel from pytest-xdist's workers to the main
process; the totals come from the files themselves, so that a row that no test took shows up as missing.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from vectors import data

#: Key of the user property that names a row's file.
PROPERTY = "vector_file"

#: Files whose rows inform and set no verdict.
INFORMATIVE = "extreme.jsonl"

_PRINTED = pytest.StashKey[bool]()


def mark_rows(items: list[pytest.Item]) -> None:
    """Note the file of its row in every test that runs one."""
    for item in items:
        callspec = getattr(item, "callspec", None)
        row = callspec.params.get("row") if callspec is not None else None
        if type(row) is data.Row:  # other suites have rows of their own
            item.user_properties.append((PROPERTY, row.file))


def count(stats: dict[str, list[Any]], property_name: str = PROPERTY) -> tuple[Counter[str], Counter[str]]:
    """Tests that passed and tests that failed, by the file of their row, from the terminal's reports."""
    passed: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for outcome, counter in (("passed", passed), ("failed", failed), ("error", failed)):
        for report in stats.get(outcome, []):
            if outcome == "passed" and getattr(report, "when", None) != "call":
                continue
            properties = getattr(report, "user_properties", [])
            counter.update(value for key, value in properties if key == property_name)
    return passed, failed


def print_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the counts once, even where two conftest files ask for them."""
    passed, failed = count(terminalreporter.stats)
    if config.stash.get(_PRINTED, False) or not (passed or failed):
        return
    config.stash[_PRINTED] = True
    write = terminalreporter.write_line
    terminalreporter.section(f"vectors: {data.folder()}")
    write(f"{'file':24} {'rows':>6} {'passed':>7} {'failed':>7} {'unsupported':>12} {'not run':>8}")
    totals = [0] * 5
    for file in data.files():
        if file == INFORMATIVE:
            continue
        every = data.rows(file)
        unsupported = sum("unsupported" in row for row in every)
        figures = [len(every), passed[file], failed[file], unsupported]
        figures.append(figures[0] - sum(figures[1:]))
        totals = [a + b for a, b in zip(totals, figures, strict=True)]
        write("{:24} {:>6} {:>7} {:>7} {:>12} {:>8}".format(file, *figures))
    write("{:24} {:>6} {:>7} {:>7} {:>12} {:>8}".format("total", *totals))
    if INFORMATIVE in data.files():
        ran = passed[INFORMATIVE] + failed[INFORMATIVE]
        write(f"{INFORMATIVE}: {len(data.rows(INFORMATIVE))} rows, {ran} compared; informative, no verdict")
    for file in data.files():
        unread = sorted({key for row in data.rows(file) for key in row} - data.KEYS)
        if unread:
            write(f"{file}: fields that no suite is known to read: {', '.join(unread)}")
