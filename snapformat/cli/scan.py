"""`snapformat scan`: a table of many files."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import click

from snapformat.cli._failure import print_error
from snapformat.cli._fleet import by_number, import_fleet, listed_names, scheduler_option, workers_option
from snapformat.cli._output import show_facts
from snapformat.cli._same_file import Command, OutputFile
from snapformat.inspect.locations import PathError
from snapformat.printable import printable

if TYPE_CHECKING:
    from snapformat.fleet import Report

#: Seconds between two lines of progress on a terminal.
_BETWEEN = 2.0


@click.command(
    "scan",
    cls=Command,
    examples=(
        "snapformat scan vm.vmstate new.vmstate -o table --workers 1",
        "snapformat scan vm.vmstate -o rows.jsonl --select vm_info.smt --workers 1",
    ),
    status={0: "the table is complete, whatever the files are"},
)
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    metavar="OUT",
    required=True,
    type=OutputFile(),
    help="A folder, also a URL, for Parquet files; NAME.jsonl for JSON Lines; - prints JSON Lines.",
)
@click.option(
    "--select",
    "selects",
    metavar="'PATH [AS NAME]'",
    multiple=True,
    help="A further column: the parts that PATH chooses, as for `get`; a list if there may be several.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with the table in OUT: skip files that it has with the same size and time.",
)
@scheduler_option
@workers_option
@click.option(
    "--rows", metavar="N", type=click.IntRange(1), default=10_000, help="Most rows of a row group; 10000."
)
@click.pass_context
def command(
    ctx: click.Context,
    /,
    sources: tuple[str, ...],
    output: str,
    selects: tuple[str, ...],
    resume: bool,
    **options: Any,
) -> None:
    """Verify and summarize all files of each SOURCE, and write a table with a row for every file.

    A SOURCE is a folder, a file, a tar archive, or a pattern with *, ? and [...], as a path or as a URL that
    fsspec knows, such as s3://bucket/folder; `-` reads names of files from standard input, a line each, and
    tar://GLOB::ARCHIVE stands for members of an archive. URLs are printed without credentials.

    Files that can't be read or that are damaged are rows like others: the columns ok, condition, error, path,
    offset and message are those of `verify --json`, and release, arch, version, schema and summary those of
    `info --json`. Files are read by processes of this machine or of a cluster. A killed run leaves a table of
    whole rows, with which --resume goes on.
    """
    fleet = import_fleet()
    given, names = listed_names(sources)
    try:
        report = fleet.scan(
            given,
            output,
            select=selects,
            names=names,
            resume=resume,
            progress=_progress() if sys.stderr is not None and sys.stderr.isatty() else None,
            **options,
        )
    except (PathError, ValueError) as error:
        raise click.UsageError(printable(str(error)), ctx) from error
    if output == "-":
        print_error("\n".join(f"{name}: {value}" for name, value in _facts(report)))
    else:
        show_facts([*_facts(report)])


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    yield "rows", str(report.rows)
    if report.former:
        yield "rows before", str(report.former)
        yield "files skipped", str(report.skipped)
    for name, number in by_number(report.conditions):
        yield name, str(number)
    releases = [f"{name}: {number}" for name, number in by_number(report.releases) if name is not None]
    if releases:
        yield "releases", ", ".join(releases)


def _progress() -> Callable[[Report], None]:
    begun = last = time.monotonic()

    def show(report: Report) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _BETWEEN:
            last = now
            print_error(f"{report.rows} files, {report.rows / (now - begun):.0f}/s")

    return show
