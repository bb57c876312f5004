"""`python -m benchmarks.versions BASE`: how long this checkout takes against another one.

Each checkout is imported by processes of its own, which measure in turns: short samples of one, then of the
other. The payloads and the way they are measured are this checkout's in both, and use public names only.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from benchmarks.report import Rows, as_text, duration
from benchmarks.version_worker import calls

HERE = Path(__file__).resolve().parent.parent
#: Case -> for each pair of processes, the least time of the base's and of this one's.
Least = dict[str, list[tuple[float, float]]]


class Checkout:
    """A process that measures one checkout's snapformat.

    Args:
        root: The checkout.
        only: Beginnings of the titles that it will be asked for, between commas.
    """

    def __init__(self, root: Path, only: str) -> None:
        self._folder = TemporaryDirectory()
        # Links, so that nothing else of a checkout can be imported in place of ours.
        for name, target in (
            ("benchmarks", HERE / "benchmarks"),
            ("snapformat", root / "snapformat"),
            ("snapformat_schemas", root / "schemas" / "snapformat_schemas"),
        ):
            (Path(self._folder.name) / name).symlink_to(target.resolve(strict=True))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.version_worker", only],
            cwd=self._folder.name,
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def measure(self, title: str) -> float:
        """Seconds that a case takes."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{title}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process that measures ended at {title!r}")
        return float(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._folder.cleanup()


def compare(base: Path, only: str, rounds: int, pairs: int) -> Least:
    """Measure both checkouts in turns.

    Args:
        base: The other checkout.
        only: Beginnings of the cases' titles, between commas.
        rounds: Samples of each process.
        pairs: Pairs of processes: where memory lies is another in each.
    """
    titles = list(calls(tuple(only.split(","))))
    found: Least = {title: [] for title in titles}
    for _ in range(pairs):
        least = {(title, who): float("inf") for title in titles for who in (0, 1)}
        with ExitStack() as stack:
            processes = [stack.enter_context(Checkout(root, only)) for root in (base, HERE)]
            for number in range(rounds):
                for title in titles:
                    for who in (0, 1) if number % 2 else (1, 0):
                        least[title, who] = min(least[title, who], processes[who].measure(title))
        for title in titles:
            found[title].append((least[title, 0], least[title, 1]))
    return found


def table(found: Least) -> Rows:
    """Times, and how many times the base's this checkout takes."""
    rows = [["case", "base", "this", "to base"]]
    for title, pairs in found.items():
        base, this = (min(pair[who] for pair in pairs) for who in (0, 1))
        rows.append([title, duration(base), duration(this), f"{quotient(pairs):.2f}"])
    return rows


def quotient(pairs: list[tuple[float, float]]) -> float:
    """How many times the base's time this checkout takes: the median of the pairs."""
    return statistics.median(this / base for base, this in pairs)


def main(arguments: list[str] | None = None) -> int:
    """Compare two checkouts; gives the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.versions", description=__doc__)
    parser.add_argument("base", type=Path, help="folder of the other checkout")
    parser.add_argument(
        "--only",
        default="S read,S write,M read,M write",
        help="beginnings of the cases' titles, between commas; empty for all (S and M)",
    )
    parser.add_argument("--rounds", type=int, default=40, help="samples of each process (40)")
    parser.add_argument("--pairs", type=int, default=5, help="pairs of processes (5)")
    parser.add_argument("--most", type=float, help="exit with status 1 if a case takes more than this times")
    options = parser.parse_args(arguments)
    if not (options.base / "snapformat").is_dir():
        parser.error("name the folder of another checkout")
    found = compare(options.base, options.only, options.rounds, options.pairs)
    print(as_text(table(found)))
    slower = [title for title, pairs in found.items() if options.most and quotient(pairs) > options.most]
    if slower:
        print(f"more than {options.most:g} times the base: {', '.join(slower)}")
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
