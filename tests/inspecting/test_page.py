"""The page to look into a file: its tree, and its work in a real browser without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bitcode import files as columnar_files
from cli.support import altered, call
from docs.browser import Browser, needs_chromium
from docs.test_browser import CONTRAST, WIDE
from snapformat.inspect.annotate import annotate_all
from snapformat.inspect.page import view_page
from snapformat.inspect.page.tree import Node, tree_of
from snapformat.path import format_path
from snapshots import data

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SMALL = EXAMPLES / "microvm.vmstate"
COLUMNAR = EXAMPLES / "microvm-1.16.vmstate"
#: 235 KB: 16 vCPUs.
LARGE = data.DEFAULT_FOLDERS[0] / "1.14.4" / "08_vcpus16" / "vmstate"
EVIL = "</script><script>window.bad = 1</script><b onclick=x>\u2028"


def paths_of(nodes: list[Node]) -> list[str]:
    """The path of each node, made of the labels above it."""
    around: list[str] = []
    found = []
    for node in nodes:
        del around[node.depth :]
        around.append((around[-1] if around else "") + node.label)
        found.append(around[-1])
    return found


@data.each(data.state_files())
def test_every_value_has_a_node(file: data.StateFile):
    rows, failure = annotate_all(file.bytes, file.format, c_structs=True)
    assert failure is None
    nodes = tree_of(rows)
    by_path = dict(zip(paths_of(nodes), nodes, strict=True))
    assert len(by_path) == len(nodes)
    for row in rows:
        if row.kind == "gap":
            continue
        node = by_path[format_path(row.segments)]
        assert row.kind in node.kind.split(" + ") or row.kind.endswith("len")
        assert node.start <= row.offset
        assert row.offset + row.size <= node.stop
    assert sum(node.stop - node.start for node in nodes if node.depth == 0) == len(file.bytes)


def test_columns():
    for file in columnar_files.state_files():
        if file.is_released:
            rows, failure = annotate_all(file.bytes)
            assert failure is None
            found = paths_of(tree_of(rows))
            assert {row.path for row in rows} <= set(found)


def page_of(path: Path, source: Path, *options: str, status: int = 0) -> Path:
    done = call("view", source, "-o", path, *options)
    assert (done.exit_code, done.stdout) == (status, "")
    return path


def test_texts_of_files_are_no_markup(tmp_path: Path):
    text = view_page(EVIL, b"\0", [], about=[(EVIL, EVIL)])
    assert text.count("<script") == 3
    assert not re.search(r"https?:|src=|href=|@import|url\(", text)
    assert "window.bad" in text


def test_damaged_files(tmp_path: Path):
    broken = tmp_path / "broken"
    broken.write_bytes(altered(29, b"\7", seal=True))
    done = call("view", broken, "-o", tmp_path / "page.html")
    assert done.exit_code == 1
    assert done.stderr.startswith("error: Decode: ")
    assert "not a bool" in (tmp_path / "page.html").read_text()
    (tmp_path / "elf").write_bytes(b"\x7fELF" + bytes(60))
    page = page_of(tmp_path / "elf.html", tmp_path / "elf", status=1)
    assert "not a snapshot" in page.read_text()
    assert call("view", SMALL, "-o", SMALL).exit_code == 2


# --- in a browser ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    opened = Browser()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    broken = folder / "broken"
    broken.write_bytes(altered(29, b"\7", seal=True))
    evil = folder / "evil.html"
    rows, failure = annotate_all(broken.read_bytes(), c_structs=True)
    evil.write_text(
        view_page(EVIL, broken.read_bytes(), rows, about=[(EVIL, EVIL)], failure=failure), encoding="utf-8"
    )
    return {
        "small": page_of(folder / "small.html", SMALL),
        "large": page_of(folder / "large.html", LARGE),
        "columnar": page_of(folder / "columnar.html", COLUMNAR),
        "broken": page_of(folder / "broken.html", broken, status=1),
        "evil": evil,
    }


in_browser = [needs_chromium, pytest.mark.xdist_group("chromium")]


def marked(test: Any) -> Any:
    for mark in in_browser:
        test = mark(test)
    return test


#: Waits until the page has drawn again.
DRAWN = "new Promise(done => setTimeout(() => requestAnimationFrame(() => done(null)), 200))"
DETAILS = "document.querySelector('#details code').textContent"
SELECTED = "[...document.querySelectorAll('[aria-selected=true] .label')].map(each => each.textContent)"
LIT = "[...new Set([...document.querySelectorAll('#hex .in')].map(each => Number(each.dataset.offset)))]"


def search(browser: Browser, text: str) -> str:
    """Type into the search box; the number of matches."""
    browser.evaluate(f"query.value = {text!r}; query.dispatchEvent(new Event('input'))")
    browser.evaluate(DRAWN)
    return str(browser.evaluate("found.textContent"))


@marked
def test_nothing_is_asked_of_the_network(browser: Browser, pages: dict[str, Path]):
    browser.requests.clear()
    browser.problems.clear()
    for page in pages.values():
        browser.open(page, 1400)
        browser.evaluate(DRAWN)
        assert browser.evaluate("document.querySelectorAll('#tree .row').length") > 2
        assert browser.evaluate("document.querySelectorAll('#hex .row').length") > 5
    assert [url for url in browser.requests if not url.startswith("file:")] == []
    assert len(browser.requests) == len(pages)
    assert browser.problems == []
    assert browser.evaluate("window.bad") is None
    assert browser.evaluate("document.title").startswith("</script>")


@marked
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [320, 360, 800, 1400])
def test_it_fits_and_can_be_read(browser: Browser, pages: dict[str, Path], width: int, dark: bool):
    for name, page in pages.items():
        browser.open(page, width, dark=dark)
        search(browser, "cpuid")
        assert browser.evaluate(WIDE) <= 0, name
        assert browser.evaluate(CONTRAST) == [], name


@marked
def test_a_value_is_found_in_the_bytes_and_back(browser: Browser, pages: dict[str, Path]):
    browser.open(pages["small"], 1400)
    assert search(browser, "vcpu_states[0].regs.rip") == "1 of 1"
    assert browser.evaluate(DETAILS) == "$.vcpu_states[0].regs.rip"
    assert browser.evaluate(SELECTED) == ["rip"]
    assert browser.evaluate(LIT) == [*range(12188, 12196)]
    browser.evaluate("document.querySelector('#hex [data-offset=\"12180\"]').click()")
    assert browser.evaluate(DETAILS) == "$.vcpu_states[0].regs.r15"
    assert browser.evaluate(SELECTED) == ["r15"]
    assert browser.evaluate(LIT) == [*range(12180, 12188)]
    assert search(browser, "@0x1d") == "byte 29"
    assert browser.evaluate(DETAILS) == "$.vm_info.smt"
    assert search(browser, "console=ttyS0").endswith("of 1")
    assert browser.evaluate(SELECTED) == ["boot_args"]
    assert search(browser, "no such thing") == "not found"


@marked
def test_keys(browser: Browser, pages: dict[str, Path]):
    browser.open(pages["large"], 1400)
    browser.evaluate("tree.focus()")
    assert browser.evaluate(SELECTED) == ["$header"]
    for keys, label in (
        (["End"], "$checksum"),
        (["ArrowUp"], "device_states"),
        (["ArrowRight", "ArrowRight"], "mmio_state"),
        (["ArrowLeft"], "device_states"),
        (["ArrowLeft", "Home"], "$header"),
        (["ArrowLeft", "ArrowDown"], "$"),
        (["*"], "$"),
    ):
        for key in keys:
            browser.press(key)
        browser.evaluate(DRAWN)
        assert browser.evaluate(SELECTED) == [label], keys
    # Everything is open: some 40,000 rows, of which only those in sight are in the document.
    assert browser.evaluate("tree.firstElementChild.clientHeight") > 22 * 30_000
    assert browser.evaluate("document.querySelectorAll('#tree .row').length") < 100
    browser.press("/")
    assert browser.evaluate("document.activeElement.id") == "query"
    search(browser, ".rip")
    assert browser.evaluate("found.textContent") == "1 of 16"
    browser.press("Enter")
    assert browser.evaluate(DETAILS) == "$.vcpu_states[1].regs.rip"
    browser.evaluate("hex.focus()")
    browser.press("ArrowLeft")
    browser.evaluate(DRAWN)
    assert browser.evaluate(DETAILS) == "$.vcpu_states[1].regs.r15"


@marked
def test_where_a_damaged_file_fails(browser: Browser, pages: dict[str, Path]):
    browser.open(pages["broken"], 1400)
    assert "not a bool" in browser.evaluate("failure.textContent")
    assert browser.evaluate("document.querySelector('#hex .bad').dataset.offset") == "29"


@marked
def test_columns_in_the_page(browser: Browser, pages: dict[str, Path]):
    browser.open(pages["columnar"], 1400)
    assert search(browser, ".regs") == "1 of 1"
    assert browser.evaluate(DETAILS) == "$.data.vcpu_states[].regs"
    assert len(browser.evaluate(LIT)) > 100
