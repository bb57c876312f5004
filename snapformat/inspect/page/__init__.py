"""A page to look into a file: the tree of its values beside its bytes. It needs no network."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Any

from snapformat.errors import SnapshotError
from snapformat.inspect.annotate import Annotation
from snapformat.inspect.page.tree import Node, tree_of


def view_page(
    name: str,
    data: bytes,
    annotations: Iterable[Annotation],
    *,
    about: Sequence[tuple[str, str]] = (),
    failure: SnapshotError | None = None,
) -> str:
    """Return the page.

    Args:
        name: Name of the file.
        data: Its bytes.
        annotations: Its annotations, as `annotate` yields them.
        about: Facts about the file, by name.
        failure: The error at which the annotations end, or None.
    """
    content = {
        "about": [*about],
        "failure": None if failure is None else {"text": str(failure), "offset": failure.offset},
        **_packed(tree_of(annotations)),
    }
    values = {
        "title": html.escape(name),
        "style": _asset("page.css"),
        "script": _asset("page.js"),
        "content": _in_script(json.dumps(content, separators=(",", ":"))),
        "bytes": base64.b64encode(data).decode(),
    }
    first, *parts = _asset("page.html").split("{{")
    filled = [first]
    for part in parts:
        key, _, rest = part.partition("}}")
        filled += [values[key], rest]
    return "".join(filled)


def _packed(nodes: list[Node]) -> dict[str, Any]:
    """Return the nodes as rows, with each text once."""
    texts: dict[str, int] = {}

    def index(text: str) -> int:
        return texts.setdefault(text, len(texts))

    rows = [
        [
            index(node.label),
            node.depth,
            node.start,
            node.stop,
            index(node.kind),
            index(node.value),
            index(node.meaning),
        ]
        for node in nodes
    ]
    return {"nodes": rows, "texts": [*texts]}


def _in_script(text: str) -> str:
    """Return JSON that ends no script element, and that JavaScript of any version reads."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
