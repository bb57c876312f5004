"""Functions of a step: `to.convert`, `to.make`; other kinds of payloads."""

from __future__ import annotations

import threading
from typing import Annotated, Any, Generic, TypeVar

import construct as c
import pytest

from snapformat import DataEnum, MigrationError, SchemaError, SnapshotFormat, schema
from snapformat.bincode import BTreeMap, BTreeSet, CStruct, HashMap, Len, Option, u8, u16, u32
from snapformat.migrate import (
    Change,
    Conversion,
    Step,
    computed,
    default,
    migrate,
    moved,
    moved_to,
    narrowed,
    refused,
    renamed,
    unused,
)


@schema
class OldPart:
    """A part."""

    x: u8


@schema
class NewPart:
    """A part with a field more."""

    x: u16
    y: u8


@schema
class OldShape(DataEnum):
    """A shape."""


@schema(name="Round")
class OldRound(OldShape):
    """A round one."""

    radius: u8


@schema
class NewShape(DataEnum):
    """A shape."""


@schema(name="Round")
class NewRound(NewShape):
    """A round one."""

    radius: u16


@schema
class OldWhole:
    """The old payload."""

    part: OldPart
    parts: list[OldPart]


PART = Change(OldPart, NewPart, given={"y": default(7, "It is new.")})


def _formats(old: Any, new: Any, **options: Any) -> tuple[SnapshotFormat, SnapshotFormat]:
    made = [
        SnapshotFormat(name="whole", magic=1, version=version, payload=payload, **options)
        for version, payload in (("1.0.0", old), ("2.0.0", new))
    ]
    return made[0], made[1]


def _whole(annotation: Any, function: Any, *changes: Change) -> tuple[Any, Step]:
    """A new class with one field that a function computes, and the step to it."""
    space = {"__annotations__": {"made": annotation}, "__module__": __name__}
    cls: Any = schema(type("NewWhole", (), space))
    change = Change(
        OldWhole,
        cls,
        given={"made": computed(function)},
        dropped={"part": moved_to("$.made"), "parts": moved_to("$.made")},
    )
    return cls, Step(*_formats(OldWhole, cls), changes=[change, PART, *changes])


def _made(annotation: Any, function: Any, *changes: Change) -> Any:
    _, step = _whole(annotation, function, *changes)
    found = migrate(OldWhole(OldPart(1), [OldPart(2), OldPart(3)]), to=step.new, steps=[step])
    assert step.new.load(found.snapshot.to_bytes()).data == found.data
    return found


@pytest.mark.parametrize(
    ("annotation", "value", "wanted"),
    [
        (NewPart, OldPart(1), NewPart(1, 7)),
        (Option[NewPart], OldPart(1), NewPart(1, 7)),
        (Option[NewPart], None, None),
        (list[NewPart], [OldPart(1)], [NewPart(1, 7)]),
        (list[NewPart], (OldPart(1), OldPart(2)), [NewPart(1, 7), NewPart(2, 7)]),
        (Annotated[list[NewPart], Len(1)], [OldPart(1)], [NewPart(1, 7)]),
        (tuple[NewPart, u8], (OldPart(1), 5), (NewPart(1, 7), 5)),
        (HashMap[str, NewPart], {"a": OldPart(1)}, {"a": NewPart(1, 7)}),
        (BTreeSet[u8], {1, 2}, {1, 2}),
        (u32, 5, 5),
        (NewShape, OldRound(4), NewRound(4)),
        (list[list[NewPart]], [[OldPart(1)]], [[NewPart(1, 7)]]),
    ],
)
def test_convert_infers_the_old_type(annotation: Any, value: Any, wanted: Any) -> None:
    assert _made(annotation, lambda old, to: to.convert(value, annotation)).data.made == wanted


def test_convert_with_the_old_type_named() -> None:
    found = _made(u16, lambda old, to: to.convert(5, u16, old=u8))
    assert found.data.made == 5


def test_convert_can_not_know_the_old_type() -> None:
    with pytest.raises(
        SchemaError, match=r"can't tell the old type of dict, .* a NewPart: name it with old="
    ):
        _made(NewPart, lambda old, to: to.convert({"x": 1}, NewPart))


def test_convert_of_types_that_do_not_fit() -> None:
    with pytest.raises(SchemaError, match=r"OldPart does not become str by itself|OldPart"):
        _made(str, lambda old, to: to.convert(old.part, str))
    with pytest.raises(SchemaError, match="u16 does not become u8 by itself"):
        _made(u8, lambda old, to: to.convert(5, u8, old=u16))


def test_notes_of_parts_have_their_places() -> None:
    found = _made(list[NewPart], lambda old, to: to.convert(old.parts, list[NewPart], at="$.parts"))
    assert [(entry.kind, entry.path) for entry in found.report] == [
        ("defaulted", "$.made[0].y"),
        ("defaulted", "$.made[1].y"),
        ("derived", "$.made"),
    ]


def test_make_gives_some_fields() -> None:
    assert _made(NewPart, lambda old, to: to.make(NewPart, old.part, y=9)).data.made == NewPart(1, 9)
    assert _made(NewPart, lambda old, to: to.make(NewPart, old.part, x=300)).data.made == NewPart(300, 7)
    assert _made(NewPart, lambda old, to: to.make(NewPart, old.part, x=4, y=5)).data.made == NewPart(4, 5)
    made = _made(NewShape, lambda old, to: to.make(NewRound, OldRound(3), radius=5))
    assert made.data.made == NewRound(5)


def test_make_names_a_field_that_is_none() -> None:
    with pytest.raises(SchemaError, match=r"to\.make: NewPart has no field 'z'"):
        _made(NewPart, lambda old, to: to.make(NewPart, old.part, z=9))


def test_make_lacks_a_field() -> None:
    @schema
    class Other:
        x: u8
        q: u8

    with pytest.raises(SchemaError, match="the new field has no source"):
        _made(Other, lambda old, to: to.make(Other, old.part))
    assert _made(Other, lambda old, to: to.make(Other, old.part, q=1)).data.made == Other(1, 1)


def test_refuse_and_note_are_relative_to_the_place() -> None:
    def fail(old: OldPart, to: Conversion) -> NewPart:
        assert to.path() == "$.made[1]"
        assert to.path(is_old=True) == "$[1]"
        to.refuse("y", "It is odd.", rules="7")

    def all_but_the_first(old: OldPart, to: Conversion) -> NewPart:
        return NewPart(old.x, 0) if old.x == 2 else fail(old, to)

    change = Change(OldPart, NewPart, convert=all_but_the_first)
    cls, _ = _whole(list[NewPart], lambda old, to: to.convert(old.parts, list[NewPart]))
    dropped = {"part": moved_to("$.made"), "parts": moved_to("$.made")}
    given = {"made": computed(lambda old, to: to.convert(old.parts, list[NewPart]))}
    step = Step(
        *_formats(OldWhole, cls), changes=[change, Change(OldWhole, cls, given=given, dropped=dropped)]
    )
    with pytest.raises(MigrationError) as caught:
        migrate(OldWhole(OldPart(1), [OldPart(2), OldPart(3)]), to=step.new, steps=[step])
    assert (caught.value.path, caught.value.rules) == ("$.made[1].y", "7")


def test_moved_by_a_path() -> None:
    @schema
    class Flat:
        x: u16
        parts: list[NewPart]

    change = Change(
        OldWhole,
        Flat,
        given={"x": moved("$.part.x", why="It was inside.")},
        dropped={"part": moved_to("$.x")},
    )
    step = Step(*_formats(OldWhole, Flat), changes=[change, PART])
    found = migrate(OldWhole(OldPart(1), [OldPart(2)]), to=step.new, steps=[step])
    assert found.data == Flat(1, [NewPart(2, 7)])
    assert [str(entry) for entry in found.report] == [
        "moved     $.x: It was inside.",
        "defaulted $.parts[0].y = 7: It is new.",
    ]


@pytest.mark.parametrize(
    ("old", "new", "value", "fits"),
    [
        (u16, u8, 255, True),
        (u16, u8, 256, False),
        (Option[u16], u16, 5, True),
        (Option[u16], u16, None, False),
        (Option[OldPart], NewPart, OldPart(1), True),
        (list[u8], Annotated[list[u8], Len(2)], [1, 2], True),
        (list[u8], Annotated[list[u8], Len(2)], [1], False),
        (bytes, Annotated[bytes, Len(2)], b"ab", True),
        (bytes, Annotated[bytes, Len(2)], b"abc", False),
        (str, str, "x", True),
    ],
)
def test_narrowed(old: Any, new: Any, value: Any, fits: bool) -> None:
    classes: list[Any] = [
        schema(type("Whole", (), {"__annotations__": {"x": each}, "__module__": __name__}))
        for each in (old, new)
    ]
    change = Change(*classes, given={"x": narrowed("It was never more.")})
    step = Step(*_formats(*classes), changes=[change, PART])
    if fits:
        made = migrate(classes[0](value), to=step.new, steps=[step]).snapshot
        assert step.new.load(made.to_bytes()).data == made.data
    else:
        with pytest.raises(MigrationError, match=r"It was never more\.: expected .* at `\$\.x`") as caught:
            migrate(classes[0](value), to=step.new, steps=[step])
        assert caught.value.path == "$.x"


def test_refused_unless() -> None:
    @schema
    class Smaller:
        x: u8

    use = refused("There is one part only.", unless=lambda parts: len(parts) < 2)
    change = Change(
        OldWhole,
        Smaller,
        given={"x": computed(lambda old, to: old.part.x)},
        dropped={"part": unused("x"), "parts": use},
    )
    step = Step(*_formats(OldWhole, Smaller), changes=[change])
    assert migrate(OldWhole(OldPart(1), [OldPart(2)]), to=step.new, steps=[step]).data == Smaller(1)
    with pytest.raises(MigrationError, match=r"There is one part only\. - at `\$\.parts`"):
        migrate(OldWhole(OldPart(1), [OldPart(2)] * 2), to=step.new, steps=[step], allow=["PARTS"])


def test_construct_structs() -> None:
    """Payloads that construct declares, whose values are containers; constants need no use, and no source."""
    old, new = _formats(
        c.Struct(
            "magic" / c.Const(b"AB"),
            "x" / c.Int8ul,
            "class" / c.Int8ul,
            "items" / c.PrefixedArray(c.Byte, c.Struct("a" / c.Byte)),
        ),
        c.Struct(
            "class" / c.Int8ul,
            "x" / c.Int16ul,
            "items" / c.PrefixedArray(c.Byte, c.Struct("tag" / c.Const(b"T"), "a" / c.Int16ul)),
        ),
    )
    step = Step(old, new)
    file = old.new({"x": 3, "class": 4, "items": [{"a": 5}]}).to_bytes()
    made = migrate(old.load(file), to=new, steps=[step]).snapshot
    again = new.load(made.to_bytes()).data
    assert (again.x, again["class"], again["items"][0].a, again["items"][0].tag) == (3, 4, 5, b"T")


def test_construct_structs_have_no_changes() -> None:
    formats = _formats(c.Struct("x" / c.Byte), c.Struct("y" / c.Byte))
    with pytest.raises(SchemaError, match="a Change is between declared classes: use such classes"):
        Step(*formats)


Item = TypeVar("Item")


@schema
class OldBox(Generic[Item]):
    """A box."""

    item: Item
    old: u8


@schema
class NewBox(Generic[Item]):
    """A box."""

    item: Item


@schema
class OldBoxes:
    """Boxes of several types."""

    one: OldBox[u8]
    two: OldBox[list[OldPart]]


@schema
class NewBoxes:
    """Boxes of several types."""

    one: NewBox[u16]
    two: NewBox[list[NewPart]]


def test_generic_classes() -> None:
    change = Change(OldBox, NewBox, dropped={"old": unused("It is constant.")})
    step = Step(*_formats(OldBoxes, NewBoxes), changes=[change, PART])
    value = OldBoxes(OldBox(1, 0), OldBox([OldPart(2)], 0))
    found = migrate(value, to=step.new, steps=[step])
    assert found.data == NewBoxes(NewBox(1), NewBox([NewPart(2, 7)]))


@schema
class OldRegs(CStruct):
    """A structure of C."""

    a: u32
    b: u32


@schema
class NewRegs(CStruct):
    """The same with other names."""

    a: u32
    c: u32


@schema
class OldCpu:
    """A CPU."""

    regs: OldRegs
    names: BTreeMap[u8, OldRegs]


@schema
class NewCpu:
    """A CPU."""

    regs: NewRegs
    names: BTreeMap[u8, NewRegs]


def test_c_structs() -> None:
    step = Step(*_formats(OldCpu, NewCpu), changes=[Change(OldRegs, NewRegs, given={"c": renamed("b")})])
    file = step.old.new(OldCpu(OldRegs(1, 2), {3: OldRegs(4, 5)})).to_bytes()
    for lazy in (False, True):
        found = migrate(step.old.load(file, lazy=lazy), to=step.new, steps=[step])
        assert found.data == NewCpu(NewRegs(1, 2), {3: NewRegs(4, 5)})
        assert [entry.path for entry in found.report] == ["$.regs.c", '$.names["3"].c']


def test_keys_that_become_equal() -> None:
    @schema
    class Keys:
        x: BTreeMap[OldPart, u8]
        y: BTreeSet[OldPart]

    @schema
    class Fewer:
        x: BTreeMap[NewPart, u8]
        y: BTreeSet[NewPart]

    change = Change(OldPart, NewPart, convert=lambda old, to: NewPart(0, 0))
    step = Step(*_formats(Keys, Fewer), changes=[change])
    from snapformat.bincode import PairMap, PairSet

    value = Keys(PairMap([(OldPart(1), 1), (OldPart(2), 2)]), PairSet([]))
    with pytest.raises(MigrationError, match="different keys become equal: expected 2 keys, found 1"):
        migrate(value, to=step.new, steps=[step])
    value = Keys(PairMap([]), PairSet([OldPart(1), OldPart(2)]))
    with pytest.raises(MigrationError, match="different elements become equal"):
        migrate(value, to=step.new, steps=[step])


def test_threads() -> None:
    """Pairs that functions ask for are compiled once they are needed, by whichever thread is first."""
    _, step = _whole(
        list[list[NewPart]],
        lambda old, to: [to.convert(old.parts, list[NewPart]), [to.make(NewPart, old.part, y=1)]],
    )
    value = OldWhole(OldPart(1), [OldPart(2)])
    found: list[Any] = []
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait()
        found.append(migrate(value, to=step.new, steps=[step]).data.made)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [[[NewPart(2, 7)], [NewPart(1, 1)]]] * 8
