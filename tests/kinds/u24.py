"""A 3-byte integer, which variable-length integers leave as it is."""

from __future__ import annotations

from typing import Annotated, Any

from snapformat.model.kinds import Int, Kind
from snapformat.model.protocol import Planner, ValueReader, ValueWriter

_NUMBER = Int("u24", 3, False, variable=False)


class U24(Kind):
    """0 to 16,777,215 in three bytes, in the byte order of the encoding."""

    is_leaf = True
    name = "u24"
    __slots__ = ()

    def write(self, value: Any, out: ValueWriter) -> Any:
        """Write the number."""
        return _NUMBER.write(value, out)

    def read(self, source: ValueReader) -> Any:
        """Read the number."""
        return _NUMBER.read(source)

    def plan(self, planner: Planner) -> Any:
        """Plan it as any integer: it is read and written together with its neighbours."""
        return planner.plan_int(_NUMBER)


u24 = Annotated[int, U24()]
