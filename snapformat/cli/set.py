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


@click.command(
    "set",
    cls=FilesCommand,
    examples=(
        "snapformat set vm.vmstate drives.rootfs.path=/srv/new.ext4 -o moved.vmstate",
        "snapformat set vm.vmstate vm_info.smt=true --dry-run",
        "snapformat set -f vm.vmstate -f new.vmstate vm_info.smt=true -i --backup",
    ),
    status={
        1: "a bad file, which stays as it is",
        2: "a usage error, a bad path or a bad value; the file stays as it is",
    },
)
@click.argument("arguments", metavar="[FILE] PATH=VALUE...", nargs=-1, required=True)
@change_options
def command(arguments: tuple[str, ...], files: tuple[str, ...], **options: Any) -> None:
    """Replace the value at each PATH, and write the file with a new checksum.

    All else stays byte for byte. A VALUE is read by the type of the part: text as it is; integers in decimal,
    hexadecimal (0x1f) or as a size (2GiB); true and false; the name of a variant; null for no value; bytes as
    0x and digits; or JSON, as `get --json` prints it. PATHs are those of `get`.
    """
    names, assignments = files_and_paths(arguments, files)
    pairs = [split_assignment(each) for each in assignments]

    def change(editor: Editor) -> None:
        for path, text in pairs:
            editor.set_text(path, text)

    change_files(names, change=change, **options)
