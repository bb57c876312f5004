"""The tables, as text and as Markdown."""

from __future__ import annotations

import datetime
import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.case import Case
from benchmarks.files import RUST
from benchmarks.first_use import USES
from benchmarks.floors import Cases, Floor
from benchmarks.formats import ALL_FORMATS
from benchmarks.memory import Peaks
from benchmarks.shapes import ALL_FORMS, SHAPES
from benchmarks.timing import medians, ratio

Rows = list[list[str]]


def machine() -> str:
    """The processor, the interpreter, the day."""
    cpu = platform.processor() or platform.machine()
    try:
        text = Path("/proc/cpuinfo").read_text()
        cpu = next(line.partition(": ")[2] for line in text.splitlines() if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    today = datetime.datetime.now(datetime.UTC).date()
    return f"{cpu}, {platform.python_implementation()} {platform.python_version()}, {today}"


def duration(seconds: float) -> str:
    """Seconds with a fitting unit and three digits."""
    for unit, factor in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= factor:
            return (
                f"{seconds / factor:.3g} {unit}"
                if seconds / factor < 1000
                else f"{seconds / factor:.0f} {unit}"
            )
    return f"{seconds * 1e9:.3g} ns"


def times_table(cases: Iterable[Case], measured: Cases) -> Rows:
    """Every contender of every case: time, and how many times faster than the case's first."""
    rows = [["case", "by", "time", "times as fast", "Rust takes", "to Rust"]]
    for case in cases:
        rounds = measured[case.title]
        found = medians(rounds)
        base = next(iter(found))
        for who, seconds in found.items():
            rust = RUST.get(case.title)
            row = [case.title, who, duration(seconds), f"{ratio(rounds, base, who):.2f}"]
            rows.append([*row, *(["", ""] if rust is None else [duration(rust), f"{seconds / rust:.1f}"])])
        rows += [[case.title, who, "", why, "", ""] for who, why in case.missing.items() if who not in found]
    return rows


def floors_table(floors: Iterable[Floor]) -> Rows:
    """What is held: measured, floor, aim."""
    rows = [["held", "measured", "floor", "aim", ""]]
    for floor in floors:
        sign = "at most " if floor.less else ""
        measured = "-" if floor.measured is None else f"{floor.measured:.2f} {floor.unit}".rstrip()
        rows.append([floor.title, measured, f"{sign}{floor.floor:g}", f"{sign}{floor.aim:g}", floor.verdict])
    return rows


def shapes_table() -> Rows:
    """What the names of cases stand for."""
    forms = {form.name or "little-endian": form for form in ALL_FORMS}
    rows = [["shape", "", *forms]]
    for shape in SHAPES + ALL_FORMATS:
        measured = ["yes" if form in shape.forms else "" for form in forms.values()]
        rows.append([shape.name.rstrip(","), shape.about, *measured])
    return rows


def uses_table(uses: Mapping[tuple[str, str], Sequence[float]]) -> Rows:
    """First and later uses."""
    rows = [["case", "by", *(f"use {number}" for number in USES)]]
    return rows + [[title, who, *map(duration, found)] for (title, who), found in uses.items()]


def peaks_table(peaks: Mapping[tuple[str, str], Peaks]) -> Rows:
    """Peak memory of tables."""
    rows = [["shape", "by", "bytes", "reading, to the bytes", "writing, to the bytes"]]
    for (shape, who), found in peaks.items():
        ratios = (f"{peak / found.size:.1f}" for peak in (found.reading, found.writing))
        rows.append([shape, who, f"{found.size / 1e6:.2f} MB", *ratios])
    return rows


def fleet_table(files: int, size: int, times: Mapping[str, float], base: str) -> Rows:
    """Many files: how many in a second."""
    rows = [["by", "files a second", "MB a second", f"times what takes {base}"]]
    for who, seconds in times.items():
        least = times[base]
        rows.append([who, f"{files / seconds:.0f}", f"{size / seconds / 1e6:.0f}", f"{seconds / least:.1f}"])
    return rows


def pairs_table(head: str, unit: str, values: dict[str, str]) -> Rows:
    """Two columns."""
    return [[head, unit], *([name, value] for name, value in values.items())]


def as_text(rows: Rows) -> str:
    """Columns under each other; numbers to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for index, row in enumerate(rows):
        cells = [_justified(cell, width) for cell, width in zip(row, widths, strict=True)]
        lines.append("  ".join(cells).rstrip())
        if index == 0:
            lines.append("  ".join("-" * width for width in widths))
    return "\n".join(lines) + "\n"


def _justified(cell: str, width: int) -> str:
    return cell.rjust(width) if cell[:1].isdigit() else cell.ljust(width)


def as_markdown(rows: Rows) -> str:
    """A Markdown table."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return (
        "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
        + "\n"
    )
