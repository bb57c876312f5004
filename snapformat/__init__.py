"""Declare a binary snapshot format once; read, write, check, show and edit it from Python."""

from snapformat.exports import lazy_exports

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_exports(__name__, __spec__)
