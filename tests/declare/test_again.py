"""Declarations that run again, as in a notebook: the new one replaces the old one, whose values live on."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import snapformat
from snapformat import EncodeError, Encoding, SchemaError, SnapshotFormat, bincode, decode, encode
from snapformat.values import from_json, to_json

BITCODE = Encoding.bitcode()
ENUM = """
@schema
class Item(DataEnum): ...
"""
VARIANTS = """
@schema
class Gold(Item):
    amount: u8
@schema
class Sword(Item): ...
"""
BAG = """
@schema
class Bag:
    items: list[Item]
    best: "Item | None" = None
"""

Cell = Callable[[str], Any]


@pytest.fixture
def notebook() -> Iterator[tuple[Any, Cell]]:
    """A module, and a function that runs a cell in it."""
    module = types.ModuleType("a_notebook")
    sys.modules[module.__name__] = module
    for source in (snapformat, bincode):
        vars(module).update((name, getattr(source, name)) for name in source.__all__)
    exec("import construct as c\nimport enum", vars(module))
    yield module, lambda code: exec(compile(code, "a_cell", "exec", dont_inherit=True), vars(module))
    del sys.modules[module.__name__]


def test_variants_of_an_enum_in_use(notebook: tuple[Any, Cell]) -> None:
    names, run = notebook
    for cell in (ENUM, VARIANTS, BAG):
        run(cell)
    old = names.Bag([names.Gold(1), names.Sword()], names.Gold(2))
    old_format = SnapshotFormat(name="bags", magic=1, version="1.0.0", payload=names.Bag)
    data = {encoding: encode(old, names.Bag, encoding) for encoding in (Encoding(), BITCODE)}
    for _ in range(3):
        assert decode(data[Encoding()], names.Bag) == old
        assert decode(data[Encoding()], names.Bag, lazy=True) == old
        assert encode(old.items, list[names.Item])[8:] == data[Encoding()][8:-6]
    file = old_format.new(old).to_bytes()

    run(VARIANTS)
    run(VARIANTS)
    new = names.Bag([names.Gold(1), names.Sword()], names.Gold(2))
    for encoding, wanted in data.items():
        assert encode(new, names.Bag, encoding) == wanted
        for lazy in (False, True):
            found = decode(wanted, names.Bag, encoding, lazy=lazy)
            assert found == new
            assert type(found.items[0]) is names.Gold
    assert encode(new.items, list[names.Item])[8:] == data[Encoding()][8:-6]
    assert from_json(to_json(new, names.Bag), names.Bag) == new
    # A format made before keeps the old declaration, and writes its values.
    assert old_format.load(file).data == old
    assert old_format.new(old).to_bytes() == file
    with pytest.raises(EncodeError, match="found Gold of another declaration of this class"):
        old_format.new(new).to_bytes()
    with pytest.raises(EncodeError, match="found Gold of another declaration of this class"):
        encode(old, names.Bag)


def test_a_variant_that_changed(notebook: tuple[Any, Cell]) -> None:
    names, run = notebook
    for cell in (ENUM, VARIANTS, BAG):
        run(cell)
    assert encode([names.Gold(1)], list[names.Item])[8:] == b"\0\0\0\0\1"
    run(VARIANTS.replace("amount: u8", "amount: u16"))
    assert encode([names.Gold(1), names.Sword()], list[names.Item])[8:] == b"\0\0\0\0\1\0\1\0\0\0"
    assert encode(names.Bag([names.Gold(1)]), names.Bag)[8:] == b"\0\0\0\0\1\0\0"


def test_variants_before_the_enum_is_used(notebook: tuple[Any, Cell]) -> None:
    names, run = notebook
    run(ENUM)
    run(VARIANTS)
    run(VARIANTS)
    run("@schema(other=True)\nclass Rest(Item): ...")
    run("@schema(other=True)\nclass Rest(Item): ...")
    assert decode(b"\x63\0\0\0", names.Item) == names.Rest()
    assert encode(names.Sword(), names.Item) == b"\1\0\0\0"
    run("@schema\nclass Rest(Item): ...")
    with pytest.raises(snapformat.DecodeError, match="an index from 0 to 2"):
        decode(b"\x63\0\0\0", names.Item)


def test_a_new_variant_of_an_enum_in_use(notebook: tuple[Any, Cell]) -> None:
    names, run = notebook
    run(ENUM)
    run(VARIANTS)
    run("@schema\nclass Early(Item): ...")
    SnapshotFormat(name="items", magic=1, version="1.0.0", payload=list[names.Item]).new([]).to_bytes()
    with pytest.raises(SchemaError, match="Late: Item is in use without this variant: declare all of them"):
        run("@schema\nclass Late(Item): ...")
    assert encode(names.Early(), names.Item) == b"\2\0\0\0"
    for cell in (ENUM, VARIANTS, "@schema\nclass Late(Item): ..."):
        run(cell)
    assert encode(names.Late(), names.Item) == b"\2\0\0\0"


def test_two_variants_of_one_name_are_a_mistake(notebook: tuple[Any, Cell]) -> None:
    _, run = notebook
    run(ENUM)
    with pytest.raises(SchemaError, match="Item has a variant 'Gold' already"):
        run(VARIANTS + VARIANTS)
    with pytest.raises(SchemaError, match="Item has a variant 'Gold' already"):
        run("@schema(name='Gold')\nclass Silver(Item): ...")


def test_a_statement_that_is_repeated_is_a_mistake(notebook: tuple[Any, Cell]) -> None:
    """A loop, or a function that is called again, is the same code."""
    _, run = notebook
    run(ENUM)
    with pytest.raises(SchemaError, match="Item has a variant 'Gold' already"):
        run("for number in (1, 2):\n @schema\n class Gold(Item):\n  amount: u8")
    run("def name_it(size):\n register('again/twice', c.Struct('x' / c.Bytes(size)))")
    with pytest.raises(SchemaError, match="the name 'again/twice' is registered for another layout"):
        run("name_it(1)\nname_it(2)")


def test_structs_and_unit_enums(notebook: tuple[Any, Cell]) -> None:
    names, run = notebook
    cell = "@schema\nclass Point:\n x: u8\n@schema\nclass Color(UnitEnum):\n Red = variant()\n"
    run(cell)
    point, old_class, red, old_enum = names.Point(1), names.Point, names.Color.Red, names.Color
    assert encode(point, names.Point) == b"\1"
    run(cell)
    assert encode(point, old_class) == b"\1"
    assert encode(red, old_enum) == bytes(4)
    assert encode(names.Point(2), names.Point) == b"\2"
    for _ in range(2):
        with pytest.raises(EncodeError, match="expected Point, found Point of another declaration"):
            encode(point, names.Point)
        with pytest.raises(EncodeError, match="found Color of another declaration of this class"):
            encode(red, names.Color)


def test_layouts_under_a_name(notebook: tuple[Any, Cell]) -> None:
    names, run = notebook
    cell = "P = c.Struct('x' / c.Int8ub)\nregister('again/p', P)"
    run(cell)
    run(cell)
    assert encode({"x": 1}, "again/p") == b"\1"
    run(cell.replace("Int8ub", "Int16ub"))
    assert encode({"x": 1}, "again/p") == b"\0\1"
    with pytest.raises(SchemaError, match="the name 'again/q' is registered for another layout"):
        run("register('again/q', P)\nregister('again/q', c.Struct('x' / c.Int24ub))")
    with pytest.raises(SchemaError, match="is registered for another layout"):
        snapformat.register("again/p", names.c.Struct("x" / names.c.Int32ub))


def test_layouts_of_a_class(notebook: tuple[Any, Cell]) -> None:
    names, run = notebook
    run("class Own:\n def __init__(self, x):\n  self.x = x")
    cell = "register(Own, c.Struct('x' / c.Int8ub))"
    run(cell)
    run("@schema\nclass Holder:\n own: Own\n")
    value = names.Holder(names.Own(1))
    assert [encode(value, names.Holder) for _ in range(3)] == [b"\1"] * 3
    run(cell.replace("Int8ub", "Int16ub"))
    assert [encode(value, names.Holder) for _ in range(3)] == [b"\0\1"] * 3
    assert decode(b"\0\1", names.Holder).own.x == 1
    with pytest.raises(SchemaError, match="Holder: the class has a layout already"):
        run("register(Holder, c.Struct('x' / c.Int8ub))")
