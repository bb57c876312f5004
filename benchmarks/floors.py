"""What the library is held against: a floor below which `make bench-check` fails, and an aim above it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.calls import DERIVED, IDENTIFY, JUDGE, KEPT, MANY, RAW
from benchmarks.cases import FRAMED, LAZY, NO_CRC, NUMPY, VIEW
from benchmarks.peers import BASELINE, BY_HAND, CLASSES, COMPILED
from benchmarks.processes import INFO, INFO_LARGE, INFO_SMALL, PYTHON_CONSTRUCT, PYTHON_SNAPFORMAT
from benchmarks.timing import Rounds, ratio

#: Case -> who -> seconds in each round.
Cases = dict[str, Rounds]


@dataclass(frozen=True, slots=True)
class Floor:
    """One thing that is held.

    Attributes:
        title: What.
        measured: The ratio; None if it could not be measured.
        floor: The least that is allowed; the most, where less is better.
        aim: What is wanted.
        less: Less is better.
    """

    title: str
    measured: float | None
    floor: float
    aim: float
    less: bool = False

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
        file_size: Of `processes.memory`.
        peaks: Of `processes.memory`.
    """

    def of(case: str, base: str, who: str = CLASSES) -> float | None:
        found = cases.get(case, {})
        return ratio(found, base, who) if base in found and who in found else None

    names = [
        title.removesuffix(" parse") for title in cases if title.endswith(" parse") and title[0] in "SMV"
    ]
    for name in names:
        yield Floor(f"{name} parse, against construct", of(f"{name} parse", BASELINE), 20, 35)
    for name in names:
        yield Floor(f"{name} build, against construct", of(f"{name} build", BASELINE), 30, 50)
    for name in names:
        for verb in ("parse", "build"):
            measured = of(f"{name} {verb}", COMPILED)
            yield Floor(f"{name} {verb}, against construct .compile()", measured, 3.5, 6)
    for case in ("S parse", "S build", "M parse", "M build"):
        yield Floor(f"{case}, against code by hand", of(case, BY_HAND), 0.9, 1.05)
    for case in ("S parse", "S build", "M parse", "M build"):
        yield Floor(f"{case}: code by hand, against construct", of(case, BASELINE, BY_HAND), 20, 20)
    for case, peer in (("L parse", "np.frombuffer"), ("L build", "tobytes")):
        yield Floor(f"{case} as a view, against {peer}", of(case, NUMPY, VIEW), 0.8, 1.0)
    states = [name for name in names if name.startswith("V")]
    for name in states:
        yield Floor(f"{name} lazy load, against load", of(f"{name} load", CLASSES, LAZY), 8, 15)
    for name in states:
        measured = of(f"{name} open, edit, save", FRAMED, LAZY)
        yield Floor(f"{name} lazy open, edit, save, against construct", measured, 300, 600)
    for name in ("M", *states, "L"):
        measured = of(f"{name} load", CLASSES, NO_CRC)
        yield Floor(f"{name} load, with checksum to without", measured, 1.1, 1.03, less=True)
    for name in states:
        for source, lazy, floor, aim in (
            ("from a path", "", 1.1, 1.05),
            ("from a path", "lazy ", 1.15, 1.1),
            ("from bytes", "", 1.1, 1.02),
            ("from bytes", "lazy ", 1.4, 1.2),  # a microsecond more
        ):
            case = f"{name} {lazy}load {source}"
            yield Floor(f"{case}: {DERIVED}, to {KEPT}", of(case, DERIVED, KEPT), floor, aim, less=True)
    for case, found in cases.items():
        if case.endswith(MANY):
            for who, floor, aim in ((JUDGE, 18, 12), (IDENTIFY, 25, 15)):
                yield Floor(f"{case}: {who}, to {RAW}", ratio(found, who, RAW), floor, aim, less=True)
        if case.startswith("bad: "):
            yield Floor(f"{case}, to construct", ratio(found, CLASSES, BASELINE), 1.5, 1.0, less=True)
    if start:
        measured = ratio(start, "import snapformat", "import construct")
        yield Floor("import snapformat, to import construct", measured, 1.3, 1.0, less=True)
        for name, base, floor, aim in (
            (PYTHON_SNAPFORMAT, PYTHON_CONSTRUCT, 1.3, 1.0),
            (INFO, PYTHON_CONSTRUCT, 2.5, 2.0),
            (INFO_LARGE, INFO_SMALL, 1.5, 1.2),
        ):
            yield Floor(f"{name}, to {base}", ratio(start, name, base), floor, aim, less=True)
    if peaks:
        peak = peaks.get("snapformat, array view")
        measured = None if peak is None else peak / file_size
        yield Floor("peak memory of loading 8 MiB as a view, to the file", measured, 1.2, 1.05, less=True)
