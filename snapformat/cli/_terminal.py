"""Tables on a terminal, by rich: imported only where there is one."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_STYLES = {"ok": "green", "true": "green", "unknown": "dim", "unknown-version": "yellow"}
_BAD = ("damaged", "not-a-snapshot", "false", "Io", "Decode", "InvalidMagic", "InvalidFormatVersion", "Crc64")


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; without a head, the first column is bold instead.

    Args:
        head: Titles of the columns, or none.
        rows: Cells of text, which is never read as rich's markup.
    """
    table = Table(box=box.SIMPLE_HEAD if head else None, show_header=bool(head), pad_edge=False)
    for number in range(len(head) or len(rows[0])):
        table.add_column(
            head[number] if head else "", style="" if head or number else "bold", overflow="fold"
        )
    for row in rows:
        table.add_row(*(Text(cell, style=_style(cell)) for cell in row))
    # Nothing is guessed from the text: a number in a file's name is no number.
    Console(highlight=False).print(table)


def _style(cell: str) -> str:
    return "bold red" if cell in _BAD else _STYLES.get(cell, "")
