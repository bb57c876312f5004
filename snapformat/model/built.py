"""Instances of classes as they were built, which construct's expressions see while values are written."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from construct import Container


def as_built(value: Any, built: Mapping[str, Any]) -> Any:
    """Return an instance with the values that were built: itself if these are the given ones, else a copy.

    Args:
        value: The instance.
        built: Values by attribute.
    """
    changed = {name: part for name, part in built.items() if getattr(value, name, None) is not part}
    if not changed:
        return value
    try:
        made = copy.copy(value)
        for name, part in changed.items():
            setattr(made, name, part)
    except Exception:  # the class's own code may refuse both
        made = container_of(value)
        made.update(changed)
    return made


def container_of(value: Any) -> Any:
    """Return a container from an instance: its attributes in slots, in a dict, or of a named tuple."""
    container = Container()
    if isinstance(value, tuple):
        container.update((name, getattr(value, name)) for name in getattr(value, "_fields", ()))
    for cls in reversed(type(value).__mro__):
        for name in getattr(cls, "__slots__", ()):
            if hasattr(value, name):
                container[name] = getattr(value, name)
    container.update(getattr(value, "__dict__", {}))
    return container
