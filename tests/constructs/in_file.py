"""A declaration as the payload of a file, eager and lazy: loaded, saved again, damaged."""

from __future__ import annotations

from typing import Any

import construct as c

from constructs.as_type import shown
from constructs.declaration import Declaration, copied, limits_of, parts
from constructs.inputs import damaged
from constructs.outcomes import Findings, Outcome, Watched, ours, theirs
from constructs.values import keeps_bytes, settled
from snapformat import CRC64_JONES, SnapshotFormat, decode

_FACTS = {"name": "x", "magic": 7, "version": "1.0.0"}
#: What stands before each payload.
HEADER = SnapshotFormat(**_FACTS, payload=c.Byte).new(1).to_bytes()[:-9]
#: Fewer than of a type alone: each is read twice.
CUTS = 6
PLACES = 3


def format_of(struct: Any) -> SnapshotFormat:
    """The format with the declaration as its payload; where it unpickles, it says so."""
    return SnapshotFormat(**_FACTS, payload=struct, allow_pickle=limits_of(struct).allow_pickle)


def file_of(payload: bytes) -> bytes:
    """The file with such a payload, made without the library's writers."""
    data = HEADER + payload
    return data + CRC64_JONES.compute(data).to_bytes(8, "little")


def check(declaration: Declaration) -> Findings:
    """Load and save as construct parses and builds the payload alone."""
    found = Findings()
    struct, source = declaration.construct, declaration.source
    made = ours(lambda: format_of(struct))
    if made.state != "ok":
        found.add("stricter", f"declaring the format: {made.reason}")
        return found
    for value in declaration.values:
        wanted = theirs(lambda value=value: file_of(source.build(copied(value))))
        got = ours(lambda value=value: made.value.new(copied(value)).to_bytes())
        found.compare("new", got, wanted, shown(value), counted=True)
        got = theirs(lambda value=value: bytes(_built(made.value, copied(value))))
        found.compare("the construct of the file builds", got, wanted, shown(value))
    for data in declaration.samples():
        for lazy in (False, True):
            _load(found, made.value, source, data, lazy, counted=True)
        for changed in damaged(data, CUTS, PLACES):
            for lazy in (False, True):
                _load(found, made.value, source, changed, lazy)
    return found


def _built(spec: SnapshotFormat, value: Any) -> bytes:
    return spec.struct.build({"header": spec.new(value).header, "data": value})


def _load(
    found: Findings, spec: SnapshotFormat, source: Any, data: bytes, lazy: bool, *, counted: bool = False
) -> None:
    file = file_of(data)
    how = " lazily" if lazy else ""
    wanted, leaves = alone(source, data)
    got = ours(lambda: spec.load(file, lazy=lazy))
    value = got if got.state != "ok" else ours(lambda: settled(got.value.data))
    about = shown(data)
    if counted and not lazy:
        walked = ours(lambda: list(spec.walk(file)) and True)
        read = theirs(lambda: source.parse(data) is not None or True)
        found.compare("walk of the file", walked, read, about, may_refuse=leaves or wanted.state != "ok")
        if source is spec.payload:  # not with compiled constructs in it
            whole = theirs(lambda: settled(spec.struct.parse(file).data))
            found.compare("the construct of the file", whole, wanted, about, may_refuse=leaves)
        layout = ours(lambda: settled(decode(file, spec.struct, limits=limits_of(source)).data))
        found.compare("the layout of the file", layout, wanted, about, may_refuse=leaves)
    same = found.compare(f"load{how}", value, wanted, about, counted=counted, may_refuse=leaves)
    if not same or keeps_bytes(value.value):
        return
    built = theirs(lambda: file_of(source.build(wanted.value)))
    if lazy:  # not read before: `settled` has read it all above
        again = ours(lambda: spec.load(file, lazy=True).to_bytes())
        found.compare("save again lazily, untouched", again, built, about, counted=counted, also=(file,))
    again = ours(lambda: got.value.to_bytes())
    found.compare(f"save again{how}", again, built, about, counted=counted, also=(file,))


def alone(struct: Any, data: bytes) -> tuple[Outcome, bool]:
    """What construct makes of a payload, and whether it leaves bytes at the end.

    Bytes that were only looked at, by `Optional` or `Peek`, are left. Where a construct jumps, all bytes up
    to the last one that was read belong to it.
    """
    stream = Watched(data)
    end = 0

    def call() -> Any:
        nonlocal end
        value = struct.parse_stream(stream)
        end = stream.tell()  # before deferred values move it
        return settled(value)

    wanted = theirs(call)
    if any(isinstance(part, c.Pointer | c.Seek) for part in parts(struct)):
        end = max(end, stream.reached)
    return wanted, end < len(data)
