"""Encodings by name, for the command line and project files."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from snapformat.bincode import FIRECRACKER, Encoding
from snapformat.errors import SchemaError

if TYPE_CHECKING:
    from snapformat.encodings.bitcode.encoding import Bitcode

#: Encodings by name. The names of bincode's are those of the Rust calls that they are the bytes of.
PRESETS: dict[str, Callable[[], Encoding | Bitcode]] = {
    "bincode1": lambda: Encoding(limit=None),
    "bincode1-options": lambda: Encoding("variable", limit=None),
    "bincode2-standard": lambda: Encoding("variable", limit=None),
    "bincode2-legacy": lambda: Encoding(limit=None),
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
        raise SchemaError(f"unknown encoding {name!r}; known: {', '.join(PRESETS)}")
    return make()
