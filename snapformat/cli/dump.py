"""`snapformat dump`: a file as JSON."""

from __future__ import annotations

import click

from snapformat.cli._failure import explained
from snapformat.cli._options import Named, file_argument, schema_option
from snapformat.cli._output import on_terminal, write_output
from snapformat.cli._same_file import Command, OutputFile
from snapformat.inspect import load_any, max_file_size
from snapformat.inspect.document import to_document
from snapformat.io import read_all
from snapformat.values import format_json


@click.command("dump", cls=Command)
@file_argument
@schema_option(
    "--schema",
    metavar="SCHEMA",
    help="A name that `schemas` lists, or its end; or MODULE:ATTRIBUTE, a SnapshotFormat or the data's class."
    " By default the file's header decides.",
)
@click.option(
    "--as",
    "form",
    type=click.Choice(["tagged", "serde", "decoded"]),
    default="tagged",
    show_default=True,
    help="tagged: what serde_json would lose (NaN, say) gets a tag that `build` reads; serde: it is an error;"
    " decoded: as tagged, and bytes that hold a C structure are shown by the names of its fields.",
)
@click.option("-o", "--output", metavar="OUT", type=OutputFile(), default="-", help="Write to a file.")
def command(file: str, schema: Named | None, form: str, output: str) -> None:
    r"""Print FILE as JSON: its schema, its header, and its data as serde_json prints them.

    `snapformat build` makes the same file of it again, in whichever form it is. OUT can't be FILE itself.
    Control characters and marks of direction in texts are escaped (\u009b); with `--as serde`, which is
    serde_json's to the letter, only where it is printed to a terminal.
    """
    format_ = None if schema is None else schema.format
    data = read_all(file, max_size=max_file_size() if format_ is None else format_.max_file_size)
    with explained(file, data):
        snapshot = load_any(data, format_)
        name = None if schema is None else schema.name
        document = to_document(snapshot, schema=name, serde=form == "serde", decoded=form == "decoded")
    # A terminal obeys characters that serde_json writes as they are: there it is not held to the letter.
    to_the_letter = form == "serde" and not (output == "-" and on_terminal())
    text = format_json(document, 1, serde=to_the_letter).encode() + b"\n"
    write_output(output, text)
