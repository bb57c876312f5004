"""`annotate`: every value with its bytes, or every column of a file in bitcode."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.support import SNAPSHOT, altered, call
from snapformat import SchemaError, SnapshotFormat
from snapformat.bincode import u8
from snapformat.inspect.annotate import annotate
from snapformat.inspect.annotate_html import page as annotation_page
from snapformat.snapshot.catalogue import find_format

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
BITCODE = GOLDEN / "bitcode" / "snapshots" / "1.16.1" / "01_minimal" / "vmstate"


def test_values():
    rows = json.loads(call("annotate", "--json", SNAPSHOT).stdout)
    magic = {"offset": 0, "size": 8, "kind": "u64", "path": "$header.magic", "value": "0x710198486640000"}
    assert rows[1] == {**magic, "meaning": "Identifies the format and the architecture"}
    (smt,) = [row for row in rows if row["path"] == "$.vm_info.smt"]
    assert smt.pop("meaning").startswith("Two vCPUs")
    assert smt == {"offset": 29, "size": 1, "kind": "bool", "path": "$.vm_info.smt", "value": False}
    assert sum(row["size"] for row in rows) == SNAPSHOT.stat().st_size
    assert rows[-1]["kind"] == "checksum"
    text = call("annotate", SNAPSHOT)
    assert text.exit_code == 0
    (line,) = [line for line in text.stdout.splitlines() if "$.vm_info.smt " in line]
    assert line.split()[:6] == ["0x1d", "1", "00", "bool", "$.vm_info.smt", "false"]


def test_columns():
    rows = json.loads(call("annotate", "--json", BITCODE).stdout)
    assert rows[0] == {
        "offset": 0,
        "size": 9,
        "kind": "u64",
        "count": 1,
        "packing": "none",
        "path": "$.header.magic",
        "meaning": "Identifies the format and the architecture",
    }
    assert sum(row["size"] for row in rows) == BITCODE.stat().st_size - 8
    first = call("annotate", "--schema", "1.16/x86_64", BITCODE).stdout.splitlines()[0]
    assert first.split()[:6] == ["0x0", "9", "u64", "1", "none", "$.header.magic"]


def rows_of(*arguments: str | Path) -> list[dict[str, Any]]:
    done = call("annotate", "--json", *arguments)
    assert (done.exit_code, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_a_part():
    regs = rows_of(SNAPSHOT, "--path", "vcpu_states[0].regs")
    assert {row["path"] for row in regs} >= {"$.vcpu_states[0].regs", "$.vcpu_states[0].regs.rip"}
    assert all(row["path"].startswith("$.vcpu_states[0].regs") for row in regs)
    raw = rows_of(SNAPSHOT, "--path", "vcpu_states[0].regs", "--raw")
    assert [row["kind"] for row in raw] == ["byteslen", "bytes"]
    assert [row["path"] for row in rows_of(SNAPSHOT, "--range", "29:0x1f")] == [
        "$.vm_info.smt",
        "$.vm_info.cpu_template",
    ]


def test_depth():
    """Rows of deeper values are put together, and still cover the file."""
    for depth in ("0", "1", "3"):
        rows = rows_of(SNAPSHOT, "--depth", depth)
        assert sum(row["size"] for row in rows) == SNAPSHOT.stat().st_size
    assert [row["path"] for row in rows_of(SNAPSHOT, "--depth", "1") if row["kind"] == "..."] == [
        "$header",
        "$.vm_info",
        "$.kvm_state",
        "$.vm_state",
        "$.vcpu_states",
        "$.device_states",
    ]


@pytest.mark.parametrize(
    "options", [["--path", "a["], ["--range", "x"], ["--range", "5"], ["--depth", "-1"], ["--as", "xml"]]
)
def test_wrong_options(options: list[str]):
    assert call("annotate", SNAPSHOT, *options).exit_code == 2


def test_a_page(tmp_path: Path):
    page = call("annotate", "--as", "html", SNAPSHOT).stdout
    assert page.startswith("<!doctype html>")
    assert "$.vm_info.smt" in page
    assert "<script" not in page
    hostile = SnapshotFormat(name="x", magic=1, version="1.0.0", payload=str)
    file = tmp_path / "<b>&.snap"
    file.write_bytes(hostile.new("<script>alert(1)</script>").to_bytes())
    rows = [*annotate(file, hostile)]
    assert "<script" not in annotation_page(str(file), file.read_bytes(), rows, None)


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
