"""Whether the machine is built, and what happens where it is not, or is another one's."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

import snapformat
from snapformat import _machine
from snapformat._machine import CORE, VARIABLE, opcodes
from snapformat._machine.digest import sources_digest

ROOT = Path(__file__).parents[2]
SHOW = "import snapformat; print(snapformat.machine)"
READ = "from snapformat import decode; from snapformat.bincode import u8; assert decode(b'\\1', u8) == 1"


def run(code: str, *options: str, **environment: str) -> str:
    """What a process prints, errors too."""
    done = subprocess.run(
        [sys.executable, *options, "-c", code],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_built_where_it_can_be() -> None:
    """Where it is off, the variable says so; where a compiler and headers are, nothing else may."""
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    there = Path(sysconfig.get_path("include"), "Python.h").exists() and shutil.which(compiler)
    if os.environ.get(VARIABLE) == "0":
        assert snapformat.machine == f"Python ({VARIABLE}=0)"
    elif there:
        assert snapformat.machine == "C", "`python hatch_build.py` builds it"
    else:
        assert snapformat.machine == ("Python (the machine is not built)" if CORE is None else "C")


def test_turned_off() -> None:
    assert run(f"{SHOW}; {READ}", **{VARIABLE: "0"}) == f"Python ({VARIABLE}=0)"
    module = [sys.executable, "-m", "snapformat._machine"]
    environment = {**os.environ, VARIABLE: "0"}
    done = subprocess.run(module, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"snapformat: layouts are executed by Python ({VARIABLE}=0)\n"


STALE = """
import sys, types
core = types.ModuleType("snapformat._machine._core")
core.DIGEST, core.SOURCES = {digest!r}, {sources!r}
sys.modules[core.__name__] = core
"""


@pytest.mark.parametrize(
    ("digest", "sources", "line"),
    [
        ("0", sources_digest(), "is ignored: it was built from other sources"),
        (opcodes.DIGEST, "0", "is ignored: it was built from other sources"),
        (opcodes.DIGEST, sources_digest(), "C"),
    ],
)
def test_a_stale_build_is_ignored(digest: str, sources: str, line: str) -> None:
    printed = run(STALE.format(digest=digest, sources=sources) + SHOW, **{VARIABLE: "1"})
    assert line in printed
    assert ("Python" in printed) == (line != "C")


def test_a_foreign_build_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    class Foreign:
        def find_spec(self, name: str, *_: Any) -> None:
            if name.endswith("._core"):
                raise ImportError("undefined symbol: _Py_Foreign")

    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.delitem(sys.modules, "snapformat._machine._core", raising=False)
    monkeypatch.delattr(_machine, "_core", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Foreign(), *sys.meta_path])
    with pytest.warns(RuntimeWarning, match="is ignored: it can't be loaded: undefined symbol"):
        core, name = _machine._load()
    assert core is None
    assert name.startswith("Python (the machine is ignored: ")


def test_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setitem(sys.modules, "snapformat._machine._core", None)
    monkeypatch.delattr(_machine, "_core", raising=False)
    assert _machine._load() == (None, "Python (the machine is not built)")


def test_not_without_the_gil(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: False, raising=False)
    assert _machine._load() == (None, "Python (the machine needs the GIL)")


def test_the_build_says_why_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    build = runpy.run_path(str(ROOT / "hatch_build.py"))
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    made, line = build["attempt"](tmp_path)
    assert made is None
    assert "is not built (Python's headers are missing); Python executes layouts" in line


def test_one_table_of_opcodes() -> None:
    assert (ROOT / "snapformat/_machine/opcodes.h").read_text() == opcodes.header()
    assert opcodes.table() in (ROOT / "ARCHITECTURE.md").read_text()
