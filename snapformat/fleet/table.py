"""The table of a scan: its columns, and the rows of files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow as pa

from snapformat import doc, schema
from snapformat.arrow import plain_to_batch, schema_of
from snapformat.bincode import Option, SystemTime, u64
from snapformat.encodings.arrow.of_kinds import column_of
from snapformat.encodings.bincode.encoding import sealed
from snapformat.errors import SchemaError, SnapshotError, SnapshotIOError
from snapformat.fleet.contents import Batch, Item
from snapformat.fleet.merging import merged
from snapformat.fleet.safe_names import as_text
from snapformat.inspect import Condition, Verdict, max_file_size
from snapformat.inspect.families import TypesSummaries, family_of
from snapformat.inspect.locations import PathError
from snapformat.inspect.query import select
from snapformat.inspect.selector_types import ANY_SHAPE, kinds_at
from snapformat.inspect.selectors import parse_selector
from snapformat.inspect.summary import Summary, examine
from snapformat.model import kinds
from snapformat.model.checks import describe_exception
from snapformat.model.kinds import Kind
from snapformat.snapshot.catalogue import formats
from snapformat.snapshot.snapshot import Snapshot

_AS = re.compile(r"(?P<path>.+?)\s+AS\s+(?P<name>\w+)\s*", re.IGNORECASE | re.DOTALL)
_SUMMARY = "summary"


@schema
class Row:
    """The columns of every table, named as in `verify --json` and `info --json`."""

    location: str = doc("Path or URL, without credentials; members of archives as tar://NAME::ARCHIVE")
    size: Option[u64] = doc("Size in bytes; null if it could not be listed")
    mtime: Option[SystemTime] = doc("Modification time; null if it is not known, or before 1970")
    ok: bool = doc("Whether the file loads")
    condition: str = doc("ok, other-release, other-layout, damaged, not-a-snapshot or unreadable")
    error: Option[str] = doc("Class of the error: Io, Decode, InvalidMagic, InvalidFormatVersion or Crc64")
    path: Option[str] = doc("Value path of the error")
    offset: Option[u64] = doc("Byte offset of the error")
    message: Option[str] = doc("Text of the error, without place")
    release: Option[str] = doc("Release that most likely wrote the file")
    releases: list[str] = doc("All releases that may have written it, the likeliest first")
    arch: Option[str] = doc("Architecture that the magic identifies")
    version: Option[str] = doc("Version in the header")
    schema: Option[str] = doc("Name of the format")


@dataclass(frozen=True, slots=True)
class Plan:
    """The further columns of a scan; workers make all columns from it.

    Attributes:
        selects: Paths of parts, and the names of their columns.
    """

    selects: tuple[tuple[str, str], ...] = ()


def parse_select(text: str) -> tuple[str, str]:
    """Split `PATH AS name`; without a name the column is named by the path."""
    match = _AS.fullmatch(text)
    return (text, text) if match is None else (match["path"], match["name"])


def make_plan(selects: Iterable[str]) -> Plan:
    """Make the plan of a scan.

    Raises:
        PathError: A text is no path, no known format has such a part, or two columns have one name.
    """
    pairs = tuple(map(parse_select, selects))
    taken = {each.name for each in row_kind(Plan()).fields}
    for path, name in pairs:
        if name in taken:
            raise PathError(f"two columns are named {name}: write {path} AS another name")
        taken.add(name)
        _selected_kind(path)
    return Plan(pairs)


@lru_cache(maxsize=8)
def row_kind(plan: Plan) -> kinds.Struct:
    """Return the kind of a row."""
    base = sealed(Row)
    assert isinstance(base, kinds.Struct)
    fields = [*base.fields]
    summary = _summary_kind()
    if summary is not None:
        fields.append(
            kinds.Field(_SUMMARY, _SUMMARY, kinds.Option(summary), "Summary of the data; null if not ok")
        )
    fields += [kinds.Field(name, name, _selected_kind(path), path) for path, name in plan.selects]
    return kinds.Struct("Row", "struct", None, fields=tuple(fields))


def columns(plan: Plan) -> pa.Schema:
    """Return the schema of the table."""
    return schema_of(row_kind(plan), decoded=True)


def _summary_kind() -> Kind | None:
    """Return the kind of the summaries of all families; None if no family has any."""
    families = {each.family: family_of(each) for each in formats().values() if each.family is not None}
    typed: list[Kind] = []
    for family in families.values():
        found: object = family
        typed.append(found.summary_kind() if isinstance(found, TypesSummaries) else ANY_SHAPE)
    return merged(typed) if typed else None


@lru_cache(maxsize=256)
def _selected_kind(path: str) -> Kind:
    """Return the kind of what a path chooses, over all formats: an option, or a list if it may be several.

    Raises:
        PathError: It is no path, or no format has such a part.
    """
    try:
        selector = parse_selector(path)
    except ValueError as error:
        raise PathError(str(error)) from None
    found = [kind for each in formats().values() for kind in kinds_at(each, selector)]
    if not found:
        raise PathError(f"no known format has {path}")
    kind = merged(found)
    if not selector.is_single:
        return kinds.Option(kinds.Seq(kind))
    return kind if isinstance(kind, kinds.Option) else kinds.Option(kind)


def scan_batch(plan: Plan, batch: Batch) -> pa.RecordBatch:
    """Read the files of a batch, and return their rows. Bad files are rows; it does not raise."""
    rows = [_row(plan, item, data) for item, data in batch.contents(max_file_size())]
    return batch_of_rows(plan, rows)


def failed_batch(plan: Plan, batch: Batch, why: str) -> pa.RecordBatch:
    """Return rows that say why a batch could not be read at all."""
    return batch_of_rows(plan, [_row(plan, item, SnapshotIOError(why)) for item in batch.items])


def batch_of_rows(plan: Plan, rows: list[dict[str, Any]]) -> pa.RecordBatch:
    """Return rows of plain data as a batch; values that Arrow can't hold are null."""
    kind = row_kind(plan)
    try:
        return plain_to_batch(rows, kind, decoded=True)
    except Exception:
        _drop_misfits(kind, rows)
        return plain_to_batch(rows, kind, decoded=True)


def _drop_misfits(kind: kinds.Struct, rows: list[dict[str, Any]]) -> None:
    """Set values to None that their columns can't hold."""
    for field in kind.fields:
        column = column_of(field.kind, decoded=True)
        for row in rows:
            name = str(field.name)
            try:
                column.pack([row.get(name)])
            except Exception as error:
                row[name] = None
                if name == _SUMMARY:
                    row["message"] = as_text(f"the summary can't be stored: {describe_exception(error)}")


def _row(plan: Plan, item: Item, data: bytes | SnapshotError) -> dict[str, Any]:
    row: dict[str, Any] = {
        "location": item.location,
        "size": item.size,
        "mtime": None
        if item.mtime is None
        else {"secs_since_epoch": item.mtime // 10**9, "nanos_since_epoch": item.mtime % 10**9},
        "releases": [],
    }
    if not isinstance(data, SnapshotError):
        if item.size is None:
            row["size"] = len(data)
        try:
            summary, loaded = examine(data)
        except SnapshotError as error:
            data = error
        except SchemaError as error:
            data = SnapshotIOError(f"an installed schema can't be used: {error}")
        except Exception as error:
            data = SnapshotIOError(f"this is a bug in snapformat: {describe_exception(error)}")
        else:
            return row | _found(plan, summary, loaded)
    return row | _verdict(Verdict(None, data, Condition.UNREADABLE))


def _verdict(verdict: Verdict) -> dict[str, Any]:
    message, path = verdict.message, verdict.path
    return {
        "ok": verdict.ok,
        "condition": verdict.condition.value,
        "error": verdict.code,
        "path": None if path is None else as_text(path),
        "offset": verdict.offset,
        "message": None if message is None else as_text(message),
    }


def _found(plan: Plan, summary: Summary, loaded: Snapshot[Any] | None) -> dict[str, Any]:
    row = _verdict(Verdict(summary.format, summary.error, summary.condition))
    releases = [*summary.releases]
    row |= {
        "release": releases[0] if releases else None,
        "releases": releases,
        "arch": summary.arch,
        "version": None if summary.version is None else str(summary.version),
        "schema": summary.schema,
        _SUMMARY: summary.about,
    }
    if loaded is not None:
        row |= {name: _selected(loaded, path) for path, name in plan.selects}
    return row


def _selected(snapshot: Snapshot[Any], path: str) -> Any:
    """Return what a path chooses as plain data; None for a part that the file does not have."""
    selector = parse_selector(path)
    try:
        found = [each.to_json() for each in select(snapshot, selector)]
    except (PathError, SnapshotError):
        return None
    if not selector.is_single:
        return found
    return found[0] if found else None
