"""A cache of formats that differ from another one in the payload only.

`Snapshot.load(path, State)` needs such a format in every call. Keeping it makes use of everything that a
format caches, such as the header of the last file.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from snapformat.class_attrs import FORMATS
from snapformat.model.declare.registry import is_reference

if TYPE_CHECKING:
    from snapformat.snapshot.spec import FormatSpec

Format = TypeVar("Format", bound="FormatSpec")


def derived(origin: Format, payload: Any) -> Format:
    """Return the format with another payload, the same object every time while it is cached.

    A format for a class is cached in the class, and is freed with the class or with the original format. For
    annotations, constructs and registered names, the original format caches the latest. For an unhashable
    payload, or one that is imported on first use, nothing is cached.

    Raises:
        SchemaError: The payload is not a type of the serde data model.
    """
    found: Any
    try:
        if isinstance(payload, type):
            owner, known = vars(payload).get(FORMATS, _NONE)
            if owner is not payload:  # none yet, or copied from another class with its attributes
                known = _keeping(payload)
            if known is not None:
                found = known.get(origin)
                if found is None:
                    found = known.setdefault(origin, dataclasses.replace(origin, payload=payload))
                return found  # type: ignore[no-any-return]  # the weak dictionary is untyped
        if not is_reference(payload):
            found = origin.latest(payload)
            return found  # type: ignore[no-any-return]
    except TypeError:  # unhashable, or a SchemaError, which is raised again below
        pass
    return dataclasses.replace(origin, payload=payload)


_NONE = (None, None)


def _keeping(cls: type) -> WeakKeyDictionary[Any, Any] | None:
    """Add an empty cache to a class, and return it; None if the class has no settable attributes (`str`)."""
    known: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
    try:
        setattr(cls, FORMATS, (cls, known))
    except TypeError:
        return None
    return known
