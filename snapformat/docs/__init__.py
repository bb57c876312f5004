"""Reference manuals generated from schemas: HTML, Markdown and JSON, from one document model.

Needs Jinja2, which the extra `docs` installs.
"""

from snapformat.docs.collect import describe
from snapformat.docs.model import Document
from snapformat.docs.site import OUTPUTS, Built, build, make_site

__all__ = ["OUTPUTS", "Built", "Document", "build", "describe", "make_site"]
