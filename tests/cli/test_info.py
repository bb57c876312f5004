"""`info`: the facts, the status and the exit status."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.support import (
    CPU_TEMPLATE,
    DATA_END,
    MAGIC,
    SCHEMA,
    SMT,
    SNAPSHOT,
    altered,
    call,
    info,
    sealed,
    sound,
    with_version,
)
from snapformat import CRC64_JONES
from snapshots import data
from snapshots.data import Verdict


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file.vmstate"


def written(file: Path, content: bytes) -> Path:
    file.write_bytes(content)
    return file


def test_sound_file():
    row = info(SNAPSHOT)
    about = row.pop("summary")
    assert (about["release"], about["vcpus"], about["memory_mib"]) == ("1.14", 2, 256)
    assert row == {
        "file": str(SNAPSHOT),
        "size": 33382,
        "magic": MAGIC,
        "arch": "x86_64",
        "version": "8.0.0",
        "schema": SCHEMA,
        "payload_bytes": 33353,
        "trailing_bytes": 0,
        "checksum": {"stored": "0xb640458e06cb5258", "computed": "0xb640458e06cb5258", "ok": True},
        "status": "ok",
        "condition": "ok",
        "releases": ["1.14"],
    }


def test_plain_lines_are_the_same_facts():
    result = call("info", SNAPSHOT)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout.splitlines() == [
        f"file: {SNAPSHOT}",
        "size: 33382",
        f"magic: {MAGIC}",
        "arch: x86_64",
        "version: 8.0.0",
        f"schema: {SCHEMA}",
        "payload_bytes: 33353",
        "trailing_bytes: 0",
        "checksum_stored: 0xb640458e06cb5258",
        "checksum_computed: 0xb640458e06cb5258",
        "checksum_ok: true",
        "status: ok",
        "releases: 1.14",
        "vcpus: 2",
        "memory: 256 MiB",
        "cpu: AuthenticAMD, AMD EPYC (family 26, model 2, stepping 1)",
        "kernel: vmlinux",
        "initrd: initrd",
        "boot_args: console=ttyS0 reboot=k panic=1 pci=off",
        "transport: MMIO",
        "drive: rootfs: rootfs (Writeback, Sync, root)",
        "drive: data1: data1 (Unsafe, Sync, read-only)",
        "network: eth0: tap tap0 (06:00:ac:10:00:02, MMDS)",
        "vsock: v.sock (CID 42)",
        "balloon: 0 of 8 MiB",
        "entropy: limited",
        "mmds: V2",
    ]


@pytest.mark.parametrize(
    ("offset", "value", "seal", "payload_bytes", "ok"),
    [
        pytest.param(SMT, b"\2", True, None, True, id="bool of 2"),
        pytest.param(SMT, b"\2", False, None, False, id="bool of 2, unsealed"),
        pytest.param(CPU_TEMPLATE, b"\x63", True, None, True, id="variant 99"),
        pytest.param(22, b"\7", False, 33353, False, id="data"),
        pytest.param(DATA_END, b"\0", False, 33353, False, id="checksum"),
    ],
)
def test_damaged(file: Path, offset: int, value: bytes, seal: bool, payload_bytes: int | None, ok: bool):
    content = altered(offset, value, seal=seal)
    row = info(written(file, content))
    assert row["status"] == "damaged"
    assert row["schema"] == SCHEMA
    assert row["payload_bytes"] == payload_bytes
    assert row["checksum"]["ok"] is ok
    assert int(row["checksum"]["stored"], 16) == int.from_bytes(content[-8:], "little")
    assert int(row["checksum"]["computed"], 16) == CRC64_JONES.compute(content[:-8])


def test_bytes_after_the_checksum(file: Path):
    row = info(written(file, sound() + bytes(8)))
    # The original's check is of the whole file: it does not see zeros after the checksum.
    assert (row["status"], row["trailing_bytes"], row["checksum"]["ok"]) == ("ok", 8, True)
    row = info(written(file, sound() + b"x"))
    assert (row["status"], row["trailing_bytes"], row["checksum"]["ok"]) == ("damaged", 1, False)
    assert row["checksum"]["stored"] == row["checksum"]["computed"]
    row = info(written(file, sound() * 2))
    assert (row["status"], row["trailing_bytes"]) == ("ok", len(sound()))


def test_bytes_between_data_and_checksum(file: Path):
    content = sealed(sound()[:-8] + b"extra")
    row = info(written(file, content))
    assert (row["status"], row["trailing_bytes"], row["checksum"]["ok"]) == ("ok", 5, True)
    # The 8 bytes after the payload, whatever they are.
    assert int(row["checksum"]["stored"], 16) == int.from_bytes(content[DATA_END : DATA_END + 8], "little")


@pytest.mark.parametrize("missing", range(1, 9))
def test_checksum_cut_off(file: Path, missing: int):
    row = info(written(file, sound()[:-missing]))
    assert (row["status"], row["payload_bytes"], row["trailing_bytes"]) == ("damaged", 33353, 0)
    assert row["checksum"] == {"stored": None, "computed": "0xb640458e06cb5258", "ok": False}


@pytest.mark.parametrize("version", ["8.1.0", "9.0.0", "1.2.3-rc.1+build", "18446744073709551615.0.0"])
def test_unknown_version(file: Path, version: str):
    content = with_version(version)
    row = info(written(file, content))
    assert (row["status"], row["version"], row["schema"]) == ("unknown-version", version, None)
    assert (row["arch"], row["magic"]) == ("x86_64", MAGIC)
    assert (row["payload_bytes"], row["trailing_bytes"]) == (None, None)
    stored = f"0x{int.from_bytes(content[-8:], 'little'):016x}"
    assert row["checksum"] == {"stored": stored, "computed": stored, "ok": True}
    result = call("info", file)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "schema: unknown\n" in result.stdout
    assert "\nnote: header version " in result.stdout


def test_unknown_version_damaged(file: Path):
    content = bytearray(with_version("9.0.0"))
    content[1000] ^= 1
    row = info(written(file, bytes(content)))
    assert (row["status"], row["version"], row["checksum"]["ok"]) == ("damaged", "9.0.0", False)
    result = call("info", file)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: Crc64: {file}: the checksum does not match: expected 0x")


def test_unknown_version_and_nothing_more(file: Path):
    row = info(written(file, with_version("9.0.0", b"")[:-8]))
    assert (row["status"], row["checksum"]["stored"], row["checksum"]["ok"]) == ("damaged", None, False)


@pytest.mark.parametrize("version", ["8.0.1", "8.0.0-rc1", "8.0.0+x"])
def test_version_that_the_rule_accepts(file: Path, version: str):
    row = info(written(file, with_version(version)))
    assert (row["status"], row["version"], row["schema"]) == ("ok", version, SCHEMA)


def test_unknown_magic_with_a_header(file: Path):
    content = sealed(b"ABCDEFGH" + sound()[8:DATA_END])
    row = info(written(file, content))
    assert (row["status"], row["magic"]) == ("unknown-version", "0x4847464544434241")
    assert (row["arch"], row["version"], row["schema"]) == (None, "8.0.0", None)
    content = b"ABCDEFGH" + sound()[8:]
    assert info(written(file, content))["status"] == "damaged"


@pytest.mark.parametrize("version", ["abc", "", "8.0", "v8.0.0", "8.0.0\n", "08.0.0"])
def test_bad_version_string(file: Path, version: str):
    row = info(written(file, with_version(version)))
    assert (row["status"], row["magic"], row["arch"], row["version"]) == ("damaged", MAGIC, "x86_64", None)
    assert row["schema"] is None
    assert row["checksum"]["ok"] is True


@pytest.mark.parametrize("size", range(8, 21))
def test_header_cut_off(file: Path, size: int):
    row = info(written(file, sound()[:size]))
    assert (row["status"], row["magic"], row["version"]) == ("damaged", MAGIC, None)


def test_header_and_nothing_more(file: Path):
    row = info(written(file, sound()[:21]))
    assert (row["status"], row["version"], row["schema"]) == ("damaged", "8.0.0", SCHEMA)
    assert row["checksum"]["stored"] is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"1234567",
        sound()[:7],
        bytes(8),
        bytes(64),
        bytes(100_000),
        b"\xff" * 1000,
        b"\x7fELF" + bytes(200),
        b"PK\3\4" * 50,
        b"hello, world\n" * 20,
        # An unknown magic, and a length beyond all bounds.
        b"ABCDEFGH" + b"\xff" * 8 + b"8.0.0",
        b"ABCDEFGH" + (3).to_bytes(8, "little") + b"abc" + bytes(50),
    ],
    ids=lambda content: f"{len(content)} bytes {content[:6]!r}",
)
def test_not_a_snapshot(file: Path, content: bytes):
    row = info(written(file, content))
    assert (row["status"], row["schema"], row["version"]) == ("not-a-snapshot", None, None)
    result = call("info", file)
    assert result.exit_code == 1
    assert result.stdout.endswith("status: not-a-snapshot\n")
    assert result.stderr.startswith(f"error: Decode: {file}: ")


def test_damage_is_explained(file: Path):
    result = call("info", written(file, altered(SMT, b"\2", seal=True)))
    assert result.exit_code == 1
    assert result.stdout.endswith("status: damaged (of another layout)\nreleases: 1.14\n")
    assert result.stderr == (
        f"error: Decode: {file}: not a bool: expected 0 or 1, found 2 - at `$.vm_info.smt`, offset 29 (0x1d)"
        " (the checksum matches: another layout, or a value that this schema refuses)\n"
        "\n"
        "00000000  00 00 64 86 84 19 10 07  05 00 00 00 00 00 00 00  |..d.............|\n"
        "00000010  38 2e 30 2e 30 00 01 00  00 00 00 00 00 02 03 00  |8.0.0...........|\n"
        "                                                  ^^\n"
        "00000020  00 00 07 00 00 00 00 00  00 00 76 6d 6c 69 6e 75  |..........vmlinu|\n"
        "\n"
    )


@data.each(data.verdicts())
def test_every_damaged_file(file: Verdict):
    row = info(file.path)
    if row["status"] in ("ok", "damaged") and row["schema"] == file.format.name:
        assert (row["status"] == "ok") is (file.code is None)
    else:
        assert file.code is not None
