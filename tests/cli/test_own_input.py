"""Neither `dump` nor `build` writes over what it read, by whatever name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.support import call, process, sound


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "f").write_bytes(sound())
    (tmp_path / "json").write_bytes(call("dump", tmp_path / "f").stdout_bytes)
    for name in ("f", "json"):
        (tmp_path / f"{name}-link").symlink_to(name)
        (tmp_path / f"{name}-again").symlink_to(f"{name}-link")
        os.link(tmp_path / name, tmp_path / f"{name}-hard")
    (tmp_path / "folder").symlink_to(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("command", "name"), [("dump", "f"), ("build", "json")])
def test_the_input_stays(folder: Path, command: str, name: str) -> None:
    before = (folder / name).read_bytes()
    for source in (name, f"{name}-link"):
        for target in (name, f"./{name}", f"{name}-link", f"{name}-again", f"{name}-hard", f"folder/{name}"):
            result = call(command, folder / source, "-o", f"{folder}/{target}")
            assert result.exit_code == 1
            assert result.stderr == f"error: Io: {folder}/{target}: input and output are the same file\n"
            assert (folder / name).read_bytes() == before
    assert sorted(p.name for p in folder.iterdir()) == sorted(
        ["f", "f-again", "f-hard", "f-link", "folder", "json", "json-again", "json-hard", "json-link"]
    )
    assert call(command, folder / name, "-o", folder / "other").exit_code == 0
    assert call(command, folder / name, "-o", folder / "other").exit_code == 0


def test_standard_input_too(folder: Path) -> None:
    before = (folder / "json").read_bytes()
    with (folder / "json").open("rb") as file:
        done = process("build", "-", "-o", folder / "json-link", stdin=file)
    assert done.returncode == 1
    assert b"input and output are the same file" in done.stderr
    assert (folder / "json").read_bytes() == before


def test_devices_are_no_files_to_lose() -> None:
    done = process("build", "/dev/null", "-o", "/dev/null")
    assert b"same file" not in done.stderr
