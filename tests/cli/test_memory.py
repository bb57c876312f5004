"""`snapformat memory rebase` on the command line."""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from cli.support import call, command, process
from memory.files import FOLDERS, PAGE, folder_in, make

NOTICE = "in place; if interrupted, run the same command again"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A base of 16 pages, and a diff with one page of data and one of zeros."""
    monkeypatch.chdir(tmp_path)
    base, diff = Path("vm.mem"), Path("vm.diff")
    base.write_bytes(b"a" * 16 * PAGE)
    make(diff, 16 * PAGE, [(PAGE, b"b" * PAGE), (5 * PAGE, bytes(PAGE))])
    return base, diff


def laid() -> bytes:
    return b"a" * PAGE + b"b" * PAGE + b"a" * 3 * PAGE + bytes(PAGE) + b"a" * 10 * PAGE


def test_rebase(files: tuple[Path, Path]):
    base, diff = files
    done = call("memory", "rebase", base, diff)
    assert done.exit_code == 0
    assert base.read_bytes() == laid()
    assert done.stdout == f"vm.mem: {2 * PAGE} bytes (8.0 KiB) in 2 ranges written\n"
    assert NOTICE in done.stderr
    assert f"{2 * PAGE} bytes" in done.stderr


def test_quiet(files: tuple[Path, Path]):
    done = call("memory", "rebase", "--quiet", *files)
    assert (done.exit_code, done.output) == (0, "")
    assert files[0].read_bytes() == laid()


def test_output(files: tuple[Path, Path]):
    base, diff = files
    done = call("memory", "rebase", base, diff, "-o", "new.mem")
    assert done.exit_code == 0
    assert base.read_bytes() == b"a" * 16 * PAGE
    assert Path("new.mem").read_bytes() == laid()
    assert done.stdout == f"new.mem: {2 * PAGE} bytes (8.0 KiB) in 2 ranges written\n"
    assert "in place" not in done.stderr
    for output in ("-", base, diff):
        done = call("memory", "rebase", base, diff, "-o", output)
        assert (done.exit_code, done.stdout) == (2, "")
    assert base.read_bytes() == b"a" * 16 * PAGE


def test_dry_run(files: tuple[Path, Path]):
    base, diff = files
    done = call("memory", "rebase", base, diff, "--dry-run")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == (
        f"would write {2 * PAGE} bytes (8.0 KiB) in 2 ranges over vm.mem ({16 * PAGE} bytes (64.0 KiB))\n"
    )
    assert base.read_bytes() == b"a" * 16 * PAGE


@pytest.mark.parametrize("options", [(), ("-n",), ("-q",)])
def test_refusals(files: tuple[Path, Path], options: tuple[str, ...]):
    base, diff = files
    shutil.copyfile(base, "dense")
    make(Path("long"), 17 * PAGE, [(0, b"b" * PAGE)])
    os.mkfifo("pipe")
    Path("link").symlink_to(diff)
    for one, two, status, words in (
        (base, "dense", 1, "has no holes"),
        (base, "long", 1, "longer than its base"),
        (base, "pipe", 1, "not a regular file"),
        ("pipe", diff, 1, "not a regular file"),
        (base, "missing", 1, "No such file"),
        (diff, diff, 2, "the same file"),
        ("link", diff, 2, "the same file"),
    ):
        done = call("memory", "rebase", *options, one, two)
        assert (done.exit_code, done.stdout) == (status, "")
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        assert base.read_bytes() == b"a" * 16 * PAGE
    with base.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        done = call("memory", "rebase", *options, base, diff)
        assert (done.exit_code, done.stdout) == (1, "")
        assert "locked by another program" in done.stderr


def test_dense(files: tuple[Path, Path]):
    base, _ = files
    Path("dense").write_bytes(bytes(16 * PAGE))
    assert call("memory", "rebase", base, "dense", "--dense").exit_code == 0
    assert base.read_bytes() == bytes(16 * PAGE)


def test_a_short_diff_is_warned_of(files: tuple[Path, Path]):
    base, _ = files
    make(Path("short"), 15 * PAGE, [(PAGE, b"b" * PAGE)])
    done = call("memory", "rebase", base, "short", "-q")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.startswith(f"warning: short: the diff is {PAGE} bytes shorter than the base;")


def test_output_into_a_file_of_the_two_is_refused(files: tuple[Path, Path]):
    for file in files:
        before = file.read_bytes()
        with file.open("ab") as stdout:
            done = process("memory", "rebase", *files, stdout=stdout)
        assert done.returncode == 2
        assert file.read_bytes() == before


def test_progress_on_a_terminal(files: tuple[Path, Path]):
    """On a terminal there is a bar on standard error, and not with `--quiet`."""
    for options in ((), ("--quiet",)):
        ours, theirs = pty.openpty()
        done = process("memory", "rebase", *options, *files, stderr=theirs)
        os.close(theirs)
        os.set_blocking(ours, False)
        shown = b""
        try:
            while chunk := os.read(ours, 1 << 16):
                shown += chunk
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        assert done.returncode == 0
        assert (b"100%" in shown) == (not options)
        assert bool(done.stdout) == (not options)


@pytest.mark.parametrize("place", FOLDERS)
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_interrupted_and_run_again(place: str, by: signal.Signals):
    with folder_in(place) as folder:
        base, diff = folder / "base", folder / "diff"
        count = 1024
        make(base, count * PAGE, [(page * PAGE, b"a" * PAGE) for page in range(count)])
        make(diff, count * PAGE, [(page * PAGE, b"b" * PAGE) for page in range(0, count, 2)])
        arguments = command("memory", "rebase", base, diff)
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            assert running.stderr is not None
            assert NOTICE.encode() in running.stderr.readline()
            running.send_signal(by)
            rest = running.stderr.read()
            status = running.wait()
        assert status in (0, 130, -by)  # 0: it was faster
        assert b"Traceback" not in rest
        content = base.read_bytes()
        if status == 130:
            assert b"partly written" in rest or content == (b"b" * PAGE + b"a" * PAGE) * (count // 2)
        assert len(content) == count * PAGE
        assert set(content[PAGE :: 2 * PAGE]) == {ord("a")}
        assert call("memory", "rebase", base, diff).exit_code == 0
        assert base.read_bytes() == (b"b" * PAGE + b"a" * PAGE) * (count // 2)
