"""C structs that serde stores as bytes; they keep the original bytes until a field is used.

An instance that was read belongs to the lazy subclass of its class (`snapformat.lazy`), with empty slots and
its bytes as the state. Programs accept bytes that are shorter (the rest is zero) or longer (the rest is
cut), so both are accepted here; the number of bytes and those beyond the struct are kept.
"""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable, Collection, Sequence
from itertools import chain, repeat, starmap
from operator import call, countOf
from typing import Any, TypeVar

from snapformat.class_attrs import DECLARATION
from snapformat.model.lazy_class import LazyClass, can_be_lazy, completed, keep, set_class

C = TypeVar("C", bound="CStruct")


#: Decodes the bytes of a struct to the values of its fields, in the dataclass's order.
Read = Callable[[bytes], Sequence[Any]]


class CStruct:
    """Base of declared classes of fixed size that are stored in a `Blob`.

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

    __slots__ = ("_raw", "_rest")

    _raw: bytes
    _rest: tuple[int, bytes]

    def __reduce__(self) -> tuple[Any, ...]:
        names = field_names(type(self))
        return _again, (type(self), {n: getattr(self, n) for n in names}, getattr(self, "_rest", None))


_raw_slot: Any = vars(CStruct)["_raw"]
get_raw: Callable[[CStruct], bytes] = _raw_slot.__get__
set_raw: Callable[[CStruct, bytes], None] = _raw_slot.__set__
_drop_raw: Callable[[CStruct], None] = _raw_slot.__delete__
_set_rest: Callable[[CStruct, tuple[int, bytes]], None] = vars(CStruct)["_rest"].__set__


class LazyCStruct(LazyClass):
    """The lazy subclass of a C struct's class, and the decoder of its bytes.

    Attributes:
        size: Size of the struct, bytes.
        read: The decoder.
    """

    __slots__ = ("_put", "read", "size")

    def __init__(self, cls: type[CStruct], size: int, read: Read) -> None:
        super().__init__(cls, vars(cls)[DECLARATION], _MEMBERS)
        self.size: int = size
        self.read: Read = read
        self._put = [*_setters_of(cls), set_class]

    def make(self, raw: bytes) -> Any:
        """Make an instance that keeps its bytes."""
        made: Any = object.__new__(self.lazy)
        set_raw(made, raw)
        return made

    def make_all(self, raws: Sequence[bytes]) -> list[Any]:
        """Make an instance of each, in one call of C."""
        # `starmap` passes its tuples on as arguments; `map` would make a tuple for each call.
        made: list[Any] = list(starmap(object.__new__, repeat((self.lazy,), len(raws))))
        deque(starmap(set_raw, zip(made, raws, strict=True)), 0)
        return made

    def raw_of_all(self, values: Collection[Any]) -> list[bytes] | None:
        """Return the bytes of instances that are all undecoded, or None."""
        if countOf(map(type, values), self.lazy) != len(values):
            return None
        try:
            return [*starmap(get_raw, zip(values))]  # noqa: RUF058 - as above, `map` is slower
        except AttributeError:  # another thread has decoded one
            return None

    def complete(self, instance: Any) -> None:
        """Decode an instance's bytes into its fields."""
        try:
            raw = get_raw(instance)
        except AttributeError:  # another thread has decoded it, or it has no bytes
            set_class(instance, self.cls)
            return
        values = (_rest_in(raw, self.size), *self.read(_fitted(raw, self.size)), self.cls)
        try:
            # In one call of C (see `snapformat.once`): drop the bytes, fill the fields, change the class.
            deque(chain(map(_drop_raw, (instance,)), map(call, self._put, repeat(instance), values)), 0)
        except AttributeError:  # another thread has dropped them first, and the fields may be changed by now
            return


def _get(instance: Any, name: str) -> Any:
    completed(instance)  # a slot is empty, unless another thread has filled it since
    return getattr(instance, name)


def _set(instance: Any, name: str, value: Any) -> None:
    completed(instance)
    setattr(instance, name, value)


def _delete(instance: Any, name: str) -> None:
    completed(instance)
    delattr(instance, name)


_MEMBERS = {"__getattr__": _get, "__setattr__": _set, "__delattr__": _delete}


def lazy_c_struct(cls: type[CStruct], size: int, read: Read) -> LazyCStruct | None:
    """Return the lazy subclass of a class; make it with these attributes on first use.

    None where the class does not allow one, or its layout depends on type arguments.
    """
    declared = vars(cls)[DECLARATION]
    found: Any = declared.lazy
    if found is None:
        if getattr(cls, "__parameters__", ()) or not can_be_lazy(cls, field_names(cls)):
            return None
        found = keep(declared, LazyCStruct(cls, size, read))
    return found  # type: ignore[no-any-return]  # of a C struct's declaration


def deferred(cls: type[C], raw: bytes, size: int, read: Read) -> C:
    """Make an instance that keeps its bytes, of any length, until a field is used.

    Args:
        cls: The class.
        raw: The bytes.
        size: Size of the struct, bytes.
        read: The decoder.
    """
    lazy = lazy_c_struct(cls, size, read)
    made: C
    if lazy is not None:
        made = lazy.make(raw)
        return made
    made = object.__new__(cls)
    values = (_rest_in(raw, size), *read(_fitted(raw, size)))
    for put, value in zip(_setters_of(cls), values, strict=True):
        put(made, value)
    return made


def _fitted(raw: bytes, size: int) -> bytes:
    return raw if len(raw) == size else raw[:size].ljust(size, b"\0")


def _rest_in(raw: bytes, size: int) -> tuple[int, bytes]:
    return len(raw), raw[size:]


def _setters_of(cls: type) -> list[Callable[[Any, Any], None]]:
    """Return the setters of the trailing bytes and of the fields of an instance."""
    return [_set_rest, *(getattr(cls, name).__set__ for name in field_names(cls))]


def field_names(cls: type) -> list[str]:
    """Return the fields of a C struct's class, in the order of the values of `Read`."""
    return [field.name for field in dataclasses.fields(cls)]


def field_values(decoded: CStruct) -> list[Any]:
    """Return the values of a decoded instance's fields, in the order of `Read`."""
    return [getattr(decoded, name) for name in field_names(type(decoded))]


def rest_of(value: CStruct, size: int) -> tuple[int, bytes]:
    """Return the number of bytes that an instance was read from, and the bytes beyond `size`."""
    raw = raw_of(value)
    if raw is not None:
        return _rest_in(raw, size)
    try:
        return value._rest
    except AttributeError:
        return size, b""


def set_rest(value: CStruct, length: int, rest: bytes) -> None:
    """Set the number of bytes, and the bytes beyond the struct, that `blob_bytes` writes."""
    _set_rest(value, (length, rest))


def _again(cls: type[CStruct], values: dict[str, Any], rest: tuple[int, bytes] | None) -> CStruct:
    made = cls(**values)
    if rest is not None:
        set_rest(made, *rest)
    return made


def raw_of(value: object) -> bytes | None:
    """Return the bytes of an undecoded instance; None for every other value."""
    try:
        return get_raw(value) if isinstance(value, CStruct) else None
    except AttributeError:
        return None


def decode_fields(value: CStruct) -> None:
    """Decode an instance's bytes into its fields, if it is not decoded yet.

    Raises:
        DecodeError: The bytes are not such a struct.
    """
    completed(value)


def blob_bytes(value: CStruct, write: Callable[[CStruct], bytes]) -> bytes:
    """Return the bytes to store: the original ones, or for decoded instances the fields at that length.

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
    # Bytes that were cut off count as zero; a field that was set there needs its bytes.
    return data[:length] if not any(data[length:]) else data
