"""Checksums: crcmod's definition, anycrc's speed, the same values; and the writer that computes one."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import textwrap

import pytest

from snapformat import CRC64_JONES, Checksum, ChecksumWriter
from snapformat.snapshot import checksum as module

#: Of the catalogue of CRCs: name, width, polynomial, init, reflected, xorout, checksum of `123456789`.
CATALOGUE = [
    ("CRC-64/REDIS", 64, 0xAD93D23594C935A9, 0, True, 0, 0xE9C6D914C4B8D9CA),
    ("CRC-64/XZ", 64, 0x42F0E1EBA9EA3693, (1 << 64) - 1, True, (1 << 64) - 1, 0x995DC9BBDF1939FA),
    ("CRC-64/ECMA-182", 64, 0x42F0E1EBA9EA3693, 0, False, 0, 0x6C40DF5F0B497347),
    ("CRC-32/ISO-HDLC", 32, 0x04C11DB7, 0xFFFFFFFF, True, 0xFFFFFFFF, 0xCBF43926),
    ("CRC-32/BZIP2", 32, 0x04C11DB7, 0xFFFFFFFF, False, 0xFFFFFFFF, 0xFC891918),
    ("CRC-32/MPEG-2", 32, 0x04C11DB7, 0xFFFFFFFF, False, 0, 0x0376E6E7),
    ("CRC-24/OPENPGP", 24, 0x864CFB, 0xB704CE, False, 0, 0x21CF02),
    ("CRC-16/IBM-SDLC", 16, 0x1021, 0xFFFF, True, 0xFFFF, 0x906E),
    ("CRC-16/XMODEM", 16, 0x1021, 0, False, 0, 0x31C3),
    ("CRC-8/SMBUS", 8, 0x07, 0, False, 0, 0xF4),
]


def checksums() -> list[tuple[Checksum, int]]:
    return [(Checksum(*parameters), check) for *parameters, check in CATALOGUE]


@pytest.mark.parametrize(("checksum", "check"), checksums(), ids=[row[0] for row in CATALOGUE])
def test_both_engines_give_the_catalogues_values(checksum, check):
    shuffled = random.Random(checksum.name)
    for engine in (module.crcmod_engine(checksum), module.anycrc_engine(checksum)):
        start = checksum.init ^ checksum.xorout
        assert engine(b"123456789", start) == check
        assert engine(b"", start) == start
    slow, fast = module.crcmod_engine(checksum), module.anycrc_engine(checksum)
    for size in (1, 2, 7, 8, 9, 63, 64, 65, 1000):
        data = shuffled.randbytes(size)
        place = shuffled.randrange(size + 1)
        wanted = slow(data, start)
        assert fast(data, start) == wanted
        # Any value may stand for what came before, that of nothing included.
        for engine in (slow, fast):
            assert engine(data[place:], engine(data[:place], start)) == wanted


@pytest.mark.parametrize(("checksum", "check"), checksums(), ids=[row[0] for row in CATALOGUE])
def test_a_beginning_that_is_replaced(checksum, check):
    del check
    shuffled = random.Random(checksum.name)
    for old, new, after in [
        (0, 0, 0),
        (5, 5, 0),
        (0, 3, 9),
        (7, 7, 1),
        (30, 2, 100),
        (1, 40, 5000),
        (9, 9, 1 << 17),
    ]:
        before, instead, rest = (shuffled.randbytes(size) for size in (old, new, after))
        given = checksum.compute(before + rest)
        assert checksum.replaced(given, before, instead, after) == checksum.compute(instead + rest)


def test_the_originals_value():
    assert CRC64_JONES.compute(bytes([123]) * 16) == 0x29D5_3572_1632_6566
    assert CRC64_JONES.size == 8
    for data in (b"abc", bytearray(b"abc"), memoryview(b"abc")):
        assert CRC64_JONES.compute(data) == CRC64_JONES.compute(b"abc")


@pytest.mark.parametrize(("checksum", "check"), checksums(), ids=[row[0] for row in CATALOGUE])
@pytest.mark.parametrize("byteorder", ["little", "big"])
def test_whole_files(checksum, check, byteorder):
    del check
    whole = b"some data" + checksum.compute(b"some data").to_bytes(checksum.size, byteorder)
    assert checksum.holds(whole, byteorder)
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        assert not checksum.holds(bytes(damaged), byteorder)
    assert not checksum.holds(whole[:-1], byteorder)


def test_too_short_for_a_checksum():
    masked = Checksum("CRC-32/ISO-HDLC", 32, 0x04C11DB7, 0xFFFFFFFF, True, 0xFFFFFFFF)
    assert not masked.holds(b"abc")
    assert masked.holds(bytes(4))


HIDDEN = """
    import sys

    class Blocker:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] == "anycrc":
                raise ModuleNotFoundError("hidden", name=name)

    sys.meta_path.insert(0, Blocker())
    from snapformat import CRC64_JONES, ChecksumWriter, SnapshotFormat
    from snapformat.bincode import u32
    from snapformat.snapshot import checksum

    assert checksum.anycrc is None
    assert "anycrc" not in sys.modules
    FORMAT = SnapshotFormat(name="demo", magic=7, version="1.0.0", payload=list[u32])
    data = FORMAT.new(list(range(1000))).to_bytes()
    assert FORMAT.load(data).data[-1] == 999
    print(data[-8:].hex(), CRC64_JONES.compute(b"6789", CRC64_JONES.compute(b"12345")))
"""


def test_without_anycrc():
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(HIDDEN)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    from snapformat import SnapshotFormat
    from snapformat.bincode import u32

    here = (
        SnapshotFormat(name="demo", magic=7, version="1.0.0", payload=list[u32])
        .new(list(range(1000)))
        .to_bytes()
    )
    assert done.stdout.split() == [here[-8:].hex(), str(0xE9C6D914C4B8D9CA)]


class TestWriter:
    def test_computes_what_passes_through(self):
        target = io.BytesIO()
        writer = ChecksumWriter(target)
        assert writer.checksum == 0
        assert writer.write(b"1234") == 4
        assert writer.write(b"") == 0
        assert writer.write(memoryview(b"567")) == 3
        assert writer.write(bytearray(b"89")) == 2
        writer.flush()
        assert writer.checksum == 0xE9C6D914C4B8D9CA
        assert target.getvalue() == b"123456789"
        assert writer.writer is target

    def test_with_a_checksum_of_ones_own(self):
        checksum = Checksum("CRC-32/ISO-HDLC", 32, 0x04C11DB7, 0xFFFFFFFF, True, 0xFFFFFFFF)
        writer = ChecksumWriter(io.BytesIO(), checksum)
        assert writer.checksum == 0
        for part in (b"12345", b"6789"):
            writer.write(part)
        assert writer.checksum == 0xCBF43926

    def test_only_bytes_that_were_taken_count(self):
        class Narrow:
            taken = b""

            def write(self, data):
                self.taken += bytes(data[:3])
                return min(3, len(data))

        target = Narrow()
        writer = ChecksumWriter(target)
        assert writer.write(b"12345") == 3
        assert writer.write(b"45") == 2
        assert target.taken == b"12345"
        assert writer.checksum == CRC64_JONES.compute(b"12345")

    def test_a_failing_writer(self):
        class Full:
            def write(self, data):
                raise OSError(28, "No space left on device")

        writer = ChecksumWriter(Full())
        with pytest.raises(OSError, match="No space"):
            writer.write(b"abc")
        assert writer.checksum == 0

    def test_items_of_more_than_a_byte(self):
        target = io.BytesIO()
        writer = ChecksumWriter(target)
        assert writer.write(memoryview(b"12345678").cast("I")) == 8
        assert writer.checksum == CRC64_JONES.compute(b"12345678")
