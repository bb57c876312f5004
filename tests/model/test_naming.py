"""Names of the types in a kind: recursion, configurations, kinds used twice."""

from __future__ import annotations

import construct as c

from snapformat import Encoding, schema
from snapformat.bincode import Blob, CStruct, NonZeroU16, Option, u8, u16
from snapformat.docs import describe
from snapformat.encodings.bincode.encoding import sealed
from snapformat.layout import layout_of
from snapformat.model.compare import Change, compare
from snapformat.model.naming import Bound, Types, types_of


@schema
class Left:
    right: Option[Right]
    number: u16


@schema
class Right:
    lefts: list[Left]
    small: u8


@schema
class Point(CStruct):
    """A point, 4 bytes."""

    x: u16
    y: u16


@schema
class Holder:
    point: Point
    packed: Blob[Point]


FIXED, VARIABLE = Encoding("fixed", "little"), Encoding("variable", "big")


def types(annotation: object, encoding: Encoding = FIXED) -> Types:
    return types_of(Bound(sealed(annotation), encoding))


def test_types_that_contain_each_other_are_all_found_from_each():
    assert list(types(Left).by_label) == ["Left", "Right"]
    assert list(types(Right).by_label) == ["Right", "Left"]
    document = describe(Right)
    assert [each.label for each in document.types] == ["Right", "Left"]
    assert all(each.recursive for each in document.types)
    assert [each.size.least for each in document.types] == [9, 3]


def test_a_construct_used_twice_is_one_type():
    flags = c.BitStruct("on" / c.Flag, c.Padding(7))

    @schema
    class Twice:
        one: flags
        two: flags

    found = types(Twice)
    assert list(found.by_label) == ["Twice", "Twice.one"]
    assert [found.text(child) for child in found.root.children()] == ["Twice.one", "Twice.one"]


def test_a_type_under_two_encodings_is_two_types():
    both = c.Struct("a" / FIXED.construct(Left), "b" / VARIABLE.construct(Left))
    assert list(types(both).by_label) == ["Data", "Left", "Right", "Left (2)", "Right (2)"]
    limits = c.Struct("a" / FIXED.construct(Left), "b" / Encoding("fixed", "little", 7).construct(Left))
    assert list(types(limits).by_label) == ["Data", "Left", "Right"]


def test_a_c_struct_has_the_layout_of_the_processor_under_every_encoding():
    assert list(types(Holder, FIXED).by_label) == ["Holder", "Point"]
    assert list(types(Holder, VARIABLE).by_label) == ["Holder", "Point", "Point (2)"]
    document = describe(Holder, encoding=VARIABLE)
    assert [each.size.text for each in document.types[1:]] == ["2 to 6", "4"]
    assert [each.nested for each in document.types] == [False, False, True]


def test_constraints_of_equal_elements_name_each():
    pair = describe(tuple[NonZeroU16, NonZeroU16], name="pair").types[0]
    assert pair.fields[0].constraints == ("element 0: not zero", "element 1: not zero")


def test_layouts_and_bound_kinds_compare_alike():
    one, other = Bound(sealed(Left), FIXED), Bound(sealed(Holder), FIXED)
    changes = compare(one, other)
    assert Change("added", "Point") in changes
    assert compare(layout_of(Left), layout_of(Holder)) == compare(one, layout_of(Holder)) == changes
    assert compare(one, layout_of(Left)) == []
