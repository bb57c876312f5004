"""`snapformat info`: identify and summarize a file."""

from __future__ import annotations

import json
from functools import partial

import click

from snapformat.cli._failure import Failure, errors_in, paragraph, print_error
from snapformat.cli._input import once_from_standard_input, read_file, shown_name
from snapformat.cli._options import Named, content_of, json_option, schema_option
from snapformat.cli._output import show_facts, show_table, write_text
from snapformat.cli._same_file import Command, InputFile
from snapformat.inspect import Status, Summary, summarize
from snapformat.inspect.families import migration_note
from snapformat.snapshot import SnapshotFormat


@click.command(
    "info",
    cls=Command,
    examples=(
        "snapformat info vm.vmstate",
        "snapformat info *.vmstate",
        "snapformat info vm.vmstate --json",
        "snapformat info - < vm.vmstate",
    ),
    status={
        0: "ok, or an intact file that no installed schema reads",
        1: "a file is damaged, not a snapshot, or unreadable",
    },
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=InputFile(dash=True))
@schema_option()
@json_option
@click.pass_context
def command(ctx: click.Context, files: tuple[str, ...], schema: Named | None, as_json: bool) -> None:
    """Identify FILE: architecture, version, schema, sizes, checksum, and the machine in it.

    `releases` lists the releases of the program that may have written the file, most likely first. The status
    is ok, damaged, unknown-version (an intact file that no installed schema reads) or not-a-snapshot; the
    condition is that of `verify`, which tells damaged files from those of another layout.

    Several files are a table, a row each; in JSON, a line each.
    """
    format_ = None if schema is None else schema.format
    once_from_standard_input(files)
    rows: list[tuple[str, ...]] = []
    errors: list[str] = []
    is_bad = False
    for file in files:
        name = shown_name(file)
        try:
            summary, error = _summary(file, format_)
        except Failure as failure:
            if len(files) == 1:
                raise
            # One bad file must not hide the others.
            is_bad = True
            errors.append(failure.message)
            if as_json:
                write_text(json.dumps({"file": name, "status": "unreadable"}) + "\n")
            rows.append((name, "unreadable", "-", "-", "-", "-"))
            continue
        is_bad |= summary.status in (Status.DAMAGED, Status.NOT_A_SNAPSHOT)
        if error is not None and not as_json:
            errors.append(error)
        if as_json:
            write_text(json.dumps({"file": name, **summary.to_json()}) + "\n")
        elif len(files) == 1:
            show_facts([("file", name), *_facts(summary)])
        else:
            rows.append(_row(name, summary))
    if rows and not as_json:
        show_table(("file", "status", "releases", "schema", "version", "size"), rows)
    for text in errors:
        print_error(text)
    ctx.exit(1 if is_bad else 0)


def _summary(file: str, format: SnapshotFormat | None) -> tuple[Summary, str | None]:
    """Return the summary of a file, and the text of its error.

    Raises:
        Failure: It can't be read.
    """
    name = shown_name(file)
    with errors_in(name):
        data = read_file(file, format)
    with errors_in(name, partial(content_of, data, format)):
        summary = summarize(data, format)
    bad = summary.status in (Status.DAMAGED, Status.NOT_A_SNAPSHOT)
    if not bad or summary.error is None:
        return summary, None
    summary.error.file = name
    return summary, paragraph(summary.error, content_of(data, summary.format))


def _row(name: str, summary: Summary) -> tuple[str, ...]:
    """Return the row of one of several files."""
    facts = summary.to_json()
    schema = "-" if summary.format is None else summary.format.name
    releases = _releases(summary) or "-"
    version = facts.get("version")
    return (
        name,
        _status(summary),
        releases,
        schema,
        "-" if version is None else str(version),
        str(facts["size"]),
    )


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
    releases = _releases(summary)
    if releases:
        facts.append(("releases", releases))
    if summary.format is not None and summary.format.note:
        facts.append(("note", summary.format.note))
    if summary.recognized is not None:
        facts.append(("note", summary.recognized.note))
    elif summary.format is None and summary.status is Status.UNKNOWN_VERSION and summary.error is not None:
        facts.append(("note", "; ".join(filter(None, (summary.error.message, summary.error.hint)))))
    migrations = "" if summary.format is None else migration_note(summary.format)
    if migrations:
        facts.append(("migrations", migrations))
    return facts + summary.facts


def _releases(summary: Summary) -> str:
    """Return the releases that may have written the file; a format of no release has only its name."""
    format_, found = summary.format, summary.releases
    is_of_none = format_ is not None and format_.release is None and found == (format_.name,)
    return "" if is_of_none else ", ".join(found)


def _status(summary: Summary) -> str:
    """Return the status, and the condition where that says more."""
    status, words = summary.status.value, summary.condition.words
    return status if words.replace(" ", "-") == status else f"{status} ({words})"


def _text(value: object) -> str:
    if value is None:
        return "unknown"
    return str(value).lower() if isinstance(value, bool) else str(value)
