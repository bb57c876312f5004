"""tinylabscom/mvm#3525, #3517: a snapshot of a newer release must be told apart from a damaged one.

The two files have the frame of Firecracker 1.16's: a leading 0, the magic, the version behind a length of one
byte, a body that is no state, CRC-64. In the second one, one bit of the body is turned.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from snapformat import CRC64_JONES

FOLDER = Path(__file__).with_name("newer-or-damaged")
SOUND, DAMAGED = FOLDER / "sound-1.16.vmstate", FOLDER / "damaged-1.16.vmstate"


def answer(command: str, path: Path) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "snapformat", command, "--json", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    found = json.loads(done.stdout)
    return found[0] if isinstance(found, list) else found


def test_the_checksum_tells_them_apart() -> None:
    sound, damaged = SOUND.read_bytes(), DAMAGED.read_bytes()
    assert CRC64_JONES.compute(sound[:-8]) == int.from_bytes(sound[-8:], "little")
    differing = [at for at in range(len(sound)) if sound[at] != damaged[at]]
    assert (len(sound), len(damaged), differing) == (637, 637, [300])


@pytest.mark.parametrize(
    ("path", "error", "condition"), [(SOUND, "Decode", "other-layout"), (DAMAGED, "Crc64", "damaged")]
)
def test_verdicts(path: Path, error: str, condition: str) -> None:
    found = answer("verify", path)
    assert (found["error"], found["condition"]) == (error, condition)
    assert "claimed bytes" not in found["message"]
    about = answer("info", path)
    assert about["status"] == "damaged"
    assert about["checksum"]["ok"] is (path == SOUND)


@pytest.mark.parametrize("version", ["11.0.0", "12.0.0", "77.1.0"])
def test_versions_that_no_schema_reads(version: str, tmp_path: Path) -> None:
    """The same for releases that are only named, and for those to come."""
    body = SOUND.read_bytes()[:-8].replace(b"10.0.0", version.encode())
    body = body.replace(b"\x06" + version.encode(), bytes([len(version)]) + version.encode())
    sound = body + CRC64_JONES.compute(body).to_bytes(8, "little")
    damaged = bytearray(sound)
    damaged[300] ^= 4
    verdicts = []
    for number, content in enumerate((sound, bytes(damaged))):
        path = tmp_path / str(number)
        path.write_bytes(content)
        verdicts.append((answer("verify", path), answer("info", path)))
    (one, about), (two, about_damaged) = verdicts
    assert (one["error"], one["condition"]) == ("InvalidFormatVersion", "other-release")
    assert one["message"].startswith("the format version is not supported: ")
    assert about["status"] == "unknown-version"
    assert (two["error"], two["condition"]) == ("Crc64", "damaged")
    assert version in two["message"]
    assert about_damaged["status"] == "damaged"
