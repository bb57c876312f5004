"""The manual: every example is run, links lead somewhere, and what is generated is not stale."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import types
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from cli.support import call
from snapformat.cli._reference import reference
from snapformat.docs import build
from snapformat.snapshot import catalogue

ROOT = Path(__file__).resolve().parents[2]
MANUAL = ROOT / "docs"
EXAMPLE = ROOT / "examples" / "microvm.vmstate"
LATER = ROOT / "examples" / "microvm-1.16.vmstate"
#: A file of another program, by its name there.
OTHER = ROOT / "tests" / "golden" / "bare" / "zoxide-0.4.3.zo"
#: The page whose blocks don't need each other.
RECIPES = "recipes.md"
PAGES = sorted(path.name for path in MANUAL.glob("*.md"))

_FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
#: Commands of a shell that the tests don't run: they would install something.
_NOT_RUN = ("pip",)


class Block(NamedTuple):
    language: str
    text: str
    line: int


def copy_samples(folder: Path) -> None:
    for file in (EXAMPLE, LATER):
        shutil.copy(file, folder / file.name)


def blocks(name: str) -> list[Block]:
    text = (MANUAL / name).read_text(encoding="utf-8")
    return [
        Block(
            match[2],
            re.sub(f"^{match[1]}", "", match[3], flags=re.MULTILINE),
            text.count("\n", 0, match.start()) + 2,
        )
        for match in _FENCE.finditer(text)
    ]


def assert_output(found: str, wanted: str, where: str) -> None:
    """Compare output; `...` stands for the rest of a line, and on a line of its own for any lines."""
    pattern = ""
    for line in wanted.rstrip("\n").splitlines():
        if line == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(map(re.escape, line.split("..."))) + r"\n"
    assert re.fullmatch(pattern, found), f"{where}:\n{found}\nis not\n{wanted}"


@contextlib.contextmanager
def namespace(name: str) -> Iterator[dict[str, object]]:
    """A module for the examples of a page: declarations look up their names in it."""
    module = types.ModuleType(f"manual_{name.removesuffix('.md').replace('-', '_')}")
    sys.modules[module.__name__] = module
    try:
        yield vars(module)
    finally:
        del sys.modules[module.__name__]
        sys.modules.pop("zoxide_db", None)


@pytest.mark.parametrize("name", [name for name in PAGES if name not in ("cli.md", RECIPES)])
def test_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(catalogue, "_added", {})
    copy_samples(tmp_path)
    shutil.copy(OTHER, tmp_path / "db.zo")
    printed: str | None = None
    with namespace(name) as names:
        for block in blocks(name):
            where = f"docs/{name}:{block.line}"
            if file_name := re.match(r"# ([\w.]+)\n", block.text):
                (tmp_path / file_name[1]).write_text(block.text)
            if block.language == "python":
                out = io.StringIO()
                with contextlib.redirect_stdout(out):
                    code = compile("\n" * (block.line - 1) + block.text, where, "exec")
                    exec(code, names)
                printed = out.getvalue()
            elif block.language == "text":
                assert printed is not None, f"{where}: there is no example before it"
                assert_output(printed, block.text, where)
                printed = None
            elif block.language == "toml":
                tomllib.loads(block.text)
            elif block.language == "rust":
                continue  # for comparison
            elif block.language == "console":
                run_console(block.text, where)
            else:
                pytest.fail(f"{where}: a block of {block.language}")


def recipes() -> Iterator[object]:
    """The blocks of the recipes that run, each with the output that follows it."""
    found = blocks(RECIPES)
    for block, following in zip(found, [*found[1:], None], strict=True):
        if block.language != "text":
            output = following.text if following is not None and following.language == "text" else ""
            yield pytest.param(block, output, id=f"line {block.line}")


@pytest.mark.parametrize(("block", "output"), [*recipes()])
def test_recipes_run_alone(block: Block, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    where = f"docs/{RECIPES}:{block.line}"
    copy_samples(tmp_path)
    if block.language == "console":
        monkeypatch.chdir(tmp_path)
        run_console(block.text, where)
    else:
        assert block.language == "python", where
        command = [sys.executable, "-W", "error", "-c", block.text]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{where}:\n{done.stderr}"
        assert_output(done.stdout, output, where)


def run_console(text: str, where: str) -> None:
    """Run the lines after `$`; those that follow are the output, `[1]` at their end the status."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        line, _, wanted = part.partition("\n")
        program, *arguments = shlex.split(line)
        if program in _NOT_RUN:
            continue
        assert program == "snapformat", where
        status = re.search(r"^\[(\d+)\]\n\Z", wanted, re.MULTILINE)
        if status is not None:
            wanted = wanted[: status.start()]
        result = call(*arguments)
        assert result.exit_code == (int(status[1]) if status is not None else 0), result.output
        assert_output(result.output, wanted, where)


def test_links_lead_somewhere():
    for name in PAGES:
        for target in re.findall(r"\]\(([^)#]+)", (MANUAL / name).read_text(encoding="utf-8")):
            if not target.startswith("https://"):
                assert (MANUAL / target).exists(), f"{name}: {target}"


def test_every_page_is_listed():
    listed = re.findall(r"^\* \[[^]]+\]\(([^)]+)\)", (MANUAL / "README.md").read_text(), re.MULTILINE)
    others = {
        "format/README.md",
        "../CHANGELOG.md",
        "../SECURITY.md",
        "../CONTRIBUTING.md",
        "../ARCHITECTURE.md",
    }
    assert set(listed) == {*PAGES, *others} - {"README.md"}


def test_reference_of_the_command_line_is_not_stale():
    assert (MANUAL / "cli.md").read_text(encoding="utf-8") == reference(), "run `make docs`"


def test_format_documents_are_not_stale():
    built = build(outputs=("markdown",), samples=[EXAMPLE, LATER])
    assert built.differences(MANUAL / "format") == [], "run `make docs`"
