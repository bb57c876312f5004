"""Builds the machine, the optional extension in C, where a compiler and Python's headers are.

Used by hatchling for wheels and editable installs; `python hatch_build.py` builds it in place.
"""

from __future__ import annotations

import platform
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # built in place, by hand
    BuildHookInterface = object

ROOT = Path(__file__).resolve().parent
FOLDER = "snapformat/_machine"


def reason_against() -> str:
    """Return why the machine can't run in this Python; empty if it can."""
    if platform.python_implementation() != "CPython":
        return f"{platform.python_implementation()} has no C structures of CPython"
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        return "it needs the GIL"
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        return "Python's headers are missing"
    return ""


def build(into: Path, flags: Sequence[str] = (), objects: Sequence[str] = ()) -> Path:
    """Compile the extension below a folder; return its path.

    Args:
        into: The folder.
        flags: More flags for the compiler and the linker, as those of sanitizers.
        objects: Files of compiled code to link as well.

    Raises:
        Exception: It can't be compiled; of which kind depends on the compiler.
    """
    from setuptools import Distribution, Extension
    from setuptools.command.build_ext import build_ext

    sys.path.insert(0, str(ROOT / FOLDER))
    try:
        from digest import sources_digest
    finally:
        sys.path.pop(0)
    sources = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / FOLDER).glob("*.c"))
    extension = Extension(
        f"{FOLDER.replace('/', '.')}._core",
        sources,
        define_macros=[("SOURCES_DIGEST", f'"{sources_digest()}"')],
        extra_compile_args=["-std=c11", "-O3", "-fvisibility=hidden", "-fno-plt", "-Wall", "-Wextra", *flags],
        extra_link_args=[*flags],
        extra_objects=[*objects],
    )
    command = build_ext(Distribution({"name": "snapformat", "ext_modules": [extension]}))
    command.build_lib = str(into)
    command.force = True
    with tempfile.TemporaryDirectory() as scratch:
        command.build_temp = scratch
        command.ensure_finalized()
        command.run()
    return Path(command.get_ext_fullpath(extension.name))


class MachineHook(BuildHookInterface):  # type: ignore[misc, unused-ignore]  # Any without hatchling
    """Adds the machine to a wheel, or builds it in place for an editable install."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build it before the files of a wheel are gathered; without it the wheel is one for any platform."""
        self._scratch = tempfile.TemporaryDirectory()
        into = ROOT if version == "editable" else Path(self._scratch.name)
        made, line = attempt(into)
        self.app.display_info(line)
        if made is None:
            return
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        if version != "editable":
            build_data["force_include"][str(made)] = f"{FOLDER}/{made.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was made outside the sources."""
        self._scratch.cleanup()


def attempt(into: Path) -> tuple[Path | None, str]:
    """Build the machine if possible; return its path, or None, and a line about it."""
    reason = reason_against()
    if not reason:
        try:
            return build(into), "snapformat: the machine is built; C executes layouts"
        except Exception as error:  # whatever a compiler, or the lack of one, comes to
            reason = str(error) or type(error).__name__
    return None, f"snapformat: the machine is not built ({reason}); Python executes layouts"


if __name__ == "__main__":
    found, said = attempt(ROOT)
    print(said)
    raise SystemExit(found is None)
