"""Kill processes that write a file, and look at what is left; run by test_kill.py.

A process of its own, as it forks: the children write the same file again and again by `write_all`, and
die by SIGKILL. Usage: kill_driver.py sweep|random FOLDER. Prints a JSON object.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from snapformat.io import write_all

OLD = b"old" * 100_000
NEW = b"new!" * 200_000

# All that write_all asks of the system, save looking at things.
CALLS = ("open", "write", "fsync", "replace", "fchmod", "close")


def child(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    return pid


def killed(pid: int) -> bool:
    status = os.waitpid(pid, 0)[1]
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def write_until_call(path: Path, number: int, after: bool) -> None:
    """Write once, and die at the system call of this number: before it, or as soon as it is done."""
    made = 0

    def wrap(real: Callable[..., Any], halves: bool) -> Callable[..., Any]:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            nonlocal made
            made += 1
            if made == number and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            if halves:
                # Several writes instead of one, to die between them.
                args = (args[0], args[1][: len(args[1]) // 2 + 1])
            result = real(*args, **kwargs)
            if made == number and after:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return wrapped

    for name in CALLS:
        setattr(os, name, wrap(getattr(os, name), halves=name == "write"))
    write_all(path, NEW)


def sweep(path: Path) -> dict[str, int]:
    """Die at each system call in turn."""
    result = {"killed": 0, "old": 0, "new": 0, "torn": 0, "leftovers": 0}
    for after in (False, True):
        number, alive = 0, False
        while not alive:
            number += 1
            path.write_bytes(OLD)
            path.chmod(0o640)
            alive = not killed(child(lambda: write_until_call(path, number, after)))  # noqa: B023
            look(path, result)
            result["killed"] += not alive
    return result


def write_for_ever(path: Path) -> None:
    while True:
        write_all(path, NEW)
        write_all(path, OLD)


def at_random(path: Path) -> dict[str, int]:
    """Die at any moment."""
    result = {"killed": 0, "old": 0, "new": 0, "torn": 0, "leftovers": 0}
    path.write_bytes(OLD)
    end = time.monotonic() + 4
    while result["killed"] < 200 and time.monotonic() < end:
        pid = child(lambda: write_for_ever(path))
        time.sleep(random.uniform(0, 0.02))
        os.kill(pid, signal.SIGKILL)
        result["killed"] += killed(pid)
        look(path, result)
    return result


def look(path: Path, result: dict[str, int]) -> None:
    content = path.read_bytes()
    result["old" if content == OLD else "new" if content == NEW else "torn"] += 1
    for name in os.listdir(path.parent):
        if name != path.name:
            # All that a kill may leave is a temporary file that says what it is.
            assert name.startswith(f".{path.name}.")
            assert name.endswith(".tmp")
            (path.parent / name).unlink()
            result["leftovers"] += 1


if __name__ == "__main__":
    target = Path(sys.argv[2]) / "vmstate"
    print(json.dumps({"sweep": sweep, "random": at_random}[sys.argv[1]](target)))
