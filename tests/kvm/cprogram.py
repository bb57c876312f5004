"""C programs that print what the kernel's own headers say: offsets, sizes, constants."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

#: Where Debian keeps the headers of each architecture, when they are not the machine's own.
_FOLDERS = {"x86_64": "/usr/x86_64-linux-gnu/include", "aarch64": "/usr/aarch64-linux-gnu/include"}

#: A line that compiles with the headers of that architecture only.
_PROBES = {
    "x86_64": "#include <linux/kvm.h>\nint probe = KVM_IRQCHIP_IOAPIC;\n",
    "aarch64": "#include <linux/kvm.h>\nint probe = KVM_ARM_TARGET_GENERIC_V8;\n",
}


def run(source: str, arch: str) -> list[list[str]]:
    """Compile and run a program with the headers of an architecture; its lines, split into words.

    The program runs on this machine: C lays these structures out alike on both architectures. Skips the
    test where there is no compiler, or the headers are not there.
    """
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    include = _include(compiler, arch)
    if include is None:
        pytest.skip(f"no kernel headers of {arch}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "probe.c").write_text(source)
        program = folder / "probe"
        command = [compiler, *include, "-o", str(program), str(folder / "probe.c")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        output = subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout
    return [line.split() for line in output.splitlines()]


@cache
def _include(compiler: str, arch: str) -> tuple[str, ...] | None:
    """Options that make the compiler find the headers, or None."""
    for options in ((), ("-isystem", _FOLDERS[arch])):
        command = [compiler, *options, "-fsyntax-only", "-x", "c", "-"]
        if (
            subprocess.run(
                command, input=_PROBES[arch], capture_output=True, text=True, check=False
            ).returncode
            == 0
        ):
            return options
    return None


def constants(names: list[str], headers: list[str], arch: str = "x86_64") -> dict[str, int]:
    """Values of those constants that the headers define."""
    lines = [f"#include <{header}>" for header in ("stdio.h", *headers)]
    lines.append("int main(void) {")
    for name in names:
        lines += [f"#ifdef {name}", f'printf("{name} %llu\\n", (unsigned long long)({name}));', "#endif"]
    lines.append("return 0; }")
    return {name: int(value) for name, value in run("\n".join(lines), arch)}
