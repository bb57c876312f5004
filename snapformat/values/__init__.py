"""The JSON form of values, as serde_json prints the same Rust value, and reading it back.

Numbers are exact at any size; fields keep their order and serde's names; an option is null or its value; an
enum's unit variant is a string, others are objects of one key; bytes are arrays of numbers. Values that
serde_json itself would lose or refuse have a tag: see `snapformat.encodings.json.writer`.
"""

from __future__ import annotations

from typing import Any

from snapformat.encodings.bincode.encoding import sealed
from snapformat.encodings.json.format import Json
from snapformat.encodings.json.text import format_json, parse_json
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model.declare.registry import resolved

__all__ = [
    "dumps",
    "format_json",
    "from_json",
    "loads",
    "parse_json",
    "to_json",
]


def to_json(
    value: Any,
    payload: Any,
    *,
    serde: bool = False,
    decoded: bool = False,
    portable: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> Any:
    """Return the JSON form of a value, as plain data.

    Args:
        value: The value.
        payload: Its type: a class, an annotation, a construct, a registered name.
        serde: Refuse values that serde_json does not read back, instead of tagging them.
        decoded: Show bytes that contain a C struct as its fields.
        portable: Return integers beyond 2^53 as text, in hexadecimal for those of `Hex`, since many tools
            for JSON would round them.
        limits: Bounds of depth and of zero-sized elements.

    Raises:
        EncodeError: The value does not fit the type, or `serde` refuses it.
    """
    return Json(serde, decoded, portable).write(sealed(resolved(payload)), value, limits=limits)


def from_json(data: Any, payload: Any, *, limits: Limits = DEFAULT_LIMITS) -> Any:
    """Return the value of a JSON form given as plain data.

    Args:
        data: Dicts, lists, str, int, float, bool and None.
        payload: Its type.
        limits: Bounds of depth and of zero-sized elements.

    Raises:
        DecodeError: The JSON does not fit the type; the error has the path.
    """
    return Json().read(sealed(resolved(payload)), data, limits=limits)


def dumps(
    value: Any,
    payload: Any,
    *,
    indent: int | None = 1,
    serde: bool = False,
    portable: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> str:
    """Return the JSON form of a value as text. Errors are those of `to_json`.

    Args:
        value: The value.
        payload: Its type.
        indent: Spaces a level; None for one line.
        serde: Print exactly like serde_json, and refuse other values; see `format_json`.
        portable: Print integers beyond 2^53 as text; see `to_json`.
        limits: Bounds of depth and of zero-sized elements.
    """
    data = to_json(value, payload, serde=serde, portable=portable, limits=limits)
    return format_json(data, indent, serde=serde)


def loads(text: str | bytes, payload: Any, *, limits: Limits = DEFAULT_LIMITS) -> Any:
    """Return the value of a JSON text.

    Args:
        text: The text.
        payload: Its type.
        limits: Bounds of depth and of zero-sized elements.

    Raises:
        DecodeError: Not JSON, or JSON that does not fit the type.
    """
    return from_json(parse_json(text), payload, limits=limits)
