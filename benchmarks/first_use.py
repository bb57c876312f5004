"""First, second and tenth use of a type, each in a process of its own: code is generated on the way."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks import payloads
from benchmarks.peers import BASELINE, CLASSES
from benchmarks.processes import output_of
from benchmarks.shapes import FIXED, RECORDS, SINGLE

#: Uses that are shown.
USES = (1, 2, 10)
#: Modules are imported before, the schema of V too.
_CODE = """
import json, sys, time
from benchmarks import payloads, shapes
from benchmarks.derived import plain
from snapformat import Snapshot, decode, encode
from snapformat_schemas.firecracker.v1_14.x86_64 import MicrovmState
path = sys.argv[1]
data = open(path, "rb").read()
{prepare}

def uses(call):
    seconds = []
    for _ in range({most}):
        start = time.process_time_ns()
        call()
        seconds.append((time.process_time_ns() - start) / 1e9)
    return seconds

reading = uses(lambda: {read})
value = {read}
print(json.dumps([reading, uses(lambda: {write})]))
"""
_SHAPE = "shape = next(shape for shape in shapes.SHAPES if shape.name == {name!r}); kind = shape.kind"
_STRUCT = _SHAPE + "; struct = shape.struct(shapes.FIXED.numbers)"
_STATE = "struct = plain(payloads.state({name!r})[0].payload_layout); data = data[21:-8]"
_LAZY = f"{CLASSES}, lazy"


class _Program(NamedTuple):
    title: str
    who: str
    prepare: str
    read: str
    write: str
    file: Path


def first_uses(rounds: int) -> dict[tuple[str, str], list[float]]:
    """Seconds of each of `USES`, by what is done and by whom: the least of the rounds."""
    samples: dict[tuple[str, str], list[list[float]]] = {}
    with TemporaryDirectory() as folder:
        programs = list(_programs(Path(folder)))
        for _ in range(rounds):
            for program in programs:
                title, who, prepare, read, write, file = program
                code = _CODE.format(prepare=prepare, read=read, write=write, most=max(USES))
                reading, writing = json.loads(output_of([sys.executable, "-c", code, str(file)]))
                samples.setdefault((f"{title} read", who), []).append(reading)
                samples.setdefault((f"{title} write", who), []).append(writing)
    return {key: [min(each[use - 1] for each in found) for use in USES] for key, found in samples.items()}


def _programs(folder: Path) -> Iterator[_Program]:
    parse, build = "struct.parse(data)", "struct.build(value)"
    for shape in (SINGLE, RECORDS):
        file = folder / shape.name
        file.write_bytes(shape.payload(FIXED).data)
        prepare = _STRUCT.format(name=shape.name)
        yield _Program(shape.name, BASELINE, prepare, parse, build, file)
        prepare = _SHAPE.format(name=shape.name)
        yield _Program(shape.name, CLASSES, prepare, "decode(data, kind)", "encode(value, kind)", file)
    for name, file in payloads.STATES.items():
        yield _Program(name, BASELINE, _STATE.format(name=name), parse, build, file)
        load = "Snapshot.load(path, MicrovmState{})"
        yield _Program(name, CLASSES, "", load.format(""), "value.to_bytes()", file)
        yield _Program(name, _LAZY, "", load.format(", lazy=True"), "value.to_bytes()", file)
