"""What the manual says is refused, though construct takes it: the table in "Using construct Structs"."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import construct as c

_REFUSED = "refused by the manual: "
#: The rows about values that are refused, and how they begin in the manual.
ROWS = {
    "a bool": "| `True` or `False` for an integer or a float |",
    "an integer for bytes": "| an integer for `Bytes` |",
    "something else than a list": '| `b"ab"`, a set or a dict for an `Array` or a `PrefixedArray` |',
    "a hook that cancels": "| a hook that raises `CancelParsing` |",
}


def _refusing(build: Any, row: str, is_refused: Callable[[Any, Any], bool]) -> Any:
    def _build(self: Any, obj: Any, stream: Any, context: Any, path: Any) -> Any:
        if is_refused(self, obj):
            raise c.ConstructError(f"{_REFUSED}{row}", path)
        return build(self, obj, stream, context, path)

    return _build


def _not_cancelling(parse: Any) -> Any:
    def _parsereport(self: Any, stream: Any, context: Any, path: Any) -> Any:
        try:
            return parse(self, stream, context, path)
        except c.CancelParsing:
            raise c.ConstructError(f"{_REFUSED}a hook that cancels", path) from None

    return _parsereport


def _bool_as_number(self: Any, obj: Any) -> bool:
    return isinstance(obj, bool) and not str(getattr(self, "fmtstr", "")).endswith("?")


def _number_as_bytes(self: Any, obj: Any) -> bool:
    return isinstance(obj, int)


def _no_list(self: Any, obj: Any) -> bool:
    return not isinstance(obj, list | tuple)


#: Rows of the manual, the classes they concern, and the values that these take but we don't.
_TABLE = (
    *(("a bool", cls, _bool_as_number) for cls in (c.FormatField, c.BytesInteger, c.BitsInteger)),
    ("an integer for bytes", c.Bytes, _number_as_bytes),
    ("something else than a list", c.Array, _no_list),
)


@contextmanager
def _by_the_manual() -> Iterator[None]:
    """In here, construct only takes what the manual allows."""
    before = [(cls, cls._build) for _, cls, _ in _TABLE]
    parse = c.Construct._parsereport
    for row, cls, is_refused in _TABLE:
        cls._build = _refusing(cls._build, row, is_refused)
    c.Construct._parsereport = _not_cancelling(parse)
    try:
        yield
    finally:
        for cls, build in before:
            cls._build = build
        c.Construct._parsereport = parse


def refused_by_manual(call: Callable[[], Any]) -> str | None:
    """The row of the manual by which construct, too, would refuse something; None if there is none."""
    with _by_the_manual():
        try:
            call()
        except c.ConstructError as error:
            _, found, row = str(error).partition(_REFUSED)
            return row if found else None
        except Exception:
            return None
    return None
