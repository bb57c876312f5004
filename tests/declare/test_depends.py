"""`doc(depends=...)`: why it is not enough to change a field."""

from __future__ import annotations

from snapformat import SnapshotFormat, doc, schema
from snapformat.bincode import u8, u32
from snapformat.inspect.query import select
from snapformat.layout import layout_of
from snapformat.layout.compare import compare


@schema
class Size:
    width: u8 = doc("Width", depends="the pixels have this width")
    height: u8 = doc("Height")


@schema(name="Size")
class Plain:
    width: u8
    height: u8


@schema
class Image:
    size: Size | None = doc("Size", depends="the pixels are of this size")
    offsets: list[u32] = doc("Offsets", depends="the pixels begin there")


FORMAT = SnapshotFormat(name="images", magic=1, version="1.0.0", payload=Image)


def test_a_location_tells_why():
    snapshot = FORMAT.new(Image(Size(1, 2), [3]))
    for path, why in {
        "$": "",
        "size": "the pixels are of this size",
        "size.width": "the pixels have this width",
        "size.height": "",
        "offsets": "the pixels begin there",
        "offsets[0]": "",
        "$header.version": "",
    }.items():
        (found,) = select(snapshot, path)
        assert found.depends == why, path
        assert found.opened().depends == why, path


def test_the_bytes_do_not_change():
    assert compare(layout_of(Size), layout_of(Plain)) == []
