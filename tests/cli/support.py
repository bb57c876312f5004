"""Files to look at, and ways to call the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from snapformat import CRC64_JONES
from snapformat.cli._app import cli

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SNAPSHOT = EXAMPLES / "microvm.vmstate"
SCHEMA = "firecracker/1.14/x86_64"
MAGIC = "0x0710198486640000"

#: Offsets in the example: the header's parts, the first values of the data, and where it ends.
VERSION_LENGTH, VERSION, DATA, SMT, CPU_TEMPLATE = 8, 16, 21, 29, 30
DATA_END = 33374

#: Members of the two JSON forms, in their order.
INFO_MEMBERS = ["file", "size", "magic", "arch", "version", "schema"]
INFO_MEMBERS += ["payload_bytes", "trailing_bytes", "checksum", "status", "condition"]
INFO_MEMBERS += ["releases", "summary"]
VERIFY_MEMBERS = ["file", "ok", "error", "path", "offset", "message", "condition"]
#: What `info` says of a file in each condition that `verify` tells.
STATUS_OF = {
    "ok": "ok",
    "other-release": "unknown-version",
    "other-layout": "damaged",
    "damaged": "damaged",
    "not-a-snapshot": "not-a-snapshot",
}


def sound() -> bytes:
    return SNAPSHOT.read_bytes()


def sealed(content: bytes) -> bytes:
    """A file of this content and its checksum."""
    return content + CRC64_JONES.compute(content).to_bytes(8, "little")


def with_version(version: str, data: bytes | None = None) -> bytes:
    """The example, or other data, with another version in the header."""
    text = version.encode()
    rest = sound()[DATA:DATA_END] if data is None else data
    return sealed(sound()[:8] + len(text).to_bytes(8, "little") + text + rest)


def altered(offset: int, value: bytes, *, seal: bool) -> bytes:
    """The example with other bytes at an offset, and its checksum made to fit or not."""
    data = bytearray(sound())
    data[offset : offset + len(value)] = value
    return sealed(bytes(data[:-8])) if seal else bytes(data)


def call(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    """Call the command line in this process; whatever it raises fails the test."""
    return CliRunner().invoke(cli, [str(a) for a in arguments], input=stdin, catch_exceptions=False)


def info(path: Path) -> dict[str, Any]:
    """The JSON of `info`, its form and exit status checked."""
    result = call("info", path, "--json")
    assert result.stderr == ""
    row: dict[str, Any] = json.loads(result.stdout)
    check_info(row, path)
    assert result.exit_code == (0 if row["status"] in ("ok", "unknown-version") else 1)
    return row


def check_info(row: dict[str, Any], path: Path) -> None:
    """Check the form of what `info --json` prints."""
    assert list(row) == INFO_MEMBERS
    assert row["file"] == str(path)
    assert row["size"] == path.stat().st_size
    assert list(row["checksum"]) == ["stored", "computed", "ok"]
    assert row["checksum"]["ok"] in (True, False, None)
    assert row["status"] in ("ok", "damaged", "unknown-version", "not-a-snapshot")
    for text in (row["magic"], row["checksum"]["stored"], row["checksum"]["computed"]):
        if text is not None:
            assert len(text) == 18
            assert text == f"0x{int(text, 16):016x}"
    for name in ("arch", "version", "schema"):
        assert row[name] is None or isinstance(row[name], str)
    assert all(isinstance(release, str) for release in row["releases"])
    assert row["releases"] or row["schema"] is None
    assert (row["summary"] is not None) == (
        row["status"] == "ok" and row["schema"].startswith("firecracker/")
    )
    for name in ("payload_bytes", "trailing_bytes"):
        assert row[name] is None or row[name] >= 0


def verify(*paths: Path, release: str | None = None) -> list[dict[str, Any]]:
    """The JSON of `verify`, its form and exit status checked."""
    chosen = [] if release is None else ["--as", release]
    result = call("verify", *chosen, "--json", *paths)
    assert result.stderr == ""
    rows: list[dict[str, Any]] = json.loads(result.stdout)
    assert [row["file"] for row in rows] == [str(path) for path in paths]
    for row in rows:
        check_verdict(row)
    assert result.exit_code == (0 if all(row["ok"] for row in rows) else 1)
    return rows


def check_verdict(row: dict[str, Any]) -> None:
    """Check the form of a row of what `verify --json` prints."""
    assert list(row) == VERIFY_MEMBERS
    assert row["condition"] in (*STATUS_OF, "unreadable")
    assert row["ok"] == (row["condition"] == "ok")
    assert (row["error"] == "Io") == (row["condition"] == "unreadable")
    if row["error"] == "Crc64":
        assert row["condition"] in ("damaged", "not-a-snapshot")
    if row["ok"]:
        assert {row[name] for name in VERIFY_MEMBERS[2:-1]} == {None}
    else:
        assert row["error"] in ("Io", "Decode", "InvalidMagic", "InvalidFormatVersion", "Crc64")
        assert isinstance(row["message"], str)
        assert "\n" not in row["message"]
        assert row["path"] is None or row["path"].startswith("$")
        assert row["offset"] is None or row["offset"] >= 0


def command(*arguments: str | bytes | Path) -> list[str | bytes]:
    """The command line of a process of its own."""
    return [sys.executable, "-m", "snapformat", *(a if isinstance(a, bytes) else str(a) for a in arguments)]


def process(
    *arguments: str | bytes | Path, environment: dict[str, str] | None = None, **options: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run it to its end, which must come without a traceback."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 60, **options}
    done = subprocess.run(
        command(*arguments), env={**os.environ, **(environment or {})}, check=False, **options
    )
    assert b"Traceback" not in (done.stderr or b""), done.stderr.decode()
    return done
