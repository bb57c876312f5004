"""`snapformat remove`: remove parts of files."""

from __future__ import annotations

from typing import Any

import click

from snapformat.cli._editing import FilesCommand, change_files, change_options, files_and_paths
from snapformat.inspect.edit import Editor


@click.command("remove", cls=FilesCommand)
@click.argument("arguments", metavar="[FILE] PATH...", nargs=-1, required=True)
@change_options
def command(arguments: tuple[str, ...], files: tuple[str, ...], **options: Any) -> None:
    """Remove the parts at each PATH, and write the file with a new checksum.

    Elements of sequences and entries of maps are removed; an option becomes null. Options and exit status
    are those of `set`.
    """
    names, paths = files_and_paths(arguments, files)

    def change(editor: Editor) -> None:
        for path in paths:
            editor.remove(path)

    change_files(names, change=change, **options)
