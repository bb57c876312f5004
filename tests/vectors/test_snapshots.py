"""Good files of both architectures: every operation, and the same bytes again."""

from __future__ import annotations

import snapformat
from snapformat.snapshot.checksum import CRC64_JONES
from vectors import formats
from vectors.checks import assert_bytes, assert_same, value_of, world
from vectors.data import Row, each_row

_MAGICS = {"x86_64": 0x0710_1984_8664_0000, "aarch64": 0x0710_1984_AAAA_0000}


@each_row("snapshots*.jsonl")
def test_snapshot(row: Row) -> None:
    magic = int(row["magic"], 16)
    assert magic == _MAGICS[row["arch"]]
    form = formats.format_of(magic, row["version"], row["payload_type"])
    shape = world().shape(row["payload_type"])
    wanted = value_of(shape, row)
    data = row.bytes
    assert len(data) == row["file_len"]
    assert CRC64_JONES.compute(data[:-8]) == int(row["crc"], 16)
    assert CRC64_JONES.compute(data) == 0

    version, taken = formats.format_version(form, data)
    assert str(version) == row["version"]
    assert taken == row["header_len"]

    payload = data[row["header_len"] : row["header_len"] + row["payload_len"]]
    assert_bytes(snapformat.encode(wanted, world().annotation(row["payload_type"])), payload, "encode")
    for load in (formats.load, formats.load_without_crc_check):
        snapshot = load(form, data)
        assert snapshot.magic == magic
        assert str(snapshot.version) == row["version"]
        assert_same(shape, snapshot.data, wanted, load.__name__)
        assert_bytes(formats.saved(snapshot), data, f"save after {load.__name__}")
    assert_bytes(formats.saved(form.new(wanted)), data, "save of a new snapshot")
