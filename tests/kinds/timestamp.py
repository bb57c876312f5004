"""Seconds since 1970 as a `datetime` in UTC; people are shown ISO 8601."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from snapformat.model.kinds import Int, Kind, Str
from snapformat.model.protocol import Planner, ValueReader, ValueWriter

_SECONDS, _TEXT = Int("i64", 8, True), Str()
_START = datetime(1970, 1, 1, tzinfo=UTC)


def _from_seconds(seconds: int) -> datetime:
    return _START + timedelta(seconds=seconds)


def _to_seconds(value: Any) -> int:
    if not isinstance(value, datetime) or value.tzinfo is None or value.microsecond:
        raise ValueError("a datetime with a time zone and whole seconds")
    return (value - _START) // timedelta(seconds=1)


class Timestamp(Kind):
    """An i64 of seconds."""

    is_leaf = True
    name = "Timestamp"
    __slots__ = ()

    def write(self, value: Any, out: ValueWriter) -> Any:
        """Write the seconds, or the text."""
        seconds = out.convert(_to_seconds, value, self.name)
        if out.human:
            _TEXT.write(_from_seconds(seconds).isoformat(), out)
        else:
            _SECONDS.write(seconds, out)
        return value

    def read(self, source: ValueReader) -> Any:
        """Read them."""
        start = source.mark()
        if source.human:
            return source.convert(datetime.fromisoformat, _TEXT.read(source), self.name, start)
        return source.convert(_from_seconds, _SECONDS.read(source), self.name, start)

    def plan(self, planner: Planner) -> Any:
        """Plan the number and its conversion."""
        return planner.plan_converted(_SECONDS, _from_seconds, _to_seconds)


timestamp = Annotated[datetime, Timestamp()]
