"""`snapformat get`: print parts of files."""

from __future__ import annotations

import json

import click

from snapformat.cli._editing import FilesCommand, files_and_paths, open_file, usage
from snapformat.cli._input import once_from_standard_input, shown_name
from snapformat.cli._options import Named, schema_option
from snapformat.cli._output import on_terminal, write_text
from snapformat.cli._progress import each_of
from snapformat.cli._same_file import InputFile
from snapformat.inspect.locations import Location
from snapformat.inspect.query import number_of, select, text_of
from snapformat.printable import printable


@click.command(
    "get",
    cls=FilesCommand,
    examples=(
        "snapformat get vm.vmstate vm_info.mem_size_mib",
        "snapformat get vm.vmstate drives.rootfs.path 'vcpus[0].rip'",
        "snapformat get --hex --paths vm.vmstate 'vcpus[*].regs'",
        "snapformat get -f vm.vmstate -f new.vmstate vm_info.smt",
    ),
    status={
        2: "a usage error, or a bad path",
    },
)
@click.argument("arguments", metavar="[FILE] PATH...", nargs=-1, required=True)
@click.option("-f", "--file", "files", multiple=True, type=InputFile(), help="A file; may be repeated.")
@schema_option()
@click.option("--json", "as_json", is_flag=True, help="Print each value as one line of JSON; `set` takes it.")
@click.option("--hex", "in_hex", is_flag=True, help="Print integers in hexadecimal.")
@click.option("-p", "--paths", is_flag=True, help="Print `path = value`.")
def command(
    arguments: tuple[str, ...],
    files: tuple[str, ...],
    schema: Named | None,
    as_json: bool,
    in_hex: bool,
    paths: bool,
) -> None:
    """Print the parts of FILE that each PATH chooses, a line a value.

    A PATH names what `dump --format decoded` shows: vm_info.mem_size_mib, vcpu_states[0].regs.rip,
    $header.version; `..name` finds a name at any depth, `[*]` takes all elements, `[id=rootfs]` those with
    this field. Text is printed as it is, integers in decimal, all else as JSON. With -f there may be several
    files, whose names are printed before the values.
    """
    names, chosen = files_and_paths(arguments, files)
    lines = []
    once_from_standard_input(names)
    for name in each_of(names, len(names), "files read"):
        snapshot = open_file(name, schema)
        with usage():
            found = [each for path in chosen for each in select(snapshot, path)]
            for each in found:
                text = _text(each, as_json=as_json, in_hex=in_hex)
                text = f"{each.path} = {text}" if paths else text
                lines.append(f"{shown_name(name)}: {text}" if len(names) > 1 else text)
    if on_terminal():
        lines = [*map(printable, lines)]
    write_text("".join(f"{line}\n" for line in lines))


def _text(each: Location, *, as_json: bool, in_hex: bool) -> str:
    if as_json:
        return json.dumps(each.to_json(), ensure_ascii=False)
    number = number_of(each) if in_hex else None
    return text_of(each) if number is None else hex(number)
