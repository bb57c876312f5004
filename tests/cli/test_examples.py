"""The help of every command: it has examples, and each of them is typed; lines break between words."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli.support import SNAPSHOT, call
from memory.files import PAGE, make
from snapformat.cli._app import cli
from snapformat.cli._command import MEANINGS, Documented
from snapformat.cli._reference import reference

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "cli.md"


def commands(
    group: click.Group = cli, before: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Documented]]:
    """All commands with their names, groups too."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert isinstance(command, Documented)
        yield (*before, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*before, name))


COMMANDS = dict([((), cli), *commands()])
EXAMPLES = [
    pytest.param(line, id=line) for command in COMMANDS.values() for line in dict.fromkeys(command.examples)
]


def prepare(folder: Path) -> None:
    """Make the files that the examples name."""
    shutil.copy(SNAPSHOT, folder / "vm.vmstate")
    assert call("set", SNAPSHOT, "vm_info.smt=true", "-o", folder / "new.vmstate").exit_code == 0
    assert call("dump", SNAPSHOT, "-o", folder / "vm.json").exit_code == 0
    (folder / "vm.mem").write_bytes(b"a" * 16 * PAGE)
    make(folder / "vm.diff", 16 * PAGE, [(PAGE, b"b" * PAGE)])
    (folder / "folder").mkdir()


def typed(line: str, folder: Path) -> tuple[int, str]:
    """The status and the errors of a line, run by a shell where it needs one."""
    words = shlex.split(line)
    if not set(words) & {"|", "<"} and not any("*." in word for word in words):
        done = call(*words[1:])
        return done.exit_code, done.stderr
    program = folder / "bin" / "snapformat"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m snapformat "$@"\n')
    program.chmod(0o700)
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"}
    shell = ["bash", "-o", "pipefail", "-c", line]
    ran = subprocess.run(shell, env=environment, capture_output=True, check=False)
    return ran.returncode, ran.stderr.decode()


@pytest.mark.parametrize("line", EXAMPLES)
def test_examples(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Every line does what it says: only those that compare find a difference, which is their status."""
    monkeypatch.chdir(tmp_path)
    prepare(tmp_path)
    if "--check" in line:
        assert typed(line.replace("--check", "-o"), tmp_path) == (0, "")
    status, errors = typed(line, tmp_path)
    assert "Traceback" not in errors
    assert "rror" not in errors
    assert status == (1 if re.search(r"\b(diff|compat) ", line) and "memory" not in line else 0)
    written = re.search(r"-o ([^ -]\S*)", line)
    assert written is None or (tmp_path / written[1]).exists()


@pytest.mark.parametrize("names", COMMANDS, ids=" ".join)
def test_help(names: tuple[str, ...]):
    command = COMMANDS[names]
    assert command.examples
    for line in command.examples:
        assert f"snapformat {' '.join(names)}".rstrip() in line
        assert len(line) <= 78
    shown = call(*names, "--help").stdout
    assert "\nExamples:\n  snapformat " in shown
    assert ("\nExit status:\n  0  " in shown) != isinstance(command, click.Group)
    assert max(map(len, shown.splitlines())) <= 80


def test_no_name_is_broken():
    """Lines of the help end where words end: a hyphen would be that of a name."""
    for names in COMMANDS:
        lines = [line.rstrip() for line in call(*names, "--help").stdout.splitlines()]
        assert [line for line in lines if line.endswith("-") and not line.endswith(" -")] == []


def test_statuses_in_one_table():
    """The manual's table has every status of every command, from the declarations that the help shows."""
    table = reference().partition("## Exit status")[2]
    for names, command in COMMANDS.items():
        for status, text in command.status.items():
            row = next(line for line in table.splitlines() if f"| {text} |" in line)
            assert row.startswith(f"| {status} |")
            assert f"`{' '.join(names)}`" in row
            assert text in " ".join(call(*names, "--help").stdout.split())
    for status, text in MEANINGS.items():
        assert re.search(rf"^\| {status} \| all( others)? \| {re.escape(text)} \|$", table, re.MULTILINE)
    assert len(re.findall("Exit status:", reference())) == len(
        [command for command in COMMANDS.values() if not isinstance(command, click.Group)]
    )


def test_the_manual_is_generated():
    assert MANUAL.read_text() == reference()
