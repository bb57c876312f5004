"""Firecracker's vmstate files: releases 1.8 to 1.16 on x86_64 and aarch64.

`load` returns the typed state of a file of any of them, `identify` finds the release that wrote it, and
`summary` describes the machine. `machine`, `drives`, `vcpus` and others have names that hold in every
release. `SCHEMAS` are the formats, one for each release and architecture.

Importing this package is cheap: formats, layouts and functions are imported on first use.
"""

from snapformat.exports import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(__name__, __spec__)
