"""`snapformat dump`: print a file as JSON."""

from __future__ import annotations

from functools import partial

import click

from snapformat.cli._failure import errors_in
from snapformat.cli._input import read_file, shown_name
from snapformat.cli._options import Named, content_of, file_argument, form_option, schema_option
from snapformat.cli._output import on_terminal, write_output
from snapformat.cli._same_file import Command, OutputFile
from snapformat.inspect import load_any
from snapformat.inspect.document import to_document
from snapformat.values import format_json


@click.command(
    "dump",
    cls=Command,
    examples=(
        "snapformat dump vm.vmstate",
        "snapformat dump vm.vmstate --format decoded -o vm.json",
        "snapformat dump vm.vmstate | snapformat build - -o same.vmstate",
    ),
)
@file_argument
@schema_option(
    help="A name that `schemas` lists, or its end; or MODULE:ATTRIBUTE, a SnapshotFormat or the class of the"
    " data. By default the schema is selected by the header of the file.",
)
@form_option(
    "tagged",
    "serde",
    "decoded",
    help="serde: JSON exactly as serde_json prints it. It fails on values that serde_json can't restore, such"
    " as NaN, and tools that hold numbers as doubles, such as jq, silently change its integers beyond 2^53."
    " tagged: such values are marked and such integers are text, in hexadecimal for addresses and registers,"
    " so that `build` restores them. decoded: like tagged, with fields of C structures instead of bytes.",
)
@click.option("-o", "--output", metavar="OUT", type=OutputFile(), default="-", help="Write to a file.")
def command(file: str, schema: Named | None, form: str, output: str) -> None:
    r"""Print FILE as JSON: its schema, its header, and its data in the form of serde_json.

    `snapformat build` makes the same file from any of the three forms. OUT must not be FILE. Control
    characters and bidirectional marks in text are escaped (\u009b); `--format serde`, which prints exactly
    what serde_json prints, escapes them on a terminal only.
    """
    format_ = None if schema is None else schema.format
    data = read_file(file, format_)
    with errors_in(shown_name(file), partial(content_of, data, format_)):
        snapshot = load_any(data, format_)
        name = None if schema is None else schema.name
        exact, decoded = form == "serde", form == "decoded"
        document = to_document(snapshot, schema=name, serde=exact, decoded=decoded, portable=not exact)
    # serde_json does not escape characters that control a terminal, so there its exact form is unsafe.
    exact = form == "serde" and not (output == "-" and on_terminal())
    text = format_json(document, 1, serde=exact).encode() + b"\n"
    write_output(output, text)
