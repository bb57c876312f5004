"""Sources and targets: paths, file objects and buffers, and their names in messages."""

from __future__ import annotations

import os
from typing import Any, Protocol, TypeAlias


class SupportsRead(Protocol):
    """A readable binary file object: `open(path, "rb")`, `io.BytesIO`, a socket's file."""

    def read(self, size: int, /) -> bytes | None:
        """Return at most `size` bytes, b"" at the end, or None if no data is available yet."""


class SupportsWrite(Protocol):
    """A writable binary file object."""

    def write(self, data: bytes, /) -> int | None:
        """Write some or all of `data`; return the number of bytes written, or None (see `write_all`)."""


Source: TypeAlias = str | os.PathLike[str] | SupportsRead | bytes | bytearray | memoryview
"""A path, a binary file object, or a bytes-like object."""

Target: TypeAlias = str | os.PathLike[str] | SupportsWrite
"""A path or a binary file object."""


def path_of(end: object) -> str | None:
    """Return the path that `end` is, or None if it is not a path.

    Paths are checked before file objects, as some path classes have a method `read`.
    """
    # Does the check of `os.PathLike`, faster.
    if isinstance(end, str) or hasattr(type(end), "__fspath__"):
        return os.fsdecode(end)  # type: ignore[arg-type]  # one or the other
    return None


def name_of(stream: object) -> str | None:
    """Return the name of a file object for messages, or None; the name of a socket or pipe is a number."""
    try:
        name: Any = getattr(stream, "name", None)
    except Exception:  # the property of some closed compressed files raises
        return None
    # The name of a gzip file without a name is empty.
    return os.fsdecode(name) if isinstance(name, str | bytes) and name else None


def wrong_source(source: object) -> TypeError:
    """Make the error for a source of an unsupported type."""
    return TypeError(
        "expected a path (str or os.PathLike), a binary file object or a bytes-like object "
        f"(bytes, bytearray, memoryview), got {type(source).__name__}"
    )


def bytes_of(data: object) -> bytes:
    """Return the bytes of a bytes-like object.

    Raises:
        TypeError: It is not bytes-like. For a path or a file object, the message names the functions that
            accept one.
    """
    try:
        # Anything that supports the buffer protocol, also an array or a mapped file.
        return data if type(data) is bytes else bytes(memoryview(data))  # type: ignore[arg-type]
    except TypeError:
        found, advice = type(data).__name__, ""
    if isinstance(data, str) or hasattr(type(data), "__fspath__"):
        found = "a path"
    elif callable(getattr(data, "read", None)):
        found = f"a file object ({found})"
    if found.startswith("a "):
        advice = ": use decode_stream to read a value from it, or SnapshotFormat.load to read a snapshot"
    raise TypeError(f"expected a bytes-like object (bytes, bytearray, memoryview), got {found}{advice}")


def wrong_target(target: object) -> TypeError:
    """Make the error for a target of an unsupported type."""
    return TypeError(
        f"expected a path (str or os.PathLike) or a binary file object, got {type(target).__name__}"
    )


def text_mode(stream: object, mode: str) -> TypeError:
    """Make the error for a file object in text mode."""
    name = name_of(stream)
    place = f" ({name})" if name is not None else ""
    return TypeError(
        f"expected a binary file object, got {type(stream).__name__}{place} in text mode: "
        f'open it with "{mode}", or pass its .buffer'
    )
