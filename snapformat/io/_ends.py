"""What may stand at either end: paths, file objects and buffers, how they are told apart and named."""

from __future__ import annotations

import os
from typing import Any, Protocol, TypeAlias


class SupportsRead(Protocol):
    """A binary file object, as far as reading goes: `open(path, "rb")`, `io.BytesIO`, a socket's file."""

    def read(self, size: int, /) -> bytes | None:
        """Return at most `size` bytes, b"" at the end, None where nothing has come yet."""


class SupportsWrite(Protocol):
    """A binary file object, as far as writing goes."""

    def write(self, data: bytes, /) -> int | None:
        """Take some or all of `data`; return how many bytes, or None (see `write_all`)."""


Source: TypeAlias = str | os.PathLike[str] | SupportsRead | bytes | bytearray | memoryview
"""Where bytes come from: a path, a binary file object, or the bytes themselves."""

Target: TypeAlias = str | os.PathLike[str] | SupportsWrite
"""Where bytes go: a path or a binary file object."""


def path_of(end: object) -> str | None:
    """Return the path that `end` stands for, or None where it is no path.

    A path is asked for before a file object: some path classes have a `read` of their own.
    """
    # What `os.PathLike` asks of a class, without its detour.
    if isinstance(end, str) or hasattr(type(end), "__fspath__"):
        return os.fsdecode(end)  # type: ignore[arg-type]  # one or the other
    return None


def name_of(stream: object) -> str | None:
    """Return the name of a file object for messages, or None: sockets and pipes carry a number."""
    try:
        name: Any = getattr(stream, "name", None)
    except Exception:  # some compressed files have none once they are closed
        return None
    # That of a gzip file without one is empty.
    return os.fsdecode(name) if isinstance(name, str | bytes) and name else None


def wrong_source(source: object) -> TypeError:
    """Make the error for a source of none of the accepted kinds."""
    return TypeError(
        "expected a path (str or os.PathLike), a binary file object or a bytes-like object "
        f"(bytes, bytearray, memoryview), got {type(source).__name__}"
    )


def bytes_of(data: object) -> bytes:
    """Return the bytes of a bytes-like object, where nothing else will do.

    Raises:
        TypeError: It is something else; for a path and a file object it names the calls that take them.
    """
    try:
        # Whatever has a buffer: an array or a mapped file, too.
        return data if type(data) is bytes else bytes(memoryview(data))  # type: ignore[arg-type]
    except TypeError:
        found, advice = type(data).__name__, ""
    if isinstance(data, str) or hasattr(type(data), "__fspath__"):
        found = "a path"
    elif callable(getattr(data, "read", None)):
        found = f"a file object ({found})"
    if found.startswith("a "):
        advice = ": decode_stream reads a value from that, SnapshotFormat.load a whole snapshot"
    raise TypeError(f"expected the bytes themselves (bytes, bytearray, memoryview), got {found}{advice}")


def wrong_target(target: object) -> TypeError:
    """Make the error for a target of none of the accepted kinds."""
    return TypeError(
        f"expected a path (str or os.PathLike) or a binary file object, got {type(target).__name__}"
    )


def text_mode(stream: object, mode: str) -> TypeError:
    """Make the error for a file object that deals in str."""
    name = name_of(stream)
    place = f" ({name})" if name is not None else ""
    return TypeError(
        f"expected a binary file object, got {type(stream).__name__}{place} in text mode: "
        f'open it with "{mode}", or pass its .buffer'
    )
