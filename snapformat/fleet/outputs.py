"""Where tables are written: a folder of Parquet files, or a file of JSON Lines.

Both have only whole rows at any time. A Parquet file is one row group, and gets its name when it is
complete; lines are appended, and an incomplete last one is cut off by the next run.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

from snapformat.encodings.arrow.of_kinds import column_of
from snapformat.encodings.json.text import format_json, parse_json
from snapformat.errors import DecodeError, SnapshotIOError
from snapformat.fleet.contents import fault_of
from snapformat.fleet.names import Names, is_stale
from snapformat.fleet.safe_names import secrets_of
from snapformat.io import write_all
from snapformat.model import kinds

#: Bytes after which a row group is written, whatever number of rows it has.
_MOST_BYTES = 16 << 20
#: Seconds after which rows are written, however few they are.
_LONGEST = 60.0


class Output(Protocol):
    """A table that is written."""

    def former(self, names: Names) -> int:
        """Add the rows of a former run to the names; return their number.

        Raises:
            DecodeError: The table has other columns.
        """

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows; they are written together with others."""

    def flush(self) -> None:
        """Write all rows added so far."""

    def drop(self, part: str, keys: frozenset[bytes]) -> None:
        """Remove rows of a former run."""


class ParquetFolder:
    """A folder of Parquet files, local or of a file system of fsspec.

    Args:
        folder: Path or URL.
        schema: The columns.
        rows: Maximum number of rows of a row group.
        options: Arguments of the file system.
    """

    def __init__(self, folder: str, schema: pa.Schema, rows: int, options: dict[str, Any]) -> None:
        self._schema = schema
        self._rows = rows
        self._secrets = secrets_of([folder], options)
        self._waiting: list[pa.RecordBatch] = []
        self._since = time.monotonic()
        self._run = os.urandom(4).hex()
        self._fs: Any = None
        self._folder = folder.rstrip("/")
        if "://" in folder:
            self._fs, self._folder = fsspec.core.url_to_fs(folder.rstrip("/"), **options)
        else:
            try:
                os.makedirs(folder, exist_ok=True)
            except OSError as cause:
                raise SnapshotIOError(
                    f"cannot create the folder: {cause.strerror}", cause=cause, file=folder
                ) from cause
        self._next = 1 + max((int(name[5:13]) for name in self.parts()), default=0)

    def parts(self) -> list[str]:
        """Return the names of the files, in the order in which they were written."""
        try:
            if self._fs is None:
                found = os.listdir(self._folder)
            else:
                self._fs.invalidate_cache()
                found = [
                    each.rpartition("/")[2]
                    for each in (
                        self._fs.ls(self._folder, detail=False) if self._fs.exists(self._folder) else []
                    )
                ]
        except Exception as error:
            raise fault_of("cannot list the table", error, self._secrets) from None
        return sorted(
            name
            for name in found
            if name.startswith("part-") and name.endswith(".parquet") and name[5:13].isdecimal()
        )

    def former(self, names: Names) -> int:
        """Add the rows of a former run to the names; return their number."""
        number = 0
        for part in self.parts():
            file = pq.ParquetFile(self._source(part))
            if not file.schema_arrow.equals(self._schema):
                raise DecodeError(
                    "the table has other columns: was it made with other --select, or another version?",
                    file=f"{self._folder}/{part}",
                )
            table = file.read(columns=["location", "size", "mtime"])
            times = table.column("mtime").cast(pa.int64())
            names.add_former(
                part,
                zip(
                    table.column("location").to_pylist(),
                    table.column("size").to_pylist(),
                    times.to_pylist(),
                    strict=True,
                ),
            )
            number += table.num_rows
        return number

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows; they are written together with others."""
        self._waiting.append(batch)
        rows = sum(each.num_rows for each in self._waiting)
        while rows >= self._rows:
            table = pa.Table.from_batches(self._waiting, self._schema)
            self._put(table.slice(0, self._rows))
            self._waiting = table.slice(self._rows).to_batches()
            rows -= self._rows
        is_large = sum(each.nbytes for each in self._waiting) >= _MOST_BYTES
        if is_large or time.monotonic() - self._since > _LONGEST:
            self.flush()

    def flush(self) -> None:
        """Write all rows added so far."""
        table = pa.Table.from_batches(self._waiting, self._schema)
        self._waiting = []
        if table.num_rows:
            self._put(table)

    def _put(self, table: pa.Table) -> None:
        self._save(f"part-{self._next:08}-{self._run}.parquet", table)
        self._next += 1
        self._since = time.monotonic()

    def _save(self, part: str, table: pa.Table) -> None:
        file = io.BytesIO()
        pq.write_table(table, file, compression="zstd", row_group_size=self._rows)
        if self._fs is None:
            write_all(os.path.join(self._folder, part), file.getvalue())
            return
        try:
            self._fs.pipe_file(f"{self._folder}/{part}", file.getvalue())
        except Exception as error:
            raise fault_of("cannot write the table", error, self._secrets) from None

    def _source(self, part: str) -> Any:
        path = f"{self._folder}/{part}"
        return path if self._fs is None else io.BytesIO(self._fs.cat_file(path))

    def drop(self, part: str, keys: frozenset[bytes]) -> None:
        """Remove rows of a former run."""
        table = pq.ParquetFile(self._source(part)).read()
        kept = [not is_stale(each, keys) for each in table.column("location").to_pylist()]
        self._save(part, table.filter(pa.array(kept, pa.bool_())).cast(self._schema))


class JsonLines:
    """A file of JSON Lines: a row a line, in the JSON form of the kind.

    Args:
        path: Path; `-` is standard output.
        kind: The kind of a row.
    """

    def __init__(self, path: str, kind: kinds.Struct) -> None:
        self._path = path
        self._column = column_of(kind, decoded=True)
        self._names = [str(each.name) for each in kind.fields]
        self._end: int | None = None

    def former(self, names: Names) -> int:
        """Cut off an incomplete last line, and add the rows to the names; return their number."""
        number = 0
        with open(self._path, "rb+") as file:
            end = 0
            for line in file:
                if not line.endswith(b"\n"):
                    file.truncate(end)
                    break
                end += len(line)
                names.add_former("", [_stamped(self._row(line))])
                number += 1
            self._end = end
        return number

    def _row(self, line: bytes) -> Any:
        row = parse_json(line)
        if not isinstance(row, dict) or [*row] != self._names:
            raise DecodeError(
                "the table has other columns: was it made with other --select, or another version?",
                file=self._path,
            )
        return row

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        rows = self._column.unpack(batch.to_struct_array())
        data = "".join(f"{format_json(row)}\n" for row in rows).encode()
        if self._path == "-":
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            return
        try:
            with open(self._path, "ab") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as cause:
            raise SnapshotIOError(f"cannot write: {cause.strerror}", cause=cause, file=self._path) from cause

    def flush(self) -> None:
        """Do nothing: rows are written when they come."""

    def drop(self, part: str, keys: frozenset[bytes]) -> None:
        """Remove rows of a former run."""
        with open(self._path, "rb") as file:
            lines = file.read()
        end = self._end or 0
        kept = [line for line in lines[:end].splitlines(keepends=True) if not is_stale(_location(line), keys)]
        write_all(self._path, b"".join(kept) + lines[end:])


def _stamped(row: dict[str, Any]) -> tuple[str, int | None, int | None]:
    mtime = row["mtime"]
    time_ = None
    if mtime is not None:
        time_ = mtime["secs_since_epoch"] * 10**9 + mtime["nanos_since_epoch"]
    return row["location"], row["size"], time_


def _location(line: bytes) -> str:
    location: str = parse_json(line)["location"]
    return location


def kept_rows(batch: pa.RecordBatch, names: Names) -> pa.RecordBatch:
    """Return the rows of a batch that belong in the table; see `Names.keeps`."""
    times = batch.column("mtime").cast(pa.int64()).to_pylist()
    rows: Iterable[Any] = zip(
        batch.column("location").to_pylist(), batch.column("size").to_pylist(), times, strict=True
    )
    kept = [names.keeps(location, (size, mtime)) for location, size, mtime in rows]
    return batch if all(kept) else batch.filter(pa.array(kept, pa.bool_()))


@contextlib.contextmanager
def flushed(output: Output) -> Iterator[None]:
    """Write the waiting rows in the end, whatever ends the run."""
    try:
        yield
    finally:
        output.flush()
