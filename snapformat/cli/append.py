"""`snapformat append`: append elements to sequences in files."""

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


@click.command(
    "append",
    cls=FilesCommand,
    examples=("snapformat append vm.vmstate 'kvm_state.kvm_cap_modifiers=\"!56\"' -o more",),
    status={
        1: "a bad file, which stays as it is",
        2: "a usage error, a bad path or a bad value; the file stays as it is",
    },
)
@click.argument("arguments", metavar="[FILE] PATH=VALUE...", nargs=-1, required=True)
@change_options
def command(arguments: tuple[str, ...], files: tuple[str, ...], **options: Any) -> None:
    """Append VALUE to the sequence at each PATH, and write the file with a new checksum.

    Options and values are those of `set`.
    """
    names, assignments = files_and_paths(arguments, files)
    pairs = [split_assignment(each) for each in assignments]

    def change(editor: Editor) -> None:
        for path, text in pairs:
            editor.append_text(path, text)

    change_files(names, change=change, **options)
