"""Comparing a value of ours with construct's, deeply, and by type where it matters."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

import construct as c

from snapformat import SnapshotError

#: Types that make no difference to who uses a value: they are the plain dict and list, filled in or not.
_MAPPINGS = (dict, c.Container, c.LazyContainer)
_LISTS = (list, c.ListContainer, c.LazyListContainer)


def forced(value: Any) -> Any:
    """A deferred value of `Lazy`, read now."""
    return value() if callable(value) and type(value).__name__ == "function" else value


class RefusedLater(Exception):
    """What was deferred is refused when it is read at last: a refusal like any other."""


def settled(value: Any) -> Any:
    """The value itself, after all that is deferred in it was read.

    Raises:
        RefusedLater: Something deferred can't be read.
    """
    try:
        return _settled(value)
    except (c.ConstructError, SnapshotError) as error:
        raise RefusedLater(str(error)) from error


def _settled(value: Any) -> Any:
    current = forced(value)
    if isinstance(current, Mapping):
        for name in names_of(current):
            _settled(current[name])
    elif isinstance(current, list | tuple):
        for part in current:
            _settled(part)
    return value


def is_raw_flag(value: Any) -> bool:
    """Whether it is the number that stands for a flag of an odd byte, as the manual says."""
    return type(value).__name__ == "RawFlag"


def keeps_bytes(value: Any) -> bool:
    """Whether such a number, a NaN, or bits without a name are in a value.

    These are written as they were read, not as construct would.
    """
    value = forced(value)
    if isinstance(value, Mapping):
        if "_unnamed" in value.keys():  # noqa: SIM118  # a LazyContainer
            return True
        return any(keeps_bytes(value[key]) for key in value.keys())  # noqa: SIM118  # a LazyContainer
    if isinstance(value, list | tuple):
        return any(map(keeps_bytes, value))
    return is_raw_flag(value) or (isinstance(value, float) and value != value)


def names_of(value: Any) -> list[Any]:
    """The names of a mapping's members, in order, without those of construct's own use."""
    return [name for name in value.keys() if not str(name).startswith("_")]  # noqa: SIM118


def difference(ours: Any, theirs: Any, path: str = "$") -> tuple[str, str] | None:
    """What differs first: its kind (`value` or `type`) and a text; None if nothing does.

    A difference of types is one that only shows by the type: the plain number for one that prints itself as
    hexadecimal. It is reported only if no value differs.
    """
    found: list[tuple[str, str]] = []
    _collect(ours, theirs, path, found)
    return next((each for each in found if each[0] == "value"), found[0] if found else None)


def _collect(ours: Any, theirs: Any, path: str, found: list[tuple[str, str]]) -> None:
    ours, theirs = forced(ours), forced(theirs)
    if isinstance(theirs, Mapping):
        _of_mappings(ours, theirs, path, found)
    elif isinstance(theirs, tuple) or (isinstance(theirs, list) and not isinstance(ours, str | bytes)):
        _of_sequences(ours, theirs, path, found)
    elif not _is_same(ours, theirs):
        found.append(("value", f"{path}: {_short(ours)} for {_short(theirs)}"))
    elif type(ours) is not type(theirs) and not _may_differ(ours, theirs):
        found.append(("type", f"{path}: {type(ours).__name__} for {type(theirs).__name__}"))


def _of_mappings(ours: Any, theirs: Any, path: str, found: list[tuple[str, str]]) -> None:
    if not isinstance(ours, Mapping):
        found.append(("value", f"{path}: {_short(ours)} for a mapping"))
        return
    names, wanted = names_of(ours), names_of(theirs)
    if names != wanted:
        found.append(("value", f"{path}: members {names} for {wanted}"))
        return
    if type(theirs) not in _MAPPINGS and type(ours) is not type(theirs):
        found.append(("type", f"{path}: {type(ours).__name__} for {type(theirs).__name__}"))
    for name in names:
        _collect(ours[name], theirs[name], f"{path}.{name}", found)


def _of_sequences(ours: Any, theirs: Any, path: str, found: list[tuple[str, str]]) -> None:
    alike = type(theirs) in _LISTS and isinstance(ours, list)
    if not alike and type(ours) is not type(theirs):
        found.append(("value", f"{path}: {_short(ours)} for {_short(theirs)}"))
    elif len(ours) != len(theirs):
        found.append(("value", f"{path}: {len(ours)} elements for {len(theirs)}"))
    else:
        for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            _collect(one, other, f"{path}[{index}]", found)


def _is_same(ours: Any, theirs: Any) -> bool:
    if isinstance(theirs, bool) or isinstance(ours, bool):
        return isinstance(theirs, bool) and (isinstance(ours, bool) or is_raw_flag(ours)) and ours == theirs
    if isinstance(theirs, float):
        if theirs != theirs:  # the bits of a NaN survive here
            return isinstance(ours, float) and ours != ours
        return isinstance(ours, float) and struct.pack("<d", ours) == struct.pack("<d", theirs)
    for family in (int, str, bytes | bytearray | memoryview):
        if isinstance(theirs, family):
            return isinstance(ours, family) and ours == theirs
    if hasattr(theirs, "dtype"):
        return hasattr(ours, "dtype") and ours.dtype == theirs.dtype and bool((ours == theirs).all())
    if callable(theirs) and callable(ours):
        return True
    return bool(ours == theirs)


def _may_differ(ours: Any, theirs: Any) -> bool:
    """Whether the types of two equal values need not be the same."""
    plain_bytes = isinstance(ours, bytes | bytearray | memoryview) and type(theirs) in (
        bytes,
        bytearray,
        memoryview,
    )
    return is_raw_flag(ours) or plain_bytes


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except Exception:
        text = f"<{type(value).__name__}>"
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"
