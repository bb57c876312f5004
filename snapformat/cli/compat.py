"""`snapformat compat`: whether two versions of a format read each other's files."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from snapformat.cli._options import Named, json_option, schema_argument
from snapformat.cli._output import show_table, write_text
from snapformat.cli._same_file import Command
from snapformat.errors import SchemaError
from snapformat.migrate.compatibility import Classified, Compatibility, Direction, compare
from snapformat.printable import printable

#: Maximum number of misreadings that are printed for a direction.
_MOST_SHOWN = 10


@click.command(
    "compat",
    cls=Command,
    examples=(
        "snapformat compat 1.13/x86_64 1.14/x86_64",
        "snapformat compat 1.13/x86_64 1.14/x86_64 --json",
    ),
    status={
        0: "the versions are compatible",
        1: "the versions are not compatible",
        2: "a usage error, or a schema that can't be used",
    },
)
@schema_argument("old")
@schema_argument("new")
@click.option("--forward", is_flag=True, help="Also demand that programs of OLD read the files of NEW.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing: the exit status tells.")
@json_option
@click.pass_context
def command(ctx: click.Context, old: Named, new: Named, forward: bool, quiet: bool, as_json: bool) -> None:
    """Compare two versions of a format: does a program of each read the files of the other?

    OLD and NEW are names of schemas (`snapformat schemas`), or MODULE:ATTRIBUTE, which runs the code of the
    module: only name modules that you trust.

    Prints every change of a type with what it does, what becomes of the files, and the lowest version number
    that the change demands by the rule of the format.

    They are compatible if programs of NEW read old files, as they are or by its steps, and no program takes a
    file for one of the other version.
    """
    for each in (old.format, new.format):
        if each.payload is None:
            raise click.UsageError(f"{printable(each.name)} declares no payload to compare", ctx)
    try:
        found = compare(old.format, new.format)
    except SchemaError as error:
        raise click.UsageError(printable(f"they can't be compared: {error}"), ctx) from error
    is_fine = found.is_compatible and (not forward or found.forward.outcome == "read")
    if as_json:
        write_text(json.dumps(found.to_plain() | {"compatible": is_fine}) + "\n")
    elif not quiet:
        if found.changes:
            head = ("change", "by the new version", "by the old version")
            show_table(head, [_row(each) for each in found.changes], prose=True)
        write_text("\n".join(_lines(found, is_fine)) + "\n")
    ctx.exit(0 if is_fine else 1)


def _row(each: Classified) -> tuple[str, str, str]:
    change = each.change
    name = change.type if change.member is None else f"{change.type}.{change.member}"
    values = " -> ".join(filter(None, (change.before, change.after)))
    text = f"{change.action} {name}" + (f": {values}" if values else "")
    old, new = ("read" if is_read else "not read" for is_read in (each.backward, each.forward))
    return text, f"old files {old}", f"new files {new}"


_OLD = {
    "read": "programs of the new version read them",
    "migrated": "programs of the new version read them by its steps, with upgrade",
    "refused": "programs of the new version refuse them, and no steps lead from them",
    "misread": "programs of the new version accept their version, and misread them",
}
_NEW = {
    "read": "programs of the old version read them",
    "refused": "programs of the old version refuse them",
    "misread": "programs of the old version accept their version, and misread them",
}


def _lines(found: Compatibility, is_fine: bool) -> Iterator[str]:
    yield f"old files ({found.old.version}): {_OLD[found.backward.outcome]}"
    if found.backward.outcome in ("refused", "misread"):
        yield from _misreadings(found.backward)
    yield f"new files ({found.new.version}): {_NEW[found.forward.outcome]}"
    if found.forward.outcome == "misread":
        yield from _misreadings(found.forward)
    demanded = "another rule: all numbers are accepted" if found.demanded is None else str(found.demanded)
    state = "fits" if found.fits else "does not fit"
    yield f"version: the change demands {demanded}; {found.new.version} {state}"
    yield "compatible" if is_fine else "not compatible"


def _misreadings(direction: Direction) -> Iterator[str]:
    for each in direction.misreadings[:_MOST_SHOWN]:
        yield f"  {each}"
    if len(direction.misreadings) > _MOST_SHOWN:
        yield f"  and {len(direction.misreadings) - _MOST_SHOWN} more"
