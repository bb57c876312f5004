"""`snapformat annotate`: print what the bytes of a file mean."""

from __future__ import annotations

import json
from typing import Any

import click

from snapformat.cli._failure import paragraph, print_error
from snapformat.cli._options import Named, file_argument, json_option, schema_option
from snapformat.cli._output import show_table, write_text
from snapformat.cli._same_file import Command
from snapformat.errors import SnapshotError
from snapformat.inspect import max_file_size
from snapformat.inspect.annotate import Annotation, annotate
from snapformat.io import read_all
from snapformat.model.checks import describe_value

_COLUMN = ("offset", "size", "kind", "count", "packing", "path")
_VALUE = ("offset", "size", "kind", "path", "value")


@click.command("annotate", cls=Command)
@file_argument
@schema_option("--schema", metavar="SCHEMA", help="As for `dump`.")
@json_option
@click.pass_context
def command(ctx: click.Context, file: str, schema: Named | None, as_json: bool) -> None:
    """Print every value of FILE in the order of its bytes: offset, size, kind, path, value.

    Of a file in bitcode (Firecracker 1.15 and later), which has columns instead: offset, size, kind, number
    of values, packing, and the path of the place in the type. Of a damaged file, all up to the error. Exit
    status: 0, or 1 if the file is damaged.
    """
    format_ = None if schema is None else schema.format
    data = read_all(file, max_size=max_file_size() if format_ is None else format_.max_file_size)
    found: list[Annotation] = []
    failure: SnapshotError | None = None
    try:
        found.extend(annotate(data, format_))  # keeps what comes before an error
    except SnapshotError as error:
        failure = error
    is_message = any(each.count is not None for each in found)
    names = _COLUMN if is_message else _VALUE
    if as_json:
        rows = [{name: _plain(getattr(each, name)) for name in names} for each in found]
        write_text(json.dumps(rows) + "\n")
    elif found:
        show_table(names, [[_text(each, name) for name in names] for each in found])
    if failure is not None:
        failure.file = file
        print_error(paragraph(failure, data))
    ctx.exit(0 if failure is None else 1)


def _plain(value: Any) -> Any:
    """Return a value for JSON: bytes in hexadecimal."""
    if isinstance(value, bytes):
        return value.hex()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _text(each: Annotation, name: str) -> str:
    value = getattr(each, name)
    if name == "value":
        return "" if value is None else describe_value(value)
    return str(value)
