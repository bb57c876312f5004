"""What only a process of its own can tell: how long starting takes, and how much memory loading needs."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks import payloads
from benchmarks.timing import Machine, Rounds

#: Importing, timed inside of the process: the interpreter's own start is not the library's.
_TIMED = "import time; t = time.process_time(); {code}; print(time.process_time() - t)"
_IMPORTS = {
    "import construct": "import construct",
    "import snapformat": "import snapformat",
    "import and first decode of S": (
        "import snapformat; from benchmarks.payloads import Single, single; "
        "snapformat.decode(snapformat.encode(single(), Single), Single)"
    ),
    "import and first load of V (33 KB)": (
        "from snapformat import Snapshot; "
        "from snapformat_schemas.firecracker.v1_14.x86_64 import MicrovmState; "
        f"Snapshot.load({str(payloads.STATES['V 33 KB'])!r}, MicrovmState)"
    ),
}
INFO = "snapformat info FILE"
INFO_SMALL = "snapformat info, 17 KB"
INFO_LARGE = "snapformat info, 235 KB (16 vCPUs)"
PYTHON_CONSTRUCT = 'python -c "import construct"'
PYTHON_SNAPFORMAT = 'python -c "import snapformat"'

#: As installed packages have it: compiled modules are kept.
_ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def start_times(rounds: int, machine: Machine) -> Rounds:
    """Seconds of processor time: imports by themselves, commands as whole processes."""
    files = {
        INFO: payloads.STATES["V 33 KB"],
        INFO_SMALL: payloads.GOLDEN / "01_minimal" / "vmstate",
        INFO_LARGE: payloads.GOLDEN / "08_vcpus16" / "vmstate",
    }
    info = [str(Path(sys.executable).with_name("snapformat")), "info"]
    commands = {
        **{name: [*info, str(file)] for name, file in files.items()},
        PYTHON_CONSTRUCT: [sys.executable, "-c", "import construct"],
        PYTHON_SNAPFORMAT: [sys.executable, "-c", "import snapformat"],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    samples: Rounds = {name: [] for name in (*_IMPORTS, *commands)}
    for command in commands.values():
        _run(command)  # modules are compiled
    for _ in range(rounds):
        for name, code in _IMPORTS.items():
            timed = [sys.executable, "-c", _TIMED.format(code=code)]
            samples[name].append(machine.take(partial(_told_by, timed)))
        for name, command in commands.items():
            samples[name].append(machine.take(partial(_time_of, command)))
    return samples


def _told_by(command: list[str]) -> float:
    return float(_run(command))


def _time_of(command: list[str]) -> float:
    before = _children()
    _run(command)
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, env=_ENVIRONMENT).stdout


#: Prints the bytes that the peak of memory was above what was in use before a file was loaded.
_PEAK = """
import json, re, sys
from benchmarks import payloads, plain

def kilobytes(what):
    return int(re.search(what + r":\\s+(\\d+) kB", open("/proc/self/status").read())[1])

format_ = payloads.record_format(payloads.Words)
{prepare}
open("/proc/self/clear_refs", "w").write("5")  # the peak so far does not count
before = kilobytes("VmRSS")
loaded = {load}
print(json.dumps(1024 * (kilobytes("VmHWM") - before)))
"""
_LOADS = {
    "construct": ("", "plain.WORDS.parse(open(sys.argv[1], 'rb').read()[21:-8])"),
    "snapformat, list": ("", "format_.load(sys.argv[1])"),
    "snapformat, array view": (
        "format_.load(payloads.file_of(payloads.Words, bytes(8)), lazy=True, arrays='memoryview').data",
        "format_.load(sys.argv[1], lazy=True, arrays='memoryview'); view = loaded.data",
    ),
    "numpy.fromfile": ("import numpy", "numpy.fromfile(sys.argv[1], '<u8', offset=29, count=1 << 20)"),
}


def memory(count: int = 1 << 20) -> tuple[int, dict[str, int]]:
    """Size of the file with L, and by how many bytes loading it raises the peak of memory."""
    file = payloads.file_of(payloads.Words, payloads.words(count))
    found = {}
    with tempfile.NamedTemporaryFile(suffix=".snap") as target:
        target.write(file)
        target.flush()
        for name, (prepare, load) in _LOADS.items():
            code = _PEAK.format(prepare=prepare, load=load)
            found[name] = json.loads(_run([sys.executable, "-c", code, target.name]))
    return len(file), found
