"""Setting values and migrating in many files: whole files only, and a manifest that knows of each."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import fsspec
import pytest

from cli.support import EXAMPLES, call
from snapformat.fleet import Change, change
from snapformat.inspect import load_any

ARGS = "vm_info.boot_source.boot_args"
QUIET = Change(((ARGS, "quiet"),))


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    folder = tmp_path / "fleet"
    for number in range(3):
        (folder / str(number)).mkdir(parents=True)
        shutil.copy(EXAMPLES / "microvm.vmstate", folder / str(number) / "vmstate")
    return folder


def _args(path: Path | bytes) -> str:
    text: str = load_any(path).data.vm_info.boot_source.boot_args
    return text


def _manifest(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_new_files(fleet: Path, tmp_path: Path, client: Any) -> None:
    manifest, out = tmp_path / "log.jsonl", tmp_path / "new"
    before = {path: path.read_bytes() for path in fleet.rglob("vmstate")}
    report = change([str(fleet)], QUIET, output=str(out), manifest=str(manifest), client=client)
    assert dict(report.states) == {"changed": 3}
    assert {path: path.read_bytes() for path in before} == before
    for number in range(3):
        assert _args(out / str(number) / "vmstate") == "quiet"
    rows = _manifest(manifest)
    assert [row["state"] for row in rows] == ["begun"] * 3 + ["changed"] * 3
    assert {row["target"] for row in rows} == {f"{out}/{number}/vmstate" for number in range(3)}
    old = _args(fleet / "0" / "vmstate")
    assert all(row["changes"] == [[f"$.{ARGS}", old, "quiet"]] for row in rows[3:])
    # What is there is never replaced; the same bytes are as good.
    (out / "1" / "vmstate").write_bytes(b"other")
    (out / "2" / "vmstate").unlink()
    manifest.unlink()
    report = change([str(fleet)], QUIET, output=str(out), manifest=str(manifest), client=client)
    assert dict(report.states) == {"changed": 2, "failed": 1}
    assert "another file" in report.failures[0][1]
    assert (out / "1" / "vmstate").read_bytes() == b"other"
    assert not [path for path in out.rglob("*") if path.name.endswith(".tmp")]


def test_in_place_and_again(fleet: Path, tmp_path: Path, client: Any) -> None:
    manifest = tmp_path / "log.jsonl"
    for expected, skipped in (({"changed": 3}, 0), ({}, 3)):
        report = change([str(fleet)], QUIET, in_place=True, manifest=str(manifest), client=client)
        assert (dict(report.states), report.skipped) == (expected, skipped)
    assert [_args(path) for path in fleet.rglob("vmstate")] == ["quiet"] * 3
    # Killed while the last line was written: that file is looked at again.
    data = manifest.read_bytes()
    manifest.write_bytes(data[:-20])
    report = change([str(fleet)], QUIET, in_place=True, manifest=str(manifest), client=client)
    assert (dict(report.states), report.skipped) == ({"same": 1}, 2)


def test_each_file_is_in_the_manifest_before_it_is_touched(
    fleet: Path, tmp_path: Path, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from snapformat.fleet import changes

    manifest = tmp_path / "log.jsonl"
    seen: list[bool] = []

    def write(path: str, data: bytes) -> None:
        begun = [row["location"] for row in _manifest(manifest) if row["state"] == "begun"]
        seen.append(path in begun)

    monkeypatch.setattr(changes, "write_all", write)
    change([str(fleet)], QUIET, in_place=True, manifest=str(manifest), client=client)
    assert seen == [True] * 3


def test_a_dry_run_writes_nothing(fleet: Path, client: Any) -> None:
    before = {path: path.read_bytes() for path in fleet.rglob("*") if path.is_file()}
    rows: list[Any] = []
    report = change([str(fleet)], QUIET, dry_run=True, client=client, on_row=rows.append)
    assert dict(report.states) == {"changed": 3}
    assert [row["changes"][0][2] for row in rows] == ["quiet"] * 3
    assert {path: path.read_bytes() for path in fleet.rglob("*") if path.is_file()} == before


def test_keys_of_an_object_store(fleet: Path, tmp_path: Path, client: Any) -> None:
    store = fsspec.filesystem("memory")
    store.pipe_file("/old/a/vmstate", (EXAMPLES / "microvm.vmstate").read_bytes())
    manifest = str(tmp_path / "log.jsonl")
    report = change(["memory://old"], QUIET, output="memory://new", manifest=manifest, client=client)
    assert dict(report.states) == {"changed": 1}
    assert _args(store.cat_file("/new/a/vmstate")) == "quiet"
    report = change(["memory://old"], QUIET, output="memory://new", manifest=manifest, client=client)
    assert (dict(report.states), report.skipped) == ({}, 1)
    store.pipe_file("/new/a/vmstate", b"other")
    report = change(["memory://old"], QUIET, output="memory://new", manifest=f"{manifest}1", client=client)
    assert dict(report.states) == {"failed": 1}
    assert store.cat_file("/new/a/vmstate") == b"other"
    report = change(["memory://old"], QUIET, in_place=True, manifest=f"{manifest}2", client=client)
    assert "only local files" in report.failures[0][1]


def test_migrating(fleet: Path, tmp_path: Path, client: Any) -> None:
    what = Change(release="1.16", unproven=True)
    manifest, out = tmp_path / "log.jsonl", tmp_path / "new"
    report = change([str(fleet)], what, output=str(out), manifest=str(manifest), client=client)
    assert dict(report.states) == {"changed": 3}, report.failures
    assert load_any(out / "0" / "vmstate").format.release == "1.16"
    row = _manifest(manifest)[-1]
    assert (row["from"], row["to"]) == ("firecracker/1.14/x86_64", "firecracker/1.16/x86_64")


def test_a_stop_after_failures(fleet: Path, tmp_path: Path, client: Any) -> None:
    for number in range(40):
        (fleet / f"bad-{number:02}").write_bytes(b"bad")
    for most, expected in ((4, range(4, 40)), (None, range(40, 41))):
        report = change([str(fleet)], QUIET, dry_run=True, most_failures=most, client=client)
        assert report.states["failed"] in expected
        assert report.stopped is (most is not None)


@pytest.mark.parametrize(
    ("what", "options", "why"),
    [
        (Change(), {"dry_run": True}, "nothing is to be done"),
        (Change(release="9.9"), {"dry_run": True}, "no release"),
        (Change((("a[", "1"),)), {"dry_run": True}, "not a path"),
        (QUIET, {}, "say where to"),
        (QUIET, {"dry_run": True, "in_place": True}, "say where to"),
        (QUIET, {"in_place": True}, "a manifest is needed"),
    ],
)
def test_contradictions(what: Change, options: dict[str, Any], why: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=why):
        change([str(tmp_path)], what, **options)


def test_a_manifest_that_is_none(tmp_path: Path, client: Any) -> None:
    (tmp_path / "log").write_text("text\n")
    options = {"in_place": True, "manifest": str(tmp_path / "log"), "client": client}
    with pytest.raises(Exception, match="not the manifest"):
        change([str(tmp_path)], QUIET, **options)


def test_usage() -> None:
    for arguments in (["apply", "."], ["apply", ".", "--set", "a=1", "-i"], ["scan", "."]):
        assert call(*arguments).exit_code == 2
    assert call("apply", "missing", "--set", "a=1", "-n").exit_code == 1
