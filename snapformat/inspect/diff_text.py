"""A difference as a report: a line for each change, part by part, and a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from snapformat.bits import names
from snapformat.encodings.json.text import format_json
from snapformat.inspect.differences import Action, Change, Difference
from snapformat.printable import printable

#: Maximum length of a value in a line, and of what is shown before the first character that differs.
_MOST, _BEFORE = 72, 16
#: Number of elements of one sequence that are listed.
_LISTED = 8
#: Number of parts, and of sequences, that a summary names.
_NAMED = 8


class Piece(NamedTuple):
    """Some text of a line.

    Attributes:
        text: The text; it has no line breaks, and can be printed on any terminal.
        role: What it is: `path`, `left`, `right`, `note`, `summary`, or empty.
    """

    text: str
    role: str = ""


#: A line in pieces, for colors.
Line = list[Piece]


def report(
    difference: Difference, *, sides: tuple[str, str] = ("A", "B"), full: bool = False
) -> Iterator[Line]:
    """Iterate over the lines of a report.

    Args:
        difference: The difference.
        sides: What the two values are called.
        full: List every change. By default, of many elements of one sequence the first ones.
    """
    for number, (_, changes) in enumerate(groupby(difference, lambda change: change.part)):
        if number:
            yield []
        for around, group in groupby(changes, _sequence_of):
            listed = [*group]
            most = len(listed) if full or around is None or len(listed) <= _LISTED + 1 else _LISTED
            for change in listed[:most]:
                yield _line(change, sides)
            if most < len(listed):
                yield [Piece(f"... and {len(listed) - most} more in {_shown(around or '')}", "note")]
    if difference:
        yield []
    for text in summary(difference):
        yield [Piece(text, "summary")]


def summary(difference: Difference) -> Iterator[str]:
    """Iterate over the lines of the summary: how many values differ in which parts."""
    if not difference:
        yield "no difference"
    beside, inside = Counter[str](), Counter[str]()
    for change in difference:
        (beside if change.part.startswith(("$header", "$trailing")) else inside)[change.part] += 1
    if inside:
        number = inside.total()
        text = f"{number} value{' differs' if number == 1 else 's differ'}"
        if list(inside) != ["$"]:
            text += f" in {len(inside)} part{'' if len(inside) == 1 else 's'}: {_listed(inside)}"
        yield text
    elif beside:
        yield "the data is the same"
    for part, number in beside.items():
        what = "in the header" if part == "$header" else "in the bytes after the data"
        yield f"{number} {what}"
    if difference.reordered:
        number = len(difference.reordered)
        named = ", ".join(map(_shown, difference.reordered[:_NAMED])) + (", ..." if number > _NAMED else "")
        verb = " has" if number == 1 else "s have"
        yield f"{number} sequence{verb} the same elements in another order: {named}"


def _listed(parts: Counter[str]) -> str:
    """Return the first parts with their numbers of changes."""
    named = [f"{_shown(part)} {number}" for part, number in [*parts.items()][:_NAMED]]
    return ", ".join([*named, *(["..."] if len(parts) > _NAMED else [])])


def _line(change: Change, sides: tuple[str, str]) -> Line:
    pieces = [Piece(_shown(change.path), "path")]
    if change.right_path is not None:
        pieces.append(Piece(f" ({sides[1]}: {_shown(change.right_path)})", "note"))
    pieces.append(Piece(": "))
    one, two = _texts(change)
    left, right = Piece(one, "left"), Piece(two, "right")
    match change.action:
        case Action.REORDERED:
            return [*pieces, Piece("the same elements in another order", "note")]
        case Action.REMOVED:
            pieces += [Piece(f"only in {sides[0]}: ", "note"), left]
        case Action.ADDED:
            pieces += [Piece(f"only in {sides[1]}: ", "note"), right]
        case Action.CHANGED:
            pieces += [left, Piece(" -> "), right]
    notes = [printable(note) for note in (change.name, _bits_of(change)) if note]
    return [*pieces, Piece(f" ({'; '.join(notes)})", "note")] if notes else pieces


def _shown(path: str) -> str:
    """Return a path as it is given on the command line: without the payload's `$`."""
    return printable(path[2:] if path.startswith("$.") else path)


def _texts(change: Change) -> tuple[str, str]:
    """Return both values as text; of long ones the part around the first character that differs."""
    left = format_json(change.left) if change.left_text is None else change.left_text
    right = format_json(change.right) if change.right_text is None else change.right_text
    begin = 0
    if change.action is Action.CHANGED and max(len(left), len(right)) > _MOST:
        pairs = enumerate(zip(left, right, strict=False))
        begin = next((at for at, pair in pairs if pair[0] != pair[1]), min(len(left), len(right))) - _BEFORE
    return _cut(left, begin), _cut(right, begin)


def _cut(text: str, begin: int) -> str:
    """Return the text from a position on, shortened."""
    begin = begin if begin > len("...") else 0
    rest = text[begin : begin + _MOST]
    return printable(f"{'...' if begin else ''}{rest}{'...' if begin + _MOST < len(text) else ''}")


def _sequence_of(change: Change) -> str | None:
    """Return the path of the sequence whose elements a change concerns; None if it concerns none."""
    head, bracket, last = change.path.rpartition("[")
    return head if bracket and last.endswith("]") and '"' not in last else None


def _bits_of(change: Change) -> str:
    """Return the names of the bits of a number: those that are set and cleared, or those of a single one."""
    if not change.bits:
        return ""
    numbers = [_number(data) for data in (change.left, change.right)]
    if change.action is Action.CHANGED:
        if None in numbers:
            return ""
        left, right = (names(number or 0, change.bits) for number in numbers)
        gone = [f"-{name}" for name in left if name not in right]
        return " ".join([*gone, *(f"+{name}" for name in right if name not in left)])
    number = next((number for number in numbers if number is not None), None)
    return "" if number is None else " ".join(names(number, change.bits))


def _number(data: Any) -> int | None:
    """Return a number from 0 up that is given as plain data."""
    if isinstance(data, str):
        try:
            data = int(data, 0)
        except ValueError:
            return None
    return data if isinstance(data, int) and not isinstance(data, bool) and data >= 0 else None
