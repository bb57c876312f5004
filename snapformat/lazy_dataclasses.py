"""Dataclasses whose methods are generated when one of them is first called.

`dataclasses.dataclass` compiles source for every method of every class when the class is made: with hundreds
of declared classes that is most of what a cold start takes, and few of them are ever called. What is made
here has the same fields and, from the first call on, the very methods that `dataclasses` writes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

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


_ORDER = ["__lt__", "__le__", "__gt__", "__ge__"]
_FIELD_OPTIONS = ("default", "default_factory", "init", "repr", "hash", "compare", "kw_only")


class _Signature:
    """What `inspect` asks a class for first: with the methods made, it finds them itself."""

    def __get__(self, instance: Any, owner: type) -> None:
        for base in owner.__mro__:
            complete = getattr(vars(base).get("__init__"), "complete", None)
            if complete is not None:
                complete()


_signature = _Signature()


def _make(cls: type, options: dict[str, bool], *, slots: bool, weakref_slot: bool) -> type:
    wanted = _wanted(vars(cls), options)
    text = cls.__doc__
    cls.__doc__ = text or cls.__name__  # without one, `dataclasses` would make it from the signature
    made: type = dataclasses.dataclass(
        init=False, repr=False, eq=False, slots=slots, weakref_slot=weakref_slot
    )(cls)
    made.__doc__ = text
    _check_order(made)
    frozen = options.get("frozen", False)
    for name in wanted:
        if name == "__hash__" and not frozen:
            made.__hash__ = None  # type: ignore[assignment]  # mutable, and compared by value
        else:
            setattr(made, name, _stub(made, name, frozen=frozen, slots=slots))
    if frozen:
        for name, method in {**_FROZEN, **(_STATE if slots else {})}.items():
            setattr(made, name, method)
    made.__signature__ = _signature  # type: ignore[attr-defined]
    return made


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

    def method(self: Any, *arguments: Any, **named: Any) -> Any:
        return complete()(self, *arguments, **named)

    def complete() -> Any:
        real = _generated(cls, name, frozen=frozen, slots=slots)
        setattr(cls, name, real)
        return real

    method.__name__, method.__qualname__ = name, f"{cls.__qualname__}.{name}"
    method.complete = complete  # type: ignore[attr-defined]
    return method


def _generated(cls: type, name: str, *, frozen: bool, slots: bool) -> Any:
    """A method as `dataclasses` writes it, taken from a class of the same fields that has only this one."""
    body: dict[str, Any] = {"__annotations__": {}, "__module__": cls.__module__, "__doc__": name}
    for field in _fields(cls):
        body["__annotations__"][field.name] = field.type
        body[field.name] = dataclasses.field(**{option: getattr(field, option) for option in _FIELD_OPTIONS})
    after = getattr(cls, "__post_init__", None)
    if after is not None:
        body["__post_init__"] = after
    twin: type = dataclasses.dataclass(
        init=name == "__init__",
        repr=name == "__repr__",
        eq=name not in ("__init__", "__repr__"),
        order=name in _ORDER,
        frozen=frozen and name in ("__init__", "__hash__"),
        slots=slots and name == "__init__",  # where a default that is no parameter is set
    )(type(cls.__name__, (), body))
    method = vars(twin)[name]
    method.__qualname__ = f"{cls.__qualname__}.{name}"
    return method


def _check_order(cls: type) -> None:
    """What `dataclasses` finds out only when it writes `__init__`."""
    given = False
    for field in _fields(cls):
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
