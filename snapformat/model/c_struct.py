"""C structs that serde stores as bytes: typed where they are touched, the very bytes where they are not.

A `CStruct` that was read keeps its bytes until somebody looks at a field or sets one. The program that wrote
them accepts them shorter (the rest is zero) or longer (the rest is cut), so both are taken, and what a typed
value does not show is kept: the bytes beyond the struct, and how many there were.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Collection, Sequence
from itertools import chain, repeat, starmap
from operator import call, countOf
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from snapformat.lazy_dataclasses import SlotProperty

C = TypeVar("C", bound="CStruct")


#: Gives the values of all fields, as the dataclass orders them, from as many bytes as the struct has.
Read = Callable[[bytes], Sequence[Any]]


class Folded(NamedTuple):
    """The bytes of a struct that nobody has looked at.

    Attributes:
        raw: The bytes as they were read, of any length.
        size: Bytes of the struct.
        read: Decodes them.
    """

    raw: bytes
    size: int
    read: Read


class Form(NamedTuple):
    """How all instances of a class fold; where the class has one, their bytes alone stand for `Folded`."""

    size: int
    read: Read


class CStruct:
    """Base of declared classes of fixed size that stand in a `Blob`.

    Example:
        ```python
        @schema
        class Regs(CStruct):
            rax: u64
            rip: u64


        @schema
        class Cpu:
            regs: Blob[Regs]
        ```
    """

    __slots__ = ("_folded", "_rest")

    _form: ClassVar[Form]
    _folded: Folded | bytes
    _rest: tuple[int, bytes]

    if not TYPE_CHECKING:  # to type checkers, a struct has the fields it declares and no others

        def __getattr__(self, name: str) -> Any:
            # Reached only where a slot is empty.
            if name not in CStruct.__slots__:
                unfold(self)  # unless another thread has done so since
            return object.__getattribute__(self, name)

        def __setattr__(self, name: str, value: Any) -> None:
            unfold(self)
            object.__setattr__(self, name, value)

        def __delattr__(self, name: str) -> None:
            unfold(self)
            object.__delattr__(self, name)

    def __reduce__(self) -> tuple[Any, ...]:
        unfold(self)
        names = type(self).__match_args__  # type: ignore[attr-defined]  # dataclasses set it
        return _again, (type(self), {n: getattr(self, n) for n in names}, getattr(self, "_rest", None))


_slot: Any = vars(CStruct)["_folded"]
get_folded: Callable[[CStruct], Folded | bytes] = _slot.__get__
set_folded: Callable[[CStruct, Folded | bytes], None] = _slot.__set__
_drop_folded: Callable[[CStruct], None] = _slot.__delete__
_rest_slot: Any = vars(CStruct)["_rest"]
_put_rest: Callable[[CStruct, tuple[int, bytes]], None] = _rest_slot.__set__

#: What puts the values of a class's fields into their slots.
_PUTS = "__snapformat_puts__"


def folded(cls: type[C], raw: bytes, size: int, read: Read) -> C:
    """An instance that keeps its bytes until it is touched; see `Folded`."""
    made = object.__new__(cls)
    set_folded(made, Folded(raw, size, read))
    return made


def field_names(cls: type) -> list[str]:
    """The fields of a C struct's class, in the order in which `Read` gives their values."""
    return [field.name for field in dataclasses.fields(cls)]


def field_values(decoded: CStruct) -> list[Any]:
    """The values of a decoded instance's fields, as `Read` gives them."""
    return [getattr(decoded, name) for name in field_names(type(decoded))]


def _puts_of(cls: type[CStruct]) -> list[Callable[[Any, Any], None]]:
    slots: list[Any] = [getattr(cls, name) for name in field_names(cls)]
    slots = [slot.slot if isinstance(slot, SlotProperty) else slot for slot in slots]
    puts = [slot.__set__ for slot in slots]
    setattr(cls, _PUTS, puts)
    return puts


def set_form(cls: type[CStruct], form: Form) -> None:
    """Say how the instances of a class fold; one that takes type arguments has no form for all."""
    cls._form = form


def folded_by_form(cls: type[C], raw: bytes) -> C:
    """As `folded`, of a class that has a form."""
    made = object.__new__(cls)
    set_folded(made, raw)
    return made


def all_folded_by_form(cls: type[C], raws: Sequence[bytes]) -> list[C]:
    """An instance of each, without a step of the interpreter."""
    # `starmap` hands its tuples on as arguments, where `map` makes one for each call.
    made: list[C] = list(starmap(object.__new__, repeat((cls,), len(raws))))
    deque(starmap(set_folded, zip(made, raws, strict=True)), 0)
    return made


def all_raw(cls: type[CStruct], values: Collection[CStruct]) -> list[bytes] | None:
    """What instances that are all of a class keep, all untouched; or None. Not all of it need be bytes."""
    if countOf(map(type, values), cls) != len(values):
        return None
    try:
        found: list[Any] = [*starmap(get_folded, zip(values))]  # noqa: RUF058 - as above, `map` is slower
    except AttributeError:
        return None
    return found


def rest_of(value: CStruct, size: int) -> tuple[int, bytes]:
    """How many bytes an instance was read from, and those beyond the struct's `size`."""
    raw = raw_of(value)
    if raw is not None:
        return len(raw), raw[size:]
    found_rest: tuple[int, bytes] = getattr(value, "_rest", (size, b""))
    return found_rest


def set_rest(value: CStruct, length: int, rest: bytes) -> None:
    """Say what `rest_of` shall tell, and `blob_bytes` write."""
    object.__setattr__(value, "_rest", (length, rest))


def _again(cls: type[CStruct], values: dict[str, Any], rest: tuple[int, bytes] | None) -> CStruct:
    made = cls(**values)
    if rest is not None:
        set_rest(made, *rest)
    return made


def raw_of(value: object) -> bytes | None:
    """The untouched bytes of an instance; None once it was touched, or if it was made by hand, or is none."""
    try:
        found = get_folded(value) if isinstance(value, CStruct) else None
    except AttributeError:
        return None
    return found.raw if isinstance(found, Folded) else found


def unfold(value: CStruct) -> bool:
    """Decode an instance's bytes into its fields; False if there is nothing to decode."""
    try:
        found = get_folded(value)
    except AttributeError:
        return False
    cls = type(value)
    if isinstance(found, Folded):
        raw, size, read = found
    else:
        raw, (size, read) = found, cls._form
    puts = vars(cls).get(_PUTS) or _puts_of(cls)
    values = read(raw if len(raw) == size else raw[:size].ljust(size, b"\0"))
    _put_rest(value, (len(raw), raw[size:]))
    try:
        # In one call of C (see `snapformat.once`): let go of the bytes, and fill the fields.
        deque(chain(map(_drop_folded, (value,)), map(call, puts, repeat(value), values)), 0)
    except AttributeError:  # another thread has let go of them first, and the fields may be changed by now
        return True
    return True


def blob_bytes(value: CStruct, write: Callable[[CStruct], bytes]) -> bytes:
    """The bytes to store: untouched ones as they were, others as their fields say, at the length they had.

    Args:
        value: The instance.
        write: From the instance to the bytes of the struct.
    """
    raw = raw_of(value)
    if raw is not None:
        return raw
    data: bytes = write(value)
    length, tail = rest_of(value, len(data))
    if length >= len(data):
        return data + tail
    # What was cut off counts as zero; a field set there since needs its bytes.
    return data[:length] if not any(data[length:]) else data
