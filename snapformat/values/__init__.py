"""The JSON form of values: what serde_json prints for the same Rust value, both ways.

Numbers are exact at any size; fields keep their order and serde's names; an option is null or its value; an
enum's unit variant is a string, others are objects of one key; bytes are arrays of numbers. What serde_json
itself would lose or refuse has a tag: see `snapformat.encodings.json.writer`.
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
    limits: Limits = DEFAULT_LIMITS,
) -> Any:
    """The JSON form of a value, as plain data.

    Args:
        value: The value.
        payload: Its type: a class, an annotation, a construct, a registered name.
        serde: Only what serde_json itself prints and reads back; tags are errors.
        decoded: Show bytes that hold a C struct as its fields.
        limits: Bounds of depth and of zero-sized elements.

    Raises:
        EncodeError: The value does not fit the type, or `serde` refuses it.
    """
    return Json(serde, decoded).write(sealed(resolved(payload)), value, limits=limits)


def from_json(data: Any, payload: Any, *, limits: Limits = DEFAULT_LIMITS) -> Any:
    """The value of a JSON form given as plain data.

    Args:
        data: Dicts, lists, str, int, float, bool and None.
        payload: Its type.
        limits: Bounds of depth and of zero-sized elements.

    Raises:
        DecodeError: The JSON does not fit the type; the path says where.
    """
    return Json().read(sealed(resolved(payload)), data, limits=limits)


def dumps(
    value: Any,
    payload: Any,
    *,
    indent: int | None = 1,
    serde: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> str:
    """The JSON form of a value, as text. Arguments and errors are those of `to_json`.

    Args:
        value: The value.
        payload: Its type.
        indent: Spaces a level; None for one line.
        serde: Only what serde_json itself prints and reads back, and to the letter; see `format_json`.
        limits: Bounds of depth and of zero-sized elements.
    """
    return format_json(to_json(value, payload, serde=serde, limits=limits), indent, serde=serde)


def loads(text: str | bytes, payload: Any, *, limits: Limits = DEFAULT_LIMITS) -> Any:
    """The value of a JSON text.

    Args:
        text: The text.
        payload: Its type.
        limits: Bounds of depth and of zero-sized elements.

    Raises:
        DecodeError: Not JSON, or JSON that does not fit the type.
    """
    return from_json(parse_json(text), payload, limits=limits)
