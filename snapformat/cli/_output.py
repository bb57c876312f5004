"""Standard output: raw bytes, text that is safe on a terminal, and tables on a terminal."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterable, Sequence

import click

from snapformat.cli._command import READER_GONE
from snapformat.cli._progress import hide
from snapformat.errors import EncodeIOError, SnapshotIOError
from snapformat.io import write_all
from snapformat.printable import printable


def write_bytes(data: bytes) -> None:
    """Write all of `data` to standard output and flush it.

    Raises:
        Exit: Standard output was closed (a broken pipe), which needs no message.
        SnapshotIOError: Writing failed.
    """
    if sys.stdout is None:
        cause = OSError(errno.EBADF, os.strerror(errno.EBADF))
        raise SnapshotIOError(f"cannot write: {cause.strerror}", cause=cause, file="standard output")
    hide()
    try:
        sys.stdout.flush()
        write_all(sys.stdout.buffer, data)
        sys.stdout.buffer.flush()
    except (OSError, EncodeIOError) as error:
        discard_output()
        if error.errno == errno.EPIPE:
            raise click.exceptions.Exit(READER_GONE) from None
        raise SnapshotIOError(
            f"cannot write: {error.strerror or error}", cause=error, file="standard output"
        ) from error


def write_output(output: str, data: bytes) -> None:
    """Write to a file, or to standard output for `-`.

    Raises:
        SnapshotIOError: Writing failed.
    """
    if output == "-":
        write_bytes(data)
    else:
        write_all(output, data)


def discard_output() -> None:
    """Redirect standard output to /dev/null, so that the flush at exit does not fail again."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def write_text(text: str) -> None:
    """Write text to standard output in its encoding, and escape characters that the encoding lacks."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    write_bytes(text.encode(encoding, "backslashreplace"))


def show_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Print names and values as `name: value`, or as a table on a terminal."""
    rows = [(name, printable(value)) for name, value in facts]
    if not on_terminal() or not _rich_table((), rows):
        write_text("".join(f"{name}: {value}\n" for name, value in rows))


def show_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, prose: bool = False) -> None:
    """Print rows as aligned columns without a header, or as a table on a terminal.

    The first column has names, which do not wrap, unless it is prose.
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    if not on_terminal() or not _rich_table(head, cells, prose=prose):
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in cells)
        write_text("".join(f"{line.rstrip()}\n" for line in lines))


def show_lines(rows: Sequence[tuple[str, str]], head: tuple[str, str]) -> None:
    """Print pairs as lines `first: second`, or as a table on a terminal."""
    cells = [(printable(first), printable(second)) for first, second in rows]
    if not on_terminal() or not _rich_table(head, cells):
        write_text("".join(f"{first}: {second}\n" for first, second in cells))


def show_report(lines: Iterable[Sequence[tuple[str, str]]]) -> None:
    """Print lines, each of pieces of safe text with their roles, in colours on a terminal."""
    listed = [*lines]
    if on_terminal():
        try:
            from snapformat.cli._terminal import print_lines
        except ImportError:
            pass
        else:
            print_lines(listed)
            return
    write_text("".join("".join(text for text, _ in line) + "\n" for line in listed))


def on_terminal() -> bool:
    """Return whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def _rich_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, prose: bool = False) -> bool:
    """Print a table, and return False if rich is missing."""
    try:
        # Imported here, so that piped output does not pay for importing rich.
        from snapformat.cli._terminal import print_table
    except ImportError:
        return False
    print_table(head, rows, prose=prose)
    return True
