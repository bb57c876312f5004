"""Holding many numbered cases against a program: arguments, progress, counts, and rows to record."""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from bitcode.oracle.program import Program, Said

C = TypeVar("C")
A = TypeVar("A")

#: The number of a case that is recorded whatever its size.
EDGE = "edge"
_VERDICTS = ("error", "ok", "given up", "panic")
#: Cases between two lines of progress.
_PROGRESS = 5_000


def parsed(
    arguments: Sequence[str] | None, *, doc: str | None, program: Path, sizes: tuple[int, int]
) -> argparse.Namespace:
    """The arguments of a run.

    Args:
        arguments: As they were typed; those of the process by default.
        doc: What the run does.
        program: The program by default.
        sizes: The sizes of recorded rows by default.
    """
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--count", type=int, default=100_000, help="how many types")
    parser.add_argument("--from", type=int, default=0, dest="start", help="number of the first type")
    parser.add_argument("--seed", type=int, default=1, help="what all cases come from")
    parser.add_argument("--record", type=Path, help="file for the rows of the cases")
    parser.add_argument("--sizes", type=int, nargs=2, default=sizes, help="of recorded rows, characters")
    parser.add_argument(
        "--program", type=Path, default=program, help=f"the program of tests/oracle/{program.parts[-4]}"
    )
    return parser.parse_args(arguments)


def run_cases(
    given: argparse.Namespace,
    cases: Iterable[tuple[int | str, C]],
    check: Callable[[C, Program], A],
    *,
    about: Callable[[C], str],
    said: Callable[[A], list[Said]],
    row: Callable[[C, A], dict[str, Any]],
) -> tuple[bool, list[str]]:
    """Run cases; return whether all agree, and the rows to record.

    Args:
        given: The arguments.
        cases: Their numbers, and the cases.
        check: Holds a case against the program; returns its answer.
        about: Describes a case that differs.
        said: Returns what an answer says of the messages.
        row: Returns the row of a case.

    Raises:
        OSError: The program has ended.
    """
    counts: Counter[str] = Counter()
    rows = []
    began = time.monotonic()
    with Program(given.program) as program:
        for number, each in cases:
            try:
                answer = check(each, program)
            except OSError:  # the program has ended
                raise
            except Exception as error:
                counts["cases that differ"] += 1
                print(f"seed {given.seed}, number {number}, {about(each)}: {error!r}")
                continue
            counts["cases"] += 1
            counts.update(f"messages: {_VERDICTS[found.verdict]}" for found in said(answer))
            if given.record:
                text = json.dumps(row(each, answer), separators=(",", ":"))
                if number == EDGE or given.sizes[0] <= len(text) <= given.sizes[1]:
                    rows.append(text)
            if not counts["cases"] % _PROGRESS:
                print(f"{number}: {dict(counts)}, {time.monotonic() - began:.0f} s", flush=True)
    print(dict(counts))
    return not counts["cases that differ"], rows
