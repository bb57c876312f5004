"""HTML and Markdown: valid, linked, and safe from what schemas say."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import html5lib
import pytest
from markdown_it import MarkdownIt

from docs import golden, schemas
from snapformat.docs import Built, build
from snapformat.docs.text import BIDI
from snapformat.snapshot.catalogue import formats

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
EXAMPLE, LATER = EXAMPLES / "microvm.vmstate", EXAMPLES / "microvm-1.16.vmstate"
OUTPUTS = ("html", "markdown")


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Some shipped schemas, the small ones, and the one whose texts try to break out."""
    shipped = [f"firecracker/{release}/x86_64" for release in ("1.8", "1.13", "1.14", "1.16")]
    what = [*shipped, *golden.SMALL.values(), schemas.EVILS, schemas.EVIL_STORES]
    folder = tmp_path_factory.mktemp("samples")
    (folder / "store.snap").write_bytes(schemas.store_file())
    (folder / "evil").write_bytes(schemas.evil_file())
    samples = [EXAMPLE, LATER, folder / "store.snap", folder / "evil"]
    return build(what, outputs=OUTPUTS, samples=samples, title=schemas.EVIL)


@cache
def parsed(text: str) -> Any:
    """The tree of a page, by the HTML standard's own algorithm; anything that is not valid raises."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def html(built: Built) -> dict[str, str]:
    return {name: text for name, text in built.files.items() if name.endswith(".html")}


SAMPLES = {"firecracker/1.14": [EXAMPLE], "firecracker/1.16": [LATER]}
RELEASES = list(dict.fromkeys("/".join(name.split("/")[:2]) for name in formats()))


@pytest.mark.parametrize("what", [*RELEASES, "the small ones"])
def test_pages_are_valid(what: str, everything: Built):
    built = everything if what == "the small ones" else build([what], samples=SAMPLES.get(what, []))
    for name, text in html(built).items():
        try:
            tree = parsed(text)
        except html5lib.html5parser.ParseError as error:
            pytest.fail(f"{name}: {error}")
        ids = [element.get("id") for element in tree.iter() if element.get("id")]
        doubled = {each for each in ids if ids.count(each) > 1} if len(set(ids)) != len(ids) else set()
        assert doubled == set(), name


@pytest.mark.skipif(shutil.which("tidy") is None, reason="tidy is not installed: only html5lib has judged")
def test_tidy_finds_no_fault(everything: Built):
    for name in ("index.html", "firecracker-1.14-x86_64.html", "drawing.html", "data.html", "ev-i-l.html"):
        options = ["-q", "-e", "-utf8", "--drop-empty-elements", "no", "--warn-proprietary-attributes", "no"]
        done = subprocess.run(
            ["tidy", *options], input=everything.files[name].encode(), capture_output=True, check=False
        )
        # tidy does not know `inputmode`-like novelties of HTML; what it calls an error is one.
        errors = [line for line in done.stderr.decode().splitlines() if "Error:" in line]
        assert errors == [], name


def test_outline_and_landmarks(everything: Built):
    for name, text in html(everything).items():
        tree = parsed(text)
        levels = [
            int(e.tag[1]) for e in tree.iter() if isinstance(e.tag, str) and re.fullmatch("h[1-6]", e.tag)
        ]
        assert levels[0] == 1, name
        assert levels.count(1) == 1, name
        assert all(after <= before + 1 for before, after in pairwise(levels)), name
        assert tree.find(".").get("lang") == "en"
        for tag in ("header", "main", "footer"):
            assert len(list(tree.iter(tag))) == 1, f"{name}: {tag}"
        for table in tree.iter("table"):
            assert table.find("caption") is not None, name
            assert all(cell.get("scope") for cell in table.iter("th")), name
        for svg in (e for e in tree.iter() if isinstance(e.tag, str) and e.tag.endswith("svg")):
            assert svg.get("role") in ("img", "group"), name
            assert svg.get("aria-labelledby"), name


def test_links_of_pages_resolve(everything: Built):
    ids = {
        name: {element.get("id") for element in parsed(text).iter() if element.get("id")}
        for name, text in html(everything).items()
    }
    for name, text in html(everything).items():
        for element in parsed(text).iter():
            for attribute in ("href", "src"):
                target = element.get(attribute)
                if target is None:
                    continue
                file, _, anchor = target.partition("#")
                file = file or name
                assert file in everything.files, f"{name}: {target}"
                if anchor:
                    assert unquote(anchor) in ids[file], f"{name}: {target}"


def test_search_index_leads_somewhere(everything: Built):
    data = json.loads(everything.files["search-index.js"].removeprefix("window.SEARCH=").removesuffix(";\n"))
    ids = {name: set(re.findall(r' id="([^"]+)"', text)) for name, text in html(everything).items()}
    assert len(data["entries"]) > 500
    for entry in data["entries"]:
        for page in entry["p"]:
            assert entry["a"] in ids[data["pages"][page]["href"]], entry
    assert "</script" not in everything.files["search-index.js"].lower()


def markdown_tokens(text: str) -> list[Any]:
    return MarkdownIt("gfm-like", {"linkify": False}).parse(text)


def test_links_of_markdown_resolve(everything: Built):
    files = {name: text for name, text in everything.files.items() if name.endswith(".md")}
    anchors = {name: set(re.findall(r'<a id="([^"]+)"></a>', text)) for name, text in files.items()}
    for name, text in files.items():
        links = 0
        for token in markdown_tokens(text):
            for inner in token.children or ():
                if inner.type != "link_open":
                    continue
                links += 1
                file, _, anchor = str(inner.attrs["href"]).partition("#")
                assert (file or name) in files, f"{name}: {inner.attrs['href']}"
                assert not anchor or anchor in anchors[file or name], f"{name}: {inner.attrs['href']}"
        assert links, name


def test_tables_of_markdown_have_their_columns(everything: Built):
    """GFM drops what is beyond the head's columns: a bar that was not escaped would lose text."""
    for name, text in everything.files.items():
        if not name.endswith(".md"):
            continue
        for line in text.splitlines():
            if line.startswith("| "):
                bars = len(re.findall(r"(?<!\\)\|", line))
                assert bars in (3, 4, 5, 6, 7), f"{name}: {line[:200]}"
        columns: list[int] = []
        for token in markdown_tokens(text):
            if token.type == "tr_open":
                columns.append(0)
            elif token.type in ("td_open", "th_open"):
                columns[-1] += 1
            elif token.type == "table_close":
                assert len(set(columns)) == 1, name
                columns = []


def test_markdown_holds_no_foreign_markup(everything: Built):
    assert_no_foreign_markup(everything.files["ev-i-l.md"])
    assert_no_foreign_markup(everything.files["ev-i-l-c.md"])


def assert_no_foreign_markup(text: str) -> None:
    html_pieces = [
        inner.content
        for token in markdown_tokens(text)
        for inner in [token, *(token.children or ())]
        if inner.type in ("html_inline", "html_block")
    ]
    assert set(html_pieces) <= {p for p in html_pieces if re.fullmatch(r'<a id="[a-z0-9._-]+">|</a>|<br>', p)}
    kinds = {inner.type for token in markdown_tokens(text) for inner in token.children or ()}
    assert "image" not in kinds
    hrefs = re.findall(r"\]\(([^)]*)\)", text)
    assert not any("javascript" in href for href in hrefs if not href.startswith("javascript:x"))
    links = [
        str(inner.attrs["href"])
        for token in markdown_tokens(text)
        for inner in token.children or ()
        if inner.type == "link_open"
    ]
    assert not any(link.startswith("javascript") for link in links)
    assert not set(text) & set(BIDI)
    assert "\0" not in text


def test_pages_hold_no_foreign_markup(everything: Built):
    for name, text in html(everything).items():
        tree = parsed(text)
        assert len(list(tree.iter("script"))) == 2, name
        for tag in ("img", "b", "i", "iframe", "object"):
            assert list(tree.iter(tag)) == [], name
        assert "\0" not in text
    for page in ("ev-i-l.html", "ev-i-l-c.html"):
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in everything.files[page]
    # What turns the direction of text is kept within an element that isolates it.
    for name, text in html(everything).items():
        for element in parsed(text).iter():
            for inner in element:
                assert not set(inner.tail or "") & set(BIDI) or element.tag == "bdi", name
            assert not set(element.text or "") & set(BIDI) or element.tag == "bdi", name


def test_text_of_evil_fields_survives(everything: Built):
    for page in ("ev-i-l", "ev-i-l-c"):
        assert_text_survives("".join(parsed(everything.files[f"{page}.html"]).itertext()))
        assert_text_survives(
            "".join(
                inner.content
                for token in markdown_tokens(everything.files[f"{page}.md"])
                for inner in token.children or ()
                if inner.type in ("text", "code_inline", "text_special")
            )
        )


def assert_text_survives(shown: str) -> None:
    for piece in ("<script>alert(1)</script> | ", "code | <b>", "*star* _x_ [l](javascript:x)", "\\u0000"):
        assert piece in shown, piece


COLOUR = re.compile(r"(--[\w]+): (#[0-9a-f]{6});")
PAIRS = [("fg", "bg"), ("muted", "bg"), ("link", "bg"), ("fg", "soft"), ("muted", "soft"), ("link", "soft")]
PAIRS += [("fg", f"c{n}") for n in [*range(8), "i"]] + [("good", "bg"), ("bad", "bg"), ("warn", "bg")]


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_colours_are_aa_in_both_themes(everything: Built):
    style = everything.files["style.css"]
    light = dict(COLOUR.findall(style[: style.index("@media (prefers-color-scheme: dark)")]))
    dark = dict(COLOUR.findall(style[style.index(':root[data-theme="dark"]') : style.index("* {")]))
    assert set(light) == set(dark)
    for theme in (light, dark):
        for front, back in PAIRS:
            one, other = sorted((luminance(theme[f"--{front}"]), luminance(theme[f"--{back}"])), reverse=True)
            assert (one + 0.05) / (other + 0.05) >= 4.5, f"{front} on {back}"
