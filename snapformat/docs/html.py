"""The HTML renderer: a static site without external resources."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from snapformat.docs import diagrams
from snapformat.docs.conventions import conventions
from snapformat.docs.history import Step
from snapformat.docs.model import Bit, Document, Field, Offset
from snapformat.docs.pages import Page, Site, change_target, place, primitive_anchor, summary, type_groups
from snapformat.docs.templating import environment, render
from snapformat.docs.text import (
    blocks,
    first_sentence,
    in_bytes,
    inlines,
    one_line,
    slug,
    visible_directions,
)
from snapformat.model.compare import Change
from snapformat.model.naming import Span


def render_html(site: Site, templates: str | os.PathLike[str] | None = None) -> dict[str, str]:
    """Render all files of the site, by name.

    Args:
        site: The site.
        templates: A folder with templates that override the package's own.
    """
    env = environment(templates, autoescape=True)
    env.filters |= {
        "safe_text": one_line,
        "code_text": one_line,
        "name": breakable,
        "inline": inline,
        "prose": prose,
        "bytes": in_bytes,
        "first_sentence": first_sentence,
        "hexdump": lambda data: data.hex(" "),
        "spelled": spelled,
        "byte_diagram": byte_diagram,
        "bit_diagram": bit_diagram,
        "containment_map": containment_map,
        "conventions": conventions,
        "summary": lambda step: summary(step.changes),
    }
    env.globals |= {
        "site": site,
        "colours": diagrams.COLOURS,
        "primitive_anchor": primitive_anchor,
        "place": lambda step, change: place(site, step, change),
        "type_groups": type_groups,
        "href": lambda name: f"{site.page(name).slug}.html",
        "step_href": lambda step: f"{site.step_slug(step)}.html",
        "rule_href": lambda family, section: site.rule_href(family, section, ".html"),
    }
    documents = [page.document for page in site.pages]
    context: dict[str, Any] = {"documents": documents, "families": site.families}
    files = {"index.html": render(env, "html/index.html", context)}
    for page in site.pages:
        files[f"{page.slug}.html"] = _document(env, site, page)
    for family in site.families:
        for step in family.steps:
            context = {"family": family, "step": step, "change_href": lambda s, c: _change_href(site, s, c)}
            files[f"{site.step_slug(step)}.html"] = render(env, "html/step.html", context)
    files["style.css"] = render(env, "html/style.css", {})
    files["site.js"] = render(env, "html/site.js", {})
    files["search-index.js"] = search_index(site)
    for rules in site.rules.values():
        files[f"{rules.slug}.html"] = render(env, "html/rules.html", {"page": rules})
    return files


def _document(env: Any, site: Site, page: Page) -> str:
    document = page.document
    family = site.family(document.name)
    release = "" if family is None else next(r for r, name in family.releases if name == document.name)

    labels = {anchor: label for label, anchor in page.anchors.items()}

    def field_anchor(anchor: str, name: str) -> str:
        # The fields of the file don't belong to a type.
        return page.members.get((labels.get(anchor, ""), name)) or f"{anchor}.{slug(name)}"

    context = {
        "page": page,
        "document": document,
        "family": family,
        "document_release": release,
        "steps": site.steps(document.name),
        "index": page.index(),
        "anchor": page.anchor,
        "field_anchor": field_anchor,
    }
    return render(env, "html/document.html", context)


def _change_href(site: Site, step: Step, change: Change) -> str:
    target = change_target(site, step, change)
    return "" if target is None else f"{target[0].slug}.html#{target[1]}"


#: Maximum number of rows of a diagram that is not collapsed.
_FOLDED = 40
#: Longest name that is only broken if there is little room.
_WHOLE = 24
#: Places where a name may be broken: between the names it consists of.
_JOINTS = re.compile(r"(?<=[<,:/])(?=[^:])|(?<=\.)(?=\D)")
#: Places in such a name: after an underscore, and before a capital letter.
_WORDS = re.compile(r"(?<=_)(?=[^_])|(?<=[a-z0-9])(?=[A-Z])")


def breakable(text: str) -> Markup:
    """Mark the places where a name may be broken: between its parts, and between the words of a part.

    Those of a short part have a class, by which the style closes them where there is room.
    """
    parts = (
        Markup('<wbr class="w">' if len(part) <= _WHOLE else "<wbr>").join(_WORDS.split(part))
        for part in _JOINTS.split(one_line(text))
    )
    return Markup("<wbr>").join(parts)


def inline(text: str) -> Markup:
    """Convert running text: mark code in backticks, escape the rest, and isolate the text direction."""
    pieces = [
        Markup("<code>{}</code>").format(piece.text) if piece.code else escape(piece.text)
        for piece in inlines(text)
    ]
    joined = Markup("").join(pieces)
    return Markup('<bdi dir="auto">{}</bdi>').format(joined) if not text.isascii() else joined


def prose(text: str) -> Markup:
    """Convert a description of several paragraphs."""
    parts: list[Markup] = []
    for block in blocks(text):
        if block.kind == "code":
            parts.append(Markup("<pre>{}</pre>").format(visible_directions(block.items[0])))
        elif block.kind == "list":
            items = Markup("").join(Markup("<li>{}</li>").format(inline(item)) for item in block.items)
            parts.append(Markup("<ul>{}</ul>").format(items))
        else:
            parts.append(Markup("<p>{}</p>").format(inline(block.items[0])))
    return Markup("\n").join(parts)


@pass_context
def containment_map(context: Context, document: Document, ident: str) -> Markup:
    """Draw the map of the types of a document, with links into its page."""
    page: Page = context["page"]
    title = f"{document.name}: types and the types they contain"
    svg = diagrams.containment_map(document, lambda label: f"#{page.anchor(label)}", title, ident)
    return Markup(svg)


@pass_context
def spelled(context: Context, spans: Sequence[Span]) -> Markup:
    """Convert the name of a type, with links to its section and to the glossary."""
    page: Page | None = context.get("page")
    whole = sum(len(span.text) for span in spans) <= _WHOLE
    parts: list[Markup] = []
    for span in spans:
        text = breakable(span.text)
        if page is not None and span.type is not None and span.type in page.anchors:
            parts.append(Markup('<a href="#{}"><bdi>{}</bdi></a>').format(page.anchor(span.type), text))
        elif page is not None and span.primitive is not None and _explained(page, span.primitive):
            parts.append(Markup('<a href="#{}">{}</a>').format(primitive_anchor(span.primitive), text))
        else:
            parts.append(text)
        if span.text.endswith("<") and not whole:
            parts.append(Markup("<wbr>"))
    joined = Markup("").join(parts)
    return Markup('<span class="whole">{}</span>').format(joined) if whole else joined


def _explained(page: Page, name: str) -> bool:
    return any(each.name == name for each in page.document.primitives)


def byte_diagram(
    fields: Sequence[Field], title: str, ident: str, index: Offset | None = None, first: int = 0
) -> Markup:
    """Draw fields as a diagram of bytes; empty if no field has bytes."""
    if all(each.offset is None or each.size is None or each.size.most == 0 for each in fields):
        return Markup("")
    return _figure(diagrams.byte_diagram(fields, title, ident, index=index, first=first))


def bit_diagram(bits: Sequence[Bit], title: str, ident: str, of_number: bool = False) -> Markup:
    """Draw bits as a diagram, which is collapsed if it is long."""
    return _figure(diagrams.bit_diagram(bits, title, ident, of_number=of_number))


def _figure(svg: str) -> Markup:
    figure = Markup('<figure class="bytes-figure">{}</figure>').format(Markup(svg))
    rows = diagrams.rows_of(svg)
    if rows <= _FOLDED:
        return figure
    return Markup('<details class="folded"><summary>Diagram, {} rows</summary>{}</details>').format(
        rows, figure
    )


def search_index(site: Site) -> str:
    """Make the search index as a script; equal entries of several pages are merged."""
    pages = [{"href": f"{page.slug}.html", "name": page.document.name} for page in site.pages]
    merged: dict[tuple[str, str, str, str], list[int]] = {}
    for number, page in enumerate(site.pages):
        for entry in page.index():
            text = f"{entry.of}.{entry.text}" if entry.of else entry.text
            about = "".join(piece.text for piece in inlines(first_sentence(entry.doc)))
            key = (one_line(text), entry.kind, entry.anchor, about)
            merged.setdefault(key, []).append(number)
    entries = [
        {"t": text, "k": kind, "a": anchor, "d": doc, "p": found}
        for (text, kind, anchor, doc), found in merged.items()
    ]
    data = json.dumps({"pages": pages, "entries": entries}, ensure_ascii=True, separators=(",", ":"))
    # Escaped so that it could also be embedded in a page.
    data = data.replace("<", "\\u003c")
    return f"window.SEARCH={data};\n"
