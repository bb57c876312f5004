"""Declarations that construct takes but can't run: their documents, and only our errors on any data."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Annotated, Any

import construct as c
import pytest
from construct import this

from snapformat import (
    CRC64_JONES,
    SnapshotError,
    SnapshotFormat,
    decode,
    decode_prefix,
    decode_stream,
    encode,
)
from snapformat.docs import build
from snapformat.layout import layout_of, walk
from snapformat.values import dumps


def _integers(width: int) -> list[Any]:
    number = c.BytesInteger(width)
    return [
        number,
        c.BytesInteger(width, signed=True, swapped=True),
        c.Struct("a" / number, "b" / c.Byte),
        c.Array(2, number),
        c.PrefixedArray(c.Byte, number),
        c.Struct("n" / c.Byte, "a" / c.If(this.n, number)),
        c.BitStruct("a" / c.BitsInteger(width), "b" / c.Octet),
        c.Prefixed(number, c.Byte),
        c.PascalString(number, "utf8"),
    ]


#: construct looks at the cases only up to the first that is stored, so the others may be anything.
_SWITCHES = [
    c.Switch(1, {2: c.Byte, 1: None}),
    c.Struct("n" / c.Byte, "v" / c.Switch(this.n, {2: c.Byte, 1: None})),
    c.Struct("n" / c.Byte, "v" / c.Switch(this.n, {2: c.Byte, 1: "Byte"})),
    c.PrefixedArray(c.Byte, c.Switch(1, {2: c.Byte, 1: None})),
    c.Struct(
        "n" / c.Byte, "s" / c.Switch(this.n, {1: c.Struct("v" / c.Switch(this._.n, {2: c.Byte, 1: 5}))})
    ),
]

_NAMED_BY_BYTES = [
    c.Struct(b"a" / c.Byte, "b" / c.Int16ub),
    c.Struct("k" / c.Byte, b"\xff" / c.Int16ub),
    c.Struct("o" / c.Struct(b"a" / c.Int16ub), "b" / c.Byte),
    c.Struct(b"a" / c.NullTerminated(c.GreedyBytes), "b" / c.Int16ub),
    c.Struct(b"a" / c.FocusedSeq("z", "z" / c.Int16ub)),
    c.Array(2, c.Struct(b"a" / c.Int16ub)),
    c.BitStruct(b"a" / c.Octet, "b" / c.Octet),
    c.Renamed(c.Int16ub, b"x"),
]

ODD = [*_integers(0), *_integers(-1), *_SWITCHES, *_NAMED_BY_BYTES]
VALUES = [
    None,
    0,
    1,
    [0, 0],
    "",
    {"a": 0, "b": 1},
    {"n": 1, "v": 5},
    {b"a": 1, "b": 2},
    {"n": 1, "s": {"v": 1}},
]


@pytest.mark.parametrize("struct", ODD, ids=range(len(ODD)))
def test_only_our_errors(struct):
    whole = SnapshotFormat(name="odd", magic=1, version="1.0.0", payload=struct)
    head = SnapshotFormat(name="odd", magic=1, version="1.0.0", payload=tuple[()], checksum=None)
    elements: Any = list[Annotated[Any, struct]]

    def calls(data: bytes) -> list[Any]:
        file = head.new(()).to_bytes() + data
        file += CRC64_JONES.compute(file).to_bytes(8, "little")
        return [
            lambda: decode(data, struct),
            lambda: str(decode(data, struct, lazy=True)),
            lambda: decode_prefix(data, struct),
            lambda: decode_stream(io.BytesIO(data), struct),
            lambda: decode((1).to_bytes(8, "little") + data, elements),
            lambda: dumps(decode_prefix(data, struct)[0], struct),
            lambda: list(walk(layout_of(struct), data)),
            lambda: whole.load(file),
            lambda: str(whole.load(file, lazy=True).data),
        ]

    tries = [call for size in range(5) for call in calls(b"\1\1\2\0\3"[:size])]
    for value in VALUES:
        tries += [
            lambda value=value: encode(value, struct),
            lambda value=value: dumps(value, struct),
            lambda value=value: whole.new(value).to_bytes(),
        ]
    for call in tries:
        with suppress(SnapshotError):
            call()


@pytest.mark.parametrize("struct", ODD, ids=range(len(ODD)))
def test_documents(struct):
    format_ = SnapshotFormat(name="odd", magic=1, version="1.0.0", payload=struct)
    for what in (format_, struct):
        assert build([what], outputs=("html", "markdown", "json")).files
