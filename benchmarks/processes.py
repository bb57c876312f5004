"""Processes of their own: how long starting takes, and a command over many files."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import payloads
from benchmarks.calls import RAW, write_fleet
from benchmarks.columns import RELEASE
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
INFO_BITCODE = "snapformat info, 1.16 (bitcode)"
GET = "snapformat get FILE PATH"
GET_BITCODE = "snapformat get, 1.16 (bitcode)"
SET_MANY = "snapformat set --in-place, 1,000 files"
REWRITE_MANY = "read, write, sync and rename 1,000 files"
VERIFY_MANY = "snapformat verify FILE..."
_READ_MANY = """
import sys
from snapformat import CRC64_JONES
for file in sys.argv[1:]:
    with open(file, "rb") as opened:
        CRC64_JONES.compute(opened.read())
"""
_REWRITE_MANY = """
import os, sys
for file in sys.argv[1:]:
    with open(file, "rb") as opened:
        data = opened.read()
    with open(file + ".new", "wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())
    os.rename(file + ".new", file)
"""
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
        INFO_BITCODE: RELEASE / "03_many" / "vmstate",
    }
    program = str(Path(sys.executable).with_name("snapformat"))
    argument = "vm_info.boot_source.boot_args"
    commands = {
        **{name: [program, "info", str(file)] for name, file in files.items()},
        GET: [program, "get", str(files[INFO]), argument],
        GET_BITCODE: [program, "get", str(files[INFO_BITCODE]), argument],
        PYTHON_CONSTRUCT: [sys.executable, "-c", "import construct"],
        PYTHON_SNAPFORMAT: [sys.executable, "-c", "import snapformat"],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    samples: Rounds = {name: [] for name in (*_IMPORTS, *commands)}
    for command in commands.values():
        output_of(command)  # modules are compiled
    for _ in range(rounds):
        for name, code in _IMPORTS.items():
            timed = [sys.executable, "-c", _TIMED.format(code=code)]
            samples[name].append(machine.take(partial(_printed_by, timed)))
        for name, command in commands.items():
            samples[name].append(machine.take(partial(_time_of, command)))
    return samples


def verify_times(count: int, rounds: int, machine: Machine) -> Rounds:
    """Seconds of processor time that whole processes take over many files, their start included."""
    with TemporaryDirectory() as folder:
        files = write_fleet(Path(folder), count)
        commands = {
            f"{RAW}, in a process": [sys.executable, "-c", _READ_MANY, *files],
            VERIFY_MANY: [str(Path(sys.executable).with_name("snapformat")), "verify", *files],
        }
        samples: Rounds = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                samples[name].append(machine.take(partial(_time_of, command)))
    return samples


def set_times(rounds: int, machine: Machine, count: int = 1000) -> Rounds:
    """Seconds of processor time that whole processes take to change copies of a file, from their start."""
    with TemporaryDirectory() as folder:
        content = payloads.STATES["V 33 KB"].read_bytes()
        files = [str(Path(folder) / f"{number}.vmstate") for number in range(count)]
        for file in files:
            Path(file).write_bytes(content)
        named = [argument for file in files for argument in ("-f", file)]
        program = str(Path(sys.executable).with_name("snapformat"))
        commands = {
            REWRITE_MANY: [sys.executable, "-c", _REWRITE_MANY, *files],
            SET_MANY: [program, "set", "--in-place", *named, "vm_info.boot_source.boot_args=quiet"],
        }
        samples: Rounds = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                samples[name].append(machine.take(partial(_time_of, command)))
    return samples


def _printed_by(command: list[str]) -> float:
    return float(output_of(command))


def _time_of(command: list[str]) -> float:
    before = _children()
    output_of(command)
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def output_of(command: list[str]) -> str:
    """Run a command as an installed package would, and give what it prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True, env=_ENVIRONMENT).stdout
