"""Classes that others have made: those of Python's standard library that are types, and of known libraries.

Nothing is imported for them: they are known by their names, and a class that is used was imported before.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from snapformat.errors import excerpt
from snapformat.model import kinds
from snapformat.model.numpy_scalars import type_name


def class_kind(cls: type) -> kinds.Kind | None:
    """Return the kind of a class of the standard library; None if it is not one of them."""
    make = _KINDS.get(f"{cls.__module__}.{cls.__qualname__}")
    return None if make is None else _made(cls, make)


@cache
def _made(cls: type, make: Callable[[Any], kinds.Kind]) -> kinds.Kind:
    return make(cls)


#: Attributes that other libraries add to the classes they make.
_MADE_BY = {
    "__attrs_attrs__": "attrs",
    "__pydantic_decorators__": "pydantic",
    "__struct_fields__": "msgspec",
    "_field_defaults": "typing.NamedTuple",
}


def library_of(cls: type) -> str | None:
    """Return the library that made a class, if it is one of those that `register` is for."""
    found = (library for mark, library in _MADE_BY.items() if any(mark in vars(base) for base in cls.__mro__))
    return next(found, None)


def require(value: Any, *classes: type) -> None:
    """Refuse a value that is not an instance of one of the classes."""
    if not isinstance(value, classes):
        wanted = " or ".join(cls.__name__ for cls in classes)
        raise TypeError(f"expected {wanted}, found {type_name(value)}")


# --- network addresses: octets in bincode, text in JSON -----------------------------------------------


def ip_text(value: Any) -> str:
    """Print an address as Rust does: IPv4-mapped ones with the IPv4 part in dots."""
    mapped = getattr(value, "ipv4_mapped", None)
    return f"::ffff:{mapped}" if mapped is not None else str(value)


def _octets(cls: type, value: Any) -> list[int]:
    require(value, cls)
    if getattr(value, "scope_id", None) is not None:
        raise ValueError(f"the scope of {value} can't be stored")
    return list(value.packed)


def _address_of(cls: Any, octets: list[int]) -> Any:
    return cls(bytes(octets))


def _address(cls: type, name: str, size: int) -> kinds.Adapted:
    octets = kinds.Array(kinds.Int("u8", 1, signed=False), size)
    return kinds.Adapted(octets, partial(_address_of, cls), partial(_octets, cls), name, (ip_text, cls))


# --- UUIDs: the crate uuid calls `serialize_bytes`, and writes hyphenated text in JSON -------------------


def _uuid_of(cls: Any, data: bytes) -> Any:
    return cls(bytes=data)


def _uuid_bytes(cls: type, value: Any) -> bytes:
    require(value, cls)
    found: bytes = value.bytes
    return found


def _uuid(cls: type) -> kinds.Adapted:
    stored = kinds.Bytes(exact=16)
    return kinds.Adapted(stored, partial(_uuid_of, cls), partial(_uuid_bytes, cls), "Uuid", (str, cls))


# --- points in time: text in RFC 3339, as the crate chrono has it -----------------------------------------

_DATE = r"(\d{4})-(\d\d)-(\d\d)"
_TIME = r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?"
_OFFSET = r"(?:[Zz]|([+-])(\d\d):(\d\d))"


def _parts(pattern: str, text: str, example: str) -> list[Any]:
    match = re.fullmatch(pattern, text, re.ASCII)  # `re` keeps what it compiled, on first use
    if match is None:
        raise ValueError(f"expected {example}, found {excerpt(text)!r}")
    return list(match.groups())


def _clock(hour: str, minute: str, second: str, fraction: str | None) -> tuple[int, int, int, int]:
    nanos = int((fraction or "").ljust(9, "0"))
    if nanos % 1000:
        raise ValueError("Python's times have no nanoseconds: declare the field as str to keep them")
    return int(hour), int(minute), int(second), nanos // 1000


def _clock_text(value: Any) -> str:
    """Print a time with no, 3 or 6 decimals: chrono's `AutoSi`."""
    if not value.microsecond:
        timespec = "seconds"
    else:
        timespec = "microseconds" if value.microsecond % 1000 else "milliseconds"
    text: str = value.isoformat(timespec=timespec)
    return text


def _moment_of(cls: Any, text: str) -> Any:
    pattern = f"{_DATE}[Tt ]{_TIME}{_OFFSET}"
    found = _parts(pattern, text, "2026-01-31T12:00:00Z")
    *date, hour, minute, second, fraction, sign, hours, minutes = found
    # The zone is made by the class itself: this module imports nothing for it.
    zone = cls.fromisoformat(f"2000-01-01T00:00:00{sign}{hours}:{minutes}" if sign else _IN_UTC).tzinfo
    return cls(*map(int, date), *_clock(hour, minute, second, fraction), tzinfo=zone)


_IN_UTC = "2000-01-01T00:00:00+00:00"


def _aware(cls: type, value: Any) -> Any:
    """Return a datetime with a time zone; refuse others."""
    require(value, cls)
    offset = value.utcoffset()
    if offset is None:
        raise ValueError(f"{value} has no time zone: datetime.now(timezone.utc) has one")
    if offset.total_seconds() % 60:
        raise ValueError(f"the time zone of {value} is not a number of minutes")
    return value


def _moment_text(cls: type, value: Any) -> str:
    text = _clock_text(_aware(cls, value))
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def _date_of(cls: Any, text: str) -> Any:
    return cls(*map(int, _parts(_DATE, text, "2026-01-31")))


def _date_text(cls: type, value: Any) -> str:
    require(value, cls)
    if hasattr(value, "hour"):
        raise TypeError("expected date, found datetime: say value.date()")
    text: str = value.isoformat()
    return text


def _time_of(cls: Any, text: str) -> Any:
    hour, minute, second, fraction = _parts(_TIME, text, "12:00:00")
    return cls(*_clock(hour, minute, second, fraction))


def _time_text(cls: type, value: Any) -> str:
    require(value, cls)
    if value.tzinfo is not None:
        raise ValueError(f"{value} has a time zone, which can't be stored")
    return _clock_text(value)


def _text(cls: type, name: str, parse: Any, show: Any, order: Any = None) -> kinds.Adapted:
    parsed, shown = partial(parse, cls), partial(show, cls)
    return kinds.Adapted(
        kinds.Str(), parsed, shown, name, order=None if order is None else partial(order, cls)
    )


#: How the kinds of the classes are made, by the names of the classes.
_KINDS: dict[str, Callable[[Any], kinds.Kind]] = {
    "ipaddress.IPv4Address": lambda cls: _address(cls, "Ipv4Addr", 4),
    "ipaddress.IPv6Address": lambda cls: _address(cls, "Ipv6Addr", 16),
    "uuid.UUID": _uuid,
    "datetime.datetime": lambda cls: _text(cls, "DateTime", _moment_of, _moment_text, _aware),
    "datetime.date": lambda cls: _text(cls, "NaiveDate", _date_of, _date_text),
    "datetime.time": lambda cls: _text(cls, "NaiveTime", _time_of, _time_text),
}
