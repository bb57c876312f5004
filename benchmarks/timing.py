"""Measuring: rounds in which all contenders take turns, and the median of each one's rounds."""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Call = Callable[[], Any]

#: Seconds that one sample takes at least, by repeating what is faster.
SAMPLE = 0.004


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


def once(call: Call, times: int = 1) -> float:
    """Seconds of this thread's processor time that a call takes; what other processes do does not count."""
    repeats = range(times)
    start = time.thread_time_ns()
    for _ in repeats:
        call()
    return (time.thread_time_ns() - start) / times / 1e9


def medians(
    calls: dict[str, Call], rounds: int, *, sample: float = SAMPLE, collect: bool = False
) -> dict[str, float]:
    """Median seconds of each call.

    Args:
        calls: The contenders by name.
        rounds: Samples of each; in each round all take turns, in an order of its own.
        sample: Seconds that a sample takes at least.
        collect: Leave the collector on while measuring.
    """
    times = {}
    for name, call in calls.items():
        for _ in range(3):
            call()  # whatever is made on first use; a reader is made on the second
        took = max(once(call), 1e-7)
        times[name] = max(1, round(sample / took))
    samples: dict[str, list[float]] = {name: [] for name in calls}
    order = list(calls)
    shuffle = random.Random(4711).shuffle
    for _ in range(rounds):
        shuffle(order)
        for name in order:
            with without_collections():
                if collect:
                    gc.enable()
                samples[name].append(once(calls[name], times[name]))
    return {name: statistics.median(found) for name, found in samples.items()}
