"""The pages in a real browser that has no network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from docs import schemas
from docs.browser import Browser, needs_chromium
from snapformat.docs import build

pytestmark = [needs_chromium, pytest.mark.xdist_group("chromium")]

FOLDER = Path(__file__).resolve().parents[2] / "examples"
EXAMPLES = [FOLDER / "microvm.vmstate", FOLDER / "microvm-1.16.vmstate"]

SCRIPTS = Path(__file__).parent / "scripts"
#: Contrast of every piece of text against what is behind it, by WCAG 2: what is below AA.
CONTRAST = (SCRIPTS / "contrast.js").read_text(encoding="utf-8")
#: Text of a diagram that reaches out of its box, or of the drawing.
OUTSIDE = (SCRIPTS / "outside.js").read_text(encoding="utf-8")
#: Types into the search box.
TYPE = "(text => { q.value = text; q.dispatchEvent(new Event('input')); })"
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    opened = Browser()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    evil = tmp_path_factory.mktemp("samples") / "evil"
    evil.write_bytes(schemas.evil_file())
    what = ["firecracker/1.13", "firecracker/1.14", "firecracker/1.16/x86_64", schemas.DRAWINGS]
    what += [schemas.EVILS, schemas.EVIL_STORES, "docs.schemas:HEADER"]
    build(what, folder, samples=[*EXAMPLES, evil])
    return folder


def pages(site: Path) -> list[Path]:
    found = sorted(site.glob("*.html"))
    assert len(found) == 14
    return found


def test_nothing_is_asked_of_the_network(browser: Browser, site: Path):
    browser.requests.clear()
    browser.problems.clear()
    for page in pages(site):
        browser.open(page, 1000)
    assert len(browser.requests) >= 40  # page, style, two scripts
    assert [url for url in browser.requests if not url.startswith(site.as_uri())] == []
    assert browser.problems == []


@pytest.mark.parametrize("width", [320, 360, 500, 800, 1400])
def test_no_page_scrolls_sideways(browser: Browser, site: Path, width: int):
    for page in pages(site):
        browser.open(page, width)
        assert browser.evaluate(WIDE) <= 0, page.name


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1400])
def test_contrast(browser: Browser, site: Path, dark: bool, width: int):
    for page in pages(site):
        browser.open(page, width, dark=dark)
        assert browser.evaluate(CONTRAST) == [], page.name


def test_labels_of_diagrams_fit(browser: Browser, site: Path):
    for page in pages(site):
        browser.open(page, 1400)
        assert browser.evaluate(OUTSIDE) == [], page.name


def test_no_script_of_a_schema_runs(browser: Browser, site: Path):
    for page in pages(site):
        browser.open(page, 800)
        scripts = browser.evaluate("[...document.scripts].map(s => s.getAttribute('src') + s.textContent)")
        assert scripts == ["site.js", "search-index.js"], page.name
        assert browser.evaluate("document.querySelectorAll('main img, main b, main i').length") == 0


def test_search_by_keyboard(browser: Browser, site: Path):
    browser.open(site / "firecracker-1.14-x86_64.html", 1000)
    browser.press("/")
    assert browser.evaluate("document.activeElement.id") == "q"
    browser.call("Input.insertText", text="rate_limiter virtioblock")
    texts = browser.evaluate("[...document.querySelectorAll('#results li > a')].map(a => a.textContent)")
    assert texts == ["VirtioBlockState.rate_limiter_state"]
    assert browser.evaluate("document.querySelector('#results .status').textContent") == "1 match"
    browser.press("ArrowDown")
    assert browser.evaluate("document.activeElement.textContent") == texts[0]
    browser.press("Enter")
    assert browser.evaluate("location.hash") == "#type-virtioblockstate.rate_limiter_state"
    assert browser.evaluate("document.querySelector(':target th').textContent") == "rate_limiter_state"
    browser.press("Escape")
    assert browser.evaluate("document.getElementById('results').hidden")


def test_search_finds_what_only_another_page_has(browser: Browser, site: Path):
    browser.open(site / "firecracker-1.14-x86_64.html", 1000)
    browser.evaluate(f"{TYPE}('shape.group')")
    first = browser.evaluate("document.querySelector('#results li > a').href")
    assert "/drawing.html#type-shape" in first


def test_search_shows_evil_texts_as_text(browser: Browser, site: Path):
    browser.open(site / "index.html", 800)
    browser.evaluate(f"{TYPE}('script')")
    assert "<script>alert(1)</script>" in browser.evaluate("document.getElementById('results').textContent")
    assert browser.evaluate("document.querySelectorAll('#results script, #results img').length") == 0


def test_theme_can_be_switched(browser: Browser, site: Path):
    browser.open(site / "index.html", 800)
    light = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    browser.evaluate("document.querySelector('.theme').click()")
    assert browser.evaluate("document.documentElement.dataset.theme") == "dark"
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") != light
    browser.evaluate("document.querySelector('.theme').click()")
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == light


def test_without_scripts_everything_but_search_is_there(browser: Browser, site: Path):
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(site / "drawing.html", 800)
        root = browser.call("DOM.getDocument", depth=-1)["root"]["nodeId"]
        for selector in ("form[hidden]", ".theme[hidden]", "#type-shape", "svg.diagram", "#index ~ ul"):
            assert browser.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"], selector
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
