"""Hints for classes that can't be stored: the annotation to write instead."""

from __future__ import annotations

import enum
import os
import typing
from collections.abc import Sequence
from typing import Any

from snapformat.model.std.classes import library_of

_HINTS = {
    int: "use a type of known width: u8 to u128, usize, i8 to i128, isize",
    float: "use f32 or f64",
    dict: "use BTreeMap[K, V] (written sorted) or HashMap[K, V] (written in its own order)",
    set: "use BTreeSet[T] (written sorted) or HashSet[T] (written in its own order)",
    frozenset: "use BTreeSet[T] or HashSet[T]",
    complex: "serde has no complex numbers; use tuple[f64, f64]",
    object: "serde needs to know the type",
    Any: "serde needs to know the type",
    bytearray: "use bytes",
    list: "name the type of the elements, as in list[u8]",
}
#: The stored type of a class of the standard library whose text or number says all.
_STORED = {
    "decimal.Decimal": "str",
    "ipaddress.IPv4Network": "str",
    "ipaddress.IPv6Network": "str",
    "ipaddress.IPv4Interface": "str",
    "ipaddress.IPv6Interface": "str",
    "zoneinfo.ZoneInfo": "str",
    "fractions.Fraction": "str",
}

_ADDRESSES = {"ipaddress.IPv4Address", "ipaddress.IPv6Address"}


def hint_for(cls: Any) -> str:
    """Say how to make a class, or a value that is not a type at all, storable."""
    if not isinstance(cls, type):
        return "it is not a type of the serde data model"
    if cls in _HINTS:
        return _HINTS[cls]
    if issubclass(cls, enum.Enum):
        return _hint_for_enum(cls)
    if issubclass(cls, os.PathLike):
        spelled = _via(cls.__name__, "str", "str")
        return f"use {spelled}, or Path of snapformat.bincode, whose values are str"
    if typing.is_typeddict(cls):
        return "values of a TypedDict are plain dicts: declare a class with @schema"
    name = f"{cls.__module__}.{cls.__qualname__}"
    if name in _STORED:
        return f"use {_via(cls.__name__, _STORED[name], 'str')}"
    if name == "datetime.timedelta":
        return "use Duration of snapformat.bincode, or Via(i64, ...) for a number of microseconds"
    library = library_of(cls)
    if library is not None:
        return (
            f"it is made by {library}: say register({cls.__name__}, construct.Struct(...)), or use Via(...)"
        )
    return "declare the class with @schema, or use Via(...)"


def union_hint(members: Sequence[Any]) -> str:
    """Say what to write instead of a choice of types."""
    if {f"{each.__module__}.{each.__qualname__}" for each in members if isinstance(each, type)} == _ADDRESSES:
        return "for either kind of address use IpAddr of snapformat.bincode"
    return "for a choice of types, declare a DataEnum"


def _hint_for_enum(cls: type[enum.Enum]) -> str:
    if issubclass(cls, enum.Flag):
        return f"use {spell_enum(cls)}, with an integer wide enough for its bits"
    return (
        f"for its values use {spell_enum(cls)}; for the numbers 0, 1, 2, ... of Rust's enums derive it from"
        " snapformat.UnitEnum and decorate it with @schema"
    )


def spell_enum(cls: type[enum.Enum]) -> str:
    """Return the annotation that stores the values of an enum."""
    values = [member.value for member in cls]
    stored = "str" if values and all(isinstance(value, str) for value in values) else "u8"
    encode = "int" if issubclass(cls, int) else "lambda member: member.value"
    return _via(cls.__name__, stored, encode)


def _via(name: str, stored: str, encode: str) -> str:
    return f"Annotated[{name}, Via({stored}, decode={name}, encode={encode})]"
