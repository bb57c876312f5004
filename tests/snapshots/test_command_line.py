"""The same files through the command line: a folder of files in one call, as programs do it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from click.testing import CliRunner

from snapformat.cli._app import cli
from snapshots import data
from snapshots.data import StateFile


def verify(*arguments: object) -> tuple[list[dict[str, Any]], int]:
    command = [sys.executable, "-m", "snapformat", "verify", "--json", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout, done.stderr
    return json.loads(done.stdout), done.returncode


def call(*arguments: object) -> None:
    """A command that must succeed, in this process."""
    done = CliRunner().invoke(cli, list(map(str, arguments)), catch_exceptions=False)
    assert (done.exit_code, done.stderr) == (0, "")


FOLDERS = sorted({verdict.path.parent for verdict in data.verdicts()})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: "/".join(folder.parts[-3:]))
def test_verdicts_of_a_damaged_folder(folder):
    verdicts = [verdict for verdict in data.verdicts() if verdict.path.parent == folder]
    rows, status = verify("--as", verdicts[0].named, *(verdict.path for verdict in verdicts))
    assert [row["file"] for row in rows] == [str(verdict.path) for verdict in verdicts]
    for row, verdict in zip(rows, verdicts, strict=True):
        assert list(row) == ["file", "ok", "error", "path", "offset", "message", "condition"]
        assert row["ok"] == (verdict.code is None), row
        assert row["error"] == verdict.code or verdict.code == "any", row
    assert status == (0 if all(verdict.code is None for verdict in verdicts) else 1)


def test_every_state_file_is_good():
    rows, status = verify(*(file.path for file in data.state_files()))
    assert [row["file"] for row in rows if not row["ok"]] == []
    assert (len(rows), status) == (len(data.state_files()), 0)


@data.each(file for file in data.state_files() if file.truth is not None)
def test_dump_and_build(file: StateFile, tmp_path):
    dumped = tmp_path / "dumped.json"
    call("dump", file.path, "--as", "serde", "--schema", file.format.name, "-o", dumped)
    document = json.loads(dumped.read_bytes())
    assert list(document) == ["schema", "header", "data"]
    assert document["schema"] == file.format.name
    truth = json.loads(file.truth.read_bytes())
    data.assert_same_lines(data.json_lines(document["data"]), data.json_lines(truth), "dump")
    call("build", dumped, "-o", tmp_path / "built")
    data.assert_same_bytes((tmp_path / "built").read_bytes(), file.bytes)
