"""Layouts by name and by class: bare Structs that users register."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any, NamedTuple, is_typeddict

import construct

from snapformat.class_attrs import DECLARATION
from snapformat.errors import SchemaError
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.checks import describe_exception
from snapformat.model.declaration import GivenKind
from snapformat.model.declare.again import Place, forget
from snapformat.model.declare.instances import add_item_access
from snapformat.model.from_construct import check_parameters, foreign


@dataclass(frozen=True, slots=True)
class _OfClass(GivenKind):
    """The layout of a class.

    Attributes:
        place: The code that registered it.
    """

    place: Place


class _Registered(NamedTuple):
    struct: Any
    place: Place


_by_name: dict[str, _Registered] = {}


def register(what: str | type, struct: Any) -> None:
    """Register a construct under a name, or for a class whose instances it then parses and builds.

    A cell of a notebook that runs again, and a module that is reloaded, replace the layout.

    Args:
        what: A name, by which the layout can be given wherever a type is expected; or a class that is
            called with the Struct's fields by name, and has them as attributes. Only constants, padding and
            computed values whose names begin with an underscore may be missing among its parameters. Its
            instances can be indexed by the name of a field from then on, as construct's expressions do.
        struct: A `construct.Construct`; for a class, one whose values have names.

    Raises:
        SchemaError: The name or class is taken by another layout, it is not a construct, or a field does not
            fit the class.
    """
    if not isinstance(struct, construct.Construct):
        declared = isinstance(struct, type) and DECLARATION in vars(struct)
        hint = f"; that of the class is Encoding().construct({struct.__qualname__})" if declared else ""
        raise SchemaError(f"expected a construct, found {struct!r}{hint}")
    place = Place.of(sys._getframe(1))
    if isinstance(what, str):
        known = _by_name.setdefault(what, _Registered(struct, place))
        if known.struct is not struct:
            if not place.is_again(known.place):
                raise SchemaError(f"the name {what!r} is registered for another layout")
            _by_name[what] = _Registered(struct, place)
    elif isinstance(what, type):
        before = vars(what).get(DECLARATION)
        if before is not None and not (isinstance(before, _OfClass) and place.is_again(before.place)):
            raise SchemaError("the class has a layout already", owner=what.__qualname__)
        if is_typeddict(what):
            # Its instances are plain dicts, which don't know the class.
            raise SchemaError(
                "values of a TypedDict are plain dicts: register the layout under a name",
                owner=what.__qualname__,
            )
        check_parameters(struct, what)
        try:
            setattr(what, DECLARATION, _OfClass(foreign(struct, what), place))
            add_item_access(what)
        except TypeError:
            raise SchemaError(
                "a built-in class takes no layout: register it for a subclass, or under a name",
                owner=what.__qualname__,
            ) from None
        if before is not None:
            forget([before.given])
    else:
        raise SchemaError(f"a layout is registered under a name or for a class, not under {what!r}")


def registered() -> Iterator[tuple[str, Any]]:
    """Return all named layouts, by name."""
    yield from sorted((name, known.struct) for name, known in _by_name.items())


def resolved(payload: Any) -> Any:
    """Return the annotation or construct of a registered name; anything else is returned unchanged.

    Raises:
        SchemaError: There is no such name.
    """
    while isinstance(payload, str):
        if is_reference(payload):
            payload = import_reference(payload)
        elif payload in _by_name:
            return _by_name[payload].struct
        else:
            known = ", ".join(sorted(_by_name)) or "none"
            raise SchemaError(f"no layout is registered under {payload!r}; known: {known}")
    return payload


def is_reference(payload: Any) -> bool:
    """Return whether this is text of the form `module:attribute`."""
    return isinstance(payload, str) and ":" in payload


def import_reference(reference: str) -> Any:
    """Import the object at `module:attribute`.

    Raises:
        SchemaError: There is no such module or attribute, or importing it fails.
    """
    module, _, attribute = reference.partition(":")
    found: Any = None
    try:
        found = importlib.import_module(module)
        for name in attribute.split("."):
            found = getattr(found, name)
    except Exception as error:  # the module's code may raise anything
        why = describe_exception(error) + _meant(found, error)
        raise SchemaError(f"can't import {reference!r}: {why}") from error
    return found


def _meant(module: Any, error: Exception) -> str:
    """Suggest a name of a module that is close to a missing one."""
    if type(error) is not AttributeError or not isinstance(module, ModuleType):
        return ""
    from difflib import get_close_matches  # imported here, as most names are correct

    close = get_close_matches(str(error.name), vars(module), 1)
    return f"; did you mean {close[0]}?" if close else ""
