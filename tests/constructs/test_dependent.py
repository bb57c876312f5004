"""Ten thousand random declarations whose fields depend on others: equal bytes, or both refuse."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

import pytest

from constructs.declaration import copied
from constructs.dependent import Dependent
from constructs.outcomes import Findings, ours, theirs
from constructs.values import keeps_bytes, names_of, settled
from snapformat import decode, encode
from snapformat.encodings.bincode import walk as reference
from snapformat.layout import layout_of

#: Test cases, so that several processes can share them, and declarations in each.
CASES = 20
IN_EACH = 500


class Ways(NamedTuple):
    """How to read and write a construct."""

    read: Callable[[bytes, Any], Any]
    write: Callable[[Any, Any], bytes]


def _read_by_reference(data: bytes, struct: Any) -> Any:
    layout = layout_of(struct)
    return reference.read_value(layout.kind, layout.config, data)[0]


def _write_by_reference(value: Any, struct: Any) -> bytes:
    layout = layout_of(struct)
    return reference.write_value(layout.kind, layout.config, value)


#: In turn, as generating code takes most of the time.
WAYS = (Ways(decode, encode), *2 * (Ways(_read_by_reference, _write_by_reference),))


@pytest.mark.parametrize("case", range(CASES))
def test_as_construct(case: int) -> None:
    """Built, parsed, built again, changed and built."""
    found = Findings()
    for number in range(IN_EACH):
        random = Random(f"{case}/{number}")
        made = Dependent(random).struct()
        before = len(found.faults)
        _check(found, made.construct, made.make(random), random, WAYS[number % len(WAYS)])
        if len(found.faults) > before:
            found.add("in", f"declaration {case}/{number}")
    assert found.faults == []
    assert found.tally["encode", "equal"] > IN_EACH // 2  # most can be built


def _check(found: Findings, struct: Any, value: Any, random: Random, ways: Ways) -> None:
    wanted = theirs(lambda: bytes(struct.build(copied(value))))
    got = ours(lambda: bytes(ways.write(copied(value), struct)))
    found.compare("encode", got, wanted, repr(value), counted=True)
    if wanted.state == "ok":
        cut = wanted.value[: random.randrange(len(wanted.value) + 1)]
        for data in (wanted.value, cut):  # by generated code the second time
            _read(found, struct, data, random, ways)


def _read(found: Findings, struct: Any, data: bytes, random: Random, ways: Ways) -> None:
    wanted = theirs(lambda: settled(struct.parse(data)))
    got = ours(lambda: settled(ways.read(data, struct)))
    if not found.compare("decode", got, wanted, data.hex(), counted=True) or keeps_bytes(got.value):
        return
    about = data.hex()
    if random.random() < 0.5 and names_of(wanted.value):
        name = random.choice(names_of(wanted.value))
        about += f" without {name}"
        for value in (wanted.value, got.value):
            _change(value, name)
    built = theirs(lambda: bytes(struct.build(copied(wanted.value))))
    again = ours(lambda: bytes(ways.write(copied(got.value), struct)))
    found.compare("decode, then encode", again, built, about, counted=True)


def _change(value: Any, name: Any) -> None:
    """Take a field away, or one from a list."""
    if isinstance(value[name], list) and value[name]:
        value[name].pop()
    else:
        del value[name]
