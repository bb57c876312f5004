"""Tables and coloured lines on a terminal, drawn by rich; imported only if standard output is a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.cells import cell_len
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


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]], *, prose: bool = False) -> None:
    """Print a table. Without column titles, the first column is bold.

    Cells wrap between words only, so that names can be read and copied. Where the words are too long for the
    columns to fit into the terminal, each row is a block of lines instead, one for each cell.

    Args:
        head: Titles of the columns; may be empty.
        rows: Cells of plain text; rich's markup is not interpreted.
        prose: Whether the first column may wrap too; by default it has names.
    """
    # Without highlighting, which would colour a number in a file name.
    console = Console(highlight=False)
    columns = [*zip(*rows, strict=True)] if not head else [*zip(head, *rows, strict=True)]
    widths = [max(map(_narrowest, column)) for column in columns]
    if not prose:
        widths[0] = max(map(cell_len, columns[0]))
    # Two blanks between columns, and those that the box has at the edges.
    if sum(widths) + 2 * len(widths) > console.width:
        _print_blocks(console, head, rows, prose=prose)
        return
    table = Table(box=box.SIMPLE_HEAD if head else None, show_header=bool(head), pad_edge=False)
    for number, width in enumerate(widths):
        table.add_column(
            head[number] if head else "",
            style="" if head or number else "bold",
            min_width=width,
            no_wrap=not number and not prose,
        )
    for row in rows:
        table.add_row(*(Text(cell, style=_style(cell) if number else "") for number, cell in enumerate(row)))
    console.print(table)


def _narrowest(cell: str) -> int:
    """Return the width of the longest word."""
    return max(map(cell_len, cell.split()), default=0)


def _print_blocks(
    console: Console, head: Sequence[str], rows: Sequence[Sequence[str]], *, prose: bool
) -> None:
    """Print rows as blocks: the first cell, and under it the others, each with its title."""
    for first, *others in rows:
        # Words that are longer than a line are left to the terminal, which copies them as they are.
        console.print(Text(first, style="bold"), soft_wrap=not prose)
        for number, cell in enumerate(others, 1):
            if not cell:
                continue
            title = f"  {head[number]}: " if head else "  "
            begun = cell_len(title)
            text = Text(cell, style=_style(cell))
            if begun + _narrowest(cell) > console.width:
                console.print(Text.assemble(title, text), soft_wrap=True)
                continue
            for line in text.wrap(console, console.width - begun):
                console.print(Text.assemble(title, line), soft_wrap=True)
                title = " " * begun


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
