"""The package's metadata: what is declared in `pyproject.toml` is used, and holds on the index too."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]


def modules_imported(folder: Path) -> set[str]:
    """The top-level modules that the files of a folder import, wherever in them."""
    found = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add((node.module or "").partition(".")[0])
    return found


def test_every_dependency_is_imported():
    names = {re.split(r"[<>=\[]", each)[0] for each in PROJECT["dependencies"]}
    assert names == {"construct", "semver", "crcmod", "anycrc"}
    assert names <= modules_imported(ROOT / "snapformat")


def test_every_supported_version_of_python_is_declared():
    versions = [each.rpartition(" ")[2] for each in PROJECT["classifiers"] if "Python :: 3." in each]
    assert versions == ["3.11", "3.12", "3.13", "3.14"]
    assert PROJECT["requires-python"] == f">={versions[0]}"


def test_links_of_the_readme_hold_on_the_index():
    hook = PYPROJECT["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]
    (fragment,), (change,) = hook["fragments"], hook["substitutions"]
    text = (ROOT / fragment["path"]).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", re.sub(change["pattern"], change["replacement"], text))
    assert len(links) > 10
    assert [each for each in links if not each.startswith("https://")] == []
    assert sum(each.startswith(PROJECT["urls"]["Source"]) for each in links) >= 7


@pytest.mark.parametrize(
    "name", ["tests", "docs", "examples", "schemas", "snapformat", "Makefile", "CHANGELOG.md", "SECURITY.md"]
)
def test_the_source_distribution_has_all_that_the_tests_read(name: str):
    included = PYPROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert f"/{name}" in included
    assert (ROOT / name).exists()
