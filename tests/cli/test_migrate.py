"""`migrate`: files carried to another release, and nothing written where it can't be."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from cli.support import SMT, SNAPSHOT, altered, call, process
from snapformat.inspect import load_any

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
ARM = GOLDEN / "snapshots-aarch64/1.13.2/02_mmio_many/vmstate"
NEWEST = GOLDEN / "bitcode/snapshots/1.16.1/03_many/vmstate"
VMCLOCK = "$.device_states.acpi_state.vmclock"


def migrate(*arguments: str | Path, to: str = "1.16") -> Result:
    return call("migrate", *arguments, "--to", to)


def rows(*arguments: str | Path, to: str = "1.16") -> list[dict[str, Any]]:
    result = migrate(*arguments, "--report", "json", to=to)
    found: list[dict[str, Any]] = json.loads(result.stdout)
    assert result.exit_code == (0 if all(row["ok"] for row in found) else 1)
    return found


def release(path: Path) -> str | None:
    return load_any(path).format.release


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.vmstate"


# -- what it does -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["1.16", "1.16.0", "1.16.1", "1.16/x86_64", "firecracker/1.16/x86_64"])
def test_a_file(out: Path, to: str):
    before = SNAPSHOT.read_bytes()
    result = migrate(SNAPSHOT, "-o", out, to=to)
    assert (result.exit_code, result.stderr) == (0, "")
    assert SNAPSHOT.read_bytes() == before
    assert release(out) == "1.16"
    assert call("verify", "--deep", "--as", "1.16/x86_64", out).exit_code == 0
    (line,) = result.stdout.splitlines()
    start = f"{SNAPSHOT}: firecracker/1.14/x86_64 -> firecracker/1.16/x86_64 in {out}: "
    assert line.startswith(start)
    assert "derived" in line.removeprefix(start)


def test_standard_input(out: Path, tmp_path: Path):
    result = process("migrate", "-", "--to", "1.16", "-o", out, input=SNAPSHOT.read_bytes())
    assert result.stdout.startswith(b"standard input: firecracker/1.14/x86_64 -> ")
    wanted = tmp_path / "wanted.vmstate"
    assert migrate(SNAPSHOT, "-o", wanted).exit_code == 0
    assert out.read_bytes() == wanted.read_bytes()
    result = migrate("-", "-o", tmp_path)
    assert (result.exit_code, "standard input has no name in a folder" in result.stderr) == (2, True)


def test_up_and_down_again(out: Path, tmp_path: Path):
    assert migrate(SNAPSHOT, "-o", out).exit_code == 0
    back = tmp_path / "back"
    assert migrate(out, "-o", back, to="1.14").exit_code == 0
    assert back.read_bytes() == SNAPSHOT.read_bytes()


def test_of_this_release_already(out: Path):
    result = migrate(SNAPSHOT, "-o", out, to="1.14.2")
    assert result.stdout.endswith(": it is of this release already\n")
    assert out.read_bytes() == SNAPSHOT.read_bytes()


def test_report(out: Path):
    result = migrate(SNAPSHOT, "-o", out, "--report", "text")
    assert result.exit_code == 0
    assert "  firecracker/1.14/x86_64 -> firecracker/1.15/x86_64\n" in result.stdout
    assert f"{VMCLOCK}.gsi = 12" in result.stdout
    assert "$.device_states.serial_state" in result.stdout


def test_report_in_json(out: Path):
    (row,) = rows(SNAPSHOT, "-o", out)
    assert (row["from"], row["to"]) == ("firecracker/1.14/x86_64", "firecracker/1.16/x86_64")
    assert (row["file"], row["output"]) == (str(SNAPSHOT), str(out))
    assert row["ok"] is row["shown"] is True
    assert row["findings"] == []
    first, second = row["steps"]
    assert first["rules"] == "1.15-1.16, section 1"
    (line,) = (each for each in first["entries"] if each["path"] == f"{VMCLOCK}.gsi")
    assert (line["kind"], line["new"]) == ("derived", 12)
    assert second["shown"] is True


def test_dry_run(tmp_path: Path):
    result = migrate(SNAPSHOT, "--dry-run")
    assert result.exit_code == 0
    assert " -> firecracker/1.16/x86_64: " in result.stdout
    (row,) = rows(SNAPSHOT, "-n", "-o", tmp_path / "out")
    assert row["output"] is None
    assert list(tmp_path.iterdir()) == []


def test_standard_output(out: Path):
    done = process("migrate", SNAPSHOT, "--to", "1.16", "-o", "-")
    assert (done.returncode, done.stderr) == (0, b"")
    assert migrate(SNAPSHOT, "-o", out).exit_code == 0
    assert done.stdout == out.read_bytes()


def test_several_files(tmp_path: Path):
    first, second = tmp_path / "a.vmstate", tmp_path / "b.vmstate"
    for each in (first, second):
        each.write_bytes(SNAPSHOT.read_bytes())
    folder = tmp_path / "out"
    folder.mkdir()
    result = migrate(first, second, "-o", folder)
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 2
    assert [release(folder / each.name) for each in (first, second)] == ["1.16", "1.16"]


def test_a_file_into_a_folder(tmp_path: Path):
    assert migrate(SNAPSHOT, "-o", tmp_path).exit_code == 0
    assert release(tmp_path / SNAPSHOT.name) == "1.16"


def test_a_bad_file_does_not_stop_the_others(tmp_path: Path):
    bad, text, good = tmp_path / "bad", tmp_path / "text", tmp_path / "good"
    bad.write_bytes(altered(SMT, b"\2", seal=True))
    text.write_text("no snapshot")
    good.write_bytes(SNAPSHOT.read_bytes())
    folder = tmp_path / "out"
    folder.mkdir()
    result = migrate(bad, text, tmp_path / "missing", good, "-o", folder)
    assert result.exit_code == 1
    assert [each.name for each in folder.iterdir()] == ["good"]
    assert result.stderr.count("error: ") == 3
    found = rows(bad, good, "-o", folder)
    assert [(row["ok"], row.get("error"), row["file"]) for row in found] == [
        (False, "Decode", str(bad)),
        (True, None, str(good)),
    ]
    assert found[0]["path"] == "$.vm_info.smt"


# -- what is refused ----------------------------------------------------------------------------------------


def test_a_loss(out: Path):
    result = migrate(NEWEST, "-o", out, to="1.15")
    assert result.exit_code == 1
    assert not out.exists()
    assert "allow SERIAL to lose it" in result.stderr
    assert "rules 1.15-1.16, section 6" in result.stderr
    assert "  SERIAL: $.device_states.serial_state: " in result.stderr
    (row,) = rows(NEWEST, "-o", out, to="1.15")
    assert [(each["allowed"], each["path"]) for each in row["losses"]] == [
        ("SERIAL", "$.device_states.serial_state")
    ]
    assert migrate(NEWEST, "-o", out, "--allow", "OTHER", to="1.15").exit_code == 1
    assert migrate(NEWEST, "-o", out, "--allow", "SERIAL", to="1.15").exit_code == 0
    assert release(out) == "1.15"


def test_what_was_not_seen_to_work(out: Path):
    result = migrate(ARM, "-o", out, to="1.14")
    assert result.exit_code == 1
    assert "--unproven" in result.stderr
    result = migrate(ARM, "-o", out, "--unproven", to="1.14")
    assert result.exit_code == 0
    assert "only read from the source" in result.stdout
    (row,) = rows(ARM, "-o", out, "--unproven", to="1.14")
    assert row["shown"] is False
    assert "migrations: read from the source" in call("info", out).stdout
    # 1.14 has no vmclock on aarch64, and none is invented.
    result = migrate(ARM, "-o", out, "--unproven", to="1.15")
    assert result.exit_code == 1
    assert f"`{VMCLOCK}`" in result.stderr


def test_a_result_that_would_not_run(tmp_path: Path, out: Path):
    """1.14 ignores a page outside of memory, 1.15 does not load with it."""
    file = tmp_path / "file"
    assert call("set", SNAPSHOT, "-o", file, f"{VMCLOCK}.guest_address=0x200000000000").exit_code == 0
    result = migrate(file, "-o", out)
    assert result.exit_code == 1
    assert "firecracker/1.16/x86_64 would not run it" in result.stderr
    assert "rules 1.15-1.16, section 5" in result.stderr
    assert not out.exists()


def test_warnings_are_shown(tmp_path: Path, out: Path):
    file = tmp_path / "file"
    assert call("set", SNAPSHOT, "-o", file, "device_states.acpi_state.vmgenid.gsi=30").exit_code == 0
    result = migrate(file, "-o", out)
    assert result.exit_code == 0
    assert "\n  warning: $.device_states.acpi_state.vmgenid.gsi: " in result.stdout
    (row,) = rows(file, "-o", out)
    assert [each["severity"] for each in row["findings"]] == ["warning"]


def test_another_architecture(out: Path):
    result = migrate(SNAPSHOT, "-o", out, to="1.16/aarch64")
    assert result.exit_code == 1
    assert "does not change the architecture: expected aarch64, found x86_64" in result.stderr


# -- usage --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("1.10", "name 1.10.0 or 1.10.1"),
        ("1.16.2", "1.16.2 is not declared"),
        ("1.16.9", "1.16.2 is not declared"),
        ("1.17", "1.17 is not declared"),
        ("1.7", "1.7 is not declared"),
        ("9.9", "no release '9.9'"),
        ("1.14.x", "no release '1.14.x'"),
        ("1.014", "no release '1.014'"),
        ("", "no release ''"),
        ("1.14/x86", "no architecture 'x86'"),
        ("1.14/", None),
    ],
)
def test_releases(out: Path, to: str, reason: str | None):
    result = migrate(SNAPSHOT, "-o", out, to=to)
    if reason is None:
        assert result.exit_code == 0
    else:
        assert result.exit_code == 2
        assert reason in result.stderr
        assert not out.exists()


def _usage(result: Result, reason: str) -> None:
    assert result.exit_code == 2, result.stderr
    assert reason in result.stderr
    assert result.stdout == ""


def test_where_to(tmp_path: Path):
    _usage(migrate(SNAPSHOT), "say where to")
    _usage(migrate(SNAPSHOT, NEWEST, "-o", tmp_path / "none"), "need an existing folder")
    _usage(migrate(SNAPSHOT, NEWEST, "-o", "-"), "need an existing folder")
    _usage(migrate(SNAPSHOT, "-o", tmp_path / "none" / "file"), "there is no folder")
    _usage(migrate(SNAPSHOT, "-o", "-", "--report", "json"), "--report is printed")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / SNAPSHOT.name).mkdir()
    _usage(migrate(SNAPSHOT, "-o", tmp_path), "is a folder")


def test_two_files_of_one_name(tmp_path: Path):
    folder = tmp_path / "out"
    folder.mkdir()
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / SNAPSHOT.name
    other.write_bytes(SNAPSHOT.read_bytes())
    _usage(migrate(SNAPSHOT, other, "-o", folder), "two FILEs have one name")
    _usage(migrate(SNAPSHOT, SNAPSHOT, "-o", folder), "two FILEs have one name")
    assert list(folder.iterdir()) == []


def test_an_output_that_is_an_input(tmp_path: Path):
    file = tmp_path / "file"
    file.write_bytes(SNAPSHOT.read_bytes())
    hard, soft, folder = tmp_path / "hard", tmp_path / "soft", tmp_path / "folder"
    os.link(file, hard)
    soft.symlink_to(file)
    folder.symlink_to(tmp_path)
    for output in (file, hard, soft, folder, tmp_path):
        _usage(migrate(file, "-o", output), "input and output are the same file")
    assert file.read_bytes() == SNAPSHOT.read_bytes()
    memory = tmp_path / "memory"
    memory.write_bytes(b"memory")
    _usage(migrate(file, "-o", memory, "--memory", memory), "input and output are the same file")
    assert memory.read_bytes() == b"memory"


def test_two_outputs_that_are_one(tmp_path: Path):
    folder = tmp_path / "out"
    folder.mkdir()
    files = [tmp_path / "a", tmp_path / "b"]
    for each in files:
        each.write_bytes(SNAPSHOT.read_bytes())
    (folder / "a").write_text("old")
    (folder / "b").symlink_to(folder / "a")
    _usage(migrate(*files, "-o", folder), "two results are one file")
    assert (folder / "a").read_text() == "old"


def test_memory_is_of_one_file(tmp_path: Path):
    _usage(migrate(SNAPSHOT, NEWEST, "-o", tmp_path, "--memory", "mem"), "--memory is of one snapshot")


@pytest.mark.parametrize("kind", ["missing", "folder", "fifo"])
def test_a_memory_file_that_no_step_needs_must_be_one(out: Path, tmp_path: Path, kind: str):
    memory = tmp_path / "mem"
    if kind == "folder":
        memory.mkdir()
    elif kind == "fifo":
        os.mkfifo(memory)
    (row,) = rows(SNAPSHOT, "-o", out, "--memory", memory)
    assert row["error"] == "Io"
    assert not out.exists()


def test_plain_info_imports_no_steps():
    done = process("info", SNAPSHOT, environment={"PYTHONPROFILEIMPORTTIME": "1"})
    assert done.returncode == 0
    assert b"snapformat_schemas" in done.stderr
    assert b"migrations" not in done.stderr
    assert b"snapformat.migrate" not in done.stderr
