"""The calls that the README shows, on files as they lie on the disk; and finding out what many files are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import payloads
from benchmarks.case import Case
from snapformat import CRC64_JONES, Snapshot
from snapformat.inspect import judge, summarize
from snapformat.snapshot import FIRECRACKER_FORMAT

#: A format that is kept, and the call that derives it from a type.
KEPT, DERIVED = "format.load", "Snapshot.load"
RELEASE = "firecracker.load"
#: What can't be done with less, and what is done with it.
RAW, JUDGE, SUMMARIZE, IDENTIFY = "open, read, checksum", "judge", "summarize", "firecracker.identify"
#: Title of the case of many files.
MANY = "many files of several releases"


def readme_cases(name: str) -> Iterator[Case]:
    """Loading a real file by its path and from bytes."""
    from snapformat_schemas import firecracker
    from snapformat_schemas.firecracker.v1_14.x86_64 import MicrovmState

    path = payloads.STATES[name]
    data = path.read_bytes()
    kept = FIRECRACKER_FORMAT.with_payload(MicrovmState)
    for title, source in (("from a path", str(path)), ("from bytes", data)):
        for lazy in (False, True):
            calls: dict[str, Callable[[], Any]] = {
                KEPT: lambda source=source, lazy=lazy: kept.load(source, lazy=lazy),
                DERIVED: lambda source=source, lazy=lazy: Snapshot.load(source, MicrovmState, lazy=lazy),
            }
            if not lazy:
                calls[RELEASE] = lambda source=source: firecracker.load(source)
            yield Case(f"{name} {'lazy ' if lazy else ''}load {title}", len(data), calls)


def many_files() -> Iterator[Case]:
    """Judge many files of several releases."""
    from snapformat_schemas import firecracker

    files = sorted(map(str, payloads.GOLDEN.parent.rglob("vmstate")))
    size = sum(Path(file).stat().st_size for file in files)

    def each(work: Callable[[str], Any]) -> Callable[[], None]:
        def run() -> None:
            for file in files:
                work(file)

        return run

    for _ in range(8):  # until it is ready for all releases
        each(firecracker.identify)()
    calls = {RAW: _raw, JUDGE: judge, SUMMARIZE: summarize, IDENTIFY: firecracker.identify}
    yield Case(f"{len(files)} {MANY}", size, {who: each(work) for who, work in calls.items()})


def _raw(file: str) -> int:
    with open(file, "rb") as opened:
        return CRC64_JONES.compute(opened.read())
