"""Peak memory of reading and writing, each in a process of its own."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import replace
from typing import NamedTuple

from benchmarks import payloads
from benchmarks.peers import BASELINE, CLASSES, MSGSPEC, msgpack_of
from benchmarks.processes import output_of
from benchmarks.shapes import FIXED, TABLE_SHAPES

#: Times as many elements as are timed: with fewer, the growth drowns in what the allocator keeps.
LARGER = 5
#: Prints by how many bytes the peak of memory was above what was in use before.
_PEAK = """
import json, re, sys
from benchmarks import payloads, plain

def kilobytes(name):
    return int(re.search(name + r":\\s+(\\d+) kB", open("/proc/self/status").read())[1])

{prepare}
open("/proc/self/clear_refs", "w").write("5")  # the peak so far does not count
before = kilobytes("VmRSS")
done = {call}
print(json.dumps(1024 * (kilobytes("VmHWM") - before)))
"""
_FORMAT = "format_ = payloads.record_format(payloads.Words); "
_LOADS = {
    "construct": ("", "plain.WORDS.parse(open(sys.argv[1], 'rb').read()[21:-8])"),
    "snapformat, list": (_FORMAT, "format_.load(sys.argv[1])"),
    "snapformat, array view": (
        _FORMAT + "small = payloads.file_of(payloads.Words, bytes(8)); "
        "format_.load(small, lazy=True, arrays='memoryview').data",
        "format_.load(sys.argv[1], lazy=True, arrays='memoryview'); view = done.data",
    ),
    "numpy.fromfile": ("import numpy", "numpy.fromfile(sys.argv[1], '<u8', offset=29, count=1 << 20)"),
}
#: Reads a table's file, after the contender has been used for a few elements.
_TABLE = """
from benchmarks import shapes
from benchmarks.peers import PEERS
from benchmarks.msgpack import msgpack_types
from snapformat import decode, encode
shape = next(shape for shape in shapes.SHAPES if shape.name == {shape!r})
few = shape.payload(shapes.FIXED, 3)
for _ in range(3):
    calls = PEERS[{who!r}](few)
    calls.parse(), calls.build()
kind, struct = shape.kind, few.struct
{contender}
data = open(sys.argv[1], "rb").read()
{value}
"""
_MSGSPEC = "import msgspec; types = msgpack_types(shape.name)[0]"
_CONTENDERS = {
    BASELINE: ("", "struct.parse(data)", "struct.build(value)"),
    MSGSPEC: (_MSGSPEC, "msgspec.msgpack.decode(data, type=types)", "msgspec.msgpack.encode(value)"),
    CLASSES: ("", "decode(data, kind)", "encode(value, kind)"),
}


class Peaks(NamedTuple):
    """Growth of the peak of memory, in bytes.

    Attributes:
        size: The bytes that are read and written.
        reading: While they are read.
        writing: While they are written.
    """

    size: int
    reading: int
    writing: int


def table_peaks() -> dict[tuple[str, str], Peaks]:
    """By shape and contender, for tables of some more elements than are timed."""
    found = {}
    for shape in TABLE_SHAPES:
        payload = replace(shape, count=LARGER * shape.count).payload(FIXED)
        for who, (contender, read, write) in _CONTENDERS.items():
            data = payload.data
            if who == MSGSPEC:
                try:
                    data = msgpack_of(payload)
                except ImportError:
                    continue
            with tempfile.NamedTemporaryFile() as target:
                target.write(data)
                target.flush()
                peaks = [
                    _peak(
                        _TABLE.format(shape=shape.name, who=who, contender=contender, value=value),
                        call,
                        target.name,
                    )
                    for value, call in (("", read), (f"value = {read}", write))
                ]
            found[shape.name, who] = Peaks(len(data), *peaks)
    return found


def _peak(prepare: str, call: str, file: str) -> int:
    code = _PEAK.format(prepare=prepare, call=call)
    found: int = json.loads(output_of([sys.executable, "-c", code, file]))
    return found


def view_peaks(count: int = 1 << 20) -> tuple[int, dict[str, int]]:
    """Size of the file with L, and by how many bytes loading it raises the peak of memory."""
    file = payloads.file_of(payloads.Words, payloads.words(count))
    found = {}
    with tempfile.NamedTemporaryFile(suffix=".snap") as target:
        target.write(file)
        target.flush()
        for name, (prepare, call) in _LOADS.items():
            found[name] = _peak(prepare, call, target.name)
    return len(file), found
