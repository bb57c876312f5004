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
        ("verify", "FILE"),
        ("verify", "FILE", "--deep", "--json"),
        ("diff", "FILE", str(SNAPSHOT), "--order"),
        ("diff", str(SNAPSHOT), "FILE", "--json"),
        ("migrate", "FILE", "--to", "1.14", "--dry-run"),
        ("migrate", "FILE", "--to", "1.14", "-o", "-"),
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


def test_standard_input_of_two():
    """It is one of two files that are compared, and read once."""
    changed = call("set", SNAPSHOT, "vm_info.smt=true", "-o", "-").stdout_bytes
    done = call("diff", "-", SNAPSHOT, stdin=changed)
    assert done.exit_code == 1
    assert done.stdout.startswith("A: standard input (firecracker/1.14/x86_64, version 8.0.0)\nB: ")
    assert "vm_info.smt: true -> false" in done.stdout
    done = call("diff", SNAPSHOT, "-", stdin=changed[:100])
    assert done.exit_code == 2
    assert "error: Decode: standard input: " in done.stderr
    done = call("verify", SNAPSHOT, "-", stdin=changed)
    assert done.stdout == f"{SNAPSHOT}: ok\nstandard input: ok\n"
    for arguments in (
        ("diff", "-", "-"),
        ("verify", "-", "-"),
        ("get", "-f", "-", "-f", "-", "vm_info.smt"),
        ("set", "-f", "-", "-f", "-", "vm_info.smt=true", "-n"),
        ("migrate", "-", "-", "--to", "1.14", "-n"),
    ):
        done = call(*arguments, stdin=sound())
        assert (done.exit_code, done.stdout) == (2, "")
        assert "only once" in done.stderr


def test_no_standard_input(tmp_path: Path):
    """A memory file has to have its holes, and a sample its name."""
    for arguments in (("memory", "rebase", "-", SNAPSHOT), ("memory", "rebase", SNAPSHOT, "-", "-n")):
        done = call(*arguments)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "holes" in done.stderr
    done = call("docs", "1.14/x86_64", "--sample", "-", "-o", tmp_path / "manual", stdin=sound())
    assert (done.exit_code, done.stdout) == (2, "")
    assert "has no name" in done.stderr
    assert not (tmp_path / "manual").exists()


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
        ("snapformat dump --format de", {"decoded"}),
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


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("memory", "rebse"), "'rebase'"),
        (("info", "--schema", "1.141/x86_64", "FILE"), "firecracker/1.14/x86_64"),
        (("verify", "--as", "firecraker/1.14/x86_64", "FILE"), "firecracker/1.14/x86_64"),
        (("dump", "--schema", "1.14/x86_46", "FILE"), "firecracker/1.14/x86_64"),
        (
            ("dump", "--schema", "snapformat_schemas.firecracker.v1_14.x86_64:MicrovmStat", "FILE"),
            "MicrovmState",
        ),
        (
            ("dump", "--schema", "builtins:int", "--encoding", "bincode2-standart", "FILE"),
            "bincode2-standard",
        ),
        (("compat", "1.13/x86_64", "1.14/x8664"), "firecracker/1.14/x86_64"),
        (("docs", "fircracker/1.14/x86_64", "-o", "-"), "firecracker/1.14/x86_64"),
        (("migrate", "FILE", "--to", "1..14", "-n"), "1.14"),
        (("migrate", "FILE", "--to", "firecracker/1.14/x86-64", "-n"), "firecracker/1.14/x86_64"),
        (("get", "FILE", "vm_inf.smt"), "vm_info"),
        (("get", "FILE", "drives.rotfs.path"), "rootfs"),
        (("get", "FILE", "vcpus[0].rpi"), "rsp"),
        (("set", "FILE", "vm_info.smtt=true", "-n"), "smt"),
        (("append", "FILE", "kvm_stat.kvm_cap_modifiers=1", "-n"), "kvm_state"),
        (("remove", "FILE", "vm_info.boot_sorce", "-n"), "boot_source"),
        (("diff", "FILE", "FILE", "--ignore", "vm_info.smtt"), "smt"),
        (("annotate", "FILE", "--path", "vm_info.boot_sorce"), "$.vm_info.boot_source"),
        (("annotate", "FILE", "--path", "vm_inf"), "$.vm_info"),
    ],
)
def test_did_you_mean_names(arguments: tuple[str, ...], meant: str):
    """Of commands, schemas, releases, encodings and paths."""
    done = call(*(str(SNAPSHOT) if each == "FILE" else each for each in arguments))
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"did you mean {meant}" in done.stderr.replace("Did", "did")


def test_no_suggestion():
    for arguments in (
        ("migrate", SNAPSHOT, "--to", "xyzzy", "-n"),
        ("annotate", SNAPSHOT, "--path", "xyzzy"),
        ("dump", SNAPSHOT, "--schema", "builtins:xyzzy"),
        ("dump", SNAPSHOT, "--schema", "builtins:int.xyzzy"),
        ("memory", "xyzzy"),
    ):
        done = call(*arguments)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "id you mean" not in done.stderr


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


def test_quiet(tmp_path: Path):
    """Errors, warnings and what was asked for are printed, all else is not."""
    one, two, bad = (tmp_path / name for name in ("one", "two", "bad"))
    for path in (one, two):
        path.write_bytes(sound())
    bad.write_bytes(sound()[:-1])
    assert call("verify", "-q", one, two).output == ""
    done = call("verify", "-q", one, bad)
    assert (done.exit_code, done.stdout) == (1, f"{bad}: Crc64 (damaged)\n")
    assert "error: Crc64: " in done.stderr
    assert call("verify", "-q", "--json", one).stdout == call("verify", "--json", one).stdout
    done = call("set", "-q", "-f", one, "-f", two, "vm_info.smt=true", "-i")
    assert (done.exit_code, done.output) == (0, "")
    assert Snapshot.load(two, MicrovmState).data.vm_info.smt is True
    assert "smt: true -> false" in call("set", "-q", one, "vm_info.smt=false", "-n").stdout
    done = call("diff", "-q", one, SNAPSHOT)
    assert (done.exit_code, done.output) == (1, "")
    assert call("diff", "-q", one, two).exit_code == 0
    assert call("diff", "-q", one, SNAPSHOT, "--json").stdout.startswith("[")
    done = call("diff", "-q", one, bad)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "error: " in done.stderr
    done = call("migrate", "-q", one, two, "--to", "1.14", "-n")
    assert (done.exit_code, done.output) == (0, "")
    assert call("migrate", "-q", one, "--to", "1.14", "-n", "--report", "json").stdout.startswith("[")
    done = call("compat", "-q", "1.13/x86_64", "1.14/x86_64")
    assert (done.exit_code, done.output) == (1, "")
    done = call("docs", "-q", "1.14/x86_64", "--format", "json", "-o", tmp_path / "manual")
    assert (done.exit_code, done.output) == (0, "")
    assert (tmp_path / "manual" / "families.json").exists()


def errors_on_terminal(*arguments: str | Path) -> tuple[bytes, bytes]:
    """Standard output, which is a pipe, and what a terminal gets as standard error."""
    import pty

    ours, theirs = pty.openpty()
    done = subprocess.run(command(*arguments), stdout=subprocess.PIPE, stderr=theirs, check=True)
    # A line of its own, so that there is something to read.
    os.write(theirs, b"END\n")
    os.close(theirs)
    shown = b""
    while b"END" not in shown:
        shown += os.read(ours, 1 << 16)
    os.close(ours)
    return done.stdout, shown.partition(b"END")[0]


def test_progress(tmp_path: Path):
    """Long work shows how far it is, on a terminal only, and erases it before anything is printed."""
    files = [tmp_path / str(number) for number in range(3)]
    for path in files:
        path.write_bytes(sound())
    each = [part for path in files for part in ("-f", path)]
    manual = ("docs", "1.14/x86_64", "--format", "json", "-o", tmp_path / "manual")
    for arguments, text in (
        (("verify", *files), b"0 of 3 files verified"),
        (("get", *each, "vm_info.smt"), b"0 of 3 files read"),
        (("set", *each, "vm_info.smt=true", "-i"), b"0 of 3 files changed"),
        (("migrate", *files, "--to", "1.14", "-n"), b"0 of 3 files migrated"),
        (manual, b"0 of 1 formats described"),
    ):
        stdout, shown = errors_on_terminal(*arguments)
        assert stdout.count(b"\n") == (1 if arguments is manual else 3)
        assert shown.startswith(text + b"\r" + b" " * len(text) + b"\r")
        assert shown.endswith(b" \r")
        assert b"\n" not in shown
        assert call(*arguments).stderr == ""
        if arguments[0] != "get":
            assert errors_on_terminal(*arguments, "-q") == (b"", b"")
    assert errors_on_terminal("verify", files[0])[1] == b""
