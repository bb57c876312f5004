"""Whole files from bytes and to bytes, with their checksum; and L, a long array of numbers."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import construct

from benchmarks import payloads, plain
from benchmarks.case import Case
from benchmarks.peers import BASELINE, CLASSES
from benchmarks.portable import PORTABLE, portable_format
from benchmarks.timing import Call
from snapformat import SnapshotFormat, decode, decoder, encode, machine
from snapformat.snapshot import CRC64_JONES

#: Seconds that upstream's Rust takes on another machine of the same kind, with LTO. For orientation only.
RUST = {
    "M load": 95e-6,
    "M save": 100e-6,
    "V 33 KB load": 28e-6,
    "V 33 KB save": 19e-6,
    "L load": 11e-3,
    "L save": 4.1e-3,
}
LAZY = "snapformat, lazy"
NO_CRC = "snapformat, no checksum"
VIEW = "snapformat, array view"
FRAMED = "construct, checksum beside"
NUMPY = "numpy"


def made_up_file(payload: Any, data: bytes) -> tuple[SnapshotFormat, bytes]:
    """A format around one of the made-up payloads, and a file of it."""
    return payloads.record_format(payload), payloads.file_of(payload, data)


def frame(struct: Any) -> tuple[Callable[[bytes], Any], Callable[[Any], bytes]]:
    """Load and save as they are done with construct: header and data as a Struct, the checksum beside it."""
    whole = construct.Struct("header" / plain.HEADER, "data" / struct)

    def load(file: bytes) -> Any:
        # In the order of the format: what can't be parsed is no matter of the checksum.
        value = whole.parse(file)
        if CRC64_JONES.compute(file) != 0:
            raise ValueError("damaged")
        return value

    def save(value: Any) -> bytes:
        data: bytes = whole.build(value)
        return data + CRC64_JONES.compute(data).to_bytes(8, "little")

    return load, save


def file_cases(name: str, format_: SnapshotFormat, struct: Any, file: bytes) -> Iterator[Case]:
    """A whole file from bytes and to bytes, with its checksum."""
    load, save = frame(struct)
    theirs, ours = load(file), format_.load(file)
    assert save(theirs) == ours.to_bytes() == file
    slow = portable_format(format_, file) if machine == "C" else None
    saving: dict[str, Call] = {FRAMED: lambda: save(theirs), CLASSES: lambda: ours.save(io.BytesIO())}
    loading: dict[str, Call] = {
        FRAMED: lambda: load(file),
        CLASSES: lambda: format_.load(file),
        NO_CRC: lambda: format_.load_without_crc_check(file),
    }
    edit: dict[str, Call] = {}
    if name in payloads.STATES:
        edit[FRAMED] = lambda: _edit_theirs(load, save, file)
        edit[CLASSES] = lambda: _edit(format_.load(file))
        loading[LAZY] = lambda: format_.load(file, lazy=True)
        edit[LAZY] = lambda: _edit(format_.load(file, lazy=True))
        assert edit[LAZY]() == edit[CLASSES]() == edit[FRAMED]()
    if slow is not None:
        kept = slow.load(file)
        loading[PORTABLE] = lambda: slow.load(file)
        saving[PORTABLE] = lambda: kept.save(io.BytesIO())
    yield Case(f"{name} load", len(file), loading)
    yield Case(f"{name} save", len(file), saving)
    if edit:
        yield Case(f"{name} open, edit, save", len(file), edit)


def _edit(snapshot: Any) -> bytes:
    snapshot.data.vm_info.mem_size_mib = 512
    target = io.BytesIO()
    snapshot.save(target)
    return target.getvalue()


def _edit_theirs(load: Callable[[bytes], Any], save: Callable[[Any], bytes], file: bytes) -> bytes:
    value = load(file)
    value.data.vm_info.mem_size_mib = 512
    return save(value)


def words(data: bytes) -> Iterator[Case]:
    """L: a long array of numbers, as a list and as a view."""
    format_, file = made_up_file(payloads.Words, data)
    values = decode(data, payloads.Words)
    parse: dict[str, Call] = {
        BASELINE: lambda: plain.WORDS.parse(data),
        CLASSES: lambda: decode(data, payloads.Words),
    }
    build: dict[str, Call] = {
        BASELINE: lambda: plain.WORDS.build(values),
        CLASSES: lambda: encode(values, payloads.Words),
    }
    load: dict[str, Call] = {
        CLASSES: lambda: format_.load(file),
        NO_CRC: lambda: format_.load_without_crc_check(file),
    }
    ours = format_.load(file)
    save: dict[str, Call] = {CLASSES: lambda: ours.save(io.BytesIO())}
    missing = {}
    try:
        import numpy
    except ImportError:
        missing[NUMPY] = "not installed"
    else:
        array = numpy.frombuffer(data, "<u8", offset=8)
        count = data[:8]
        parse[NUMPY] = lambda: numpy.frombuffer(data, "<u8", offset=8)
        build[NUMPY] = lambda: count + array.tobytes()
    view = decoder(payloads.Words, lazy=True, arrays="memoryview")
    viewed = view(data)
    parse[VIEW] = lambda: view(data)
    build[VIEW] = lambda: encode(viewed, payloads.Words)
    load[LAZY] = lambda: format_.load(file, lazy=True)
    load[VIEW] = lambda: format_.load(file, lazy=True, arrays="memoryview").data
    yield Case("L parse", len(data), parse, missing=missing)
    yield Case("L build", len(data), build, missing=missing)
    yield Case("L load", len(file), load)
    yield Case("L save", len(file), save)
