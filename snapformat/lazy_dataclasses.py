"""Dataclasses whose methods are generated when one of them is first called.

`dataclasses.dataclass` compiles source for every method of every class when the class is made: with hundreds
of declared classes that is most of what a cold start takes, and few of them are ever called. What is made
here has the same fields, and methods of the same effect, which the tests hold equal.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Callable, Mapping
from operator import attrgetter
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls=None, /, *, slots=False, weakref_slot=False, **options):
        """`dataclasses.dataclass`, late: with the options `repr`, `eq`, `order` and `frozen`.

        Raises:
            TypeError: The fields are wrong, as `dataclasses` says it; here and now.
            ValueError: A default is mutable.
        """

        def make(target):
            return _make(target, options, slots=slots, weakref_slot=weakref_slot)

        return make if cls is None else make(cls)


class SlotProperty(property):
    """A property that was put in front of a field's slot, and is to a class what the slot was.

    Attributes:
        slot: The slot.
    """

    slot: MemberDescriptorType


_ORDER = ["__lt__", "__le__", "__gt__", "__ge__"]


class _Signature:
    """What `inspect` asks a class for first: with the methods made, it finds them itself."""

    def __get__(self, instance: Any, owner: type) -> None:
        for base in owner.__mro__:
            complete = getattr(vars(base).get("__init__"), "complete", None)
            if complete is not None:
                complete()


_signature = _Signature()


def own_annotations(cls: type) -> dict[str, Any]:
    """The annotations of a class itself, not of its bases: not to be changed."""
    found = vars(cls).get("__annotations__")
    return found if type(found) is dict else inspect.get_annotations(cls)


def _make(cls: type, options: dict[str, bool], *, slots: bool, weakref_slot: bool) -> type:
    wanted = _wanted(vars(cls), options)
    annotations = own_annotations(cls)
    space = vars(sys.modules.get(cls.__module__, sys))
    texts = {name: text for name, text in annotations.items() if _is_plain(text, space)}
    if slots and not weakref_slot and len(texts) == len(annotations):
        made = _slotted(cls, annotations)
    else:
        made = _by_dataclasses(cls, annotations, texts, slots=slots, weakref_slot=weakref_slot)
    fields = _fields(made)
    _check_order(fields)
    frozen = options.get("frozen", False)
    equality = _equality(fields) if options.get("eq", True) else {}
    if not frozen:
        equality["__hash__"] = None  # mutable, and compared by value
    for name in wanted:
        method = equality[name] if name in equality else _stub(made, name, frozen=frozen, slots=slots)
        setattr(made, name, method)
    if frozen:
        for name, method in {**_FROZEN, **(_STATE if slots else {})}.items():
            setattr(made, name, method)
    made.__signature__ = _signature  # type: ignore[attr-defined]  # of this class alone
    return made


def _is_plain(annotation: Any, space: Mapping[str, Any]) -> bool:
    """Whether an annotation is text that `dataclasses` need not take apart: it is that of a field."""
    if type(annotation) is not str:
        return False
    found = space.get(annotation)
    if found is None:
        head = annotation.partition("[")[0].strip()
        if "." in head:
            return False
        found = space.get(head)
    return found is not ClassVar and found is not dataclasses.InitVar and found is not dataclasses.KW_ONLY


def _by_dataclasses(
    cls: type, annotations: dict[str, Any], texts: dict[str, str], *, slots: bool, weakref_slot: bool
) -> type:
    """The class with its fields, made by `dataclasses`; `texts` are the annotations that are plain."""
    for name in annotations:
        if isinstance(getattr(cls, name, None), SlotProperty):  # of a base class, and no default
            setattr(cls, name, dataclasses.field())
    cls.__annotations__ = annotations | dict.fromkeys(texts, object)
    text = cls.__doc__
    cls.__doc__ = text or cls.__name__  # without one, `dataclasses` would make it from the signature
    made: type = dataclasses.dataclass(
        init=False, repr=False, eq=False, slots=slots, weakref_slot=weakref_slot
    )(cls)
    made.__doc__, made.__annotations__ = text, annotations
    for field in _fields(made):
        if field.name in texts:
            field.type = texts[field.name]
    return made


_sample: Any = dataclasses.dataclass(init=False, repr=False, eq=False)(
    type("Sample", (), {"__annotations__": {"a": int}, "__doc__": "Else it is made from the signature."})
)
#: What `dataclasses` puts into each field that is one, and into each class.
_IS_FIELD = dataclasses.fields(_sample)[0]._field_type  # type: ignore[attr-defined]  # private
_PARAMETERS = _sample.__dataclass_params__


def _slotted(cls: type, annotations: dict[str, str]) -> type:
    """The same, in a third of the time, where it has slots and all annotations are plain."""
    own = vars(cls)
    if "__slots__" in own:
        raise TypeError(f"{cls.__name__} already specifies __slots__")
    fields: dict[str, dataclasses.Field[Any]] = {}
    inherited: set[str] = set()
    for base in reversed(cls.__mro__[1:-1]):
        fields |= vars(base).get("__dataclass_fields__", {})
        slots = vars(base).get("__slots__", ())
        inherited.update((slots,) if isinstance(slots, str) else slots)
    for name, value in own.items():
        if isinstance(value, dataclasses.Field) and name not in annotations:
            raise TypeError(f"{name!r} is a field but has no type annotation")
    for name, text in annotations.items():
        fields[name] = _field(name, text, getattr(cls, name, dataclasses.MISSING))
    body = {name: value for name, value in own.items() if name not in fields and name not in _NOT_COPIED}
    body["__slots__"] = tuple(name for name in fields if name not in inherited)
    body["__dataclass_fields__"] = fields
    body["__dataclass_params__"] = _PARAMETERS
    body.setdefault("__match_args__", tuple(f.name for f in fields.values() if f.init and not f.kw_only))
    made = type(cls)(cls.__name__, cls.__bases__, body)
    made.__qualname__ = cls.__qualname__
    return made


#: Descriptors of a class without slots.
_NOT_COPIED = ("__dict__", "__weakref__")


def _field(name: str, text: str, default: Any) -> dataclasses.Field[Any]:
    field: Any = default
    if not isinstance(default, dataclasses.Field):
        is_slot = isinstance(default, MemberDescriptorType | SlotProperty)
        field = dataclasses.field(default=dataclasses.MISSING if is_slot else default)
    field.name, field.type, field._field_type = name, text, _IS_FIELD
    if field.kw_only is dataclasses.MISSING:
        field.kw_only = False
    if field.default.__class__.__hash__ is None:
        raise ValueError(
            f"mutable default {type(field.default)} for field {name} is not allowed: use default_factory"
        )
    return field  # type: ignore[no-any-return]  # Any, for the private attribute


def _wanted(own: Mapping[str, Any], options: dict[str, bool]) -> list[str]:
    """The methods that are generated for a class which has some of its own, by the rules of `dataclasses`."""
    wanted = ["__init__"]
    if options.get("repr", True):
        wanted.append("__repr__")
    if options.get("order"):
        wanted += _ORDER
    if options.get("eq", True):
        wanted.append("__eq__")
    wanted = [name for name in wanted if name not in own]
    # Python itself says None in a class that has only `__eq__`.
    if options.get("eq", True) and own.get("__hash__") is None:
        wanted.append("__hash__")
    return wanted


def _stub(cls: type, name: str, *, frozen: bool, slots: bool) -> Any:
    """A method that puts the real one in its place, and calls that."""

    def method(self: Any, /, *arguments: Any, **named: Any) -> Any:
        return complete()(self, *arguments, **named)

    def complete() -> Any:
        real = _init(cls, frozen=frozen, slots=slots) if name == "__init__" else _generated(cls, name)
        real.__qualname__ = f"{cls.__qualname__}.{name}"
        setattr(cls, name, real)
        return real

    method.__name__, method.__qualname__ = name, f"{cls.__qualname__}.{name}"
    method.complete = complete  # type: ignore[attr-defined]
    return method


class _Factory:
    def __repr__(self) -> str:
        return "<factory>"


_factory = _Factory()


def _init(cls: type, *, frozen: bool, slots: bool) -> Any:
    """`__init__` with the parameters and the effect that `dataclasses` gives it."""
    names: dict[str, Any] = {"__factory": _factory, "__set": object.__setattr__}
    put = "__set(__self, '{}', {})" if frozen else "__self.{} = {}"
    positional: list[str] = []
    named: list[str] = []
    body: list[str] = []
    for field in _fields(cls):
        value, default = field.name, ""
        if field.default is not dataclasses.MISSING:
            default = f"__default_{field.name}"
            names[default] = field.default
        elif field.default_factory is not dataclasses.MISSING:
            default, make = "__factory", f"__make_{field.name}"
            names[make] = field.default_factory
            value = f"{make}() if {value} is __factory else {value}" if field.init else f"{make}()"
        if field.init:
            parameter = f"{field.name}={default}" if default else field.name
            (named if field.kw_only is True else positional).append(parameter)
        elif default and default != "__factory":
            value = default
        if field.init or (default and (slots or default == "__factory")):
            body.append(put.format(field.name, value))
    if hasattr(cls, "__post_init__"):
        body.append("__self.__post_init__()")
    head = ", ".join(["__self", *positional, *(["*", *named] if named else [])])
    exec(f"def __init__({head}):\n " + "\n ".join(body or ["pass"]), names)
    init = names["__init__"]
    init.__annotations__ = {field.name: field.type for field in _fields(cls) if field.init} | {"return": None}
    init.__module__ = cls.__module__
    return init


def _generated(cls: type, name: str) -> Any:
    """A method as `dataclasses` writes it, taken from a class of the same fields that has only this one."""
    body: dict[str, Any] = {"__annotations__": {}, "__module__": cls.__module__, "__doc__": name}
    for field in _fields(cls):
        body["__annotations__"][field.name] = field.type
        body[field.name] = dataclasses.field(repr=field.repr, compare=field.compare)
    twin: type = dataclasses.dataclass(
        init=False, repr=name == "__repr__", eq=name != "__repr__", order=name in _ORDER
    )(type(cls.__name__, (), body))
    return vars(twin)[name]


def _equality(fields: tuple[dataclasses.Field[Any], ...]) -> dict[str, Any]:
    """Equality and hash by the fields that are compared."""
    compared = [field.name for field in fields if field.compare]
    hashed = [f.name for f in fields if (f.compare if f.hash is None else f.hash)]
    key, hash_key = _values(compared), _values(hashed)

    def __eq__(self: Any, other: object) -> Any:  # noqa: N807 - the method's own name
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: Any) -> int:  # noqa: N807 - the method's own name
        return hash(hash_key(self))

    return {"__eq__": __eq__, "__hash__": __hash__}


def _values(names: list[str]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda instance: ()


def _check_order(fields: tuple[dataclasses.Field[Any], ...]) -> None:
    """What `dataclasses` finds out only when it writes `__init__`."""
    given = False
    for field in fields:
        if not field.init or field.kw_only:
            continue
        if field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING:
            given = True
        elif given:
            raise TypeError(f"non-default argument {field.name!r} follows default argument")


def _fields(what: Any) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(what)


def _frozen_setattr(self: Any, name: str, value: Any) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _frozen_delattr(self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in _fields(self)]


def _setstate(self: Any, state: list[Any]) -> None:
    for field, value in zip(_fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


_FROZEN = {"__setattr__": _frozen_setattr, "__delattr__": _frozen_delattr}
#: Copies and pickles of what is frozen and has slots.
_STATE = {"__getstate__": _getstate, "__setstate__": _setstate}
