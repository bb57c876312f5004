"""Replacements for construct classes whose work the size of the data does not bound.

Each has the same result as construct's own class, and claims from the budget of the read: bytes that are read
again, bytes that are uncompressed, levels of a `LazyBound`. A pickle is read only where that is allowed.
They replace construct's classes where this library runs a construct (`encodings.construct.running`).
"""

from __future__ import annotations

import codecs
import io
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import construct as c

from snapformat.encodings.construct.base import budget_of, running
from snapformat.limits import Budget
from snapformat.model.expressions import whole_context

#: Number of bytes uncompressed at once.
_CHUNK = 1 << 18
#: Number of compressed bytes given to a decompressor at once; what follows the end of a stream is copied.
_PIECE = 1 << 13
#: Memory that a decompressor may use in any case: liblzma's own presets need up to 65 MiB.
_LEAST_MEMORY = 1 << 27


class RefusedError(c.ExplicitError):  # type: ignore[misc]  # construct is untyped
    """Something that a limit refuses; as an `ExplicitError`, it stops construct from trying alternatives.

    Attributes:
        reason: Description.
        expected: Text of what would be accepted, or None.
        found: Text of what was found, or None.
    """

    def __init__(
        self, reason: str, expected: str | None = None, found: str | None = None, path: str = "(parsing)"
    ) -> None:
        super().__init__(reason, path=path)
        self.reason = reason
        self.expected = expected
        self.found = found


def claim_again(size: int, context: Any) -> None:
    """Claim bytes that were read, and to which a construct goes back.

    Raises:
        RefusedError: Too many bytes are read again.
    """
    budget = running.budget or budget_of(context, None)
    if not budget.claim_again(max(0, size)):
        raise RefusedError("too many bytes are read more than once", "a small multiple of the data's size")


#: Errors that end a read even where construct tries something else after an error.
_FINAL = (c.ExplicitError, RecursionError, MemoryError)


class _Peek(c.Peek):  # type: ignore[misc]  # construct is untyped
    """construct's `Peek`, whose bytes are read again."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        start = c.stream_tell(stream, path)
        try:
            return self.subcon._parsereport(stream, context, path)
        except _FINAL:
            raise
        except c.ConstructError:
            return None
        finally:
            end = c.stream_tell(stream, path)
            c.stream_seek(stream, start, 0, path)
            claim_again(end - start, context)


class _Select(c.Select):  # type: ignore[misc]  # construct is untyped
    """construct's `Select`, whose bytes are read again by the next alternative."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        for sub in self.subcons:
            start = c.stream_tell(stream, path)
            try:
                return sub._parsereport(stream, context, path)
            except _FINAL:
                raise
            except Exception:
                end = c.stream_tell(stream, path)
                c.stream_seek(stream, start, 0, path)
                claim_again(end - start, context)
        raise c.SelectError("no subconstruct matched", path=path)


class _GreedyRange(c.GreedyRange):  # type: ignore[misc]  # construct is untyped
    """construct's `GreedyRange`: what follows reads the bytes of the element that can't be read again."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        values = c.ListContainer()
        i = 0
        try:
            while True:
                context._index = i
                start = c.stream_tell(stream, path)
                value = self.subcon._parsereport(stream, context, path)
                if not self.discard:
                    values.append(value)
                i += 1
        except c.StopFieldError:
            pass
        except _FINAL:
            raise
        except Exception:
            end = c.stream_tell(stream, path)
            c.stream_seek(stream, start, 0, path)
            claim_again(end - start, context)
        return values


class _Union(c.Union):  # type: ignore[misc]  # construct is untyped
    """construct's `Union`: each field reads the same bytes."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        found = c.Container()
        context = whole_context(context, stream, self._subcons)
        start = c.stream_tell(stream, path)
        ends = {}
        for position, sub in enumerate(self.subcons):
            value = sub._parsereport(stream, context, path)
            ends[position] = c.stream_tell(stream, path)
            claim_again(ends[position] - start, context)
            if sub.name:
                found[sub.name] = context[sub.name] = value
                ends[sub.name] = ends[position]
            c.stream_seek(stream, start, 0, path)
        chosen = c.evaluate(self.parsefrom, context)
        if chosen is not None:
            c.stream_seek(stream, ends[chosen], 0, path)
        return found


class _RawCopy(c.RawCopy):  # type: ignore[misc]  # construct is untyped
    """construct's `RawCopy`, which reads the bytes of its value again."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        value = super()._parse(stream, context, path)
        claim_again(value["length"], context)
        return value


class _LazyBound(c.LazyBound):  # type: ignore[misc]  # construct is untyped
    """construct's `LazyBound`, whose depth is limited."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        budget = budget_of(context, None)
        if budget.depth >= budget.most_levels:
            raise RefusedError("nested too deeply", f"at most {budget.most_levels} levels", path=path)
        budget.depth += 1
        try:
            return super()._parse(stream, context, path)
        finally:
            budget.depth -= 1


class _Pickled(type(c.Pickled)):  # type: ignore[misc]  # construct is untyped
    """construct's `Pickled`, which runs code that the data names."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        if not budget_of(context, None).allow_pickle:
            reason = "a pickle can run any code: only read with allow_pickle=True of the format or Limits"
            raise RefusedError(reason, path=path)
        return super()._parse(stream, context, path)


# --- compressed bytes -----------------------------------------------------------------------------------


def _uncompressed(
    data: bytes, make: Callable[[], Any], budget: Budget, several: type[Exception] | None = None
) -> bytes:
    """Uncompress streams of bytes, and claim what they give before it is kept.

    Args:
        data: The compressed bytes.
        make: Makes a decompressor.
        budget: The remaining claims.
        several: None if only the first stream counts; else the exception for bytes after a stream that are
            no other one, and are ignored.

    Raises:
        RefusedError: They give more bytes than may be claimed.
        EOFError: The last stream is not complete.
    """
    found: list[bytes] = []
    at = 0
    while at < len(data) or not found:
        decompressor = make()
        parts: list[bytes] = []
        try:
            while not decompressor.eof:
                piece = b""
                if decompressor.needs_input:
                    piece = data[at : at + _PIECE]
                    at += len(piece)
                    if not piece:
                        raise EOFError("the compressed data ends too early")
                parts.append(decompressor.decompress(piece, _CHUNK))
                if not budget.claim(len(parts[-1])):
                    parts.clear()  # the error's traceback keeps them
                    raise _too_large(budget)
        except Exception as error:
            if found and several is not None and isinstance(error, several):
                break
            raise
        found.append(b"".join(parts))
        at -= len(decompressor.unused_data or b"")
        if several is None:
            break
    return b"".join(found)


def _too_large(budget: Budget) -> RefusedError:
    return RefusedError(
        "the uncompressed data exceeds the limit of claimed bytes", f"at most {budget.limit} bytes in all"
    )


def _inflated(data: bytes, budget: Budget) -> bytes:
    from snapformat.encodings.inflate import Inflate

    return _uncompressed(data, Inflate, budget)


def _gunzipped(data: bytes, budget: Budget) -> bytes:
    import gzip

    parts: list[bytes] = []
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        while part := file.read(_CHUNK):
            parts.append(part)
            if not budget.claim(len(part)):
                parts.clear()
                raise _too_large(budget)
    return b"".join(parts)


def _bunzipped(data: bytes, budget: Budget) -> bytes:
    import bz2

    return _uncompressed(data, bz2.BZ2Decompressor, budget, OSError) if data else b""


def _unxzed(data: bytes, budget: Budget) -> bytes:
    import lzma

    memory = min(max(_LEAST_MEMORY, budget.left), sys.maxsize)
    make = partial(lzma.LZMADecompressor, lzma.FORMAT_AUTO, memory)
    return _uncompressed(data, make, budget, lzma.LZMAError)


#: Functions by construct's names.
_UNCOMPRESS: dict[str, Callable[[bytes, Budget], bytes]] = {
    "zlib": _inflated,
    "gzip": _gunzipped,
    "bzip2": _bunzipped,
    "lzma": _unxzed,
}
#: construct's names by those of Python's codecs.
_CODECS = {"zlib": "zlib", "bz2": "bzip2"}


class _Compressed(c.Compressed):  # type: ignore[misc]  # construct is untyped
    """construct's `Compressed`, which claims the bytes that it uncompresses."""

    def _decode(self, data: bytes, context: Any, path: str) -> Any:
        name, budget = self.encoding, budget_of(context, None)
        if name not in _UNCOMPRESS:
            name = _CODECS.get(codecs.lookup(name).name)
        if name is not None:
            return _UNCOMPRESS[name](data, budget)
        found = super()._decode(data, context, path)
        if not budget.claim(len(found)):
            raise _too_large(budget)
        return found


class _CompressedLZ4(c.CompressedLZ4):  # type: ignore[misc]  # construct is untyped
    """construct's `CompressedLZ4`, which claims the bytes that it uncompresses."""

    def _decode(self, data: bytes, context: Any, path: str) -> Any:
        return _uncompressed(data, self.lib.LZ4FrameDecompressor, budget_of(context, None))


#: The replacement of each construct class.
BOUNDED: dict[type, Any] = {
    c.Peek: _Peek,
    c.Select: _Select,
    c.GreedyRange: _GreedyRange,
    c.Union: _Union,
    c.RawCopy: _RawCopy,
    c.LazyBound: _LazyBound,
    type(c.Pickled): _Pickled,
    c.Compressed: _Compressed,
    c.CompressedLZ4: _CompressedLZ4,
}
