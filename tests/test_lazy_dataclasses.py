"""Dataclasses that get their methods late are dataclasses in everything one can see."""

import copy
import dataclasses
import inspect
import itertools
import pickle
import typing
from typing import ClassVar

import pytest

from snapformat.lazy_dataclasses import dataclass

OPTIONS = [
    dict(zip(("slots", "frozen", "eq", "repr"), values, strict=True))
    for values in itertools.product((False, True), repeat=4)
] + [{"slots": True, "order": True}, {"frozen": True, "order": True}]


def declare(decorator, options):
    @decorator(**options)
    class Point:
        x: int
        y: "list[int]" = dataclasses.field(default_factory=list)
        z: int = dataclasses.field(default=3, kw_only=True, repr=False, compare=False)
        sum: int = dataclasses.field(init=False, default=0)

        def __post_init__(self):
            object.__setattr__(self, "sum", self.x + self.z)

    return Point


def outcome(call):
    try:
        return call()
    except Exception as error:
        return type(error)


#: What is looked at first has the methods made; the order must not matter.
LOOKS = {
    "signature": lambda cls: str(inspect.signature(cls)),
    "repr": lambda cls: repr(cls(1, [2])).partition(" object at")[0],
    "equal": lambda cls: [cls(1, [2]) == cls(1, [2], z=4), cls(1) == cls(2), cls(1) != 1],
    "hash": lambda cls: [hash(a := cls(1, ())) == hash(b := cls(1, (), z=4)), a == b],
    "order": lambda cls: [cls(1) < cls(2), cls(1) >= cls(2)],
    "set": lambda cls: setattr(cls(1), "x", 2),
    "delete": lambda cls: delattr(cls(1), "x"),
    "missing": lambda cls: cls(),
    "replace": lambda cls: dataclasses.asdict(dataclasses.replace(cls(1), x=5)),
    "copy": lambda cls: dataclasses.astuple(copy.deepcopy(cls(1, [2]))),
    "fields": lambda cls: [(f.name, f.type, f.default, f.init) for f in dataclasses.fields(cls)],
    "match": lambda cls: cls.__match_args__,
    "doc": lambda cls: cls.__init__.__qualname__ if cls(1) else None,
    "dict": lambda cls: hasattr(cls(1), "__dict__"),
}


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("look", LOOKS)
def test_agrees_with_dataclasses(options, look):
    late, usual = declare(dataclass, options), declare(dataclasses.dataclass, options)
    for _ in range(2):
        assert outcome(lambda: LOOKS[look](late)) == outcome(lambda: LOOKS[look](usual))


@pytest.mark.parametrize("base", [dataclass, dataclasses.dataclass])
def test_fields_of_a_base_come_first(base):
    @base(slots=True)
    class Base:
        a: int

    @dataclass(slots=True)
    class Derived(Base):
        b: int = 2

    assert repr(Derived(1)).endswith("Derived(a=1, b=2)")
    assert str(inspect.signature(Derived)) == "(a: 'int', b: 'int' = 2) -> None".replace("'", "")


Shared = ClassVar


def test_what_is_no_field_is_known_under_any_name():
    @dataclass
    class Counted:
        total: "Shared[int]" = 0
        most: "typing.ClassVar[int]" = 9
        of: "int"

    assert [field.name for field in dataclasses.fields(Counted)] == ["of"]
    assert Counted(4).of == 4
    assert Counted.__annotations__["of"] == "int"


def test_fields_may_have_any_name():
    @dataclass
    class Odd:
        self: int
        field: int = 1
        factory: list = dataclasses.field(default_factory=list)

    made = Odd(self=3)
    assert (made.self, made.field, made.factory) == (3, 1, [])


def test_a_method_of_the_class_itself_is_kept():
    @dataclass(frozen=True)
    class Own:
        a: int

        def __init__(self):
            object.__setattr__(self, "a", 7)

        def __eq__(self, other):
            return True

        def __repr__(self):
            return "own"

    assert repr(Own()) == "own"
    assert Own() == 3
    assert isinstance(hash(Own()), int)


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"__annotations__": {"a": int}, "a": []}, "mutable default"),
        ({"__annotations__": {"a": int, "b": int}, "a": 1}, "non-default argument 'b' follows"),
        ({"a": dataclasses.field()}, "is a field but has no type annotation"),
    ],
)
def test_mistakes_are_told_at_once(body, wrong):
    with pytest.raises((TypeError, ValueError), match=wrong):
        dataclass(type("Wrong", (), dict(body)))


@dataclass(frozen=True, slots=True)
class Frozen:
    a: int


def test_frozen_instances_can_be_pickled():
    assert pickle.loads(pickle.dumps(Frozen(3))) == Frozen(3)
