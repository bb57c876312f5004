"""`annotate`: every value with its bytes, or every column of a file in bitcode."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.support import SNAPSHOT, altered, call
from snapformat import SchemaError, SnapshotFormat
from snapformat.bincode import u8
from snapformat.inspect.annotate import annotate
from snapformat.snapshot.catalogue import find_format

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
BITCODE = GOLDEN / "bitcode" / "snapshots" / "1.16.1" / "01_minimal" / "vmstate"


def test_values():
    rows = json.loads(call("annotate", "--json", SNAPSHOT).stdout)
    assert rows[1] == {
        "offset": 0,
        "size": 8,
        "kind": "u64",
        "path": "$.header.magic",
        "value": 0x710198486640000,
    }
    assert [row for row in rows if row["path"] == "$.vm_info.smt"] == [
        {"offset": 29, "size": 1, "kind": "bool", "path": "$.vm_info.smt", "value": False}
    ]
    assert sum(row["size"] for row in rows) == SNAPSHOT.stat().st_size
    assert rows[-1]["kind"] == "checksum"
    text = call("annotate", SNAPSHOT)
    assert text.exit_code == 0
    assert "29     1     bool      $.vm_info.smt" in text.stdout


def test_columns():
    rows = json.loads(call("annotate", "--json", BITCODE).stdout)
    assert rows[0] == {
        "offset": 0,
        "size": 9,
        "kind": "u64",
        "count": 1,
        "packing": "none",
        "path": "$.header.magic",
    }
    assert sum(row["size"] for row in rows) == BITCODE.stat().st_size - 8
    first = call("annotate", "--schema", "1.16/x86_64", BITCODE).stdout.splitlines()[0]
    assert first.split() == ["0", "9", "u64", "1", "none", "$.header.magic"]


@pytest.mark.parametrize("content", [BITCODE.read_bytes()[:8000], altered(29, b"\2", seal=True)])
def test_a_damaged_file(content: bytes, tmp_path: Path):
    """What comes before the damage is printed, and the error after it."""
    file = tmp_path / "damaged"
    file.write_bytes(content)
    done = call("annotate", "--json", file)
    assert done.exit_code == 1
    assert json.loads(done.stdout)
    assert done.stderr.startswith(f"error: Decode: {file}: ")


@pytest.mark.parametrize("content", [b"", b"\x7fELF" + bytes(100)])
def test_another_file(content: bytes, tmp_path: Path):
    file = tmp_path / "other"
    file.write_bytes(content)
    done = call("annotate", file)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")


def test_of_a_format_without_offsets_or_without_columns():
    one = SnapshotFormat(name="one", magic=1, version="1.0.0", payload=u8)
    content = one.new(5).to_bytes()
    with pytest.raises(SchemaError, match="`walk` iterates"):
        [*one.columns(content)]
    assert [each.value for each in annotate(content, one) if each.kind == "u8"] == [5]
    with pytest.raises(SchemaError, match="stores columns"):
        [*find_format("firecracker/1.16/x86_64").walk(BITCODE)]
