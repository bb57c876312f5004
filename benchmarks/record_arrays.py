"""Fixed-width records as structured arrays of numpy, against numpy alone, which checks nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.case import Case
from benchmarks.files import NUMPY, VIEW
from benchmarks.timing import Call
from snapformat import decoder, encode, schema
from snapformat.bincode import Vec, f32, u32, u64

#: First part of the titles.
RECORD_ARRAYS = "record arrays, "
NUMBERS, BOOLS = "numbers", "numbers and bools"


@schema
class Body:
    """A record of numbers, which any bytes are."""

    id: u32
    x: f32
    y: f32
    z: f32


@schema
class Sector:
    """A record with bools, whose bytes are checked."""

    address: u64
    size: u32
    is_used: bool
    is_locked: bool


_CLASSES: dict[str, Any] = {NUMBERS: Body, BOOLS: Sector}


def title(name: str, verb: str) -> str:
    """Title of a case."""
    return f"{RECORD_ARRAYS}{name}, {verb}"


def record_array_cases(count: int) -> Iterator[Case]:
    """Parse and build, of so many records."""
    try:
        import numpy
    except ImportError:
        for name in _CLASSES:
            for verb in ("parse", "build"):
                yield Case(title(name, verb), 0, {}, {NUMPY: "not installed"})
        return
    for name, cls in _CLASSES.items():
        read = decoder(Vec[cls], lazy=True, arrays="numpy")
        dtype = read(encode([], Vec[cls])).dtype
        array = numpy.zeros(count, dtype)
        for field in dtype.names:
            array[field] = numpy.arange(count) % 2
        data = encode(array, Vec[cls])
        head = data[:8]
        parse: dict[str, Call] = {
            NUMPY: lambda data=data, dtype=dtype: numpy.frombuffer(data, dtype, offset=8).copy(),
            VIEW: lambda data=data, read=read: read(data),
        }
        build: dict[str, Call] = {
            NUMPY: lambda head=head, array=array: head + array.tobytes(),
            VIEW: lambda array=array, cls=cls: encode(array, Vec[cls]),
        }
        assert (parse[NUMPY]() == parse[VIEW]()).all()
        assert build[NUMPY]() == build[VIEW]() == data
        yield Case(title(name, "parse"), len(data), parse)
        yield Case(title(name, "build"), len(data), build)
