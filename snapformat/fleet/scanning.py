"""Scanning: a row of a table for every file of the sources."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pyarrow as pa

from snapformat.fleet.contents import Batch, Item
from snapformat.fleet.names import Names
from snapformat.fleet.outputs import JsonLines, Output, ParquetFolder, flushed, kept_rows
from snapformat.fleet.running import connected, run_batches
from snapformat.fleet.safe_names import as_text, clean_url
from snapformat.fleet.sources import Sources, Store
from snapformat.fleet.table import Plan, columns, failed_batch, make_plan, row_kind, scan_batch

#: Files of a batch, and bytes after which it has no more files.
_FILES, _BYTES = 64, 32 << 20
#: Rows of a row group.
ROWS = 10_000


@dataclass(slots=True)
class Report:
    """The result of a scan.

    Attributes:
        rows: Number of rows that were written.
        former: Number of rows of a former run.
        skipped: Number of files that a former run has rows of.
        conditions: Number of new rows by condition.
        releases: Number of new rows by release; of files that no release has written, None.
    """

    rows: int = 0
    former: int = 0
    skipped: int = 0
    conditions: Counter[str] = field(default_factory=Counter)
    releases: Counter[str | None] = field(default_factory=Counter)

    def add(self, batch: pa.RecordBatch) -> None:
        """Count the rows of a batch."""
        self.rows += batch.num_rows
        self.conditions.update(batch.column("condition").to_pylist())
        self.releases.update(batch.column("release").to_pylist())


def scan(
    sources: Iterable[str],
    output: str,
    *,
    select: Iterable[str] = (),
    names: Iterable[str] = (),
    resume: bool = False,
    client: Any = None,
    scheduler: str | None = None,
    workers: int | None = None,
    storage_options: Mapping[str, Any] | None = None,
    rows: int = ROWS,
    progress: Callable[[Report], None] | None = None,
) -> Report:
    """Verify and summarize all files of sources, and write a table of them.

    A file that can't be read is a row, and no reason to stop. The columns are those of `fleet.table.Row`,
    the summary of the data, and what `select` names.

    Args:
        sources: Folders, files, tar archives, patterns, and URLs of fsspec.
        output: A folder for Parquet files, a path or URL; a name that ends in `.jsonl` gets JSON Lines, and
            `-` is standard output.
        select: Further columns, `PATH AS name`: the parts that a path chooses, as a list if it may choose
            several.
        names: Names of single files, as from a list.
        resume: Go on with a table: files that it has, with the same size and time, are skipped. Rows of files
            that have changed are replaced.
        client: A client of Dask; by default one for `scheduler` and `workers`.
        scheduler: The address of a scheduler; by default processes of this machine are started.
        workers: Number of processes; by default as many as cores.
        storage_options: Arguments of the file systems of fsspec.
        rows: Maximum number of rows of a row group.
        progress: Called with the report after each batch.

    Raises:
        PathError: A path to select is none, or no format has such a part.
        SnapshotIOError: A source does not exist, the table can't be written, or the scheduler is gone.
        DecodeError: A table to go on with has other columns.
        ValueError: There is a table, and `resume` is not set.
    """
    options = dict(storage_options or {})
    plan = make_plan(select)
    given = [*sources]
    found = Sources(given, names, options)
    table = _table(output, plan, resume, rows, options)
    report = Report()
    seen = Names()
    if resume and _exists(output):
        report.former = table.former(seen)
    is_unique = len(given) == 1 and names == () and not seen.former
    listed = _without_output(found.files(), output)
    files = listed if is_unique else _new_files(listed, seen, report)
    if client is not None:
        _run(client, plan, files, table, seen, report, progress)
    else:
        with connected(scheduler, workers) as opened:
            _run(opened, plan, files, table, seen, report, progress)
    for part, keys in seen.stale_parts():
        table.drop(part, keys)
    seen.close()
    return report


def _run(
    client: Any,
    plan: Plan,
    files: Iterator[tuple[Store, Item]],
    table: Output,
    seen: Names,
    report: Report,
    progress: Callable[[Report], None] | None,
) -> None:
    work = partial(scan_batch, plan)
    with flushed(table):
        for batch in run_batches(client, work, batched(files), failed=partial(failed_batch, plan)):
            kept = kept_rows(batch, seen) if seen.former else batch
            report.skipped += batch.num_rows - kept.num_rows
            if kept.num_rows:
                report.add(kept)
                table.write(kept)
            if progress is not None:
                progress(report)


def _without_output(files: Iterator[tuple[Store, Item]], output: str) -> Iterator[tuple[Store, Item]]:
    """Leave out the table itself, which may lie in a folder of the sources."""
    own = as_text(clean_url(output) if "://" in output else os.path.abspath(output)).rstrip("/")
    below = f"{own}/"
    return (each for each in files if each[1].location != own and not each[1].location.startswith(below))


def _exists(output: str) -> bool:
    return "://" in output or os.path.exists(output)


def _table(output: str, plan: Plan, resume: bool, rows: int, options: dict[str, Any]) -> Output:
    """Open the table.

    Raises:
        ValueError: There is one, and the run is not to go on with it.
    """
    if output == "-" or output.endswith(".jsonl"):
        if output == "-" and resume:
            raise ValueError("standard output has no table to go on with")
        if not resume and output != "-" and os.path.exists(output) and os.path.getsize(output):
            raise ValueError(f"{output} is there already: go on with it (resume), or name another")
        return JsonLines(output, row_kind(plan))
    if "://" not in output and os.path.isfile(output):
        raise ValueError(f"{output} is a file: name a folder for Parquet files, or a file NAME.jsonl")
    table = ParquetFolder(output, columns(plan), rows, options)
    if not resume and table.parts():
        raise ValueError(f"{output} has a table already: go on with it (resume), or name another")
    return table


def _new_files(
    files: Iterator[tuple[Store, Item]], seen: Names, report: Report
) -> Iterator[tuple[Store, Item]]:
    """Iterate over the files that were not listed before in this run, and that the table does not have."""
    for store, item in files:
        if store.packed:  # its members are compared when they come
            yield store, item
            continue
        is_new, former = seen.meet(item.location)
        if not is_new:
            continue
        if former is not None and item.size is None and item.fault is None:
            yield store, replace(item, former=former)
        elif former is not None and former == item.stamp:
            report.skipped += 1
        else:
            yield store, item


def batched(files: Iterable[tuple[Store, Item]]) -> Iterator[Batch]:
    """Group files that lie in one place, in their order."""
    items: list[Item] = []
    place: Store | None = None
    size = 0
    for store, item in files:
        is_full = len(items) >= _FILES or size >= _BYTES or (place is not None and place.packed)
        if place is not None and items and (is_full or store != place):
            yield place.batch(items)
            items, size = [], 0
        place = store
        items.append(item)
        size += item.size or 0
    if place is not None and items:
        yield place.batch(items)
