"""`snapformat build`: make a file from JSON."""

from __future__ import annotations

import click

from snapformat.cli._failure import errors_in
from snapformat.cli._input import shown_name, source_of
from snapformat.cli._options import Named, schema_option
from snapformat.cli._output import write_output
from snapformat.cli._same_file import Command, InputFile, OutputFile
from snapformat.errors import DecodeError, SchemaError
from snapformat.inspect import named_format
from snapformat.inspect.document import from_document, schema_of
from snapformat.io import read_all
from snapformat.model.declare.registry import is_reference
from snapformat.snapshot import SnapshotFormat
from snapformat.values import parse_json

#: Maximum size of the JSON in bytes: data within the limits of a format prints as far less.
MAX_JSON_SIZE = 1 << 30


@click.command(
    "build",
    cls=Command,
    examples=(
        "snapformat build vm.json -o built.vmstate",
        "snapformat build vm.json -o - | snapformat verify -",
    ),
)
@click.argument("json_file", metavar="JSON", type=InputFile(dash=True))
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=OutputFile(),
    required=True,
    help="File to write; - for standard output.",
)
@schema_option(
    help="A name that `schemas` lists, or its end; or MODULE:ATTRIBUTE. By default the schema that the JSON"
    " names.",
)
def command(json_file: str, output: str, schema: Named | None) -> None:
    """Make a snapshot file from JSON (- for standard input) as printed by `snapformat dump`.

    The file is replaced atomically. It must not be the input file.
    """
    text = read_all(source_of(json_file), max_size=MAX_JSON_SIZE)
    with errors_in(shown_name(json_file)):
        document = parse_json(text)
        snapshot = from_document(document, _chosen(document) if schema is None else schema.format)
        content = snapshot.to_bytes()
    write_output(output, content)


def _chosen(document: object) -> SnapshotFormat:
    """Return the format that the JSON names."""
    name = schema_of(document)
    if name is None:
        raise DecodeError("no schema is named", path="$.schema", hint="name one with --schema")
    if is_reference(name):
        # Importing a module runs its code, so a name in untrusted JSON must not cause it.
        raise DecodeError(
            "this schema has to be imported from a module",
            path="$.schema",
            found=name,
            hint=f"allow it with --schema {name}",
        )
    try:
        return named_format(name)[1]
    except SchemaError as error:
        raise DecodeError(str(error), path="$.schema") from error
