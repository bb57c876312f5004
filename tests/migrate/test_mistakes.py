"""Mistakes in the declarations of steps: every one of `mistakes.txt` fails with its words."""

from __future__ import annotations

import re
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import snapformat
from snapformat import SchemaError, SnapshotFormat, bincode, migrate


class Mistake(NamedTuple):
    title: str
    code: str
    message: str


def mistakes() -> Iterator[Mistake]:
    text = Path(__file__).with_name("mistakes.txt").read_text(encoding="utf-8")
    for block in text.split("\n=== ")[1:]:
        title, rest = block.split("\n", 1)
        code, message = rest.split("\n---")
        yield Mistake(title, code, message.strip())


@pytest.fixture
def names() -> Iterator[dict[str, Any]]:
    """The names of a module of declarations."""
    module = types.ModuleType("steps_by_mistake")
    sys.modules[module.__name__] = module
    space = vars(module)
    for source in (snapformat, bincode, migrate):
        space.update((name, getattr(source, name)) for name in source.__all__)
    space["Annotated"] = typing.Annotated

    def step(*changes: Any) -> migrate.Step:
        old, new = (
            SnapshotFormat(name="game", magic=1, version=version, payload=space.get(name, space["A"]))
            for version, name in (("1.0.0", "A"), ("2.0.0", "B"))
        )
        return migrate.Step(old, new, changes=changes)

    space["step"] = step
    yield space
    del sys.modules[module.__name__]


@pytest.mark.parametrize("mistake", [pytest.param(each, id=each.title) for each in mistakes()])
def test_mistake(mistake: Mistake, names: dict[str, Any]) -> None:
    with pytest.raises(SchemaError) as caught:
        exec(compile(mistake.code, mistake.title, "exec", dont_inherit=True), names)
    pattern = re.escape(mistake.message).replace(re.escape("..."), ".*")
    assert re.fullmatch(pattern, str(caught.value), re.DOTALL), str(caught.value)


def test_titles_are_unique() -> None:
    titles = [mistake.title for mistake in mistakes()]
    assert len(set(titles)) == len(titles) > 40


def test_an_error_names_its_step() -> None:
    @snapformat.schema
    class Old:
        x: bincode.u8

    @snapformat.schema
    class New:
        y: bincode.u8

    old = SnapshotFormat(name="game", magic=1, version="1.0.0", payload=Old)
    new = SnapshotFormat(name="game", magic=1, version="2.0.0", payload=New)
    with pytest.raises(SchemaError) as caught:
        migrate.Step(old, new)
    assert caught.value.__notes__ == ["in the step game 1.0.0 -> game 2.0.0"]
    assert caught.value.field == "y"
