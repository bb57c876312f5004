"""Reading tables, and what single-file calls say of the same files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from snapformat.inspect import judge, summarize


def rows_of(folder: Path) -> dict[str, dict[str, Any]]:
    """The rows of a table of Parquet files by location; fails if a location has two."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("part-*.parquet")):
        table = pq.ParquetFile(path).read()
        times = table.column("mtime").cast(pa.int64())
        table = table.set_column(table.schema.get_field_index("mtime"), "mtime", times)
        for row in table.to_pylist():
            assert row["location"] not in found, f"{row['location']} has two rows"
            found[row["location"]] = row
    return found


def check_row(row: dict[str, Any], data: bytes) -> None:
    """Hold a row against `judge` and `summarize`."""
    verdict, summary = judge(data), summarize(data)
    assert row["size"] == len(data)
    assert (row["ok"], row["condition"], row["error"]) == (verdict.ok, verdict.condition, verdict.code)
    assert (row["path"], row["offset"], row["message"]) == (verdict.path, verdict.offset, verdict.message)
    assert (row["releases"], row["arch"], row["schema"]) == (
        [*summary.releases],
        summary.arch,
        summary.schema,
    )
    assert row["release"] == (summary.releases[0] if summary.releases else None)
    assert row["version"] == (None if summary.version is None else str(summary.version))
    check_plain(row["summary"], summary.about)


def check_plain(found: Any, wanted: Any) -> None:
    """Hold a value of the table against plain data, which may lack names that are null."""
    if isinstance(wanted, dict):
        assert wanted.keys() <= found.keys()
        for name, value in found.items():
            check_plain(value, wanted.get(name))
    elif isinstance(wanted, list):
        assert len(found) == len(wanted)
        for one, other in zip(found, wanted, strict=True):
            check_plain(one, other)
    else:
        assert found == wanted


def all_files(folder: Path) -> Iterable[Path]:
    """All files below a folder."""
    return (path for path in folder.rglob("*") if path.is_file())
