"""Which format a file is of, where several claim it, or where they have encodings of their own."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from cli.support import call, info, verify
from snapformat import CheckOrder, DecodeError, Encoding, Snapshot, SnapshotFormat, schema
from snapformat.bincode import u8, u16, u32, u64
from snapformat.inspect import Status, candidates, excerpt, identify, judge, load_any, summarize
from snapformat.snapshot.catalogue import formats


@schema
class Old:
    a: u32
    b: u32


@schema
class New:
    a: u32
    b: u32
    c: u8


@schema
class Flags:
    a: bool
    b: bool


OLD = SnapshotFormat(
    name="t/1/any", magic=0x77, version="1.0.0", payload=Old, order=CheckOrder.CHECKSUM_FIRST
)
NEW = SnapshotFormat(name="t/2/any", magic=0x77, version="1.1.0", payload=New)
FLAGS = SnapshotFormat(name="t/3/any", magic=0x77, version="1.1.0", payload=Flags)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch):
    def add(*added: SnapshotFormat) -> None:
        for format_ in added:
            monkeypatch.setitem(formats(), format_.name, format_)

    return add


def as_old(snapshot: Snapshot[object]) -> bytes:
    snapshot.header.version = OLD.supported
    return snapshot.to_bytes()


def test_what_fills_the_file_exactly_wins(known):
    known(OLD, NEW, FLAGS)
    old, new = OLD.new(Old(1, 2)).to_bytes(), as_old(NEW.new(New(1, 2, 3)))
    for data, format_ in ((old, OLD), (new, NEW)):
        assert [f.name for f in identify(data).formats] == ["t/1/any", "t/2/any", "t/3/any"]
        best = candidates(data, identify(data).formats)[0]
        assert (best.format, best.exact, best.error) == (format_, True, None)
        assert load_any(data).format is format_
        assert judge(data).format is format_
        assert summarize(data).format is format_
        assert summarize(data).status is Status.OK


def test_the_newest_wins_a_tie_and_the_others_are_named(known, tmp_path: Path):
    twin = SnapshotFormat(name="t/4/any", magic=0x77, version="1.0.0", payload=Old)
    known(OLD, NEW, twin)
    file = tmp_path / "file"
    OLD.new(Old(1, 2)).save(file)
    assert summarize(file).format is twin
    assert summarize(file).also == (OLD,)
    assert call("info", file).stdout.endswith("status: ok\nalso_fits: t/1/any\nreleases: t/4/any, t/1/any\n")
    assert info(file)["schema"] == "t/4/any"


def test_bytes_left_over_come_second(known):
    known(FLAGS, OLD)
    data = OLD.new(Old(0x0101, 1)).to_bytes()
    assert [c.format.name for c in candidates(data, identify(data).formats)] == ["t/1/any", "t/3/any"]
    assert [c.format.name for c in candidates(data, (OLD, FLAGS))] == ["t/1/any", "t/3/any"]


@pytest.mark.parametrize("order", CheckOrder)
@pytest.mark.parametrize("between", [True, False])
def test_bytes_left_over_by_every_rule(known, tmp_path: Path, between: bool, order: CheckOrder):
    """All commands agree on what becomes of them."""
    format_ = SnapshotFormat(name="t/9/any", magic=0x77, version="1.0.0", payload=Old, order=order)
    longer = SnapshotFormat(name="x", magic=0x77, version="1.0.0", payload=tuple[u32, u32, u16])
    file, sheet = tmp_path / "file", tmp_path / "sheet"
    whole = format_.new(Old(1, 2)).to_bytes()
    file.write_bytes(longer.new((1, 2, 3)).to_bytes() if between else whole + bytes(2))
    data = file.read_bytes()
    end = int.from_bytes(data[-8:], "little")
    for rule in ("refuse", "keep", "ignore"):
        known(dataclasses.replace(format_, trailing=rule))
        row, (judged,), dumped = info(file), verify(file), call("dump", file, "-o", sheet)
        assert (row["payload_bytes"], row["trailing_bytes"], row["checksum"]["ok"]) == (8, 2, True)
        if rule != "ignore":
            assert row["checksum"]["stored"] == row["checksum"]["computed"] == f"0x{end:016x}"
        if rule == "refuse":
            assert (row["status"], judged["error"], dumped.exit_code) == ("damaged", "Decode", 1)
            assert judged["message"].startswith("2 bytes left ")
            assert "2 bytes left " in dumped.stderr
            with pytest.raises(DecodeError, match="2 bytes left "):
                load_any(data)
            continue
        assert (row["status"], judged["ok"], dumped.exit_code) == ("ok", True, 0)
        assert call("build", sheet, "-o", tmp_path / "built").exit_code == 0
        assert (tmp_path / "built").read_bytes() == load_any(data).to_bytes()
        assert load_any(data).to_bytes() == (data if rule == "keep" else whole)


def test_none_loads(known, tmp_path: Path):
    """What got furthest is blamed."""
    known(OLD, NEW)
    file = tmp_path / "file"
    file.write_bytes(OLD.new(Old(1, 2)).to_bytes()[:26])
    assert info(file)["status"] == "damaged"
    # The older release checks the checksum first.
    (row,) = verify(file, release="t/1")
    assert row["error"] == "Crc64"
    (row,) = verify(file, release="t/2")
    assert row["error"] == "Decode"
    assert verify(file)[0]["error"] in ("Crc64", "Decode")


def test_checksum_first_keeps_what_is_known(known):
    known(OLD)
    data = bytearray(OLD.new(Old(1, 2)).to_bytes())
    data[-9] ^= 1
    found = summarize(bytes(data))
    assert (found.status, found.payload_bytes, found.checksum.ok) == (Status.DAMAGED, 8, False)
    assert found.error is not None
    assert found.error.code == "Crc64"


@pytest.mark.parametrize(
    "encoding", [Encoding(byteorder="big"), Encoding(integers="variable"), Encoding("variable", "big")]
)
def test_other_encodings(known, tmp_path: Path, encoding: Encoding):
    format_ = SnapshotFormat(
        name="t/5/any",
        magic={"z": 0x1234_5678_9ABC},
        version="3.2.1",
        payload=tuple[u64, u16],
        encoding=encoding,
    )
    known(format_)
    file = tmp_path / "file"
    format_.new((1 << 60, 500)).save(file)
    row = info(file)
    assert (row["status"], row["schema"], row["arch"]) == ("ok", "t/5/any", "z")
    assert (row["magic"], row["version"]) == ("0x0000123456789abc", "3.2.1")
    assert row["checksum"]["stored"] == row["checksum"]["computed"]
    assert verify(file)[0]["ok"]
    assert load_any(file).data == (1 << 60, 500)
    data = file.read_bytes()
    file.write_bytes(data[:12])
    assert info(file)["status"] == "damaged"
    file.write_bytes(data.replace(b"3.2.1", b"4.0.0"))
    assert info(file)["version"] == "4.0.0"


def test_format_without_checksum(known, tmp_path: Path):
    format_ = SnapshotFormat(name="t/6/any", magic=0x66, version="1.0.0", payload=u32, checksum=None)
    known(format_)
    file = tmp_path / "file"
    format_.new(7).save(file)
    row = info(file)
    assert (row["status"], row["payload_bytes"], row["trailing_bytes"]) == ("ok", 4, 0)
    assert row["checksum"] == {"stored": None, "computed": None, "ok": None}
    file.write_bytes(file.read_bytes()[:-1])
    assert info(file)["status"] == "damaged"
    assert verify(file)[0]["error"] == "Decode"


def test_a_format_of_small_files(known, tmp_path: Path):
    format_ = SnapshotFormat(name="t/7/any", magic=0x67, version="1.0.0", payload=bytes, max_file_size=100)
    known(format_)
    file = tmp_path / "file"
    format_.new(bytes(200)).save(file)
    assert verify(file)[0]["error"] == "Io"
    result = call("info", file)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: Io: {file}: ")


def test_schema_that_cannot_be_imported(known, tmp_path: Path):
    known(SnapshotFormat(name="t/8/any", magic=0x68, version="1.0.0", payload="no_such_module:Thing"))
    file = tmp_path / "file"
    SnapshotFormat(name="x", magic=0x68, version="1.0.0", payload=u8).new(7).save(file)
    for command in ("info", "verify", "dump"):
        result = call(command, file)
        assert result.exit_code == 1
        assert result.stderr.startswith("error: schema: the schema t/8/any can't be used: ")


def test_excerpt():
    data = bytes(range(256))
    assert excerpt(data, 0) == (
        "00000000  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  |................|\n"
        "          ^^\n"
        "00000010  10 11 12 13 14 15 16 17  18 19 1a 1b 1c 1d 1e 1f  |................|"
    )
    for offset in range(256):
        lines = excerpt(data, offset, around=0).splitlines()
        at = lines[1].index("^^")
        assert lines[0][at : at + 2] == f"{offset:02x}"
    assert excerpt(data, 255).splitlines()[-1].endswith("^^")
    assert excerpt(data, 256).splitlines()[-2:] == ["00000100" + " " * 52 + "||", "          ^^ end of file"]
    assert excerpt(data, 257) == ""
    assert excerpt(data, -1) == ""
    assert excerpt(b"ab", 2) == "00000000  61 62" + " " * 45 + "|ab|\n                ^^ end of file"
