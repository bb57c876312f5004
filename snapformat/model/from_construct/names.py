"""Names of constructs."""

from __future__ import annotations

from typing import Any


def name_of(sub: Any) -> str | None:
    """Return the name of a construct as text; construct takes bytes and any object for a name."""
    name = sub.name
    if isinstance(name, bytes):
        return name.decode("utf-8", "backslashreplace") or None
    return str(name) or None if name is not None else None
