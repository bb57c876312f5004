"""Files in bitcode: header and payload are one message, and the checksum lies behind it."""

from __future__ import annotations

import copy
import dataclasses
import io
import pickle

import pytest

from snapformat import (
    CRC64_JONES,
    CheckOrder,
    Checksum,
    Crc64Error,
    DecodeError,
    EncodeError,
    Encoding,
    InvalidFormatVersionError,
    InvalidMagicError,
    SchemaError,
    Snapshot,
    SnapshotError,
    SnapshotFormat,
    schema,
)
from snapformat.bincode import u8, u16, u64

CRC16 = Checksum("CRC-16/IBM-3740", 16, 0x1021, init=0xFFFF, reflected=False)


@schema
class Save:
    level: u8
    names: list[str]
    extra: u16 | None


VALUE = Save(3, ["a", "b"], 500)
SAVES = SnapshotFormat(
    name="game", magic=0x47414D45, version="1.2.0", payload=Save, encoding=Encoding.bitcode()
)
#: Header: magic as u32, version; then the payload.
MESSAGE = bytes.fromhex("02454d414705312e322e3003020101616201f401")

each_order = pytest.mark.parametrize("order", CheckOrder)
each_checksum = pytest.mark.parametrize(
    "checksum", [CRC64_JONES, CRC16, None], ids=lambda c: c.name if c else "none"
)


def test_the_bytes():
    content = SAVES.new(VALUE).to_bytes()
    assert content == MESSAGE + CRC64_JONES.compute(MESSAGE).to_bytes(8, "little")


@each_order
@each_checksum
def test_every_kind(order: CheckOrder, checksum: Checksum | None, tmp_path):
    format_ = dataclasses.replace(SAVES, order=order, checksum=checksum)
    format_.new(VALUE).save(tmp_path / "slot")
    loaded = format_.load(tmp_path / "slot", strict=True)
    assert (loaded.data, str(loaded.version), loaded.magic) == (VALUE, "1.2.0", 0x47414D45)
    assert loaded.to_bytes() == (tmp_path / "slot").read_bytes()
    lazy = format_.load(tmp_path / "slot", lazy=True)
    assert lazy == loaded
    lazy.data.level = 9
    assert format_.load(lazy.to_bytes()).data.level == 9
    assert format_.load_without_crc_check(tmp_path / "slot") == loaded


@each_order
def test_every_cut_and_every_changed_byte_is_refused(order: CheckOrder):
    format_ = dataclasses.replace(SAVES, order=order)
    content = format_.new(VALUE).to_bytes()
    for size in range(len(content)):
        with pytest.raises(SnapshotError):
            format_.load(content[:size])
    for place in range(len(content)):
        with pytest.raises(SnapshotError):
            format_.load(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    with pytest.raises(SnapshotError):
        format_.load(content + b"\0")


def sealed(message: bytes) -> bytes:
    return message + CRC64_JONES.compute(message).to_bytes(8, "little")


@pytest.mark.parametrize(
    ("order", "content", "error"),
    [
        # Of several faults, the one that is looked for first is reported.
        (CheckOrder.DECODE_FIRST, sealed(b"\2\1\1\1\1" + MESSAGE[5:-1]), DecodeError),
        (CheckOrder.PAYLOAD_FIRST, sealed(b"\2\1\1\1\1" + MESSAGE[5:-1]), InvalidMagicError),
        (CheckOrder.CHECKSUM_FIRST, sealed(b"\2\1\1\1\1" + MESSAGE[5:-1]), InvalidMagicError),
        (CheckOrder.DECODE_FIRST, sealed(MESSAGE.replace(b"1.2", b"2.2")), InvalidFormatVersionError),
        (CheckOrder.PAYLOAD_FIRST, sealed(MESSAGE.replace(b"1.2", b"2.2")[:-1]), InvalidFormatVersionError),
        (CheckOrder.CHECKSUM_FIRST, sealed(MESSAGE.replace(b"1.2", b"2.2")[:-1]), DecodeError),
        (CheckOrder.DECODE_FIRST, MESSAGE.replace(b"1.2", b"2.2") + bytes(8), InvalidFormatVersionError),
        (CheckOrder.CHECKSUM_FIRST, MESSAGE.replace(b"1.2", b"2.2") + bytes(8), Crc64Error),
        (CheckOrder.DECODE_FIRST, MESSAGE + bytes(8), Crc64Error),
    ],
)
def test_order_of_checks(order: CheckOrder, content: bytes, error: type[SnapshotError]):
    with pytest.raises(SnapshotError) as caught:
        dataclasses.replace(SAVES, order=order).load(content)
    assert type(caught.value) is error


def test_hints():
    format_ = dataclasses.replace(SAVES, order=CheckOrder.DECODE_FIRST)
    other = sealed(MESSAGE.replace(b"1.2", b"7.2")[:-1])
    with pytest.raises(DecodeError, match=r"header has version 7\.2\.0, which this format does not read"):
        format_.load(other)
    with pytest.raises(DecodeError, match="the checksum matches: another layout"):
        format_.load(sealed(MESSAGE[:-1]))
    with pytest.raises(DecodeError, match="wrong magic"):
        format_.load(sealed(b"\2\1\1\1\1" + MESSAGE[5:-1]))


@pytest.mark.parametrize("cut", range(len(MESSAGE)))
def test_the_header_alone(cut: int):
    """From a stream, with nothing behind it taken; and whatever follows."""
    if cut < 11:
        with pytest.raises(DecodeError):
            SAVES.get_header(io.BytesIO(MESSAGE[:cut]))
        return
    source = io.BytesIO(MESSAGE[:cut] + b"\xff" * 50)
    header = SAVES.get_header(source)
    assert (header.magic, str(header.version), source.tell()) == (0x47414D45, "1.2.0", 11)


def test_other_packings_of_the_header():
    """As the original reads them, and writes them back in its own way."""
    wide = b"\0" + MESSAGE[1:5] + bytes(4) + b"\xff\6\5" + MESSAGE[6:]
    assert SAVES.get_header(io.BytesIO(wide)).magic == 0x47414D45
    assert SAVES.load(sealed(wide)).to_bytes() == sealed(MESSAGE)


def test_what_it_can_not_have():
    with pytest.raises(ValueError, match="trailing must be 'refuse'"):
        dataclasses.replace(SAVES, trailing="keep")
    with pytest.raises(SchemaError, match="stores columns"):
        SAVES.struct  # noqa: B018
    with pytest.raises(SchemaError, match="stores columns"):
        SAVES.payload_layout  # noqa: B018
    with pytest.raises(ValueError, match="packs them"):
        SAVES.load(sealed(MESSAGE), lazy=True, arrays="memoryview")
    with pytest.raises(EncodeError, match="no place for the 1 byte"):
        Snapshot(SAVES.new(VALUE).header, VALUE, SAVES, b"x").to_bytes()


def test_copies_and_other_payloads():
    assert pickle.loads(pickle.dumps(SAVES.load(sealed(MESSAGE)))).data == VALUE
    assert copy.deepcopy(SAVES) is SAVES
    other = SAVES.with_payload(u64)
    assert other.load(other.new(7).to_bytes()).data == 7
    assert Snapshot.load(sealed(MESSAGE), Save, format=SAVES).data == VALUE
