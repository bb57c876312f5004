"""What a value in a declaration says, apart from which object it is.

Parameters of kinds and constructs are numbers, bytes, expressions, functions, other constructs. Two
declarations of one format are often made of different objects that say the same: two lambdas, two Structs.
`parts_of` takes a value apart, so that these can be compared: by classes, parameters and code, never by
address.
"""

from __future__ import annotations

import dataclasses
import dis
import enum
import functools
import hashlib
import inspect
import re
import struct
import sys
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import construct as c
from construct.expr import ExprMixin

from snapformat.class_attrs import DECLARATION

#: Named parts of a value.
Parts = list[tuple[str, Any]]

_PRIMITIVES = (bool, int, float, complex, bytes, type(None), type(...), range)
_KEYS = (str, *_PRIMITIVES)
#: Modules whose functions and classes are known by their names.
_KNOWN_BY_NAME = {*sys.stdlib_module_names, "construct", "snapformat"}
#: Attributes of constructs without influence on bytes: documentation, hooks on parsed values, sizes.
_BESIDE = {"docs", "parsed", "flagbuildnone", "flagsembedded", "_actualsize"}
#: Special methods that a class of adapters or conversions may have; the others don't write values.
_CALLED = {
    "__init__",
    "__call__",
    "__getattr__",
    "__getitem__",
    "__iter__",
    "__len__",
    "__int__",
    "__bytes__",
}
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def parts_of(value: Any) -> tuple[str, Parts]:
    """Take a value apart.

    Returns:
        A text that says what it is, and what is inside, each with a name. Values of the same text and parts
        say the same.
    """
    for types_, take in _TAKERS:
        if isinstance(value, types_):
            return take(value)
    if isinstance(value, type):
        return _class_parts(value)
    if dataclasses.is_dataclass(value):
        return _dataclass_parts(value)
    return _object_parts(value)


_FIELD = re.compile(r"\['([A-Za-z_]\w*)'\]")


def expression(value: Any) -> str:
    """Return a number or an expression as text: `this.count`, where construct prints `this['count']`."""
    return _FIELD.sub(r".\1", str(value))


def without_addresses(text: str) -> str:
    """Return the text of an object without addresses in memory."""
    return _ADDRESS.sub("", text)


def without_bytes(cls: type) -> frozenset[str]:
    """Return the attributes that a class declares to have no influence on bytes."""
    found: frozenset[str] = getattr(cls, "without_bytes", frozenset())
    return found


def is_known_by_name(what: Any) -> bool:
    """Return whether a class or function belongs to Python, construct or this library."""
    module = getattr(what, "__module__", None)
    return isinstance(module, str) and module.partition(".")[0] in _KNOWN_BY_NAME


def attributes_of(value: Any) -> Parts:
    """Return the attributes of an instance: the fields of a dataclass, else those in a dict and in slots."""
    beside = without_bytes(type(value))
    if dataclasses.is_dataclass(value):
        named = [(f.name, getattr(value, f.name, None)) for f in dataclasses.fields(value)]
    else:
        named = _state(value)
    return [(name, inner) for name, inner in named if name not in beside]


def class_code(cls: type) -> Parts:
    """Return what the classes of a hierarchy add to those that are known by their names."""
    found: Parts = []
    for each in cls.__mro__:
        if is_known_by_name(each):
            found.append(("base", each))
            break
        kept = _CALLED if not dataclasses.is_dataclass(each) else _CALLED - {"__init__"}
        for name, member in sorted(vars(each).items()):
            is_own = name in kept or not name.startswith(("__", "_abc"))
            if is_own and not isinstance(member, types.MemberDescriptorType):
                found.append((name, member))
    return found


def _sequence(value: Any) -> tuple[str, Parts]:
    return f"{_base_name(value, (list, tuple))} of {len(value)}", [("", item) for item in value]


def _set(value: Any) -> tuple[str, Parts]:
    return f"set of {len(value)}", [("", item) for item in sorted(value, key=_sort_key)]


def _mapping(value: Any) -> tuple[str, Parts]:
    items = sorted(dict.items(value), key=lambda item: _sort_key(item[0]))
    if all(isinstance(key, _KEYS) for key, _ in items):
        keys = ", ".join(_plain(key) for key, _ in items)
        return f"mapping of {keys}", [(_plain(key), item) for key, item in items]
    return f"mapping of {len(items)}", [("", part) for item in items for part in item]


def _sort_key(value: Any) -> tuple[str, str]:
    return type(value).__name__, _plain(value)


def _plain(value: Any) -> str:
    """Return a primitive as text; the text of others has no addresses."""
    if isinstance(value, str):
        return repr(str.__str__(value))
    try:
        return without_addresses(repr(value))
    except Exception:  # of a user's class
        return type(value).__name__


def _base_name(value: Any, bases: Iterable[type]) -> str:
    return next(base.__name__ for base in bases if isinstance(value, base))


def _expression(value: Any) -> tuple[str, Parts]:
    """Take one of construct's expressions apart: its attributes can't be asked for by name."""
    state = value.__getstate__()
    return type(value).__name__, [
        (name.rpartition("__")[2], part) for name, part in sorted(state.items()) if part is not None
    ]


def _function(value: Any) -> tuple[str, Parts]:
    code = value.__code__
    found: Parts = []
    if value.__defaults__:
        found.append(("defaults", value.__defaults__))
    if value.__kwdefaults__:
        found.append(("defaults", value.__kwdefaults__))
    for name, cell in zip(code.co_freevars, value.__closure__ or (), strict=True):
        try:
            found.append((name, cell.cell_contents))
        except ValueError:  # not set yet
            found.append((name, None))
    if not is_known_by_name(value):
        names = value.__globals__
        found += [(name, names[name]) for name in _globals_in(code) if name in names]
    return f"function with code {_code_digest(code)}", found


@functools.lru_cache(maxsize=1024)
def _globals_in(code: types.CodeType) -> tuple[str, ...]:
    """Return the global names that code reads, also in functions inside it."""
    found = {
        each.argval: None
        for inner in _codes(code)
        for each in dis.get_instructions(inner)
        if each.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }
    return tuple(found)


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _code_digest(code: types.CodeType) -> str:
    return hashlib.sha256(_code_text(code).encode()).hexdigest()[:12]


def _code_text(code: types.CodeType) -> str:
    constants = list(code.co_consts)
    # Before Python 3.14, which has a flag for it, this is the place of the docstring alone.
    may_be_doc = code.co_flags & 0x4000000 if sys.version_info >= (3, 14) else code.co_name[0] != "<"
    if constants and isinstance(constants[0], str) and may_be_doc:
        constants[0] = None
    return repr(
        (
            code.co_code,
            [_constant_text(constant) for constant in constants],
            code.co_names,
            code.co_argcount,
            code.co_kwonlyargcount,
            code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS | inspect.CO_GENERATOR),
            code.co_exceptiontable,
        )
    )


def _constant_text(constant: Any) -> str:
    if isinstance(constant, types.CodeType):
        return _code_text(constant)
    if isinstance(constant, tuple):
        return f"({', '.join(map(_constant_text, constant))})"
    if isinstance(constant, frozenset):
        return f"{{{', '.join(sorted(map(_constant_text, constant)))}}}"
    return repr(constant)


def _builtin(value: Any) -> tuple[str, Parts]:
    owner = getattr(value, "__self__", None)
    name = f"{value.__module__}.{value.__qualname__}" if hasattr(value, "__module__") else value.__qualname__
    return f"function {name}", [] if owner is None or isinstance(owner, types.ModuleType) else [("of", owner)]


def _method(value: Any) -> tuple[str, Parts]:
    return "method", [("", value.__func__), ("of", value.__self__)]


def _descriptor(value: Any) -> tuple[str, Parts]:
    if isinstance(value, property):
        return "property", [("", value.fget)]
    return type(value).__name__, [("", value.__func__)]


def _partial(value: Any) -> tuple[str, Parts]:
    return "partial", [("", value.func), ("", value.args), ("", dict(value.keywords))]


def _construct(value: Any) -> tuple[str, Parts]:
    if isinstance(value, c.Compiled):
        return parts_of(value.defersubcon)
    cls = type(value)
    state = [
        (name, part)
        for name, part in attributes_of(value)
        if name not in _BESIDE and not name.startswith("_emit") and not (name == "name" and part is None)
    ]
    if is_known_by_name(cls):
        named = dict(state)
        if "kind" in named and "config" in named:  # one of this library's: all else follows from the kind
            state = [("encoding", named["config"]), ("kind", named["kind"])]
        return cls.__name__, state
    return f"subclass of {_known_base(cls).__name__}", [*class_code(cls), *state]


def _known_base(cls: type) -> type:
    return next(base for base in cls.__mro__ if is_known_by_name(base))


def _class_parts(cls: type) -> tuple[str, Parts]:
    if is_known_by_name(cls):
        return f"class {cls.__module__}.{cls.__qualname__}", []
    if issubclass(cls, enum.Enum):
        return "enumeration", [(member.name, member.value) for member in cls]
    if DECLARATION in vars(cls) or dataclasses.is_dataclass(cls):
        return f"class {cls.__name__}", []
    return f"class of {_known_base(cls).__name__}", class_code(cls)


def _dataclass_parts(value: Any) -> tuple[str, Parts]:
    return type(value).__name__, attributes_of(value)


def _object_parts(value: Any) -> tuple[str, Parts]:
    cls = type(value)
    if is_known_by_name(cls):
        return _plain(value), []
    return f"instance of {_known_base(cls).__name__}", [*class_code(cls), *attributes_of(value)]


def _state(value: Any) -> Parts:
    found = dict(getattr(value, "__dict__", {}))
    for cls in type(value).__mro__:
        slots = vars(cls).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name not in ("__dict__", "__weakref__", "derived") and hasattr(value, name):
                found.setdefault(name, getattr(value, name))
    return sorted(found.items())


#: How values of these classes are taken apart; the first that fits counts.
_TAKERS: tuple[tuple[Any, Callable[[Any], tuple[str, Parts]]], ...] = (
    (enum.Enum, lambda value: (f"{value.name}: {_plain(value.value)}", [])),
    (str, lambda value: (_plain(value), [])),
    (_PRIMITIVES, lambda value: (_plain(value), [])),
    (bytearray | memoryview, lambda value: (_plain(bytes(value)), [])),
    (ExprMixin, _expression),
    (c.Construct, _construct),
    (list | tuple, _sequence),
    (set | frozenset, _set),
    (dict, _mapping),
    (types.FunctionType, _function),
    (types.MethodType, _method),
    (types.BuiltinFunctionType | types.MethodWrapperType | types.MethodDescriptorType, _builtin),
    (staticmethod | classmethod | property, _descriptor),
    (functools.partial, _partial),
    (types.ModuleType, lambda value: (f"module {value.__name__}", [])),
    (re.Pattern, lambda value: (f"pattern {value.pattern!r} with flags {value.flags}", [])),
    (struct.Struct, lambda value: (f"format {value.format!r}", [])),
)
