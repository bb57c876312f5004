"""How far constructs have read that go back: a payload ends where the last of its bytes was read."""

from __future__ import annotations

from typing import Any

import construct as c

from snapformat.encodings.construct.bounded import claim_again
from snapformat.model.from_construct import constructs_in
from snapformat.model.graph import walk_kinds
from snapformat.model.kinds import Kind, Opaque, Run


class Reach:
    """The furthest place that was read.

    Attributes:
        furthest: Position after it, from the start of the data; 0 if nothing went back.
    """

    __slots__ = ("furthest",)

    def __init__(self) -> None:
        self.furthest: int = 0

    def note(self, position: int) -> None:
        """Note that a construct has read up to a position, before it goes elsewhere."""
        self.furthest = max(self.furthest, position)


def goes_back(kind: Kind) -> bool:
    """Return whether a construct may read bytes beyond the place where it ends."""
    return kind.derive(goes_back, lambda: any(map(_goes_back, walk_kinds(kind))))


def is_located(kind: Kind) -> bool:
    """Return whether a construct may look at positions, at the end of the data, or at its context."""
    return kind.derive(is_located, lambda: any(map(_is_located, walk_kinds(kind))))


def _is_located(kind: Kind) -> bool:
    return getattr(kind, "subcons", None) is not None or (isinstance(kind, Run) and not kind.is_pure)


def _goes_back(kind: Kind) -> bool:
    if isinstance(kind, Opaque):
        return any(isinstance(sub, _JUMPING) for sub in constructs_in(kind.construct))
    return isinstance(kind, Run) and isinstance(kind.construct, _JUMPING)


_JUMPING = (c.Pointer, c.Seek)
#: Key in construct's outermost context: the stream of the data, and its `Reach`. Streams that constructs make
#: have positions of their own.
REACH = "_snapformat_reach"


def _note(stream: Any, context: Any) -> None:
    of_data, reach = context.get("_params", {}).get(REACH, (None, None))
    if reach is not None and stream is of_data:
        reach.note(stream.tell())


class _Pointer(c.Pointer):  # type: ignore[misc]  # construct is untyped
    """construct's `Pointer`, which notes how far it has read."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        offset = c.evaluate(self.offset, context)
        stream = c.evaluate(self.stream, context) or stream
        before = c.stream_tell(stream, path)
        c.stream_seek(stream, offset, 2 if offset < 0 else 0, path)
        start = c.stream_tell(stream, path)
        value = self.subcon._parsereport(stream, context, path)
        _note(stream, context)
        claim_again(c.stream_tell(stream, path) - start, context)
        c.stream_seek(stream, before, 0, path)
        return value


class _Seek(c.Seek):  # type: ignore[misc]  # construct is untyped
    """construct's `Seek`, which notes how far was read before it."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        _note(stream, context)
        before = c.stream_tell(stream, path)
        found = super()._parse(stream, context, path)
        claim_again(before - c.stream_tell(stream, path), context)
        return found


#: The replacement of each construct class.
JUMPING: dict[type, type] = {c.Pointer: _Pointer, c.Seek: _Seek}
