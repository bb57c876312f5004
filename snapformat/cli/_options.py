"""Arguments and options that several commands have."""

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
    """A format, and the name that finds it again."""

    name: str
    format: SnapshotFormat


_IMPORTS = "MODULE:ATTRIBUTE runs the code of that module, also of one in the working folder: trust it."


def schema_option(*names: str, metavar: str, help: str) -> Callable[[F], F]:
    """An option that names a schema; the command gets `Named` or None."""
    return click.option(*names, metavar=metavar, callback=_named, help=f"{help} {_IMPORTS}")


def _named(ctx: click.Context, parameter: click.Parameter, value: str | None) -> Named | None:
    if value is None:
        return None
    if is_reference(value):
        # As `python -m` does, so that a module beside the file is found; at the end, where it hides nothing.
        with contextlib.suppress(OSError):  # a working folder that is gone
            sys.path.append(os.getcwd())
    try:
        return Named(*named_format(value))
    except SchemaError as error:
        raise click.BadParameter(str(error), ctx, parameter) from error


file_argument = click.argument("file", type=InputFile())
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
