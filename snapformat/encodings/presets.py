"""Encodings by name, for the command line and project files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from snapformat.bincode import FIRECRACKER, Encoding
from snapformat.errors import SchemaError

if TYPE_CHECKING:
    from snapformat.encodings.bitcode.encoding import Bitcode

#: Encodings by name: those of the presets of `Encoding`.
PRESETS: dict[str, Callable[[], Encoding | Bitcode]] = {
    "bincode1": Encoding.bincode1,
    "bincode1-options": Encoding.bincode1_options,
    "bincode2-standard": Encoding.bincode2_standard,
    "bincode2-legacy": Encoding.bincode2_legacy,
    "borsh": Encoding.borsh,
    "bcs": Encoding.bcs,
    "postcard": Encoding.postcard,
    "short-vec": Encoding.short_vec,
    "bitcode": Encoding.bitcode,
    "firecracker": lambda: FIRECRACKER,
}


def preset(name: str) -> Encoding | Bitcode:
    """Return the encoding of a name: `bincode1`, `bincode2-standard` and so on.

    Raises:
        SchemaError: There is no such name.
    """
    make = PRESETS.get(name.replace("_", "-"))
    if make is None:
        from difflib import get_close_matches  # imported here, as most names are correct

        close = get_close_matches(name, PRESETS, 1)
        meant = f"did you mean {close[0]}? Known" if close else "known"
        raise SchemaError(f"unknown encoding {name!r}; {meant}: {', '.join(PRESETS)}")
    return make()
