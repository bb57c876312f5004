"""The site: every public name is in its reference, and links lead to pages or to the code host."""

from __future__ import annotations

import ast
import importlib
import re
import textwrap
import tomllib
from pathlib import Path

import pytest

import docstrings
import links
import names
import pages
import reference

ROOT = Path(__file__).resolve().parents[2]
PUBLIC = list(names.public_names())
#: Modules of the releases: `docs/api.md` says that they are public, and the format documents describe them.
RELEASES = re.compile(r"snapformat_schemas\.firecracker\.v\d+_.*")


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    pages.stage(folder)
    return folder


def test_every_public_name_has_a_docstring():
    assert len(PUBLIC) > 400
    assert [each.full_name for each in PUBLIC if not each.doc] == []


def test_every_public_name_is_in_the_reference():
    found = {module.name: page for module, page in reference.pages()}
    for each in PUBLIC:
        if each.original is not None:
            entry = f"* :py:obj:`{each.name} <{each.original}>`"
        else:
            prefix = "py:" if each.directive == "data" else "auto"
            entry = f".. {prefix}{each.directive}:: {each.name}"
        assert entry in found[each.module].splitlines()


@pytest.mark.parametrize("module", ["snapformat", "snapformat.migrate", "snapformat_schemas.firecracker"])
def test_names_are_those_that_a_module_exports(module: str):
    assert {each.name for each in PUBLIC if each.module == module} == set(
        importlib.import_module(module).__all__
    )


@pytest.mark.parametrize(
    "name",
    [
        "snapformat.SnapshotFormat",
        "snapformat.bincode.u64",
        "snapformat.inspect.judge",
        "snapformat.docs.describe",
        "snapformat.memory.rebase",
        "snapformat_schemas.kvm.x86_64.cpuid.features",
        "snapformat_schemas.kvm.x86_64.msr_names.lookup",
        "snapformat_schemas.kvm.aarch64.registers.registers",
    ],
)
def test_some_names(name: str):
    assert name in {each.full_name for each in PUBLIC}


def test_an_imported_name_refers_to_the_first_module_that_has_it():
    encoding = next(each for each in PUBLIC if each.full_name == "snapformat.bincode.Encoding")
    assert encoding.original == "snapformat.Encoding"


def test_what_the_manual_and_the_examples_import_is_public():
    public = {each.full_name for each in PUBLIC}
    for file in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "examples").glob("*.py")):
        for module, name in imported(file):
            assert f"{module}.{name}" in public or RELEASES.match(module) or is_package(module, name), (
                f"{file.name}: from {module} import {name}"
            )


def imported(file: Path) -> list[tuple[str, str]]:
    """The names that a program, or the Python blocks of a page, import from the project."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".md":
        blocks = re.findall(r"^( *)```python\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
        text = "\n".join(textwrap.dedent(block) for _, block in blocks)
    return [
        (statement.module or "", alias.name)
        for statement in ast.walk(ast.parse(text))
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith("snapformat")
        for alias in statement.names
    ]


def is_package(module: str, name: str) -> bool:
    listed = {each.name for each in names.listed()}
    return any(each == f"{module}.{name}" or each.startswith(f"{module}.{name}.") for each in listed)


def test_modules_are_listed_with_their_first_lines():
    for each in names.listed():
        module = importlib.import_module(each.name)
        assert each.summary == (module.__doc__ or "").splitlines()[0], each.name
        assert (ROOT / "docs" / each.path).resolve() == Path(str(module.__file__)), each.name


def test_every_page_is_staged(staged: Path):
    found = {str(file.relative_to(staged)) for file in staged.rglob("*.md")}
    manual = {"index.md" if file.name == "README.md" else file.name for file in (ROOT / "docs").glob("*.md")}
    assert manual <= found
    assert {"about/changelog.md", "about/security.md", "about/contributing.md", "format/index.md"} <= found
    assert len(list((staged / "api").glob("*.rst"))) == len(names.listed())


def test_links_between_pages_stay_links(staged: Path):
    assert "(about/changelog.md)" in (staged / "index.md").read_text()
    assert "(../policy.md)" in (staged / "about" / "contributing.md").read_text()
    assert "(api/snapformat.migrate.rst)" in (staged / "api.md").read_text()
    assert "](performance.svg)" in (staged / "performance.md").read_text()
    assert (staged / "performance.svg").exists()
    assert "(firecracker-1.8-x86_64.html)" in (staged / "format" / "index.md").read_text()


def test_the_sidebar_has_the_sections_of_the_manual(staged: Path):
    index = (staged / "index.md").read_text()
    assert re.findall(r"^:caption: (.*)$", index, re.MULTILINE) == ["Start", "Guides", "Reference", "About"]
    assert "\nGetting started </getting-started.md>\n" in index


def test_staging_again_changes_nothing_and_removes_what_is_gone(staged: Path):
    before = {file: file.stat().st_mtime_ns for file in staged.rglob("*") if file.is_file()}
    (staged / "gone.md").write_text("# A page that was renamed\n")
    pages.stage(staged)
    assert {file: file.stat().st_mtime_ns for file in staged.rglob("*") if file.is_file()} == before


def test_links_outside_of_the_pages_lead_to_the_code_host():
    text = "[`a`](../LICENSE) [b](why.md#x) [c](https://e.org) `[d](no)`\n\n```python\n[e](LICENSE)\n```\n"
    page = ROOT / "docs" / "getting-started.md"
    assert pages.rewritten(text, page, pages.staged_names()) == text.replace(
        "(../LICENSE)", f"({pages.SOURCE}LICENSE)"
    )


def test_docstrings_become_restructured_text():
    converter = docstrings.Converter(PUBLIC)
    text = "As `Snapshot`s do, `x + 1`, `names` and a_ | b:\n\n```python\nSnapshot.load(1)\n```\n"
    assert converter.convert(text, "snapformat") == (
        "As :py:obj:`Snapshot <snapformat.Snapshot>`\\ s do, ``x + 1``, ``names`` and a\\_ \\| b:\n\n"
        ".. code-block:: python\n\n   Snapshot.load(1)\n\n"
    )
    assert converter.convert("`names`", "snapformat.bits") == ":py:obj:`names <snapformat.bits.names>`"


def test_broken_links_are_found(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "b.html").write_text('<p id="here"></p><a href="../a.html">a</a>')
    (tmp_path / "a.html").write_text(
        '<a href="#no">1</a> <a href="folder/b.html#here">2</a> <a href="folder/b.html#there">3</a>'
        '<img src="lost.png"> <a href="https://example.org/x">4</a>'
    )
    assert links.broken_links(tmp_path) == [
        "a.html: #no: there is no such anchor",
        "a.html: folder/b.html#there: there is no such anchor",
        "a.html: lost.png: there is no such file",
    ]


def test_the_address_of_the_project_is_the_same_everywhere():
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    urls = data["project"]["urls"]
    hook = data["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]
    assert hook["substitutions"][0]["replacement"] == f"]({pages.SOURCE}\\g<1>)"
    assert urls["Changelog"] == f"{pages.SOURCE}CHANGELOG.md"
    assert urls["Issues"] == f"{urls['Source']}/issues"
    assert f"({urls['Source']}/security)" in (ROOT / "SECURITY.md").read_text().replace("\n", "")
