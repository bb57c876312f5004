"""Lazy subclasses: the classes of instances with undecoded fields. This module does not use layouts."""

from __future__ import annotations

from collections.abc import Iterable
from types import MemberDescriptorType
from typing import Any

from snapformat.class_attrs import DECLARATION, LAZY
from snapformat.once import first

_class_slot: Any = vars(object)["__class__"]

#: Sets the class of an instance, in one call of C.
set_class = _class_slot.__set__

#: A class that defines one of these itself has no lazy subclass.
_OWN = ("__getattribute__", "__init_subclass__", "__class__")


class LazyClass:
    """The lazy subclass of a class, kept with the class's declaration.

    Args:
        cls: The class.
        declared: Its declaration.
        members: Further attributes of the subclass.

    Attributes:
        cls: The class.
        lazy: The subclass.
    """

    __slots__ = ("cls", "lazy")

    def __init__(self, cls: type, declared: Any, members: dict[str, Any]) -> None:
        self.cls: type = cls
        space: dict[str, Any] = {
            "__slots__": (),
            "__module__": cls.__module__,
            "__qualname__": cls.__qualname__,
            "__doc__": cls.__doc__,
            # Code that asks for the class of a value gets the declared one.
            "__class__": property(lambda instance: cls),
            "__eq__": lambda instance, other: completed(instance) == other,
            "__hash__": cls.__hash__,
            "__reduce_ex__": lambda instance, protocol: completed(instance).__reduce_ex__(protocol),
            DECLARATION: declared,
            LAZY: self,
        }
        self.lazy: type[Any] = type(cls.__name__, (cls,), space | members)

    def complete(self, instance: Any) -> None:
        """Decode all fields of an instance of the subclass, and give it the class."""
        raise NotImplementedError


def keep(declared: Any, made: LazyClass) -> LazyClass:
    """Store the lazy subclass in the declaration; all threads get that of the first."""
    return first(vars(type(declared))["lazy"], declared, made)


def is_lazy(value: Any) -> bool:
    """Return whether fields of a value are still undecoded."""
    return LAZY in vars(type(value))


def completed(value: Any) -> Any:
    """Return the instance with all fields decoded; values inside them may still be undecoded."""
    lazy = vars(type(value)).get(LAZY)
    if lazy is not None:
        lazy.complete(value)
    return value


def can_be_lazy(cls: type, attrs: Iterable[str]) -> bool:
    """Return whether a class may have a lazy subclass: plain slots, and no attribute access of its own."""
    if type(cls) is not type:
        return False
    for base in cls.__mro__[:-1]:
        if base.__module__ != "typing" and any(name in vars(base) for name in _OWN):
            return False
    return all(isinstance(getattr(cls, attr, None), MemberDescriptorType) for attr in attrs)
