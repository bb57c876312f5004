"""Texts of a schema: parsing their markup, and replacing characters that are unsafe in documents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

#: Bidirectional marks, which change the direction of the text around them; a schema may need them.
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
#: Control characters, separators of lines and paragraphs, lone surrogates, and noncharacters.
_CONTROLS = "\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef"
_CONTROLS += "".join(f"{chr(plane | 0xFFFE)}{chr(plane | 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
_UNFIT = re.compile(f"[{_CONTROLS}]")
_UNFIT_IN_CODE = re.compile(f"[{_CONTROLS}{BIDI}]")
_UNFIT_IN_NAMES = re.compile(f"[{_CONTROLS}{BIDI}\n\t]")
_BULLET = re.compile(r"[*-] +")


@dataclass(frozen=True, slots=True)
class Inline:
    """A piece of running text.

    Attributes:
        text: The text.
        code: Whether it was between backticks.
    """

    text: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a description.

    Attributes:
        kind: A paragraph, a list, or verbatim lines.
        items: One text; for a list, one text per item.
    """

    kind: Literal["paragraph", "list", "code"]
    items: tuple[str, ...]


def visible(text: str) -> str:
    """Escape characters that are invalid in documents: control characters, lone surrogates and the like."""
    return _UNFIT.sub(_number, text)


def visible_directions(text: str) -> str:
    """Escape as `visible`, and bidirectional marks too; for code."""
    return _UNFIT_IN_CODE.sub(_number, text)


def one_line(text: str) -> str:
    """Escape as `visible_directions`, and line breaks and tabs too; for names."""
    return _UNFIT_IN_NAMES.sub(_number, text)


def _number(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def inlines(text: str) -> Iterator[Inline]:
    """Split running text into text and code in backticks; unpaired backticks are text."""
    position = 0
    for match in _CODE.finditer(text):
        if match.start() > position:
            yield Inline(visible(text[position : match.start()]))
        yield Inline(visible_directions(match[2].strip() or match[2]), code=True)
        position = match.end()
    if position < len(text):
        yield Inline(visible(text[position:]))


def blocks(text: str) -> list[Block]:
    """Split a description into paragraphs, lists and fenced or indented lines."""
    found: list[Block] = []
    chunk: list[str] = []
    fence: list[str] | None = None
    for line in [*text.splitlines(), ""]:
        if line.lstrip().startswith("```"):
            if fence is None:
                found += _block(chunk)
                chunk, fence = [], []
            else:
                found.append(Block("code", ("\n".join(fence),)))
                fence = None
        elif fence is not None:
            fence.append(line)
        elif line.strip():
            chunk.append(line)
        else:
            found += _block(chunk)
            chunk = []
    if fence:
        found.append(Block("code", ("\n".join(fence),)))
    return found


def _block(lines: list[str]) -> list[Block]:
    if not lines:
        return []
    if all(line.startswith("    ") for line in lines):
        return [Block("code", ("\n".join(line[4:] for line in lines),))]
    before: list[str] = []
    items: list[str] = []
    for line in lines:
        bullet = _BULLET.match(line.lstrip())
        if bullet is not None:
            items.append(line.lstrip()[bullet.end() :])
        elif items:
            items[-1] += " " + line.strip()
        else:
            before.append(line.strip())
    found = [Block("paragraph", (" ".join(before),))] if before else []
    return [*found, Block("list", tuple(items))] if items else found


def first_sentence(text: str) -> str:
    """Return the first paragraph of a description, on one line."""
    for block in blocks(text):
        if block.kind != "code":
            return block.items[0]
    return ""


def in_bytes(size: str, unit: str = "byte") -> str:
    """Return the text of a size with its unit."""
    return f"{size} {unit}" if size == "1" else f"{size} {unit}s"


def slug(text: str) -> str:
    """Make a name for anchors and files: lower-case letters, digits, dots, underscores and hyphens."""
    flat = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9._]+", "-", flat).strip("-.") or "x"


class Anchors:
    """Makes unique anchors: a repeated one gets a number."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def __call__(self, text: str) -> str:
        """Return a unique anchor for a text."""
        base = slug(text)
        number = self._given.get(base, 0) + 1
        self._given[base] = number
        return base if number == 1 else self(f"{base}-{number}")
