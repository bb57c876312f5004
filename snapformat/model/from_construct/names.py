"""Names of constructs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from snapformat.model.expressions import Unsupported


def name_of(sub: Any) -> str | None:
    """Return the name of a construct as text; construct takes bytes and any object for a name."""
    name = sub.name
    if isinstance(name, bytes):
        return name.decode("utf-8", "backslashreplace") or None
    return str(name) or None if name is not None else None


def check_names(subs: Iterable[Any]) -> None:
    """Refuse fields of one name, of which a container keeps only the last.

    Raises:
        Unsupported: Two constructs have the same name.
    """
    names = [name_of(sub) for sub in subs if sub.name]
    if len(set(names)) != len(names):
        raise Unsupported("two fields of one name")
