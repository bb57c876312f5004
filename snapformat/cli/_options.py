"""Arguments and options shared by several commands."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar, get_args

import click

from snapformat.cli._same_file import InputFile
from snapformat.encodings.presets import PRESETS
from snapformat.errors import SchemaError, SnapshotError
from snapformat.inspect import named_format
from snapformat.model.declare.registry import is_reference
from snapformat.snapshot import SnapshotFormat
from snapformat.snapshot.importing import on_import_path
from snapformat.snapshot.spec import Compression

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


class Named(NamedTuple):
    """A format, and the name under which it is found again."""

    name: str
    format: SnapshotFormat


_IMPORTS = (
    "MODULE:ATTRIBUTE runs the code of the module, also of one in the working directory: only name modules"
    " that you trust."
)


class OptionWithFormerName(click.Option):
    """An option that is also taken by the name that it once had, which the help leaves out.

    Args:
        former: The former name.
    """

    def __init__(self, *args: Any, former: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.documented = [*self.opts]
        self.opts = [*self.opts, former]

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the names and the text for the help."""
        return self._with_documented(lambda: super(OptionWithFormerName, self).get_help_record(ctx))

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """Return the names for messages."""
        return self._with_documented(lambda: super(OptionWithFormerName, self).get_error_hint(ctx))

    def _with_documented(self, call: Callable[[], T]) -> T:
        every, self.opts = self.opts, self.documented
        try:
            return call()
        finally:
            self.opts = every


def schema_option(*, help: str = "As for `dump`.", former: str | None = None) -> Callable[[F], F]:
    """Make the option `--schema`; the command gets `Named` or None.

    Args:
        help: What it means to the command.
        former: The name that the option once had.
    """
    more: dict[str, Any] = {} if former is None else {"cls": OptionWithFormerName, "former": former}
    named = click.option("--schema", metavar="SCHEMA", callback=_named, help=f"{help} {_IMPORTS}", **more)

    def decorate(command: F) -> F:
        for option in reversed((named, *_BARE)):
            command = option(command)
        return command

    return decorate


def form_option(*forms: str, help: str) -> Callable[[F], F]:
    """Make the option `--format`, the form of the output; the first form is the default."""
    return click.option(
        "--format",
        "form",
        cls=OptionWithFormerName,
        former="--as",
        type=click.Choice(forms),
        default=forms[0],
        show_default=True,
        help=help,
    )


def _keep(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Keep an option for `_named`, which is called later."""
    if value:
        ctx.meta[f"snapformat.{parameter.name}"] = value


_BARE = (
    click.option(
        "--encoding",
        metavar="PRESET",
        expose_value=False,
        is_eager=True,
        callback=_keep,
        help=f"FILE is bare: the data in this encoding, without header and checksum, of the class that"
        f" --schema names. One of {', '.join(PRESETS)}.",
    ),
    click.option(
        "--many",
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_keep,
        help="The bare FILE has any number of values, one after the other.",
    ),
    click.option(
        "--compression",
        type=click.Choice(get_args(Compression)),
        expose_value=False,
        is_eager=True,
        callback=_keep,
        help="The bare FILE is compressed.",
    ),
)


def schema_argument(name: str) -> Callable[[F], F]:
    """Make an argument that names a schema; the command gets `Named`."""
    return click.argument(name, callback=_named)


def _named(ctx: click.Context, parameter: click.Parameter, value: str | None) -> Named | None:
    encoding, many, compression = (
        ctx.meta.get(f"snapformat.{name}") for name in ("encoding", "many", "compression")
    )
    if encoding is None and (many or compression):
        raise click.UsageError("--many and --compression are for bare files: name their --encoding", ctx)
    if value is None:
        if encoding is not None:
            raise click.UsageError(f"--encoding needs {parameter.opts[0]} MODULE:NAME, a type of data", ctx)
        return None
    try:
        with working_folder(value):
            return Named(*named_format(value, encoding, many=bool(many), compression=compression))
    except (SchemaError, ValueError) as error:
        raise click.BadParameter(str(error), ctx, parameter) from error


@contextlib.contextmanager
def working_folder(*names: str) -> Iterator[None]:
    """Find the modules of names in the working folder too, at the end, where it shadows nothing."""
    folders: list[str] = []
    if any(map(is_reference, names)):
        with contextlib.suppress(OSError):  # the working folder was deleted
            folders.append(os.getcwd())
    with on_import_path(*folders):
        yield


def content_of(data: bytes, schema: SnapshotFormat | None) -> bytes | None:
    """Return the bytes that offsets of errors refer to; None if a compressed file has none."""
    if schema is None or schema.compression is None:
        return data
    try:
        return schema.unpacked(data)
    except SnapshotError:
        return None


file_argument = click.argument("file", type=InputFile(dash=True))
allow_option = click.option(
    "--allow", metavar="CODE", multiple=True, help="Allow the loss of this code; repeatable."
)
unproven_option = click.option(
    "--unproven", is_flag=True, help="Take steps that were not seen to work in the real program."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
