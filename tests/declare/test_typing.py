"""What type checkers see: the files of `checked`, run through `mypy --strict` outside of the repository.

A comment `# E: text` is an error that mypy must give on its line, `# T: type` a type that it reveals, and
there are no others; `...` stands for any text. Module names are left out.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).with_name("checked")
_LINE = re.compile(r"(?P<file>\w+\.py):(?P<line>\d+): (?P<text>(?:note|error): .*)")
_WANTED = re.compile(r"# ([TE]): (.*)$")


_MODULE = re.compile(r"\b(?:[a-z_]+\.)+(?=[A-Za-z_])")


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> dict[str, dict[int, str]]:
    """mypy's answers, by file and line."""
    folder = tmp_path_factory.mktemp("checked")
    for file in FOLDER.glob("*.py"):
        shutil.copy(file, folder)
    (folder / "mypy.ini").write_text("[mypy]\nstrict = True\npython_version = 3.11\n")
    command = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--no-error-summary", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 1, done.stdout + done.stderr
    found: dict[str, dict[int, str]] = {}
    for line in done.stdout.splitlines():
        match = _LINE.fullmatch(line)
        assert match is not None, done.stdout
        lines = found.setdefault(match["file"], {})
        assert int(match["line"]) not in lines, done.stdout
        lines[int(match["line"])] = _MODULE.sub("", match["text"])
    return found


def _pattern(kind: str, text: str) -> str:
    said = f"error: {text}" if kind == "E" else f'note: Revealed type is "{text}"'
    return re.escape(said).replace(re.escape("..."), ".*")


@pytest.mark.parametrize("name", sorted(file.name for file in FOLDER.glob("*.py")))
def test_checked_file(answers, name):
    wanted = {}
    for number, line in enumerate((FOLDER / name).read_text().splitlines(), 1):
        match = _WANTED.search(line)
        if match is not None:
            wanted[number] = _pattern(*match.groups())
    found = answers[name]
    assert found.keys() == wanted.keys(), found
    for number, pattern in wanted.items():
        assert re.fullmatch(pattern, found[number]), (number, found[number])
