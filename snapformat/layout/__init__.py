"""The layout tree of a type, and the reference reader and writer over it."""

from snapformat.encodings.bincode.events import Event
from snapformat.layout.lower import layout_of, lower
from snapformat.layout.walk import read, read_stream, walk, write

__all__ = ["Event", "layout_of", "lower", "read", "read_stream", "walk", "write"]
