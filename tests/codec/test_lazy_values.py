"""Values that are read lazily are what their class says; they are used, copied and changed as any other."""

from __future__ import annotations

import copy
import dataclasses
import gc
import pickle
import sys
from typing import Any

import pytest

from codec.agreement import assert_same, identical, verdict
from codec.test_threads import together
from snapformat import DecodeError, EncodeError, decode, encode, schema, validate
from snapformat.bincode import Blob, CStruct, HashMap, Option, Some, Vec, u8, u64
from snapformat.lazy import state
from snapformat.model.lazy_class import is_lazy


@schema
class Regs(CStruct):
    """A C struct."""

    rax: u64
    rip: u64


@schema
class Cpu:
    """Nested, and large."""

    id: u8
    regs: Blob[Regs]
    log: Vec[u64]
    name: str


@schema
class Machine:
    """The whole."""

    name: str
    active: bool
    first: Cpu
    spare: Option[Cpu]
    cpus: Vec[Cpu]
    labels: HashMap[u8, str]


def cpu(number: int) -> Cpu:
    return Cpu(number, Regs(number, 2), list(range(100)), "é")


def machine() -> Machine:
    return Machine("m", True, cpu(1), cpu(2), [cpu(3), cpu(4)], {1: "a"})


DATA = encode(machine(), Machine)


def lazy() -> Machine:
    found = decode(DATA, Machine, lazy=True)
    assert is_lazy(found)
    return found


def test_is_an_instance_and_becomes_one_of_the_very_class() -> None:
    found = lazy()
    assert isinstance(found, Machine)
    assert found.__class__ is Machine
    assert found.first.id == 1
    assert is_lazy(found)
    assert is_lazy(found.first)
    validate(found)
    assert type(found) is Machine
    assert type(found.cpus[1]) is Cpu
    assert found == machine()


def test_equality_repr_and_patterns() -> None:
    assert lazy() == machine()
    assert machine() == lazy()
    assert lazy() == lazy()
    assert repr(lazy()) == repr(decode(DATA, Machine))
    changed = lazy()
    changed.spare = None
    assert changed != machine()
    match lazy():
        case Machine(name="m", first=Cpu(id=1, regs=Regs(rip=rip))):
            assert rip == 2
        case _:
            pytest.fail("no match")


def test_copies_and_pickles() -> None:
    for made in (copy.copy(lazy()), copy.deepcopy(lazy()), pickle.loads(pickle.dumps(lazy()))):
        assert type(made) is Machine
        assert made == machine()
    replaced = dataclasses.replace(lazy(), name="n")
    assert type(replaced) is Machine
    assert replaced == dataclasses.replace(machine(), name="n")
    assert dataclasses.asdict(lazy()) == dataclasses.asdict(machine())


def test_the_same_object_every_time() -> None:
    found = lazy()
    assert found.first is found.first
    assert found.cpus[0].log is found.cpus[0].log


def test_what_is_handed_out_may_be_changed() -> None:
    found, expected = lazy(), machine()
    for value in (found, expected):
        value.first.log.append(7)
        value.cpus.pop()
        value.cpus[0].regs.rip = 99
        value.labels[2] = "b"
        assert value.spare is not None
        value.spare.name = "spare"
    assert encode(found, Machine) == encode(expected, Machine)
    # Untouched ones in places where they were not.
    found.cpus += [lazy().first, cpu(9)]
    expected.cpus += [cpu(1), cpu(9)]
    assert encode(found, Machine) == encode(expected, Machine)
    found.spare = found.first = lazy().cpus[1]
    expected.spare = expected.first = cpu(4)
    assert encode(found, Machine) == encode(expected, Machine)


def test_a_part_in_a_value_made_by_hand() -> None:
    made = Machine("n", False, lazy().first, None, [lazy().cpus[1]], {})
    assert encode(made, Machine) == encode(Machine("n", False, cpu(1), None, [cpu(4)], {}), Machine)


def test_written_under_another_encoding() -> None:
    from snapformat import Encoding

    big = Encoding(byteorder="big")
    assert encode(lazy(), Machine, big) == encode(machine(), Machine, big)


def test_a_field_may_be_deleted_or_set_unseen() -> None:
    found = lazy()
    del found.labels
    with pytest.raises(AttributeError):
        _ = found.labels
    with pytest.raises(EncodeError, match="labels"):
        encode(found, Machine)
    found.labels = {}
    found.first = found.spare = cpu(5)
    expected = machine()
    expected.labels = {}
    expected.first = expected.spare = cpu(5)
    assert encode(found, Machine) == encode(expected, Machine)


def test_bad_values_are_refused_with_their_path() -> None:
    found = lazy()
    found.cpus[1].log[5] = -1
    with pytest.raises(EncodeError) as raised:
        encode(found, Machine)
    assert raised.value.path == "$.cpus[1].log[5]"


def test_bad_bytes_raise_when_they_are_touched() -> None:
    # The bool, and the text of the second element's name.
    bad = bytearray(DATA)
    bad[9] = 7
    at = DATA.rindex("é".encode())
    bad[at] = 0xFF
    found = decode(bytes(bad), Machine, lazy=True)
    assert found.cpus[1].id == 4
    for _ in range(2):
        with pytest.raises(DecodeError) as raised:
            _ = found.cpus[1].name
        assert (raised.value.path, raised.value.offset) == ("$.cpus[1].name", at)
    with pytest.raises(DecodeError) as lazily:
        validate(found)
    with pytest.raises(DecodeError) as eagerly:
        decode(bytes(bad), Machine)
    assert str(lazily.value) == str(eagerly.value)
    found.active = False
    found.cpus[1].name = "é"
    expected = machine()
    expected.active = False
    assert found == expected


def test_validate_looks_behind_options() -> None:
    @schema
    class Rack:
        slots: Vec[Option[Cpu]]
        nested: Option[Option[Option[Cpu]]]

    large = Cpu(1, Regs(1, 2), list(range(300)), "é")
    rack = Rack([None, large], Some(Some(large)))
    data = encode(rack, Rack)
    found = decode(data, Rack, lazy=True)
    validate(found)
    assert identical(found, decode(data, Rack))
    bad = data.replace("é".encode(), b"\xff\xff")
    expected = verdict(lambda: decode(bad, Rack))
    assert expected[0] == "raises"
    assert_same(verdict(lambda: validate(decode(bad, Rack, lazy=True))), expected)


def test_bytes_that_can_not_be_passed_over_raise_at_once() -> None:
    for bad in (DATA[:-1], DATA[:200], b""):
        assert_same(
            verdict(lambda bad=bad: decode(bad, Machine, lazy=True)),
            verdict(lambda bad=bad: decode(bad, Machine)),
        )


def test_many_threads_get_one_object() -> None:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(20):
            found = lazy()
            results = together([lambda found=found: (found.first, found.cpus, found.cpus[0].log)] * 8)
            assert all(part is results[0][i] for result in results for i, part in enumerate(result))
            results = together([lambda found=found: validate(found)] * 8)
            assert results == [None] * 8
            assert type(found) is Machine
            assert found == machine()
    finally:
        sys.setswitchinterval(interval)


def test_classes_with_code_of_their_own_are_made_at_once() -> None:
    @schema
    class Checked:
        """Looks at its values."""

        a: u8
        rest: Vec[u64]

        def __post_init__(self) -> None:
            self.a += 1

    @schema
    class Asking:
        """Answers for what it does not have."""

        rest: Vec[u64]

        def __getattr__(self, name: str) -> Any:
            return name

    numbers = list(range(200))
    found = decode(encode(Checked(1, numbers), Checked), Checked, lazy=True)
    assert type(found) is Checked
    assert found.a == 3
    other = decode(encode(Asking(numbers), Asking), Asking, lazy=True)
    assert type(other) is Asking
    assert other.nothing == "nothing"


def test_small_structs_are_read_at_once() -> None:
    value = cpu(1)
    value.log.clear()
    data = encode(value, Cpu)
    assert len(data) < state.LEAST_STRUCT
    assert type(decode(data, Cpu, lazy=True)) is Cpu


def test_bytes_are_let_go_with_the_last_undecoded_field() -> None:
    found = lazy()
    validate(found)
    gc.collect()
    assert not any(isinstance(o, bytes) and o == DATA for o in gc.get_referents(*gc.get_referents(found)))
