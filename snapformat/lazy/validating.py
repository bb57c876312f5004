"""Decoding all undecoded parts of a value."""

from __future__ import annotations

from typing import Any

from snapformat.model.c_struct import CStruct
from snapformat.model.declaration import declaration_of
from snapformat.model.values import Some


def validate(value: Any) -> None:
    """Decode all undecoded parts of a value that was read lazily.

    Afterwards it is the same as if it had been read eagerly. Other values are not changed.

    Raises:
        DecodeError: Bytes are not a value of their type; the error has path and offset. Values before them
            are decoded.
    """
    waiting: list[Any] = [value]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop()
        if type(current) is _Field:
            current = getattr(current.instance, current.name, None)
        while type(current) is Some:  # options may be nested
            current = current.value
        if type(current) in _PLAIN or isinstance(current, CStruct) or id(current) in seen:
            continue
        if type(current) is list:
            seen.add(id(current))
            # All elements are alike, but for None in a list of options.
            if current and (current[0] is None or type(current[0]) not in _PLAIN):
                waiting.extend(reversed(current))
        elif (declared := declaration_of(type(current))) is not None:
            seen.add(id(current))
            names = [spec.attr for spec in declared.fields if not spec.skip]
            waiting.extend(_Field(current, name) for name in reversed(names))


#: Without parts that could be undecoded.
_PLAIN = frozenset({int, float, bool, str, bytes, type(None)})


class _Field:
    """A field that is still to be validated."""

    __slots__ = ("instance", "name")

    def __init__(self, instance: Any, name: str) -> None:
        self.instance = instance
        self.name = name
