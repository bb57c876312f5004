"""`snapformat migrate`: carry files to another release."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import click

from snapformat.cli._failure import paragraph, print_error
from snapformat.cli._input import STDIN, once_from_standard_input, shown_name, source_of
from snapformat.cli._options import allow_option, unproven_option
from snapformat.cli._output import write_bytes, write_text
from snapformat.cli._progress import each_of, quiet_option
from snapformat.cli._same_file import Command, InputFile, OutputFile, identity, refuse_same_file
from snapformat.encodings.json.text import format_json
from snapformat.errors import MigrationError, SnapshotError
from snapformat.io import PositionReader, write_all
from snapformat.migrate import MigratedFile, Target, find_target, migrate_file
from snapformat.printable import printable


def _target(ctx: click.Context, parameter: click.Parameter, value: str) -> Target:
    try:
        return find_target(value)
    except ValueError as error:
        raise click.BadParameter(printable(str(error)), ctx, parameter) from error


@click.command(
    "migrate",
    cls=Command,
    examples=(
        "snapformat migrate vm.vmstate --to 1.13 --allow BALLOON_STATS --dry-run",
        "snapformat migrate vm.vmstate --to 1.13 --allow BALLOON_STATS -o older.vmstate",
        "snapformat migrate *.vmstate --to 1.13 --allow BALLOON_STATS -o folder",
    ),
    status={
        0: "all files were migrated",
        1: "a file is bad, or was refused",
    },
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=InputFile(dash=True))
@click.option(
    "--to",
    "target",
    metavar="RELEASE[/ARCH]",
    required=True,
    callback=_target,
    help="Release to migrate to, such as 1.14, 1.14.4 or 1.10.1; ARCH has to be that of the files.",
)
@click.option(
    "-o",
    "--output",
    metavar="OUT",
    type=OutputFile(),
    help="File to write (- for standard output), or for several FILEs an existing folder.",
)
@click.option(
    "--memory",
    metavar="FILE",
    type=InputFile(),
    help="Guest memory file of the snapshot; it is only read, for the places of the guest's tables.",
)
@click.option(
    "--report",
    "form",
    type=click.Choice(["text", "json"]),
    help="Print what was derived, defaulted, assumed, moved and dropped, value by value.",
)
@click.option("-n", "--dry-run", is_flag=True, help="Write nothing.")
@unproven_option
@allow_option
@quiet_option
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    target: Target,
    output: str | None,
    memory: str | None,
    form: str | None,
    dry_run: bool,
    unproven: bool,
    allow: tuple[str, ...],
    quiet: bool,
) -> None:
    """Carry each FILE to another release, up or down, and check the result.

    No value is invented: a file that can't be carried is refused, with the path and the reason. A value that
    the release has no place for is a loss, which is refused too unless its code is allowed. The guest memory
    file is not changed, and goes on with the result.

    Files are replaced atomically. Nothing is written before the arguments are checked: OUT must not be a
    FILE, nor two FILEs have one name in a folder.
    """
    if memory is not None and len(files) > 1:
        raise click.UsageError("--memory is of one snapshot: name one FILE", ctx)
    outputs = _outputs(ctx, files, output, dry_run=dry_run)
    once_from_standard_input(files)
    inputs = [sys.stdin if each == STDIN else each for each in files]
    refuse_same_file([*inputs, *([] if memory is None else [memory])], [o for o in outputs if o != "-"])
    if outputs == ["-"] and form is not None and not dry_run:
        raise click.UsageError("--report is printed: write to a file", ctx)
    options = {} if memory is None else {"memory": memory}
    rows: list[dict[str, Any]] = []
    failed = False
    pairs = zip(files, outputs, strict=True)
    for file, out in each_of(pairs, len(files), "files migrated", quiet=quiet):
        try:
            if memory is not None:
                _check_memory(memory)
            source = source_of(file)
            file = shown_name(file)
            found = migrate_file(source, target, allow=allow, unproven=unproven, options=options)
            if not dry_run:
                _write(out, found.content)
        except SnapshotError as error:
            failed = True
            error.file = error.file or file
            rows.append(_refused(file, error))
            print_error(_reasons(error))
        else:
            rows.append(_row(file, None if dry_run else out, found))
            if form != "json" and (dry_run or out != "-") and (form or not quiet):
                write_text(
                    "".join(f"{printable(line)}\n" for line in _lines(file, out, found, form, dry_run))
                )
    if form == "json":
        write_text(format_json(rows) + "\n")
    ctx.exit(1 if failed else 0)


def _check_memory(name: str) -> None:
    """Refuse a memory file that can't be read, whether a step needs it or not.

    Raises:
        SnapshotIOError: It can't be opened, or it is not a regular file.
    """
    with PositionReader(name):
        pass


def _write(out: str, content: bytes) -> None:
    if out == "-":
        write_bytes(content)
    else:
        write_all(out, content)


def _outputs(ctx: click.Context, files: Sequence[str], output: str | None, *, dry_run: bool) -> list[str]:
    """Return the name of each result; a usage error if they can't be written."""
    if output is None:
        if not dry_run:
            raise click.UsageError("say where to: -o OUT, or --dry-run", ctx)
        return ["-"] * len(files)
    is_folder = os.path.isdir(output) if output != "-" else False
    if not is_folder:
        if len(files) > 1:
            raise click.UsageError(f"several FILEs need an existing folder: {printable(output)} is none", ctx)
        if output != "-" and not os.path.isdir(os.path.dirname(output) or "."):
            raise click.UsageError(f"there is no folder for {printable(output)}", ctx)
        return [output]
    names: dict[str, str] = {}
    for file in files:
        if file == STDIN:
            raise click.UsageError("standard input has no name in a folder: write to a file", ctx)
        name = os.path.basename(file)
        if name in names:
            both = f"{printable(names[name])} and {printable(file)}"
            raise click.UsageError(f"two FILEs have one name in {printable(output)}: {both}", ctx)
        names[name] = file
    outputs = [os.path.join(output, name) for name in names]
    _refuse_one_output(ctx, outputs)
    return outputs


def _refuse_one_output(ctx: click.Context, outputs: Sequence[str]) -> None:
    """Refuse a folder in which two results are one file, through links."""
    seen: dict[object, str] = {}
    for each in outputs:
        found = identity(each)
        if found is not None and found in seen:
            both = f"{printable(seen[found])} and {printable(each)}"
            raise click.UsageError(f"two results are one file: {both}", ctx)
        seen[found] = each
        try:
            status = os.lstat(each)
        except (OSError, ValueError):
            continue
        if stat.S_ISDIR(status.st_mode):
            raise click.UsageError(f"{printable(each)} is a folder", ctx)


def _lines(file: str, out: str, found: MigratedFile, form: str | None, dry_run: bool) -> Iterator[str]:
    where = "" if dry_run else f" in {out}"
    read = "" if found.report.is_shown else ", by steps that are only read from the source"
    yield f"{file}: {found.old.name} -> {found.new.name}{where}: {_counts(found)}{read}"
    for finding in found.findings:
        yield f"  {finding.severity.value}: {finding.path}: {finding.message} ({finding.rule})"
    if form == "text":
        yield from (f"  {line}" for line in str(found.report).split("\n"))


def _counts(found: MigratedFile) -> str:
    """Return how many lines of each kind the report has."""
    counts: dict[str, int] = {}
    for entry in found.report:
        counts[entry.kind] = counts.get(entry.kind, 0) + 1
    if not found.report.steps:
        return "it is of this release already"
    return ", ".join(f"{number} {kind}" for kind, number in counts.items()) or "nothing but the version"


def _row(file: str, out: str | None, found: MigratedFile) -> dict[str, Any]:
    return {
        "file": file,
        "output": out,
        "ok": True,
        "from": found.old.name,
        "to": found.new.name,
        "shown": found.report.is_shown,
        "findings": [each.to_json() for each in found.findings],
        **found.report.to_plain(),
    }


def _refused(file: str, error: SnapshotError) -> dict[str, Any]:
    row: dict[str, Any] = {
        "file": file,
        "output": None,
        "ok": False,
        "error": error.code,
        "message": error.message,
    }
    row["path"] = error.path
    if isinstance(error, MigrationError):
        row["step"], row["rules"] = error.step, error.rules
        row["losses"] = [each.to_plain() for each in error.losses]
    return row


def _reasons(error: SnapshotError) -> str:
    """Format an error; of a refusal with its step, the section of the rules, and all losses."""
    text = paragraph(error)
    if not isinstance(error, MigrationError):
        return text
    where = [f"step {error.step}"] if error.step else []
    where += [f"rules {error.rules}"] if error.rules else []
    lines = [text, *([f"  {', '.join(where)}"] if where else [])]
    lines += [f"  {entry.code}: {entry.path}: {entry.why}" for entry in error.losses]
    return "\n".join(printable(line) for line in "\n".join(lines).split("\n"))
