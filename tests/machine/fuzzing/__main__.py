"""Runs the fuzzer, with the machine built with AddressSanitizer and UndefinedBehaviorSanitizer.

python -m tests.machine.fuzzing --seconds 60 --seed 1
"""

from __future__ import annotations

import os
import runpy
import shlex
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SANITIZE = "-g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined"


def main() -> int:
    compiler = shlex.split(sysconfig.get_config_var("CC") or "cc")[0]
    flags = [*SANITIZE.split(), "-fsanitize-coverage=trace-pc"]
    with tempfile.TemporaryDirectory() as folder:
        cover = Path(folder, "cover.o")
        command = [compiler, "-c", "-fPIC", "-O2", str(HERE / "cover.c"), "-o", str(cover)]
        subprocess.run(command, check=True)
        build = runpy.run_path(str(ROOT / "hatch_build.py"))["build"]
        made = build(Path(folder), flags, [str(cover)])
        library = subprocess.run(
            [compiler, "-print-file-name=libasan.so"], capture_output=True, text=True, check=True
        ).stdout.strip()
        environment = {
            **os.environ,
            "LD_PRELOAD": library,
            "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1:abort_on_error=1",
            "UBSAN_OPTIONS": "print_stacktrace=1",
            "PYTHONMALLOC": "malloc",
            "SNAPFORMAT_MACHINE": "1",
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "schemas", ROOT / "tests"))),
        }
        worker = [sys.executable, str(HERE / "worker.py"), str(made), *sys.argv[1:]]
        return subprocess.run(worker, env=environment, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
