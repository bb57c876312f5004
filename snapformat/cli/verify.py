"""`snapformat verify`: check whether files load."""

from __future__ import annotations

import json

import click

from snapformat.cli._failure import paragraph, print_error
from snapformat.cli._options import Named, content_of, json_option, schema_option
from snapformat.cli._output import show_lines, write_text
from snapformat.cli._same_file import Command, InputFile
from snapformat.errors import SnapshotError
from snapformat.inspect import Condition, Verdict, judge, max_file_size
from snapformat.io import read_all


@click.command("verify", cls=Command)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=InputFile())
@schema_option(
    "--as",
    "--schema",
    "release",
    metavar="RELEASE[/ARCH]",
    help="Check the files the way this release would, with its magic, version and order of checks; or the way"
    " of the format MODULE:ATTRIBUTE.",
)
@json_option
@click.pass_context
def command(ctx: click.Context, files: tuple[str, ...], release: Named | None, as_json: bool) -> None:
    """Check every FILE as the program that wrote it does when it loads the file.

    Without --as, the release is selected by the header of the file. The verdict is ok, or the error that
    the program reports: Io, Decode, InvalidMagic, InvalidFormatVersion or Crc64. In parentheses is the
    condition of the file: sound, of another release (which is not read); of another layout (the checksum
    matches, the data is not what the release in the header writes); damaged (the checksum does not match);
    not a snapshot; unreadable. Without --as, the error for a damaged file is Crc64 also where the program
    would report another one, because it does not know the version or decodes the data first.

    In JSON, condition is ok, other-release, other-layout, damaged, not-a-snapshot or unreadable. Exit status:
    0 if all files are ok, else 1.
    """
    verdicts: list[tuple[str, Verdict]] = []
    errors: list[str] = []
    for file in files:
        verdict, data = _judge(file, release)
        verdicts.append((file, verdict))
        if verdict.error is not None and not as_json:
            verdict.error.file = file
            errors.append(paragraph(verdict.error, data))
    if as_json:
        write_text(json.dumps([_row(file, verdict) for file, verdict in verdicts]) + "\n")
    else:
        show_lines([(file, _words(verdict)) for file, verdict in verdicts], ("file", "verdict"))
    for text in errors:
        print_error(text)
    ctx.exit(0 if all(verdict.ok for _, verdict in verdicts) else 1)


def _judge(file: str, release: Named | None) -> tuple[Verdict, bytes | None]:
    """Return the verdict on a file, and the bytes that its offset refers to."""
    format_ = None if release is None else release.format
    try:
        data = read_all(file, max_size=max_file_size() if format_ is None else format_.max_file_size)
    except SnapshotError as error:
        return Verdict(format_, error, Condition.UNREADABLE), None
    return judge(data, format_), content_of(data, format_)


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
