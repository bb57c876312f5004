"""Every state file: identified, JSON as the original prints it, the same bytes back, its columns."""

from __future__ import annotations

import io
import json

import pytest

from bitcode import data, files
from bitcode.files import StateFile, Verdict
from cli.support import call
from snapformat import Snapshot
from snapformat.encodings.bitcode import engine
from snapformat.inspect import judge, load_any
from snapformat.inspect.annotate import annotate
from snapformat.values import dumps, from_json, loads, to_json
from snapformat_schemas import firecracker
from snapshots.data import assert_same_bytes, assert_same_lines, each, json_lines

each_file = each(files.state_files())
each_released = each(file for file in files.state_files() if file.is_released)
each_verdict = each(files.verdicts(), "verdict")


def test_there_are_files():
    assert files.state_files(), f"no release/configuration/vmstate* below {files.folder()}"
    assert files.verdicts(), f"no results.tsv below {files.folder()}"


@each_released
def test_it_is_identified(file: StateFile):
    found = firecracker.identify(file.path)
    assert found.format is file.format
    assert (found.releases[0], found.error) == (file.format.release, None)
    assert found.encoder is not None
    assert found.encoder.value == "bitcode 0.6"
    assert load_any(file.path) == file.format.load(file.path)


@each(file for file in files.state_files() if not file.is_released)
def test_a_development_state_is_recognized(file: StateFile):
    found = firecracker.identify(file.path)
    assert (found.format, str(found.version)) == (None, str(file.format.version))
    assert "builds between 1.16 and 1.17" in found.why[0]


@each_file
def test_json_is_the_originals(file: StateFile):
    truth = json.loads(file.truth.read_bytes())
    loaded = file.format.load(file.path, strict=True)
    shown = to_json(loaded.data, file.format.payload, serde=True)
    assert_same_lines(json_lines(shown), json_lines(truth), "JSON")
    assert_same_lines(
        json_lines(json.loads(dumps(loaded.data, file.format.payload))), json_lines(truth), "text"
    )
    for value in (from_json(truth, file.format.payload), loads(file.truth.read_bytes(), file.format.payload)):
        assert value == loaded.data
        assert_same_bytes(Snapshot(loaded.header, value, file.format).to_bytes(), file.bytes)


@each_file
def test_save_gives_the_file(file: StateFile, tmp_path):
    before = engine.statistics.read_fallbacks, engine.statistics.write_fallbacks
    target = io.BytesIO()
    loaded = file.format.load(file.bytes)
    loaded.save(target)
    assert_same_bytes(target.getvalue(), file.bytes)
    lazy = file.format.load(io.BytesIO(file.bytes), lazy=True)
    lazy.save(tmp_path / "copy")
    assert_same_bytes((tmp_path / "copy").read_bytes(), file.bytes)
    assert lazy == loaded
    assert before == (engine.statistics.read_fallbacks, engine.statistics.write_fallbacks)


@each_file
def test_columns(file: StateFile):
    lines = file.columns.read_text(encoding="utf-8").splitlines()
    wanted = [line.split("\t")[:5] for line in lines if not line.startswith("#")]
    found = [
        [str(each.offset), str(each.size), each.kind, str(each.count), each.path]
        for each in annotate(file.path, file.format)
    ]
    assert_same_lines(map(str, found), map(str, wanted), "columns")
    firsts = [line.split("\t")[5] for line in lines if not line.startswith("#")]
    for column, first in zip(found, firsts, strict=True):
        start = int(column[0])
        assert file.bytes[start : start + int(column[1])].hex().startswith(first[: 2 * int(column[1])])


@each_file
def test_the_header_alone(file: StateFile):
    header = file.format.load(file.bytes).header
    assert file.format.get_header(io.BytesIO(file.bytes)) == header
    head = next(each for each in file.format.columns(file.bytes) if each.path == "$.header.version")
    end = head.offset + head.size
    assert file.format.get_header(io.BytesIO(file.bytes[:end] + b"\xff" * 64)) == header
    source = io.BytesIO(file.bytes)
    file.format.get_header(source)
    assert source.tell() == end


@each_released
def test_the_command_line(file: StateFile, tmp_path):
    name = file.format.name
    for form in ("tagged", "serde", "decoded"):
        dumped, built = tmp_path / f"{form}.json", tmp_path / form
        assert call("dump", file.path, "--as", form, "--schema", name, "-o", dumped).exit_code == 0
        assert call("build", dumped, "-o", built).exit_code == 0
        assert_same_bytes(built.read_bytes(), file.bytes)
    info = json.loads(call("info", "--json", file.path).stdout)
    assert (info["status"], info["releases"][0]) == ("ok", file.format.release)
    assert info["summary"]["vcpus"] == len(json.loads(file.truth.read_bytes())["vcpu_states"])
    rows = json.loads(call("annotate", "--json", file.path).stdout)
    assert sum(row["size"] for row in rows) == len(file.bytes) - 8


@each_verdict
def test_verdict(verdict: Verdict):
    content = verdict.path.read_bytes()
    found = judge(content, verdict.format)
    assert found.code == verdict.code, found.message
    if verdict.code is not None:
        return
    saved = verdict.format.load(content).to_bytes()
    if verdict.debug == "resave differs":
        assert saved != content
    elif verdict.debug == "resave=input":
        assert_same_bytes(saved, content)
    else:
        name = verdict.debug.removeprefix("resave=")
        assert_same_bytes(saved, verdict.path.with_name(f"{name}.bin").read_bytes())


@each_verdict
def test_verdict_on_the_command_line(verdict: Verdict):
    release, _, arch = verdict.format.name.partition("/")[2].partition("/")
    done = call("verify", "--json", "--as", f"{release}/{arch}", verdict.path)
    (row,) = json.loads(done.stdout)
    assert (row["error"], row["ok"]) == (verdict.code, verdict.code is None)
    assert done.exit_code == (0 if verdict.code is None else 1)


def _cross_loads() -> list[list[str]]:
    lines = (data.folder() / "cross_load.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line]


#: The releases of the programs in `cross_load.tsv` that are no releases.
_DEVELOPMENT_TOOLS = {"1.17.0-dev": "main-81b38b9"}


@pytest.mark.parametrize("row", _cross_loads(), ids=lambda row: f"{row[0]}-{row[1]}")
def test_other_releases(row: list[str]):
    """What each release says to the files of the others."""
    tool = row[0].removeprefix("fctool-v")
    format_ = files.format_of(_DEVELOPMENT_TOOLS.get(tool, tool))
    path = row[1].removeprefix("out/").removeprefix("v")
    home = files.folder()
    if not (home / path).exists():  # of a release that writes bincode
        home = data.DEFAULT_FOLDER.parent / "snapshots"
    assert judge(home / path, format_).code == files.code_of(row[2], row[3] if len(row) > 3 else "")
