"""What the library is held against: a floor below which `make bench-check` fails, and an aim above it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.calls import DERIVED, IDENTIFY, JUDGE, KEPT, MANY, RAW
from benchmarks.files import FRAMED, LAZY, NO_CRC, NUMPY, VIEW
from benchmarks.payloads import STATES
from benchmarks.peers import BASELINE, BY_HAND, CLASSES, COMPILED, CONTAINERS
from benchmarks.processes import INFO, INFO_LARGE, INFO_SMALL, PYTHON_CONSTRUCT, PYTHON_SNAPFORMAT
from benchmarks.shapes import RECORDS, SHAPES, SINGLE
from benchmarks.states import SAME
from benchmarks.timing import Rounds, difference, ratio

#: Case -> who -> seconds in each round.
Cases = dict[str, Rounds]


@dataclass(frozen=True, slots=True)
class Floor:
    """One thing that is held.

    Attributes:
        title: What.
        measured: The ratio, or what else is held; None if it could not be measured.
        floor: The least that is allowed; the most, where less is better.
        aim: What is wanted.
        less: Less is better.
        unit: Of what was measured; none for a ratio.
    """

    title: str
    measured: float | None
    floor: float
    aim: float
    less: bool = False
    unit: str = ""

    @property
    def holds(self) -> bool:
        """Whether the floor holds."""
        return self.measured is not None and _reached(self.measured, self.floor, self.less)

    @property
    def verdict(self) -> str:
        """In a word."""
        if self.measured is None:
            return "not there yet"
        if not self.holds:
            return "BELOW"
        return "aim" if _reached(self.measured, self.aim, self.less) else "floor"


def _reached(measured: float, bound: float, less: bool) -> bool:
    return measured <= bound if less else measured >= bound


def floors(cases: Cases, start: Rounds, file_size: int, peaks: dict[str, int]) -> Iterator[Floor]:
    """All that is held, of what was measured.

    Args:
        cases: The cases.
        start: Of `processes.start_times`.
        file_size: Of `memory.view_peaks`.
        peaks: Of `memory.view_peaks`.
    """
    yield from _mixed(cases)
    yield from _states(cases)
    yield from _shapes(cases)
    yield from _words_and_files(cases)
    yield from _calls(cases)
    for case, found in cases.items():
        if case.startswith("bad: "):
            yield Floor(f"{case}, to construct", ratio(found, CLASSES, BASELINE), 1.5, 1.0, less=True)
    if start:
        yield from _starts(start)
    if peaks:
        peak = peaks.get("snapformat, array view")
        measured = None if peak is None else peak / file_size
        yield Floor("peak memory of loading 8 MiB as a view, to the file", measured, 1.2, 1.05, less=True)


def _of(cases: Cases, case: str, base: str, who: str = CLASSES) -> float | None:
    found = cases.get(case, {})
    return ratio(found, base, who) if base in found and who in found else None


def _mixed(cases: Cases) -> Iterator[Floor]:
    """S and M."""
    titles = [f"{shape.name} {verb}" for shape in (SINGLE, RECORDS) for verb in ("parse", "build")]
    for title in titles:
        floor, aim = (20, 35) if title.endswith("parse") else (30, 50)
        yield Floor(f"{title}, against construct", _of(cases, title, BASELINE), floor, aim)
        yield Floor(f"{title}, against construct .compile()", _of(cases, title, COMPILED), 3.5, 6)
        yield Floor(f"{title}, against code by hand", _of(cases, title, BY_HAND), 0.9, 1.05)
        by_hand = _of(cases, title, BASELINE, BY_HAND)
        yield Floor(f"{title}: code by hand, against construct", by_hand, 20, 20)


def _states(cases: Cases) -> Iterator[Floor]:
    """V, with the same fields decoded on both sides."""
    for name in STATES:
        for verb, floor, aim in (("parse", 15, 35), ("build", 20, 50)):
            title = f"{name} {verb}"
            measured = _of(cases, title, BASELINE, SAME)
            yield Floor(f"{title}, all but C structs decoded, against construct", measured, floor, aim)
        lazy = _of(cases, f"{name} load", CLASSES, LAZY)
        yield Floor(f"{name} lazy load, against load", lazy, 8, 15)
        edited = _of(cases, f"{name} open, edit, save", FRAMED, LAZY)
        yield Floor(f"{name} lazy open, edit, save, against construct", edited, 300, 600)


def _shapes(cases: Cases) -> Iterator[Floor]:
    """Every other shape, and S and M under other encodings: never slower than construct's own compiler."""
    for shape in SHAPES:
        for form in shape.forms:
            title = shape.title(form, "build")
            found = cases.get(title, {})
            if f"{shape.name} build" == title and shape in (SINGLE, RECORDS):
                continue
            base = COMPILED if COMPILED in found or not found else BASELINE  # which some shapes defeat
            ours = CONTAINERS if shape.kind is None else CLASSES
            yield Floor(f"{title}, against {base}", _of(cases, title, base, ours), 1, 3.5)


def _words_and_files(cases: Cases) -> Iterator[Floor]:
    for case, peer in (("L parse", "np.frombuffer"), ("L build", "tobytes")):
        yield Floor(f"{case} as a view, against {peer}", _of(cases, case, NUMPY, VIEW), 0.8, 1.0)
    for name in (RECORDS.name, *STATES, "L"):
        measured = _of(cases, f"{name} load", CLASSES, NO_CRC)
        yield Floor(f"{name} load, with checksum to without", measured, 1.1, 1.03, less=True)


def _calls(cases: Cases) -> Iterator[Floor]:
    """The calls of the README, and many files."""
    for name in STATES:
        for lazy in ("", "lazy "):
            case = f"{name} {lazy}load from a path"
            measured = _of(cases, case, DERIVED, KEPT)
            yield Floor(f"{case}: {DERIVED}, to {KEPT}", measured, 1.1, 1.02, less=True)
            case = f"{name} {lazy}load from bytes"
            found = cases.get(case)
            more = None if not found else 1e6 * difference(found, DERIVED, KEPT)
            yield Floor(f"{case}: {DERIVED} takes more than {KEPT} by", more, 1, 0.5, less=True, unit="us")
    measured = _of(cases, MANY, JUDGE, RAW)
    yield Floor(f"{MANY}: {JUDGE}, to {RAW}", measured, 12, 8, less=True)
    measured = _of(cases, MANY, IDENTIFY, RAW)
    yield Floor(f"{MANY}: {IDENTIFY}, to {RAW}", measured, 25, 15, less=True)


def _starts(start: Rounds) -> Iterator[Floor]:
    for name, base, floor, aim in (
        ("import snapformat", "import construct", 1.3, 1.0),
        (PYTHON_SNAPFORMAT, PYTHON_CONSTRUCT, 1.3, 1.0),
        (INFO, PYTHON_CONSTRUCT, 2.5, 2.0),
        (INFO_LARGE, INFO_SMALL, 1.5, 1.2),
    ):
        yield Floor(f"{name}, to {base}", ratio(start, name, base), floor, aim, less=True)
