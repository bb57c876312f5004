"""Reference manuals generated from schemas: HTML, Markdown and JSON, from one document model.

`describe` makes the model. Documents in HTML and Markdown need Jinja2, which the extra `docs` installs.
"""

from __future__ import annotations

from typing import Any

from snapformat.exports import lazy_exports

_get, __dir__, __all__ = lazy_exports(__name__, __spec__)


def __getattr__(name: str) -> Any:
    try:
        return _get(name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("jinja2", "markupsafe"):
            raise
        raise ModuleNotFoundError(
            "documents in HTML and Markdown need Jinja2: install snapformat[docs]", name=error.name
        ) from error
