"""Measuring: rounds in which all contenders take turns.

A time is the median of a contender's rounds. A ratio is the median of the quotients of two contenders'
rounds, since a machine may be twice as fast in one second as in the next, but seldom within a round.
"""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

Call = Callable[[], Any]

#: Seconds that one sample takes at least, by repeating what is faster.
SAMPLE = 0.004
#: Seconds that a case may take, in all; where it is over sooner, it is measured in more rounds.
BUDGET = 1.5
#: Seconds after which a contender has been warmed up, with however few calls.
_WARM = 0.2
#: Rounds of a case, whatever it takes.
FEWEST = 5


@contextmanager
def without_collections() -> Iterator[None]:
    """No collections of garbage, as `timeit` has it: they would fall on whoever comes next."""
    was_enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def warm(call: Call, times: int = 1) -> float:
    """As `once`, with the caches as this very call leaves them.

    Whatever ran before, were it only the collector or a short sleep, makes the first milliseconds slower by
    a third: the whole of a short sample, and nothing of a long one.
    """
    if times > 1:
        once(call, max(1, times // 4))
    return once(call, times)


def once(call: Call, times: int = 1) -> float:
    """Seconds of this thread's processor time that a call takes; what other processes do does not count."""
    repeats = range(times)
    start = time.thread_time_ns()
    for _ in repeats:
        call()
    return (time.thread_time_ns() - start) / times / 1e9


class Machine:
    """The machine's own speed, by a loop that always does the same.

    On a shared machine it may be half of what it was a second before, and not alike for all that is measured.
    What is measured then is measured again when it is over, as long as there is patience.

    Args:
        patience: Seconds to wait in all.

    Attributes:
        disturbed: Samples that were kept though the machine was slow.
        samples: All that were kept.
    """

    #: Slower than this times the best is disturbed.
    _SLOW = 1.2
    #: Seconds to wait for one sample: it may be that the machine is as slow from now on.
    _MOST = 3.0

    def __init__(self, patience: float) -> None:
        self.patience = patience
        self.disturbed = self.samples = 0
        self._best = float("inf")

    def _is_slow(self) -> bool:
        took = warm(_work, 2)
        self._best = min(self._best, took)
        return took > self._SLOW * self._best

    def take(self, sample: Callable[[], float]) -> float:
        """Take a sample when the machine is at its speed, and again if that has changed meanwhile."""
        start = time.monotonic()
        end = start + min(self._MOST, self.patience)
        while True:
            while self._is_slow() and time.monotonic() < end:
                time.sleep(0.02)
            last = time.monotonic()
            found = sample()
            is_slow = self._is_slow()
            if not is_slow or last >= end:
                self.patience -= last - start
                self.samples += 1
                self.disturbed += is_slow
                return found


def _work() -> int:
    total = 0
    for number in range(5000):
        total += number * number
    return total


#: Seconds in each round, by name.
Rounds = dict[str, list[float]]


def measure(
    calls: dict[str, Call], rounds: int, machine: Machine, *, sample: float = SAMPLE, budget: float = BUDGET
) -> Rounds:
    """Seconds that each call takes, in each round.

    Args:
        calls: The contenders by name.
        rounds: Samples of each at most; in each round all take turns, in an order of its own.
        machine: Tells when to measure.
        sample: Seconds that a sample takes at least.
        budget: Seconds after which there are no more rounds than the fewest.
    """
    times = {}
    for name, call in calls.items():
        start = time.thread_time()
        for _ in range(4):  # whatever is made on first use; a reader is made on the second
            took = max(once(call), 1e-7)
            if time.thread_time() - start > _WARM:
                break
        times[name] = max(1, round(sample / took))
    samples: dict[str, list[float]] = {name: [] for name in calls}
    order = list(calls)
    shuffle = random.Random(4711).shuffle
    start = time.thread_time()  # and not the clock, which goes on while the machine is waited for
    for number in range(rounds):
        if number >= FEWEST and time.thread_time() - start > budget:
            break
        shuffle(order)
        for name in order:
            with without_collections():
                samples[name].append(machine.take(partial(warm, calls[name], times[name])))
    return samples


def collecting(call: Call) -> Call:
    """The call with Python's collector on, as it is where nobody measures."""

    def run() -> Any:
        gc.enable()
        try:
            return call()
        finally:
            gc.disable()

    return run


def medians(rounds: Rounds) -> dict[str, float]:
    """The median of each contender's rounds."""
    return {name: statistics.median(found) for name, found in rounds.items()}


def ratio(rounds: Rounds, one: str, other: str) -> float:
    """How many times the other's time one takes: the median of the rounds."""
    return statistics.median(a / b for a, b in zip(rounds[one], rounds[other], strict=True))


def difference(rounds: Rounds, one: str, other: str) -> float:
    """How many seconds more than the other one takes: the median of the rounds."""
    return statistics.median(a - b for a, b in zip(rounds[one], rounds[other], strict=True))
