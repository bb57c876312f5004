"""Documents that write themselves from the schemas: HTML, Markdown and JSON, from one model.

Needs Jinja2, which comes with the extra `docs`.
"""

from snapformat.docs.collect import describe
from snapformat.docs.model import Document
from snapformat.docs.site import OUTPUTS, Built, build, make_site

__all__ = ["OUTPUTS", "Built", "Document", "build", "describe", "make_site"]
