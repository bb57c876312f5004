"""The calls that the README shows, on files as they lie on the disk; and finding out what many files are."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import payloads
from benchmarks.case import Case
from benchmarks.timing import Call, collecting
from snapformat import CRC64_JONES, Snapshot
from snapformat.inspect import judge, summarize
from snapformat.snapshot import FIRECRACKER_FORMAT

#: A format that is kept, and the call that derives it from a type.
KEPT, DERIVED = "format.load", "Snapshot.load"
RELEASE = "firecracker.load"
#: What can't be done with less, and what is done with it.
RAW, JUDGE, SUMMARIZE, IDENTIFY = "open, read, checksum", "judge", "summarize", "firecracker.identify"
SUMMARY = "firecracker.summary"
#: Title of the case of a small file, in which a microsecond shows.
SMALL_LOAD = "S load from bytes"
#: Title of the case of many files.
MANY = "many files of several releases"


def small_file() -> Iterator[Case]:
    """Loading a file of the smallest payload from bytes."""
    kept = FIRECRACKER_FORMAT.with_payload(payloads.Single)
    data = kept.new(payloads.single()).to_bytes()
    calls: dict[str, Call] = {
        KEPT: partial(kept.load, data),
        DERIVED: partial(Snapshot.load, data, payloads.Single),
    }
    yield Case(SMALL_LOAD, len(data), calls)


def readme_cases(name: str) -> Iterator[Case]:
    """Loading, saving and looking at a real file: by its path, and from bytes."""
    from snapformat_schemas import firecracker
    from snapformat_schemas.firecracker.v1_14.x86_64 import MicrovmState

    path = payloads.STATES[name]
    data = path.read_bytes()
    kept = FIRECRACKER_FORMAT.with_payload(MicrovmState)
    for title, source in (("from a path", str(path)), ("from bytes", data)):
        for lazy in (False, True):
            calls: dict[str, Call] = {
                KEPT: partial(kept.load, source, lazy=lazy),
                DERIVED: partial(Snapshot.load, source, MicrovmState, lazy=lazy),
            }
            if not lazy:
                calls[RELEASE] = partial(firecracker.load, source)
            calls[f"{DERIVED}, collector on"] = collecting(calls[DERIVED])
            yield Case(f"{name} {'lazy ' if lazy else ''}load {title}", len(data), calls)
        looks: dict[str, Call] = {}
        if isinstance(source, str):
            looks[RAW] = partial(_raw, source)
        looks |= {
            who: partial(call, source)
            for who, call in (
                (JUDGE, judge),
                (IDENTIFY, firecracker.identify),
                (SUMMARY, firecracker.summary),
                (SUMMARIZE, summarize),
            )
        }
        yield Case(f"{name} look {title}", len(data), looks)
    loaded = kept.load(data)
    with TemporaryDirectory() as folder:
        target = Path(folder) / "state.vmstate"
        saves: dict[str, Call] = {
            "save to a buffer": lambda: loaded.save(io.BytesIO()),
            "save to a path": lambda: loaded.save(target),
        }
        yield Case(f"{name} save by name", len(data), saves)


def many_files(count: int) -> Iterator[Case]:
    """Judge and look at many files of several releases, all different, in the system's cache."""
    from snapformat_schemas import firecracker

    with TemporaryDirectory() as folder:
        files = write_fleet(Path(folder), count)
        size = sum(Path(file).stat().st_size for file in files)

        def each(work: Callable[[str], Any]) -> Callable[[], None]:
            def run() -> None:
                for file in files:
                    work(file)

            return run

        for _ in range(0, 200, count):  # until it is ready for all releases
            each(firecracker.identify)()
        works: dict[str, Callable[[str], Any]] = {
            RAW: _raw,
            JUDGE: judge,
            SUMMARIZE: summarize,
            IDENTIFY: firecracker.identify,
        }
        yield Case(MANY, size, {who: each(work) for who, work in works.items()}, files=len(files))


def write_fleet(folder: Path, count: int) -> list[str]:
    """Write files made of the real ones, each with boot arguments of its own, hence of several sizes."""
    from snapformat_schemas import firecracker

    machines = [firecracker.load_snapshot(path) for path in sorted(payloads.GOLDEN.parent.rglob("vmstate"))]
    arguments = [machine.data.vm_info.boot_source.boot_args or "" for machine in machines]
    files = []
    for number in range(count):
        which = number % len(machines)
        machine = machines[which]
        machine.data.vm_info.boot_source.boot_args = (
            f"{arguments[which]} host={'h' * (number % 7)}{number:04}"
        )
        file = folder / f"{number}.vmstate"
        file.write_bytes(machine.to_bytes())
        files.append(str(file))
    return files


def _raw(file: str) -> int:
    with open(file, "rb") as opened:
        return CRC64_JONES.compute(opened.read())
