"""Shared by the commands that read or change parts of files."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import click

from snapformat.cli._failure import errors_in, print_error
from snapformat.cli._input import STDIN, once_from_standard_input, read_file, shown_name
from snapformat.cli._options import Named, content_of, schema_option
from snapformat.cli._output import write_bytes, write_text
from snapformat.cli._progress import each_of, quiet_option
from snapformat.cli._same_file import Command, InputFile, OutputFile, refuse_same_file
from snapformat.errors import EncodeError, SnapshotError
from snapformat.inspect.edit import Editor, open_lazily
from snapformat.inspect.locations import PathError
from snapformat.io import write_all
from snapformat.printable import printable
from snapformat.snapshot.snapshot import Snapshot


class FilesCommand(Command):
    """The class of commands with files that are named by `-f`, perhaps thousands of them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; click takes many times as long for a short option as for a long one."""
        end = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, ["--file" if a == "-f" else a for a in args[:end]] + args[end:])


#: What is appended to the name of a file for its copy.
BACKUP = ".bak"


def files_and_paths(
    arguments: tuple[str, ...], files: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the files and the other arguments: without `-f`, the first argument is the file."""
    if files:
        return files, arguments
    if len(arguments) < 2:
        raise click.UsageError("name a file and at least one path", click.get_current_context())
    return arguments[:1], arguments[1:]


@contextlib.contextmanager
def usage() -> Iterator[None]:
    """Turn a bad path, or a bad value, into a usage error: status 2."""
    try:
        yield
    except PathError as error:
        raise click.UsageError(printable(str(error)), click.get_current_context()) from error


def open_file(name: str, schema: Named | None) -> Snapshot[Any]:
    """Load a file; its parts are decoded when they are looked at."""
    format_ = None if schema is None else schema.format
    data = read_file(name, format_)
    with errors_in(shown_name(name), partial(content_of, data, format_)):
        return open_lazily(data, format_)


def change_options(command: Any) -> Any:
    """Add the options of a command that changes files."""
    for option in reversed(
        (
            click.option(
                "-f", "--file", "files", multiple=True, type=InputFile(), help="A file; repeatable."
            ),
            click.option("-o", "--output", metavar="OUT", type=OutputFile(), help="Write to another file."),
            click.option("-i", "--in-place", is_flag=True, help="Replace FILE, atomically."),
            click.option("--backup", is_flag=True, help=f"Keep the old file as FILE{BACKUP} first."),
            click.option("-n", "--dry-run", is_flag=True, help="Print what would change, and write nothing."),
            quiet_option,
            schema_option(),
        )
    ):
        command = option(command)
    return command


def change_files(
    files: tuple[str, ...],
    output: str | None,
    in_place: bool,
    backup: bool,
    dry_run: bool,
    quiet: bool,
    schema: Named | None,
    change: Callable[[Editor], None],
) -> None:
    """Change each file and report it; a file that fails stays as it is, and ends the run with status 1.

    A bad path or value is a usage error, before anything is written to that file.
    """
    context = click.get_current_context()
    if sum((output is not None, in_place, dry_run)) != 1:
        raise click.UsageError("say where to: -o OUT, --in-place, or --dry-run", context)
    if output is not None and len(files) > 1:
        raise click.UsageError("-o is for one file; --in-place for several", context)
    if backup and not in_place:
        raise click.UsageError("--backup belongs to --in-place", context)
    if in_place and STDIN in files:
        raise click.UsageError("standard input can't be changed in place; write to -o OUT", context)
    refuse_same_file(
        [sys.stdin if each == STDIN else each for each in files], [] if output in (None, "-") else [output]
    )
    once_from_standard_input(files)
    failed = refused = False
    for name in each_of(files, len(files), "files changed", quiet=quiet):
        try:
            _change(name, output, backup, dry_run, schema, change, alone=len(files) == 1, quiet=quiet)
        except click.UsageError as error:
            if len(files) == 1:
                raise
            print_error(f"error: {printable(name)}: {error.message}")
            refused = True
        except click.ClickException as error:
            if len(files) == 1:
                raise
            print_error(error.message)
            failed = True
        except SnapshotError as error:
            if len(files) == 1:
                raise
            print_error(f"error: {error.code}: {printable(str(error))}")
            failed = True
    context.exit(2 if refused else 1 if failed else 0)


def _change(
    name: str,
    output: str | None,
    backup: bool,
    dry_run: bool,
    schema: Named | None,
    change: Callable[[Editor], None],
    *,
    alone: bool,
    quiet: bool,
) -> None:
    editor = Editor(open_file(name, schema))
    with usage():
        change(editor)
    try:
        content = editor.snapshot.to_bytes()
    except EncodeError as error:
        raise click.UsageError(printable(str(error)), click.get_current_context()) from error
    for path, why in editor.warnings.items():
        print_error(f"warning: {'' if alone else f'{printable(name)}: '}{printable(path)}: {printable(why)}")
    if dry_run:
        lines = (f"{path}: {_shown(old)} -> {_shown(new)}" for path, old, new in editor.changes)
        write_text("".join(f"{printable(line)}\n" for line in (*([] if alone else [name]), *lines)))
        return
    if output is not None:
        if output == "-":
            write_bytes(content)
        else:
            write_all(output, content)
        return
    if backup:
        _keep(name)
    write_all(name, content)
    if not alone and not quiet:
        write_text(f"{printable(name)}: {len(editor.changes)} changed\n")


def _keep(name: str) -> None:
    """Copy a file to its backup; an older backup is not replaced."""
    kept = name + BACKUP
    if os.path.lexists(kept):
        raise click.UsageError(f"{printable(kept)} is there already", click.get_current_context())
    shutil.copy2(name, kept)


def _shown(value: Any) -> str:
    from snapformat.encodings.json.text import format_json

    text = format_json(value)
    return text if len(text) <= 200 else f"{text[:190]}..."


def split_assignment(text: str) -> tuple[str, str]:
    """Split `PATH=VALUE` at the first `=` that is in no brackets and no quotes of the path."""
    depth, quoted, position = 0, False, 0
    while position < len(text):
        character = text[position]
        if quoted:
            position += character == "\\"
            quoted = character != '"'
        elif character == '"':
            quoted = True
        elif character in "[<":
            depth += 1
        elif character in "]>":
            depth -= 1
        elif character == "=" and not depth:
            return text[:position], text[position + 1 :]
        position += 1
    raise click.UsageError(f"{printable(text)} is not PATH=VALUE", click.get_current_context())
