"""Each declaration held against construct, by every check; and that no class of construct is left out."""

from __future__ import annotations

from typing import Any

import construct as c
import pytest

from constructs import checks
from constructs.declaration import Declaration, parts
from constructs.declarations import DECLARATIONS

#: What is not seen wholly, and why.
NOT_SEEN = {
    "groups: a field given twice": "JSON has no two members of one name",
    "faults: Switch to None": "a case that is no construct has neither type nor size",
    "values: a scaled number": "construct can't build the value that it parses",
}
#: Classes that only others are made of; declarations have subclasses of the users' ones.
_ABSTRACT = {
    c.Construct,
    c.Subconstruct,
    c.Adapter,
    c.SymmetricAdapter,
    c.Validator,
    c.Tunnel,
    c.core.TimestampAdapter,
}


def _id(declaration: Declaration) -> str:
    return declaration.name


@pytest.mark.parametrize("declaration", DECLARATIONS, ids=_id)
@pytest.mark.parametrize("name", checks.CHECKS)
def test_as_construct(name: str, declaration: Declaration) -> None:
    assert _differences(name, declaration) == []


def _differences(name: str, declaration: Declaration) -> list[str]:
    return checks.run(name, declaration).faults


@pytest.mark.parametrize("declaration", [d for d in DECLARATIONS if d.category == "plain"], ids=_id)
def test_seen_wholly(declaration: Declaration) -> None:
    """Nothing is opaque; each part has its row in documents, its member in JSON, its event."""
    found = _differences(checks.SEEN, declaration)
    assert bool(found) == (declaration.name in NOT_SEEN), found


def test_there_are_many() -> None:
    assert len(DECLARATIONS) >= 300
    names = [each.name for each in DECLARATIONS]
    assert len(set(names)) == len(names)


def test_every_class_of_construct_is_declared() -> None:
    """Classes that macros make inside of themselves are known by their bases."""
    declared = {
        base for each in DECLARATIONS for part in parts(each.construct) for base in type(part).__mro__
    }
    assert _classes_of_construct() - declared - _ABSTRACT == set()


def _classes_of_construct() -> set[Any]:
    return {
        held if isinstance(held, type) else type(held)
        for held in vars(c.core).values()
        if isinstance(held, c.Construct) or (isinstance(held, type) and issubclass(held, c.Construct))
    }
