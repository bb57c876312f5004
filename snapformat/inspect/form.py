"""The form of values in which paths name parts, and in which values are given and printed.

JSON is imported on first use: a summary of a file does not need it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model.kinds import Kind

if TYPE_CHECKING:
    from snapformat.encodings.json.format import Json


class _Form:
    """JSON for people and tools: structures by name, addresses in hexadecimal, big integers as text."""

    __slots__ = ()

    def write(self, kind: Kind, value: Any, *, limits: Limits = DEFAULT_LIMITS) -> Any:
        """Return a value as plain data."""
        return _json().write(kind, value, limits=limits)

    def read(self, kind: Kind, data: Any, *, limits: Limits = DEFAULT_LIMITS) -> Any:
        """Return the value of plain data."""
        return _json().read(kind, data, limits=limits)


@cache
def _json() -> Json:
    from snapformat.encodings.json.format import Json

    return Json(decoded=True, portable=True)


def key_reader(kind: Kind) -> Callable[[str], Any] | None:
    """Return the function that reads a map's key from text; None if there are no such keys."""
    from snapformat.encodings.json import writer

    return writer.key_reader(kind)


#: The form.
FORM = _Form()
