"""What every suite does with a row: its type, its value, and the library's calls with this encoding."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import snapformat
from bitcode import data
from bitcode.data import BitcodeRow
from snapformat.bincode import Encoding
from snapformat.encodings.bitcode.packing import ColumnInput
from snapformat.encodings.bitcode.reader import BitcodeReader
from snapformat.encodings.bitcode.writer import BitcodeWriter
from snapformat.errors import DecodeError
from snapformat.limits import DEFAULT_LIMITS
from vectors.checks import CountingReader, assert_bytes, assert_same, short
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
        """Write a value; the reference must write the same bytes."""
        data = snapformat.encode(value, self.annotation, BITCODE)
        writer = BitcodeWriter(DEFAULT_LIMITS)
        writer.write(BITCODE.kind_of(self.annotation), value)
        assert_bytes(writer.written(), data, "the reference's encode")
        return data

    def decode(self, data: bytes) -> Any:
        return snapformat.decode(data, self.annotation, BITCODE)

    def by_reference(self, data: bytes) -> tuple[Any, int]:
        """Read a message by the reference; gives the value and the size of the message."""
        reader = BitcodeReader(ColumnInput(data, 0, len(data)), DEFAULT_LIMITS)
        return reader.read(BITCODE.kind_of(self.annotation)), reader.pos

    def by_decoder(self, data: bytes) -> Any:
        return snapformat.decoder(self.annotation, BITCODE)(data)

    def decode_prefix(self, data: bytes) -> tuple[Any, int]:
        return snapformat.decode_prefix(data, self.annotation, BITCODE)

    def decode_stream(self, data: bytes) -> tuple[Any, int]:
        """The value, and how many bytes were taken from the stream."""
        stream = CountingReader(data)
        return snapformat.decode_stream(stream, self.annotation, BITCODE), stream.taken

    def verdict(self, data: bytes) -> Any:
        """The value of a message that may be damaged; all ways to read it must agree.

        Raises:
            DecodeError: It is refused.
        """
        refused = self._refusal(self.by_reference, data)
        if refused is not None:
            for read in (self.decode, self.decode_prefix, self.decode_stream):
                other = self._refusal(read, data)
                assert other is not None, f"{read} reads {short(data.hex())}, the reference says {refused}"
                assert (str(other), other.path, other.offset) == (str(refused), refused.path, refused.offset)
            raise refused
        wanted, size = self.by_reference(data)
        for how, (got, taken) in (
            ("decode_prefix", self.decode_prefix(data)),
            ("decode_stream", self.decode_stream(data)),
        ):
            assert_same(self.shape, got, wanted, how)
            assert taken == size, f"{how} took {taken} bytes of {short(data.hex())}, the reference {size}"
        got = self.decode(data)
        assert_same(self.shape, got, wanted, "decode")
        return got

    @staticmethod
    def _refusal(read: Callable[[bytes], Any], data: bytes) -> DecodeError | None:
        try:
            read(data)
        except DecodeError as error:
            return error
        return None

    def each_way(self, data: bytes) -> dict[str, Any]:
        """The value of a message by every way to read it; each takes all of it and no more."""
        found = {"decode": self.decode(data), "decoder": self.by_decoder(data)}
        for behind in (b"", b"\xaa", b"\0" * 9):
            for name, read in (
                ("decode_prefix", self.decode_prefix),
                ("decode_stream", self.decode_stream),
                ("the reference", self.by_reference),
            ):
                how = f"{name} before {len(behind)} bytes"
                found[how], taken = read(data + behind)
                assert taken == len(data), f"{how} took {taken} bytes of {short(data.hex())}"
        return found
