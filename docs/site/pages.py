"""The pages of the manual, from where they are read on the code host to where the site has them.

The manual stays in `docs/`, a few pages are at the root of the repository, and the API reference is made
here. Links between pages lead to pages; links to other files of the repository lead to the code host.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import names
import reference

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
FORMATS = DOCS / "format"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
#: A file of the repository on the code host.
SOURCE = PROJECT["urls"]["Source"] + "/blob/main/"

_LINK = re.compile(r"(?<=\]\()(?!https?:|#)([^)#\s]+)(#[^)\s]+)?(?=\))")
_CODE = re.compile(r"^( *)```.*?^\1```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_SECTION = re.compile(r"^## (.+)\n((?:\n|.)*?)(?=^## |\Z)", re.MULTILINE)
#: Links of the pages of formats are to anchors in HTML, which MyST does not know.
_PLAIN = "---\nmyst:\n  all_links_external: true\n---\n"


def stage(folder: Path) -> None:
    """Write the source of the site into a folder; files that stay the same are not touched."""
    staged = staged_names()
    wanted: dict[Path, bytes] = {}
    for page, name in staged.items():
        if page.suffix == ".md":
            wanted[folder / name] = _text(page, staged).encode()
        elif page.suffix == ".svg":
            wanted[folder / name] = page.read_bytes()
    for module, text in reference.pages():
        wanted[folder / f"{module.anchor}.rst"] = text.encode()
    for file, data in wanted.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists() or file.read_bytes() != data:
            file.write_bytes(data)
    for file in folder.rglob("*"):
        if file.is_file() and file not in wanted:
            file.unlink()


def staged_names() -> dict[Path, str]:
    """Return the name in the site of every file that is a page there, or has one."""
    found = {page: page.name for page in (*DOCS.glob("*.md"), *DOCS.glob("*.svg"))}
    found |= {page: f"format/{page.name}" for page in FORMATS.glob("*.md")}
    found |= {
        page: f"about/{page.name.lower()}" for page in _links_of(DOCS / "README.md") if page.parent == ROOT
    }
    found |= {folder / "README.md": _index(found[folder / "README.md"]) for folder in (DOCS, FORMATS)}
    return found | {(DOCS / each.path).resolve(): f"{each.anchor}.rst" for each in names.listed()}


def _index(name: str) -> str:
    return name.replace("README.md", "index.md")


def _links_of(page: Path) -> list[Path]:
    return [(page.parent / match[1]).resolve() for match in _LINK.finditer(page.read_text(encoding="utf-8"))]


def rewritten(text: str, page: Path, staged: dict[Path, str]) -> str:
    """Return the text of a page with links that hold in the site.

    Args:
        text: The text.
        page: The file that it is of.
        staged: The name in the site of each file that has one.
    """

    def link(match: re.Match[str]) -> str:
        target = (page.parent / match[1]).resolve()
        if target not in staged:
            return f"{SOURCE}{target.relative_to(ROOT)}{match[2] or ''}"
        place = os.path.relpath(staged[target], Path(staged[page]).parent)
        if page.parent == FORMATS:
            place = place.removesuffix(".md") + ".html"
        return place + (match[2] or "")

    return _outside_code(text, lambda part: _LINK.sub(link, part))


def _text(page: Path, staged: dict[Path, str]) -> str:
    text = rewritten(page.read_text(encoding="utf-8"), page, staged)
    if page.parent == FORMATS:
        text = _PLAIN + text
    if page == DOCS / "README.md":
        text += "".join(
            _toctree(title, [f"{link} </{staged[each]}>" for link, each in _targets(page, body)])
            for title, body in _SECTION.findall(page.read_text(encoding="utf-8"))
        )
    elif page == DOCS / "api.md":
        text += _toctree("", [f"{_short(each.name)} </{each.anchor}>" for each in names.listed()])
    elif page == FORMATS / "README.md":
        listed = dict.fromkeys(each for each in _links_of(page) if each in staged)
        rest = sorted(
            each for each in staged if each.parent == FORMATS and each not in listed and each != page
        )
        text += _toctree("", [f"/{staged[each]}" for each in (*listed, *rest)])
    return text


def _targets(page: Path, body: str) -> list[tuple[str, Path]]:
    """Return the links that the entries of a list begin with, and their texts."""
    found = re.findall(r"^\* \[([^]]+)\]\(([^)]+)\)", body, re.MULTILINE)
    return [(text, (page.parent / target).resolve()) for text, target in found]


def _short(module: str) -> str:
    """Return the name of a module without that of its package, for the sidebar."""
    return module.removeprefix("snapformat_schemas.").removeprefix("snapformat.")


def _toctree(caption: str, entries: list[str]) -> str:
    lines = ["", "```{toctree}", ":hidden:", ":titlesonly:"]
    if caption:
        lines.append(f":caption: {caption}")
    return "\n".join([*lines, "", *entries, "```", ""])


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    """Change a text, but not the code in it."""
    result, done = [], 0
    for block in _CODE.finditer(text):
        result += [change(text[done : block.start()]), block[0]]
        done = block.end()
    return "".join([*result, change(text[done:])])
