"""Holding the declarations of construct's own test suite against construct: a table, and its floors."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import construct as c

from constructs import checks
from constructs.declaration import Declaration
from constructs.outcomes import Findings
from constructs.suite.recording import Recording, record

#: The checks whose floor is that of equal values and bytes.
AGREEING = ("as a type", "in a file")
#: Part of all declarations for which construct and we agree.
AGREE_FLOOR = 0.99
#: Part of the declarations without functions and users' classes that are seen wholly.
SEEN_FLOOR = 0.90
#: At most so many differences of one declaration are printed.
_MOST = 3


@dataclass
class Result:
    """What the checks of one declaration found.

    Attributes:
        name: Its name.
        group: Whether it is compiled, and what it consists of.
        found: The findings by check.
    """

    name: str
    group: str
    found: dict[str, Findings] = field(default_factory=dict)

    def differences(self, check: str) -> list[str]:
        """What differs, in text; without what the manual has."""
        return self.found[check].faults


_declarations: list[Declaration] = []


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code: 0 if the floors hold, 1 if not, 2 without a folder."""
    parser = argparse.ArgumentParser(prog="python -m tests.constructs.suite", description=__doc__)
    parser.add_argument("folder", type=Path, help="construct's folder, or its folder of tests")
    parser.add_argument("--only", default="", help="only declarations with this in their name")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    folder = given.folder / "tests" if (given.folder / "tests").is_dir() else given.folder
    if not (folder / "test_core.py").is_file():
        print(f"no tests of construct in {str(given.folder)!r}; name its sdist's folder", file=sys.stderr)
        return 2
    recording = record(folder)
    found = recording.declarations()
    _declarations[:] = [each for each in found if given.only in each.name]
    results = _checked(range(len(_declarations)), given.processes)
    return 0 if report(recording, results) else 1


def _checked(numbers: Iterable[int], processes: int) -> list[Result]:
    if processes == 1:
        return [_check(number) for number in numbers]
    context = multiprocessing.get_context("fork")  # constructs can't be pickled
    with context.Pool(processes) as pool:
        return pool.map(_check, numbers, chunksize=8)


def _check(number: int) -> Result:
    declaration = _declarations[number]
    result = Result(declaration.name, group_of(declaration))
    for name in (*AGREEING, checks.SEEN):
        result.found[name] = checks.run(name, declaration)
    return result


def group_of(declaration: Declaration) -> str:
    """The group that a declaration is counted in."""
    if isinstance(declaration.construct, c.Compiled):
        return "compiled"
    return {
        "plain": "construct's own classes and expressions",
        "foreign": "with functions or users' classes",
        "own": "with what is rightly construct's own",
    }[declaration.category]


def report(recording: Recording, results: list[Result]) -> bool:
    """Print the table, what differs and what is not seen; return whether the floors hold."""
    print(f"{recording.tests} tests, {len(results)} declarations")
    for name, reason in recording.failed:
        print(f"  a test that fails, after what it declares: {name}: {reason}")
    print()
    groups = list(dict.fromkeys(sorted(each.group for each in results)))
    print(f"{'':45}{'declarations':>14}" + "".join(f"{name:>16}" for name in (*AGREEING, checks.SEEN)))
    for group in [*groups, "all"]:
        members = [each for each in results if group in (each.group, "all")]
        cells = [_percent(members, name) for name in (*AGREEING, checks.SEEN)]
        print(f"{group:45}{len(members):>14}" + "".join(f"{cell:>16}" for cell in cells))
    _list_differences(results, groups)
    _print_tally(results)
    return _hold(results)


def _percent(members: list[Result], name: str) -> str:
    return f"{100 * share(members, name):.1f} %"


def share(members: list[Result], name: str) -> float:
    """The part of the declarations in which a check finds nothing."""
    good = sum(not each.differences(name) for each in members)
    return good / len(members) if members else 0.0


def _list_differences(results: list[Result], groups: list[str]) -> None:
    for name in (*AGREEING, checks.SEEN):
        title = "not seen wholly" if name == checks.SEEN else f"differs {name}"
        for group in groups:
            bad = [each for each in results if each.group == group and each.differences(name)]
            if bad:
                print(f"\n{title}, {group}: {len(bad)}")
            for each in bad:
                differences = each.differences(name)
                print(f"  {each.name} ({len(differences)})")
                for text in differences[:_MOST]:
                    print(f"    {text[:200]}")
    by_manual = [(each, name) for each in results for name in AGREEING if _of_manual(each, name)]
    print(f"\nother by the manual: {len({id(each) for each, _ in by_manual})} declarations")
    for each, name in by_manual:
        print(f"  {each.name}, {name}: {_of_manual(each, name)[0][:200]}")


def _of_manual(result: Result, name: str) -> list[str]:
    return [each.text for each in result.found[name].differences if each.kind == "manual"]


def _print_tally(results: list[Result]) -> None:
    print("\ncomparisons of sound samples")
    tally: Counter[tuple[str, str]] = Counter()
    for each in results:
        for found in each.found.values():
            tally += found.tally
    for operation, verdict in sorted(tally):
        print(f"  {operation:28}{verdict:14}{tally[operation, verdict]:>7}")


def _hold(results: list[Result]) -> bool:
    holds = bool(results)
    for name in AGREEING:
        holds &= _holds(f"agreement {name}", share(results, name), AGREE_FLOOR)
    plain = [each for each in results if each.group.startswith("construct's own")]
    return holds & _holds("seen wholly", share(plain, checks.SEEN), SEEN_FLOOR)


def _holds(name: str, found: float, floor: float) -> bool:
    verdict = "holds" if found >= floor else "DOES NOT HOLD"
    print(f"the floor of {name} {verdict}: {100 * found:.2f} %, at least {100 * floor:.0f} %")
    return found >= floor
