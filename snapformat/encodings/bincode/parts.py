"""Reading the parts of a construct that construct runs, with an event for each."""

from __future__ import annotations

import copy
import io
from typing import TYPE_CHECKING, Any

import construct as c

from snapformat.errors import DecodeError
from snapformat.model.kinds import Choice, Fields, Focus, Grouped, Items, Kind, Raw, Repeat, Run

if TYPE_CHECKING:
    from snapformat.encodings.bincode.reader import BincodeReader


def with_events(kind: Run, reader: BincodeReader) -> Run:
    """Return a kind whose construct reads its parts by their kinds, with events and paths."""
    made = reader.watched.get(kind)
    if made is None:
        made = reader.watched[kind] = _with_events(kind, reader)
    return made


def _with_events(kind: Run, reader: BincodeReader) -> Run:
    parts = [_Part(sub, inner, index, kind, reader) for index, (sub, inner) in enumerate(kind.parts)]
    made = copy.copy(kind.construct)
    if isinstance(kind, Grouped):
        made.subcons = parts  # by position: one construct may occur in several
    else:
        (part,) = parts
        setattr(made, "checksumfield" if isinstance(made, c.Checksum) else "subcon", part)
    return Run(_at_once(made), kind.cost, kind.is_pure, kind.reads_context)


def _at_once(sub: Any) -> Any:
    """Return a construct that reads at once what another one defers."""
    if type(sub) is c.LazyStruct:
        return c.Struct(*(part if part.name else _Skipped(part) for part in sub.subcons))
    if type(sub) is c.LazyArray:
        return c.Array(sub.count, sub.subcon)
    return _Now(sub.subcon) if type(sub) is c.Lazy else sub


class _Now(c.Subconstruct):  # type: ignore[misc]  # construct is untyped
    """A part that a `Lazy` reads later; what can't be read now may be read then."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        start = c.stream_tell(stream, path)
        try:
            return self.subcon._parsereport(stream, context, path)
        except c.ExplicitError:
            raise
        except Exception:
            size = self.subcon._actualsize(stream, context, path)
            c.stream_seek(stream, start + size, 0, path)
            return None


class _Skipped(c.Subconstruct):  # type: ignore[misc]  # construct is untyped
    """A part that a `LazyStruct` does not read if its size is known: nobody can ask for it."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        try:
            size = self.subcon._actualsize(stream, context, path)
        except c.SizeofError:
            return self.subcon._parsereport(stream, context, path)
        return c.stream_seek(stream, size, 1, path)


class _Part(c.Construct):  # type: ignore[misc]  # construct is untyped
    """A part that a reader reads by its kind."""

    def __init__(self, sub: Any, kind: Kind, index: int, whole: Run, reader: BincodeReader) -> None:
        super().__init__()
        self.__dict__.update(name=sub.name, docs=sub.docs, flagbuildnone=sub.flagbuildnone)
        self._sub, self._kind, self._index, self._whole, self._reader = sub, kind, index, whole, reader

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_sub"], name)

    def _sizeof(self, context: Any, path: str) -> Any:
        return self._sub._sizeof(context, path)

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        reader = self._reader
        state, before, left = reader.state(), len(reader.events or ()), reader.budget.left
        reader.path.extend(self._steps(context))
        reader.scope = context
        try:
            in_place = reader.has_stream(stream)
            value = self._read_in_place(stream) if in_place else self._read_elsewhere(stream)
        except c.StopFieldError:
            raise
        except Exception as error:
            reader.restore(state)
            reader.budget.left = left
            if reader.events and self._may_fail():
                del reader.events[before:]
            raise _of_construct(error, path, is_final=reader.is_exhausted) from error
        finally:
            reader.restore(state)
        if isinstance(value, c.Container):
            value.setdefault("_io", stream)  # as construct's own values have
        return value

    def _actualsize(self, stream: Any, context: Any, path: str) -> Any:
        return self._sub._actualsize(stream, context, path)

    def _may_fail(self) -> bool:
        """Return whether construct goes on if this part can't be read."""
        whole = self._whole
        return isinstance(whole, Repeat | Choice) or isinstance(whole.construct, c.Peek | c.Lazy)

    def _steps(self, context: Any) -> list[Any]:
        if isinstance(self._whole, Repeat):
            return [context["_index"]]
        if isinstance(self._whole, Focus) and self._whole.position in (self._index, None):
            return []  # its value is, or may be, that of the whole
        if isinstance(self._whole, Fields | Focus):
            return [self.name] if self.name else []
        if isinstance(self._whole, Items):
            return [self._index]
        return ["value"] if isinstance(self._whole, Raw) else []

    def _read_in_place(self, stream: Any) -> Any:
        reader = self._reader
        start, left = stream.tell() + reader.origin, reader.budget.left
        reader.pos = start
        value = reader.read(self._kind)
        stream.seek(reader.pos - reader.origin)
        if left - reader.budget.left <= reader.pos - start:
            reader.budget.left = left  # the whole claims the bytes, once
        return value

    def _read_elsewhere(self, stream: Any) -> Any:
        """Read from bytes that construct has made of those of the file."""
        reader = self._reader
        # Bytes that others are made of are claimed; the others are free. Of a byte, 8 bits are made.
        left, most = reader.budget.left, 8 * len(reader.data)
        state = reader.elsewhere(stream)
        reader.budget.left += len(reader.data) if isinstance(stream, io.BytesIO) else most
        try:
            value = reader.read(self._kind)
            stop = reader.pos - reader.origin
        finally:
            reader.budget.left = min(left, reader.budget.left)
            reader.return_from(state)
        if isinstance(stream, io.BytesIO):  # from others, no more was read
            stream.seek(stop)
        return value


def _of_construct(error: Exception, path: str, *, is_final: bool) -> Exception:
    """Return an exception that construct treats as that of the part itself: whether it goes on without it."""
    cause: BaseException | None = error
    while isinstance(cause, DecodeError):
        cause = cause.__cause__
    made: Exception = RuntimeError(str(error))
    if isinstance(cause, RecursionError | MemoryError):
        made = type(cause)(str(error))
    elif is_final or isinstance(cause, c.ExplicitError):
        made = c.ExplicitError(str(error), path=path)
    elif cause is None or isinstance(cause, c.ConstructError):
        made = c.ConstructError(str(error), path=path)
    return made
