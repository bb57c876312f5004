"""Two layouts compared: what was added, removed, moved, retyped."""

from __future__ import annotations

import construct as c

from snapformat import UnitEnum, schema
from snapformat.bincode import u8, u16, u32
from snapformat.layout import layout_of
from snapformat.layout.compare import Change, compare
from snapformat.snapshot.catalogue import formats


def changes(old: object, new: object) -> list[Change]:
    return compare(layout_of(old), layout_of(new))


def test_nothing_changed():
    for format_ in formats().values():
        assert compare(format_, format_) == []


def test_added_removed_retyped():
    old = c.Struct("a" / c.Int8ub, "b" / c.Int16ub, "c" / c.Int8ub)
    new = c.Struct("a" / c.Int8ub, "b" / c.Int32ub, "d" / c.Int64ub)
    assert changes(old, new) == [
        Change("retyped", "Data", "b", "u16", "u32"),
        Change("added", "Data", "d", after="u64"),
        Change("removed", "Data", "c", before="u8"),
    ]


def test_a_field_that_changed_places_has_moved_and_its_neighbours_have_not():
    old = c.Struct(*(name / c.Int8ub for name in "abcde"))
    new = c.Struct(*(name / c.Int8ub for name in "abdec"))
    assert changes(old, new) == [Change("moved", "Data", "c", "after b", "after e")]


def test_a_field_that_changed_its_type_of_struct_has_moved():
    @schema(name="Inner")
    class OldInner:
        kept: u8
        gone: u16

    @schema(name="Outer")
    class OldOuter:
        inner: OldInner

    @schema(name="Inner")
    class NewInner:
        kept: u8

    @schema(name="Outer")
    class NewOuter:
        inner: NewInner
        gone: u16

    assert changes(OldOuter, NewOuter) == [Change("moved", "Outer", "gone", "Inner.gone", "Outer.gone")]


def test_types_and_variants():
    @schema(name="Level")
    class OldLevel(UnitEnum):
        Low = None
        High = None

    @schema(name="Root")
    class OldRoot:
        level: OldLevel

    @schema(name="Level")
    class NewLevel(UnitEnum):
        Low = None
        Middle = None
        High = None

    @schema
    class Extra:
        value: u32

    @schema(name="Root")
    class NewRoot:
        level: NewLevel
        extra: Extra

    assert changes(OldRoot, NewRoot) == [
        Change("added", "Root", "extra", after="Extra"),
        Change("added", "Level", "Middle", after="1 (unit)"),
        Change("retyped", "Level", "High", "1 (unit)", "2 (unit)"),
        Change("added", "Extra"),
    ]
    assert Change("removed", "Extra") in changes(NewRoot, OldRoot)


def test_a_struct_that_becomes_an_enum():
    @schema(name="Backend")
    class Old:
        path: u8

    class New(UnitEnum):
        Path = None

    assert changes(Old, schema(name="Backend")(New)) == [
        Change("retyped", "Backend", None, "struct", "enum"),
        Change("added", "Backend", "Path", after="0 (unit)"),
        Change("removed", "Backend", "path", before="u8"),
    ]


def test_what_1_11_changed():
    known = formats()
    found = compare(
        known["firecracker/1.10.1/x86_64"].payload_layout, known["firecracker/1.11/x86_64"].payload_layout
    )
    moved = [change for change in found if change.action == "moved"]
    assert [change.before for change in moved] == ["VmState.kvm_cap_modifiers"]
    assert Change("removed", "GuestMemoryRegionState", "offset", before="u64") in found
    assert Change("added", "KvmState") in found
