"""Checksums: crcmod's definition, anycrc's speed, the same values; and the writer that computes one."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import textwrap

import anycrc
import pytest

from snapformat import CRC64_JONES, Checksum, ChecksumWriter, Encoding, SchemaError, SnapshotFormat
from snapformat.bincode import u32
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
        start = checksum.start
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


#: All models of the catalogue that anycrc lists, but for the one that reflects its output only.
MODELS = {name: model for name, model in anycrc.models.items() if model.refin == model.refout}


def of_model(name: str) -> Checksum:
    model = MODELS[name]
    return Checksum(name, model.width, model.poly, model.init, model.refin, model.xorout)


def test_the_models_are_the_catalogues():
    assert anycrc.models.keys() - MODELS.keys() == {"CRC12-UMTS"}
    assert len(MODELS) > 100
    uneven = [name for name in MODELS if of_model(name).start != of_model(name).init ^ of_model(name).xorout]
    assert {"CRC16-ISO-IEC-14443-3-A", "CRC16-RIELLO", "CRC16-TMS37157", "CRC24-BLE"} <= set(uneven)


@pytest.mark.parametrize("name", MODELS)
def test_every_model_of_the_catalogue(name):
    checksum, check = of_model(name), MODELS[name].check
    assert checksum.compute(b"123456789") == check
    assert checksum.compute(b"6789", checksum.compute(b"12345")) == check
    assert checksum.compute(b"") == checksum.start
    data = random.Random(name).randbytes(100)
    for make in (module.crcmod_engine, module.anycrc_engine, module.table_engine):
        engine = make(checksum)
        assert engine(b"123456789", checksum.start) == check
        assert engine(b"6789", engine(b"12345", checksum.start)) == check
        assert engine(data, checksum.start) == checksum.compute(data)
    writer = ChecksumWriter(io.BytesIO(), checksum)
    assert writer.checksum == checksum.start
    for part in (b"", b"123", b"45678", b"9"):
        writer.write(part)
    assert writer.checksum == check
    given = checksum.compute(b"old" + data)
    assert checksum.replaced(given, b"old", b"newer", len(data)) == checksum.compute(b"newer" + data)


@pytest.mark.parametrize("name", [name for name, model in MODELS.items() if model.width % 8 == 0])
@pytest.mark.parametrize("byteorder", ["little", "big"])
def test_files_with_every_model(name, byteorder):
    checksum, encoding = of_model(name), Encoding("fixed", byteorder)
    format_ = SnapshotFormat(
        name="demo", magic=7, version="1.0.0", payload=list[u32], checksum=checksum, encoding=encoding
    )
    data = format_.new([1, 2, 3]).to_bytes()
    covered, stored = data[: -checksum.size], data[-checksum.size :]
    reference = anycrc.CRC(*MODELS[name][:6])
    assert int.from_bytes(stored, byteorder) == reference.calc(covered, checksum.start)
    assert format_.load(data).data == [1, 2, 3]
    assert format_.struct.parse(data).data == [1, 2, 3]
    assert checksum.holds(data, byteorder)
    for place in range(len(data)):
        assert not checksum.holds(data[:place] + bytes((data[place] ^ 4,)) + data[place + 1 :], byteorder)
    lazily = format_.load(data, lazy=True)
    lazily.data = [1, 2, 9, 4]
    assert format_.load(lazily.to_bytes()).data == [1, 2, 9, 4]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 1), "width of the checksum x: expected 1 to 64 bits, found 0"),
        ((65, 1), "width of the checksum x: expected 1 to 64 bits, found 65"),
        ((82, 0x308C0111011401440411), "expected 1 to 64 bits, found 82"),
        (("32", 1), "expected 1 to 64 bits, found str '32'"),
        ((32, 0x104C11DB7), "poly of the checksum x: expected an int of 32 bits, found 0x104c11db7"),
        ((32, -1), "poly of the checksum x: expected an int of 32 bits, found -0x1"),
        ((32, 0), "a polynomial without its highest bit"),
        ((16, 0x1021, 0x10000), "init of the checksum x: expected an int of 16 bits, found 0x10000"),
        ((16, 0x1021, 0, True, None), "xorout of the checksum x: expected an int of 16 bits, found None"),
        ((12, 0x80F, 0, (False, True)), "True or False, for both input and output, found tuple"),
    ],
)
def test_what_can_not_be_a_checksum(arguments, message):
    with pytest.raises(SchemaError) as caught:
        Checksum("x", *arguments)
    assert message in str(caught.value)


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
