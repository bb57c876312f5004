"""A whole fleet, on disk and in an S3 server: scanned, killed twice, gone on with, and held row by row."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from fleet.made import contents, make
from fleet.measured import ENVIRONMENT
from fleet.reading import check_row, rows_of

_PORT = 15999
_S3 = {
    "AWS_ACCESS_KEY_ID": "fleet-key-id",
    "AWS_SECRET_ACCESS_KEY": "fleet-secret-value",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ENDPOINT_URL": f"http://127.0.0.1:{_PORT}",
}
_BUCKET = "fleet"
#: Seed of the files in the S3 server.
_SEED = 2


@contextmanager
def _server() -> Iterator[Any]:
    """An S3 server of this machine, and its file system."""
    import s3fs

    command = [sys.executable, "-P", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(_PORT)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.environ.update(_S3)
    try:
        fs = s3fs.S3FileSystem()
        for _ in range(600):
            try:
                fs.mkdir(_BUCKET)
                break
            except Exception:
                time.sleep(0.5)
        yield fs
    finally:
        running.terminate()
        running.wait()


def _scan(out: Path, *sources: str, resume: bool = False) -> subprocess.Popen[str]:
    command = [sys.executable, "-P", "-m", "snapformat", "scan", *sources, "-o", str(out), "--workers", "2"]
    command += ["--rows", "1000", *(["--resume"] if resume else [])]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True, env={**ENVIRONMENT, **_S3}
    )


def _wait_for(out: Path, parts: int, running: subprocess.Popen[str]) -> None:
    while len([*out.glob("part-*.parquet")]) < parts:
        assert running.poll() is None, "the scan has ended already"
        time.sleep(0.05)


def _kill_a_worker(running: subprocess.Popen[str]) -> None:
    """Kill the busiest child of a scan."""
    children = psutil.Process(running.pid).children(recursive=True)
    busiest = max(children, key=lambda child: sum(child.cpu_times()[:2]))
    busiest.kill()


def run(work: Path, local: int, remote: int) -> None:
    """Run all of it; raises an AssertionError where a row is wrong, missing or there twice."""
    source, out = work / f"fleet-{local}", work / "table"
    if not source.exists():
        make(source, local)
    with _server() as fs:
        objects: dict[str, bytes] = {}
        for name, data in contents(remote, _SEED):
            key = f"{_BUCKET}/{name}"
            fs.pipe_file(key, data)
            objects[f"s3://{key}"] = data
        sources = (str(source), f"s3://{_BUCKET}")
        begun = time.monotonic()
        running = _scan(out, *sources)
        total = (local + remote) // 1000
        _wait_for(out, max(1, total // 6), running)
        _kill_a_worker(running)
        _wait_for(out, max(2, total // 3), running)
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        before = rows_of(out)
        assert len(before) % 1000 == 0
        running = _scan(out, *sources, resume=True)
        text, _ = running.communicate()
        assert running.returncode == 0, text
        took = time.monotonic() - begun
    assert not [
        path for path in out.iterdir() if any(each.encode() in path.read_bytes() for each in _S3.values())
    ]
    rows = rows_of(out)
    assert len(rows) == local + remote
    counts: Counter[str] = Counter()
    for location, row in rows.items():
        data = objects.get(location)
        check_row(row, Path(location).read_bytes() if data is None else data)
        counts[row["condition"]] += 1
    print(
        f"{len(rows)} rows, {len(before)} of them before the client was killed; {took:.0f} s"
        f" (load {os.getloadavg()[0]:.1f}); {dict(counts)}"
    )
