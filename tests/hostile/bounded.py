"""Runs code in a process of its own, and tells how much memory and time it took."""

# ruff: noqa: E501 - tables read better in one line each
from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

#: What every piece of code may use without importing it.
PREAMBLE = """
import io, json, resource, sys, time
from typing import Annotated
import construct as c
from construct import this
from snapformat import *
from snapformat.bincode import *
from snapformat.layout import layout_of, walk
from snapformat.values import *
from hostile.shapes import *

def verdict(call):
    "What a call came to: `ok`, the class of one of our errors, or `ESCAPED` and the class of another."
    try:
        call()
    except SnapshotError as error:
        return type(error).__name__
    except Exception as error:
        return "ESCAPED " + repr(error)[:200]
    return "ok"

def u64_bytes(number):
    return number.to_bytes(8, "little")

_before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
_began = time.monotonic()
"""
EPILOGUE = """
_peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"verdict": result, "grown": (_peak - _before) // 1024, "seconds": time.monotonic() - _began}))
"""
#: Files of full size and counts up to the bounds, which take many minutes: with SNAPFORMAT_HOSTILE=thorough.
THOROUGH = os.environ.get("SNAPFORMAT_HOSTILE") == "thorough"
#: Bytes of a large file: the limit of claimed bytes, or a tenth of it.
LARGE = (10 << 20) if THOROUGH else (1 << 20)
#: MiB of address space that a process may have: a run-away is stopped by a MemoryError, not by the machine.
ADDRESS_SPACE = 6 << 10
#: Seconds of the processor after which a process is taken to hang. No test asserts how fast anything is.
HANGS = 300
#: Seconds on the clock for each of these, for a process that waits instead; on a busy machine they pass quickly.
PATIENCE = 10


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Attributes:
        verdict: What the code assigned to `result`.
        grown: MiB that the peak of memory grew by.
        seconds: Time taken.
    """

    verdict: object
    grown: int
    seconds: float


def run_bounded(code: str, *, hangs: float = HANGS) -> Outcome:
    """Run code that assigns `result`, after `PREAMBLE`.

    Raises:
        AssertionError: It hangs, dies, or prints warnings.
    """
    limit = f"""
import resource
resource.setrlimit(resource.RLIMIT_AS, ({ADDRESS_SPACE} << 20,) * 2)
resource.setrlimit(resource.RLIMIT_CPU, ({hangs:.0f}, {hangs:.0f} + 5))
"""
    tests = str(Path(__file__).parents[1])
    paths = os.pathsep.join(filter(None, [tests, os.environ.get("PYTHONPATH")]))
    environment = os.environ | {"PYTHONPATH": paths}
    try:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", limit + PREAMBLE + code + EPILOGUE],
            capture_output=True,
            text=True,
            timeout=PATIENCE * hangs,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise AssertionError(f"still waiting after {PATIENCE * hangs:g} s: {code}") from None
    assert done.returncode != -signal.SIGXCPU, f"still running after {hangs:g} s: {code}"
    assert done.returncode == 0, f"exit status {done.returncode}: {done.stderr[-2000:]}"
    shown = json.loads(done.stdout.splitlines()[-1])
    return Outcome(shown["verdict"], shown["grown"], shown["seconds"])
