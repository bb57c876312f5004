"""Lazy subclasses: the class of an instance as long as something of it is undecoded. Knows no layouts."""

from __future__ import annotations

from collections.abc import Iterable
from types import MemberDescriptorType
from typing import Any

from snapformat.class_attrs import DECLARATION, LAZY
from snapformat.once import first

_class_slot: Any = vars(object)["__class__"]

#: Puts an instance into a class; one call of C.
set_class = _class_slot.__set__

#: A class that defines one of these itself has no lazy subclass.
_OWN = ("__getattribute__", "__init_subclass__", "__class__")


class LazyClass:
    """The lazy subclass of a class, kept with the class's declaration.

    Args:
        cls: The class.
        declared: Its declaration.
        members: What the subclass has besides.

    Attributes:
        cls: The class.
        lazy: The subclass.
    """

    __slots__ = ("cls", "lazy")

    def __init__(self, cls: type, declared: Any, members: dict[str, Any]) -> None:
        self.cls = cls
        space: dict[str, Any] = {
            "__slots__": (),
            "__module__": cls.__module__,
            "__qualname__": cls.__qualname__,
            "__doc__": cls.__doc__,
            # Code that looks at the class of a value sees the declared one.
            "__class__": property(lambda instance: cls),
            "__eq__": lambda instance, other: completed(instance) == other,
            "__hash__": cls.__hash__,
            "__reduce_ex__": lambda instance, protocol: completed(instance).__reduce_ex__(protocol),
            DECLARATION: declared,
            LAZY: self,
        }
        self.lazy = type(cls.__name__, (cls,), space | members)

    def complete(self, instance: Any) -> None:
        """Decode all fields of an instance of the subclass, after which it is one of the class."""
        raise NotImplementedError


def keep(declared: Any, made: LazyClass) -> LazyClass:
    """Keep the lazy subclass with the declaration; all threads get that of the first."""
    return first(vars(type(declared))["lazy"], declared, made)


def is_lazy(value: Any) -> bool:
    """Whether fields of a value are still undecoded."""
    return LAZY in vars(type(value))


def completed(value: Any) -> Any:
    """The instance, of which all fields are decoded now; values inside them may still be undecoded."""
    lazy = vars(type(value)).get(LAZY)
    if lazy is not None:
        lazy.complete(value)
    return value


def can_be_lazy(cls: type, attrs: Iterable[str]) -> bool:
    """Whether a class may have a lazy subclass: its fields are plain slots, and it sees to nothing itself."""
    if type(cls) is not type:
        return False
    for base in cls.__mro__[:-1]:
        if base.__module__ != "typing" and any(name in vars(base) for name in _OWN):
            return False
    return all(isinstance(getattr(cls, attr, None), MemberDescriptorType) for attr in attrs)
