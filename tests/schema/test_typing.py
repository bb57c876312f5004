"""What type checkers see: the files of `checked`, run through `mypy --strict` outside of the repository.

A comment `# N: text` or `# E: text` is a note or an error that mypy must give on its line, and there are no
others. Module names are left out of the texts.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).with_name("checked")
_LINE = re.compile(r"(?P<file>\w+\.py):(?P<line>\d+): (?P<kind>note|error): (?P<text>.*)")
_WANTED = re.compile(r"# ([NE]): (.*)$")


_MODULE = re.compile(r"\b(?:[a-z_]+\.)+(?=[A-Za-z_])")


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> dict[tuple[str, int], list[tuple[str, str]]]:
    """mypy's answers, by file and line."""
    folder = tmp_path_factory.mktemp("checked")
    for file in FOLDER.glob("*.py"):
        shutil.copy(file, folder)
    config = folder / "mypy.ini"
    config.write_text("[mypy]\nstrict = True\npython_version = 3.11\n")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", config, "--no-error-summary", "--hide-error-context", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    found: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for line in done.stdout.splitlines():
        match = _LINE.fullmatch(line)
        assert match is not None, done.stdout
        key = (match["file"], int(match["line"]))
        found.setdefault(key, []).append((match["kind"][0].upper(), _MODULE.sub("", match["text"])))
    return found


@pytest.mark.parametrize("name", sorted(file.name for file in FOLDER.glob("*.py")))
def test_checked_file(answers, name):
    wanted = {}
    for number, line in enumerate((FOLDER / name).read_text().splitlines(), 1):
        match = _WANTED.search(line)
        if match is not None:
            wanted[number] = [match.groups()]
    found = {line: said for (file, line), said in answers.items() if file == name}
    assert found == wanted
