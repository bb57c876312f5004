"""`snapformat apply`: change many files."""

from __future__ import annotations

from typing import Any

import click

from snapformat.cli._editing import split_assignment
from snapformat.cli._failure import print_error
from snapformat.cli._fleet import by_number, import_fleet, listed_names, scheduler_option, workers_option
from snapformat.cli._options import allow_option, unproven_option
from snapformat.cli._output import write_text
from snapformat.cli._same_file import Command, OutputFile
from snapformat.encodings.json.text import format_json
from snapformat.printable import printable


@click.command(
    "apply",
    cls=Command,
    examples=("snapformat apply vm.vmstate --set vm_info.smt=true --dry-run",),
    status={0: "all files were changed", 1: "a file failed, or the run stopped"},
)
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option(
    "--set", "assignments", metavar="PATH=VALUE", multiple=True, help="Replace a value, as `set` does."
)
@click.option("--migrate", "release", metavar="RELEASE[/ARCH]", help="Migrate, as `migrate --to` does.")
@allow_option
@unproven_option
@click.option("-o", "--output", metavar="OUT", help="Folder or URL for new files or keys.")
@click.option("-i", "--in-place", is_flag=True, help="Replace local files, each atomically.")
@click.option("-n", "--dry-run", is_flag=True, help="Print what would change, and write nothing.")
@click.option(
    "--manifest",
    metavar="FILE",
    type=OutputFile(),
    help="Gets a line before each file is touched, and one with the result; needed unless --dry-run.",
)
@click.option(
    "--most-failures",
    metavar="N",
    type=click.IntRange(0),
    default=10,
    help="Stop after N files that failed; 10. 0: never.",
)
@scheduler_option
@workers_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    sources: tuple[str, ...],
    assignments: tuple[str, ...],
    release: str | None,
    allow: tuple[str, ...],
    unproven: bool,
    dry_run: bool,
    most_failures: int,
    **options: Any,
) -> None:
    """Set values in all files of each SOURCE, or migrate them, or both.

    SOURCEs are those of `scan`. Results are new files or keys under OUT, with the names that the files have
    below their SOURCE, and never replace one that is there; --in-place replaces local files. Each is written
    as a whole or not at all. Called again with the same manifest, the command does what is left.
    """
    fleet = import_fleet()
    given, names = listed_names(sources)
    pairs = tuple(map(split_assignment, assignments))
    what = fleet.Change(pairs, release, tuple(allow), unproven)
    try:
        report = fleet.change(
            given,
            what,
            names=names,
            dry_run=dry_run,
            most_failures=most_failures or None,
            on_row=_show if dry_run else None,
            **options,
        )
    except ValueError as error:
        raise click.UsageError(printable(str(error)), ctx) from error
    for location, why in report.failures:
        print_error(f"error: {printable(location)}: {printable(why)}")
    counts = [f"{number} {state}" for state, number in by_number(report.states)]
    counts += [f"{report.skipped} done before"] if report.skipped else []
    write_text(f"{', '.join(counts) or 'no files'}\n")
    if report.stopped:
        print_error(f"error: stopped after {report.states['failed']} failures; see --most-failures")
    ctx.exit(1 if report.states["failed"] or report.stopped else 0)


def _show(row: dict[str, Any]) -> None:
    if row["state"] == "failed":
        return
    lines = [row["location"]]
    for path, old, new in row.get("changes", ()):
        lines.append(f"  {path}: {format_json(old)} -> {format_json(new)}")
    lines += [f"  {row['from']} -> {row['to']}"] if "from" in row else []
    write_text("".join(f"{printable(line)}\n" for line in lines))
