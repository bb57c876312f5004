"""V, the state of a real microVM, with as much decoded on our side as on construct's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import payloads
from benchmarks.case import Case
from benchmarks.derived import plain
from benchmarks.files import file_cases
from benchmarks.peers import BASELINE, CLASSES, COMPILED, CONTAINERS
from snapformat import decode, encode
from snapformat.bincode import CStruct
from snapformat.snapshot.reading import read_header

#: C structs are bytes on both sides, and everything else is decoded on both.
SAME = "snapformat, all but C structs decoded"
#: C structs are decoded too.
ALL = "snapformat, all decoded"


def state_cases(name: str) -> Iterator[Case]:
    """A real file: its payload alone, then as a whole."""
    from snapformat_schemas.firecracker.v1_14.x86_64 import MicrovmState

    format_, file = payloads.state(name)
    _, start = read_header(format_, file)
    data = file[start:-8]
    struct = plain(format_.payload_layout)
    compiled = struct.compile()
    parsed, contained = struct.parse(data), decode(data, struct)
    decode(data, MicrovmState)  # the first by which a reader is made
    untouched, same, whole = (decode(data, MicrovmState) for _ in range(3))
    look, look_at_all = looking(whole, c_structs=False), looking(whole, c_structs=True)
    look(same)
    assert struct.build(parsed) == encode(contained, struct) == data
    assert (
        encode(untouched, MicrovmState) == encode(same, MicrovmState) == encode(whole, MicrovmState) == data
    )
    assert compiled.parse(data) == parsed == contained
    parse = {
        BASELINE: lambda: struct.parse(data),
        COMPILED: lambda: compiled.parse(data),
        CONTAINERS: lambda: decode(data, struct),
        CLASSES: lambda: decode(data, MicrovmState),
        SAME: lambda: look(decode(data, MicrovmState)),
    }
    build = {
        BASELINE: lambda: struct.build(parsed),
        COMPILED: lambda: compiled.build(parsed),
        CONTAINERS: lambda: encode(contained, struct),
        CLASSES: lambda: encode(untouched, MicrovmState),
        SAME: lambda: encode(same, MicrovmState),
    }
    wrong = (
        {} if compiled.build(parsed) == data else {COMPILED: "writes other bytes than construct interpreted"}
    )
    yield Case(f"{name} parse", len(data), parse)
    yield Case(f"{name} build", len(data), build, missing=wrong)

    typed = plain(format_.payload_layout, c_structs=True)
    fields = typed.parse(data)
    assert typed.build(fields) == data
    parse = {BASELINE: lambda: typed.parse(data), ALL: lambda: look_at_all(decode(data, MicrovmState))}
    build = {BASELINE: lambda: typed.build(fields), ALL: lambda: encode(whole, MicrovmState)}
    yield Case(f"{name}, C structs too, parse", len(data), parse)
    yield Case(f"{name}, C structs too, build", len(data), build)
    yield from file_cases(name, format_, struct, file)


def looking(value: Any, *, c_structs: bool) -> Callable[[Any], Any]:
    """A function that looks at all fields of such a value that may not be decoded yet.

    It takes a few microseconds, since it goes straight to lists and C structs: looking at each field by
    `getattr` takes longer than decoding them.

    Args:
        value: A value with the same numbers of elements; all of it is decoded by this.
        c_structs: Look into C structs too.
    """
    source = ",".join(_places(value, "v", c_structs))
    made: Callable[[Any], Any] = eval(f"lambda v: ({source},)")  # the text has names of fields only
    return made


def _places(value: Any, path: str, c_structs: bool) -> Iterator[str]:
    """Expressions of the lists, and of a field of each C struct."""
    if isinstance(value, list | tuple):
        inner = [
            found
            for index, element in enumerate(value)
            if isinstance(element, list | tuple) or hasattr(type(element), "__match_args__")
            for found in _places(element, f"{path}[{index}]", c_structs)
        ]
        yield from inner or [path]
    elif isinstance(value, CStruct) and not c_structs:
        return
    elif hasattr(type(value), "__match_args__"):
        names = type(value).__match_args__
        inner = [
            found for name in names for found in _places(getattr(value, name), f"{path}.{name}", c_structs)
        ]
        yield from inner or ([f"{path}.{names[0]}"] if isinstance(value, CStruct) and names else [])
