"""Layouts: types bound to a configuration of bincode, and walks over their bytes."""

from snapformat.encodings.bincode.events import Event
from snapformat.encodings.bincode.plan import layout_of, lower
from snapformat.layout.walk import read, read_stream, walk, write

__all__ = ["Event", "layout_of", "lower", "read", "read_stream", "walk", "write"]
