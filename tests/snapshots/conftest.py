"""Hooks of the snapshot suite: tests are marked with their file when collected, and counted at the end."""

from __future__ import annotations

from typing import Any

import pytest

from snapshots import report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    report.mark_files(items)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    report.print_summary(terminalreporter, config)
