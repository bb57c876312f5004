"""Migrations: carry values from one version of a format to another, by declared steps."""

from snapformat.exports import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(__name__, __spec__)
