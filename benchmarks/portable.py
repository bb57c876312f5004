"""The library without the machine, in the same process: by layouts first used while the machine is off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from snapformat import Encoding, SnapshotFormat
from snapformat.encodings.bincode.codec import engine

#: As it is where no compiler is.
PORTABLE = "snapformat, Python only"


@contextmanager
def without_machine() -> Iterator[None]:
    """Layouts that are used for the first times meanwhile are never executed by the machine."""
    core, engine.CORE = engine.CORE, None
    try:
        yield
    finally:
        engine.CORE = core


def other_encoding(encoding: Encoding) -> Encoding:
    """An encoding with the same bytes, for which other code is made: only its limit differs."""
    return replace(encoding, limit=(encoding.limit or 1 << 40) + 1)


def portable_format(format_: SnapshotFormat, file: bytes) -> SnapshotFormat:
    """A format with the same files, whose data is a tuple of one: another layout of the same bytes."""
    payload: Any = getattr(format_.payload_kind, "cls", None) or format_.payload
    made: Any = replace(format_, name=f"{format_.name}-portable", payload=tuple[payload])
    with without_machine():
        for _ in range(3):
            assert made.load(file).to_bytes() == file
    return made  # type: ignore[no-any-return]  # `replace` of Any
