"""The Markdown renderer: one file per document for GitHub, with stable anchors."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from snapformat.docs.conventions import conventions
from snapformat.docs.diagrams import tree
from snapformat.docs.model import ColumnMap, Example
from snapformat.docs.pages import Page, Site, change_target, place, primitive_anchor, summary
from snapformat.docs.templating import environment, render
from snapformat.docs.text import (
    BIDI,
    blocks,
    first_sentence,
    in_bytes,
    inlines,
    one_line,
    visible,
    visible_directions,
)
from snapformat.model.naming import Span

_SPECIAL = re.compile(r"[\\`*{}\[\]|~$]|(?<![^\W_])_|_(?![^\W_])")
#: Text that would begin a heading, a list or a quotation.
_START = re.compile(r"^(\s*)(\d*)([#+=.)-])(?=[\s#=-]|$)")


def render_markdown(site: Site, templates: str | os.PathLike[str] | None = None) -> dict[str, str]:
    """Render all files, by name; `README.md` is the overview.

    Args:
        site: The site.
        templates: A folder with templates that override the package's own.
    """
    env = environment(templates, autoescape=False)
    env.filters |= {
        "text": text,
        "cell": cell,
        "code": code,
        "codecell": lambda value: code(value).replace("|", "\\|"),
        "prose": prose,
        "bytes": in_bytes,
        "first_sentence": first_sentence,
        "hexdump": lambda data: data.hex(" "),
        "spelled": spelled,
        "dump": dump,
        "column_lines": column_lines,
        "conventions": conventions,
        "summary": lambda step: summary(step.changes),
        "tree": tree,
    }
    env.globals |= {
        "site": site,
        "primitive_anchor": primitive_anchor,
        "place": lambda step, change: place(site, step, change),
        "href": lambda name: f"{site.page(name).slug}.md",
        "step_href": lambda step: f"{site.step_slug(step)}.md",
        "rule_href": lambda family, section: site.rule_href(family, section, ".md"),
    }
    documents = [page.document for page in site.pages]
    context: dict[str, Any] = {"documents": documents, "families": site.families}
    files = {"README.md": render(env, "markdown/index.md", context)}
    for page in site.pages:
        name = page.document.name
        context = {
            "page": page,
            "document": page.document,
            "family": site.family(name),
            "steps": site.steps(name),
            "anchor": page.anchor,
            "member": page.member,
        }
        files[f"{page.slug}.md"] = render(env, "markdown/document.md", context)
    for family in site.families:
        for step in family.steps:

            def change_href(change: Any, step: Any = step) -> str:
                target = change_target(site, step, change)
                return "" if target is None else f"{target[0].slug}.md#{target[1]}"

            context = {"family": family, "step": step, "change_href": change_href}
            files[f"{site.step_slug(step)}.md"] = render(env, "markdown/step.md", context)
    for rules in site.rules.values():
        files[f"{rules.slug}.md"] = render(env, "markdown/rules.md", {"page": rules})
    return files


def escaped(value: str) -> str:
    """Escape markup; bidirectional marks become character references."""
    value = visible(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    value = _SPECIAL.sub(lambda match: "\\" + match[0], value)
    return "".join(f"&#x{ord(char):x};" if char in BIDI else char for char in value)


def code(value: str) -> str:
    """Make a code span of any text."""
    value = " ".join(visible_directions(value).split("\n"))
    longest = max((len(run) for run in re.findall(r"`+", value)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest and (value.startswith("`") or value.endswith("`")) else ""
    return f"{fence}{pad}{value or ' '}{pad}{fence}"


def text(value: str) -> str:
    """Convert running text to one line, and mark code in backticks."""
    joined = "".join(code(piece.text) if piece.code else escaped(piece.text) for piece in inlines(value))
    # Without spaces at the ends, where emphasis would not be recognized.
    return _START.sub(r"\1\2\\\3", " ".join(joined.split("\n")).strip(), count=1)


def cell(value: str) -> str:
    """Convert running text for a table, where `|` has to be escaped in code too."""
    pieces = (code(p.text).replace("|", "\\|") if p.code else escaped(p.text) for p in inlines(value))
    return " ".join("".join(pieces).split("\n"))


def prose(value: str) -> str:
    """Convert a description of several paragraphs."""
    parts = []
    for block in blocks(value):
        if block.kind == "code":
            body = visible_directions(block.items[0])
            longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
            fence = "`" * max(3, longest + 1)
            parts.append(f"{fence}text\n{body}\n{fence}")
        elif block.kind == "list":
            parts.append("\n".join(f"* {text(item)}" for item in block.items))
        else:
            parts.append(text(block.items[0]))
    return "\n\n".join(parts)


@pass_context
def spelled(context: Context, spans: Sequence[Span]) -> str:
    """Convert the name of a type, with links to its section and to the glossary."""
    page: Page | None = context.get("page")
    parts = []
    for span in spans:
        shown = escaped(one_line(span.text))
        if page is not None and span.type is not None and span.type in page.anchors:
            parts.append(f"[{shown}](#{page.anchor(span.type)})")
        elif page is not None and any(each.name == span.primitive for each in page.document.primitives):
            parts.append(f"[{shown}](#{primitive_anchor(span.primitive or '')})")
        else:
            parts.append(shown)
    return "".join(parts)


def dump(example: Example) -> str:
    """Format the rows of an example as aligned text."""
    width = max((len(one_line(row.name)) for row in example.rows), default=0)
    lines = []
    for row in example.rows:
        more = "" if row.size <= len(row.data) else f" +{row.size - len(row.data)}"
        shown = row.data.hex(" ") + more
        name = one_line(row.name)
        lines.append(f"{row.offset:08x}  {shown:<54} {name:<{width}}  {one_line(row.value)}".rstrip())
    return _fenced(lines)


def column_lines(columns: ColumnMap) -> str:
    """Format the columns of a message as aligned text."""
    packings = max((len(row.packing) for row in columns.rows), default=0)
    return _fenced(
        f"{row.offset:08x} {row.size:6}  {row.kind:<4}  {row.packing:<{packings}} {row.count:6}  "
        f"{one_line(row.path)}"
        for row in columns.rows
    )


def _fenced(lines: Iterable[str]) -> str:
    """Join lines; none of them may close the fence around them."""
    return "\n".join(line.replace("```", "`\u200b``") for line in lines)
