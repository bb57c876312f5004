"""Verdicts that help: damaged, of another release or layout, or no snapshot at all; in every release."""

from __future__ import annotations

import dataclasses
import json
import random
from pathlib import Path
from typing import Any

import pytest

from cli.support import (
    SMT,
    SNAPSHOT,
    STATUS_OF,
    altered,
    call,
    check_verdict,
    info,
    sealed,
    sound,
    verify,
    with_version,
)
from snapformat import CheckOrder, Encoding, SnapshotFormat, schema
from snapformat.bincode import u8, u32
from snapformat.inspect import Condition, judge, summarize
from snapformat.snapshot import FIRECRACKER_FORMAT
from snapformat.snapshot.catalogue import formats
from snapformat_schemas.firecracker.releases import MAGICS, RELEASES, Encoder, Release
from snapshots import data
from snapshots.data import StateFile, Verdict

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
BODY = random.Random(5).randbytes(500)


def frame(release: Release, magic: int) -> bytes:
    """A file as a release frames it, with a body that is no state."""
    if release.encoder is Encoder.VERSIONIZE:
        return sealed((magic + 1).to_bytes(8, "little") + int(release.version).to_bytes(2, "little") + BODY)
    if release.encoder is Encoder.BITCODE:
        version = release.version.encode()
        return sealed(b"\0" + magic.to_bytes(8, "little") + bytes([len(version)]) + version + BODY)
    version = release.version.encode()
    return sealed(magic.to_bytes(8, "little") + len(version).to_bytes(8, "little") + version + BODY)


def look(path: Path, content: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """What `verify` and `info` say of a file; they must agree, as must the library."""
    path.write_bytes(content)
    (verdict,), about = verify(path), info(path)
    assert about["condition"] == verdict["condition"]
    assert about["status"] == STATUS_OF[verdict["condition"]]
    judged, summary = judge(content), summarize(content)
    assert (judged.code, judged.condition.value) == (verdict["error"], verdict["condition"])
    assert summary.condition is judged.condition
    assert (summary.error is None) == judged.ok
    if judged.error is not None:
        assert summary.error is not None
        assert summary.error.code == judged.code
    return verdict, about


@pytest.mark.parametrize("arch", MAGICS)
@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.name)
def test_every_release_that_can_be_named(tmp_path: Path, release: Release, arch: str):
    content = frame(release, MAGICS[arch])
    verdict, about = look(tmp_path / "sound", content)
    if release.module is None:
        assert verdict["condition"] == "other-release"
        assert verdict["error"] in ("Decode", "InvalidMagic", "InvalidFormatVersion")
        assert release.name in about["releases"]
        assert release.name in verdict["message"]
        assert call("verify", tmp_path / "sound").stdout.endswith(" (sound, of another release)\n")
    else:
        assert verdict["condition"] == "other-layout"
        assert verdict["error"] == "Decode"
    turned = bytearray(content)
    turned[-200] ^= 1
    for damaged in (bytes(turned), content[:-1], content[:-100]):
        verdict, _ = look(tmp_path / "damaged", damaged)
        assert verdict["condition"] == "damaged"
        if release.version == "8.0.0":  # of two releases; one decodes before it looks at the checksum
            assert verdict["error"] in ("Crc64", "Decode")
        else:
            assert verdict["error"] == "Crc64"
        assert call("verify", tmp_path / "damaged").stdout.endswith(" (damaged)\n")


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", "the file is empty"),
        (b"\x7fELF\2\1\1" + bytes(200), "begins with 7f 45 4c 46 02 01 01 00, as an ELF file does"),
        (bytes(1 << 16), "begins with 00 00 00 00 00 00 00 00, as memory that was never written does"),
        (b"\xf3\x0f\x1e\xfa" * 4096, "begins with f3 0f 1e fa f3 0f 1e fa: found 0xfa1e0ff3fa1e0ff3"),
        (b'{"schema": "x"}\n', "as JSON does"),
        (b"[1, 2]", "as JSON does"),
        (b"hello, world\n" * 9, "begins with 68 65 6c 6c 6f 2c 20 77, as text does"),
        (b"#!/bin/sh\n", "as a script does"),
        (b"\x1f\x8b\x08\0" + bytes(40), "as gzip does"),
        (b"\x28\xb5\x2f\xfd" + bytes(40), "as zstd does"),
        (b"PK\3\4" + bytes(40), "as a zip file does"),
        (b"QFI\xfb" + bytes(40), "as a qcow2 image does"),
        (b"\1\2\3", "begins with 01 02 03"),
        (sound()[:7], "begins with 00 00 64 86 84 19 10"),
    ],
    ids=lambda value: str(value[:8])[:20],
)
def test_no_snapshots(tmp_path: Path, content: bytes, named: str):
    file = tmp_path / "file"
    verdict, _ = look(file, content)
    assert (verdict["condition"], verdict["error"]) == ("not-a-snapshot", "Decode")
    assert verdict["message"].startswith("not a snapshot: the file ")
    assert named in verdict["message"]
    result = call("verify", file)
    assert result.stdout == f"{file}: Decode (not a snapshot)\n"
    assert result.stderr.startswith(f"error: Decode: {file}: not a snapshot: the file ")
    # With a release given too, whatever class its program reports.
    for name in formats():
        (row,) = verify(file, release=name)
        assert row["condition"] == "not-a-snapshot"
    for command in (("dump",), ("annotate",)):
        assert "not a snapshot: the file " in call(*command, file).stderr


def test_real_memory_and_programs(tmp_path: Path):
    for path in (Path("/bin/sh"), Path(__file__), GOLDEN / "kvm_offsets.json"):
        verdict, _ = look(tmp_path / "copy", path.read_bytes())
        assert verdict["condition"] == "not-a-snapshot"


@pytest.mark.parametrize(
    ("content", "condition", "error"),
    [
        (sound(), "ok", None),
        (altered(SMT, b"\2", seal=True), "other-layout", "Decode"),
        (altered(SMT, b"\2", seal=False), "damaged", "Decode"),
        (altered(21, b"\7", seal=False), "damaged", "Crc64"),
        (sound()[:-1], "damaged", "Crc64"),
        (sound()[:21], "damaged", "Decode"),
        (sound()[:8], "damaged", "Decode"),
        (with_version("9.0.0"), "other-release", "InvalidFormatVersion"),
        (with_version("8.1.0"), "other-release", "InvalidFormatVersion"),
        (with_version("abc"), "other-layout", "Decode"),
        (with_version("abc")[:-1], "damaged", "Decode"),
        (sealed(b"ABCDEFGH" + sound()[8:-8]), "other-release", "InvalidMagic"),
        (b"ABCDEFGH" + sound()[8:], "damaged", "InvalidMagic"),
    ],
)
def test_conditions(tmp_path: Path, content: bytes, condition: str, error: str | None):
    verdict, _ = look(tmp_path / "file", content)
    assert (verdict["condition"], verdict["error"]) == (condition, error)


@pytest.mark.parametrize(
    ("content", "release", "condition", "error"),
    [
        (sound(), "1.14/x86_64", "ok", None),
        (sound(), "1.8/x86_64", "other-release", "Decode"),
        (sound(), "1.14/aarch64", "other-release", "InvalidMagic"),
        (sound(), "1.16/x86_64", "other-release", "Decode"),
        (sound(), "1.13/x86_64", "other-layout", "Decode"),
        (sound()[:-1], "1.13/x86_64", "damaged", "Crc64"),
        (altered(SMT, b"\2", seal=False), "1.14/x86_64", "damaged", "Decode"),
        (with_version("9.0.0"), "1.14/x86_64", "other-release", "InvalidFormatVersion"),
        (with_version("9.0.0")[:-1], "1.14/x86_64", "damaged", "InvalidFormatVersion"),
    ],
)
def test_conditions_of_a_release(
    tmp_path: Path, content: bytes, release: str, condition: str, error: str | None
):
    """The class of the error is that of the program; the condition does not depend on it."""
    file = tmp_path / "file"
    file.write_bytes(content)
    (row,) = verify(file, release=release)
    assert (row["condition"], row["error"]) == (condition, error)


def test_bitcode(tmp_path: Path):
    """Releases that decode first: any error of a damaged file is about its checksum, without --as."""
    content = (GOLDEN / "bitcode/snapshots/1.16.1/03_many/vmstate").read_bytes()
    file = tmp_path / "file"
    assert look(file, content)[0]["condition"] == "ok"
    for at in random.Random(3).sample(range(20, len(content)), 60):
        turned = bytearray(content)
        turned[at] ^= 1 << at % 8
        verdict, _ = look(file, bytes(turned))
        assert (verdict["condition"], verdict["error"]) == ("damaged", "Crc64")
        (row,) = verify(file, release="1.16/x86_64")
        assert row["condition"] == "damaged"
        assert row["error"] in ("Decode", "Crc64")
        resealed, _ = look(file, sealed(bytes(turned[:-8])))
        assert resealed["condition"] in ("ok", "other-layout")


@data.each(data.verdicts())
def test_every_damaged_file(file: Verdict, tmp_path: Path):
    content = file.path.read_bytes()
    verdict, _ = look(tmp_path / "copy", content)
    if verdict["condition"] in ("other-release", "other-layout"):
        assert FIRECRACKER_FORMAT.checksum is not None
        assert FIRECRACKER_FORMAT.checksum.holds(content)


@data.each(data.state_files())
def test_every_state_file(file: StateFile, tmp_path: Path):
    assert look(tmp_path / "copy", file.bytes)[0]["condition"] == "ok"


def test_unreadable(tmp_path: Path):
    rows = json.loads(call("verify", "--json", SNAPSHOT, tmp_path, tmp_path / "none").stdout)
    for row in rows:
        check_verdict(row)
    assert [row["condition"] for row in rows] == ["ok", "unreadable", "unreadable"]
    assert judge(tmp_path).condition is Condition.UNREADABLE


@schema
class Thing:
    number: u32
    flag: u8


@pytest.mark.parametrize("order", CheckOrder)
def test_formats_of_ones_own(order: CheckOrder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    format_ = SnapshotFormat(name="t/1", magic=0x99, version="1.2.0", payload=tuple[Thing, bool], order=order)
    content = format_.new((Thing(1, 2), True)).to_bytes()
    longer = dataclasses.replace(format_, payload=bytes).new(bytes(50)).to_bytes()
    newer = dataclasses.replace(format_, version="1.3.0").new((Thing(1, 2), True)).to_bytes()
    turned = content[:-9] + b"\7" + content[-8:]
    for source, condition in (
        (content, Condition.OK),
        (longer, Condition.OTHER_LAYOUT),
        (newer, Condition.OTHER_RELEASE),
        (turned, Condition.DAMAGED),
        (content[:-1], Condition.DAMAGED),
        (content[:20], Condition.DAMAGED),
        (b"\x7fELF" + bytes(99), Condition.NOT_A_SNAPSHOT),
    ):
        assert judge(source, format_).condition is condition
    monkeypatch.setitem(formats(), format_.name, format_)
    file = tmp_path / "file"
    assert look(file, turned)[0]["error"] == ("Decode" if order is CheckOrder.PAYLOAD_FIRST else "Crc64")
    assert look(file, newer)[0]["condition"] == "other-release"
    assert look(file, longer)[0]["condition"] == "other-layout"


def test_without_a_checksum():
    format_ = SnapshotFormat(name="t/2", magic=0x98, version="1.2.0", payload=u32, checksum=None)
    content = format_.new(7).to_bytes()
    assert judge(content, format_).condition is Condition.OK
    assert judge(content[:-1], format_).condition is Condition.DAMAGED
    other = dataclasses.replace(format_, version="2.0.0").new(7).to_bytes()
    assert judge(other, format_).condition is Condition.OTHER_RELEASE


def test_other_encodings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    format_ = SnapshotFormat(
        name="t/3",
        magic=0x1234_5678_9ABC,
        version="3.2.1",
        payload=list[bool],
        encoding=Encoding("variable", "big"),
    )
    monkeypatch.setitem(formats(), format_.name, format_)
    content = format_.new([True] * 20).to_bytes()
    file = tmp_path / "file"
    assert look(file, content)[0]["condition"] == "ok"
    assert look(file, content[:30] + b"\7" + content[31:])[0]["condition"] == "damaged"
    newer = dataclasses.replace(format_, version="4.0.0").new([True]).to_bytes()
    assert look(file, newer)[0]["condition"] == "other-release"
    verdict = look(file, newer[:-3] + b"\7" + newer[-2:])[0]
    assert (verdict["condition"], verdict["error"]) == ("damaged", "Crc64")
