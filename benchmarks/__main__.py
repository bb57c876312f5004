"""`python -m benchmarks`: measure, print, write the table and the chart; `--check` fails below a floor."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from benchmarks import report
from benchmarks.calls import RAW
from benchmarks.case import Case
from benchmarks.cases import TINY, Sizes, all_cases
from benchmarks.first_use import first_uses
from benchmarks.floors import Cases, Floor, floors
from benchmarks.memory import table_peaks, view_peaks
from benchmarks.processes import set_times, start_times, verify_times
from benchmarks.timing import SAMPLE, Machine, Rounds, measure, medians

#: How often what is below its floor is measured again, for more rounds: where others use the machine, a few
#: are not enough.
AGAIN = 2
#: The table of floors.
HELD = "Held"
EXPLAINED = """\
The letters and names in the tables are those of "Shapes"; V is the state of a real microVM, L 8 MiB of u64.
Processor time, with Python's collector off but where a row says "collector on": in each round all
contenders take turns. Times are medians, ratios the medians of the rounds' quotients. Ratios above 1 are
faster; where it says "at most", less is better. borsh, msgpack and pickle have other bytes for the same
values. In "all but C structs decoded", C structs are bytes on both sides and everything else is decoded on
both; in "C structs too", all fields are. `format.load` is the call of a format that is kept,
`Snapshot.load` and `firecracker.load` are the README's; files are read from the system's cache. Rust's
times are of another machine, for orientation.

The last table is for those who work on the library: below a floor, `make bench-check` fails.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=21, help="samples of each contender at most (21)")
    parser.add_argument(
        "--patience", type=float, default=60, help="seconds to wait, in all, while others slow us down (60)"
    )
    parser.add_argument(
        "--only", default="", help="only cases, and with --check their floors, whose title begins with this"
    )
    parser.add_argument("--tiny", action="store_true", help="small payloads, one round: shows that all runs")
    parser.add_argument("--check", action="store_true", help="exit with status 1 if a floor does not hold")
    parser.add_argument(
        "--docs", type=Path, help="write performance-table.md and performance.svg into this folder"
    )
    options = parser.parse_args(arguments)

    if options.docs is not None:
        options.docs.mkdir(parents=True, exist_ok=True)  # now, and not after minutes of measuring
    machine = Machine(0 if options.tiny else options.patience)
    sizes = TINY if options.tiny else Sizes()
    cases, rounds = run(sizes, options.rounds, options.only, machine, tiny=options.tiny)
    whole = not options.only and not options.tiny
    start = start_times(max(5, options.rounds // 2), machine) | set_times(3, machine) if whole else {}
    verify = verify_times(sizes.files, 3, machine) if whole else {}
    file_size, peaks = view_peaks() if whole else (0, {})

    def held_now() -> list[Floor]:
        found = floors(rounds, start, file_size, peaks)
        return [floor for floor in found if not (options.check and options.only) or floor.case in rounds]

    held = held_now()
    for _ in range(AGAIN if options.check and not options.tiny else 0):
        doubtful = {floor.case for floor in held if not floor.holds}
        for title in doubtful & rounds.keys():
            _, more = run(sizes, options.rounds, title, machine, tiny=False, exact=True)
            extend(rounds[title], more[title])
        if "" in doubtful:
            extend(start, start_times(max(5, options.rounds // 2), machine))
        held = held_now()

    tables = {
        HELD: report.floors_table(held),
        "Shapes": report.shapes_table(),
        "Times": report.times_table(cases, rounds),
        "First use": report.uses_table(first_uses(5) if whole else {}),
        "Start": report.pairs_table(
            "start", "processor time", {k: report.duration(v) for k, v in medians(start).items()}
        ),
        "Peak memory of tables": report.peaks_table(table_peaks() if whole else {}),
        f"Peak memory, loading {file_size >> 20} MiB of u64": report.pairs_table(
            "by", "growth", {k: f"{v / (1 << 20):.1f} MiB" for k, v in peaks.items()}
        ),
    }
    for case in cases:
        if case.files:
            found = medians(rounds[case.title]) | medians(verify)
            tables[f"{case.files} files"] = report.fleet_table(case.files, case.size, found, RAW)
    tables = {title: rows for title, rows in tables.items() if len(rows) > 1}
    print(report.machine())
    print(f"{machine.disturbed} of {machine.samples} samples were taken while others slowed us down\n")
    for title, rows in tables.items():
        print(title, report.as_text(rows), sep="\n\n")
    if options.docs is not None:
        write_docs(options.docs, tables, rounds)
    failed = [floor for floor in held if not floor.holds]
    if options.check and failed:
        print(
            f"{len(failed)} of {len(held)} floors do not hold:",
            *(f"  {floor.title}" for floor in failed),
            sep="\n",
        )
        return 1
    return 0


def run(
    sizes: Sizes, rounds: int, only: str, machine: Machine, *, tiny: bool, exact: bool = False
) -> tuple[list[Case], Cases]:
    """Measure the cases, one after the other; within each, all contenders take turns.

    Args:
        sizes: How large payloads are.
        rounds: Samples of each contender at most.
        only: Beginning of the cases' titles.
        machine: Tells when to measure.
        tiny: Measure as little as shows that all runs.
        exact: `only` is the whole title.
    """
    cases, measured = [], {}
    start = time.perf_counter()
    for case in all_cases(sizes, only):
        if exact and case.title != only:
            continue
        print(f"{time.perf_counter() - start:4.0f} s  {case.title} ...", file=sys.stderr)
        measured[case.title] = measure(
            case.calls, 1 if tiny else rounds, machine, sample=0 if tiny else SAMPLE
        )
        # The calls hold the payloads, which are not needed any more.
        case.calls.clear()
        cases.append(case)
    return cases, measured


def extend(rounds: Rounds, more: Rounds) -> None:
    """Add rounds that were measured later."""
    for who, found in more.items():
        rounds[who] += found


def write_docs(folder: Path, tables: dict[str, report.Rows], measured: Cases) -> None:
    """Write the Markdown fragment and the chart."""
    from benchmarks.chart import draw

    head = "<!-- Written by `make bench`. -->\n\n# Performance, measured\n"
    text = [head, f"Measured on {report.machine()}.\n", EXPLAINED]
    last_held = sorted(tables, key=lambda title: title == HELD)
    text += [f"## {title}\n\n{report.as_markdown(tables[title])}" for title in last_held]
    (folder / "performance-table.md").write_text("\n".join(text))
    draw(measured, report.machine(), folder / "performance.svg")


if __name__ == "__main__":
    sys.exit(main())
