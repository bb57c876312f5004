"""`snapformat diff`: compare two files value by value."""

from __future__ import annotations

from typing import Any

import click

from snapformat.cli._failure import Failure, print_error
from snapformat.cli._options import Named, content_of, json_option, schema_option
from snapformat.cli._output import show_report, write_text
from snapformat.cli._same_file import Command, InputFile
from snapformat.encodings.json.text import format_json
from snapformat.errors import SchemaError, SnapshotError
from snapformat.inspect import load_any, max_file_size
from snapformat.inspect.diff import diff
from snapformat.inspect.diff_text import report
from snapformat.inspect.locations import PathError
from snapformat.io import read_all
from snapformat.printable import printable
from snapformat.snapshot import Snapshot

#: Status if the files differ.
DIFFERENT = 1


class _NotComparedError(Failure):
    """An error that ends the run with status 2: other commands end with 1, which says that files differ."""

    exit_code = 2


@click.command("diff", cls=Command)
@click.argument("left", metavar="A", type=InputFile())
@click.argument("right", metavar="B", type=InputFile())
@click.option(
    "--ignore",
    "ignored",
    metavar="PATH",
    multiple=True,
    help="Leave out what this path chooses in A or B; wildcards are allowed: '$..elapsed_ns'. May be given"
    " several times.",
)
@click.option(
    "--order",
    is_flag=True,
    help="Another order of elements that have a key, of sets and of maps is a difference too.",
)
@click.option("--full", is_flag=True, help="List all elements of a sequence; by default the first 8 of many.")
@schema_option("--schema", metavar="SCHEMA", help="Of both files; as for `dump`.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    left: str,
    right: str,
    ignored: tuple[str, ...],
    order: bool,
    full: bool,
    schema: Named | None,
    as_json: bool,
) -> None:
    """Compare A and B value by value: a line for each value that differs, by its path, and a summary.

    A and B may be of different releases, architectures and encodings: fields correspond by name. Elements
    of a sequence correspond by the key that the schema declares (a device's id, a register's number), else
    by position. Numbers are shown as `dump --as decoded` shows them; changed bits by name. Checksums are not
    compared.

    --json prints a list of objects: path, change (changed, removed, added or reordered), left, right,
    right_path (the path in B where that is another one), and name (of a register).

    Exit status: 0 if A and B are the same, 1 if they differ, 2 if a file can't be read.
    """
    try:
        one, two = (_load(file, schema) for file in (left, right))
        found = diff(one, two, ignore=ignored, order=order)
        if as_json:
            write_text(format_json(found.to_json()) + "\n")
        else:
            names = (("A", left, one), ("B", right, two)) if found else ()
            heading = [
                [(f"{side}: {printable(file)} ({_about(snapshot)})", "")] for side, file, snapshot in names
            ]
            show_report([*heading, *([[]] if heading else []), *report(found, full=full)])
    except PathError as error:
        raise click.BadParameter(printable(str(error)), ctx, param_hint="--ignore") from error
    except (SnapshotError, SchemaError) as error:
        raise _NotComparedError(error) from error
    except MemoryError:
        print_error("error: out of memory")
        ctx.exit(_NotComparedError.exit_code)
    ctx.exit(DIFFERENT if found else 0)


def _load(file: str, schema: Named | None) -> Snapshot[Any]:
    format_ = None if schema is None else schema.format
    data: bytes | None = None
    try:
        data = read_all(file, max_size=max_file_size() if format_ is None else format_.max_file_size)
        return load_any(data, format_)
    except SnapshotError as error:
        error.file = error.file or file
        content = None if data is None else content_of(data, format_)
        raise _NotComparedError(error, content) from error


def _about(snapshot: Snapshot[Any]) -> str:
    format_ = snapshot.format
    return printable(format_.name if format_.is_bare else f"{format_.name}, version {snapshot.version}")
