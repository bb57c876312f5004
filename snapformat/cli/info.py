"""`snapformat info`: identify and summarize a file."""

from __future__ import annotations

import json
from functools import partial

import click

from snapformat.cli._failure import errors_in, paragraph, print_error
from snapformat.cli._input import read_file, shown_name
from snapformat.cli._options import Named, content_of, file_argument, json_option, schema_option
from snapformat.cli._output import show_facts, write_text
from snapformat.cli._same_file import Command
from snapformat.inspect import Status, Summary, summarize
from snapformat.inspect.families import migration_note


@click.command(
    "info",
    cls=Command,
    examples=(
        "snapformat info vm.vmstate",
        "snapformat info vm.vmstate --json",
        "snapformat info - < vm.vmstate",
    ),
    status={
        0: "ok, or an intact file that no installed schema reads",
        1: "damaged, not a snapshot, or unreadable",
    },
)
@file_argument
@schema_option("--schema", metavar="SCHEMA", help="As for `dump`.")
@json_option
@click.pass_context
def command(ctx: click.Context, file: str, schema: Named | None, as_json: bool) -> None:
    """Identify FILE: architecture, version, schema, sizes, checksum, and the machine in it.

    `releases` lists the releases of the program that may have written the file, most likely first. The status
    is ok, damaged, unknown-version (an intact file that no installed schema reads) or not-a-snapshot; the
    condition is that of `verify`, which tells damaged files from those of another layout.
    """
    format_ = None if schema is None else schema.format
    data = read_file(file, format_)
    file = shown_name(file)
    with errors_in(file, partial(content_of, data, format_)):
        summary = summarize(data, format_)
    bad = summary.status in (Status.DAMAGED, Status.NOT_A_SNAPSHOT)
    if as_json:
        write_text(json.dumps({"file": file, **summary.to_json()}) + "\n")
    else:
        show_facts([("file", file), *_facts(summary)])
        if bad and summary.error is not None:
            summary.error.file = file
            print_error(paragraph(summary.error, content_of(data, summary.format)))
    ctx.exit(1 if bad else 0)


def _facts(summary: Summary) -> list[tuple[str, str]]:
    """Return the facts of the JSON form, flattened; other schemas that fit; the facts of the data."""
    facts: list[tuple[str, str]] = []
    is_bare = summary.format is not None and summary.format.is_bare
    for name, value in summary.to_json().items():
        if name in ("condition", "releases", "summary"):
            continue
        if is_bare and name in ("magic", "arch", "version", "checksum"):
            continue
        if name == "status":
            value = _status(summary)
        if isinstance(value, dict):
            facts += [(f"{name}_{part}", _text(inner)) for part, inner in value.items()]
        else:
            facts.append((name, _text(value)))
    if summary.format is not None and summary.format.compression is not None:
        facts.append(("compression", summary.format.compression))
    if summary.also:
        facts.append(("also_fits", ", ".join(format_.name for format_ in summary.also)))
    if summary.releases and not is_bare:
        facts.append(("releases", ", ".join(summary.releases)))
    if summary.recognized is not None:
        facts.append(("note", summary.recognized.note))
    if summary.format is not None and summary.format.note:
        facts.append(("note", summary.format.note))
    migrations = "" if summary.format is None else migration_note(summary.format)
    if migrations:
        facts.append(("migrations", migrations))
    return facts + summary.facts


def _status(summary: Summary) -> str:
    """Return the status, and the condition where that says more."""
    status, words = summary.status.value, summary.condition.words
    return status if words.replace(" ", "-") == status else f"{status} ({words})"


def _text(value: object) -> str:
    if value is None:
        return "unknown"
    return str(value).lower() if isinstance(value, bool) else str(value)
