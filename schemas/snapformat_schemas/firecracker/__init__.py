"""Firecracker's vmstate files: releases 1.8 to 1.14 on x86_64 and aarch64.

`load` gives the typed state of a file of any of them, `identify` says which wrote it and why, `summary` what
machine it is. `SCHEMAS` are the formats, one for each release and architecture.

Importing this package is cheap: a release's layout is imported when a file needs it, a tool when it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from snapformat import CheckOrder, Encoding, SnapshotFormat
from snapformat_schemas.firecracker.releases import MAGICS, RELEASES, Release

if TYPE_CHECKING:
    from snapformat_schemas.firecracker.describing import summary
    from snapformat_schemas.firecracker.identifying import Identification, identify
    from snapformat_schemas.firecracker.loading import load, load_snapshot
    from snapformat_schemas.firecracker.states import (
        Aarch64State,
        Aarch64Vcpu,
        BootSource,
        State,
        Vcpu,
        VmInfo,
        X86State,
        X86Vcpu,
    )

__all__ = [
    "ENCODING",
    "RELEASES",
    "SCHEMAS",
    "Aarch64State",
    "Aarch64Vcpu",
    "BootSource",
    "Identification",
    "Release",
    "State",
    "Vcpu",
    "VmInfo",
    "X86State",
    "X86Vcpu",
    "identify",
    "load",
    "load_snapshot",
    "summary",
]

#: Fixed-width, little endian, at most 10 MiB claimed in the header and in the payload each. bincode 1.3, used
#: up to 1.11 (`VM_STATE_DESERIALIZE_LIMIT`), writes and counts as bincode 2 does.
ENCODING = Encoding(limit=10 * 1024 * 1024)

#: The formats of all releases that have a layout here, oldest first. A payload is named by its place.
SCHEMAS = tuple(
    SnapshotFormat(
        name=f"firecracker/{release.name}/{arch}",
        release=release.name,
        magic={arch: magic},
        version=release.version,
        payload=f"{__name__}.{release.module}.{arch}:MicrovmState",
        encoding=ENCODING,
        order=CheckOrder.CHECKSUM_FIRST if release.checksum_first else CheckOrder.PAYLOAD_FIRST,
        family=f"{__name__}.family:FAMILY",
    )
    for release in RELEASES
    if release.module is not None
    for arch, magic in MAGICS.items()
)

#: Where a name of the package comes from, if it is imported only when it is used.
_LAZY = {
    "identify": "identifying",
    "Identification": "identifying",
    "load": "loading",
    "load_snapshot": "loading",
    "summary": "describing",
    **dict.fromkeys(
        ("Aarch64State", "Aarch64Vcpu", "BootSource", "State", "Vcpu", "VmInfo", "X86State", "X86Vcpu"),
        "states",
    ),
}


if not TYPE_CHECKING:  # type checkers see the imports above, and no other names

    def __getattr__(name: str) -> Any:
        if name not in _LAZY:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(importlib.import_module(f"{__name__}.{_LAZY[name]}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})
