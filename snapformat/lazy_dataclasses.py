"""Dataclasses whose methods are generated when one of them is first called.

`dataclasses.dataclass` compiles source for every method of every class when the class is made: with hundreds
of declared classes that is most of a cold start, and few of the methods are ever called. Classes made here
have the same fields, and methods of the same effect, which the tests hold equal.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls=None, /, *, slots=False, weakref_slot=False, **options):
        """`dataclasses.dataclass` with late methods, and `repr`, `eq`, `order`, `frozen` and `kw_only`.

        Raises:
            TypeError: The fields are wrong, with the message of `dataclasses`.
            ValueError: A default is mutable.
        """

        def make(target):
            return _make(target, options, slots=slots, weakref_slot=weakref_slot)

        return make if cls is None else make(cls)


_ORDER = ["__lt__", "__le__", "__gt__", "__ge__"]


class _Signature:
    """Generates `__init__` when `inspect` asks for the signature, which it then finds by itself."""

    def __get__(self, instance: Any, owner: type) -> None:
        for base in owner.__mro__:
            complete = getattr(vars(base).get("__init__"), "complete", None)
            if complete is not None:
                complete()


_signature = _Signature()


def own_annotations(cls: type) -> dict[str, Any]:
    """Return the annotations of a class itself, without those of its bases; they must not be changed."""
    found = vars(cls).get("__annotations__")
    return found if type(found) is dict else inspect.get_annotations(cls)


def _make(cls: type, options: dict[str, bool], *, slots: bool, weakref_slot: bool) -> type:
    wanted = _wanted(vars(cls), options)
    made = _with_fields(cls, kw_only=options.get("kw_only", False))
    if slots:
        made = _with_slots(made, weakref_slot)
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


def _with_fields(cls: type, *, kw_only: bool) -> type:
    """Return the class with its fields, which `dataclasses` finds in the annotations."""
    annotations = own_annotations(cls)
    space = vars(sys.modules.get(cls.__module__, sys))
    texts = {name: text for name, text in annotations.items() if _is_plain(text, space)}
    # `dataclasses` would parse each text to find out that it is a field's.
    cls.__annotations__ = annotations | dict.fromkeys(texts, object)
    text = cls.__doc__
    cls.__doc__ = text or cls.__name__  # without one, it would be made from the signature
    made: type = dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
    made.__doc__, made.__annotations__ = text, annotations
    for field in _fields(made):
        if field.name in texts:
            field.type = texts[field.name]
    return made


def _is_plain(annotation: Any, space: Mapping[str, Any]) -> bool:
    """Return whether an annotation is text that names a field's type, and not a `ClassVar` or the like."""
    if type(annotation) is not str:
        return False
    found = space.get(annotation)
    if found is None:
        head = annotation.partition("[")[0].strip()
        if "." in head:
            return False
        found = space.get(head)
    return found is not ClassVar and found is not dataclasses.InitVar and found is not dataclasses.KW_ONLY


def _with_slots(cls: type, weakref_slot: bool) -> type:
    """Make the same class with slots; `dataclasses` takes twice as long for it."""
    own = vars(cls)
    if "__slots__" in own:
        raise TypeError(f"{cls.__name__} already specifies __slots__")
    inherited: set[str] = set()
    for base in cls.__mro__[1:-1]:
        slots = vars(base).get("__slots__", ())
        inherited.update((slots,) if isinstance(slots, str) else slots)
    names = [field.name for field in _fields(cls)]
    body = {name: value for name, value in own.items() if name not in names and name not in _NOT_COPIED}
    wanted = [*names, "__weakref__"] if weakref_slot else names
    body["__slots__"] = tuple(name for name in wanted if name not in inherited)
    made = type(cls)(cls.__name__, cls.__bases__, body)
    made.__qualname__ = cls.__qualname__
    return made


#: Descriptors of a class without slots.
_NOT_COPIED = ("__dict__", "__weakref__")


def _wanted(own: Mapping[str, Any], options: dict[str, bool]) -> list[str]:
    """Return the methods to generate for a class that may have its own, by the rules of `dataclasses`."""
    wanted = ["__init__"]
    if options.get("repr", True):
        wanted.append("__repr__")
    if options.get("order"):
        wanted += _ORDER
    if options.get("eq", True):
        wanted.append("__eq__")
    wanted = [name for name in wanted if name not in own]
    # Python itself sets None in a class that only has `__eq__`.
    if options.get("eq", True) and own.get("__hash__") is None:
        wanted.append("__hash__")
    return wanted


def _stub(cls: type, name: str, *, frozen: bool, slots: bool) -> Any:
    """Return a method that replaces itself with the real one, and calls that."""

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
    """Generate `__init__` with the parameters and the effect of that of `dataclasses`."""
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
    """Return a method of `dataclasses`, taken from a class with the same fields and only this method."""
    body: dict[str, Any] = {"__annotations__": {}, "__module__": cls.__module__, "__doc__": name}
    for field in _fields(cls):
        body["__annotations__"][field.name] = field.type
        body[field.name] = dataclasses.field(repr=field.repr, compare=field.compare)
    twin: type = dataclasses.dataclass(
        init=False, repr=name == "__repr__", eq=name != "__repr__", order=name in _ORDER
    )(type(cls.__name__, (), body))
    return vars(twin)[name]


def _equality(fields: tuple[dataclasses.Field[Any], ...]) -> dict[str, Any]:
    """Return equality and hash by the compared fields."""
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
    """Raise the error that `dataclasses` only raises when it generates `__init__`."""
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
#: Methods to copy and pickle frozen instances with slots.
_STATE = {"__getstate__": _getstate, "__setstate__": _setstate}
