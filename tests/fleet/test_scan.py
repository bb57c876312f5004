"""A table of two hundred files: right row by row, and whole whatever dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from fleet.made import make
from fleet.reading import all_files, check_row, rows_of
from snapformat import SnapshotError
from snapformat.fleet import scan
from snapformat.fleet.running import connected
from snapformat.inspect.locations import PathError

FILES = 200


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fleet")
    make(folder, FILES, few=True)
    return folder


def _check(table: Path, fleet: Path) -> None:
    rows = rows_of(table)
    assert rows.keys() == {str(path) for path in all_files(fleet)}
    for location, row in rows.items():
        check_row(row, Path(location).read_bytes())


def test_every_row_is_what_single_calls_say(fleet: Path, tmp_path: Path, client: Any) -> None:
    report = scan([str(fleet)], str(tmp_path / "out"), client=client, rows=30)
    _check(tmp_path / "out", fleet)
    assert report.rows == FILES
    assert report.conditions["ok"] > 180
    assert set(report.conditions) > {"ok", "damaged"}
    for part in (tmp_path / "out").iterdir():
        assert pq.ParquetFile(part).metadata.num_row_groups == 1
        assert pq.ParquetFile(part).metadata.num_rows <= 30


def test_a_killed_worker_costs_its_batch(fleet: Path, tmp_path: Path) -> None:
    killed: list[int] = []
    with connected(None, 2) as client:

        def kill(_: Any) -> None:
            if not killed:
                killed.append(next(iter(client.run(os.getpid).values())))
                os.kill(killed[0], signal.SIGKILL)

        scan([str(fleet)], str(tmp_path / "out"), client=client, progress=kill)
        assert killed
    _check(tmp_path / "out", fleet)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", "snapformat", "scan", *arguments]


def test_a_killed_client_leaves_whole_row_groups(fleet: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = _command(str(fleet), "-o", str(out), "--rows", "20", "--workers", "1")
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    while not [*out.glob("part-*.parquet")]:
        assert running.poll() is None
        time.sleep(0.01)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    before = rows_of(out)
    assert 0 < len(before) <= FILES
    assert len(before) % 20 == 0
    done = subprocess.run([*command, "--resume"], capture_output=True, text=True, check=True)
    assert f"rows before: {len(before)}" in done.stdout
    _check(out, fleet)


def test_going_on_writes_nothing_twice(fleet: Path, tmp_path: Path, client: Any) -> None:
    out = str(tmp_path / "out")
    first = sorted(str(path) for path in all_files(fleet))[:50]
    scan(first, out, client=client)
    report = scan([str(fleet), *first], out, client=client, resume=True)
    assert (report.former, report.skipped, report.rows) == (50, 50, FILES - 50)
    _check(tmp_path / "out", fleet)
    report = scan([str(fleet)], out, client=client, resume=True)
    assert (report.former, report.skipped, report.rows) == (FILES, FILES, 0)


def test_a_changed_file_replaces_its_row(tmp_path: Path, client: Any) -> None:
    fleet, out = tmp_path / "fleet", tmp_path / "out"
    make(fleet, 6, few=True)
    scan([str(fleet)], str(out), client=client)
    changed = sorted(all_files(fleet))[2]
    changed.write_bytes(b"other")
    report = scan([str(fleet)], str(out), client=client, resume=True)
    assert (report.skipped, report.rows) == (5, 1)
    _check(out, fleet)


def test_a_table_is_not_overwritten(tmp_path: Path, client: Any) -> None:
    fleet, out = tmp_path / "fleet", tmp_path / "out"
    make(fleet, 2, few=True)
    for name in (str(out), str(tmp_path / "out.jsonl")):
        scan([str(fleet)], name, client=client)
        with pytest.raises(ValueError, match="resume"):
            scan([str(fleet)], name, client=client)
        with pytest.raises(SnapshotError, match="other columns"):
            scan([str(fleet)], name, client=client, resume=True, select=["vm_info.smt"])
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ValueError, match="is a file"):
        scan([str(fleet)], str(tmp_path / "file"), client=client)


def test_lines(fleet: Path, tmp_path: Path, client: Any) -> None:
    import json

    out = tmp_path / "out.jsonl"
    scan([str(fleet)], str(out), client=client)
    lines = out.read_bytes().splitlines(keepends=True)
    rows = {row["location"]: row for row in map(json.loads, lines)}
    assert len(lines) == len(rows) == FILES
    for location, row in rows.items():
        check_row(row, Path(location).read_bytes())
    out.write_bytes(b"".join(lines[:40]) + lines[40][:77])  # killed while it wrote
    report = scan([str(fleet)], str(out), client=client, resume=True)
    assert (report.former, report.rows) == (40, FILES - 40)
    again = {row["location"]: row for row in map(json.loads, out.read_text().splitlines())}
    assert again == rows
    changed = Path(json.loads(lines[3])["location"])
    before = changed.read_bytes()
    try:
        changed.write_bytes(before[:-1])
        scan([str(fleet)], str(out), client=client, resume=True)
        found = [json.loads(line) for line in out.read_text().splitlines()]
        assert len(found) == FILES
        assert [row["size"] for row in found if row["location"] == str(changed)] == [len(before) - 1]
    finally:
        changed.write_bytes(before)


def test_selected_parts(fleet: Path, tmp_path: Path, client: Any) -> None:
    selects = [
        "@drives.rootfs.path AS rootfs",
        "vm_info.mem_size_mib as mem",
        "vcpu_states[*].regs.rip AS rip",
        "..disk_path AS disks",
        "$header.version AS header",
        "vcpus[*].msr.EFER AS efer",
        "vm_info",
        "device_states AS devices",
    ]
    out = tmp_path / "out"
    scan([str(fleet)], str(out), client=client, select=selects)
    schema = pq.ParquetFile(next(out.glob("*.parquet"))).schema_arrow
    types = {
        name: str(schema.field(name).type) for name in ("rootfs", "mem", "rip", "disks", "header", "efer")
    }
    assert types == {
        "rootfs": "string",
        "mem": "uint64",
        "rip": "list<element: uint64>",
        "disks": "list<element: string>",
        "header": "string",
        "efer": "list<element: uint64>",
    }
    from snapformat.inspect import load_any
    from snapformat.inspect.query import select

    for location, row in rows_of(out).items():
        if not row["ok"]:
            assert row["mem"] is row["disks"] is row["vm_info"] is None
            continue
        snapshot = load_any(location)
        assert row["header"] == str(snapshot.version)
        assert row["mem"] == snapshot.data.vm_info.mem_size_mib == row["vm_info"]["mem_size_mib"]
        assert row["disks"] == [each.value for each in select(snapshot, "..disk_path")]
        assert row["rip"] == [each.value for each in select(snapshot, "vcpu_states[*].regs.rip")]
        assert row["efer"] == [each.value for each in select(snapshot, "@vcpus[*].msr.EFER")]


@pytest.mark.parametrize(
    ("select", "why"),
    [
        (["vm_info.nonsense"], "no known format has vm_info.nonsense"),
        (["vm_info["], "not a path"),
        (["vm_info.smt AS ok"], "two columns are named ok"),
        (["vm_info.smt AS a", "vm_info AS a"], "two columns are named a"),
    ],
)
def test_wrong_columns(select: list[str], why: str, tmp_path: Path, client: Any) -> None:
    with pytest.raises(PathError, match=why.replace("[", r"\[")):
        scan([str(tmp_path)], str(tmp_path / "out"), client=client, select=select)
    assert not (tmp_path / "out").exists()


def test_nothing_is_imported_from_the_folder_of_a_source(tmp_path: Path) -> None:
    """Modules of the names that Python, Dask and the library import lie among the files."""
    source, touched = tmp_path / "source", tmp_path / "touched"
    make(source, 3, few=True)
    for name in ("random", "json", "struct", "timeit", "construct", "dask", "distributed", "pyarrow"):
        (source / f"{name}.py").write_text(f"open({str(touched)!r}, 'w'); raise SystemExit(9)\n")
    done = subprocess.run(
        _command(".", "-o", str(tmp_path / "out"), "--workers", "1"),
        cwd=source,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(_path())},
    )
    assert "rows: 11" in done.stdout
    assert not touched.exists()


def _path() -> list[str]:
    """Folders of the packages, for a child that runs elsewhere."""
    import snapformat
    import snapformat_schemas

    return [str(Path(each.__file__).parents[1]) for each in (snapformat, snapformat_schemas)]
