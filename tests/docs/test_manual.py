"""The manual: every example is run, links lead somewhere, and what is generated is not stale."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
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
PAGES = sorted(path.name for path in MANUAL.glob("*.md"))

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: Commands of a shell that the tests don't run: they would install something.
_NOT_RUN = ("pip",)


class Block(NamedTuple):
    language: str
    text: str
    line: int


def blocks(name: str) -> list[Block]:
    text = (MANUAL / name).read_text(encoding="utf-8")
    return [
        Block(match[1], match[2], text.count("\n", 0, match.start()) + 2) for match in _FENCE.finditer(text)
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


@pytest.mark.parametrize("name", [name for name in PAGES if name != "cli.md"])
def test_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(catalogue, "_added", {})
    for file in (EXAMPLE, LATER):
        shutil.copy(file, tmp_path / file.name)
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
    assert set(listed) == {*PAGES, "format/README.md"} - {"README.md"}


def test_reference_of_the_command_line_is_not_stale():
    assert (MANUAL / "cli.md").read_text(encoding="utf-8") == reference(), "run `make docs`"


def test_format_documents_are_not_stale():
    built = build(outputs=("markdown",), samples=[EXAMPLE, LATER])
    assert built.differences(MANUAL / "format") == [], "run `make docs`"
