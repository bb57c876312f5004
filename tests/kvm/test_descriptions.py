"""Declarations and tables say something: descriptions, sources, no field named twice."""

from __future__ import annotations

import importlib
import pkgutil
import re
from types import ModuleType

import pytest

import snapformat_schemas.kvm
import snapformat_schemas.virtio
from kvm import layouts
from snapformat.bits import Bits, fields, names
from snapformat.encodings.bincode.encoding import sealed
from snapformat.model import kinds
from snapformat.model.kinds import Kind

MODULES: list[ModuleType] = [
    importlib.import_module(info.name)
    for package in (snapformat_schemas.kvm, snapformat_schemas.virtio)
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + ".")
    if not info.ispkg
]

TABLES = {
    f"{module.__name__}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, tuple) and value and all(isinstance(item, Bits) for item in value)
}


def _structs(kind: Kind, found: dict[type, kinds.Struct]) -> None:
    match kind:
        case kinds.Struct(cls=type() as cls):
            found[cls] = kind
            for field in kind.fields:
                _structs(field.kind, found)
        case kinds.Array():
            _structs(kind.item, found)


STRUCTS: dict[type, kinds.Struct] = {}
for cls in layouts.structures().values():
    _structs(sealed(cls), STRUCTS)


@pytest.mark.parametrize("cls", STRUCTS, ids=lambda cls: cls.__name__)
def test_fields_are_described(cls: type) -> None:
    assert cls.__doc__
    assert cls.__doc__.endswith(".")
    for field in STRUCTS[cls].fields:
        assert field.doc, field.attr
        assert "\n" not in field.doc
        words = set(re.findall(r"[a-z0-9]+", field.doc.lower()))
        own = set(re.findall(r"[a-z0-9]+", (field.attr or "").lower()))
        assert len(words - own - {"the", "a", "of", "an", "is"}) >= 2, f"{field.attr}: {field.doc}"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_sources_are_named(module: ModuleType) -> None:
    assert module.__doc__
    assert "read from" in module.__doc__.lower()


@pytest.mark.parametrize("name", TABLES)
def test_tables(name: str) -> None:
    """Names are given once and bits do not overlap."""
    table = TABLES[name]
    assert len({bits.name for bits in table}) == len(table)
    taken = 0
    for bits in table:
        assert bits.about
        assert not taken & bits.mask, bits.name
        taken |= bits.mask


def test_bits() -> None:
    table = (
        Bits("A", 0, "flag"),
        Bits("B", 1, "field", 2),
        Bits("C", 3, "named field", 2, {1: "one"}),
        Bits("D", 5, "rests at 1", ones=True),
    )
    assert fields(0b101111, table) == {"A": 1, "B": 3, "C": 1, "D": 1}
    assert names(0, table) == []
    assert names(0b101111, table) == ["A", "B=0x3", "C=one"]
    assert names(0b1_0001_0000, table) == ["C=2", "bit 8"]
