"""Links of a built site that lead nowhere: to a file that is missing, or to an anchor that its page lacks."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class _Page(HTMLParser):
    """The anchors and the links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an id or a link."""
        for name, value in attrs:
            if name == "id" or (tag == "a" and name == "name"):
                self.anchors.add(value or "")
            elif name in ("href", "src"):
                self.links.add(value or "")


def broken_links(folder: Path) -> list[str]:
    """Return a line for each link in the pages of a folder that leads nowhere."""
    pages = {file.resolve(): _Page(file.read_text(encoding="utf-8")) for file in folder.rglob("*.html")}
    return [line for file, page in sorted(pages.items()) for line in _broken(folder, file, page, pages)]


def _broken(folder: Path, file: Path, page: _Page, pages: dict[Path, _Page]) -> Iterator[str]:
    for link in sorted(page.links):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
        anchor = unquote(parts.fragment)
        if not target.exists():
            yield f"{file.relative_to(folder.resolve())}: {link}: there is no such file"
        elif anchor and target in pages and anchor not in pages[target].anchors:
            yield f"{file.relative_to(folder.resolve())}: {link}: there is no such anchor"
