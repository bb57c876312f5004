"""`@schema`: a class with annotated fields becomes a type of the serde data model."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import keyword
import sys
import typing
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any, Generic, TypeVar, dataclass_transform, overload

from snapformat.class_attrs import DECLARATION, KEY
from snapformat.errors import SchemaError
from snapformat.lazy_dataclasses import dataclass, own_annotations
from snapformat.model.c_struct import CStruct
from snapformat.model.declaration import Declaration, FieldSpec, declaration_of
from snapformat.model.declare.again import Place, forget
from snapformat.model.declare.display import DISPLAYS, show
from snapformat.model.declare.enums import DataEnum, UnitEnum, check_members
from snapformat.model.declare.fields import (
    METADATA,
    FieldOptions,
    VariantMark,
    check_bits,
    check_variant_attributes,
    doc,
    refuse,
)
from snapformat.model.declare.instances import add_item_access, add_order, equal, field_hash
from snapformat.model.declare.renaming import RenameRule, renamed
from snapformat.model.kinds import Style
from snapformat.model.std.classes import library_of

C = TypeVar("C", bound=type)

_CONTAINER_REASONS = {
    "tag": "the tag is written as a field that is not read back",
    "content": "adjacent tagging reads field names, which bincode does not write",
    "untagged": "without an index the variants can't be told apart",
}


@overload
def schema(cls: C, /) -> C: ...


@overload
def schema(
    *,
    name: str | None = None,
    kind: Style | None = None,
    rename_all: RenameRule | None = None,
    transparent: bool = False,
    other: bool = False,
    discriminant: int | None = None,
    deny_unknown_fields: bool = False,
    kw_only: bool = False,
    frozen: bool = False,
    order: bool = False,
    **serde: Any,
) -> Callable[[C], C]: ...


@dataclass_transform(field_specifiers=(doc,))
def schema(
    cls: Any = None,
    /,
    *,
    name: str | None = None,
    kind: Style | None = None,
    rename_all: RenameRule | None = None,
    transparent: bool = False,
    other: bool = False,
    discriminant: int | None = None,
    deny_unknown_fields: bool = False,
    kw_only: bool = False,
    frozen: bool = False,
    order: bool = False,
    **serde: Any,
) -> Any:
    """Declare a class: a struct, an enum, or a variant of one.

    The class becomes a dataclass with slots, equality, repr and positional patterns. A subclass of
    `UnitEnum` is an enum without data; a subclass of `DataEnum` is an enum, and its declared subclasses are
    its variants, in order. The class docstring is the description.

    Args:
        cls: The class, where the decorator is used without arguments.
        name: serde's name, if it is not the class's; for a variant, the variant's, by default without the
            name of the enum before it: `ShapeCircle` of `Shape` is `Circle`.
        kind: `struct` (default with fields), `tuple`, `newtype` or `unit` (default of a variant without).
        rename_all: serde's rule for the names of all fields, or of all variants of a `UnitEnum`.
        transparent: `#[serde(transparent)]`: the struct is stored as its only field.
        other: Of a variant: `#[serde(other)]`, unknown indexes are read as this variant.
        discriminant: Of a variant: Rust's explicit number, which orders sorted maps and sets; it is not in
            the bytes.
        deny_unknown_fields: Has no effect in bincode.
        kw_only: The constructor takes all fields by name only. Then a field without a default may come after
            one with a default; the order of the bytes is that of the declaration in any case.
        frozen: Instances can't be changed, and have a hash if all fields have one. The variants of a frozen
            enum are frozen, too.
        order: Instances can be compared, as with Rust's derived `Ord`: by their fields in the order of
            declaration, and None is less than any value; variants of an enum by their order first.
        **serde: Attributes that can't be round-tripped under bincode; refused with the reason.

    Returns:
        The class, made anew with slots.

    Raises:
        SchemaError: The declaration is wrong; class and field are named. A name that is not defined yet is
            looked up again when the type is first used.
    """
    del deny_unknown_fields
    frame = sys._getframe(1)

    def declare(target: type) -> type:
        if not isinstance(target, type):
            raise SchemaError(f"@schema belongs on a class, not on {target!r}")
        options = _Options(
            name, kind, rename_all, transparent, other, discriminant, serde, kw_only, frozen, order
        )
        try:
            # Names of a function are looked up later, when those declared further down exist too.
            scope = (lambda: frame.f_locals) if "<locals>" in target.__qualname__ else None
            return _declare(target, options, scope, frame)
        except SchemaError as error:
            if error.owner is not None:
                raise
            raise SchemaError(error.message, owner=target.__qualname__, field=error.field) from None

    return declare if cls is None else declare(cls)


@dataclass(slots=True)
class _Options:
    name: str | None
    kind: Style | None
    rename_all: RenameRule | None
    transparent: bool
    other: bool
    discriminant: int | None
    serde: dict[str, Any]
    kw_only: bool
    frozen: bool
    order: bool


def _declare(
    cls: type, options: _Options, scope: Callable[[], Mapping[str, Any]] | None, frame: FrameType
) -> type:
    _check_class(cls)
    if options.name is not None and not isinstance(options.name, str):
        raise SchemaError(f"name must be a str, not {options.name!r}")
    if issubclass(cls, enum.Enum):
        if own_annotations(cls):
            raise SchemaError("an enum has no fields of its own; for variants with data declare a DataEnum")
        refuse(options.serde, _CONTAINER_REASONS, "schema")
        return _declare_unit_enum(cls, options)
    if DataEnum in cls.__bases__:
        refuse(options.serde, _CONTAINER_REASONS, "schema")
        return _declare_data_enum(cls, options)
    parent = _enum_of(cls)
    _check_bases(cls, options)
    if parent is None:
        refuse(options.serde, _CONTAINER_REASONS, "schema")
    else:
        check_variant_attributes(options.serde, "schema")
    plain = not any(_CUSTOM & vars(base).keys() for base in cls.__mro__ if not _is_bare(base))
    made = _dataclass(cls, options)
    declaration = Declaration(
        made,
        options.name or (made.__name__ if parent is None else _variant_name(made, parent.cls)),
        _style(made, options, is_variant=parent is not None),
        doc=_description(made),
        fields=_field_specs(made, options),
        parameters=getattr(made, "__parameters__", ()),
        scope=scope,
        plain=plain,
        frozen=options.frozen,
    )
    setattr(made, DECLARATION, declaration)
    hashed: Any = made.__hash__
    if hashed is None or hashed is field_hash:
        setattr(made, KEY, tuple(spec.attr for spec in declaration.fields if not spec.skip))
    declaration.check_fields()
    if parent is not None:
        declaration.place = Place.of(frame)
        _add_variant(parent, declaration, options)
    elif options.other:
        raise SchemaError("other belongs on a variant")
    return made


def _check_class(cls: type) -> None:
    """Refuse classes made by another library: `@schema` makes a class anew, as a dataclass."""
    made_by = library_of(cls)
    if typing.is_typeddict(cls):
        raise SchemaError("values of a TypedDict are plain dicts: declare a class, not a TypedDict")
    if made_by is not None:
        raise SchemaError(
            f"@schema makes a dataclass of a class, and this one is made by {made_by}: leave that out,"
            " or say register(Class, construct.Struct(...)) instead of @schema"
        )
    if not cls.__flags__ & _IS_HEAP_TYPE:
        raise SchemaError("a class that is built in can't be declared: derive one, or convert it by Via(...)")
    if DECLARATION in vars(cls):
        raise SchemaError("the class is declared already")
    if "__slots__" in vars(cls):
        raise SchemaError(
            "@schema gives the class its slots: leave out __slots__, or slots=True of dataclass"
        )


#: CPython's `Py_TPFLAGS_HEAPTYPE`: of classes made by a class statement, which can be changed.
_IS_HEAP_TYPE = 1 << 9


#: Methods of a class that making an instance would have to call.
_CUSTOM = {"__init__", "__post_init__", "__new__", "__setattr__"}


def _is_bare(base: type) -> bool:
    """Return whether a base class has no such methods of its own, besides those of dataclasses."""
    declared = declaration_of(base)
    if declared is not None:
        return declared.plain or declared.style is None
    return base in (object, Generic, DataEnum, CStruct)


def _check_bases(cls: type, options: _Options) -> None:
    """Refuse a mix of frozen and changeable bases, and an order of a single variant."""
    for base in cls.__mro__[1:]:
        declared = declaration_of(base)
        if declared is not None and declared.frozen != options.frozen:
            is_frozen = "is frozen" if declared.frozen else "is not frozen"
            raise SchemaError(f"{base.__name__} {is_frozen}: say the same of both, frozen=True or not")
        if declared is not None and declared.style is None and options.order:
            raise SchemaError(
                f"order=True belongs on the enum {base.__name__}, which orders all its variants"
            )
    if options.frozen and issubclass(cls, CStruct):
        raise SchemaError("a CStruct can't be frozen: it keeps the bytes that it was read from")


def _description(cls: type) -> str:
    """Return the class docstring, without the one that dataclasses generate."""
    text = cls.__doc__ or ""
    return "" if text.startswith(f"{cls.__name__}(") else inspect.cleandoc(text)


def _dataclass(cls: type, options: _Options) -> type:
    for attr, annotation in own_annotations(cls).items():
        if typing.get_origin(annotation) is typing.ClassVar:
            continue
        if "InitVar" in str(annotation):
            raise SchemaError("a parameter must be a field, as it can't be read back otherwise", field=attr)
        if isinstance(vars(cls).get(attr), VariantMark):
            raise SchemaError("variant() describes a variant of an enum; for a field use doc()", field=attr)
        _check_attr(cls, attr)
        if hasattr(cls, attr) and not any(attr in vars(base) for base in cls.__mro__):
            # dataclasses would take the attribute of the metaclass (`mro`) for the field's default.
            setattr(cls, attr, dataclasses.field())
    text = cls.__doc__
    if "__eq__" not in vars(cls):
        cls.__eq__ = equal  # type: ignore[assignment]  # a method of the class from here on
        if "__hash__" not in vars(cls) or vars(cls)["__hash__"] is None:
            cls.__hash__ = field_hash if options.frozen else None  # type: ignore[assignment, method-assign]
    add_item_access(cls)
    if "__repr__" not in vars(cls):
        cls.__repr__ = show  # type: ignore[assignment, method-assign]
        for name, method in DISPLAYS.items():
            if not hasattr(cls, name) and name not in own_annotations(cls):
                setattr(cls, name, method)
    if options.order:
        add_order(cls)
    try:
        made: type = dataclass(
            slots=True, eq=False, repr=False, kw_only=options.kw_only, frozen=options.frozen
        )(cls)
    except (TypeError, ValueError) as error:
        raise SchemaError(_default_hint(str(error))) from error
    made.__doc__ = text
    return made


def _default_hint(message: str) -> str:
    """Return the message of dataclasses; say what to do about a field without a default after others."""
    if "non-default argument" not in message:
        return message
    return f"{message}: say @schema(kw_only=True), or doc(kw_only=True) of this field; the bytes are the same"


def _check_attr(cls: type, attr: str) -> None:
    """Refuse a name that can't be an attribute of an instance."""
    if attr.startswith("__"):
        raise SchemaError("a field's name can't begin with two underscores", field=attr)
    if not attr.isidentifier() or keyword.iskeyword(attr):
        raise SchemaError("not a name in Python: choose another, and doc(rename=...)", field=attr)
    if issubclass(cls, CStruct) and attr in vars(CStruct):
        raise SchemaError("the name is taken by CStruct", field=attr)


def _style(cls: type, options: _Options, *, is_variant: bool) -> Style:
    every = dataclasses.fields(cls)
    fields = [f for f in every if not _options_of(f).skip]
    count = len(every)
    style = options.kind
    if style is not None and style not in typing.get_args(Style):
        raise SchemaError(f"kind must be one of {', '.join(typing.get_args(Style))}, not {style!r}")
    if options.transparent:
        if len(fields) != 1:
            raise SchemaError(f"transparent needs exactly one field that is not skipped, not {len(fields)}")
        return "newtype"
    if style is None:
        style = "unit" if is_variant and not count else "struct"
    if style == "newtype" and count == 1 and not fields:
        # serde's derive: a variant whose only field is skipped is a unit; of a struct it writes the field.
        if not is_variant:
            raise SchemaError("serde writes the field of a newtype struct, skipped or not; use kind='unit'")
        return "unit"
    if style == "newtype" and count != 1:
        raise SchemaError(f"a newtype has one field, not {count}; kind='tuple' takes any number")
    if style == "unit" and count:
        raise SchemaError(f"a unit has no fields, not {count}")
    return style


def _options_of(field: dataclasses.Field[Any]) -> FieldOptions:
    options = field.metadata.get(METADATA)
    return options if isinstance(options, FieldOptions) else FieldOptions()


def _field_specs(cls: type, options: _Options) -> list[FieldSpec]:
    specs: list[FieldSpec] = []
    homes = {attr: base for base in reversed(cls.__mro__) for attr in own_annotations(base)}
    bindings = _bindings(cls)
    for field in dataclasses.fields(cls):
        given = _options_of(field)
        default: Callable[[], Any] | None = None
        if given.skip or given.since is not None:
            value, factory = field.default, field.default_factory
            default = factory if factory is not dataclasses.MISSING else (lambda value=value: value)
        if not given.skip and not field.init:
            raise SchemaError("a field must be a parameter of the constructor", field=field.name)
        check_bits(given.bits, field.name)
        name = given.rename or renamed(field.name, options.rename_all, variant=False)
        home = homes[field.name]
        spec = FieldSpec(field.name, name, field.type, home.__module__, bindings.get(home, {}), given.doc)
        spec.bits, spec.key, spec.depends = given.bits, given.key, given.depends
        spec.skip, spec.default, spec.names = given.skip, default, given.names
        spec.since = given.since
        specs.append(spec)
    _check_names([(spec.name, spec.attr) for spec in specs if not spec.skip])
    return specs


def _bindings(cls: type) -> dict[type, dict[TypeVar, Any]]:
    """Return the type arguments of each generic base class, in terms of the class's own type variables."""
    found: dict[type, dict[TypeVar, Any]] = {}
    waiting: list[tuple[type, dict[TypeVar, Any]]] = [(cls, {})]
    while waiting:
        current, known = waiting.pop()
        for base in vars(current).get("__orig_bases__", current.__bases__):
            origin = typing.get_origin(base) or base
            if not isinstance(origin, type) or origin in (Generic, object):
                continue
            given = (_bound(argument, known) for argument in typing.get_args(base))
            found[origin] = dict(zip(getattr(origin, "__parameters__", ()), given, strict=False))
            waiting.append((origin, found[origin]))
    return found


def _bound(argument: Any, known: dict[TypeVar, Any]) -> Any:
    """Return a type argument with the type variables in it replaced."""
    if isinstance(argument, TypeVar):
        return known.get(argument, argument)
    variables = getattr(argument, "__parameters__", ())
    return argument[tuple(known.get(v, v) for v in variables)] if variables and known else argument


def _check_names(pairs: list[tuple[str, str]]) -> None:
    seen: dict[str, str] = {}
    for name, attr in pairs:
        if name in seen:
            raise SchemaError(f"the name {name!r} is taken by {seen[name]!r}", field=attr)
        seen[name] = attr


def _enum_of(cls: type) -> Declaration | None:
    """Return the declaration of the enum that this class is a variant of, or None."""
    if not issubclass(cls, DataEnum):
        return None
    for base in cls.__bases__:
        found = declaration_of(base)
        if found is not None and found.style is None:
            return found
    raise SchemaError("the enum it derives from is not declared; decorate it with @schema")


def _variant_name(cls: type, enum_class: type) -> str:
    """Return the name of a variant: that of its class, without the enum's name where it begins with that."""
    name = cls.__name__
    rest = name.removeprefix(enum_class.__name__)
    return rest if rest != name and rest[:1].isupper() else name


def _add_variant(parent: Declaration, declaration: Declaration, options: _Options) -> None:
    """Add a variant to its enum, in place of one that is declared again."""
    names = [known.name for known in parent.variants]
    is_new = declaration.name not in names
    index = len(names) if is_new else names.index(declaration.name)
    in_use = parent.made()
    if not is_new and not _is_again(parent.variants[index], declaration):
        raise SchemaError(f"{parent.cls.__name__} has a variant {declaration.name!r} already")
    if is_new and in_use:
        raise SchemaError(
            f"{parent.cls.__name__} is in use without this variant: declare all of them before a value is"
            " written or read, or a format is made; in a notebook, run the cell of the enum again"
        )
    if parent.other is not None and is_new:
        raise SchemaError("other belongs on the last variant")
    if options.other:
        if declaration.style != "unit":
            raise SchemaError("serde takes unknown indexes only into a unit variant")
        if not is_new and index != len(names) - 1:
            raise SchemaError("other belongs on the last variant")
        parent.other = index
    elif parent.other == index:
        parent.other = None
    declaration.enum = parent
    parent.discriminants[index:] = [options.discriminant, *parent.discriminants[index + 1 :]]
    for base in getattr(declaration.cls, "__orig_bases__", ()):
        if typing.get_origin(base) is parent.cls:
            declaration.enum_arguments = typing.get_args(base)
    parent.variants[index:] = [declaration, *parent.variants[index + 1 :]]
    if in_use:
        forget(in_use)


def _is_again(known: Declaration, declaration: Declaration) -> bool:
    """Return whether a variant is declared by the same code as one before, which runs again."""
    same_name = known.cls.__qualname__ == declaration.cls.__qualname__
    return same_name and known.place is not None and bool(declaration.place.is_again(known.place))


def _declare_data_enum(cls: type, options: _Options) -> type:
    if own_annotations(cls):
        raise SchemaError("an enum has no fields of its own; its variants have")
    made = _dataclass(cls, options)
    # A base without fields is neither constructed nor compared; its variants are.
    declaration = Declaration(made, options.name or made.__name__, None, doc=_description(made))
    declaration.frozen = options.frozen
    declaration.parameters = getattr(made, "__parameters__", ())
    setattr(made, DECLARATION, declaration)
    return made


def _declare_unit_enum(cls: type[enum.Enum], options: _Options) -> type:
    check_members(cls)
    if options.order:
        if not issubclass(cls, UnitEnum):
            raise SchemaError("order=True is for a UnitEnum: Python's own enums have that of their values")
        add_order(cls)
    declaration = Declaration(
        cls, options.name or cls.__name__, None, doc=inspect.cleandoc(cls.__doc__ or "")
    )
    for index, member in enumerate(cls):
        mark = member.mark if isinstance(member, UnitEnum) else None
        rename = mark.rename if mark is not None else None
        name = rename or renamed(member.name, options.rename_all, variant=True)
        declaration.constants.append((name, member, mark.doc if mark is not None else ""))
        declaration.discriminants.append(None if mark is None else mark.discriminant)
        if mark is not None and mark.other:
            if index != len(cls) - 1:
                raise SchemaError("other belongs on the last variant", field=member.name)
            declaration.other = index
    _check_names([(name, member.name) for name, member, _ in declaration.constants])
    setattr(cls, DECLARATION, declaration)
    return cls
