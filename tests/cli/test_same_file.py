"""No command replaces, or adds to, the file that it reads, by whatever name it is called."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli.support import SNAPSHOT, call, process, sound
from snapformat.cli._app import cli
from snapformat.cli._same_file import Command

MESSAGE = "input and output are the same file: "


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a snapshot `f` and its JSON `q.json`, each with a symbolic and a hard link."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(SNAPSHOT, "f")
    assert call("dump", "f", "-o", "q.json").exit_code == 0
    for name in ("f", "q.json"):
        os.symlink(name, f"{name}.symbolic")
        os.symlink(f"{name}.symbolic", f"{name}.twice")
        os.link(name, f"{name}.hard")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    yield tmp_path
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


NAMES = ["{0}", "./{0}", "../{1}/{0}", "{0}.symbolic", "{0}.twice", "{0}.hard", "/proc/self/cwd/{0}"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("made", "file"), [("dump", "f"), ("build", "q.json")])
def test_by_any_name(made: str, file: str, name: str, folder: Path) -> None:
    other = name.format(file, folder.name)
    for source, target in ((file, other), (other, file), (str(folder / file), other)):
        result = call(made, source, "-o", target)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.endswith(f"\nError: {MESSAGE}{source} and {target}\n")


@pytest.mark.parametrize("source", ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"])
def test_standard_input(source: str, folder: Path) -> None:
    del folder
    for made, file in (("build", "q.json"), ("dump", "f")):
        if made == "dump" and source == "-":
            continue  # to `dump`, that is a name
        with open(file, "rb") as opened:
            done = process(made, source, "-o", f"{file}.symbolic", stdin=opened)
        assert (done.returncode, done.stdout) == (2, b"")
        assert MESSAGE in done.stderr.decode()


@pytest.mark.parametrize(
    "arguments",
    [
        ["dump", "f"],
        ["dump", "f", "-o", "-"],
        ["dump", "f", "-o", "/dev/stdout"],
        ["info", "f.symbolic"],
        ["info", "--json", "f"],
        ["verify", "q.json", "f.hard"],
        ["build", "f", "-o", "-"],
    ],
)
def test_standard_output(arguments: list[str], folder: Path) -> None:
    del folder
    for flags in (os.O_WRONLY | os.O_APPEND, os.O_RDWR):
        descriptor = os.open("f", flags)
        try:
            done = process(*arguments, stdout=descriptor)
        finally:
            os.close(descriptor)
        assert done.returncode == 2
        assert MESSAGE in done.stderr.decode()


def test_what_is_no_file_may_be_both(folder: Path) -> None:
    for file in ("/dev/null", os.fsencode("/dev/null")):
        done = process("dump", file, "-o", "/dev/null", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        assert done.returncode == 1  # no snapshot, but no wrong call
    with open("q.json", "rb") as opened:
        done = process("build", "-", "-o", "-", stdin=opened)
    assert (done.returncode, done.stdout) == (0, sound())
    shown = process("info", "f", stdin=subprocess.DEVNULL, preexec_fn=lambda: os.close(1))
    assert shown.returncode == 1
    assert MESSAGE not in shown.stderr.decode()
    del folder


def test_another_file_with_the_same_content_is_written(folder: Path) -> None:
    (folder / "new").mkdir()
    shutil.copy("f", "new/f")
    assert call("build", "q.json", "-o", "new/f").exit_code == 0
    assert Path("new/f").read_bytes() == sound()
    shutil.rmtree("new")


def test_pages_of_documents(folder: Path) -> None:
    (folder / "pages").mkdir()
    schema = "firecracker/1.14/x86_64"
    try:
        os.link("f", "pages/firecracker-1.14-x86_64.md")
        common = ["docs", schema, "--format", "markdown"]
        result = call(*common, "-o", "pages", "--sample", "f")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.endswith(f"{MESSAGE}f and pages/firecracker-1.14-x86_64.md\n")
        os.makedirs("templates/markdown")
        os.link("f.hard", "templates/markdown/firecracker-1.14-x86_64.md")
        result = call(*common, "-o", "templates/markdown", "--templates", "templates")
        assert result.exit_code == 2
        assert MESSAGE in result.stderr
    finally:
        shutil.rmtree("pages")
        shutil.rmtree("templates", ignore_errors=True)


def test_every_command_compares() -> None:
    waiting: list[click.Group] = [cli]
    while waiting:
        group = waiting.pop()
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if isinstance(command, click.Group):
                waiting.append(command)
            else:
                assert isinstance(command, Command), name
