"""How an error is told: one paragraph on standard error, and the bytes around its place."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import IO, Any

import click

from snapformat.errors import SchemaError, SnapshotError
from snapformat.inspect import excerpt
from snapformat.printable import printable


class Failure(click.ClickException):
    """The end of a run that did not do what was asked: status 1.

    Args:
        error: What the library says.
        data: The bytes that its offset points into, if it does.
    """

    exit_code = 1

    def __init__(self, error: SnapshotError | SchemaError, data: bytes | None = None) -> None:
        super().__init__(paragraph(error, data))

    def show(self, file: IO[Any] | None = None) -> None:
        """Print it to standard error."""
        tell(self.message)


def paragraph(error: SnapshotError | SchemaError, data: bytes | None = None) -> str:
    """The text of an error: class and message, and a few rows of bytes around its offset."""
    code = error.code if isinstance(error, SnapshotError) else "schema"
    text = f"error: {code}: {printable(str(error))}"
    if data is not None and isinstance(error, SnapshotError) and error.offset is not None:
        rows = excerpt(data, error.offset)
        text += "\n\n" + rows + "\n" if rows else ""
    return text


@contextlib.contextmanager
def explained(file: str, data: bytes | None = None) -> Iterator[None]:
    """Name the file in errors of the library, and show its bytes.

    Args:
        file: The file's name.
        data: The bytes that offsets point into, if there are any.
    """
    try:
        yield
    except SnapshotError as error:
        if error.file is None:
            error.file = file
        raise Failure(error, data) from error


def tell(text: str) -> None:
    """Print to standard error, whatever has become of it."""
    with contextlib.suppress(OSError, ValueError):
        click.echo(text, err=True)
