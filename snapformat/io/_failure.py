"""From what the operating system says to what the caller gets."""

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
    """Make an error of the tree that says in words what failed, with the errno of its cause.

    Args:
        kind: The class of the error.
        doing: What was tried, such as `cannot open`.
        cause: What the system or the file object raised. Python's own may lack an errno
            (`io.UnsupportedOperation`); the error then has none either.
        file: Name for the message, or None.
        offset: Bytes that went before, or None.
        expected: What would have been right, or None.
        found: What there was, or None.
        hint: What the reader may do about it, or None.
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


#: Kinds of exceptions that a mistake in a program causes, and no bytes and no device.
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
    """A caller's file object failed by an exception that is not an `OSError`: its `__cause__`."""


def object_failure(error: Exception) -> ObjectFailure | None:
    """Make an `OSError` of what a file object raised, or None where that is to pass as it is.

    Compressed files fail by exceptions of their own (`zlib.error`, `lzma.LZMAError`, `zipfile.BadZipFile`),
    or by `EOFError`; so do files that come over a network. Those of mistakes in a program pass (a closed file
    is a `ValueError`), and so do the library's own.
    """
    if isinstance(error, (*_MISTAKES, SnapshotError)) or type(error) is ValueError:
        return None
    return ObjectFailure(errno.EIO, text_of(error) or type(error).__name__)


def origin_of(cause: OSError) -> BaseException:
    """The exception that the caller's file object raised."""
    return cause.__cause__ or cause if isinstance(cause, ObjectFailure) else cause


def os_error(number: int, words: str | None = None) -> OSError:
    """Make an `OSError` (the subclass that fits) of an errno, in the system's words or in ours."""
    return OSError(number, words if words is not None else os.strerror(number))


def unusable_name(error: ValueError) -> OSError:
    """Turn what Python says of a name that no system call can carry into an `OSError`.

    A NUL character and a lone surrogate never reach the kernel: Python raises ValueError for them.
    The original's Rust reports the same as an I/O error (`InvalidInput`).
    """
    return os_error(errno.EINVAL, f"{os.strerror(errno.EINVAL)}, not a file name: {error}")


def nothing_taken() -> OSError:
    """Make the error for a write that took no byte, in the words of Rust's `write_all`."""
    return OSError("failed to write whole buffer")
