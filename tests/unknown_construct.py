"""A construct of a user's own class, of which nothing is known."""

from __future__ import annotations

from typing import Any

import construct as c


class Word(c.Construct):
    """Two bytes as a number, little-endian; it may read its context, as far as anyone can tell."""

    def _parse(self, stream: Any, context: Any, path: str) -> int:
        return int.from_bytes(c.stream_read(stream, 2, path), "little")

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        c.stream_write(stream, obj.to_bytes(2, "little"), 2, path)
        return obj

    def _sizeof(self, context: Any, path: str) -> int:
        return 2
