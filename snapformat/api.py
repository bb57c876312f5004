"""Encoding and decoding single values: bincode or bitcode alone, without header and checksum."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, overload

from snapformat.bincode import DEFAULT_LIMIT, FIRECRACKER, Encoding
from snapformat.encodings.bincode.arrays import Arrays
from snapformat.encodings.bincode.codec.collector import LARGE
from snapformat.encodings.bincode.codec.engine import read_value, write_value
from snapformat.encodings.bincode.codec.layouts import cache_on_class, cached_layout
from snapformat.io import ExactReader, Source, bytes_of
from snapformat.layout import read_stream
from snapformat.lazy.opening import check_arrays, lazy_reader
from snapformat.lazy.writing import write_lazily
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model.lazy_class import is_lazy

if TYPE_CHECKING:
    from snapformat.encodings.bitcode.encoding import Bitcode

T = TypeVar("T")


def encode(
    value: Any,
    payload: Any,
    encoding: Encoding | Bitcode = FIRECRACKER,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """Write a value.

    Args:
        value: The value.
        payload: Its type: a class, an annotation such as `list[u16]`, a construct, a registered name.
        encoding: The encoding; its limit does not apply to writing.
        limits: Bounds of depth and of zero-sized elements.

    Raises:
        EncodeError: The value does not fit the type; the error has the path.
    """
    if encoding is FIRECRACKER and limits is DEFAULT_LIMITS and type(value) is payload:
        try:
            # The cached `WRITER` of the class: any other look-up takes as long as writing a small value. An
            # inherited one refuses the instance.
            return payload.__snapformat_write__(value, 0, False)  # type: ignore[no-any-return]  # of any class
        except Exception:
            pass  # no writer yet, or a value that does not fit: handled below
    return _encode(value, payload, encoding, limits)


def _encode(value: Any, payload: Any, encoding: Encoding | Bitcode, limits: Limits) -> bytes:
    if not isinstance(encoding, Encoding):
        return encoding.encode(value, payload, limits)
    layout = cached_layout(payload, encoding)
    if is_lazy(value):
        return b"".join(write_lazily(layout, value, limits)[0])
    written = write_value(layout, value, limits)
    if encoding is FIRECRACKER and type(value) is payload:
        cache_on_class(payload, layout)
    return written


@overload
def decode(
    data: bytes | bytearray | memoryview,
    payload: type[T],
    encoding: Encoding | Bitcode = ...,
    *,
    limits: Limits = ...,
    lazy: bool = ...,
    arrays: Arrays | None = ...,
) -> T: ...


@overload
def decode(
    data: bytes | bytearray | memoryview,
    payload: Any,
    encoding: Encoding | Bitcode = ...,
    *,
    limits: Limits = ...,
    lazy: bool = ...,
    arrays: Arrays | None = ...,
) -> Any: ...


def decode(
    data: bytes | bytearray | memoryview,
    payload: Any,
    encoding: Encoding | Bitcode = FIRECRACKER,
    *,
    limits: Limits = DEFAULT_LIMITS,
    lazy: bool = False,
    arrays: Arrays | None = None,
) -> Any:
    """Read a value from the start of the data; what follows it is ignored, but refused in bitcode.

    Args:
        data: The bytes.
        payload: Type of the value.
        encoding: The encoding; bincode's has a limit of claimed bytes.
        limits: Bounds of depth and of zero-sized elements.
        lazy: Decode the fields of large structs on first access. Damaged bytes raise the error then;
            `validate` decodes everything. See `SnapshotFormat.load`. In bitcode, whose values lie spread over
            the columns, everything is decoded at once.
        arrays: With `lazy`: return sequences of numbers as views of the bytes, `"memoryview"` or
            `"numpy"`; not in bitcode, which packs numbers.

    Raises:
        DecodeError: The bytes are not a value of the type; the error has path and offset.
    """
    if (
        encoding is FIRECRACKER
        and limits is DEFAULT_LIMITS
        and type(data) is bytes
        and not lazy
        and isinstance(payload, type)
        and len(data) <= LARGE  # for more, the collector is paused
    ):
        try:
            # The cached `READER`, as in `encode`; an inherited one makes instances of another class.
            value, end = payload.__snapformat_read__(  # type: ignore[attr-defined]  # of declared ones
                data, 0, len(data), 0, None
            )
            if type(value) is payload and end <= DEFAULT_LIMIT and arrays is None:
                return value
        except Exception:
            pass
    if not isinstance(encoding, Encoding):
        check_arrays(lazy, arrays, packed=True)
        return encoding.decode(bytes_of(data), payload, limits)
    if lazy or arrays is not None:
        check_arrays(lazy, arrays)
        return decoder(payload, encoding, limits=limits, lazy=True, arrays=arrays)(data)
    if type(data) is not bytes:
        data = bytes_of(data)
    layout = cached_layout(payload, encoding)
    value = read_value(layout, data, 0, encoding.limit, limits)[0]
    if encoding is FIRECRACKER and type(value) is payload:
        cache_on_class(payload, layout)
    return value


def decoder(
    payload: Any,
    encoding: Encoding | Bitcode = FIRECRACKER,
    *,
    limits: Limits = DEFAULT_LIMITS,
    lazy: bool = False,
    arrays: Arrays | None = None,
) -> Callable[[bytes | bytearray | memoryview], Any]:
    """Return a function that reads values of one type: `decode` with all arguments but the data given.

    It saves the look-up of the type, which takes longer than reading a small value.

    Args:
        payload: Type of the values.
        encoding: The encoding, with its limit of claimed bytes.
        limits: Bounds of depth and of zero-sized elements.
        lazy: As for `decode`.
        arrays: As for `decode`.

    Returns:
        A function of the data, which raises `DecodeError` as `decode` does.
    """
    if not isinstance(encoding, Encoding):
        check_arrays(lazy, arrays, packed=True)
        return encoding.decoder(payload, limits)
    check_arrays(lazy, arrays)
    layout = cached_layout(payload, encoding)
    if lazy:
        return lazy_reader(layout, encoding.limit, limits, arrays)
    return lambda data: read_value(layout, bytes_of(data), limit=encoding.limit, limits=limits)[0]


def decode_prefix(
    data: bytes | bytearray | memoryview,
    payload: Any,
    encoding: Encoding | Bitcode = FIRECRACKER,
    *,
    offset: int = 0,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Any, int]:
    """Read a value as `decode` does; return it and the number of bytes it took.

    Args:
        data: The bytes; all but `bytes` are copied in each call.
        payload: Type of the value.
        encoding: The encoding.
        offset: Where the value begins. Offsets of errors count from the start of the data.
        limits: Bounds of depth and of zero-sized elements.

    Raises:
        DecodeError: The bytes are not such a value.
        ValueError: The offset is outside of the data.
    """
    if type(data) is not bytes:
        data = bytes_of(data)
    if not 0 <= offset <= len(data):
        raise ValueError(f"the offset must be from 0 to {len(data)}, not {offset}")
    if not isinstance(encoding, Encoding):
        return encoding.decode_prefix(data, payload, limits, offset)
    value, end = read_value(cached_layout(payload, encoding), data, offset, encoding.limit, limits)
    return value, end - offset


def decode_stream(
    source: Source,
    payload: Any,
    encoding: Encoding | Bitcode = FIRECRACKER,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> Any:
    """Read a value from a source, taking no more from it than the value has.

    Bytes at which construct itself looks ahead (`Optional`, `Peek`) are consumed.

    Args:
        source: A binary file object; a path or bytes-like object too.
        payload: Type of the value.
        encoding: The encoding, with its limit of claimed bytes.
        limits: Bounds of depth and of zero-sized elements.

    Raises:
        DecodeError: As `decode`, or the source fails.
    """
    if not isinstance(encoding, Encoding):
        with ExactReader(source) as reader:
            return encoding.decode_stream(reader, payload, limits)
    layout = cached_layout(payload, encoding)
    with ExactReader(source) as reader:
        return read_stream(layout, reader, limit=encoding.limit, limits=limits)
