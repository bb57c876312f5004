"""Changing many files: `set` and `migrate` over the sources of a scan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import fsspec

from snapformat.fleet.changes import Change, Task, change_batch, not_run, row_of
from snapformat.fleet.contents import Batch, Item
from snapformat.fleet.manifest import BEGUN, Manifest
from snapformat.fleet.running import connected, run_batches
from snapformat.fleet.sources import Sources, Store

#: Files of a batch: few, as a stop after failures takes effect between batches.
_FILES = 8
#: Failures after which a run stops.
MOST_FAILURES = 10


@dataclass(slots=True)
class Changes:
    """The result of a run that changed files.

    Attributes:
        states: Number of files by state: changed, same, failed, left.
        skipped: Number of files that a former run has changed.
        stopped: Whether it stopped because of failures.
        failures: Location and text of the failures.
    """

    states: Counter[str] = field(default_factory=Counter)
    skipped: int = 0
    stopped: bool = False
    failures: list[tuple[str, str]] = field(default_factory=list)


def change(
    sources: Iterable[str],
    what: Change,
    *,
    output: str | None = None,
    in_place: bool = False,
    dry_run: bool = False,
    manifest: str | None = None,
    names: Iterable[str] = (),
    most_failures: int | None = MOST_FAILURES,
    client: Any = None,
    scheduler: str | None = None,
    workers: int | None = None,
    storage_options: Mapping[str, Any] | None = None,
    on_row: Callable[[dict[str, Any]], None] | None = None,
) -> Changes:
    """Change all files of sources: into new files or keys, or local files in place.

    A file is replaced, or a new one gets its name, when it is complete; a file or key that is there already
    is never replaced by a new one. A run that is repeated with its manifest skips what is done, and does the
    rest.

    Args:
        sources: Sources, as for `scan`.
        what: The change of each file.
        output: Folder or URL for the results, under the names that the files have below their source.
        in_place: Replace local files.
        dry_run: Write nothing but the manifest, if one is given.
        manifest: A file that gets a line for each file before it is touched, and one with the result.
        names: Names of single files, as from a list.
        most_failures: Failures after which the run stops; None for no limit.
        client: A client of Dask; by default one for `scheduler` and `workers`.
        scheduler: The address of a scheduler; by default processes of this machine are started.
        workers: Number of processes; by default as many as cores.
        storage_options: Arguments of the file systems of fsspec.
        on_row: Called with the result of each file, as it is in the manifest.

    Raises:
        SnapshotIOError: A source does not exist, the manifest can't be written, or the scheduler is gone.
        ValueError: The arguments contradict each other.
    """
    what.check()
    if sum((output is not None, in_place, dry_run)) != 1:
        raise ValueError("say where to: a folder for the results, in place, or a dry run")
    if manifest is None and not dry_run:
        raise ValueError("a manifest is needed, to know what was touched if the run is interrupted")
    options = dict(storage_options or {})
    found = Sources(sources, names, options)
    record = None if manifest is None else Manifest(manifest)
    report = Changes()
    run = _Run(what, output, in_place, record, report, most_failures, options)
    try:
        with nullcontext(client) if client is not None else connected(scheduler, workers) as opened:
            for rows in run_batches(
                opened, partial(change_batch, what), run.tasks(found.files()), failed=not_run
            ):
                run.take(rows)
                for row in rows if on_row is not None else ():
                    on_row(row)  # type: ignore[misc]  # it is not None
    finally:
        if record is not None:
            record.close()
    return report


class _Run:
    """The state of a run in the client."""

    def __init__(
        self,
        what: Change,
        output: str | None,
        in_place: bool,
        record: Manifest | None,
        report: Changes,
        most: int | None,
        options: dict[str, Any],
    ) -> None:
        self._in_place = in_place
        self._record = record
        self._report = report
        self._most = most
        self._fs: Any = None
        self._folder = output
        if output is not None and "://" in output:
            self._fs, self._folder = fsspec.core.url_to_fs(output.rstrip("/"), **options)

    def tasks(self, files: Iterable[tuple[Store, Item]]) -> Iterator[Task]:
        """Iterate over the tasks; each is in the manifest before it can be run."""
        waiting: list[Item] = []
        place: Store | None = None
        for store, item in files:
            if self._report.stopped:
                return
            if self._record is not None and self._record.is_over(item, in_place=self._in_place):
                self._report.skipped += 1
                continue
            if store.packed:
                self._refuse(item, "files of compressed archives can't be changed: unpack them")
                continue
            if waiting and place is not None and (store != place or len(waiting) >= _FILES):
                yield self._task(place, waiting)
                waiting = []
            place = store
            waiting.append(item)
        if waiting and place is not None and not self._report.stopped:
            yield self._task(place, waiting)

    def _refuse(self, item: Item, why: str) -> None:
        self.take([row_of(item, None, "failed", error="Io", message=why)])

    def _task(self, store: Store, items: list[Item]) -> Task:
        targets: list[str | None] = [None] * len(items)
        if self._folder is not None:
            targets = [f"{self._folder.rstrip('/')}/{store.relative(item)}" for item in items]
        if self._record is not None:
            pairs = zip(items, targets, strict=True)
            self._record.write(row_of(item, target, BEGUN) for item, target in pairs)
        left = None if self._most is None else max(1, self._most - self._report.states["failed"])
        batch = store.batch(items)
        if self._in_place and (store.fs is not None or store.archive is not None):
            why = "only local files that are in no archive can be changed in place"
            batch = Batch(tuple(Item(each.location, each.path, fault=why) for each in items))
        is_dry = self._folder is None and not self._in_place
        return Task(batch, tuple(targets), self._fs, left, is_dry)

    def take(self, rows: list[dict[str, Any]]) -> None:
        """Note the results of a task."""
        if self._record is not None:
            self._record.write(rows)
        for row in rows:
            self._report.states[row["state"]] += 1
            if row["state"] == "failed":
                self._report.failures.append((row["location"], f"{row['error']}: {row['message']}"))
        if self._most is not None and self._report.states["failed"] >= self._most:
            self._report.stopped = True
