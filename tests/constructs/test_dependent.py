"""Ten thousand random declarations whose fields depend on others: equal bytes, or both refuse."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from constructs.declaration import copied
from constructs.dependent import Dependent
from constructs.inputs import spread
from constructs.outcomes import Findings, ours, theirs
from constructs.values import keeps_bytes, names_of, settled
from snapformat import decode, encode

CASES = 20
IN_EACH = 500
VALUES = 1
CUTS = 2


@pytest.mark.parametrize("case", range(CASES))
def test_as_construct(case: int) -> None:
    """Built, parsed, built again, changed and built."""
    found = Findings()
    for number in range(IN_EACH):
        random = Random(f"{case}/{number}")
        made = Dependent(random).struct()
        before = len(found.faults)
        _check(found, made.construct, [made.make(random) for _ in range(VALUES)], random)
        if len(found.faults) > before:
            found.add("in", f"declaration {case}/{number}")
    assert found.faults == []
    assert found.tally["encode", "equal"] > IN_EACH // 2  # most can be built


def _check(found: Findings, struct: Any, values: list[Any], random: Random) -> None:
    for value in values:
        wanted = theirs(lambda value=value: bytes(struct.build(copied(value))))
        got = ours(lambda value=value: bytes(encode(copied(value), struct)))
        found.compare("encode", got, wanted, repr(value), counted=True)
        if wanted.state == "ok":
            cuts = [wanted.value[:size] for size in spread(len(wanted.value), CUTS)]
            for data in (wanted.value, *cuts):
                _read(found, struct, data, random)


def _read(found: Findings, struct: Any, data: bytes, random: Random) -> None:
    wanted = theirs(lambda: settled(struct.parse(data)))
    got = ours(lambda: settled(decode(data, struct)))
    if not found.compare("decode", got, wanted, data.hex(), counted=True) or keeps_bytes(got.value):
        return
    changed = random.random() < 0.5 and names_of(wanted.value) != []
    if changed:
        name = random.choice(names_of(wanted.value))
        for value in (wanted.value, got.value):
            _change(value, name)
    about = f"{data.hex()}{f' without {name}' if changed else ''}"
    built = theirs(lambda: bytes(struct.build(copied(wanted.value))))
    again = ours(lambda: bytes(encode(copied(got.value), struct)))
    found.compare("decode, then encode", again, built, about, counted=True)


def _change(value: Any, name: Any) -> None:
    """Take a field away, or one from a list."""
    if isinstance(value[name], list) and value[name]:
        value[name].pop()
    else:
        del value[name]
