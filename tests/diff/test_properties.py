"""Differences of random values, and of real states with one value changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.support import SNAPSHOT
from properties.strategies import samples
from snapformat import Snapshot
from snapformat.encodings.bincode.encoding import sealed
from snapformat.encodings.json.text import format_json
from snapformat.inspect import load_any
from snapformat.inspect.diff import Action, diff, diff_values
from snapformat.inspect.locations import FORM, Location, PlainLocation
from snapformat.inspect.query import root_of, select, select_in
from snapformat.model import kinds
from snapformat.snapshot.catalogue import find_format
from snapformat_schemas.kvm.aarch64.registers import from_plain, to_plain
from snapformat_schemas.kvm.x86_64.msr_names import name_of

_GOLDEN = Path(__file__).resolve().parents[1] / "golden"

_settings = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@st.composite
def pairs(draw: Callable[..., Any]) -> tuple[Any, Any, Any]:
    """A type and two values of it."""
    sample = draw(samples)
    return sample.kind, draw(sample.values), draw(sample.values)


@_settings
@given(pairs())
def test_two_values(pair: tuple[Any, Any, Any]):
    """There is a difference exactly where the JSON differs, on both sides, and its paths can be followed."""
    annotation, left, right = pair
    assert not diff_values(left, left, annotation)
    kind = sealed(annotation)
    shown = [format_json(FORM.write(kind, value)) for value in (left, right)]
    difference = diff_values(left, right, annotation, order=True)
    assert bool(difference) == (shown[0] != shown[1])
    back = diff_values(right, left, annotation, order=True)
    assert bool(back) == bool(difference)
    for change in difference:
        assert change.path.startswith("$")
        if "$map" in change.path or "$some" in change.path or ":" in change.path:
            continue
        value = right if change.action is Action.ADDED else left
        if change.action is not Action.REORDERED:
            (found,) = select_in(Location(kind, value), change.path)
            wanted = change.right if change.action is Action.ADDED else change.left
            assert found.to_json() == wanted or change.path == "$"


# --- one change -------------------------------------------------------------------------------------------


def _leaves(root: Location) -> list[Location]:
    """The numbers, flags and texts in a value that can be changed."""
    found, waiting = [], [root]
    while waiting:
        here = waiting.pop()
        inside = here.opened()
        if isinstance(inside, PlainLocation):
            continue
        if isinstance(inside.kind, kinds.Int | kinds.Bool | kinds.Str):
            found.append(here)
        waiting += inside.parts()
    return found


def _another(location: Location) -> Any:
    inside = location.opened()
    match inside.kind:
        case kinds.Int():
            return inside.value ^ 1 or 2
        case kinds.Bool():
            return not inside.value
        case _:
            return inside.value + "x"


FILES = [
    SNAPSHOT,
    _GOLDEN / "snapshots/1.8.0/03_many/vmstate",
    _GOLDEN / "snapshots/1.14.4/10_pci_many/vmstate",
    _GOLDEN / "bitcode/snapshots/1.16.1/03_many/vmstate",
    next((_GOLDEN / "snapshots-aarch64").rglob("vmstate")),
]
#: Fields that identify an element: another value is another element.
_KEYS = ("device_id", "index", "function", "base_address", "type_")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.parent.name))
@pytest.mark.parametrize("lazy", [False, True])
def test_one_change_in_a_state(path: Path, lazy: bool):
    right = load_any(path)
    left = right.format.load(path, lazy=lazy and not right.format.is_message)
    leaves = _leaves(root_of(right))
    for location in Random(7).sample(leaves, 25):
        inside, before = location.opened(), location.to_json()
        value = inside.value
        inside.set(_another(location))
        changes = [*diff(left, right)]
        if str(location.segments[-1]) in _KEYS:
            assert changes
        else:
            (change,) = changes
            (found,) = select(left, change.path)
            assert found.segments == location.segments
            assert change.left == before
            assert change.right == select(right, change.right_path or change.path)[0].to_json()
            for path_ in (change.path, location.path):
                assert not diff(left, right, ignore=[path_])
            (back,) = diff(right, left)
            assert (back.path, back.left, back.right) == (change.path, change.right, change.left)
        inside.set(value)
    assert not diff(left, right)


@pytest.mark.parametrize("arrays", ["numpy", "memoryview"])
def test_views_of_the_bytes(arrays: Any):
    """Values of other classes than lists and ints are the same values."""
    path = _GOLDEN / "snapshots/1.14.4/10_pci_many/vmstate"
    left, right = find_format("1.14/x86_64").load(path, lazy=True, arrays=arrays), load_any(path)
    assert not diff(left, right)
    assert not diff(right, left)
    transport = right.data.device_states.pci_state.block_devices[0].transport_state
    transport.pci_configuration_state.registers[5] ^= 1
    transport.cap_pci_cfg[3] ^= 1
    for difference in (diff(left, right), diff(right, left)):
        assert [change.path.rpartition(".")[2] for change in difference] == ["cap_pci_cfg[3]", "registers[5]"]


def _shuffled(snapshot: Snapshot[Any], random: Random) -> int:
    """Give the elements of all sequences with a key another order; return their number."""
    count, waiting = 0, [root_of(snapshot)]
    while waiting:
        here = waiting.pop().opened()
        if isinstance(here, PlainLocation):
            continue
        waiting += here.parts()
        names = {field.name for field in getattr(here.kind, "fields", ()) if field.key}
        for part in here.parts():
            if part.segments[-1] in names:
                for each in _lists(part):
                    count += len(each) > 1
                    random.shuffle(each)
    return count


def _lists(location: Location) -> list[list[Any]]:
    """The sequences of structs in a field."""
    inside = location.opened()
    if isinstance(inside, PlainLocation):
        return []
    if isinstance(inside.kind, kinds.Seq) and isinstance(inside.kind.item, kinds.Struct | kinds.Blob):
        return [inside.value]
    if isinstance(inside.kind, kinds.Seq | kinds.Tuple):
        return [each for part in inside.parts() for each in _lists(part)]
    return []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.parent.name))
def test_reordered_states(path: Path):
    left, right = load_any(path), load_any(path)
    count = _shuffled(right, Random(11))
    difference = diff(left, right)
    assert not difference
    assert len(difference.reordered) <= count
    if left.arch == "x86_64":
        assert len(difference.reordered) >= 2  # CPUID and MSRs
        assert {change.action for change in diff(left, right, order=True)} == {Action.REORDERED}
        # One change is found in any order.
        right.data.vcpu_states[0].saved_msrs[0][1][5].data ^= 1
        index = right.data.vcpu_states[0].saved_msrs[0][1][5].index
        (change,) = diff(left, right)
        (found,) = select(left, change.path)
        assert found.around is None or found.segments[-1] == "data"
        assert f"[index={index}]" in change.path or f"[index={index:#x}]" in change.path
        assert change.name == name_of(index)


def test_registers_of_aarch64_in_another_order():
    path = FILES[-1]
    left, right = load_any(path), load_any(path)
    ids, data = right.data.vcpu_states[0].regs
    plain = to_plain(ids, data)
    right.data.vcpu_states[0].regs = from_plain(plain[::-1])
    difference = diff(left, right)
    assert (len(difference), difference.reordered) == (0, ("$.vcpu_states[0].regs.registers",))
    changed = dict(plain[3], value="0x" + "1" * (len(plain[3]["value"]) - 2))
    right.data.vcpu_states[0].regs = from_plain([changed, *plain[:3], *plain[4:-1]])
    one, two = diff(left, right)
    assert one.path == f"$.vcpu_states[0].regs.registers[id={plain[3]['id']}].value"
    assert (one.left, one.right, one.name) == (plain[3]["value"], changed["value"], plain[3]["name"])
    assert (two.path, two.action) == (
        f"$.vcpu_states[0].regs.registers[id={plain[-1]['id']}]",
        Action.REMOVED,
    )
    (found,) = select(left, one.path)
    assert found.to_json() == one.left
