"""The bases of declared enums: `UnitEnum` for fieldless ones, `DataEnum` for those with data."""

from __future__ import annotations

import enum
from typing import Any

from snapformat.errors import SchemaError
from snapformat.model.declare.fields import VariantMark


class _UnitEnumType(enum.EnumType):
    """The class of unit enums: a member's name that Python refuses is a mistake in a declaration."""

    def __new__(metacls, name: str, bases: Any, space: Any, **options: Any) -> Any:
        reserved = [
            key for key, given in space.items() if isinstance(given, VariantMark) and _is_reserved(key)
        ]
        if reserved:
            raise SchemaError(
                "not a name of a member in Python: choose another, and variant(rename=...)",
                owner=name,
                field=reserved[0],
            )
        return super().__new__(metacls, name, bases, space, **options)


def _is_reserved(name: str) -> bool:
    return name in ("", "mro") or (name.startswith("_") and name.endswith("_") and len(name) > 2)


class UnitEnum(enum.Enum, metaclass=_UnitEnumType):
    """Base of enums without data; a member's `value` is its index, the order of declaration.

    Example:
        ```python
        @schema
        class CacheType(UnitEnum):
            Unsafe = variant("Flush requests of the guest are acknowledged, not carried out")
            Writeback = variant("Flush requests reach the host's disk")
        ```

    Attributes:
        mark: The arguments of `variant`.
    """

    mark: VariantMark
    _value_: int

    def __new__(cls, given: Any = None) -> UnitEnum:
        """Make a member of the next index."""
        member = object.__new__(cls)
        member._value_ = len(cls.__members__)
        member.mark = given if isinstance(given, VariantMark) else VariantMark("")
        member.mark.given = None if member.mark is given else given
        return member

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[Any]) -> int:
        """Make the index the value of `auto()`."""
        return count

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"


class DataEnum:
    """Base of enums with data; each variant is a subclass, declared in order.

    Example:
        ```python
        @schema
        class Shape(DataEnum):
            "A figure."

        @schema(name="Circle", kind="newtype")
        class ShapeCircle(Shape):
            "A circle."
            radius: u32 = doc("Radius, mm")
        ```
    """

    __slots__ = ()
