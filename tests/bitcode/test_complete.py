"""Nothing is left out unnoticed: every file has its suite, every declaration is made or refused."""

from __future__ import annotations

import pytest

from bitcode import data
from bitcode.checks import BITCODE, world
from bitcode.refused import is_refused, refused_in
from snapformat.errors import SchemaError
from vectors.checks import assert_names
from vectors.rust_syntax import Enum, Struct
from vectors.rust_types import parse_items, parse_type


def test_there_are_files() -> None:
    assert data.files(), f"no *.jsonl in {data.folder()} (set {data.ENVIRONMENT})"


@pytest.mark.parametrize("file", data.files())
def test_file_has_a_suite(file: str) -> None:
    assert data.suite_of(file), f"{file} is run by no suite"
    assert data.rows(file), f"{file} is empty"


@pytest.mark.parametrize("file", data.files())
def test_types_parse(file: str) -> None:
    for row in data.rows(file):
        assert "unsupported" not in row, f"{row.id} is to be left out, which no row is"
        parse_type(row["rust_type"])


def test_the_types_of_the_folder_are_known() -> None:
    given = data.folder() / "types.rs"
    for item in parse_items(given.read_text(encoding="utf-8")) if given.exists() else []:
        assert item.name in world().items


def _declared() -> list[str]:
    items = world().items.values()
    return sorted(item.name for item in items if isinstance(item, Struct | Enum) and not item.generics.consts)


@pytest.mark.parametrize("name", _declared())
def test_every_declaration_is_made_or_refused(name: str) -> None:
    """Whether rows name them or not: there are types that only hold-out rows use."""
    item = world().items[name]
    assert isinstance(item, Struct | Enum)
    arguments = ", ".join("u8" for _ in item.generics.types)
    text = f"{name}<{arguments}>" if arguments else name
    if is_refused(item):
        assert refused_in(world(), f"Vec<{text}>") == name
        with pytest.raises(SchemaError):
            world().annotation(text)
        return
    assert refused_in(world(), text) is None
    shape, annotation = world().shape(text), world().annotation(text)
    BITCODE.kind_of(annotation)
    assert_names(shape, annotation)
