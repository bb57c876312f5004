"""Hooks of the suite: rows are marked when collected, and counted by file at the end of the run."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from bitcode import report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    report.mark_rows(items)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    report.print_summary(terminalreporter, config)


@pytest.fixture
def deep_recursion() -> Iterator[None]:
    """The helpers go through a row's value by recursion; the library does not."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield
    sys.setrecursionlimit(before)
