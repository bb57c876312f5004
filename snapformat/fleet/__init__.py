"""Many snapshots: a table of a whole fleet, on one machine or a cluster. Needs `snapformat[fleet]`."""

from snapformat.exports import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(__name__, __spec__)
