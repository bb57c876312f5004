"""Compression around a whole file: gzip, zlib and zstd, with a bound on what is unpacked."""

from __future__ import annotations

import gzip
import importlib
import zlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from snapformat.encodings.inflate import Inflate
from snapformat.errors import DecodeError, SchemaError

if TYPE_CHECKING:
    from snapformat.snapshot.spec import Compression

#: `wbits` of zlib, by compression.
_WINDOW = {"gzip": 31, "zlib": 15}
#: Maximum number of bytes given to a decompressor, and taken from it, at once.
_PIECE = 1 << 16
#: The same for the first bytes of a part: bytes that turn out to be those of the next part are copied.
_FIRST = 1 << 10
#: Modules with zstd, of the same interface: that of Python 3.14, and a package for older ones.
_ZSTD = ("compression.zstd", "backports.zstd")


def unpack(data: bytes, compression: Compression, max_size: int) -> bytes:
    """Return the content of compressed data.

    Args:
        data: All bytes: one or more compressed parts one after the other, whose contents are joined.
        compression: The compression.
        max_size: Maximum size of the content in bytes.

    Raises:
        DecodeError: The data are damaged, cut, or of another format; or the content is larger.
        SchemaError: This Python has no zstd, and backports.zstd is not installed.
    """
    new = _zstd_unpacker() if compression == "zstd" else partial(Inflate, _WINDOW[compression])
    found: list[bytes] = []
    size = at = 0
    while at < len(data) or not at:
        part, begin, step = new(), at, _FIRST
        while not part.eof:
            wants = part.needs_input
            given = data[at : at + step] if wants else b""
            at += len(given)
            step = min(2 * step, _PIECE)
            piece = _unpacked(part, given, min(_PIECE, max_size - size + 1), compression, begin)
            size += len(piece)
            if size > max_size:
                raise DecodeError(f"the content of the {compression} file is larger than {max_size} bytes")
            if piece:
                found.append(piece)
            elif not given and wants == part.needs_input and not part.eof:  # no way to go on
                raise DecodeError(f"the {compression} file ends too early", found=f"{len(data)} bytes")
        at -= len(part.unused_data)
    return b"".join(found)


def pack(data: bytes, compression: Compression) -> bytes:
    """Return compressed data; the same for the same data.

    Raises:
        SchemaError: This Python has no zstd, and backports.zstd is not installed.
    """
    if compression == "gzip":
        return gzip.compress(data, mtime=0)
    if compression == "zlib":
        return zlib.compress(data)
    packed: bytes = _zstd().compress(data)
    return packed


def _unpacked(part: Any, given: bytes, most: int, compression: Compression, begin: int) -> bytes:
    """Return the next bytes of the content.

    Raises:
        DecodeError: The data are damaged.
    """
    try:
        piece: bytes = part.decompress(given, most)
    except Exception as error:  # each module has its own
        where = "" if not begin else f" (of the part at offset {begin})"
        raise DecodeError(f"not a {compression} file, or a damaged one{where}: {error}") from error
    return piece


def _zstd_unpacker() -> Callable[[], Any]:
    module = _zstd()
    return lambda: module.ZstdDecompressor()


def _zstd() -> Any:
    """Return a module with zstd.

    Raises:
        SchemaError: There is none.
    """
    for name in _ZSTD:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise SchemaError("zstd needs Python 3.14, or the package backports.zstd")
