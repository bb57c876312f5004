"""A construct that construct has compiled: as good as its source."""

from __future__ import annotations

from typing import Any

from constructs.as_type import shown
from constructs.declaration import Declaration, copied, limits_of
from constructs.in_file import alone, file_of, format_of
from constructs.inputs import damaged
from constructs.outcomes import Findings, Outcome, ours, theirs
from constructs.values import difference, keeps_bytes, settled
from constructs.visible import opaque_parts
from snapformat import decode, encode

CUTS = 4
PLACES = 2


def check(declaration: Declaration) -> Findings:
    """The compiled form gives what its source gives, or what construct's own code for it gives."""
    found = Findings()
    source = declaration.source
    made = theirs(source.compile)
    if made.state != "ok":
        return found
    compiled = made.value
    for value in declaration.values:
        got = ours(lambda value=value: bytes(encode(copied(value), compiled)))
        _either(
            found,
            "encode compiled",
            got,
            theirs(lambda value=value: bytes(source.build(copied(value)))),
            theirs(lambda value=value: bytes(compiled.build(copied(value)))),
            shown(value),
        )
    spec = ours(lambda: format_of(compiled))
    for data in declaration.samples():
        for number, changed in enumerate((data, *damaged(data, CUTS, PLACES))):
            _read(found, source, compiled, changed, number == 0)
        if spec.state == "ok":
            loaded = ours(lambda data=data: settled(spec.value.load(file_of(data)).data))
            wanted, leaves = alone(source, data)
            found.compare("load compiled", loaded, wanted, shown(data), may_refuse=leaves)
    if ours(lambda: opaque_parts(source)).value == [] and ours(lambda: opaque_parts(compiled)).value != []:
        found.add("opaque", "its source is not")
    return found


def _read(found: Findings, source: Any, compiled: Any, data: bytes, counted: bool) -> None:
    got = ours(lambda: settled(decode(data, compiled, limits=limits_of(source))))
    one = theirs(lambda: settled(source.parse(data)))
    other = theirs(lambda: settled(compiled.parse(data)))
    if not _either(found, "decode compiled", got, one, other, shown(data), counted) or keeps_bytes(got.value):
        return
    again = ours(lambda: bytes(encode(got.value, compiled)))
    value = one.value if one.state == "ok" else other.value
    built = theirs(lambda: bytes(source.build(value)))
    _either(
        found,
        "decode, then encode compiled",
        again,
        built,
        theirs(lambda: bytes(compiled.build(value))),
        shown(data),
    )


def _either(
    found: Findings, what: str, got: Outcome, one: Outcome, other: Outcome, about: str, counted: bool = True
) -> bool:
    """Compare with the source, or with construct's code where that differs from it."""
    chosen = other if got.state == other.state and not _agree(got, one) and _agree(got, other) else one
    return found.compare(what, got, chosen, about, counted=counted)


def _agree(got: Outcome, wanted: Outcome) -> bool:
    if got.state != wanted.state:
        return False
    if isinstance(got.value, bytes):
        return bool(got.value == wanted.value)
    return difference(got.value, wanted.value) is None
