"""`verify`: the original's verdicts."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from cli.support import (
    DATA_END,
    SMT,
    SNAPSHOT,
    VERIFY_MEMBERS,
    altered,
    call,
    sealed,
    sound,
    verify,
    with_version,
)
from snapformat import SnapshotFormat
from snapformat.bincode import u8
from snapshots import data
from snapshots.data import StateFile, Verdict

AARCH64 = 0x0710_1984_AAAA_0000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file.vmstate"


@data.each(data.verdicts())
def test_damaged_files_as_their_release(file: Verdict):
    (row,) = verify(file.path, release=file.named)
    if file.code == "any":
        assert not row["ok"]
    else:
        assert row["error"] == file.code


@data.each(data.state_files())
def test_real_files(file: StateFile):
    (row,) = verify(file.path)
    assert row["ok"]
    (row,) = verify(file.path, release=file.format.name)
    assert row["ok"]


@pytest.mark.parametrize("release", [None, "1.14/x86_64", "firecracker/1.14/x86_64"])
@pytest.mark.parametrize(
    ("content", "error", "path", "offset"),
    [
        pytest.param(sound(), None, None, None, id="sound"),
        pytest.param(sound() + bytes(3), None, None, None, id="zeros after it"),
        pytest.param(altered(SMT, b"\2", seal=True), "Decode", "$.vm_info.smt", SMT, id="bool of 2"),
        pytest.param(altered(SMT, b"\2", seal=False), "Decode", "$.vm_info.smt", SMT, id="payload first"),
        pytest.param(altered(21, b"\7", seal=False), "Crc64", None, DATA_END, id="checksum"),
        pytest.param(with_version("9.0.0"), "InvalidFormatVersion", "$header.version", 8, id="9.0.0"),
        pytest.param(with_version("8.1.0"), "InvalidFormatVersion", "$header.version", 8, id="8.1.0"),
        pytest.param(with_version("abc"), "Decode", "$header.version", 8, id="abc"),
        pytest.param(sealed(bytes(8) + sound()[8:-8]), "InvalidMagic", "$header.magic", 0, id="magic"),
        pytest.param(
            sealed(bytes(8) + with_version("9.0.0")[8:-8]), "InvalidMagic", "$header.magic", 0, id="both"
        ),
        pytest.param(b"", "Decode", "$header.magic", 0, id="empty"),
        pytest.param(sound()[:8], "Decode", "$header.version", 8, id="magic only"),
    ],
)
def test_verdict(
    file: Path, release: str | None, content: bytes, error: str | None, path: str | None, offset: int | None
):
    file.write_bytes(content)
    (row,) = verify(file, release=release)
    assert (row["error"], row["path"]) == (error, path)
    if path != "$header.version":
        assert row["offset"] == offset
    else:
        assert row["offset"] in (8, 16)


def test_another_architecture(file: Path):
    file.write_bytes(sealed(AARCH64.to_bytes(8, "little") + sound()[8:-8]))
    (row,) = verify(file, release="1.14/x86_64")
    assert row["error"] == "InvalidMagic"
    assert "0x07101984aaaa0000" in row["message"]
    (row,) = verify(file)
    assert not row["ok"]


def test_message_does_not_repeat_the_place(file: Path):
    file.write_bytes(altered(SMT, b"\2", seal=True))
    (row,) = verify(file)
    hint = "the checksum matches: another layout, or a value that this schema refuses"
    assert row["message"] == f"not a bool: expected 0 or 1, found 2 ({hint})"


def test_several_files(file: Path, tmp_path: Path):
    file.write_bytes(sound()[:-1])
    missing = tmp_path / "missing"
    rows = verify(SNAPSHOT, file, missing, tmp_path, SNAPSHOT)
    assert [row["error"] for row in rows] == [None, "Crc64", "Io", "Io", None]
    assert rows[2]["message"] == "cannot open: No such file or directory"


def test_plain(file: Path, tmp_path: Path):
    file.write_bytes(altered(SMT, b"\2", seal=True))
    missing = tmp_path / "missing"
    result = call("verify", SNAPSHOT, file, missing)
    assert result.exit_code == 1
    assert (
        result.stdout == f"{SNAPSHOT}: ok\n{file}: Decode (of another layout)\n{missing}: Io (unreadable)\n"
    )
    assert result.stderr.startswith(
        f"error: Decode: {file}: not a bool: expected 0 or 1, found 2 - at `$.vm_"
    )
    assert "\n00000010  38 2e 30 2e 30 00 01 00  00 00 00 00 00 02 03 00  |8.0.0" in result.stderr
    assert result.stderr.endswith(f"\nerror: Io: {missing}: cannot open: No such file or directory\n")


def test_plain_good():
    result = call("verify", SNAPSHOT)
    assert (result.exit_code, result.stdout, result.stderr) == (0, f"{SNAPSHOT}: ok\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--json"],
        ["--as", "0.1", SNAPSHOT],
        ["--as", "1.14/riscv64", SNAPSHOT],
        ["--as", "", SNAPSHOT],
        ["--as", "no_such_module:FORMAT", SNAPSHOT],
        ["--nonsense", SNAPSHOT],
        ["--as"],
    ],
    ids=str,
)
def test_usage(arguments: list[str]):
    result = call("verify", *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Error: " in result.stderr


def test_altered_files_never_escape(file: Path):
    """Whatever a byte becomes: a verdict, and `info` agrees with it."""
    choose = random.Random(14)
    for _ in range(200):
        content = bytearray(sound())
        for _ in range(choose.choice((1, 1, 3, 20))):
            content[choose.randrange(choose.choice((40, len(content))))] = choose.randrange(256)
        kept = content[: choose.choice((len(content), choose.randrange(len(content))))]
        file.write_bytes(sealed(bytes(kept[:-8])) if choose.random() < 0.5 else bytes(kept))
        for arguments in (("info",), ("verify",), ("verify", "--as", "1.14/x86_64"), ("dump",)):
            result = call(*arguments, file)
            assert result.exit_code in (0, 1)
            if arguments != ("info",):
                assert (result.stderr == "") is (result.exit_code == 0)


def test_deep(file: Path):
    """A file that loads, with a value that the machine does not survive."""
    assert (
        call("set", SNAPSHOT, "-o", file, "device_states.acpi_state.vmclock.guest_address=0x100000").exit_code
        == 0
    )
    assert call("verify", file).exit_code == 0
    result = call("verify", "--deep", file, SNAPSHOT)
    assert result.exit_code == 1
    first, second, third = result.stdout.splitlines()
    assert first == f"{file}: ok, 1 finding"
    assert second.startswith("  $.device_states.acpi_state.vmclock.guest_address: fatal: 0x100000 is not in ")
    assert second.endswith(" (1.8-1.14, section 8)")
    assert third == f"{SNAPSHOT}: ok"
    assert call("verify", "--deep", SNAPSHOT).exit_code == 0


def test_deep_in_json(file: Path, tmp_path: Path):
    call("set", SNAPSHOT, "-o", file, "device_states.acpi_state.vmgenid.gsi=30")
    damaged = tmp_path / "damaged"
    damaged.write_bytes(altered(SMT, b"\2", seal=True))
    result = call("verify", "--deep", "--json", file, SNAPSHOT, damaged)
    assert result.exit_code == 1
    rows = json.loads(result.stdout)
    assert [list(row) for row in rows] == [[*VERIFY_MEMBERS, "findings"]] * 3
    assert [row["ok"] for row in rows] == [True, True, False]
    ((found,), nothing, unknown) = (row["findings"] for row in rows)
    assert list(found) == ["path", "message", "severity", "rule"]
    assert (found["path"], found["severity"]) == ("$.device_states.acpi_state.vmgenid.gsi", "warning")
    assert nothing == []
    assert unknown is None


def test_deep_without_checks(file: Path):
    """A format without deep checks is said to have none."""
    SAVES.new(7).save(file)
    result = call("verify", "--deep", "--as", "cli.test_verify:SAVES", file)
    assert (result.exit_code, result.stdout) == (0, f"{file}: ok, saves has no deep checks\n")


#: A format without a family.
SAVES = SnapshotFormat(name="saves", magic=0x5A5A, version="1.0.0", payload=u8)
