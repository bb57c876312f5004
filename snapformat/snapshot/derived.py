"""Formats derived from another by another payload: made once, as long as that format and the payload live.

`Snapshot.load(path, State)` derives one in every call, and all that is known of a format, such as the header
of the last file, is kept in it.
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
    """The format with another payload: the same object every time, while it is kept.

    What is derived for a class is kept in the class, and goes with it, or with the original format.
    Annotations, constructs and registered names can keep nothing: the original format keeps the latest. A
    payload without a hash and one that is imported when it is needed are looked up every time.

    Raises:
        SchemaError: The payload is no type of the serde data model.
    """
    found: Any
    try:
        if isinstance(payload, type):
            owner, known = vars(payload).get(FORMATS, _NONE)
            if owner is not payload:  # none yet, or a copy of another class, with all that is in it
                known = _keeping(payload)
            if known is not None:
                found = known.get(origin)
                if found is None:
                    found = known.setdefault(origin, dataclasses.replace(origin, payload=payload))
                return found  # type: ignore[no-any-return]  # weak dictionaries are of any type here
        if not is_reference(payload):
            found = origin.latest(payload)
            return found  # type: ignore[no-any-return]
    except TypeError:  # no hash; or a wrong type in the payload, which is said again
        pass
    return dataclasses.replace(origin, payload=payload)


_NONE = (None, None)


def _keeping(cls: type) -> WeakKeyDictionary[Any, Any] | None:
    """Let a class keep what is derived for it; None where nothing can be put into it (`str`)."""
    known: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
    try:
        setattr(cls, FORMATS, (cls, known))
    except TypeError:
        return None
    return known
