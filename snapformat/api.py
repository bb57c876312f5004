"""Encoding and decoding single values: bincode or bitcode alone, without header and checksum."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from snapformat.bincode import Encoding
from snapformat.encodings.bincode.arrays import Arrays
from snapformat.encodings.bincode.codec.collector import LARGE
from snapformat.encodings.bincode.codec.engine import (
    CLAIMED_PER_BYTE,
    Reader,
    check_limit,
    read_value,
    write_value,
)
from snapformat.encodings.bincode.codec.layouts import cache_on_class, cached_layout, small_reader
from snapformat.encodings.bincode.limit import BINCODE, limit_of
from snapformat.encodings.construct.wrappers import left_over
from snapformat.errors import DecodeError
from snapformat.io import ExactReader, Source, bytes_of
from snapformat.layout import read_stream
from snapformat.lazy.opening import check_arrays, lazy_reader
from snapformat.lazy.writing import write_lazily
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model.lazy_class import is_lazy
from snapformat.type_of import T

if TYPE_CHECKING:
    from snapformat.encodings.bitcode.encoding import Bitcode
    from snapformat.type_of import TypeOf

#: What happens to bytes after a value.
Trailing = Literal["refuse", "ignore"]


def encode(
    value: Any,
    payload: TypeOf[Any],
    encoding: Encoding | Bitcode = BINCODE,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> bytes:
    """Write a value.

    Args:
        value: The value.
        payload: Its type: a class, an annotation such as `list[u16]`, a construct, a registered name.
        encoding: The encoding; by default that of bincode's `serialize`.
        limits: Bounds of depth and of zero-sized elements.

    Raises:
        EncodeError: The value does not fit the type, and the error has the path; or reading it would exceed
            the encoding's limit.
    """
    if limits is DEFAULT_LIMITS and type(value) is payload:
        try:
            # The code cached in the class: any other look-up takes as long as writing a small value.
            # Inherited code refuses the instance. `Bitcode` has none of these, and fails: hence union-attr.
            written: bytes = getattr(payload, encoding.writer)(value, 0, False)  # type: ignore[union-attr]
            limit = encoding.limit  # type: ignore[union-attr]
            if limit is None or CLAIMED_PER_BYTE * len(written) <= limit:
                return written
        except Exception:
            pass  # no writer yet, or a value that does not fit: handled below
    return _encode(value, payload, encoding, limits)


def _encode(value: Any, payload: Any, encoding: Encoding | Bitcode, limits: Limits) -> bytes:
    if not isinstance(encoding, Encoding):
        return encoding.encode(value, payload, limits)
    layout = cached_layout(payload, encoding)
    if is_lazy(value):
        written = b"".join(write_lazily(layout, value, limits)[0])
    else:
        written = write_value(layout, value, limits)
        if type(value) is payload:
            cache_on_class(payload, layout, encoding)
    limit = limit_of(layout, encoding)
    if limit is not None:
        check_limit(layout, written, limit, limits)
    return written


def decode(
    data: bytes | bytearray | memoryview,
    payload: TypeOf[T],
    encoding: Encoding | Bitcode = BINCODE,
    *,
    limits: Limits = DEFAULT_LIMITS,
    trailing: Trailing | None = None,
    lazy: bool = False,
    arrays: Arrays | None = None,
) -> T:
    """Read a value from the start of the data.

    Args:
        data: The bytes.
        payload: Type of the value.
        encoding: The encoding, with its limit of claimed bytes; by default that of bincode's `deserialize`.
        limits: Bounds of depth and of zero-sized elements.
        trailing: What happens to bytes after the value: `"refuse"` or `"ignore"`. By default they are
            treated as the encoding says: bincode's `deserialize` ignores them.
        lazy: Decode the fields of large structs on first access. Damaged bytes raise the error then;
            `validate` decodes everything. See `SnapshotFormat.load`. In bitcode, whose values lie spread over
            the columns, everything is decoded at once.
        arrays: With `lazy`: return sequences of numbers as views of the bytes, `"memoryview"` or
            `"numpy"`, which also returns sequences of fixed-width records as structured arrays; not in
            bitcode, which packs numbers.

    Raises:
        DecodeError: The bytes are not a value of the type; the error has path and offset.
    """
    value: T
    if (
        limits is DEFAULT_LIMITS
        and type(data) is bytes
        and trailing is None
        and not lazy
        and isinstance(payload, type)
        and len(data) <= LARGE  # for more, the collector is paused
    ):
        try:
            # As in `encode`; inherited code makes instances of another class. union-attr: as there.
            value, end = getattr(payload, encoding.reader)(data, 0, len(data), 0, None)  # type: ignore[union-attr]
            size, limit = len(data), encoding.limit  # type: ignore[union-attr]
            is_end = end == size or (end < size and encoding.trailing == "ignore")  # type: ignore[union-attr]
            is_within = limit is None or CLAIMED_PER_BYTE * end <= limit
            if is_end and is_within and type(value) is payload and arrays is None:
                return value
        except Exception:
            pass
    if lazy or arrays is not None or not isinstance(encoding, Encoding):
        read = decoder(payload, encoding, limits=limits, trailing=trailing, lazy=lazy, arrays=arrays)
        return read(data)
    if type(data) is not bytes:
        data = bytes_of(data)
    layout = cached_layout(payload, encoding)
    value, end = read_value(layout, data, 0, limit_of(layout, encoding), limits)
    if _refuses(trailing, encoding) and end != len(data):
        refuse_trailing(data, end)
    if type(value) is payload:
        cache_on_class(payload, layout, encoding)
    return value


def decoder(
    payload: TypeOf[T],
    encoding: Encoding | Bitcode = BINCODE,
    *,
    limits: Limits = DEFAULT_LIMITS,
    trailing: Trailing | None = None,
    lazy: bool = False,
    arrays: Arrays | None = None,
) -> Callable[[bytes | bytearray | memoryview], T]:
    """Return a function that reads values of one type: `decode` with all arguments but the data given.

    It saves the look-up of the type, which takes longer than reading a small value.

    Args:
        payload: Type of the values.
        encoding: The encoding, with its limit of claimed bytes.
        limits: Bounds of depth and of zero-sized elements.
        trailing: As for `decode`.
        lazy: As for `decode`.
        arrays: As for `decode`.

    Returns:
        A function of the data, which raises `DecodeError` as `decode` does.
    """
    if not isinstance(encoding, Encoding):
        check_arrays(lazy, arrays, packed=True)
        if trailing != "ignore":
            return encoding.decoder(payload, limits)
        kept = encoding
        return lambda data: kept.decode_prefix(bytes_of(data), payload, limits)[0]
    check_arrays(lazy, arrays)
    layout = cached_layout(payload, encoding)
    limit = limit_of(layout, encoding)
    refuses = _refuses(trailing, encoding)
    if lazy:
        check_end = refuse_trailing if refuses else None
        return lazy_reader(layout, limit, limits, arrays, check_end)

    small: Reader | None = None
    is_usual, most = limits == DEFAULT_LIMITS, LARGE if limit is None else limit // CLAIMED_PER_BYTE

    def read(data: bytes | bytearray | memoryview) -> Any:
        nonlocal small
        given = data if type(data) is bytes else bytes_of(data)
        size = len(given)
        if small is not None and size <= most and size <= LARGE:
            try:
                value, end = small(given, 0, size, 0, None)
                if end == size or (end < size and not refuses):
                    return value
            except Exception:  # any guard's exception: handled below
                pass
        elif small is None and is_usual:
            small = small_reader(layout)
        value, end = read_value(layout, given, 0, limit, limits)
        if refuses and end != len(given):
            refuse_trailing(given, end)
        return value

    return read


def _refuses(trailing: Trailing | None, encoding: Encoding) -> bool:
    """Return whether bytes after a value are refused: by the rule that is given, or by the encoding's own."""
    if trailing not in (None, "refuse", "ignore"):
        raise ValueError(f"trailing must be 'refuse' or 'ignore', not {trailing!r}")
    return (trailing or encoding.trailing) == "refuse"


def refuse_trailing(data: bytes, end: int) -> None:
    """Refuse bytes after a value.

    Raises:
        DecodeError: There are some.
    """
    if end == len(data):
        return
    raise DecodeError(
        left_over(len(data) - end, "after the value"),
        offset=end,
        hint='trailing="ignore" reads the value alone; decode_prefix tells where it ends',
    )


def decode_prefix(
    data: bytes | bytearray | memoryview,
    payload: TypeOf[T],
    encoding: Encoding | Bitcode = BINCODE,
    *,
    offset: int = 0,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[T, int]:
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
    layout = cached_layout(payload, encoding)
    value, end = read_value(layout, data, offset, limit_of(layout, encoding), limits)
    return value, end - offset


def decode_stream(
    source: Source,
    payload: TypeOf[T],
    encoding: Encoding | Bitcode = BINCODE,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> T:
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
    value: T
    with ExactReader(source) as reader:
        if isinstance(encoding, Encoding):
            layout = cached_layout(payload, encoding)
            value = read_stream(layout, reader, limit=limit_of(layout, encoding), limits=limits)
        else:
            value = encoding.decode_stream(reader, payload, limits)
    return value
