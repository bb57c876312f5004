"""Diagrams as inline SVG, drawn from the model: rows of bytes, rows of bits, the map of types.

Lines and text use the colour of the surrounding text (`currentColor`). Fills are the classes `c0` to `c7`,
coloured by the style sheet; a field has the same class in its table and in its example.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

from snapformat.docs.model import Bit, Document, Field, Offset, Type
from snapformat.docs.text import one_line

#: Number of classes of fills; the number of a field is taken modulo this.
COLOURS = 8
#: Cells per row: bytes or bits.
_COLUMNS = 8
_CELL, _ROW, _GUTTER, _HEAD = 36, 30, 46, 18
_WIDTH = _GUTTER + _COLUMNS * _CELL + 6
#: Width of a letter of the diagrams' font, which is monospaced.
_LETTER = 6.7
#: A field of more rows than this is drawn as one row with a break.
_MAX_ROWS = 2


@dataclass(frozen=True, slots=True)
class _Box:
    """A field in a diagram: its position in cells, and its text."""

    number: int
    name: str
    row: int
    column: int
    cells: int
    note: str = ""
    broken: bool = False
    variable: bool = False


def byte_diagram(
    fields: Sequence[Field], title: str, ident: str, *, index: Offset | None = None, first: int = 0
) -> str:
    """Draw fields as rows of eight bytes.

    Args:
        fields: The fields, in order; those in columns have no bytes of their own.
        title: Description for screen readers.
        ident: Prefix of its ids, unique in the page.
        index: Offset after an enum's index, which is drawn as a field of its own; None if there is none.
        first: Number of the first field.
    """
    boxes: list[_Box] = []
    offsets: list[tuple[int, str]] = []
    row, column = 0, 0
    listed: list[tuple[int, str, int | None, str, str]] = [
        (first + number, each.name, each.size.exact, each.size.text, each.offset.text)
        for number, each in enumerate(fields)
        if each.size is not None and each.offset is not None
    ]
    if index is not None:
        size = "variable" if index.exact is None else index.text
        listed.insert(0, (-1, "index", index.exact, size, "0"))
    labelled = -1
    for number, name, exact, text, offset in listed:
        if exact == 0:
            continue
        whole = exact is None or column + exact > _MAX_ROWS * _COLUMNS
        if column and (exact is None or (whole and exact > _COLUMNS)):
            row, column = row + 1, 0
        if not column and labelled != row:
            offsets.append((row, offset))
            labelled = row
        if exact is None or column + exact > _MAX_ROWS * _COLUMNS:
            note = f"{text} bytes" if exact is not None else text
            boxes.append(_Box(number, name, row, 0, _COLUMNS, note, broken=True, variable=exact is None))
            row += 1
            continue
        boxes.append(_Box(number, name, row, column, exact, "" if exact < _COLUMNS else text))
        if offset.isdecimal():
            # Offsets of rows that begin within the field.
            inside = range(_COLUMNS - column, exact, _COLUMNS)
            offsets += ((row + 1 + n, str(int(offset) + at)) for n, at in enumerate(inside))
            labelled = max(labelled, row + len(inside))
        column += exact
        row, column = row + column // _COLUMNS, column % _COLUMNS
    rows = row + (1 if column else 0)
    head = [(index, str(index)) for index in range(_COLUMNS)]
    return _grid(boxes, rows, head, offsets, title, ident)


def rows_of(diagram: str) -> int:
    """Return the number of rows of a diagram made by this module."""
    height = diagram.partition('viewBox="0 0 ')[2].partition('"')[0].partition(" ")[2]
    return (int(height) - _HEAD) // _ROW


def bit_diagram(bits: Sequence[Bit], title: str, ident: str, *, of_number: bool = False) -> str:
    """Draw bits as rows of eight, the highest first.

    Args:
        bits: The bits, from the highest; of those that overlap, the first is drawn.
        title: Description for screen readers.
        ident: Prefix of its ids, unique in the page.
        of_number: Label rows by their lowest bit, not by their byte, and draw gaps for unnamed bits.
    """
    rows = bits[0].high // _COLUMNS + 1 if bits else 0
    total = rows * _COLUMNS
    boxes = []
    free = total
    for number, bit in enumerate(bits):
        if bit.high >= free:  # a flag of several bits, some of which have flags of their own
            continue
        if bit.high + 1 < free:
            boxes.append(_gap(total - free, free - bit.high - 1))
        at = total - 1 - bit.high
        boxes.append(_Box(number, bit.name or "-", at // _COLUMNS, at % _COLUMNS, bit.width))
        free = bit.low
    if free:
        boxes.append(_gap(total - free, free))
    head = [(index, str(7 - index)) for index in range(_COLUMNS)]
    offsets = [(row, str(total - _COLUMNS * (row + 1) if of_number else row)) for row in range(rows)]
    return _grid(boxes, rows, head, offsets, title, ident)


def _gap(at: int, width: int) -> _Box:
    return _Box(-1, "-", at // _COLUMNS, at % _COLUMNS, width)


def _grid(
    boxes: Iterable[_Box],
    rows: int,
    head: Sequence[tuple[int, str]],
    offsets: Sequence[tuple[int, str]],
    title: str,
    ident: str,
) -> str:
    height = _HEAD + rows * _ROW + 2
    parts = [
        f'<svg class="diagram" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="{ident}-t"'
        f' xmlns="http://www.w3.org/2000/svg"><title id="{ident}-t">{_text(title)}</title>'
    ]
    for column, text in head:
        x = _GUTTER + (column + 0.5) * _CELL
        parts.append(f'<text class="axis" x="{x:g}" y="{_HEAD - 6}" text-anchor="middle">{text}</text>')
    for row, text in offsets:
        y = _HEAD + (row + 0.5) * _ROW + 4
        label = text if len(text) * _LETTER <= _GUTTER - 6 else "…"
        parts.append(
            f'<text class="axis" x="{_GUTTER - 6}" y="{y:g}" text-anchor="end">{_text(label)}</text>'
        )
    for box in boxes:
        parts.append(_box(box))
    parts.append("</svg>")
    return "".join(parts)


def _box(box: _Box) -> str:
    """Draw a field: one rectangle, or several over two rows, with the label in the widest one."""
    colour = f"c{box.number % COLOURS}" if box.number >= 0 else "ci"
    pieces = list(_pieces(box))
    shapes = [f"<g><title>{_text(_long(box))}</title>"]
    for x, y, width in pieces:
        dash = ' stroke-dasharray="5 3"' if box.variable else ""
        shapes.append(
            f'<rect class="{colour}" x="{x:g}" y="{y:g}" width="{width:g}" height="{_ROW}"'
            f' stroke="currentColor"{dash}/>'
        )
    if len(pieces) > 1:
        # The pieces are one field: remove the line where they touch.
        (x1, y1, w1), (x2, _, w2) = pieces[0], pieces[-1]
        left, right = max(x1, x2) + 1, min(x1 + w1, x2 + w2) - 1
        if right > left:
            shapes.append(f'<path class="{colour} seam" d="M{left:g} {y1 + _ROW:g}H{right:g}"/>')
    x, y, width = max(pieces, key=lambda piece: piece[2])
    shapes.append(_label(box, x, y, width))
    if box.broken:
        middle = y + _ROW / 2
        for edge in (x, x + width):
            shapes.append(
                f'<path class="break" d="M{edge - 4:g} {middle + 3:g}l8 -6M{edge - 4:g} {middle + 7:g}l8 -6"'
                ' stroke="currentColor" fill="none"/>'
            )
    shapes.append("</g>")
    return "".join(shapes)


def _pieces(box: _Box) -> Iterable[tuple[float, float, float]]:
    row, column, left = box.row, box.column, box.cells
    while left > 0:
        taken = min(left, _COLUMNS - column)
        yield _GUTTER + column * _CELL, _HEAD + row * _ROW, taken * _CELL
        left -= taken
        row, column = row + 1, 0


def _label(box: _Box, x: float, y: float, width: float) -> str:
    room = int((width - (20 if box.broken else 8)) / _LETTER)
    name = one_line(box.name)
    number = f"{box.number + 1}" if box.number >= 0 else "i"
    note = f"  {box.note}" if box.note else ""
    middle = x + width / 2
    baseline = y + _ROW / 2 + 4
    if len(name) + len(note) <= room:
        inner = f'{_text(name)}<tspan class="note">{_text(note)}</tspan>'
    elif len(name) <= room:
        inner = _text(name)
    elif room >= 8:
        inner = _text(f"{name[: room - 1]}…")
    else:
        inner = f'<tspan class="number">{number}</tspan>'
    return f'<text x="{middle:g}" y="{baseline:g}" text-anchor="middle" xml:space="preserve">{inner}</text>'


def _long(box: _Box) -> str:
    return f"{box.name}: {box.note}" if box.note else f"{box.name}: {box.cells}"


def containment_map(document: Document, link: Callable[[str], str], title: str, ident: str) -> str:
    """Draw the types as a tree: each type once with its parts, and dimmed where it is repeated.

    Args:
        document: The document.
        link: Function from a label to the address of its section.
        title: Description for screen readers.
        ident: Prefix of its ids, unique in the page.
    """
    rows = list(tree(document))
    line, indent = 22, 18
    width = 20 + max((row.depth * indent + len(row.label) * 7.3 + 30 for row in rows), default=100)
    height = len(rows) * line + 8
    parts = [
        f'<svg class="map" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" height="{height}"'
        f' role="group" aria-labelledby="{ident}-t" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{ident}-t">{_text(title)}</title>'
    ]
    for number, row in enumerate(rows):
        x, y = 10 + row.depth * indent, number * line + line / 2 + 4
        if row.parent >= 0:
            up = row.parent * line + line / 2 + 9
            parts.append(
                f'<path class="branch" d="M{x - indent + 4:g} {up:g}V{y:g}H{x - 3:g}" fill="none"'
                ' stroke="currentColor"/>'
            )
        style = ' class="again"' if row.again else ""
        mark = {"enum": "◇", "bits": "▤", "flags": "▤", "labels": "◇", "choice": "◇"}.get(row.kind, "▢")
        suffix = " ↑" if row.again else ""
        parts.append(
            f'<a href="{escape(link(row.label))}"><text x="{x:g}" y="{y + 4:g}"{style}>'
            f"{mark} {_text(one_line(row.label))}{suffix}</text></a>"
        )
    parts.append("</svg>")
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the containment map."""

    label: str
    kind: str
    depth: int
    parent: int
    again: bool


def tree(document: Document) -> Iterable[Row]:
    """Yield the types below the root, depth first: each once with its parts, and repeated by name only."""
    by_label = document.by_label
    shown: set[str] = set()
    number = 0
    waiting: list[tuple[str, int, int]] = [(document.root, 0, -1)]
    while waiting:
        label, depth, parent = waiting.pop()
        each = by_label[label]
        inner = list(contained(each, by_label))
        again = label in shown and bool(inner)
        if label in shown and not inner:
            again = True
        yield Row(label, each.kind, depth, parent, again)
        if label not in shown:
            shown.add(label)
            waiting.extend((below, depth + 1, number) for below in reversed(inner))
        number += 1


def contained(each: Type, by_label: dict[str, Type]) -> Iterable[str]:
    """Return the types that the members of a type refer to, each once."""
    found: dict[str, None] = {}
    for _, member in each.members:
        for span in member.type:
            if span.type is not None and span.type in by_label:
                found[span.type] = None
    return found


def _text(text: str) -> str:
    return escape(one_line(text), quote=False)
