"""The events of a walk over bytes: the values found, with their places."""

from __future__ import annotations

from typing import Any

from snapformat.lazy_dataclasses import dataclass
from snapformat.path import Segment, format_path


@dataclass(frozen=True, slots=True)
class Event:
    """One value, or one group of values, in the bytes.

    Attributes:
        offset: Where it begins, from the start of the data.
        size: Its size in bytes; 0 for groups (`struct`, `tuple`), and for the fields of bits in bytes that
            have an event of their own.
        kind: `u8` to `i128`, `f32`, `f64`, `bool`, `char`, `strlen`, `str`, `byteslen`, `bytes`, `option`,
            `seqlen`, `maplen`, `variant`, `struct`, `tuple`, `unit` and those of construct's own classes.
        segments: The value path.
        value: The value; for `struct` its name and number of fields (`VmInfo/5`), for `option` `Some` or
            `None`, for `variant` `Enum::Variant=index (style)`.
    """

    offset: int
    size: int
    kind: str
    segments: tuple[Segment, ...]
    value: Any

    @property
    def path(self) -> str:
        """The value path as text, such as `$.vcpu_states[0].regs`."""
        return format_path(self.segments)
