"""A declaration: a construct with sample values; and what is in a construct, found by its attributes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

import construct as c
from construct.expr import ExprMixin

from snapformat import Limits

#: Classes that rightly remain construct's own business: `seen` counts declarations with them apart.
OWN = (c.Probe, c.Debugger, type(c.Pickled), type(c.Numpy), c.EncryptedSym, c.EncryptedSymAead)
#: Classes whose direct parts are the members of a value, if they have names.
GROUPS = (c.Struct, c.Sequence, c.FocusedSeq, c.Union, c.LazyStruct)


@dataclass(frozen=True)
class Declaration:
    """A construct, and what is done with it.

    Attributes:
        name: Name of the declaration, unique among all.
        construct: The construct.
        values: Sample values that construct builds.
        data: Sample bytes that construct parses, in addition to those it builds from the values.
        edit: Changes a parsed value; returns the changed one, or None if it changed the value in place.
    """

    name: str
    construct: Any
    values: tuple[Any, ...] = ()
    data: tuple[bytes, ...] = ()
    edit: Callable[[Any], Any] | None = None

    @cached_property
    def source(self) -> Any:
        """What construct alone runs: of each compiled construct, what it was compiled from.

        construct's compiler leaves out checks, such as that of the data's end.
        """
        compiled = any(isinstance(part, c.Compiled) for part in parts(self.construct))
        return uncompiled(self.construct) if compiled else self.construct

    @property
    def category(self) -> str:
        """`foreign` with a lambda or a user's class; `own` with what remains construct's; else `plain`."""
        if any(isinstance(part, OWN) for part in parts(self.construct)):
            return "own"
        return "foreign" if is_foreign(self.construct) else "plain"

    def samples(self) -> list[bytes]:
        """What construct builds of the values, and the sample bytes, each once."""
        built = []
        for value in self.values:
            try:
                built.append(bytes(self.source.build(copied(value))))
            except Exception:  # recorded declarations also have values that are to be refused
                continue
        return list(dict.fromkeys([*built, *self.data]))


def of(
    name: str,
    construct: Any,
    *values: Any,
    data: tuple[bytes, ...] | bytes = (),
    edit: Callable[[Any], Any] | None = None,
) -> Declaration:
    """Make a declaration; the data of one sample may be given by itself."""
    return Declaration(name, construct, values, (data,) if isinstance(data, bytes) else data, edit)


def copied(value: Any) -> Any:
    """A copy of a value as far as it can be copied."""
    try:
        return copy.deepcopy(value)
    except Exception:
        return value


def parts(construct: Any) -> Iterator[Any]:
    """All constructs in one, itself first, each once; also those in lists, dicts, and behind `LazyBound`."""
    waiting, seen = [construct], set()
    while waiting:
        current = waiting.pop()
        if id(current) not in seen:
            seen.add(id(current))
            yield current
            waiting.extend(inside(current))


def inside(construct: Any) -> list[Any]:
    """The constructs directly inside, in the order of their attributes."""
    if isinstance(construct, c.LazyBound):
        return [construct.subconfunc()]
    if isinstance(construct, c.Compiled):
        return [construct.defersubcon]
    found = []
    for name, held in vars(construct).items():
        if name != "_subcons":  # the same again, by name
            found.extend(each for each in _spread(held) if isinstance(each, c.Construct))
    return found


def _spread(held: Any) -> list[Any]:
    if isinstance(held, dict):
        return list(held.values())
    return list(held) if isinstance(held, list | tuple) else [held]


def uncompiled(construct: Any) -> Any:
    """A copy of a construct with the sources of what is compiled in it; not behind a `LazyBound`."""
    if isinstance(construct, c.Compiled):
        return uncompiled(construct.defersubcon)
    if isinstance(construct, list):
        return [uncompiled(each) for each in construct]
    if not isinstance(construct, c.Construct) or isinstance(construct, c.LazyBound):
        return construct
    made = copy.copy(construct)
    vars(made).update({name: uncompiled(held) for name, held in vars(made).items() if name != "_subcons"})
    return made


@lru_cache(maxsize=64)
def limits_of(construct: Any) -> Limits:
    """The limits to read a construct with: what unpickles is only read where that is allowed."""
    pickled = any(isinstance(part, type(c.Pickled)) for part in parts(construct))
    return Limits(allow_pickle=True) if pickled else Limits()


def is_foreign(construct: Any) -> bool:
    """Whether a function, a hook or a class that is not construct's own is anywhere in a construct."""
    return any(_has_foreign(part) for part in parts(construct))


def _has_foreign(part: Any) -> bool:
    if not type(part).__module__.startswith("construct."):
        return True
    if isinstance(part, c.LazyBound | c.Compiled):
        return False
    # What makes other representations only, and the class of a named tuple, are not the user's.
    skipped = {"_emitseq", "_emitprimitivetype", "_emitfulltype", "_actualsize", "factory"}
    return any(
        _is_foreign_value(each, set())
        for name, held in vars(part).items()
        if name not in skipped
        for each in _spread(held)
    )


def _is_foreign_value(value: Any, seen: set[int]) -> bool:
    """Whether a value is a function of the user, or a function of construct's that holds one."""
    if id(value) in seen or isinstance(value, ExprMixin | c.Construct) or not callable(value):
        return False
    seen.add(id(value))
    if isinstance(value, MethodType):
        return _is_foreign_value(value.__func__, seen)
    if isinstance(value, FunctionType) and value.__module__.startswith("construct."):
        cells = [cell.cell_contents for cell in value.__closure__ or ()]
        return any(_is_foreign_value(cell, seen) for cell in cells)
    if isinstance(value, BuiltinFunctionType):
        return True
    return not getattr(value, "__module__", "").startswith("construct.")


def kept_name(name: Any) -> bool:
    """Whether a name is one of a member: not left out, and not of construct's own use."""
    return name is not None and not str(name).startswith("_")


def member_names(group: Any) -> list[str]:
    """The names of the parts of a Struct, Sequence, FocusedSeq or Union."""
    return [name_text(part.name) for part in group.subcons if kept_name(part.name)]


def name_text(name: Any) -> str:
    """A name as text; construct takes bytes, too."""
    return name.decode() if isinstance(name, bytes) else str(name)


def groups(construct: Any) -> list[Any]:
    """All parts of a construct that have named members; those of a `PrefixedArray` are construct's own."""
    found = [part for part in parts(construct) if isinstance(part, GROUPS)]
    return [part for part in found if not is_prefixed_array(part)]


def is_prefixed_array(group: Any) -> bool:
    """Whether a group is what the macro `PrefixedArray` makes."""
    if not isinstance(group, c.FocusedSeq) or group.parsebuildfrom != "items":
        return False
    return [part.name for part in group.subcons] == ["count", "items"]
