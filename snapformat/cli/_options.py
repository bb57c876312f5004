"""Arguments and options shared by several commands."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import click

from snapformat.cli._same_file import InputFile
from snapformat.errors import SchemaError
from snapformat.inspect import named_format
from snapformat.model.declare.registry import is_reference
from snapformat.snapshot import SnapshotFormat

F = TypeVar("F", bound=Callable[..., Any])


class Named(NamedTuple):
    """A format, and the name under which it is found again."""

    name: str
    format: SnapshotFormat


_IMPORTS = (
    "MODULE:ATTRIBUTE runs the code of the module, also of one in the working directory: only name modules"
    " that you trust."
)


def schema_option(*names: str, metavar: str, help: str) -> Callable[[F], F]:
    """Make an option that names a schema; the command gets `Named` or None."""
    return click.option(*names, metavar=metavar, callback=_named, help=f"{help} {_IMPORTS}")


def schema_argument(name: str) -> Callable[[F], F]:
    """Make an argument that names a schema; the command gets `Named`."""
    return click.argument(name, callback=_named)


def _named(ctx: click.Context, parameter: click.Parameter, value: str | None) -> Named | None:
    if value is None:
        return None
    if is_reference(value):
        # Like `python -m`, find modules in the working directory; at the end, where it shadows nothing.
        with contextlib.suppress(OSError):  # the working directory was deleted
            sys.path.append(os.getcwd())
    try:
        return Named(*named_format(value))
    except SchemaError as error:
        raise click.BadParameter(str(error), ctx, parameter) from error


file_argument = click.argument("file", type=InputFile(dash=True))
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
