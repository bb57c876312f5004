"""`snapformat docs`: generate the reference manual of formats from their schemas."""

from __future__ import annotations

import os
from collections.abc import Iterator

import click

from snapformat.cli._failure import print_error
from snapformat.cli._options import working_folder
from snapformat.cli._output import write_text
from snapformat.cli._progress import hide, quiet_option, reporter
from snapformat.cli._same_file import Command, FileName, InputFile, refuse_same_file
from snapformat.errors import SchemaError
from snapformat.model.declare.registry import import_reference, is_reference
from snapformat.printable import printable

#: Status if `--check` finds a difference.
STALE = 1


@click.command(
    "docs",
    cls=Command,
    examples=(
        "snapformat docs -o manual",
        "snapformat docs 1.14/x86_64 --format markdown --sample vm.vmstate -o manual",
        "snapformat docs 1.14/x86_64 --format markdown --check manual",
    ),
    status={
        1: "a bad file, a failure, or a difference found by --check",
    },
)
@click.argument("schemas", metavar="[SCHEMA]...", nargs=-1)
@click.option("-o", "--output", metavar="DIR", type=FileName(), help="Folder to write to.")
@click.option(
    "--check",
    metavar="DIR",
    type=FileName(),
    help="Compare with DIR instead of writing; exit with status 1 if it differs.",
)
@click.option(
    "--format",
    "outputs",
    type=click.Choice(["html", "markdown", "json"]),
    multiple=True,
    default=("html",),
    show_default=True,
    help="Output format; may be repeated.",
)
@click.option(
    "--sample",
    "samples",
    metavar="FILE",
    type=InputFile(),
    multiple=True,
    help="A file of one of the formats, used for the examples of types; may be repeated.",
)
@click.option(
    "--templates",
    metavar="DIR",
    type=FileName(),
    help="Folder of Jinja2 templates that override the default ones.",
)
@quiet_option
@click.option("--title", metavar="TEXT", help="Title of the manual.")
def command(
    schemas: tuple[str, ...],
    output: str | None,
    check: str | None,
    outputs: tuple[str, ...],
    samples: tuple[str, ...],
    templates: str | None,
    title: str | None,
    quiet: bool,
) -> None:
    """Generate the reference manual of SCHEMAs: the offset and size of every field, diagrams and history.

    A SCHEMA is a name that `schemas` lists, its beginning or its end; or MODULE:ATTRIBUTE: a SnapshotFormat,
    a list of them, or a type of data. By default all schemas that `schemas` lists are documented.
    MODULE:ATTRIBUTE runs the code of the module, also of one in the working directory: only name modules
    that you trust.
    """
    if (output is None) == (check is None):
        raise click.UsageError("give either -o DIR or --check DIR")
    if "-" in samples:
        raise click.UsageError("the manual names its samples, and standard input has no name: name a file")
    try:
        with working_folder(*schemas):
            for name in filter(is_reference, schemas):
                import_reference(name)
    except SchemaError as error:
        raise click.BadParameter(str(error), param_hint="SCHEMA") from error
    try:
        # Jinja2 is optional.
        from snapformat.docs import build
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in ("jinja2", "markupsafe"):
            raise
        raise click.UsageError("the command docs needs Jinja2: install snapformat[docs]") from error
    try:
        built = build(
            schemas,
            outputs=outputs,
            samples=samples,
            templates=templates,
            title=title,
            progress=reporter(quiet=quiet),
        )
    except SchemaError as error:
        raise click.BadParameter(str(error), param_hint="SCHEMA") from error
    finally:
        hide()
    if output is not None:
        read = [*samples, *(() if templates is None else _files_in(templates))]
        refuse_same_file(read, [os.path.join(output, name) for name in built.files])
        built.write(output)
        if not quiet:
            write_text(f"{len(built.files)} files in {printable(str(output))}\n")
        return
    assert check is not None  # checked above
    differences = built.differences(check)
    for line in differences:
        print_error(f"{printable(check)}/{printable(line)}")
    if differences:
        raise click.exceptions.Exit(STALE)


def _files_in(folder: str) -> Iterator[str]:
    for path, _, names in os.walk(folder):
        yield from (os.path.join(path, name) for name in names)
