"""`snapformat remove`: remove parts of files."""

from __future__ import annotations

from typing import Any

import click

from snapformat.cli._editing import FilesCommand, change_files, change_options, files_and_paths
from snapformat.cli._failure import print_error
from snapformat.inspect.edit import Editor
from snapformat.printable import printable


@click.command(
    "remove",
    cls=FilesCommand,
    examples=(
        "snapformat remove vm.vmstate vm_info.boot_source.boot_args -o fewer.vmstate",
        "snapformat remove vm.vmstate 'vcpus[*].reg.FPSR' --missing-ok --dry-run",
    ),
    status={
        1: "a bad file, which stays as it is",
        2: "a usage error, a bad path or a bad value; the file stays as it is",
    },
)
@click.argument("arguments", metavar="[FILE] PATH...", nargs=-1, required=True)
@click.option(
    "--missing-ok", is_flag=True, help="A PATH that chooses no part is reported, and is not an error."
)
@change_options
def command(arguments: tuple[str, ...], files: tuple[str, ...], missing_ok: bool, **options: Any) -> None:
    """Remove the parts at each PATH, and write the file with a new checksum.

    Elements of sequences, entries of maps and registers of aarch64 are removed; an option becomes null.
    Options are those of `set`.

    `snapformat remove FILE 'vcpus[*].reg.FPSR' -o OUT` removes a register from all vCPUs, by Arm's name or
    by KVM's id: 'vcpus[*].reg["0x60200000001000d4"]'.
    """
    names, paths = files_and_paths(arguments, files)

    def change(editor: Editor) -> None:
        for path in paths:
            if not editor.remove(path, missing_ok=missing_ok):
                print_error(f"{printable(path)}: nothing to remove")

    change_files(names, change=change, **options)
