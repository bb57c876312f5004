"""`snapformat view`: write a page to look into a file."""

from __future__ import annotations

import click

from snapformat.cli._failure import paragraph, print_error
from snapformat.cli._input import read_file, shown_name
from snapformat.cli._options import Named, file_argument, schema_option
from snapformat.cli._output import write_output
from snapformat.cli._same_file import Command, OutputFile
from snapformat.inspect.annotate import annotate_all
from snapformat.inspect.page import view_page


@click.command(
    "view",
    cls=Command,
    examples=("snapformat view vm.vmstate -o vm.html",),
    status={
        1: "the file is damaged or unreadable",
    },
)
@file_argument
@schema_option()
@click.option("--raw", is_flag=True, help="Leave C structures as bytes.")
@click.option(
    "-o",
    "--output",
    metavar="PAGE.html",
    type=OutputFile(),
    required=True,
    help="Write to this file; - is standard output.",
)
@click.pass_context
def command(ctx: click.Context, file: str, schema: Named | None, raw: bool, output: str) -> None:
    """Write a page to look into FILE: the tree of its values beside its bytes.

    The page is one file, opens from a disk, and asks nothing of a network. A value selected in the tree is
    shown in the bytes, and the other way round. Search finds paths, values, and offsets such as @0x1f0. A
    file in bitcode has columns instead of values. Of a damaged file, all up to the failing byte.
    """
    format_ = None if schema is None else schema.format
    data = read_file(file, format_)
    found, failure = annotate_all(data, format_, c_structs=not raw)
    about = [] if format_ is None else [("schema", format_.name)]
    about = [*about, ("size", f"{len(data):,} bytes")]
    write_output(output, view_page(shown_name(file), data, found, about=about, failure=failure).encode())
    if failure is not None:
        failure.file = shown_name(file)
        print_error(paragraph(failure, data))
    ctx.exit(0 if failure is None else 1)
