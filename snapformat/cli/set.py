"""`snapformat set`: replace values in files."""

from __future__ import annotations

from typing import Any

import click

from snapformat.cli._editing import (
    FilesCommand,
    change_files,
    change_options,
    files_and_paths,
    split_assignment,
)
from snapformat.inspect.edit import Editor


@click.command("set", cls=FilesCommand)
@click.argument("arguments", metavar="[FILE] PATH=VALUE...", nargs=-1, required=True)
@change_options
def command(arguments: tuple[str, ...], files: tuple[str, ...], **options: Any) -> None:
    """Replace the value at each PATH, and write the file with a new checksum.

    All else stays byte for byte. A VALUE is read by the type of the part: text as it is; integers in decimal,
    hexadecimal (0x1f) or as a size (2GiB); true and false; the name of a variant; null for no value; bytes as
    0x and digits; or JSON, as `get --json` prints it. PATHs are those of `get`. Exit status: 1 for a bad
    file, 2 for a bad path or value; nothing is written then.
    """
    names, assignments = files_and_paths(arguments, files)
    pairs = [split_assignment(each) for each in assignments]

    def change(editor: Editor) -> None:
        for path, text in pairs:
            editor.set_text(path, text)

    change_files(names, change=change, **options)
