"""Which of several faults is reported: 1.14 reads all of the payload first, older releases the checksum.

Here by upstream's rule for bytes after the payload; the others are in `test_trailing`.
"""

from __future__ import annotations

import dataclasses

import pytest

from snapformat import CRC64_JONES, CheckOrder, SnapshotError, SnapshotFormat

NEW = SnapshotFormat(name="new", magic=7, version="2.1.0", payload=list[bool], trailing="ignore")
OLD = dataclasses.replace(NEW, name="old", order=CheckOrder.CHECKSUM_FIRST)
SOUND = NEW.new([True, False]).to_bytes()
HEADER, PAYLOAD = SOUND[:21], SOUND[21:-8]


def sealed(data: bytes) -> bytes:
    return data + CRC64_JONES.compute(data).to_bytes(8, "little")


def verdict(format_: SnapshotFormat, data: bytes) -> str:
    try:
        format_.load(data)
    except SnapshotError as error:
        return error.code
    return "ok"


OTHER_MAGIC = b"\6" + HEADER[1:]
OTHER_VERSION = HEADER.replace(b"2.1.0", b"2.2.0")
NO_VERSION = HEADER.replace(b"2.1.0", b"2.1.x")
BROKEN = b"\2" + bytes(7) + b"\1\7"

#: Data, the verdict with the payload first, with the checksum first.
CASES = {
    "sound": (SOUND, "ok", "ok"),
    "empty": (b"", "Decode", "Decode"),
    "seven bytes": (SOUND[:7], "Decode", "Decode"),
    "eight zero bytes": (bytes(8), "Decode", "Decode"),
    "only a magic": (SOUND[:8], "Decode", "Crc64"),
    "checksum": (SOUND[:-1] + b"\0", "Crc64", "Crc64"),
    "no checksum": (SOUND[:-8], "Crc64", "Crc64"),
    "magic": (sealed(OTHER_MAGIC + PAYLOAD), "InvalidMagic", "InvalidMagic"),
    "magic and checksum": (OTHER_MAGIC + PAYLOAD + bytes(8), "InvalidMagic", "Crc64"),
    "version": (sealed(OTHER_VERSION + PAYLOAD), "InvalidFormatVersion", "InvalidFormatVersion"),
    "version and checksum": (OTHER_VERSION + PAYLOAD + bytes(8), "InvalidFormatVersion", "Crc64"),
    "version and payload": (sealed(OTHER_VERSION + BROKEN), "InvalidFormatVersion", "Decode"),
    "version and magic": (sealed(b"\6" + OTHER_VERSION[1:] + PAYLOAD), "InvalidMagic", "InvalidMagic"),
    "no version": (sealed(NO_VERSION + PAYLOAD), "Decode", "Decode"),
    "no version and magic": (sealed(b"\6" + NO_VERSION[1:] + PAYLOAD), "Decode", "Decode"),
    "payload": (sealed(HEADER + BROKEN), "Decode", "Decode"),
    "payload and checksum": (HEADER + BROKEN + bytes(8), "Decode", "Crc64"),
    "payload and magic": (sealed(OTHER_MAGIC + BROKEN), "InvalidMagic", "InvalidMagic"),
    # 1.14 goes on into the checksum, whose first byte is no bool.
    "payload cut short": (sealed(HEADER + PAYLOAD[:-1]), "Decode", "Decode"),
    "payload and checksum cut short": (SOUND[:-9], "Decode", "Crc64"),
    "zero bytes after it": (SOUND + bytes(9), "ok", "ok"),
    "another byte after it": (SOUND + b"\1", "Crc64", "Crc64"),
    "bytes covered by the checksum": (sealed(HEADER + PAYLOAD + b"more"), "ok", "ok"),
    "twice": (SOUND + SOUND, "ok", "ok"),
}


@pytest.mark.parametrize("name", CASES)
def test_verdict(name):
    data, new, old = CASES[name]
    assert (verdict(NEW, data), verdict(OLD, data)) == (new, old)


@pytest.mark.parametrize("format_", [NEW, OLD], ids=lambda f: f.name)
def test_without_the_checksum_nothing_else_changes(format_):
    assert format_.load_without_crc_check(SOUND[:-8] + b"anything").data == [True, False]
    with pytest.raises(SnapshotError) as caught:
        format_.load_without_crc_check(OTHER_MAGIC + PAYLOAD)
    assert caught.value.code == "InvalidMagic"
    with pytest.raises(SnapshotError) as caught:
        format_.load_without_crc_check(OTHER_VERSION + PAYLOAD)
    assert caught.value.code == "InvalidFormatVersion"
