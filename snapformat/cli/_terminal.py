"""Tables and coloured lines on a terminal, drawn by rich; imported only if standard output is a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_STYLES = {"ok": "green", "true": "green", "unknown": "dim", "unknown-version": "yellow"}
_BAD = ("damaged", "not-a-snapshot", "false")
#: Beginnings of what `verify` says of a file, before the class of the error.
_VERDICTS = {
    "sound, ": "yellow",
    "damaged (": "bold red",
    "not a snapshot (": "bold red",
    "unreadable (": "bold red",
}


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table. Without column titles, the first column is bold.

    Args:
        head: Titles of the columns; may be empty.
        rows: Cells of plain text; rich's markup is not interpreted.
    """
    table = Table(box=box.SIMPLE_HEAD if head else None, show_header=bool(head), pad_edge=False)
    for number in range(len(head) or len(rows[0])):
        table.add_column(
            head[number] if head else "", style="" if head or number else "bold", overflow="fold"
        )
    for row in rows:
        table.add_row(*(Text(cell, style=_style(cell) if number else "") for number, cell in enumerate(row)))
    # Without highlighting, which would colour a number in a file name.
    Console(highlight=False).print(table)


#: Styles by the role of a piece of text.
_ROLES = {"path": "bold", "left": "red", "right": "green", "note": "dim", "summary": "bold"}


def print_lines(lines: Iterable[Sequence[tuple[str, str]]]) -> None:
    """Print lines, each of pieces of plain text with their roles."""
    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text.assemble(*((text, _ROLES.get(role, "")) for text, role in line)))


def _style(cell: str) -> str:
    if cell in _BAD:
        return "bold red"
    for words, style in _VERDICTS.items():
        if cell.startswith(words):
            return style
    return _STYLES.get(cell, "")
