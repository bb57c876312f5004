"""Hooks of the vector suite: rows are marked when collected, and counted by file at the end of the run."""

from __future__ import annotations

from typing import Any

import pytest

from vectors import report

# The helpers assert too; their messages should show what differs.


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    report.mark_rows(items)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    report.print_summary(terminalreporter, config)
