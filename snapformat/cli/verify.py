"""`snapformat verify`: check whether files load."""

from __future__ import annotations

import json

import click

from snapformat.cli._failure import paragraph, print_error
from snapformat.cli._input import once_from_standard_input, read_file, shown_name
from snapformat.cli._options import Named, content_of, json_option, schema_option
from snapformat.cli._output import show_lines, write_text
from snapformat.cli._progress import each_of
from snapformat.cli._same_file import Command, InputFile
from snapformat.errors import SnapshotError
from snapformat.inspect import (
    Condition,
    Finding,
    Verdict,
    deep_findings,
    has_deep_checks,
    judge,
)


@click.command(
    "verify",
    cls=Command,
    examples=(
        "snapformat verify *.vmstate",
        "snapformat verify --schema 1.14 vm.vmstate",
        "snapformat verify --deep --quiet *.vmstate",
    ),
    status={
        0: "all files are ok, and have no finding",
        1: "a file is not ok, or has a finding",
    },
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=InputFile(dash=True))
@schema_option(
    help="Check the files the way this release would, with its magic, version and order of checks: a name"
    " that `schemas` lists, or its end, such as 1.14; or MODULE:ATTRIBUTE, as for `dump`.",
    former="--as",
)
@click.option(
    "--deep", is_flag=True, help="Also check values against each other, where the format has checks."
)
@click.option("-q", "--quiet", is_flag=True, help="Print only files that are not ok, or have findings.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    schema: Named | None,
    deep: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Check every FILE as the program that wrote it does when it loads the file.

    Without --schema, the release is selected by the header of the file. The verdict is ok, or the error that
    the program reports: Io, Decode, InvalidMagic, InvalidFormatVersion or Crc64. In parentheses is the
    condition of the file: sound, of another release (which is not read); of another layout (the checksum
    matches, the data is not what the release in the header writes); damaged (the checksum does not match);
    not a snapshot; unreadable. Without --schema, the error for a damaged file is Crc64 also where the program
    would report another one, because it does not know the version or decodes the data first.

    With --deep, files that load are also checked for values with which the program refuses the file all the
    same, or with which the guest dies, loses a device (fatal) or a notification (warning) after a restore.

    In JSON, condition is ok, other-release, other-layout, damaged, not-a-snapshot or unreadable; with --deep,
    findings is a list of path, message, severity and rule, or null for a file that does not load.
    """
    verdicts: list[tuple[str, Verdict]] = []
    found: list[list[Finding] | None] = []
    errors: list[str] = []
    once_from_standard_input(files)
    for file in each_of(files, len(files), "files verified", quiet=quiet):
        verdict, data = _judge(file, schema)
        file = shown_name(file)
        verdicts.append((file, verdict))
        found.append(_findings(verdict, data) if deep else [])
        if verdict.error is not None and not as_json:
            verdict.error.file = file
            content = None if data is None else content_of(data, None if schema is None else schema.format)
            errors.append(paragraph(verdict.error, content))
    if as_json:
        rows = [_row(file, verdict) for file, verdict in verdicts]
        if deep:
            for row, findings in zip(rows, found, strict=True):
                row["findings"] = None if findings is None else [each.to_json() for each in findings]
        write_text(json.dumps(rows) + "\n")
    else:
        lines: list[tuple[str, str]] = []
        for (file, verdict), findings in zip(verdicts, found, strict=True):
            if quiet and verdict.ok and not findings:
                continue
            lines.append((file, _words(verdict) + (_count(verdict, findings) if deep else "")))
            lines += [(f"  {each.path}", _describe(each)) for each in findings or ()]
        if lines:
            show_lines(lines, ("file", "verdict"))
    for text in errors:
        print_error(text)
    ctx.exit(0 if all(verdict.ok for _, verdict in verdicts) and not any(found) else 1)


def _findings(verdict: Verdict, data: bytes | None) -> list[Finding] | None:
    """Return the findings of a file; None if it does not load."""
    if not verdict.ok or verdict.format is None or data is None:
        return None
    return deep_findings(verdict.format.load(data))


def _count(verdict: Verdict, findings: list[Finding] | None) -> str:
    if findings is None or verdict.format is None:
        return ""
    if not has_deep_checks(verdict.format):
        return f", {verdict.format.name} has no deep checks"
    number = len(findings)
    return "" if not number else f", {number} finding{'s'[: number > 1]}"


def _describe(finding: Finding) -> str:
    return f"{finding.severity.value}: {finding.message} ({finding.rule})"


def _judge(file: str, schema: Named | None) -> tuple[Verdict, bytes | None]:
    """Return the verdict on a file, and its bytes."""
    format_ = None if schema is None else schema.format
    try:
        data = read_file(file, format_)
    except SnapshotError as error:
        return Verdict(format_, error, Condition.UNREADABLE), None
    return judge(data, format_), data


def _row(file: str, verdict: Verdict) -> dict[str, object]:
    return {
        "file": file,
        "ok": verdict.ok,
        "error": verdict.code,
        "path": verdict.path,
        "offset": verdict.offset,
        "message": verdict.message,
        "condition": verdict.condition.value,
    }


def _words(verdict: Verdict) -> str:
    """Return the class of the error, and the condition in words."""
    words = verdict.condition.words
    return words if verdict.ok else f"{verdict.code} ({words})"
