"""An interrupt while a value is decoded on first touch, at every place: no edit made afterwards is lost."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Annotated, Any

import pytest

from codec.interrupting import interrupt_all, is_interrupted
from snapformat import EncodeError, Encoding, Snapshot, SnapshotFormat, decode, encode, schema
from snapformat.bincode import Blob, CStruct, Len, Option, Vec, u8, u32, u64
from snapformat.layout import layout_of


@schema
class Entry(CStruct):
    index: u32
    values: Annotated[list[u32], Len(4)]
    flags: u64


@schema
class Machine:
    """Larger than what is read at once, whatever is touched first."""

    number: u64
    text: str
    entry: Blob[Entry]
    entries: Vec[Blob[Entry]]
    words: Vec[u64]
    after: u8


@schema
class State:
    machine: Machine
    other: Option[Machine]
    machines: Vec[Machine]
    last: u32


def entry(number: int) -> Entry:
    return Entry(number, [number, 1, 2, 3], 7)


def machine(number: int) -> Machine:
    entries = [entry(place) for place in range(6)]
    return Machine(number, "t" * 600, entry(number), entries, list(range(100)), 3)


FORMAT = SnapshotFormat(name="interrupts", magic=7, version="1.0.0", payload=State)
MACHINE = machine(8)
STATE = State(machine(1), machine(2), [machine(3), machine(4)], 5)
FILE = FORMAT.new(STATE).to_bytes()


def edit_fields(state: State) -> None:
    state.last += 1
    state.machine.number = 77


def edit_c_struct(state: State) -> None:
    state.machine.entry.values[1] = 8
    state.machine.entry.index += 1


def edit_list(state: State) -> None:
    state.machine.entries[3].values.reverse()
    del state.machine.entries[5:]


def edit_words(state: State) -> None:
    state.machine.words[2] = 9
    state.machine.words.append(1)


def edit_inside(state: State) -> None:
    assert state.other is not None
    state.other.words.pop()
    state.machines[1].entry.values[0] = 6
    state.machines.append(machine(9))


def edit_all(state: State) -> None:
    for edit in EDITS:
        edit(state)


EDITS = [edit_fields, edit_c_struct, edit_list, edit_words, edit_inside]
LOADS = {
    "eager": lambda: FORMAT.load(FILE),
    "lazy": lambda: FORMAT.load(FILE, lazy=True),
    "lazy, strict": lambda: FORMAT.load(FILE, lazy=True, strict=True),
    "lazy, unchecked": lambda: FORMAT.load_without_crc_check(FILE, lazy=True),
}


#: Instructions from one interrupt to the next: what loads have in common is looked at closely in one.
STEP = dict.fromkeys(LOADS, 7) | {"lazy": 1}


def edited(edit: Callable[[State], None]) -> bytes:
    """What the edit gives where all is in memory."""
    state = copy.deepcopy(STATE)
    edit(state)
    return FORMAT.new(state).to_bytes()


@pytest.fixture(autouse=True, scope="module")
def _warm() -> None:
    """Generated code is there: each run takes the same steps."""
    for _ in range(20):
        for load in LOADS.values():
            snapshot = load()
            edit_all(snapshot.data)
            assert snapshot.to_bytes() == edited(edit_all)


#: Something that was looked at already, and what is looked at in it while the interrupt strikes.
TOUCHES: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "data": (lambda snapshot: snapshot, lambda snapshot: snapshot.data),
    "first": (lambda snapshot: snapshot.data, lambda state: state.machine),
    "option": (lambda snapshot: snapshot.data, lambda state: state.other),
    "list": (lambda snapshot: snapshot.data, lambda state: state.machines),
    "last": (lambda snapshot: snapshot.data, lambda state: state.last),
    "number": (lambda snapshot: snapshot.data.machine, lambda machine: machine.number),
    "C struct": (lambda snapshot: snapshot.data.machine, lambda machine: machine.entry),
    "C structs": (lambda snapshot: snapshot.data.machine, lambda machine: machine.entries),
    "words": (lambda snapshot: snapshot.data.machine, lambda machine: machine.words),
    "in C struct": (lambda snapshot: snapshot.data.machine.entry, lambda entry: entry.values),
    "in C structs": (lambda snapshot: snapshot.data.machine.entries[3], lambda entry: entry.values),
    "in option": (lambda snapshot: snapshot.data.other, lambda machine: machine.words),
    "in list": (lambda snapshot: snapshot.data.machines[1], lambda machine: machine.entry),
}


@pytest.mark.parametrize("touch", TOUCHES)
@pytest.mark.parametrize("load", LOADS)
def test_a_touch(load: str, touch: str) -> None:
    """Interrupted in a look at something, and then edited."""
    wanted = edited(edit_all)
    before, look = TOUCHES[touch]

    def prepare() -> tuple[Any, Any]:
        snapshot = LOADS[load]()
        return snapshot, before(snapshot)

    def check(made: tuple[Any, Any]) -> None:
        snapshot, seen = made
        edit_all(snapshot.data)
        assert snapshot.to_bytes() == wanted
        if not isinstance(seen, Snapshot):
            assert look(seen) is look(seen)

    interrupt_all(prepare, lambda made: look(made[1]), check, step=STEP[load])


@pytest.mark.parametrize("load", LOADS)
def test_a_look_at_all(load: str) -> None:
    def check(snapshot: Any) -> None:
        assert copy.deepcopy(snapshot.data) == STATE
        edit_all(snapshot.data)
        assert snapshot.to_bytes() == edited(edit_all)

    assert interrupt_all(LOADS[load], lambda snapshot: copy.deepcopy(snapshot.data), check, step=97) > 1000


def set_field(state: State) -> None:
    state.machine = MACHINE


def set_inside(state: State) -> None:
    state.machine.words = [1]


def set_in_c_struct(state: State) -> None:
    state.machine.entry.flags = 9


@pytest.mark.parametrize("change", [set_field, set_inside, set_in_c_struct])
@pytest.mark.parametrize("load", LOADS)
def test_a_change(load: str, change: Callable[[State], None]) -> None:
    """Either it was made or not; and made again, it is made."""
    wanted = edited(change)

    def check(snapshot: Any) -> None:
        assert snapshot.to_bytes() in (FILE, wanted)
        change(snapshot.data)
        assert snapshot.to_bytes() == wanted
        assert snapshot == FORMAT.load(wanted)

    interrupt_all(LOADS[load], lambda snapshot: change(snapshot.data), check, step=STEP[load])


def delete_machine(state: State) -> None:
    del state.machine


def delete_words(state: State) -> None:
    del state.machine.words


def delete_in_c_struct(state: State) -> None:
    del state.machine.entry.values


@pytest.mark.parametrize("delete", [delete_machine, delete_words, delete_in_c_struct])
@pytest.mark.parametrize("load", LOADS)
def test_a_deletion(load: str, delete: Callable[[State], None]) -> None:
    def check(snapshot: Any) -> None:
        with suppress(EncodeError):  # it is deleted already
            assert snapshot.to_bytes() == FILE
            delete(snapshot.data)
        with pytest.raises(AttributeError):
            delete(snapshot.data)
        with pytest.raises(EncodeError):
            snapshot.to_bytes()
        snapshot.data.machine = MACHINE
        assert snapshot.to_bytes() == edited(set_field)

    interrupt_all(LOADS[load], lambda snapshot: delete(snapshot.data), check, step=STEP[load])


@pytest.mark.parametrize("load", LOADS)
def test_a_save(load: str) -> None:
    def prepare() -> Any:
        snapshot = LOADS[load]()
        edit_words(snapshot.data)
        return snapshot

    def check(snapshot: Any) -> None:
        edit_fields(snapshot.data)
        edit_inside(snapshot.data)
        assert snapshot.to_bytes() == wanted

    def edit(state: State) -> None:
        edit_words(state)
        edit_fields(state)
        edit_inside(state)

    wanted = edited(edit)
    interrupt_all(prepare, lambda snapshot: snapshot.to_bytes(), check, step=5)


@pytest.mark.parametrize("arrays", ["memoryview", "numpy"])
def test_views(arrays: Any) -> None:
    wanted = edited(set_inside)

    def check(snapshot: Any) -> None:
        assert snapshot.data.machine.words[1] == 1
        assert snapshot.data.machine.words is snapshot.data.machine.words
        snapshot.data.machine.words = [1]
        assert snapshot.to_bytes() == wanted

    interrupt_all(
        lambda: FORMAT.load(FILE, lazy=True, arrays=arrays),
        lambda snapshot: snapshot.data.machine.words,
        check,
    )


@pytest.mark.parametrize(
    "touch", [lambda entry: entry.flags, lambda entry: setattr(entry, "flags", 7), repr, copy.copy]
)
@pytest.mark.parametrize("part", [Blob[Entry], Vec[Blob[Entry]]])
def test_c_structs_alone(part: Any, touch: Callable[[Entry], Any]) -> None:
    is_list = part == Vec[Blob[Entry]]
    data = encode([entry(1)] if is_list else entry(1), part)
    changed = Entry(1, [1, 1, 99, 3], 7)
    wanted = encode([changed] if is_list else changed, part)

    def check(value: Any) -> None:
        assert encode(value, part) == data
        of(value).values[2] = 99
        assert encode(value, part) == wanted

    def of(value: Any) -> Entry:
        found: Entry = value[0] if is_list else value
        return found

    interrupt_all(lambda: decode(data, part), lambda value: touch(of(value)), check)


def fresh(number: int) -> tuple[type, Any]:
    """A class that was never used, and a value."""
    part = schema(
        type(f"Part{number}", (CStruct,), {"__doc__": ".", "__annotations__": {"a": u32, "b": u64}})
    )
    annotations = {"a": u8, "b": Vec[Blob[part]], "c": str, "d": Vec[u64]}
    whole = schema(type(f"Whole{number}", (), {"__doc__": ".", "__annotations__": annotations}))
    return whole, whole(1, [part(1, 2), part(3, 4)], "c" * 600, list(range(100)))


def test_first_use() -> None:
    """Interrupted while the type is looked at, lowered, and code is generated for it; then all works."""
    count = 0

    def use(kind: type, data: bytes) -> None:
        made = SnapshotFormat(name="first", magic=7, version="1.0.0", payload=kind)
        state = made.load(made.new(decode(data, kind)).to_bytes(), lazy=True).data
        state.d[0] = state.b[0].b
        assert Encoding("variable", "big").construct(kind).sizeof is not None

    template, value = fresh(0)
    data = encode(value, template)
    at = 0
    while True:
        kind, value = fresh(count)
        if not is_interrupted(partial(use, kind, data), at):
            break
        use(kind, data)
        found: Any = decode(data, kind)
        assert found == value
        found.b[1].a = value.b[1].a = 9
        found.d[3] = value.d[3] = 8
        assert encode(found, kind) == encode(value, kind)
        assert layout_of(kind) is layout_of(kind)
        assert Encoding().construct(kind).build(value) == encode(value, kind)
        count += 1
        at += 1 + at // 8
    assert count > 50
