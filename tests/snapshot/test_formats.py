"""Families of files that users declare: magics, versions, payloads, checksums, encodings."""

from __future__ import annotations

import dataclasses
import io
import zlib

import pytest
import semver

from snapformat import (
    CRC64_JONES,
    CheckOrder,
    Checksum,
    Crc64Error,
    DecodeError,
    EncodeError,
    Encoding,
    Header,
    InvalidFormatVersionError,
    InvalidMagicError,
    Limits,
    Snapshot,
    SnapshotError,
    SnapshotFormat,
    SnapshotIOError,
    schema,
)
from snapformat.bincode import u8, u16, u64

CRC32 = Checksum("CRC-32/ISO-HDLC", 32, 0x04C11DB7, init=0xFFFFFFFF, xorout=0xFFFFFFFF)
CRC16 = Checksum("CRC-16/IBM-3740", 16, 0x1021, init=0xFFFF, reflected=False)


@schema
class Save:
    level: u8
    names: list[str]


SAVES = SnapshotFormat(name="game", magic=0x47414D45, version="1.2.0", payload=Save, checksum=CRC32)


def test_five_lines_and_a_checksum_of_ones_own(tmp_path):
    SAVES.new(Save(3, ["a"])).save(tmp_path / "slot")
    data = (tmp_path / "slot").read_bytes()
    head = b"EMAG\0\0\0\0" + b"\5" + bytes(7) + b"1.2.0"
    assert data[:-4] == head + b"\3" + b"\1" + bytes(7) + b"\1" + bytes(7) + b"a"
    assert data[-4:] == zlib.crc32(data[:-4]).to_bytes(4, "little")
    loaded = SAVES.load(tmp_path / "slot", strict=True)
    assert (loaded.data, loaded.magic, str(loaded.version), loaded.arch) == (
        Save(3, ["a"]),
        0x47414D45,
        "1.2.0",
        None,
    )


@pytest.mark.parametrize("order", CheckOrder)
@pytest.mark.parametrize("checksum", [CRC64_JONES, CRC32, CRC16, None], ids=lambda c: c.name if c else "none")
@pytest.mark.parametrize(
    "encoding", [Encoding(), Encoding("variable", "big")], ids=["fixed little", "variable big"]
)
def test_every_kind(order, checksum, encoding):
    format_ = SnapshotFormat(
        name="demo", magic=7, version="1.2.3", payload=Save, checksum=checksum, order=order, encoding=encoding
    )
    value = Save(1, ["é", ""])
    data = format_.new(value).to_bytes()
    assert format_.load(data, strict=True).data == value
    assert format_.struct.parse(data).data == value
    assert format_.struct.build({"header": Header(7, semver.Version(1, 2, 3)), "data": value}) == data
    walked = list(format_.walk(data))
    assert sum(event.size for event in walked) == len(data)
    for size in range(len(data)):
        with pytest.raises(SnapshotError):
            format_.load(data[:size])
    if checksum is not None:
        for place in range(len(data)):
            damaged = bytearray(data)
            damaged[place] ^= 0x10
            with pytest.raises(SnapshotError):
                format_.load(damaged)
        with pytest.raises(Crc64Error):
            format_.load(data[:-1] + bytes((data[-1] ^ 1,)))


def test_which_versions_are_read_is_the_formats_to_say():
    exact = SnapshotFormat(
        name="demo", magic=7, version="1.2.3", payload=u8, accepts=lambda supported, found: supported == found
    )
    other = SnapshotFormat(name="demo", magic=7, version="1.2.2", payload=u8)
    assert exact.load(exact.new(1).to_bytes()).data == 1
    with pytest.raises(InvalidFormatVersionError):
        exact.load(other.new(1).to_bytes())


def test_several_magics():
    format_ = SnapshotFormat(name="demo", magic={"left": 1, "right": 2}, version="1.0.0", payload=u8)
    assert format_.new(5, arch="right").magic == 2
    # Neither is this machine's.
    assert format_.new(5).magic == 1
    loaded = format_.load(format_.new(5, arch="right").to_bytes())
    assert (loaded.arch, format_.arch_of(3)) == ("right", None)
    with pytest.raises(
        InvalidMagicError, match=r"expected 0x0{15}1 \(left\) or 0x0{15}2 \(right\), found 0x0{15}3"
    ):
        format_.load(SnapshotFormat(name="x", magic=3, version="1.0.0", payload=u8).new(5).to_bytes())


def test_header_and_payload_have_a_budget_each():
    format_ = SnapshotFormat(
        name="demo", magic=7, version="1.0.0", payload=str, encoding=Encoding(limit=21), max_file_size=100
    )
    assert format_.load(format_.new("a" * 13).to_bytes()).data == "a" * 13
    with pytest.raises(EncodeError, match="limit of 21 bytes"):
        format_.new("a" * 14).to_bytes()
    unlimited = dataclasses.replace(format_, encoding=Encoding(limit=None))
    too_long = unlimited.new("a" * 14).to_bytes()
    with pytest.raises(DecodeError, match="limit of 21 claimed bytes"):
        format_.load(too_long)
    with pytest.raises(DecodeError, match="limit of 20 claimed bytes"):
        SnapshotFormat(name="demo", magic=7, version="1.0.0", encoding=Encoding(limit=20)).get_header(
            too_long
        )


def test_bounds_of_depth_are_the_formats():
    nested = list[list[Save]]
    format_ = SnapshotFormat(name="demo", magic=7, version="1.0.0", payload=nested, limits=Limits(depth=0))
    data = (
        SnapshotFormat(name="demo", magic=7, version="1.0.0", payload=nested).new([[Save(1, [])]]).to_bytes()
    )
    with pytest.raises(DecodeError, match="nested too deeply"):
        format_.load(data)
    with pytest.raises(EncodeError, match="nested too deeply"):
        format_.new([[Save(1, [])]]).to_bytes()


def test_files_that_are_too_large_are_not_read():
    format_ = SnapshotFormat(name="demo", magic=7, version="1.0.0", payload=bytes, max_file_size=40)
    data = format_.new(bytes(100)).to_bytes()
    for source in (data, io.BytesIO(data)):
        with pytest.raises(SnapshotIOError, match="at most 40 bytes"):
            format_.load(source)


def test_a_format_to_look_at_files_from_outside():
    outside = SnapshotFormat(name="any", magic=1, version="1.0.0")
    assert str(outside.get_format_version(SAVES.new(Save(1, [])).to_bytes())) == "1.2.0"
    assert outside.get_header(SAVES.new(Save(1, [])).to_bytes()).magic == 0x47414D45
    with pytest.raises(ValueError, match="the format any does not declare a payload"):
        outside.load(outside.with_payload(u8).new(1).to_bytes())
    assert outside.with_payload(u16).load(outside.with_payload(u16).new(1).to_bytes()).data == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"magic": -1}, "the magic of demo must be a u64, not -1"),
        ({"magic": 1 << 64}, "must be a u64"),
        ({"magic": {"arm": "1"}}, "the magic of arm must be a u64, not '1'"),
        ({"magic": {}}, "a format needs a magic"),
        ({"version": "1.0"}, "'1.0' is not a semver version"),
        ({"checksum": Checksum("CRC-12", 12, 0x80F)}, "width must be whole bytes, not 12 bits"),
    ],
)
def test_mistakes_of_a_format(arguments, message):
    with pytest.raises(ValueError, match=message):
        SnapshotFormat(**{"name": "demo", "magic": 1, "version": "1.0.0", "payload": u8} | arguments)


def test_what_does_not_fit_is_said_before_anything_is_written(tmp_path):
    target = tmp_path / "slot"
    target.write_bytes(b"before")
    with pytest.raises(EncodeError) as caught:
        SAVES.new(Save(1, ["a", 2])).save(target)
    assert (caught.value.path, caught.value.file) == ("$.names[1]", str(target))
    assert target.read_bytes() == b"before"
    stream = io.BytesIO()
    with pytest.raises(EncodeError):
        SAVES.new(Save(256, [])).save(stream)
    assert stream.getvalue() == b""


@pytest.mark.parametrize(
    ("header", "path"),
    [
        (Header(1 << 64, semver.Version(1)), "$header.magic"),
        (Header(1, "x"), "$header.version"),
        (Header(None, None), "$header.magic"),
    ],
)
def test_a_header_that_does_not_fit(header, path):
    with pytest.raises(EncodeError) as caught:
        Snapshot(header, Save(1, []), SAVES).to_bytes()
    assert caught.value.path == path


def test_strict():
    data = SAVES.new(Save(1, [])).to_bytes()
    zero = SnapshotFormat(name="demo", magic=1, version="1.0.0", payload=u8, trailing="ignore")
    whole = zero.new(5).to_bytes()
    assert zero.load(whole + bytes(3)).data == zero.load(whole + whole).data == 5
    for more in (bytes(3), whole):
        with pytest.raises(DecodeError, match=f"^{len(more)} bytes left after the checksum - ") as caught:
            zero.load(whole + more, strict=True)
        assert caught.value.offset == 30
    # Bytes between payload and checksum, which covers them.
    filled = whole[:-8] + b"abc"
    filled += CRC64_JONES.compute(filled).to_bytes(8, "little")
    assert zero.load(filled).data == 5
    with pytest.raises(DecodeError, match=r"^3 bytes left between the data and the checksum - "):
        zero.load(filled, strict=True)
    # What is wrong anyway stays what it is.
    with pytest.raises(Crc64Error):
        zero.load(whole + b"x", strict=True)
    assert SAVES.load(data, strict=True).data == Save(1, [])
    assert zero.load_without_crc_check(whole[:-8]).data == 5
    with pytest.raises(DecodeError):
        zero.load_without_crc_check(whole[:-8], strict=True)


@pytest.mark.parametrize(
    ("before", "name"),
    [("header_node", "header_layout"), ("payload_node", "payload_layout"), ("node", "layout")],
)
def test_former_names_warn(before: str, name: str) -> None:
    spec = SnapshotFormat("renamed", magic=1, version="1.0.0", payload=u64)
    with pytest.warns(DeprecationWarning, match=f"{before} is now called {name}"):
        assert getattr(spec, before) is getattr(spec, name)
