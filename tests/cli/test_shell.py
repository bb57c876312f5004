"""Habits of shells: standard input, completion, suggestions, no colours."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cli.support import SNAPSHOT, call, command, process, sound
from snapformat import Snapshot
from snapformat_schemas.firecracker.v1_14.x86_64 import MicrovmState


@pytest.mark.parametrize(
    "arguments",
    [
        ("info", "FILE"),
        ("info", "FILE", "--json"),
        ("dump", "FILE", "--as", "decoded"),
        ("get", "FILE", "vm_info", "vcpus[0].rip"),
        ("annotate", "FILE", "--depth", "1"),
        ("view", "FILE", "-o", "-"),
        ("set", "FILE", "vm_info.smt=true", "-o", "-"),
        ("append", "FILE", 'kvm_state.kvm_cap_modifiers="!56"', "-o", "-"),
        ("remove", "FILE", "vm_info.boot_source.boot_args", "-o", "-"),
    ],
)
def test_standard_input(arguments: tuple[str, ...]):
    """The same output as of the file, but for its name."""
    from_file = call(*(str(SNAPSHOT) if each == "FILE" else each for each in arguments))
    from_stream = call(*("-" if each == "FILE" else each for each in arguments), stdin=sound())
    assert (from_file.exit_code, from_stream.exit_code) == (0, 0)
    wanted = from_file.stdout_bytes.replace(os.fsencode(SNAPSHOT), b"standard input")
    assert from_stream.stdout_bytes == wanted
    assert from_stream.stderr == from_file.stderr


def test_pipes():
    """One command's output is the next one's input."""
    changing = command("set", SNAPSHOT, "vm_info.smt=true", "-o", "-")
    asking = command("get", "-", "vm_info.smt")
    with subprocess.Popen(changing, stdout=subprocess.PIPE) as first:
        second = subprocess.run(asking, stdin=first.stdout, stdout=subprocess.PIPE, check=True)
    assert first.returncode == 0
    assert second.stdout == b"true\n"


def test_bad_standard_input():
    for arguments in (("info", "-"), ("dump", "-"), ("get", "-", "vm_info"), ("annotate", "-")):
        for content in (b"", sound()[:100], b"text"):
            done = call(*arguments, stdin=content)
            assert done.exit_code == 1
            assert "standard input" in done.output
            assert "Traceback" not in done.output


def test_standard_input_stays(tmp_path: Path):
    """It can't be changed in place, nor be the file that is written."""
    for option in ("-i", "-n"):
        done = call("set", "-", "vm_info.smt=true", option, stdin=sound())
        assert done.exit_code == (2 if option == "-i" else 0)
    copy = tmp_path / "vm"
    copy.write_bytes(sound())
    with copy.open("rb") as stdin:
        done = process("set", "-", "vm_info.smt=true", "-o", copy, stdin=stdin)
    assert done.returncode == 2
    assert copy.read_bytes() == sound()
    assert call("set", "-", "vm_info.smt=true", "-o", copy, stdin=sound()).exit_code == 0
    assert Snapshot.load(copy, MicrovmState).data.vm_info.smt is True


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("snapformat me", {"memory"}),
        ("snapformat memory re", {"rebase"}),
        ("snapformat memory rebase --de", {"--dense"}),
        ("snapformat dump --as de", {"decoded"}),
        ("snapformat remove --miss", {"--missing-ok"}),
    ],
)
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(words: str, wanted: set[str], shell: str):
    last = words.split()[-1]
    count = str(len(words.split()) - 1)
    environment = {
        **os.environ,
        "_SNAPFORMAT_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": last if shell == "fish" else count,
    }
    done = subprocess.run(command(), env=environment, stdout=subprocess.PIPE, check=True, text=True)
    assert {word for word in wanted if word in done.stdout} == wanted
    assert len(done.stdout.split("\n")) <= 4


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_installed_by_a_line(shell: str):
    environment = {**os.environ, "_SNAPFORMAT_COMPLETE": f"{shell}_source"}
    done = subprocess.run(command(), env=environment, stdout=subprocess.PIPE, check=True, text=True)
    assert f"_SNAPFORMAT_COMPLETE={shell}_complete" in done.stdout


def test_did_you_mean():
    done = call("inof", SNAPSHOT)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Did you mean 'info'?" in done.stderr
    assert "Did you mean" not in call("xyzzy").stderr
    assert "Did you mean '--json'?" in call("info", "--jsno", SNAPSHOT).stderr


def test_no_color():
    """On a terminal, there are colours, unless the user asked for none."""
    import pty

    for value, is_coloured in ((None, True), ("1", False)):
        ours, theirs = pty.openpty()
        environment = {name: text for name, text in os.environ.items() if name != "NO_COLOR"}
        environment |= {"TERM": "xterm", **({} if value is None else {"NO_COLOR": value})}
        subprocess.run(command("verify", SNAPSHOT), env=environment, stdout=theirs, check=True)
        os.close(theirs)
        os.set_blocking(ours, False)
        shown = os.read(ours, 1 << 16)
        os.close(ours)
        assert b"ok" in shown
        assert (b"\x1b[32m" in shown) == is_coloured


def test_every_command_of_the_help():
    """The commands that the help gives as examples exist, with their options."""
    for arguments in ((), ("memory", "rebase")):
        text = call(*arguments, "--help").stdout
        lines = [line.split() for line in text.splitlines() if line.startswith("    snapformat ")]
        assert len(lines) >= 3
        for _, name, *_ in lines:
            assert call(name, "--help").exit_code == 0
