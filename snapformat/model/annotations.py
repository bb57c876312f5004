"""From an annotation to a kind: `Option[u16]`, `list[str]`, `tuple[u8, Point]`, `Gen[u32]`.

Classes take part by a declaration, kept in the class under `DECLARATION` (see `model.declaration`), whose
`kind` method gives the kind of the class for given type arguments.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Mapping, MutableMapping, MutableSet
from contextvars import ContextVar
from typing import TYPE_CHECKING, Annotated, Any, ForwardRef, TypeVar

import construct

from snapformat.class_attrs import DECLARATION
from snapformat.errors import SchemaError
from snapformat.lazy_dataclasses import dataclass
from snapformat.model import kinds
from snapformat.model.c_struct import CStruct
from snapformat.model.from_construct import foreign
from snapformat.model.kinds import Kind
from snapformat.model.std.classes import class_kind
from snapformat.model.values import Some

if TYPE_CHECKING:
    from snapformat.model.constraints import Rule

#: The kind of each type variable of a generic class.
Arguments = Mapping[TypeVar, Kind]


@dataclass(frozen=True, slots=True)
class Len:
    """Fixed length: `Annotated[list[u8], Len(6)]` is `[u8; 6]`, and so is `Annotated[bytes, Len(6)]`."""

    count: int

    def __post_init__(self) -> None:
        _check_count(self)


@dataclass(frozen=True, slots=True)
class ByteArray:
    """`serde_bytes::ByteArray<N>`: `Annotated[bytes, ByteArray(6)]` is the length 6, and 6 bytes."""

    count: int

    def __post_init__(self) -> None:
        _check_count(self)


def _check_count(mark: Len | ByteArray) -> None:
    if type(mark.count) is not int or mark.count < 0:
        raise SchemaError(f"{type(mark).__name__} needs a length of 0 or more, not {mark.count!r}")


class FixedBytes:
    """`[u8; N]` as bytes: `FixedBytes[32]` is 32 bytes without a length before them.

    The values are `bytes`: hashable, ordered, and keys of maps. Type checkers want the longer spelling
    `Annotated[bytes, Len(32)]`, which is the same type.
    """

    def __class_getitem__(cls, count: int) -> Any:
        return Annotated[bytes, Len(count)]


@dataclass(frozen=True, slots=True)
class Length:
    """Length of another width: `Annotated[list[Item], Length(compact_u16)]` is Solana's `short_vec`.

    It belongs on `list[T]`, `str`, `bytes`, maps and sets. What is inside keeps the encoding around it.

    Attributes:
        type: An unsigned integer, such as `u16`, `compact_u16`, `leb128` or `varint`.
    """

    type: Any

    @property
    def kind(self) -> kinds.Int:
        """The kind of the length.

        Raises:
            SchemaError: Not an unsigned integer.
        """
        kind = kind_of(self.type)
        if not isinstance(kind, kinds.Int) or kind.signed or kind.nonzero:
            raise SchemaError(f"Length needs an unsigned integer, not {_shown(self.type)}")
        return kind


@dataclass(frozen=True, slots=True)
class OptionMark:
    """Marks a union with None as an option of its own."""


@dataclass(frozen=True, slots=True)
class HexMark:
    """Marks an integer as one to show in hexadecimal."""


@dataclass(frozen=True, slots=True)
class BlobMark:
    """Marks a class as a C struct that is stored as bytes."""


@dataclass(frozen=True, slots=True)
class MapMark:
    """Marks a mapping annotation as a map kind; `ordered` is a `BTreeMap`."""

    ordered: bool


@dataclass(frozen=True, slots=True)
class DefaultOnEof:
    """A last field that older data lack: `Annotated[u64, DefaultOnEof(0)]` is 0 where the data end.

    This is what programs in Rust do by a function `default_on_eof`. The value is always written. A value that
    is cut, or whose bytes are damaged, is an error.
    """

    default: Any


@dataclass(frozen=True, slots=True)
class TailMark:
    """Marks a union with None as a value that may be missing where the data end."""


class KindMark:
    """A mark of `Annotated` that makes a kind from the kinds of the type arguments: from `T` in `list[T]`.

    A kind without type arguments is a mark itself.
    """

    def of(self, *items: Kind) -> Kind:
        """The kind.

        Args:
            items: Kinds of the type arguments.
        """
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class SetMark:
    """Marks a set annotation as a set kind; `ordered` is a `BTreeSet`."""

    ordered: bool


#: The fields that a value is shown with, and the value of such fields.
Shown = tuple[typing.Callable[[Any], dict[str, Any]], typing.Callable[[dict[str, Any]], Any]]


class Via:
    """A conversion by functions: `Annotated[Even, Via(u32, decode=Even.checked, encode=int)]`.

    It corresponds to Rust's `#[serde(with = ...)]`, `try_from` and `into`.

    Args:
        item: Annotation of the stored value.
        decode: From the stored value to the Python value; raises `ValueError` to refuse one.
        encode: From the Python value to the stored value; `ValueError` or `TypeError` refuse it.
        name: Name of the value in messages and documents; by default that of the Python type.
        shown: How the decoded JSON form shows the value, and reads it back: a pair of functions from the
            value to a dict of plain data, and from that dict to the value (`ValueError` refuses it). Only
            where the stored value's own form is not a JSON object.
    """

    __slots__ = ("decode", "encode", "item", "name", "shown")

    def __init__(
        self,
        item: Any,
        *,
        decode: typing.Callable[[Any], Any],
        encode: typing.Callable[[Any], Any],
        name: str = "",
        shown: Shown | None = None,
    ) -> None:
        self.item: Any = item
        self.decode: typing.Callable[[Any], Any] = decode
        self.encode: typing.Callable[[Any], Any] = encode
        self.name: str = name
        self.shown: Shown | None = shown


_PLAIN: dict[Any, Kind] = {
    bool: kinds.Bool(),
    str: kinds.Str(),
    bytes: kinds.Bytes(),
    type(None): kinds.Unit(),
    None: kinds.Unit(),
}


def kind_of(annotation: Any, arguments: Arguments | None = None) -> Kind:
    """Return the kind of an annotation.

    Args:
        annotation: A resolved annotation: no strings or forward references are left in it.
        arguments: The kinds of the type variables in it.

    Returns:
        The kind; structs and enums may still wait for names to be filled in.

    Raises:
        SchemaError: The annotation is not a type of the serde data model.
    """
    # Most are classes and primitives.
    if isinstance(annotation, type):
        declared = vars(annotation).get(DECLARATION)
        if declared is not None:
            of_class: Kind = declared.kind()
            return of_class
    else:
        marks: tuple[Any, ...] = getattr(annotation, "__metadata__", ())
        if len(marks) == 1 and isinstance(marks[0], Kind):
            return marks[0]
    arguments = arguments or {}
    if isinstance(annotation, Kind):
        return annotation
    if isinstance(annotation, construct.Construct):
        return foreign(annotation)
    if isinstance(annotation, TypeVar):
        return _type_variable(annotation, arguments)
    if isinstance(annotation, str | ForwardRef):
        raise SchemaError(f"the name {annotation!r} is not resolved")
    try:
        plain = _PLAIN.get(annotation)
    except TypeError:
        plain = None
    if plain is not None:
        return plain
    origin = typing.get_origin(annotation)
    if origin is Annotated:
        return _annotated(annotation, arguments)
    if origin in (typing.Union, types.UnionType):
        return _union(annotation, arguments)
    if origin is list:
        (item,) = typing.get_args(annotation)
        return kinds.Seq(kind_of(item, arguments))
    if origin is tuple or annotation is tuple:
        return _tuple(annotation, arguments)
    if origin is Some:
        # Transparent: it only tells type checkers that an option's value is wrapped.
        return kind_of(typing.get_args(annotation)[0], arguments)
    if isinstance(annotation, typing.NewType):
        return kind_of(annotation.__supertype__, arguments)
    if _is_alias(origin or annotation):
        return _alias(annotation, origin, arguments)
    cls = origin or annotation
    declaration = vars(cls).get(DECLARATION) if isinstance(cls, type) else None
    if declaration is not None:
        kind: Kind = declaration.kind(tuple(kind_of(a, arguments) for a in typing.get_args(annotation)))
        return kind
    found = class_kind(cls) if isinstance(cls, type) else None
    if found is not None:
        return found
    from snapformat.model.hints import hint_for  # imported here, as most annotations are correct

    raise SchemaError(f"{_shown(annotation)} can't be stored: {hint_for(cls)}")


def _is_alias(annotation: Any) -> bool:
    """Return whether this is made by `type Name = ...` (Python 3.12), or by `typing_extensions`."""
    return type(annotation).__name__ == "TypeAliasType" and hasattr(annotation, "__value__")


#: Aliases whose meaning is being looked up.
_open_aliases: ContextVar[tuple[Any, ...]] = ContextVar("_open_aliases", default=())


def _alias(annotation: Any, origin: Any, arguments: Arguments) -> Kind:
    """Return the kind of what an alias stands for, in which its type parameters have a meaning."""
    alias = origin or annotation
    if any(alias is each for each in _open_aliases.get()):
        raise SchemaError(f"the alias {alias.__name__} refers to itself; declare a class instead")
    parameters = alias.__type_params__
    given = typing.get_args(annotation) if origin is not None else ()
    if len(given) != len(parameters):
        wanted = ", ".join(each.__name__ for each in parameters) or "no type arguments"
        raise SchemaError(f"{alias.__name__} takes {wanted}; it was given {len(given)}")
    bound = {variable: kind_of(each, arguments) for variable, each in zip(parameters, given, strict=True)}
    token = _open_aliases.set((*_open_aliases.get(), alias))
    try:
        return kind_of(alias.__value__, bound)
    finally:
        _open_aliases.reset(token)


#: How Python prints one of our primitive types.
_PRIMITIVE = r"typing\.Annotated\[int, Int\(name='(\w+)'[^)]*\)\]"


def _shown(annotation: Any) -> str:
    if isinstance(annotation, type) and not typing.get_args(annotation):
        return annotation.__name__
    return re.sub(_PRIMITIVE, r"\1", str(annotation))


def _type_variable(variable: TypeVar, arguments: Arguments) -> Kind:
    try:
        return arguments[variable]
    except KeyError:
        raise SchemaError(
            f"the type variable {variable} has no meaning here; name the type argument, as in Name[u32]"
        ) from None


def _annotated(annotation: Any, arguments: Arguments) -> Kind:
    """Return the kind of `Annotated[base, marks...]`; the first known mark decides."""
    base, *marks = typing.get_args(annotation)
    for mark in marks:
        if isinstance(mark, DefaultOnEof | TailMark):
            rest = tuple(each for each in marks if each is not mark)
            return _tail(mark, Annotated[(base, *rest)] if rest else base, arguments)
    rules = {id(mark): found for mark in marks if (found := _rules_of(mark)) is not None}
    if rules:
        rest = tuple(mark for mark in marks if id(mark) not in rules)
        kind = kind_of(Annotated[(base, *rest)] if rest else base, arguments)
        from snapformat.model.constrained import constrained  # imported here, as few types have constraints

        return constrained(kind, tuple(rule for found in rules.values() for rule in found), _shown(base))
    # Annotated types nest flat: the mark of a primitive comes first, a `Len` added to it later.
    marks.sort(key=lambda mark: not isinstance(mark, Len | Length | HexMark))
    if base is bytes and (counts := [mark for mark in marks if type(mark) is int]):
        return _fixed_length(base, Len(counts[0]).count, arguments)
    for mark in marks:
        if isinstance(mark, Kind):
            return mark
        if isinstance(mark, KindMark):
            return mark.of(*(kind_of(item, arguments) for item in typing.get_args(base)))
        if isinstance(mark, construct.Construct):
            return foreign(mark)
        if isinstance(mark, Via):
            name = mark.name or getattr(base, "__name__", str(base))
            item = kind_of(mark.item, arguments)
            return kinds.Adapted(item, mark.decode, mark.encode, name, shown=mark.shown)
        if isinstance(mark, HexMark):
            return _in_hex(Annotated[base, *marks[1:]] if marks[1:] else base, arguments)
        if isinstance(mark, Length):
            return _with_length(base, mark, [each for each in marks if each is not mark], arguments)
        if isinstance(mark, Len):
            return _fixed_length(base, mark.count, arguments)
        if isinstance(mark, ByteArray):
            if base is not bytes:
                raise SchemaError(f"ByteArray({mark.count}) belongs on bytes, not on {_shown(base)}")
            return kinds.Bytes(exact=mark.count)
        if isinstance(mark, OptionMark):
            return _union(base, arguments)
        if isinstance(mark, BlobMark):
            return _blob(base, arguments)
        if isinstance(mark, MapMark):
            key, value = typing.get_args(base)
            return kinds.Map(kind_of(key, arguments), kind_of(value, arguments), mark.ordered)
        if isinstance(mark, SetMark):
            return kinds.Set(kind_of(typing.get_args(base)[0], arguments), mark.ordered)
    return kind_of(base, arguments)


def _rules_of(mark: Any) -> tuple[Rule, ...] | None:
    """Return the constraints of a mark, or None; most marks are of this library or of construct."""
    if type(mark).__module__.startswith(("snapformat.", "construct.", "builtins")):
        return None
    from snapformat.model.constraints import marked_rules  # imported here, as few types have constraints

    return marked_rules(mark)


def _blob(base: Any, arguments: Arguments) -> Kind:
    item = kind_of(base, arguments)
    if not isinstance(item, kinds.Struct) or item.cls is None or not issubclass(item.cls, CStruct):
        raise SchemaError(f"Blob needs a declared class that derives from CStruct, not {_shown(base)}")
    return kinds.Blob(item)


def _in_hex(annotation: Any, arguments: Arguments) -> Kind:
    kind = kind_of(annotation, arguments)
    if not isinstance(kind, kinds.Int):
        raise SchemaError(f"Hex belongs on an integer, not on {_shown(annotation)}")
    return dataclasses.replace(kind, hex=True)


def _with_length(base: Any, mark: Length, marks: list[Any], arguments: Arguments) -> Kind:
    kind = kind_of(Annotated[base, *marks] if marks else base, arguments)
    if not isinstance(kind, kinds.Seq | kinds.Set | kinds.Map | kinds.Str | kinds.Bytes):
        raise SchemaError(f"Length belongs on a list, text, bytes, a map or a set, not on {_shown(base)}")
    if kind.length is not None:
        raise SchemaError("there is a Length already")
    return dataclasses.replace(kind, length=mark.kind)


def _fixed_length(base: Any, count: int, arguments: Arguments) -> Kind:
    if base is bytes:
        return kinds.FixedBytes(count)
    if typing.get_origin(base) is list:
        return kinds.Array(kind_of(typing.get_args(base)[0], arguments), count)
    raise SchemaError(f"Len({count}) belongs on list[T] or bytes, not on {_shown(base)}")


def _tail(mark: DefaultOnEof | TailMark, base: Any, arguments: Arguments) -> Kind:
    kind = kind_of(base, arguments)
    if isinstance(mark, TailMark):
        if not isinstance(kind, kinds.Option) or isinstance(kind.item, kinds.Option):
            raise SchemaError(
                f"OptionalTail[T] is for a T that is never None, not {_shown(base)}: DefaultOnEof(None) is"
            )
        kind = kind.item
    default, is_written = (mark.default, True) if isinstance(mark, DefaultOnEof) else (None, False)
    return kinds.Tail(kind, default, is_written)


def _union(annotation: Any, arguments: Arguments) -> Kind:
    members = typing.get_args(annotation)
    present = [member for member in members if member is not type(None)]
    if len(present) != 1 or len(present) == len(members):
        from snapformat.model.hints import union_hint  # imported here, as most annotations are correct

        raise SchemaError(f"{_shown(annotation)} can't be stored: {union_hint(present)}")
    item = kind_of(present[0], arguments)
    return kinds.Option(item, wrapped=isinstance(item, kinds.Option))


def _tuple(annotation: Any, arguments: Arguments) -> Kind:
    items = typing.get_args(annotation)
    if Ellipsis in items:
        raise SchemaError(f"{_shown(annotation)}: use list[T] for a sequence, or list every element")
    if annotation is tuple:
        raise SchemaError("tuple: list the elements, as in tuple[u8, str]; tuple[()] is unit")
    return kinds.Tuple(tuple(kind_of(item, arguments) for item in items)) if items else kinds.Unit()


K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")

#: Sorted map, written in Rust's order of keys; values load as `PairMap`.
BTreeMap = Annotated[MutableMapping[K, V], MapMark(ordered=True)]
#: Map in its own order; values load as `PairMap`.
HashMap = Annotated[MutableMapping[K, V], MapMark(ordered=False)]
#: Sorted set, written in Rust's order; values load as `PairSet`.
BTreeSet = Annotated[MutableSet[T], SetMark(ordered=True)]
#: Set in its own order; values load as `PairSet`.
HashSet = Annotated[MutableSet[T], SetMark(ordered=False)]
#: A C struct of class T, stored as serde bytes: length, then the struct, little endian, without padding.
Blob = Annotated[T, BlobMark()]
#: An integer that is shown in hexadecimal, such as an address or a register: `Hex[u64]`.
Hex = Annotated[T, HexMark()]
#: A value of type T after all others, or None where the data end before it; None is written as nothing.
OptionalTail = Annotated[T | None, TailMark()]
#: `Vec<T>`, `VecDeque<T>`, `Box<[T]>`: a list.
Vec = list[T]
