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


@pytest.mark.parametrize("width", [320, 360, 500, 800, 980, 1130, 1320, 1400])
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


def test_results_of_a_search_are_on_the_screen(browser: Browser, site: Path):
    for width in (320, 360, 700, 1000):
        browser.open(site / "firecracker-1.14-x86_64.html", width)
        browser.evaluate(f"{TYPE}('rate_limiter')")
        box = browser.evaluate("document.getElementById('results').getBoundingClientRect().toJSON()")
        top = browser.evaluate("q.getBoundingClientRect().bottom")
        assert 0 <= box["left"] < box["right"] <= width, width
        assert top <= box["top"] < box["bottom"] <= 900, width


def shown(browser: Browser) -> list[str]:
    """The links of the contents that can be seen."""
    script = "[...document.querySelectorAll('.side a')].filter(a => a.offsetParent).map(a => a.textContent)"
    return browser.evaluate(script)


def test_contents_can_be_filtered(browser: Browser, site: Path):
    browser.open(site / "firecracker-1.14-x86_64.html", 1400)
    everything = shown(browser)
    assert len(everything) > 100
    browser.evaluate("filter.focus()")
    browser.call("Input.insertText", text="vcpu EVENTS")
    kept = ["VcpuEventsException", "VcpuEventsInterrupt", "VcpuEventsNmi", "VcpuEventsSmi"]
    kept += ["VcpuEventsTripleFault", "kvm_vcpu_events"]
    assert shown(browser) == ["Types", *kept]
    titles = "[...document.querySelectorAll('.group > span')]"
    assert browser.evaluate(f"{titles}.filter(e => e.offsetParent).map(e => e.textContent)") == [
        "Structs",
        "C structures",
    ]
    browser.evaluate("filter.select()")
    browser.call("Input.insertText", text="structs vcpu pmem")  # words of several entries, none has all
    assert shown(browser) == []
    browser.evaluate("filter.value = ''; filter.dispatchEvent(new Event('input'))")
    assert shown(browser) == everything


def test_contents_follow_what_is_read(browser: Browser, site: Path):
    browser.open(site / "firecracker-1.14-x86_64.html", 1400)
    frames = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
    current = "[...document.querySelectorAll('.side [aria-current]')].map(a => a.hash)"
    inside = """(() => { const own = document.querySelector('.side [aria-current]').getBoundingClientRect(),
        box = document.querySelector('.side').getBoundingClientRect();
        return own.top >= box.top && own.bottom <= box.bottom; })()"""
    for anchor in ("file", "map", "type-virtioblockstate", "type-kvm_regs", "encodings", "type-vminfo"):
        browser.evaluate(f"document.getElementById('{anchor}').scrollIntoView()")
        browser.evaluate(frames)
        assert browser.evaluate(current) == [f"#{anchor}"]
        assert browser.evaluate(inside), anchor
    # One that the filter hides has no place: the contents stay where they are.
    browser.evaluate("filter.value = 'state'; filter.dispatchEvent(new Event('input'))")
    before = browser.evaluate("document.querySelector('.side').scrollTop")
    browser.evaluate("document.getElementById('errors').scrollIntoView()")
    browser.evaluate(frames)
    assert browser.evaluate(current) == ["#errors"]
    assert browser.evaluate("document.querySelector('.side').scrollTop") == before


#: Names of fields, types and sizes in tables that are not on one line.
BROKEN = """[...document.querySelectorAll('.fields tbody th code, .whole, .errors td code')]
    .filter(e => e.offsetParent && (e.matches('.whole') || /^\\w{1,24}$/.test(e.textContent)))
    .filter(e => { const r = document.createRange(); r.selectNodeContents(e);
        const tops = [...r.getClientRects()].map(b => b.bottom);
        return Math.max(...tops) - Math.min(...tops) > 8; })
    .map(e => e.textContent)"""


@pytest.mark.parametrize("width", [360, 800, 1400])
def test_short_names_are_not_broken(browser: Browser, site: Path, width: int):
    for page in pages(site):
        browser.open(page, width)
        assert browser.evaluate(BROKEN) == [], page.name


def test_print_has_what_is_folded_away(browser: Browser, site: Path):
    browser.open(site / "firecracker-1.14-x86_64.html", 800)
    browser.evaluate("document.querySelector('details.example').open = false")
    browser.evaluate("dispatchEvent(new Event('beforeprint'))")
    closed = "document.querySelectorAll('details:is(.example, .code):not([open])').length"
    assert browser.evaluate(closed) == 0


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
