"""Measures a scan: throughput, processor time of one and two workers, memory of long listings."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from fleet.made import ROOT, make

_PATH = os.pathsep.join(str(ROOT / name) for name in ("", "schemas", "tests"))
ENVIRONMENT = {**os.environ, "PYTHONPATH": _PATH}

_LOOP = """
import json, sys, time
from pathlib import Path
from snapformat.inspect import judge, summarize
files = [path for path in Path(sys.argv[1]).rglob("*") if path.is_file()]
for path in files[:100]:
    judge(path), summarize(path)
begun, used = time.monotonic(), time.process_time()
for path in files:
    judge(path), summarize(path)
print(json.dumps([len(files), time.monotonic() - begun, time.process_time() - used]))
"""

_SCAN = """
import json, os, sys, time
import fleet.generated
from snapformat.fleet import scan
from snapformat.fleet.running import connected

def spent(client):
    import psutil
    used = client.run(lambda: sum(psutil.Process().cpu_times()[:2]))
    return sum(used.values())

if __name__ == "__main__":
    source, out, scheduler, workers, warm = sys.argv[1:]
    with connected(scheduler or None, int(workers)) as client:
        print(json.dumps([os.getpid(), *client.run(os.getpid).values()]), flush=True)
        if warm:
            scan([warm], out + "-warm", client=client)
        begun, used, own = time.monotonic(), spent(client), time.process_time()
        report = scan([source], out, client=client)
        print(json.dumps([report.rows, time.monotonic() - begun, spent(client) - used,
                          time.process_time() - own]), flush=True)
"""


def _load() -> str:
    return f"load {os.getloadavg()[0]:.1f}"


def _scan(source: str, out: Path, scheduler: str = "", workers: int = 1, warm: str = "") -> tuple[Any, Any]:
    """Scan in processes of their own; return rows, wall and processor times, and the peaks of memory."""
    for each in (out, Path(f"{out}-warm")):
        shutil.rmtree(each, ignore_errors=True)
    arguments = [sys.executable, "-P", "-c", _SCAN, source, str(out), scheduler, str(workers), warm]
    running = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
    assert running.stdout is not None
    pids = json.loads(running.stdout.readline())
    peaks = dict.fromkeys(pids, 0)

    def watch() -> None:
        while running.poll() is None:
            for pid in pids:
                try:
                    peaks[pid] = max(peaks[pid], psutil.Process(pid).memory_info().rss)
                except psutil.NoSuchProcess:
                    continue
            time.sleep(0.2)

    watching = threading.Thread(target=watch)
    watching.start()
    result = json.loads(running.stdout.readline())
    running.wait()
    watching.join()
    return result, [peak >> 20 for peak in peaks.values()]


@contextmanager
def _cluster(workers: int, port: int) -> Iterator[str]:
    """A scheduler with an address, and workers in processes of their own."""
    address = f"tcp://127.0.0.1:{port}"
    dask = [sys.executable, "-P", "-m", "dask"]
    quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": ENVIRONMENT}
    started = [
        subprocess.Popen(
            [*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"], **quiet
        )
    ]
    try:
        for _ in range(workers):
            command = [*dask, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
            started.append(subprocess.Popen(command, **quiet))
        from distributed import Client

        with Client(address, timeout="300s") as client:
            client.wait_for_workers(workers, timeout=300)
        yield address
    finally:
        for each in started:
            each.terminate()
        for each in started:
            each.wait()


def throughput(work: Path, number: int) -> None:
    """A plain loop over the library's functions, and a scan with one process, on the same files."""
    source = work / f"same-{number}"
    if not source.exists():
        make(source, number)
    command = [sys.executable, "-P", "-c", _LOOP, str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=ENVIRONMENT)
    files, wall, used = json.loads(done.stdout)
    print(
        f"loop: {files} files, {files / wall:.0f}/s, {1e3 * used / files:.2f} ms of a processor ({_load()})"
    )
    for workers in (1, 2):
        (rows, took, spent, own), peaks = _scan(str(source), work / "out", "", workers, str(source / "000"))
        print(
            f"scan, {workers} workers: {rows / took:.0f}/s, {wall / took:.2f} of the loop;"
            f" {1e3 * spent / rows:.2f} ms in workers, {1e3 * own / rows:.2f} ms in the client a file;"
            f" {used / (spent + own):.2f} of the loop by processor time; peaks {peaks} MiB ({_load()})",
            flush=True,
        )


def addresses(work: Path, number: int) -> None:
    """Two workers at a scheduler's address, against one."""
    source = work / f"same-{number}"
    costs = []
    for workers in (1, 2):
        with _cluster(workers, 18786 + workers) as address:
            (rows, took, spent, own), _ = _scan(str(source), work / "out", address, 1, str(source / "000"))
        costs.append((spent + own) / rows)
        print(
            f"{workers} workers by address: {rows / took:.0f}/s, {1e3 * costs[-1]:.2f} ms of all processors a"
            f" file ({_load()})",
            flush=True,
        )
    print(f"processor time a file, two against one: {costs[1] / costs[0]:.2f}")


def memory(work: Path, numbers: list[int]) -> None:
    """The peaks of client and worker for long listings."""
    for number in numbers:
        (rows, took, spent, own), peaks = _scan(f"generated://{number}", work / "out")
        print(
            f"{number} names: client and workers {peaks} MiB at most, {rows / took:.0f}/s,"
            f" {1e6 * spent / rows:.0f} us in workers, {1e6 * own / rows:.0f} us in the client ({_load()})",
            flush=True,
        )
