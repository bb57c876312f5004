"""Mistakes in declarations: every one of `mistakes.txt` fails at its stage and with its words."""

from __future__ import annotations

import dataclasses
import enum
import re
import sys
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import construct
import pytest

import snapformat
from snapformat import Encoding, SchemaError, bincode
from snapformat.bincode import FIRECRACKER
from snapformat.encodings.bincode.encoding import layout_for


@dataclass(frozen=True)
class Mistake:
    title: str
    code: str
    stage: str
    message: str


def mistakes() -> Iterator[Mistake]:
    text = Path(__file__).with_name("mistakes.txt").read_text()
    for block in text.split("\n=== ")[1:]:
        title, rest = block.split("\n", 1)
        code, answer = rest.split("\n--- ")
        stage, message = answer.strip().split("\n", 1)
        yield Mistake(title, code, stage, message)


def _cases(*stages: str) -> list[typing.Any]:
    found = [mistake for mistake in mistakes() if not stages or mistake.stage in stages]
    return [pytest.param(mistake, id=mistake.title) for mistake in found]


@pytest.fixture
def names() -> Iterator[dict[str, typing.Any]]:
    """The names of a module of declarations."""
    module = types.ModuleType("declared_by_mistake")
    sys.modules[module.__name__] = module
    for source in (snapformat, bincode):
        vars(module).update((name, getattr(source, name)) for name in source.__all__)
    vars(module).update(Annotated=typing.Annotated, Any=typing.Any, Generic=typing.Generic)
    vars(module).update(T=typing.TypeVar("T"), enum=enum, dataclasses=dataclasses)
    vars(module).update(c=construct, this=construct.this)
    yield vars(module)
    del sys.modules[module.__name__]


def declare(mistake: Mistake, names: dict[str, typing.Any]) -> typing.Any:
    exec(compile(mistake.code, mistake.title, "exec", dont_inherit=True), names)
    return names.get("Root", names.get("A"))


@pytest.mark.parametrize("mistake", _cases())
def test_mistake(mistake: Mistake, names: dict[str, typing.Any]):
    pattern = re.escape(mistake.message).replace(re.escape("..."), ".*")

    def use() -> None:
        declared = declare(mistake, names)
        assert mistake.stage != "declared", "the declaration passed"
        layout_for(declared)

    with pytest.raises(SchemaError) as caught:
        use()
    assert mistake.stage != "sealed" or "A" in names, "the declaration failed already"
    assert re.fullmatch(pattern, str(caught.value), re.DOTALL), str(caught.value)
    place = ".".join(filter(None, (caught.value.owner, caught.value.field)))
    assert str(caught.value) == (f"{place}: {caught.value.message}" if place else caught.value.message)


@pytest.mark.parametrize("mistake", _cases("sealed"))
def test_it_stays_wrong(mistake: Mistake, names: dict[str, typing.Any]):
    declared = declare(mistake, names)
    for encoding in (FIRECRACKER, FIRECRACKER, Encoding("variable")):
        with pytest.raises(SchemaError):
            layout_for(declared, encoding)


def test_titles_are_unique():
    titles = [mistake.title for mistake in mistakes()]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("call", [snapformat.doc, snapformat.variant])
def test_a_misspelt_keyword_is_misuse(call):
    with pytest.raises(TypeError, match="unexpected keyword argument 'renmae'") as caught:
        call("x", renmae="y")
    assert not isinstance(caught.value, SchemaError)


def test_a_misspelt_keyword_of_schema_is_misuse():
    with pytest.raises(TypeError, match="unexpected keyword argument 'flatten'"):
        snapformat.schema(flatten=True)(type("A", (), {}))
