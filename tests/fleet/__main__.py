"""`python -m tests.fleet`, from the root of the repository: see `make fleet`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # as pytest's `pythonpath` does

from fleet import measured, whole


def main() -> int:
    """Run the parts that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.fleet", description=__doc__)
    parser.add_argument("parts", nargs="*", help="whole, throughput, addresses, memory; by default all")
    parser.add_argument("--local", type=int, default=50_000, help="files on disk")
    parser.add_argument("--remote", type=int, default=5_000, help="objects in the S3 server")
    parser.add_argument("--same", type=int, default=5_000, help="files that are measured")
    parser.add_argument("--names", type=int, nargs="+", default=[100_000, 1_000_000], help="long listings")
    parser.add_argument("--work", type=Path, help="folder that is kept; by default a temporary one")
    given = parser.parse_args()
    parts = given.parts or ["whole", "throughput", "addresses", "memory"]
    with tempfile.TemporaryDirectory() as folder:
        work = given.work or Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        if "whole" in parts:
            whole.run(work, given.local, given.remote)
        if "throughput" in parts:
            measured.throughput(work, given.same)
        if "addresses" in parts:
            measured.addresses(work, given.same)
        if "memory" in parts:
            measured.memory(work, given.names)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
