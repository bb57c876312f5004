"""What the manual says is refused, though construct takes it: the table in "Using construct Structs"."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import construct as c


def _refusing(build: Any, is_refused: Callable[[Any, Any], bool]) -> Any:
    def _build(self: Any, obj: Any, stream: Any, context: Any, path: Any) -> Any:
        if is_refused(self, obj):
            raise c.ConstructError("refused by the manual", path)
        return build(self, obj, stream, context, path)

    return _build


def _bool_as_number(self: Any, obj: Any) -> bool:
    return isinstance(obj, bool) and not str(getattr(self, "fmtstr", "")).endswith("?")


def _number_as_bytes(self: Any, obj: Any) -> bool:
    return isinstance(obj, int)


def _no_list(self: Any, obj: Any) -> bool:
    return not isinstance(obj, list | tuple)


#: Classes, and the values that they take but we don't.
_TABLE = (
    *((cls, _bool_as_number) for cls in (c.FormatField, c.BytesInteger, c.BitsInteger)),
    *((type(single), _bool_as_number) for single in (c.VarInt, c.ZigZag)),
    *((cls, _number_as_bytes) for cls in (c.Bytes, type(c.GreedyBytes))),
    (c.Array, _no_list),
)


@contextmanager
def _by_the_manual() -> Iterator[None]:
    """In here, construct builds only what the manual allows."""
    before = [(cls, cls._build) for cls, _ in _TABLE]
    for cls, is_refused in _TABLE:
        cls._build = _refusing(cls._build, is_refused)
    try:
        yield
    finally:
        for cls, build in before:
            cls._build = build


def refused_by_manual(call: Callable[[], Any]) -> bool:
    """Whether construct, too, refuses something if it only takes what the manual allows."""
    with _by_the_manual():
        try:
            call()
        except c.ConstructError as error:
            return "refused by the manual" in str(error)
        except Exception:
            return False
    return False
