"""Kill processes that lay a diff over its base, and look at what is left; run by test_kill.py.

Usage: kill_driver.py steps|random FOLDER [ROUNDS [PAGES]]. Children die by SIGKILL: in `steps` after a
random piece, in `random` at any moment. Prints a JSON object.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from memory.files import PAGE, make
from snapformat.memory import rebase


def child(base: Path, diff: Path, last_step: int) -> int:
    """Rebase in a process of its own, which kills itself after a number of pieces, if it is not 0.

    Returns once the process has begun.
    """
    begun, begin = os.pipe()
    pid = os.fork()
    if pid:
        os.close(begin)
        os.read(begun, 1)
        os.close(begun)
        return pid
    left = last_step

    def step(_: int) -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        os.write(begin, b"!")
        rebase(base, diff, progress=step)
    finally:
        os._exit(0)


def time_of(base: Path, diff: Path) -> float:
    """Measure a process that is not killed, in seconds."""
    pid = child(base, diff, 0)
    began = time.monotonic()
    assert not killed(pid)
    return time.monotonic() - began


def killed(pid: int) -> bool:
    status = os.waitpid(pid, 0)[1]
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def look(before: bytes, wanted: bytes, now: bytes) -> str:
    """Name the state of a base, of which every byte must be an old one or a new one."""
    assert len(now) == len(before)
    for start in range(0, len(now), PAGE):
        part = slice(start, start + PAGE)
        if now[part] not in (before[part], wanted[part]):
            pairs = zip(before[part], wanted[part], now[part], strict=True)
            assert all(each in (old, new) for old, new, each in pairs), start
    return "old" if now == before else "new" if now == wanted else "mixed"


def main(mode: str, folder: Path, rounds: int = 4, count: int = 1024) -> dict[str, int]:
    source = random.Random()
    result = {"killed": 0, "old": 0, "new": 0, "mixed": 0, "completed": 0}
    base, diff = folder / "base", folder / "diff"
    for _ in range(rounds):
        chosen = sorted(source.sample(range(count), count // 2))
        pages = {page: source.choice([bytes(PAGE), source.randbytes(PAGE)]) for page in chosen}
        make(diff, count * PAGE, [(page * PAGE, data) for page, data in pages.items()])
        before = source.randbytes(count * PAGE)
        base.write_bytes(before)
        model = bytearray(before)
        for page, data in pages.items():
            model[page * PAGE : (page + 1) * PAGE] = data
        wanted = bytes(model)
        # On a busy machine a process takes longer, and has to be killed later to be in the middle.
        whole = time_of(base, diff) if mode == "random" else 0
        base.write_bytes(before)
        for _ in range(3):  # killed again while it is run again
            pid = child(base, diff, source.randrange(1, count // 8) if mode == "steps" else 0)
            if mode == "random":
                time.sleep(source.uniform(0, whole))
                os.kill(pid, signal.SIGKILL)
            result["killed"] += killed(pid)
            result[look(before, wanted, base.read_bytes())] += 1
        rebase(base, diff)
        result["completed"] += base.read_bytes() == wanted
    return result


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:]))))
