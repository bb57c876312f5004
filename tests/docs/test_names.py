"""Names of every kind, in every place: they change the text of documents, and nothing of their structure."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import construct as c
import html5lib
import pytest
from markdown_it import MarkdownIt

from snapformat import Bits, DataEnum, Encoding, SnapshotFormat, UnitEnum, doc, schema, variant
from snapformat.bincode import HashMap, Option, Via, i32, u8, u16
from snapformat.docs import build

OUTPUTS = ("html", "markdown", "json")
PIECES = [
    *(
        "\n\n# head\n\n",
        "\n- item",
        "\n| a | b |\n|---|---|\n",
        "\n```\n",
        "\r\n",
        "\x0b",
        "\x0c",
        "\x85",
        "\t",
    ),
    *("\u2028# x", "\u2029", "\0", "\x9b31m", "\x7f", "\ud800", "\ufffe", "\u202e", "\u2066", "\u200f"),
    *(
        "`",
        "``",
        "```",
        "|",
        "\\",
        "\\|",
        "[",
        "](http://x)",
        "![i](x)",
        "<b>",
        "</table>",
        "<!--",
        "-->",
        "&lt;",
    ),
    *(
        "*",
        "**",
        "_",
        "__",
        "~~",
        "#",
        "1. ",
        "> ",
        "    ",
        "  ",
        "---",
        "===",
        "$x$",
        "{{ 7 * 7 }}",
        "{% raw %}",
    ),
    *('"', "'", "</script>", "]]>", "ﬁ", "fi", "\uff21", "A", "é", "é", "x", "name", "Type", "::", "/"),
]
Naming = Callable[[str], str]


def formats_with(name: Naming) -> tuple[list[Any], list[bytes]]:
    """Three releases of a format, the last in columns, a construct and files.

    All names are made by a function of plain ones.
    """

    @schema(name=name("Level"))
    class Level(UnitEnum):
        Low = variant(rename=name("Low"))
        High = variant(rename=name("High"))

    @schema(name=name("Item"))
    class Item(DataEnum):
        pass

    @schema(name=name("Gold"))
    class Gold(Item):
        amount: i32 = doc(rename=name("amount"))

    @schema(name=name("Pair"), kind="tuple")
    class Pair(Item):
        left: u8
        right: Option[u8]

    bits = Bits(name("bit"), 0, "", width=2, values={1: name("on")})

    @schema(name=name("Save"))
    class Save:
        level: Level = doc(rename=name("level"))
        items: list[Item] = doc(rename=name("items"))
        bag: HashMap[str, Item] = doc(rename=name("bag"))
        flags: u16 = doc(rename=name("flags"), bits=[bits])
        even: Annotated[int, Via(u8, decode=int, encode=int, name=name("Even"))] = doc(rename=name("even"))

    @schema(name=name("Save"))
    class Later:
        level: Level = doc(rename=name("level"))
        more: Option[Item] = doc(rename=name("more"))

    bare = c.Struct(
        name("count") / c.Byte,
        name("kind") / c.Enum(c.Byte, **{name("small"): 1}),
        name("body") / c.Switch(c.this[name("count")], {1: c.Struct(name("inner") / c.Int16ub)}),
        name("opaque") / c.CString("utf8"),
    )

    def release(number: str) -> str:
        parts = (name("family"), name(number), name("arch"))
        return "/".join(re.sub("[/:]", "", part) for part in parts)

    old = SnapshotFormat(name=release("1.0"), magic=1, version="1.0.0", payload=Save)
    new = SnapshotFormat(name=release("1.1"), magic=1, version="1.1.0", payload=Later)
    last = SnapshotFormat(
        name=release("2.0"),
        magic=1,
        version="2.0.0",
        payload=Save,
        encoding=Encoding.bitcode(),
        note=name("note"),
    )
    value = Save(Level.Low, [Gold(1), Pair(1, None)], {"a": Gold(2)}, 1, 2)
    return [old, new, last, bare], [old.new(value).to_bytes(), last.new(value).to_bytes()]


def files_of(name: Naming, folder: Path) -> dict[str, str]:
    what, files = formats_with(name)
    samples = [folder / f"sample {number}" for number in range(len(files))]
    for path, data in zip(samples, files, strict=True):
        path.write_bytes(data)
    return build(what, outputs=OUTPUTS, title=name("Title"), samples=samples).files


def markdown_structure(text: str) -> list[Any]:
    """Blocks, and the links and elements in them."""
    found: list[Any] = []
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(text):
        found.append((token.type, token.tag, token.level))
        for inner in token.children or ():
            if inner.type in (
                "link_open",
                "image",
                "softbreak",
                "hardbreak",
                "em_open",
                "strong_open",
                "s_open",
            ):
                found.append(inner.type)
            elif inner.type == "html_inline":
                found.append(re.sub('"[^"]*"', "", inner.content))
    return found


def html_structure(text: str) -> list[Any]:
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    wanted = {
        "a",
        "tr",
        "td",
        "th",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "section",
        "li",
        "dt",
        "dd",
        "script",
        "svg",
    }
    return [element.tag for element in tree.iter() if element.tag in wanted]


def check(files: dict[str, str], plain: dict[str, str]) -> None:
    assert len(files) == len(plain)
    for (name, text), (alike, wanted) in zip(files.items(), plain.items(), strict=True):
        assert re.fullmatch(r"[a-z0-9._-]+", name, re.IGNORECASE)
        assert not re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]", text)
        assert "49" not in text or "49" in wanted  # no template ran what stands in a name
        if name.endswith(".md"):
            ids = re.findall(r'<a id="([^"]+)"></a>', text)
            assert markdown_structure(text) == markdown_structure(wanted), (name, alike)
        elif name.endswith(".html"):
            ids = re.findall(r' id="([^"]+)"', text)
            assert html_structure(text) == html_structure(wanted), (name, alike)
        else:
            continue
        assert len(ids) == len(set(ids)), name
        assert set(re.findall(r'(?:href="|\]\()#([^")]+)', text)) <= set(ids), name


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return files_of(lambda name: name, tmp_path_factory.mktemp("plain"))


@pytest.mark.parametrize("piece", PIECES, ids=ascii)
def test_a_piece_in_every_name(piece: str, tmp_path: Path, plain: dict[str, str]) -> None:
    check(files_of(lambda name: piece + name[:1] + piece + name[1:] + piece, tmp_path), plain)


@pytest.mark.parametrize("seed", range(8))
def test_names_of_many_pieces(seed: int, tmp_path: Path, plain: dict[str, str]) -> None:
    chosen = random.Random(seed)
    given: dict[str, str] = {}

    def name(text: str) -> str:
        if text not in given:
            given[text] = "".join(chosen.choice(PIECES) for _ in range(4)) + text
        return given[text]

    check(files_of(name, tmp_path), plain)


def test_names_alike_have_pages_of_their_own() -> None:
    """Names that one folder, or one anchor, would take for the same."""
    alike = ["fi", "ﬁ", "FI", "f\u0131", "f i", "f-i", "f|i"]
    releases = [f"{name}/{number}" for name in alike for number in ("1", "2")]

    @schema
    class Empty:
        pass

    what = [SnapshotFormat(name=name, magic=1, version="1.0.0", payload=Empty) for name in releases]
    files = build(what, outputs=("html", "markdown")).files
    for ending in (".html", ".md"):
        pages = [name for name in files if name.endswith(ending)]
        assert len({name.lower() for name in pages}) == len(pages) == 1 + 2 * len(alike) + len(alike)
    texts = "".join(files.values())
    assert set(re.findall(r"changes-[a-z0-9.-]+", texts)) == {n for n in files if n.startswith("changes-")}
