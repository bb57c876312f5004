from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import snapformat.errors

PYTHONPATH = str(Path(snapformat.errors.__file__).parents[1])


@pytest.fixture
def run_python() -> Callable[..., str]:
    """Run a script in an interpreter of its own, where it may change what belongs to the whole process."""

    def run(script: str | Path, *args: object, before: tuple[str, ...] = (), **options: object) -> str:
        code = ["-c", textwrap.dedent(script)] if isinstance(script, str) else [str(script)]
        done = subprocess.run(
            [*before, sys.executable, *code, *map(str, args)],
            env={**os.environ, "PYTHONPATH": PYTHONPATH},
            timeout=60,
            check=False,
            text=True,
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user reaches too; pytest's own are closed to them."""
    folder = Path(tempfile.mkdtemp(prefix="snapformat-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    return path


@pytest.fixture
def beside() -> Iterator[Callable[[Callable[[], object]], threading.Thread]]:
    """Run functions in threads that are awaited at the end; what they raise fails the test."""
    threads: list[threading.Thread] = []
    errors: list[BaseException] = []

    def start(work: Callable[[], object]) -> threading.Thread:
        def guarded() -> None:
            try:
                work()
            except BaseException as error:
                errors.append(error)

        thread = threading.Thread(target=guarded, daemon=True)
        thread.start()
        threads.append(thread)
        return thread

    yield start
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert not errors


@pytest.fixture
def open_files() -> Iterator[None]:
    """Check that a test leaves no descriptor open."""
    before = set(os.listdir("/proc/self/fd"))
    yield
    left = {}
    for number in set(os.listdir("/proc/self/fd")) - before:
        # The listing itself had one open.
        with contextlib.suppress(FileNotFoundError):
            left[number] = os.readlink(f"/proc/self/fd/{number}")
    assert not left
