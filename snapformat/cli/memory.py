"""`snapformat memory`: work on memory files of guests."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

import click

from snapformat.cli._command import DocumentedGroup
from snapformat.cli._failure import print_error
from snapformat.cli._output import write_text
from snapformat.cli._progress import quiet_option
from snapformat.cli._same_file import Command, InputFile, OutputFile, refuse_same_file
from snapformat.memory import Rebase
from snapformat.printable import printable


@click.group(
    "memory",
    cls=DocumentedGroup,
    examples=("snapformat memory rebase vm.mem vm.diff",),
)
def command() -> None:
    """Work on memory files of guests: `memory rebase` lays a diff over its base."""


@command.command(
    "rebase",
    cls=Command,
    examples=(
        "snapformat memory rebase --dry-run vm.mem vm.diff",
        "snapformat memory rebase vm.mem vm.diff -o merged.mem",
        "snapformat memory rebase vm.mem vm.diff",
    ),
    status={
        1: "refused or failed; the message says whether BASE was partly written",
    },
)
@click.argument("base", type=InputFile())
@click.argument("diff", type=InputFile())
@click.option("-o", "--output", metavar="OUT", type=OutputFile(), help="Write to this file, and leave BASE.")
@click.option("-n", "--dry-run", is_flag=True, help="Print how much would be written, and write nothing.")
@click.option(
    "--dense",
    is_flag=True,
    help="Take a DIFF of which the holes are lost: all of it, zeros too, is written over BASE.",
)
@quiet_option
def rebase(base: str, diff: str, output: str | None, dry_run: bool, dense: bool, quiet: bool) -> None:
    """Write the changed pages in DIFF over BASE, the full memory file.

    DIFF is a sparse file, the memory of a diff snapshot: pages that changed are data, all others are holes.
    Data replaces the same bytes of BASE, zeros too; holes leave them. The result is the full memory at the
    time of the diff. No machine may run from BASE.

    BASE is written in place, which is not atomic: if it is interrupted, BASE is useless until the same
    command, run again, completes it. With -o, BASE stays, and OUT is there as a whole or not at all, with the
    holes that both have; that needs space for all of it.

    Refused are: a DIFF without holes, or on a file system that stores data in units larger than a page
    (unless --dense); one that is longer than BASE; one that is BASE, by whatever name; what is not a regular
    file; a file that another program has locked.
    """
    if "-" in (base, diff, output):
        raise click.UsageError("- is for files without holes: name files", click.get_current_context())
    refuse_same_file([diff], [base])
    with Rebase(base, diff, output=output, dense=dense) as prepared:
        for warning in prepared.warnings:
            print_error(f"warning: {printable(diff)}: {printable(warning)}")
        amount = f"{_size(prepared.data_bytes)} in {prepared.ranges} ranges"
        whole = f"{printable(base)} ({_size(prepared.base_bytes)})"
        where = "" if output is None else f", as {printable(output)}"
        if dry_run:
            write_text(f"would write {amount} over {whole}{where}\n")
            return
        try:
            if not quiet:
                how = where or ", in place; if interrupted, run the same command again"
                print_error(f"writing {amount} over {whole}{how}")
            with _progress(prepared.total_bytes, quiet=quiet) as advance:
                prepared.run(advance)
        except KeyboardInterrupt:
            if output is None:
                print_error(
                    f"interrupted: {printable(base)} may be partly written; run the same command again"
                )
            raise
    if not quiet:
        write_text(f"{printable(base if output is None else output)}: {amount} written\n")


@contextlib.contextmanager
def _progress(total: int, *, quiet: bool) -> Iterator[Callable[[int], object] | None]:
    """Show a bar on standard error if that is a terminal."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=total, file=sys.stderr, show_pos=False, update_min_steps=1 << 24) as bar:
        yield bar.update


def _size(count: int) -> str:
    """Return a number of bytes in words, with that in the largest unit that fits."""
    for unit, shift in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if count >= 1 << shift:
            return f"{count} bytes ({count / (1 << shift):.1f} {unit})"
    return f"{count} bytes"
