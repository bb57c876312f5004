"""Any scalar of any real file: set to another value, and set back to the same bytes."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bitcode import files as bitcode_files
from snapformat.errors import EncodeError
from snapformat.inspect.edit import Editor
from snapformat.inspect.locations import Location, PlainLocation
from snapformat.inspect.query import root_of
from snapformat.model import kinds
from snapshots import data

FILES = [*data.state_files(), *bitcode_files.state_files()]
each_file = data.each(FILES)


def scalar_of(location: Location, random: Random) -> Location | None:
    """A random scalar below a location; None if the way ends at nothing."""
    while True:
        parts = [*location.parts()]
        if not parts:
            return location
        location = random.choice(parts)


def another(location: Location, random: Random) -> str | None:
    """The text of another value of a scalar; None if there is no other, or if it is no scalar."""
    shown = location.to_json()
    if isinstance(location, PlainLocation):
        return None  # registers by id, name and value: not any value is one
    kind: Any = location.opened().kind
    if isinstance(shown, bool):
        return json.dumps(not shown)
    match kind:
        case kinds.Int():
            least, most = kinds_range(kind)
            value = random.choice([least, most, random.randint(least, most)])
            return hex(value) if random.random() < 0.5 else str(value)
        case kinds.Str() if location.kind is kind:  # others have a form of their own, such as a MAC address
            return random.choice(["", "x", "é" * 20, "a=b [c]", "null"])
        case kinds.Enum():
            units = [each.name for each in kind.variants if each.style == "unit"]
            return random.choice(units) if units else None
        case kinds.Option():
            return "null"
    return None


def kinds_range(kind: kinds.Int) -> tuple[int, int]:
    bits = 8 * kind.size
    return (-1 << bits - 1, (1 << bits - 1) - 1) if kind.signed else (int(kind.nonzero), (1 << bits) - 1)


@each_file
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(random=st.randoms(use_true_random=False))
def test_set_and_set_back(file: Any, random: Random):
    edited = Editor(file.format.load(file.bytes, lazy=True))
    chosen = scalar_of(root_of(edited.snapshot), random)
    assert chosen is not None
    text = another(chosen, random)
    if text is None:
        return
    path, before = chosen.path, json.dumps(chosen.to_json())
    edited.set_text(path, text)
    try:
        changed = edited.snapshot.to_bytes()
    except EncodeError as error:  # a number of elements that follow
        refusal = error.message
    else:
        refusal = ""
    if refusal:
        assert "entries" in refusal
        return
    again = Editor(file.format.load(changed, lazy=True))
    (found,) = again.select(path)
    assert found.to_json() == edited.select(path)[0].to_json()
    again.set_text(path, before)
    data.assert_same_bytes(again.snapshot.to_bytes(), file.bytes)
