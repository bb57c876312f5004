"""The bases of declared enums: `UnitEnum` for fieldless ones, `DataEnum` for those with data."""

from __future__ import annotations

import dataclasses
import enum
from typing import Any

from snapformat.errors import SchemaError
from snapformat.model.checks import describe_value
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

    With `@schema(order=True)` members compare in Rust's order.

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


def check_members(cls: type[enum.Enum]) -> None:
    """Refuse members that are not what they say: their values are not in the bytes.

    Raises:
        SchemaError: Two have the same value; one has a number that is not its index, or a value that is
            dropped; combinations of flags are no variants.
    """
    if issubclass(cls, enum.Flag):
        from snapformat.model.hints import spell_enum  # imported here, as most enums are correct

        raise SchemaError(
            f"combinations of flags are not variants: leave out @schema, and say {spell_enum(cls)}"
        )
    if not cls.__members__:
        raise SchemaError("the enum has no variants")
    if len(cls.__members__) != len(list(cls)):
        alias = next(name for name, member in cls.__members__.items() if member.name != name)
        raise SchemaError("two variants have the same value", field=alias)
    for name, given in vars(cls).items():
        if isinstance(given, VariantMark):
            raise SchemaError("the name of a variant can't begin with two underscores", field=name)
    for index, member in enumerate(cls):
        given = member.mark.given if isinstance(member, UnitEnum) else member.value
        if isinstance(given, dataclasses.Field):
            raise SchemaError("doc() describes a field; for a variant use variant()", field=member.name)
        if isinstance(given, int | float) and (given != index or isinstance(given, bool | float)):
            raise SchemaError(_wrong_number(cls, given), field=member.name)
        if isinstance(member, UnitEnum) and not isinstance(given, int) and given not in (None, ...):
            raise SchemaError(
                f"the value {describe_value(given)} would be lost: a variant is variant('description')",
                field=member.name,
            )


def _wrong_number(cls: type[enum.Enum], given: float) -> str:
    text = f"the number {given} would not be in the bytes, which number variants from 0: leave it out"
    if issubclass(cls, UnitEnum):
        return f"{text}; a number of Rust's is variant(discriminant={given})"
    from snapformat.model.hints import spell_enum  # imported here, as most enums are correct

    return (
        f"{text} and derive from UnitEnum, where a number of Rust's is variant(discriminant={given});"
        f" or leave out @schema, and say {spell_enum(cls)} to store the values"
    )
