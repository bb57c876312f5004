"""What every suite does with a row: its type, its value, and the library's calls with this encoding."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import snapformat
from bitcode import data
from bitcode.data import BitcodeRow
from snapformat.bincode import Encoding
from vectors.checks import CountingReader, short
from vectors.rust_build import World
from vectors.shapes import Shape

BITCODE = Encoding.bitcode()
_TYPES = Path(__file__).parent / "types.rs"


@cache
def world() -> World:
    """The declarations that rows name; those of the folder are added where they are others."""
    given = data.folder() / "types.rs"
    later = given.read_text(encoding="utf-8") if given.exists() else ""
    return World({"the folder's": later, "ours": _TYPES.read_text(encoding="utf-8")})


class Case:
    """A type: its shape and annotation, and the calls of the library with it."""

    def __init__(self, shape: Shape, annotation: Any) -> None:
        self.shape = shape
        self.annotation = annotation

    @classmethod
    def of(cls, row: BitcodeRow) -> Case:
        """The case of a row's declared type.

        Raises:
            SchemaError: The library refuses the declaration.
        """
        return cls(world().shape(row["rust_type"]), world().annotation(row["rust_type"]))

    def encode(self, value: Any) -> bytes:
        return snapformat.encode(value, self.annotation, BITCODE)

    def decode(self, data: bytes) -> Any:
        return snapformat.decode(data, self.annotation, BITCODE)

    def by_decoder(self, data: bytes) -> Any:
        return snapformat.decoder(self.annotation, BITCODE)(data)

    def decode_prefix(self, data: bytes) -> tuple[Any, int]:
        return snapformat.decode_prefix(data, self.annotation, BITCODE)

    def decode_stream(self, data: bytes) -> tuple[Any, int]:
        """The value, and how many bytes were taken from the stream."""
        stream = CountingReader(data)
        return snapformat.decode_stream(stream, self.annotation, BITCODE), stream.taken

    def each_way(self, data: bytes) -> dict[str, Any]:
        """The value of a message by every way to read it; each takes all of it and no more."""
        found = {"decode": self.decode(data), "decoder": self.by_decoder(data)}
        for behind in (b"", b"\xaa", b"\0" * 9):
            for name, read in (("decode_prefix", self.decode_prefix), ("decode_stream", self.decode_stream)):
                how = f"{name} before {len(behind)} bytes"
                found[how], taken = read(data + behind)
                assert taken == len(data), f"{how} took {taken} bytes of {short(data.hex())}"
        return found
