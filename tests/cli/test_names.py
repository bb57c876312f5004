"""One name for one thing in all commands; the names that options once had keep working."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import warnings
from pathlib import Path

import click
import pytest

from cli.support import EXAMPLES, SNAPSHOT, call
from snapformat import SnapshotFormat
from snapformat.bincode import u8
from snapformat.cli import _app
from snapformat.snapshot import catalogue

LATEST = EXAMPLES / "microvm-1.16.vmstate"
SAVES = SnapshotFormat(name="saves", magic=0x1234567812345678, version="1.0.0", payload=u8)


def commands() -> dict[str, click.Command]:
    context = click.Context(_app.cli)
    return {name: _app.cli.get_command(context, name) for name in _app.cli.list_commands(context)}


def options_of(command: click.Command) -> dict[str, click.Option]:
    options = [each for each in command.params if isinstance(each, click.Option)]
    return {name: each for each in options for name in getattr(each, "documented", each.opts)}


def test_a_schema_is_named_by_one_option() -> None:
    named = {name: options_of(each) for name, each in commands().items()}
    with_schema = {name for name, options in named.items() if "--schema" in options}
    assert with_schema >= {
        "info",
        "verify",
        "dump",
        "build",
        "get",
        "set",
        "append",
        "remove",
        "diff",
        "view",
    }
    for name in with_schema:
        assert named[name]["--schema"].metavar == "SCHEMA"
    assert not any("--as" in options for options in named.values())
    assert [name for name, options in named.items() if "--format" in options] == ["dump", "annotate", "docs"]


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (("verify", "--schema", "1.14/x86_64", SNAPSHOT), ("verify", "--as", "1.14/x86_64", SNAPSHOT)),
        (("verify", "--schema", "1.14/x86_64", LATEST), ("verify", "--as=1.14/x86_64", LATEST)),
        (("dump", SNAPSHOT, "--format", "decoded"), ("dump", SNAPSHOT, "--as", "decoded")),
        (("dump", SNAPSHOT, "--format=serde"), ("dump", "--as=serde", SNAPSHOT)),
        (("annotate", SNAPSHOT, "--format", "json"), ("annotate", SNAPSHOT, "--as", "json")),
    ],
)
def test_former_names(now: tuple[str | Path, ...], before: tuple[str | Path, ...]) -> None:
    wanted, found = call(*now), call(*before)
    assert (found.exit_code, found.stdout, found.stderr) == (wanted.exit_code, wanted.stdout, wanted.stderr)
    assert found.stdout


@pytest.mark.parametrize("command", ["verify", "dump", "annotate"])
def test_the_help_has_the_name_of_today_alone(command: str) -> None:
    assert not re.search(r"--as\b", call(command, "--help").stdout)


def test_a_wrong_value_of_a_former_name() -> None:
    done = call("verify", "--as", "nosuch", SNAPSHOT)
    assert done.exit_code == 2
    assert "Invalid value for '--schema': unknown schema 'nosuch'" in done.stderr
    assert "`snapformat schemas` lists the " in done.stderr
    assert call("dump", SNAPSHOT, "--as", "nothing").exit_code == 2


# --- info of several files ------------------------------------------------------------------------------


def test_several_files_are_a_table(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_bytes(b"just some text, and longer than a header")
    missing = tmp_path / "missing"
    done = call("info", SNAPSHOT, LATEST, text, missing)
    assert done.exit_code == 1
    rows = [re.split(r"  +", line) for line in done.stdout.splitlines()]
    assert rows == [
        [str(SNAPSHOT), "ok", "1.14", "firecracker/1.14/x86_64", "8.0.0", "33382"],
        [str(LATEST), "ok", "1.16", "firecracker/1.16/x86_64", "10.0.0", "27171"],
        [str(text), "not-a-snapshot", "-", "-", "-", "40"],
        [str(missing), "unreadable", "-", "-", "-", "-"],
    ]
    assert f"error: Io: {missing}: cannot open: No such file or directory" in done.stderr
    assert "not a snapshot: the file begins with" in done.stderr
    assert call("info", SNAPSHOT, LATEST).exit_code == 0


def test_several_files_in_json_are_lines(tmp_path: Path) -> None:
    done = call("info", SNAPSHOT, LATEST, tmp_path / "missing", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows[0] == json.loads(call("info", SNAPSHOT, "--json").stdout)
    assert [row["status"] for row in rows] == ["ok", "ok", "unreadable"]
    assert done.exit_code == 1


def test_standard_input_among_several() -> None:
    done = call("info", "-", LATEST, stdin=SNAPSHOT.read_bytes())
    assert done.stdout.startswith("standard input")
    assert call("info", "-", "-", stdin=b"").exit_code == 2


def test_a_format_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.snap").write_bytes(SAVES.new(3).to_bytes())
    (tmp_path / "own_saves.py").write_text(
        "from snapformat import SnapshotFormat\nfrom snapformat.bincode import u8\n"
        "SAVES = SnapshotFormat(name='saves', magic=0x1234567812345678, version='1.0.0', payload=u8)\n"
    )
    monkeypatch.chdir(tmp_path)
    done = call("info", "own.snap")
    assert "note: no installed schema has this magic; a schema that is not installed can" in done.stdout
    done = call("info", "own.snap", "--schema", "own_saves:SAVES")
    assert "schema: saves\n" in done.stdout
    assert "releases" not in done.stdout
    assert call("verify", "own.snap", "--schema", "own_saves:SAVES").stdout == "own.snap: ok\n"


# --- entry points and warnings --------------------------------------------------------------------------


class Entry:
    def __init__(self, found: object) -> None:
        self.name, self.found = "mine", found

    def load(self) -> object:
        return self.found


@pytest.fixture
def entry(monkeypatch: pytest.MonkeyPatch) -> object:
    """A function that installs an entry point, and returns the formats that are known then."""

    def install(found: object) -> dict[str, SnapshotFormat]:
        monkeypatch.setattr(catalogue, "entry_points", lambda group: [Entry(found)])
        return catalogue._installed.__wrapped__()

    return install


def test_an_entry_point_of_one_format(entry) -> None:
    assert entry(SAVES) == entry([SAVES]) == {"saves": SAVES}


def test_an_entry_point_of_something_else(entry) -> None:
    for found, name in (
        (5, "'int' object is not iterable"),
        ([5], "expected a SnapshotFormat, or a list of"),
    ):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            assert entry(found) == {}
        assert name in str(caught[0].message)


def test_a_warning_has_no_place_in_the_source(tmp_path: Path) -> None:
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[snapformat.schemas]\nbroken = no_such_module:X\n")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from snapformat.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "schemas"], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr.startswith("warning: the schemas 'broken' can't be loaded: No module named")
    assert len(done.stderr.splitlines()) == 1


def test_descriptions_in_the_list_of_commands_are_not_cut() -> None:
    text = call("--help").stdout
    assert "..." not in text.partition("Commands:")[2].partition("Examples:")[0]
    for name in commands():
        assert importlib.import_module(f"snapformat.cli.{name}").command.get_short_help_str()[-1] in ".?"


def test_both_packages_can_be_run() -> None:
    for package in ("snapformat", "snapformat.cli"):
        line = [sys.executable, "-m", package, "--version"]
        done = subprocess.run(line, capture_output=True, text=True, check=True, timeout=60)
        assert done.stdout.startswith("snapformat 0")
