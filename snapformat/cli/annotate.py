"""`snapformat annotate`: print what the bytes of a file mean."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

import click

from snapformat.cli._editing import usage
from snapformat.cli._failure import paragraph, print_error
from snapformat.cli._input import read_file, shown_name
from snapformat.cli._options import Named, content_of, file_argument, form_option, schema_option
from snapformat.cli._output import show_table, write_text
from snapformat.cli._same_file import Command
from snapformat.errors import SnapshotError
from snapformat.inspect.annotate import Annotation, annotate_all, check_path, value_text, within
from snapformat.inspect.identify import format_of
from snapformat.inspect.locations import PathError
from snapformat.path import parse_path

_COLUMN = ("offset", "size", "kind", "count", "packing", "path")
_VALUE = ("offset", "size", "kind", "path", "value")
#: Maximum number of bytes shown in a row.
_SHOWN = 8


@click.command(
    "annotate",
    cls=Command,
    examples=(
        "snapformat annotate vm.vmstate --depth 2",
        "snapformat annotate vm.vmstate --path vm_info",
        "snapformat annotate vm.vmstate --range 0x10:0x20 --json",
    ),
    status={
        1: "the file is damaged or unreadable",
    },
)
@file_argument
@schema_option()
@form_option("text", "json", "html", help="The form of the output; html is a page of its own.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--raw", is_flag=True, help="Leave C structures as bytes.")
@click.option("--path", "below", metavar="PATH", help="Only this value and those inside it.")
@click.option("--range", "span", metavar="START:END", help="Only bytes of these offsets.")
@click.option("--depth", type=click.IntRange(min=0), help="Put values of longer paths together in one row.")
@click.pass_context
def command(
    ctx: click.Context,
    file: str,
    schema: Named | None,
    form: str,
    as_json: bool,
    raw: bool,
    below: str | None,
    span: str | None,
    depth: int | None,
) -> None:
    """Explain every byte of FILE, in their order: offset, bytes, type, path, value, meaning.

    A file in bitcode (Firecracker 1.15 and later) has columns instead: offset, size, kind, number of values,
    packing, and the path of the place in the type. Of a damaged file, all up to the failing byte.
    """
    format_ = None if schema is None else schema.format
    data = read_file(file, format_)
    with usage():
        start, stop = _span(span)
        segments = _segments(below)
    if format_ is None:
        with contextlib.suppress(SnapshotError):  # which annotating returns
            format_ = format_of(data)
    found, failure = annotate_all(data, format_, c_structs=not raw)
    if failure is None:
        with usage():
            check_path(found, segments)
    content = content_of(data, format_) or b""
    rows = [*within(found, below=segments, start=start, stop=stop, depth=depth)]
    if as_json or form == "json":
        write_text(json.dumps([_plain(each) for each in rows]) + "\n")
    elif form == "html":
        from snapformat.inspect.annotate_html import page

        write_text(page(shown_name(file), content, rows, failure))
    elif rows:
        _print(rows, content)
    if failure is not None:
        failure.file = shown_name(file)
        print_error(paragraph(failure, content))
    ctx.exit(0 if failure is None else 1)


def _span(text: str | None) -> tuple[int, int | None]:
    if text is None:
        return 0, None
    match = re.fullmatch(r"(0x[0-9a-fA-F]+|\d+)?:(0x[0-9a-fA-F]+|\d+)?", text)
    if match is None:
        raise PathError(f"{text!r} is not a range such as 0x10:0x20")
    start, stop = (None if part is None else int(part, 0 if "x" in part else 10) for part in match.groups())
    return start or 0, stop


def _segments(text: str | None) -> tuple[Any, ...]:
    try:
        return () if text is None else parse_path(text)
    except ValueError as error:
        raise PathError(str(error)) from None


def _print(rows: list[Annotation], data: bytes) -> None:
    is_message = any(each.count is not None for each in rows)
    if is_message:
        head = ("offset", "size", "kind", "count", "packing", "path", "meaning")
        cells = [
            [f"{e.offset:#x}", str(e.size), e.kind, str(e.count), str(e.packing), e.path, e.meaning]
            for e in rows
        ]
    else:
        head = ("offset", "size", "bytes", "kind", "path", "value", "meaning")
        cells = [
            [f"{e.offset:#x}", str(e.size), _bytes(e, data), e.kind, e.path, value_text(e), e.meaning]
            for e in rows
        ]
    show_table(head, cells)


def _bytes(each: Annotation, data: bytes) -> str:
    shown = data[each.offset : each.offset + min(each.size, _SHOWN)].hex(" ")
    return shown + (" ..." if each.size > _SHOWN else "")


def _plain(each: Annotation) -> dict[str, Any]:
    names = _COLUMN if each.count is not None else _VALUE
    row = {name: _plain_value(getattr(each, name)) for name in names}
    if each.is_hex and isinstance(each.value, int):
        row["value"] = hex(each.value)
    if each.meaning:
        row["meaning"] = each.meaning
    return row


def _plain_value(value: Any) -> Any:
    """Return a value for JSON: bytes in hexadecimal, integers beyond 2^53 as text."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 53:
        return str(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
