"""What the library is held against: a floor below which `make bench-check` fails, and an aim above it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks import encodings, record_arrays
from benchmarks.calls import DERIVED, IDENTIFY, JUDGE, KEPT, MANY, RAW, SMALL_LOAD
from benchmarks.columns import BINCODE, BITCODE, COLUMNS, EQUAL, STRUCTS
from benchmarks.files import FRAMED, LAZY, NO_CRC, NUMPY, VIEW
from benchmarks.formats import LEAVES, POSITIONAL, TINY_PACKETS
from benchmarks.migrations import LOAD_AND_SAVE, STEP, titles
from benchmarks.payloads import STATES
from benchmarks.peers import BASELINE, BY_HAND, CLASSES, COMPILED, CONTAINERS, DECODER, MSGSPEC
from benchmarks.portable import PORTABLE
from benchmarks.processes import (
    GET,
    GET_BITCODE,
    INFO,
    INFO_BITCODE,
    INFO_LARGE,
    INFO_SMALL,
    PYTHON_CONSTRUCT,
    PYTHON_SNAPFORMAT,
    REWRITE_MANY,
    SET_MANY,
)
from benchmarks.shapes import FIXED, RECORDS, SHAPES, SINGLE, VARINT
from benchmarks.states import SAME
from benchmarks.timing import Rounds, difference, ratio
from snapformat import machine

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
        case: Title of the case by which it was measured; empty where it was none.
    """

    title: str
    measured: float | None
    floor: float
    aim: float
    less: bool = False
    unit: str = ""
    case: str = ""

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
    if machine == "C":
        yield from _machine(cases)
    yield from _mixed(cases)
    yield from _states(cases)
    yield from _shapes(cases)
    yield from _words_and_files(cases)
    yield from _calls(cases)
    yield from _formats(cases)
    yield from _columns(cases)
    yield from _migrations(cases)
    yield from _encodings(cases)
    for case in cases:
        if case.startswith("bad: "):
            yield _at_most(cases, case, CLASSES, BASELINE, 1.5, 1.0, f"{case}, to construct")
    if start:
        yield from _starts(start)
    if peaks:
        peak = peaks.get("snapformat, array view")
        measured = None if peak is None else peak / file_size
        yield Floor("peak memory of loading 8 MiB as a view, to the file", measured, 1.2, 1.05, less=True)


def _faster(cases: Cases, case: str, base: str, who: str, floor: float, aim: float, held: str = "") -> Floor:
    """How many times as fast as the base somebody must be."""
    title = held or f"{case}, against {base}"
    return Floor(title, _of(cases, case, base, who), floor, aim, case=case)


def _at_most(cases: Cases, case: str, who: str, base: str, floor: float, aim: float, held: str = "") -> Floor:
    """How many times the base's time somebody may take."""
    title = held or f"{case}: {who}, to {base}"
    return Floor(title, _of(cases, case, who, base), floor, aim, less=True, case=case)


def _of(cases: Cases, case: str, one: str, other: str) -> float | None:
    found = cases.get(case, {})
    return ratio(found, one, other) if one in found and other in found else None


def _machine(cases: Cases) -> Iterator[Floor]:
    """The machine in C, against others in C, code by hand in Python, and the library without it."""
    tables = [shape for shape in SHAPES if shape.kind is not None and shape.is_table]
    for shape in tables:
        if shape.name in ("M", "structs", "texts", "enum"):
            for verb, floor, aim in (("parse", 0.9, 1.2), ("build", 0.3, 0.6)):
                case = shape.title(FIXED, verb)
                yield _faster(cases, case, MSGSPEC, CLASSES, floor, aim)
        for verb in ("parse", "build"):
            if shape.name in ("M", "structs", "texts", "enum", "map"):
                case = shape.title(FIXED, verb)
                yield _faster(
                    cases, case, BY_HAND, CLASSES, 1.8, 3, f"{case}: the machine, against code by hand"
                )
            for form in shape.forms:
                if shape.name in ("map", "floats") or form is VARINT:
                    yield _faster(cases, shape.title(form, verb), PORTABLE, CLASSES, 2, 5)
    for name in STATES:
        for verb in ("load", "save"):
            yield _faster(cases, f"{name} {verb}", PORTABLE, CLASSES, 2.5, 4)


def _mixed(cases: Cases) -> Iterator[Floor]:
    """S and M."""
    for case in (f"{shape.name} {verb}" for shape in (SINGLE, RECORDS) for verb in ("parse", "build")):
        floor, aim = (20, 35) if case.endswith("parse") else (30, 50)
        yield _faster(cases, case, BASELINE, CLASSES, floor, aim)
        yield _faster(cases, case, COMPILED, CLASSES, 3.5, 6)
        yield _faster(cases, case, BY_HAND, CLASSES, 0.9, 1.05, f"{case}, against code by hand")
        held = f"{case}: code by hand, against construct"
        yield _faster(cases, case, BASELINE, BY_HAND, 20, 20, held)


def _states(cases: Cases) -> Iterator[Floor]:
    """V, with the same fields decoded on both sides."""
    for name in STATES:
        for verb, floor, aim in (("parse", 15, 35), ("build", 20, 50)):
            case = f"{name} {verb}"
            held = f"{case}, all but C structs decoded, against {BASELINE}"
            yield _faster(cases, case, BASELINE, SAME, floor, aim, held)
        yield _faster(cases, f"{name} load", CLASSES, LAZY, 8, 15, f"{name} lazy load, against load")
        case = f"{name} open, edit, save"
        yield _faster(cases, case, FRAMED, LAZY, 300, 600, f"{name} lazy open, edit, save, against construct")


def _shapes(cases: Cases) -> Iterator[Floor]:
    """Every other shape, and S and M under other encodings: never slower than construct's own compiler."""
    for shape in SHAPES:
        for form in shape.forms:
            if form is FIXED and shape in (SINGLE, RECORDS):
                continue  # whose floors are higher
            case = shape.title(form, "build")
            found = cases.get(case, {})
            base = COMPILED if COMPILED in found or not found else BASELINE  # it can't write some shapes
            yield _faster(cases, case, base, CONTAINERS if shape.kind is None else CLASSES, 1, 3.5)


def _words_and_files(cases: Cases) -> Iterator[Floor]:
    for case, peer in (("L parse", "np.frombuffer"), ("L build", "tobytes")):
        yield _faster(cases, case, NUMPY, VIEW, 0.8, 1.0, f"{case} as a view, against {peer}")
    for name, floor, aim in ((record_arrays.NUMBERS, 0.5, 1), (record_arrays.BOOLS, 0.25, 1)):
        for verb, peer in (("parse", "np.frombuffer(...).copy()"), ("build", "tobytes")):
            case = record_arrays.title(name, verb)
            yield _faster(cases, case, NUMPY, VIEW, floor, aim, f"{case}, against {peer}")
    for case in (f"{name} load" for name in (RECORDS.name, *STATES, "L")):
        yield _at_most(cases, case, CLASSES, NO_CRC, 1.1, 1.03, f"{case}, with checksum to without")


def _calls(cases: Cases) -> Iterator[Floor]:
    """The calls of the README, and many files."""
    for name in STATES:
        yield _at_most(cases, f"{name} load from a path", DERIVED, KEPT, 1.1, 1.02)
        yield _at_most(cases, f"{name} load from bytes", DERIVED, KEPT, 1.1, 1.02)
        yield _at_most(cases, f"{name} lazy load from a path", DERIVED, KEPT, 1.15, 1.1)
    # A microsecond shows only where all of it takes a few.
    for case in (SMALL_LOAD, *(f"{name} lazy load from bytes" for name in STATES)):
        found = cases.get(case)
        more = None if not found else 1e6 * difference(found, DERIVED, KEPT)
        title = f"{case}: {DERIVED} takes more than {KEPT} by"
        yield Floor(title, more, 1, 0.5, less=True, unit="us", case=case)
    yield _at_most(cases, MANY, JUDGE, RAW, 12, 8)
    yield _at_most(cases, MANY, IDENTIFY, RAW, 25, 15)


def _formats(cases: Cases) -> Iterator[Floor]:
    """Public formats, declared as construct's users declare them."""
    for shape in POSITIONAL + LEAVES:
        is_positional = shape in POSITIONAL
        for verb in ("parse", "build"):
            case = shape.title(FIXED, verb)
            floor, aim = (5, 10) if is_positional else (0.85, 1.5)
            yield _faster(cases, case, BASELINE, CONTAINERS, floor, aim)
            if is_positional and COMPILED in cases.get(case, {}):  # it can't take all of them
                yield _faster(cases, case, COMPILED, CONTAINERS, 1, 2)
    for shape in TINY_PACKETS:
        case = shape.title(FIXED, "parse")
        yield _faster(cases, case, BASELINE, DECODER, 1, 2, f"{case}: a kept decoder, against construct")
        found = cases.get(case)
        more = None if not found else 1e6 * difference(found, CONTAINERS, BASELINE)
        title = f"{case}: decode takes more than construct by"
        yield Floor(title, more, 1, 0, less=True, unit="us", case=case)


def _columns(cases: Cases) -> Iterator[Floor]:
    """bitcode, against bincode: columns cost more, and how much more is bounded."""
    for name in EQUAL:
        for verb in ("load", "save"):
            yield _at_most(cases, f"{COLUMNS}state {name}, {verb}", BITCODE, BINCODE, 15, 5)
    for verb in ("parse", "build"):
        case = f"{COLUMNS}{STRUCTS:,} structs of three u32, {verb}"
        yield _at_most(cases, case, BITCODE, BINCODE, 3, 1.5)
    yield _at_most(cases, f"{COLUMNS}header alone", BITCODE, BINCODE, 3, 1.5)


def _migrations(cases: Cases) -> Iterator[Floor]:
    """One step, against loading and saving the same file."""
    for case in titles():
        yield _at_most(cases, case, STEP, LOAD_AND_SAVE, 4, 1)


def _encodings(cases: Cases) -> Iterator[Floor]:
    """A kept decoder is never slower than `decode`; another encoding costs no more than the default one."""
    case = encodings.title()
    for name in (encodings.DEFAULT, *encodings.NOMINAL, *encodings.OTHER):
        yield _at_most(cases, case, encodings.kept(name), name, 1.0, 0.8)
    for name in encodings.NOMINAL:
        yield _at_most(cases, case, name, encodings.DEFAULT, 1.1, 1.0)


def _starts(start: Rounds) -> Iterator[Floor]:
    for name, base, floor, aim in (
        ("import snapformat", "import construct", 1.3, 1.0),
        (PYTHON_SNAPFORMAT, PYTHON_CONSTRUCT, 1.3, 1.0),
        (INFO, PYTHON_CONSTRUCT, 2.5, 2.0),
        (INFO_LARGE, INFO_SMALL, 1.5, 1.2),
        (INFO_BITCODE, INFO, 1.3, 1.1),
        (GET, INFO, 1.3, 1.0),
        (GET_BITCODE, INFO_BITCODE, 1.3, 1.0),
        (SET_MANY, REWRITE_MANY, 3, 2),
    ):
        yield Floor(f"{name}, to {base}", ratio(start, name, base), floor, aim, less=True)
