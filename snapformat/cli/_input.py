"""Reading the file of a command; `-` is standard input."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from snapformat.inspect import max_file_size
from snapformat.io import Source, read_all
from snapformat.snapshot.snapshot import SnapshotFormat

#: The name of standard input.
STDIN = "-"


def source_of(name: str) -> Source:
    """Return the stream of standard input, or the name itself."""
    if name != STDIN:
        return name
    return sys.stdin.buffer if sys.stdin is not None else b""


def shown_name(name: str) -> str:
    """Return the name of a file in messages."""
    return "standard input" if name == STDIN else name


def once_from_standard_input(names: Sequence[str]) -> None:
    """Refuse to read standard input twice: the second time it would be empty.

    Raises:
        click.UsageError: It is named more than once.
    """
    if names.count(STDIN) > 1:
        context = click.get_current_context(silent=True)
        raise click.UsageError("standard input can be read only once: name - for one file", context)


def read_file(name: str, format: SnapshotFormat | None = None) -> bytes:
    """Read a snapshot file, at most as much as its format allows; without one, as any installed format does.

    Raises:
        SnapshotIOError: It can't be read.
    """
    return read_all(source_of(name), max_size=max_file_size() if format is None else format.max_file_size)
