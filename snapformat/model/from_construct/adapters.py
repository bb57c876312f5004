"""construct's adapters whose conversions read no context, as conversions of values."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import CodeType
from typing import Any

import construct as c
from construct.lib.hex import HexDisplayedInteger

from snapformat.model import kinds
from snapformat.model.expressions import Expr, lower_predicate
from snapformat.model.kinds import Kind

#: Name of a value, for messages, by the adapter's class.
_NAMES: dict[type, str] = {
    c.Enum: "label",
    c.FlagsEnum: "set of flags",
    c.Mapping: "mapped value",
    c.Hex: "value to show in hexadecimal",
    c.HexDump: "value to show in hexadecimal",
    c.NamedTuple: "named tuple",
    c.Slicing: "slice of a list",
    c.Indexing: "element of a list",
}
_PATH = "(adapter)"


def is_adapter(sub: Any) -> bool:
    """Return whether a construct is an adapter that reads no context.

    These are construct's own, and those whose class says so by `reads_context = False`.
    """
    if type(sub) is c.Hex and _has_computed_size(sub.subcon):
        return False  # it shows as many digits as there are
    return (
        type(sub) in _NAMES
        or isinstance(sub, c.TimestampAdapter)
        or is_expression(sub)
        or (isinstance(sub, c.Adapter) and getattr(sub, "reads_context", True) is False)
    )


def _has_computed_size(sub: Any) -> bool:
    while isinstance(sub, c.Renamed):
        sub = sub.subcon
    return isinstance(sub, c.BytesInteger | c.BitsInteger) and callable(sub.length)


#: Functions of construct's own macros, by their code, that ignore the context.
_IGNORE_CONTEXT = [
    code
    for macro in (c.OneOf, c.NoneOf, c.Filter)
    for code in macro.__code__.co_consts
    if isinstance(code, CodeType)
]


def predicate_of(sub: Any) -> Expr | Callable[[Any, Any], Any] | None:
    """Return the predicate of an `ExprValidator`; None if it may look at its context."""
    return _without_context(_given(sub._validate, "validator"))


def _without_context(function: Any) -> Expr | Callable[[Any, Any], Any] | None:
    """Return a function of a value and a context, as an expression if possible; None if it may use both."""
    if getattr(function, "__code__", None) in _IGNORE_CONTEXT:
        found: Callable[[Any, Any], Any] = function
        return found
    return lower_predicate(function)


def _given(function: Any, name: str) -> Any:
    """Return the function that construct's own one calls."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {name: cell.cell_contents for name, cell in cells}.get(name)


def is_expression(sub: Any) -> bool:
    """Return whether a construct is an `ExprAdapter` whose functions ignore the context."""
    return isinstance(sub, c.ExprAdapter) and all(
        _without_context(_given(function, name)) is not None
        for function, name in ((sub._decode, "decoder"), (sub._encode, "encoder"))
    )


def adapted(sub: Any, item: Kind) -> Kind:
    """Return the kind of an adapter around a kind."""
    is_tuple = type(sub) is c.NamedTuple and isinstance(sub.subcon, c.Struct)

    def decode(stored: Any) -> Any:
        if is_tuple:
            stored = c.Container(stored, _io=None)  # construct takes it away again
        return sub._decode(stored, c.Container(), _PATH)

    def encode(value: Any) -> Any:
        return sub._encode(value, c.Container(), _PATH)

    if type(sub) is c.Enum:
        return kinds.IntEnum(item, *labels_of(sub))
    if type(sub) is c.Mapping:
        return kinds.Mapping(item, dict(sub.decmapping), dict(sub.encmapping))
    if type(sub) is c.FlagsEnum:
        return kinds.FlagsEnum(item, dict(sub.flags))
    if type(sub) in (c.Hex, c.HexDump):
        return kinds.Adapted(item, _shown(sub), _itself, _NAMES[type(sub)], pure=True)
    if not type(sub).__module__.startswith("construct."):
        decode.__module__ = encode.__module__ = type(sub).__module__  # whose code they run
    otherwise = "timestamp" if isinstance(sub, c.TimestampAdapter) else type(sub).__name__
    return kinds.Adapted(item, decode, encode, _NAMES.get(type(sub), otherwise))


def _shown(sub: Any) -> Callable[[Any], Any]:
    """Return the conversion of a `Hex` or `HexDump`, which only changes how a value is shown."""
    convert = partial(sub._decode, context=None, path=_PATH)
    try:
        form = f"0{2 * sub.subcon.sizeof()}X"
    except Exception:  # it has no fixed size
        return convert

    def decode(stored: Any) -> Any:
        if type(stored) is not int or type(sub) is c.HexDump:
            return convert(stored)
        made = HexDisplayedInteger(stored)
        made.fmtstr = form
        return made

    return decode


def _itself(value: Any) -> Any:
    return value


def labels_of(sub: Any) -> tuple[dict[Any, Any], dict[str, Any]]:
    """Return the labels of an `Enum` by number, and its numbers by label."""
    return dict(sub.decmapping), {str(label): number for label, number in sub.encmapping.items()}
