"""The fields of a Struct that is registered for a class, as parameters and attributes of the class."""

from __future__ import annotations

import inspect
from typing import Any
from weakref import WeakKeyDictionary

import construct as c

from snapformat.errors import SchemaError

#: Attributes that every instance has, which no field can replace.
_TAKEN = ("__class__", "__dict__", "__weakref__")
#: The stream, which construct puts into every container.
STREAM = "_io"
#: construct's classes whose value the construct itself has: nothing is lost without it.
_SUPPLIED = (c.Const, c.Computed, c.Rebuild, c.Check, type(c.Pass), type(c.Tell), type(c.Terminated), c.Seek)

#: Names of a constructor's parameters, by class; None if it may take any.
_parameters: WeakKeyDictionary[type, frozenset[str] | None] = WeakKeyDictionary()


def is_passed(cls: type, name: str) -> bool:
    """Return whether a field is passed to the class: one with an underscore, only if the class takes it."""
    if not name.startswith("_"):
        return True
    return name != STREAM and _takes(cls, name)


def _takes(cls: type, name: str) -> bool:
    if cls not in _parameters:
        _parameters[cls] = _names_of_parameters(cls)
    names = _parameters[cls]
    return names is None or name in names


def _names_of_parameters(cls: type) -> frozenset[str] | None:
    try:
        given = inspect.signature(cls).parameters.values()
    except (TypeError, ValueError):  # a class of C
        return None
    if any(each.kind is each.VAR_KEYWORD for each in given):
        return None
    return frozenset(
        each.name for each in given if each.kind in (each.KEYWORD_ONLY, each.POSITIONAL_OR_KEYWORD)
    )


def check_parameters(struct: Any, cls: type) -> None:
    """Refuse a Struct for a class whose instances would lose a field.

    Raises:
        SchemaError: A field's name can't be an attribute, or the class does not take a field.
    """
    while isinstance(struct, c.Subconstruct) and not isinstance(struct, c.Array | c.GreedyRange):
        struct = struct.subcon
    if not isinstance(struct, c.Struct):
        return
    for part in struct.subcons:
        name = part.name
        if name is None or name == "":
            continue
        if not isinstance(name, str):
            raise SchemaError(
                f"a field of a class has a str for a name, not {name!r}", owner=cls.__qualname__
            )
        if name in _TAKEN:
            raise SchemaError(
                "every object has an attribute of this name", owner=cls.__qualname__, field=name
            )
        if name == STREAM:
            raise SchemaError("construct keeps its stream by this name", owner=cls.__qualname__, field=name)
        if not is_passed(cls, name) and not _is_supplied(part):
            raise SchemaError(
                "the class has no parameter for the field, whose value would be lost",
                owner=cls.__qualname__,
                field=name,
            )


def _is_supplied(part: Any) -> bool:
    while isinstance(part, c.Renamed):
        part = part.subcon
    is_padding = isinstance(part, c.Padded) and part.subcon is c.Pass
    return is_padding or isinstance(part, _SUPPLIED)
