"""Progress of long work: a line on standard error, only if that is a terminal, which is erased at the end."""

from __future__ import annotations

import contextlib
import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import click

T = TypeVar("T")

#: Minimum time in seconds between two states of the line.
INTERVAL = 0.1

#: The line as it is shown now.
_shown = ""

quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print errors and warnings only.")


def each_of(items: Iterable[T], total: int, what: str, *, quiet: bool = False) -> Iterator[T]:
    """Iterate over items, and show how many are done.

    Args:
        items: The items.
        total: How many they are; the progress of one is not shown.
        what: What is done to them, such as `verified`.
        quiet: Whether to show nothing.
    """
    show = reporter(quiet=quiet or total < 2)
    try:
        for number, item in enumerate(items):
            show(what, number, total)
            yield item
    finally:
        hide()


def reporter(*, quiet: bool = False) -> Callable[[str, int, int], None]:
    """Return a function that shows what is done, how many and of how many, as often as `INTERVAL` allows."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        return lambda what, number, total: None
    since = -math.inf

    def show(what: str, number: int, total: int) -> None:
        nonlocal since
        now = time.monotonic()
        if now - since >= INTERVAL:
            since = now
            _show(f"{number} of {total} {what}")

    return show


def _show(text: str) -> None:
    global _shown
    hide()
    # A terminal that is gone must not end the work.
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()
        _shown = text


def hide() -> None:
    """Erase the line, before something else is printed."""
    global _shown
    if _shown:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"\r{' ' * len(_shown)}\r")
            sys.stderr.flush()
        _shown = ""
