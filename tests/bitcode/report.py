"""The count of rows run, for the end of a pytest run; see `vectors.report`."""

from __future__ import annotations

from typing import Any

import pytest

from bitcode import data
from vectors.report import count

#: Key of the user property that names a row's file.
PROPERTY = "bitcode_file"

_PRINTED = pytest.StashKey[bool]()


def mark_rows(items: list[pytest.Item]) -> None:
    """Note the file of its row in every test that runs one."""
    for item in items:
        callspec = getattr(item, "callspec", None)
        row = callspec.params.get("row") if callspec is not None else None
        if isinstance(row, data.BitcodeRow):
            item.user_properties.append((PROPERTY, row.file))


def print_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the counts once, and the fields of rows that no suite reads."""
    passed, failed = count(terminalreporter.stats, PROPERTY)
    if config.stash.get(_PRINTED, False) or not (passed or failed):
        return
    config.stash[_PRINTED] = True
    write = terminalreporter.write_line
    terminalreporter.section(f"bitcode: {data.folder()}")
    write(f"{'file':24} {'rows':>6} {'tests passed':>13} {'failed':>7}")
    for file in data.files():
        every = data.rows(file)
        write(f"{file:24} {len(every):>6} {passed[file]:>13} {failed[file]:>7}")
        known = data.KEYS.get(data.suite_of(file), frozenset())
        unread = sorted({key for row in every for key in row} - known)
        if unread:
            write(f"{file}: fields that no suite is known to read: {', '.join(unread)}")
