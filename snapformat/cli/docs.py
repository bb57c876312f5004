"""`snapformat docs`: the reference manual of formats, made from their schemas."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

import click

from snapformat.cli._failure import tell
from snapformat.cli._output import write_text
from snapformat.cli._same_file import Command, FileName, InputFile, refuse_same_file
from snapformat.errors import SchemaError
from snapformat.model.declare.registry import is_reference
from snapformat.printable import printable

#: Status where `--check` finds a difference.
STALE = 1


@click.command("docs", cls=Command)
@click.argument("schemas", metavar="[SCHEMA]...", nargs=-1)
@click.option("-o", "--output", metavar="DIR", type=FileName(), help="Folder to write to.")
@click.option(
    "--check", metavar="DIR", type=FileName(), help="Write nothing; compare, and end with 1 if DIR differs."
)
@click.option(
    "--format",
    "outputs",
    type=click.Choice(["html", "markdown", "json"]),
    multiple=True,
    default=("html",),
    show_default=True,
    help="What to make; may be repeated.",
)
@click.option(
    "--sample",
    "samples",
    metavar="FILE",
    type=InputFile(),
    multiple=True,
    help="A file of one of the formats, from which types get an example; may be repeated.",
)
@click.option(
    "--templates", metavar="DIR", type=FileName(), help="Folder of Jinja2 templates that come before our own."
)
@click.option("--title", metavar="TEXT", help="Title of the whole.")
def command(
    schemas: tuple[str, ...],
    output: str | None,
    check: str | None,
    outputs: tuple[str, ...],
    samples: tuple[str, ...],
    templates: str | None,
    title: str | None,
) -> None:
    """Make the reference manual of SCHEMAs: what every byte is, with offsets, sizes, diagrams and history.

    A SCHEMA is a name that `schemas` lists, its beginning or its end; or MODULE:ATTRIBUTE: a SnapshotFormat,
    a list of them, or a type of data. By default all that `schemas` lists is documented. MODULE:ATTRIBUTE
    runs the code of that module, also of one in the working folder: trust it.
    """
    if (output is None) == (check is None):
        raise click.UsageError("say either -o DIR or --check DIR")
    if any(is_reference(schema) for schema in schemas):
        # As `python -m` does, so that a module beside the file is found; at the end, where it hides nothing.
        with contextlib.suppress(OSError):  # a working folder that is gone
            sys.path.append(os.getcwd())
    try:
        # Here and not above: the command line can be installed without Jinja2.
        from snapformat.docs import build
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("jinja2", "markupsafe"):
            raise
        raise click.UsageError("documents need Jinja2: install snapformat[docs]") from error
    try:
        built = build(schemas, outputs=outputs, samples=samples, templates=templates, title=title)
    except SchemaError as error:
        raise click.BadParameter(str(error), param_hint="SCHEMA") from error
    if output is not None:
        read = [*samples, *(() if templates is None else _files_in(templates))]
        refuse_same_file(read, [os.path.join(output, name) for name in built.files])
        built.write(output)
        write_text(f"{len(built.files)} files in {printable(str(output))}\n")
        return
    assert check is not None  # one of the two was said
    differences = built.differences(check)
    for line in differences:
        tell(f"{printable(check)}/{printable(line)}")
    if differences:
        raise click.exceptions.Exit(STALE)


def _files_in(folder: str) -> Iterator[str]:
    for path, _, names in os.walk(folder):
        yield from (os.path.join(path, name) for name in names)
