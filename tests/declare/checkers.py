"""mypy and pyright on the files of `checked`, on the examples, and on the public names: `make types`.

In `checked`, a comment `# E: text` is an error on its line in mypy's words, which pyright must find there too
and `# T: type` a type that both reveal. `# P: text` is an error that only pyright gives. There are no others;
`# M: type` is what only mypy writes so. `...` stands for any text, and module names are left out.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).with_name("checked")
EXAMPLES = ROOT / "examples"

_LINE = re.compile(r"(?P<file>\w+\.py):(?P<line>\d+): (?P<text>(?:note|error): .*)")
_WANTED = re.compile(r"# ([TEPM]): (.*)$")
_MODULE = re.compile(r"\b(?:[a-z_]+\.)+(?=[A-Za-z_])")


class Wanted(NamedTuple):
    """The comment of a line that says what a checker finds there: its letter and its text."""

    letter: str
    text: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """The text as a pattern."""
        return re.compile(re.escape(self.text).replace(re.escape("..."), ".*"))


def wanted(file: Path) -> dict[int, Wanted]:
    """Return the comments of a file, by line."""
    found = {}
    for number, line in enumerate(file.read_text().splitlines(), 1):
        match = _WANTED.search(line)
        if match is not None:
            found[number] = Wanted(*match.groups())
    return found


def mypy_answers(folder: Path) -> dict[str, dict[int, str]]:
    """Return mypy's answers on copies of the files in a folder outside of the repository, by line."""
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


def _pyright(*arguments: str, folder: Path) -> Any:
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--outputjson", *arguments]
    # It does not follow an editable install.
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "schemas")))
    environment = os.environ | {"PYTHONPATH": paths}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    return json.loads(done.stdout)


def _pyright_faults(folder: Path) -> Iterator[str]:
    """Yield where pyright says something else about the files than they do themselves."""
    for file in FOLDER.glob("*.py"):
        shutil.copy(file, folder)
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict", "pythonVersion": "3.11"}')
    said: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for each in _pyright(".", folder=folder)["generalDiagnostics"]:
        place = Path(each["file"]).name, each["range"]["start"]["line"] + 1
        said.setdefault(place, []).append((each["severity"], each["message"]))
    for file in sorted(FOLDER.glob("*.py")):
        lines = wanted(file)
        found = {line for name, line in said if name == file.name}
        for line in sorted(found - lines.keys()):
            yield f"{file.name}:{line}: {said[file.name, line]}"
        for line, each in lines.items():
            if each.letter == "M":
                continue
            for severity, message in said.get((file.name, line), [("nothing", "")]):
                revealed = re.search(r'is "(.*)"$', message)
                if each.letter == "T":
                    right = revealed is not None and each.pattern.fullmatch(revealed[1]) is not None
                else:
                    right = severity == "error" and (
                        each.letter == "E" or each.pattern.search(message) is not None
                    )
                if not right:
                    yield f"{file.name}:{line}: wanted {each.text!r}, pyright says {severity}: {message}"


def _faults_of_examples() -> Iterator[str]:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", *map(str, sorted(EXAMPLES.glob("*.py")))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if done.returncode:
        yield done.stdout + done.stderr
    with tempfile.TemporaryDirectory() as folder:
        options = {"typeCheckingMode": "strict", "pythonVersion": "3.11", "include": [str(EXAMPLES)]}
        options["extraPaths"] = [str(ROOT), str(ROOT / "schemas")]
        path = Path(folder, "pyrightconfig.json")
        path.write_text(json.dumps(options))
        for each in _pyright("--project", str(path), folder=ROOT)["generalDiagnostics"]:
            yield f"{each['file']}:{each['range']['start']['line'] + 1}: {each['message']}"


def _untyped() -> Iterator[str]:
    """Yield the public names, with their members, whose types pyright does not know wholly."""
    sys.path.insert(0, str(ROOT / "docs" / "site"))
    from names import home_of, listed, names_of

    public = set()
    for module in listed():
        for name in names_of(__import__(module.name, fromlist=["_"])):
            public |= {f"{module.name}.{name}", ".".join(home_of(module.name, name))}
    seen = 0
    for package in ("snapformat", "snapformat_schemas"):
        answer = _pyright("--verifytypes", package, "--ignoreexternal", folder=ROOT)["typeCompleteness"]
        for symbol in answer["symbols"]:
            parts = symbol["name"].split(".")
            if any(".".join(parts[:count]) in public for count in range(1, len(parts) + 1)):
                seen += 1
                if not symbol["isTypeKnown"]:
                    yield f"{symbol['name']}: {[each['message'] for each in symbol['diagnostics']]}"
    if seen < len(public):
        yield f"pyright found {seen} of {len(public)} public names"
    print(f"looked at {seen} types of {len(public)} public names and their members")


def main() -> int:
    """Print what is wrong; return the exit status."""
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for check in (_pyright_faults(Path(folder)), _faults_of_examples(), _untyped()):
            for fault in check:
                print(fault)
                bad += 1
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
