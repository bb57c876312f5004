"""What every suite does with a row: its type, its encoding, its value, and the comparisons.

Values are compared twice: as trees of serde calls made by type (bits of floats, widths of integers and names
included), and by the library's own `==`, which a NaN makes meaningless.
"""

from __future__ import annotations

import io
import re
from functools import cache
from typing import Any

import snapformat
from snapformat.bincode import Encoding
from snapformat.errors import SnapshotError
from snapformat.layout import layout_of
from vectors import data
from vectors.compounds import EnumShape, Fields, StructShape
from vectors.data import Row
from vectors.rust_build import World
from vectors.shapes import Shape, expand, has_nan


@cache
def world() -> World:
    """The declarations of the vectors' types.json."""
    return World.load(data.folder())


@cache
def encoding(config: str, limit: int | None) -> Encoding:
    """A row's configuration: without a limit unless the row has one."""
    return Encoding(**data.CONFIGS[config], limit=limit)


class Case:
    """A row with single values: its shape, annotation and encoding."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.shape: Shape = world().shape(row["rust_type"])
        self.annotation: Any = world().annotation(row["rust_type"])
        self.encoding = encoding(row["config"], row.get("limit"))

    def encode(self, value: Any) -> bytes:
        return snapformat.encode(value, self.annotation, self.encoding)

    def decode_prefix(self, data: bytes) -> tuple[Any, int]:
        return snapformat.decode_prefix(data, self.annotation, self.encoding)

    def decode_stream(self, data: bytes) -> tuple[Any, int]:
        """The value, and how many bytes were taken from the stream."""
        stream = CountingReader(data)
        return snapformat.decode_stream(stream, self.annotation, self.encoding), stream.taken

    def by_op(self, data: bytes) -> tuple[Any, int]:
        """Decode as the row's `op` says."""
        return DECODERS[self.row["op"]](self, data)

    @property
    def construct(self) -> Any:
        """The type's construct, to be used without the library."""
        return self.encoding.construct(self.annotation)


DECODERS = {
    "decode_from_slice": Case.decode_prefix,
    "decode_from_std_read": Case.decode_stream,
    "bincode1::deserialize_from": Case.decode_stream,
}


class CountingReader(io.RawIOBase):
    """A stream that can't be rewound and counts what is taken from it."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = memoryview(data)
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._data[self.taken : self.taken + len(buffer)]
        buffer[: len(part)] = part
        self.taken += len(part)
        return len(part)


def value_of(shape: Shape, row: Row) -> Any:
    """The Python value for a row's `value`; its tree of serde calls must be the row's `model`."""
    value = shape.from_value(row["value"])
    if "model" in row:
        model = shape.to_model(value)
        assert model == expand(row["model"]), f"value and model of {row.id} differ through {shape.source}"
    return value


def assert_same(shape: Shape, got: Any, wanted: Any, how: str) -> None:
    """Hold a decoded value against the wanted one."""
    model = shape.to_model(wanted)
    assert shape.to_model(got) == model, f"{how}: got {short(got)}, wanted {short(wanted)}"
    if not has_nan(model):
        assert got == wanted, f"{how}: equal as serde calls, but {short(got)} != {short(wanted)}"


def assert_bytes(got: bytes, wanted: bytes, how: str) -> None:
    assert type(got) is bytes, f"{how}: {type(got).__name__} instead of bytes"
    assert got == wanted, f"{how}: got {short(got.hex())}, wanted {short(wanted.hex())}"


def assert_names(shape: Shape, annotation: Any) -> None:
    """Hold the names and styles of a struct or enum in the library against serde's, found by other rules.

    bincode writes no names, so the bytes can't show a rename that went wrong.
    """
    kind: Any = layout_of(annotation, Encoding()).kind
    if isinstance(shape, EnumShape):
        got = [(v.name, v.index, v.style, _field_names(v.payload)) for v in kind.variants]
        assert got == [(v.name, v.index, v.style, _shape_names(v.fields)) for v in shape.variants]
        assert kind.name == shape.name
    elif isinstance(shape, StructShape) and not shape.transparent:
        assert (kind.style, _field_names(kind)) == (shape.fields.style, _shape_names(shape.fields))
        assert kind.name == shape.name


def _field_names(kind: Any) -> list[str] | int:
    """Names of a kind's fields; how many there are where they go by position."""
    if kind is None:
        return 0
    return [field.name for field in kind.fields] if kind.style == "struct" else len(kind.fields)


def _shape_names(fields: Fields | None) -> list[str] | int:
    if fields is None:
        return 0
    return [item.name for item in fields.items] if fields.style == "struct" else len(fields.items)


def assert_error(error: SnapshotError, row: Row) -> None:
    """Hold an error against the row: the class, and what the class carries."""
    assert error.code == row["error_class"], f"got {error.code} ({error}), wanted {row['error_debug']}"
    debug = row.get("error_debug", "")
    if error.code == "InvalidMagic":
        (magic,) = re.findall(r"InvalidMagic\((\d+)\)", debug)
        assert getattr(error, "magic", None) == int(magic)
    elif error.code == "InvalidFormatVersion":
        assert str(getattr(error, "version", None)) == version_in(debug)


def version_in(debug: str) -> str:
    """The version in Rust's debug text: `Version { major: 1, ..., pre: Prerelease("a") }` is `1.2.3-a`."""
    text = ".".join(re.findall(r"(?:major|minor|patch): (\d+)", debug))
    for sign, part in (("-", "Prerelease"), ("+", "BuildMetadata")):
        text += "".join(sign + found for found in re.findall(rf'{part}\("([^"]*)"\)', debug))
    return text


def short(value: Any) -> str:
    """A value for a message, cut."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 300 else f"{text[:200]}...{text[-60:]} ({len(text)} characters)"
