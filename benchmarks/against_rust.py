"""`python -m benchmarks.against_rust PROGRAM`: M as a file, loaded and saved here and by Rust, in turns.

PROGRAM is built from `rust/` by cargo. The status is 1 where a floor does not hold.
"""

from __future__ import annotations

import argparse
import io
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import payloads
from benchmarks.timing import Call
from snapformat import encode, machine

#: Most times as long as Rust: the floor and the aim. Only with the machine.
LOAD, LOAD_AIM = 3, 2


def main() -> int:
    """Measure, print, and return the status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.against_rust")
    parser.add_argument("program", type=Path, help="the built program")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each (%(default)s)")
    arguments = parser.parse_args()
    format_ = payloads.record_format(payloads.Records)
    file = payloads.file_of(payloads.Records, encode(payloads.records(), payloads.Records))
    snapshot = format_.load(file)
    ours: dict[str, Call] = {
        "load": lambda: format_.load(file),
        "save": lambda: snapshot.save(io.BytesIO()),
    }
    times: dict[str, list[tuple[float, float]]] = {"load": [], "save": []}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "records")
        path.write_bytes(file)
        for _ in range(arguments.rounds):
            said = subprocess.run(
                [arguments.program, path], check=True, capture_output=True, text=True
            ).stdout.split()
            for verb, theirs in zip(said[::2], said[1::2], strict=True):
                times[verb].append((_seconds(ours[verb]), int(theirs) / 1e9))
    print(f"executed by {machine}; {len(file)} bytes")
    ratios = {}
    for verb, found in times.items():
        here, there = (statistics.median(each) for each in zip(*found, strict=True))
        ratios[verb] = statistics.median(one / other for one, other in found)
        print(f"M {verb}: {here * 1e6:.0f} us, Rust {there * 1e6:.0f} us, {ratios[verb]:.2f} times as long")
    if machine != "C":
        return 0
    print(f"load: at most {LOAD} times as long, aim {LOAD_AIM}")
    return int(ratios["load"] > LOAD)


def _seconds(call: Call) -> float:
    """Return the median seconds of a call."""
    found = []
    for _ in range(41):
        start = time.perf_counter()
        for _ in range(20):
            call()
        found.append((time.perf_counter() - start) / 20)
    return statistics.median(found)


if __name__ == "__main__":
    sys.exit(main())
