"""`with` over what has a `close`."""

from __future__ import annotations

from types import TracebackType
from typing import Self


class Closing:
    """The base of what is closed at the end of a `with` block."""

    __slots__ = ()

    def close(self) -> None:
        """Close it."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
