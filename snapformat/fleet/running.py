"""Running tasks on Dask: batches stream into the graph, and results come as they are ready.

Placing tasks, and running those of a dead worker again, is up to Dask.
"""

from __future__ import annotations

import contextlib
import logging
import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import dask
from dask.system import CPU_COUNT
from distributed import Client, LocalCluster, as_completed
from distributed.scheduler import KilledWorker

from snapformat.errors import SnapshotIOError

B = TypeVar("B")
R = TypeVar("R")

#: Batches per thread of a worker that are in the graph: one is run, the others wait for it.
_AHEAD = 2
#: Configuration without the pages of Dask's web servers.
_NO_PAGES: dict[str, list[str]] = {
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}
#: Results after which the number of workers is looked up again.
_BETWEEN = 32


@contextlib.contextmanager
def connected(scheduler: str | None, workers: int | None) -> Iterator[Any]:
    """Return a client of Dask in a `with` block.

    Args:
        scheduler: The address of a scheduler, such as `tcp://host:8786`; None for processes of this machine.
        workers: Number of processes; by default as many as cores.

    Raises:
        SnapshotIOError: The scheduler can't be reached.
    """
    if scheduler is not None:
        try:
            client = Client(scheduler, timeout="10s")
        except (OSError, ValueError) as error:
            raise SnapshotIOError(f"cannot reach the scheduler: {error}", file=scheduler) from error
        with client:
            yield client
        return
    with _sealed_path(), _local_cluster(workers) as cluster, Client(cluster) as client:
        yield client


def _local_cluster(workers: int | None) -> Any:
    """Start processes of this machine, and nothing else: no web pages of Dask."""
    with warnings.catch_warnings(), dask.config.set(_NO_PAGES):
        warnings.simplefilter("ignore")  # of slow disks and used ports
        return LocalCluster(
            n_workers=workers or CPU_COUNT,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        )


@contextlib.contextmanager
def _sealed_path() -> Iterator[None]:
    """Keep the working directory out of the paths that started processes import from."""
    name = "PYTHONSAFEPATH"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def run_batches(
    client: Any, work: Callable[[B], R], batches: Iterable[B], *, failed: Callable[[B, str], R]
) -> Iterator[R]:
    """Run a function on batches, and yield the results in the order in which they are ready.

    No more batches are taken than the workers need soon, and no result is kept.

    Args:
        client: The client.
        work: The function; it runs in workers.
        batches: Its arguments.
        failed: Makes the result of a batch that workers died of, or that could not be run, and the reason.

    Raises:
        SnapshotIOError: The scheduler is gone.
    """
    waiting = iter(batches)
    running: dict[str, B] = {}
    ready = as_completed()
    most = _most(client)

    def fill() -> None:
        for batch in waiting:
            future = client.submit(work, batch, pure=False)
            running[future.key] = batch
            ready.add(future)
            if len(running) >= most:
                return

    fill()
    for number, future in enumerate(ready, 1):
        batch = running.pop(future.key)
        if future.status == "cancelled" or future.status == "lost":
            raise SnapshotIOError("the scheduler is gone")
        try:
            result = future.result()
        except KilledWorker:
            result = failed(batch, "the worker processes that read it were killed")
        except Exception as error:
            result = failed(batch, f"the batch failed: {type(error).__name__}")
        del future  # so that the scheduler forgets the result
        yield result
        if number % _BETWEEN == 0:
            most = _most(client)
        fill()


def _most(client: Any) -> int:
    """Return how many batches may be in the graph."""
    threads: int = sum(client.nthreads().values())
    return max(_AHEAD * threads, 2) + 1
