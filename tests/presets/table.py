"""The presets, with the crates that `tests/oracle/presets` holds them against."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, get_args

from snapformat.bincode import Encoding, Length, compact_u16

#: The encoding in which values travel between the programs, and in recorded rows.
BETWEEN = Encoding.bincode1()


@dataclass(frozen=True)
class Preset:
    """A preset.

    Attributes:
        number: Its number in the Rust program.
        name: A name for rows and tests.
        encoding: The encoding.
        without: Types in Rust's text that it can't carry.
        short: Whether the outermost type is a `ShortVec`.
    """

    number: int
    name: str
    encoding: Encoding
    without: str = ""
    short: bool = False

    def can_store(self, declarations: str, text: str) -> bool:
        """Return whether all types are carried, and the outermost is as it must be."""
        if self.short and not text.startswith("Vec<"):
            return False
        return not self.without or re.search(rf"\b({self.without})\b", f"{declarations} {text}") is None

    def annotation(self, annotation: Any) -> Any:
        """Return the annotation for this preset."""
        if not self.short:
            return annotation
        return Annotated[list[get_args(annotation)[0]], Length(compact_u16)]


PRESETS = [
    Preset(0, "bincode1", Encoding.bincode1()),
    Preset(1, "bincode1_options", Encoding.bincode1_options()),
    Preset(2, "bincode1_options, big-endian", Encoding.bincode1_options(byteorder="big")),
    Preset(3, "bincode2_standard", Encoding.bincode2_standard()),
    Preset(4, "bincode2_standard, big-endian", Encoding.bincode2_standard("big")),
    Preset(5, "bincode2_legacy", Encoding.bincode2_legacy()),
    Preset(6, "borsh", Encoding.borsh(), "char"),
    Preset(7, "bcs", Encoding.bcs(), "char|f32|f64"),
    Preset(8, "postcard", Encoding.postcard()),
    Preset(9, "short_vec", Encoding.bincode1(), short=True),
]
BY_NAME = {preset.name: preset for preset in PRESETS}
