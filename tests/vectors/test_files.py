"""Whole files: damaged ones, odd but accepted ones, and those at the limit of 10 MiB."""

from __future__ import annotations

from typing import Any

import pytest

from snapformat.errors import SnapshotError
from snapformat.snapshot.checksum import CRC64_JONES
from vectors import formats
from vectors.checks import assert_error, assert_same, value_of, world
from vectors.data import Row, each_row


@each_row("neg_*.jsonl", "limits_10mib*.jsonl")
def test_file(row: Row) -> None:
    form = formats.format_of(int(row["magic"], 16), row["supported_version"], row["payload_type"])
    data = row.bytes
    if "file_len" in row:
        assert len(data) == row["file_len"]
    if "crc" in row:
        assert CRC64_JONES.compute(data[:-8]) == int(row["crc"], 16)
    if not row.is_ok:
        with pytest.raises(SnapshotError) as caught:
            _run(form, row["op"], data)
        assert_error(caught.value, row)
        return
    version, snapshot, taken = _run(form, row["op"], data)
    if "file_version" in row:
        assert str(version) == row["file_version"]
    if "file_version_len" in row:
        assert len(str(version)) == row["file_version_len"]
    if "bytes_read" in row:
        assert taken == row["bytes_read"], f"took {taken} bytes, wanted {row['bytes_read']}"
    if snapshot is not None:
        assert snapshot.magic == int(row["magic"], 16)
        if "value" in row:
            shape = world().shape(row["payload_type"])
            assert_same(shape, snapshot.data, value_of(shape, row), row["op"])


def _run(form: Any, op: str, data: bytes) -> tuple[Any, Any, int | None]:
    """Version, snapshot (if any) and bytes taken (if known)."""
    if op == "get_format_version":
        version, taken = formats.format_version(form, data)
        return version, None, taken
    loader = {"load": formats.load, "load_without_crc_check": formats.load_without_crc_check}[op]
    snapshot = loader(form, data)
    return snapshot.version, snapshot, None
