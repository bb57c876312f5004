"""Printing an error: one paragraph on standard error, and the bytes around its offset."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import IO, Any

import click

from snapformat.cli._progress import hide
from snapformat.errors import SchemaError, SnapshotError
from snapformat.inspect import excerpt
from snapformat.printable import printable


class Failure(click.ClickException):
    """An error that ends the run with status 1.

    Args:
        error: The error that the library raised.
        data: The bytes that its offset refers to, if it has one.
    """

    exit_code = 1

    def __init__(self, error: SnapshotError | SchemaError, data: bytes | None = None) -> None:
        super().__init__(paragraph(error, data))

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message to standard error."""
        print_error(self.message)


def paragraph(error: SnapshotError | SchemaError, data: bytes | None = None) -> str:
    """Format an error: its class, its message, and a few rows of bytes around its offset."""
    code = error.code if isinstance(error, SnapshotError) else "schema"
    text = f"error: {code}: {printable(str(error))}"
    if data is not None and isinstance(error, SnapshotError) and error.offset is not None:
        rows = excerpt(data, error.offset)
        text += "\n\n" + rows + "\n" if rows else ""
    return text


@contextlib.contextmanager
def errors_in(file: str, content: Callable[[], bytes | None] | None = None) -> Iterator[None]:
    """Add the name of the file to errors of the library, and print its bytes with them.

    Args:
        file: The file's name.
        content: Returns the bytes that offsets refer to, if there are any; it is called only for an error, as
            a compressed file is uncompressed again for it.
    """
    try:
        yield
    except SnapshotError as error:
        if error.file is None:
            error.file = file
        raise Failure(error, None if content is None else content()) from error


def print_error(text: str) -> None:
    """Print to standard error; if that is closed or broken, do nothing."""
    hide()
    with contextlib.suppress(OSError, ValueError):
        click.echo(text, err=True)
