"""Shapes of structs and enums: those of types.json, and those that serde itself makes of std types.

Fields are found when first needed, not when the shape is made: a type may refer to itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from vectors.shapes import NotExpressible, Shape, _check


@dataclass
class FieldShape:
    """A field that is in the bytes: serde's name, the Python attribute, the shape."""

    name: str
    attr: str
    shape: Shape


@dataclass
class Fields:
    """The fields of a struct or variant, in one of serde's four styles.

    Attributes:
        style: `struct`, `tuple`, `newtype` or `unit`, as serde calls it (a newtype variant whose field is
            skipped is a unit variant).
        cls: The Python class; called to make the object.
        items: The fields that are in the bytes.
        keywords: Whether the class takes its fields by name (false for the library's own classes).
    """

    style: str
    cls: type
    items: list[FieldShape]
    keywords: bool = True

    def from_value(self, value: Any) -> Any:
        if self.style == "struct":
            _check(set(value) == {item.name for item in self.items}, value, f"struct {self.cls.__name__}")
            parts = [value[item.name] for item in self.items]
        elif self.style == "tuple":
            _check(len(value) == len(self.items), value, f"tuple struct {self.cls.__name__}")
            parts = value
        elif self.style == "newtype":
            parts = [value]
        else:
            _check(value is None, value, f"unit struct {self.cls.__name__}")
            parts = []
        made = [item.shape.from_value(part) for item, part in zip(self.items, parts, strict=True)]
        if self.keywords:
            return self.cls(**{item.attr: part for item, part in zip(self.items, made, strict=True)})
        return self.cls(*made)

    def to_model(self, value: Any) -> list[Any]:
        """What follows the names in the model: nothing, the inner model, or the list of the fields."""
        _check(type(value) is self.cls, value, self.cls.__name__)
        parts = [item.shape.to_model(getattr(value, item.attr)) for item in self.items]
        if self.style == "struct":
            return [[[item.name, part] for item, part in zip(self.items, parts, strict=True)]]
        return [parts] if self.style == "tuple" else parts


class StructShape(Shape):
    """A struct: `["struct", name, fields]`, or what is inside it where it is transparent."""

    def __init__(
        self,
        source: str,
        name: str,
        fields: Callable[[], Fields],
        *,
        transparent: bool = False,
        default: Callable[[], Any] | None = None,
    ) -> None:
        self.source = source
        self.name = name
        self.transparent = transparent
        self._find = fields
        self._fields: Fields | None = None
        self._default = default

    @property
    def fields(self) -> Fields:
        if self._fields is None:
            self._fields = self._find()
        return self._fields

    def _inside(self) -> FieldShape:
        if len(self.fields.items) != 1:
            raise NotExpressible(f"{self.name} is transparent, but has not one field")
        return self.fields.items[0]

    def from_value(self, value: Any) -> Any:
        if self.transparent:
            inside = self._inside()
            return self.fields.cls(**{inside.attr: inside.shape.from_value(value)})
        return self.fields.from_value(value)

    def to_model(self, value: Any) -> list[Any]:
        if self.transparent:
            _check(type(value) is self.fields.cls, value, self.name)
            inside = self._inside()
            return inside.shape.to_model(getattr(value, inside.attr))
        tag = "struct" if self.fields.style == "struct" else f"{self.fields.style}_struct"
        return [tag, self.name, *self.fields.to_model(value)]

    def default(self) -> Any:
        if self._default is not None:
            return self._default()
        made = {item.attr: item.shape.default() for item in self.fields.items}
        return self.fields.cls(**made) if self.fields.keywords else self.fields.cls(*made.values())


@dataclass
class VariantShape:
    """A variant: its fields, or the constant that stands for it in a fieldless enum."""

    name: str
    index: int
    fields: Fields | None = None
    constant: Any = None

    @property
    def style(self) -> str:
        return "unit" if self.fields is None else self.fields.style


@dataclass
class EnumShape(Shape):
    """An enum: `["newtype_variant", enum, index, variant, model]` and its like."""

    source: str
    name: str
    find: Callable[[], list[VariantShape]]
    default_index: int | None = None
    _variants: list[VariantShape] = field(default_factory=list)

    @property
    def variants(self) -> list[VariantShape]:
        if not self._variants:
            self._variants = self.find()
        return self._variants

    def from_value(self, value: Any) -> Any:
        wanted = (value["variant"], value["index"], value["kind"])
        for variant in self.variants:
            if (variant.name, variant.index, variant.style) == wanted:
                return variant.constant if variant.fields is None else self._make(variant.fields, value)
        known = [(variant.name, variant.index, variant.style) for variant in self.variants]
        raise NotExpressible(f"{self.name} has no variant {wanted}; it has {known}")

    @staticmethod
    def _make(fields: Fields, value: dict[str, Any]) -> Any:
        return fields.from_value(value.get("value"))

    def to_model(self, value: Any) -> list[Any]:
        for variant in self.variants:
            if variant.fields is None:
                if value is variant.constant:
                    return ["unit_variant", self.name, variant.index, variant.name]
            elif type(value) is variant.fields.cls:
                inside = variant.fields.to_model(value)
                return [f"{variant.style}_variant", self.name, variant.index, variant.name, *inside]
        raise AssertionError(f"{value!r} ({type(value).__name__}) is no variant of {self.name}")

    def default(self) -> Any:
        if self.default_index is None:
            raise NotExpressible(f"{self.name} has no #[default] variant")
        variant = self.variants[self.default_index]
        return variant.constant if variant.fields is None else variant.fields.cls()
