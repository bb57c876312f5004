"""The example that moves a construct Struct here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "captured_packets.py"


def test_example():
    done = subprocess.run([sys.executable, EXAMPLE], capture_output=True, check=False, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("65 bytes, edited 79; b'longer than before'\n")
    assert '"size":18,"data":[108,111,' in done.stdout
    assert "\n  Data.packets size          8         2  Bytes of the data\n" in done.stdout
    assert done.stdout.endswith("\n  retyped: Data.packets size: u16 -> u32\n")
