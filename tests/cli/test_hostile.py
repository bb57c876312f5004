"""Files that are none, files that never end, an impatient user: a clean end in bounded time and memory."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.support import SNAPSHOT, call, command, process, sound
from snapformat.cli import _app, info

COMMANDS = [("info",), ("info", "--json"), ("verify",), ("verify", "--json"), ("dump",)]


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_paths_that_are_no_files(tmp_path: Path, arguments: tuple[str, ...]):
    closed = tmp_path / "closed"
    closed.write_bytes(sound())
    closed.chmod(0)
    paths = [tmp_path, tmp_path / "none", Path("x" * 5000), Path("/proc/self/mem")]
    if os.getuid() != 0:  # who may read everything
        paths.append(closed)
    for path in paths:
        result = call(*arguments, path)
        assert result.exit_code == 1
        if arguments == ("verify", "--json"):
            (row,) = json.loads(result.stdout)
            assert (row["ok"], row["error"]) == (False, "Io")
        else:
            assert result.stderr.startswith("error: Io: ")
            assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_file_above_the_limit_is_refused_unread(tmp_path: Path, arguments: tuple[str, ...]):
    huge = tmp_path / "huge"
    huge.touch()
    os.truncate(huge, 2 << 30)

    def little_memory() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))

    done = process(*arguments, huge, preexec_fn=little_memory)
    assert done.returncode == 1
    assert b"File too large" in done.stdout + done.stderr


def test_pipe_with_a_writer(fifo: Path):
    writer = threading.Thread(target=fifo.write_bytes, args=(sound(),))
    writer.start()
    done = process("info", fifo, "--json")
    writer.join()
    assert done.returncode == 0
    assert json.loads(done.stdout)["status"] == "ok"


def test_pipe_without_a_writer(fifo: Path):
    start = time.monotonic()
    done = process("verify", fifo, SNAPSHOT)
    assert time.monotonic() - start < 30
    assert done.returncode == 1
    assert done.stdout == f"{fifo}: Io (unreadable)\n{SNAPSHOT}: ok\n".encode()
    assert b"timed out, nothing was written to the pipe" in done.stderr


@pytest.mark.parametrize("arguments", [("info",), ("verify", "--json"), ("dump",)])
def test_interrupt(fifo: Path, arguments: tuple[str, ...]):
    def heeding() -> None:
        # Who starts the tests in the background makes all processes ignore it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    started = subprocess.Popen(
        command(*arguments, fifo), stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heeding
    )
    deadline = time.monotonic() + 30
    while True:
        try:
            writing = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
            break
        except OSError:  # nobody reads yet
            assert time.monotonic() < deadline
            time.sleep(0.01)
    started.send_signal(signal.SIGINT)
    out, said = started.communicate(timeout=30)
    os.close(writing)
    assert started.returncode == 130
    assert out == b""
    assert b"Traceback" not in said
    assert said.strip() == b""


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Make `info` raise something that no command ever should."""
    monkeypatch.setattr("sys.argv", ["snapformat", "info", str(SNAPSHOT)])

    def break_it(error: BaseException) -> None:
        def broken(*_: object) -> None:
            raise error

        monkeypatch.setattr(info, "summarize", broken)

    return break_it


def test_out_of_memory_is_said(broken: Callable[[BaseException], None], capsys: pytest.CaptureFixture[str]):
    broken(MemoryError())
    assert _app.run() == 1
    assert capsys.readouterr() == ("", "error: out of memory\n")


def test_a_fault_of_our_own_is_one_line(
    broken: Callable[[BaseException], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    broken(KeyError("boom"))
    assert _app.run() == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("error: KeyError: 'boom' - this is a bug in snapformat")
    assert shown.err.count("\n") == 1
    monkeypatch.setenv("SNAPFORMAT_TRACEBACK", "1")
    with pytest.raises(KeyError):
        _app.run()
