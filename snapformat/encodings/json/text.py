"""JSON text as serde_json prints it, but for characters that a terminal obeys; and strict reading of it."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from snapformat.errors import DecodeError, excerpt
from snapformat.model.floats import f32_from_bits, f32_to_bits


def shortest_f32(value: float) -> float:
    """Return the double with the shortest text that reads back as this f32, as Rust prints it."""
    for digits in range(1, 10):
        candidate = float(f"{value:.{digits - 1}e}")
        try:
            if f32_from_bits(f32_to_bits(candidate)) == value:
                return candidate
        except OverflowError:
            continue
    return value


#: Maximum number of digits of an integer; Python's int refuses more than 4300, as it takes quadratic time.
MAX_DIGITS = 20_000
#: Maximum nesting of arrays and objects: far more than any valid value has.
MAX_NESTING = 100_000
#: Number of levels, of Python's own reader and its callers, that fit on the C stack of any thread.
_SAFE_NESTING = 2_000


class F32(float):
    """A float that was an f32: Rust prints it with an exponent sooner, or later, than an f64."""


def float_text(value: float) -> str:
    """Print a finite float as serde_json does: `1.0`, `0.00001`, `1e-7`, `1e16`."""
    most, least = (13, -6) if isinstance(value, F32) else (16, -5)
    sign, digits, exponent = Decimal(float.__repr__(value)).as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits))
    stripped = text.rstrip("0") or "0"
    exponent += len(text) - len(stripped)
    text, prefix = stripped, "-" if sign else ""
    if text == "0":
        return f"{prefix}0.0"
    point = len(text) + exponent  # digits before the decimal point
    if exponent >= 0 and point <= most:
        return f"{prefix}{text}{'0' * exponent}.0"
    if 0 < point <= most:
        return f"{prefix}{text[:point]}.{text[point:]}"
    if least < point <= 0:
        return f"{prefix}0.{'0' * -point}{text}"
    mantissa = text if len(text) == 1 else f"{text[0]}.{text[1:]}"
    return f"{prefix}{mantissa}e{point - 1}"


#: Characters that a terminal obeys: DEL and C1 controls, marks of direction, separators of lines; and lone
#: surrogates.
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def format_json(value: Any, indent: int | None = None, *, serde: bool = False) -> str:
    r"""Print plain data as JSON; deep data needs no stack.

    Args:
        value: Dicts with str keys, lists, str, int, float, bool, None.
        indent: Spaces a level; None for one line without spaces, as `serde_json::to_string` gives.
        serde: Print exactly like serde_json, which escapes no control characters above U+001F, and no marks
            of direction. By default they are written as `\u009b`, which is the same value.
    """
    # A lone surrogate is not valid in a Rust string, and can't be written in UTF-8.
    return "".join(_pieces(value, indent, _SURROGATE if serde else _UNSAFE))


_END = object()


def _pieces(root: Any, indent: int | None, unsafe: re.Pattern[str]) -> Iterator[str]:
    colon = ":" if indent is None else ": "
    # Iterators of the open containers, with the bracket that closes each.
    stack: list[tuple[Iterator[Any], str]] = []
    value, first = root, True
    while True:
        if isinstance(value, dict) and value:
            yield "{"
            stack.append((iter(value.items()), "}"))
            first = True
        elif isinstance(value, list) and value:
            yield "["
            stack.append((iter(value), "]"))
            first = True
        else:
            yield _scalar(value, unsafe)
        while stack:
            entries, close = stack[-1]
            entry: Any = next(entries, _END)
            if entry is _END:
                stack.pop()
                if indent is not None:
                    yield "\n" + " " * (indent * len(stack))
                yield close
                first = False
                continue
            if not first:
                yield ","
            if indent is not None:
                yield "\n" + " " * (indent * len(stack))
            first = False
            if close == "}":
                key, value = entry
                yield _string(key, unsafe) + colon
            else:
                value = entry
            break
        else:
            return


def _scalar(value: Any, unsafe: re.Pattern[str]) -> str:
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list):
        return "[]"
    if isinstance(value, str):
        return _string(value, unsafe)
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, float):
        return float_text(value)
    return int.__repr__(value) if value.bit_length() <= 8192 else f"{Decimal(value):f}"


def _string(value: str, unsafe: re.Pattern[str]) -> str:
    text = json.dumps(str(value), ensure_ascii=False)
    # Within the quotes: JSON's own marks are not among them.
    return text if text.isascii() and "\x7f" not in text else unsafe.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def parse_json(text: str | bytes) -> Any:
    """Read JSON text.

    Raises:
        DecodeError: Not JSON, a NaN or Infinity, or a duplicate key.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        # Python's own reader is only bounded by the recursion limit, which a program may have raised
        # beyond what the C stack holds.
        if sys.getrecursionlimit() > _SAFE_NESTING and nesting_of(text) > _SAFE_NESTING:
            return parse_deep(text)
        try:
            return json.loads(
                text,
                parse_constant=_no_constant,
                parse_float=_finite,
                parse_int=_integer,
                object_pairs_hook=_unique,
            )
        except RecursionError:
            return parse_deep(text)
    except json.JSONDecodeError as error:
        offset = len(error.doc[: error.pos].encode("utf-8", "surrogatepass"))
        raise DecodeError(f"not JSON: {error.msg}, line {error.lineno}", offset=offset) from None
    except UnicodeDecodeError as error:
        raise DecodeError("not JSON: not UTF-8", offset=error.start) from None
    except ValueError as error:
        raise DecodeError(f"not JSON: {error}") from None


def nesting_of(text: str) -> int:
    """Return the nesting of arrays and objects, in text that may be invalid JSON."""
    if text.count("[") + text.count("{") <= _SAFE_NESTING:
        return 0
    depth = deepest = 0
    for match in re.finditer(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', text, re.DOTALL):
        if match[0] in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif match[0] in "]}":
            depth -= 1
    return deepest


def parse_deep(text: str) -> Any:
    """Read JSON that is nested too deeply for Python's own reader.

    Raises:
        ValueError: Not JSON.
    """
    decoder = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite, parse_int=_integer)
    # Open containers: a dict's pairs or a list's items, and the key that waits for its value.
    stack: list[tuple[list[Any], bool, str | None]] = []
    at = _skip(text, 0)
    while True:
        if text[at : at + 1] in ("{", "[") and text[at : at + 1]:
            is_dict = text[at] == "{"
            at = _skip(text, at + 1)
            if text[at : at + 1] == ("}" if is_dict else "]"):
                value: Any = {} if is_dict else []
                at = _skip(text, at + 1)
            else:
                if len(stack) == MAX_NESTING:
                    raise json.JSONDecodeError(f"Nested more than {MAX_NESTING} times", text, at)
                key, at = _key(text, at) if is_dict else (None, at)
                stack.append(([], is_dict, key))
                continue
        else:
            value, at = decoder.raw_decode(text, at)
            at = _skip(text, at)
        while stack:
            items, is_dict, key = stack.pop()
            items.append((key, value) if is_dict else value)
            close = text[at : at + 1]
            at = _skip(text, at + 1)
            if close == ",":
                key, at = _key(text, at) if is_dict else (None, at)
                stack.append((items, is_dict, key))
                break
            if close != ("}" if is_dict else "]"):
                raise json.JSONDecodeError("Expecting ',' delimiter", text, max(at - 1, 0))
            value = _unique(items) if is_dict else items
        else:
            if at != len(text):
                raise json.JSONDecodeError("Extra data", text, at)
            return value


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\n", "\r") and at < len(text):
        at += 1
    return at


def _key(text: str, at: int) -> tuple[str, int]:
    if text[at : at + 1] != '"':
        raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, at)
    key, at = json.JSONDecoder().raw_decode(text, at)
    at = _skip(text, at)
    if text[at : at + 1] != ":":
        raise json.JSONDecodeError("Expecting ':' delimiter", text, at)
    return key, _skip(text, at + 1)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{excerpt(text)} is out of range")
    return number


def _integer(text: str) -> int | float:
    if len(text) <= 4000:
        return int(text) if text != "-0" else -0.0  # as some tools print the float
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a number of {len(text)} digits")
    return int(Decimal(text))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        again = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {excerpt(again)!r} is given twice")
    return found
