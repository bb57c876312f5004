"""`snapformat diff`: compare two files value by value."""

from __future__ import annotations

from typing import Any

import click

from snapformat.cli._failure import Failure, print_error
from snapformat.cli._input import once_from_standard_input, read_file, shown_name
from snapformat.cli._options import Named, content_of, json_option, schema_option
from snapformat.cli._output import show_report, write_text
from snapformat.cli._same_file import Command, InputFile
from snapformat.encodings.json.text import format_json
from snapformat.errors import SchemaError, SnapshotError
from snapformat.inspect import load_any
from snapformat.inspect.diff import diff
from snapformat.inspect.diff_text import report
from snapformat.inspect.locations import PathError
from snapformat.printable import printable
from snapformat.snapshot import Snapshot

#: Status if the files differ.
DIFFERENT = 1


class _NotComparedError(Failure):
    """An error that ends the run with status 2: other commands end with 1, which says that files differ."""

    exit_code = 2


@click.command(
    "diff",
    cls=Command,
    examples=(
        "snapformat diff vm.vmstate new.vmstate",
        "snapformat diff vm.vmstate new.vmstate --ignore '$..tsc_khz'",
        "snapformat set vm.vmstate vm_info.smt=true -o - | snapformat diff vm.vmstate -",
    ),
    status={
        0: "A and B are the same",
        1: "A and B differ",
        2: "a usage error, or a file that can't be read",
    },
)
@click.argument("left", metavar="A", type=InputFile(dash=True))
@click.argument("right", metavar="B", type=InputFile(dash=True))
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
@schema_option(help="Of both files; as for `dump`.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing: the exit status tells.")
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
    quiet: bool,
    as_json: bool,
) -> None:
    """Compare A and B value by value: a line for each value that differs, by its path, and a summary.

    They may be of different releases, architectures and encodings: fields correspond by name. Elements of a
    sequence correspond by the key that the schema declares (a device's id, a register's number), else by
    position. Numbers are shown as `dump --format decoded` shows them; changed bits by name. Checksums are not
    compared. One of A and B may be -, standard input.

    --json prints a list of objects: path, change (changed, removed, added or reordered), left, right,
    right_path (the path in B where that is another one), and name (of a register).
    """
    once_from_standard_input((left, right))
    try:
        one, two = (_load(file, schema) for file in (left, right))
        found = diff(one, two, ignore=ignored, order=order)
        if as_json:
            write_text(format_json(found.to_json()) + "\n")
        elif not quiet:
            names = (("A", left, one), ("B", right, two)) if found else ()
            heading = [
                [(f"{side}: {printable(shown_name(file))} ({_about(snapshot)})", "")]
                for side, file, snapshot in names
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
        data = read_file(file, format_)
        return load_any(data, format_)
    except SnapshotError as error:
        error.file = error.file or shown_name(file)
        content = None if data is None else content_of(data, format_)
        raise _NotComparedError(error, content) from error


def _about(snapshot: Snapshot[Any]) -> str:
    format_ = snapshot.format
    return printable(format_.name if format_.is_bare else f"{format_.name}, version {snapshot.version}")
