"""Converting exceptions of the operating system and of file objects to snapformat's errors."""

from __future__ import annotations

import errno
import os
from typing import TypeVar

from snapformat.errors import DecodeIOError, EncodeIOError, SnapshotError, SnapshotIOError
from snapformat.printable import text_of

_Failure = TypeVar("_Failure", SnapshotIOError, DecodeIOError, EncodeIOError)


def failure(
    kind: type[_Failure],
    doing: str,
    cause: OSError,
    *,
    file: str | None,
    offset: int | None = None,
    expected: str | None = None,
    found: str | None = None,
    hint: str | None = None,
) -> _Failure:
    """Make an error that describes the failed action, with the errno of its cause.

    Args:
        kind: The class of the error.
        doing: The failed action, such as `cannot open`.
        cause: The exception of the system or of the file object. If it has no errno
            (`io.UnsupportedOperation`), the error has none either.
        file: Name of the file for the message, or None.
        offset: Number of bytes processed before, or None.
        expected: The expected value in words, or None.
        found: The found value in words, or None.
        hint: Advice for the user, or None.
    """
    words = cause.strerror or text_of(cause) or type(cause).__name__
    return kind(
        f"{doing}: {words}",
        cause=cause,
        file=file,
        offset=offset,
        expected=expected,
        found=found,
        hint=hint,
    )


#: Exceptions caused by a bug in a program, not by data or a device.
_MISTAKES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    MemoryError,
    NameError,
    NotImplementedError,
    RecursionError,
    SyntaxError,
    TypeError,
)


class ObjectFailure(OSError):
    """A caller's file object raised an exception that is not an `OSError`, which is the `__cause__`."""


def object_failure(error: Exception) -> ObjectFailure | None:
    """Convert an exception of a file object to an `OSError`, or return None if it must propagate unchanged.

    Compressed files raise exceptions of their own (`zlib.error`, `lzma.LZMAError`, `zipfile.BadZipFile`) or
    `EOFError`, and so do network files. Exceptions of bugs propagate (a closed file raises `ValueError`), and
    so do the errors of this library.
    """
    if isinstance(error, (*_MISTAKES, SnapshotError)) or type(error) is ValueError:
        return None
    return ObjectFailure(errno.EIO, text_of(error) or type(error).__name__)


def origin_of(cause: OSError) -> BaseException:
    """Return the exception that the caller's file object raised."""
    return cause.__cause__ or cause if isinstance(cause, ObjectFailure) else cause


def os_error(number: int, words: str | None = None) -> OSError:
    """Make an `OSError` (of the matching subclass) from an errno, with the system's message or another."""
    return OSError(number, words if words is not None else os.strerror(number))


def unusable_name(error: ValueError) -> OSError:
    """Convert the ValueError for a file name that can't be passed to the kernel into an `OSError`.

    Python raises ValueError for names with a NUL or a lone surrogate. Rust reports an I/O error
    (`InvalidInput`) for them.
    """
    return os_error(errno.EINVAL, f"{os.strerror(errno.EINVAL)}, not a file name: {error}")


def nothing_taken() -> OSError:
    """Make the error for a write of 0 bytes, with the message of Rust's `write_all`."""
    return OSError("failed to write whole buffer")
