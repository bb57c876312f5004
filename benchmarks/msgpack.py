"""msgspec's types of the shapes, and the way from our values to its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any

from benchmarks.payloads import Record, Single
from benchmarks.tables import Moved, Person, Point, Renamed, Resized, Signalled, Started, Stopped
from snapformat import UnitEnum

_TYPES: dict[str, dict[type, tuple[Any, ...]]] = {
    "S": {Single: (int, int, int, bool, float, str, int | None, list[int], list[int], bytes)},
    "M": {Record: (int, int | None, int, bool, float, str, bytes, list[int])},
    "structs": {Point: (int, int, int)},
    "texts": {Person: (str, str, int | None)},
    "enum": {
        Started: (),
        Stopped: (),
        Moved: (int, int),
        Resized: (int,),
        Renamed: (str,),
        Signalled: (int, bool),
    },
}


def msgpack_types(shape: str) -> tuple[Any, Callable[[Any], Any]]:
    """Msgspec's type of a shape, and a function from our value to msgspec's.

    Raises:
        ImportError: msgspec is not installed.
    """
    from msgspec import defstruct

    match shape:
        case "map":
            return dict[str, int], dict
        case "floats":
            return list[list[float]], list
    made: dict[type, Any] = {}
    for tag, (cls, types) in enumerate(_TYPES[shape].items()):
        names: tuple[str, ...] = getattr(cls, "__match_args__")  # noqa: B009 - of a dataclass
        is_variant = len(_TYPES[shape]) > 1
        fields = list(zip(names, types, strict=True))
        made[cls] = defstruct(cls.__name__, fields, array_like=True, tag=tag if is_variant else None)

    def convert(item: Any) -> Any:
        values = [getattr(item, name) for name in type(item).__match_args__]
        return made[type(item)](*(int(v.value) if isinstance(v, UnitEnum) else v for v in values))

    if shape == "S":
        return made[Single], convert
    union: Any = reduce(or_, made.values())
    return list[union], lambda items: [convert(item) for item in items]
