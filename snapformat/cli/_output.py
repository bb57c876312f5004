"""Standard output: bytes as they are, text that can't harm a terminal, tables where someone looks at them."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Sequence

import click

from snapformat.errors import EncodeIOError, SnapshotIOError
from snapformat.io import write_all
from snapformat.printable import printable

#: Status where the reader went away (`| head`), as a shell reports a process that ended by SIGPIPE.
READER_GONE = 141


def write_bytes(data: bytes) -> None:
    """Write to standard output, all of it, now.

    Raises:
        Exit: The reader is gone, which is no error worth a word.
        SnapshotIOError: It can't be written.
    """
    if sys.stdout is None:
        cause = OSError(errno.EBADF, os.strerror(errno.EBADF))
        raise SnapshotIOError(f"cannot write: {cause.strerror}", cause=cause, file="standard output")
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
        SnapshotIOError: It can't be written.
    """
    if output == "-":
        write_bytes(data)
    else:
        write_all(output, data)


def discard_output() -> None:
    """Let the interpreter flush what is left, at its end, to where it does not fail again."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def write_text(text: str) -> None:
    """Write text to standard output in its encoding; what that lacks is escaped."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    write_bytes(text.encode(encoding, "backslashreplace"))


def show_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Print names and values: `name: value`, or a table on a terminal."""
    rows = [(name, printable(value)) for name, value in facts]
    if not on_terminal() or not _rich_table((), rows):
        write_text("".join(f"{name}: {value}\n" for name, value in rows))


def show_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows: aligned columns without a head, or a table on a terminal."""
    cells = [[printable(cell) for cell in row] for row in rows]
    if not on_terminal() or not _rich_table(head, cells):
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in cells)
        write_text("".join(f"{line.rstrip()}\n" for line in lines))


def show_lines(rows: Sequence[tuple[str, str]], head: tuple[str, str]) -> None:
    """Print pairs: `first: second` a line, or a table on a terminal."""
    cells = [(printable(first), printable(second)) for first, second in rows]
    if not on_terminal() or not _rich_table(head, cells):
        write_text("".join(f"{first}: {second}\n" for first, second in cells))


def on_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def _rich_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Print a table, unless rich is missing."""
    try:
        # Here and not above: piped output never waits for rich to be imported.
        from snapformat.cli._terminal import print_table
    except ImportError:
        return False
    print_table(head, rows)
    return True
