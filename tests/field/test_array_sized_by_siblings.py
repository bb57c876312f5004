"""timrid/construct-typing#7, #27: a class with a picture whose pixels are `this.width * this.height` many."""

from __future__ import annotations

from typing import Annotated, Any

import construct as c
import pytest

from snapformat import SnapshotFormat, decode, doc, encode, schema
from snapformat.bincode import u8

CASES = {
    "Array": (Annotated[list[int], c.Array(c.this.width * c.this.height, c.Byte)], [97, 98]),
    "Bytes": (Annotated[bytes, c.Bytes(c.this.width)], b"ab"),
    "Switch": (Annotated[Any, c.Switch(c.this.width, {2: c.Int16ub})], 0x6162),
    "a function": (Annotated[bytes, c.Bytes(lambda context: context.width)], b"ab"),
    "If": (Annotated[Any, c.If(c.this.width == 2, c.Int16ub)], 0x6162),
    "FixedSized": (Annotated[bytes, c.FixedSized(c.this.width, c.GreedyBytes)], b"ab"),
    "Padded": (Annotated[int, c.Padded(c.this.width, c.Int16ub)], 0x6162),
    "a Struct": (Annotated[Any, c.Struct("d" / c.Bytes(c.this._.width))], c.Container(d=b"ab")),
    "a Sequence": (Annotated[Any, c.Sequence(c.Bytes(c.this._.height), c.Byte)], [b"a", 98]),
}
DATA = b"\2\1ab"


@pytest.mark.parametrize("name", CASES)
def test_it_works_as_in_a_struct(name: str) -> None:
    field, wanted = CASES[name]

    @schema
    class Image:
        """A picture."""

        width: u8 = doc("Width")
        height: u8 = doc("Height")
        pixels: field = doc("Pixels")  # type: ignore[valid-type]

    (mark,) = field.__metadata__
    struct = c.Struct("width" / c.Byte, "height" / c.Byte, "pixels" / mark)
    assert struct.parse(DATA).pixels == wanted
    form = SnapshotFormat(name="image", magic=1, version="1.0.0", payload=Image)
    for _ in range(3):
        assert decode(DATA, Image).pixels == wanted
        assert encode(Image(2, 1, wanted), Image) == DATA
    file = form.new(Image(2, 1, wanted)).to_bytes()
    assert form.load(file, lazy=True).data.pixels == form.struct.parse(file).data.pixels == wanted
