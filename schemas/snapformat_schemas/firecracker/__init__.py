"""Firecracker's vmstate files: releases 1.8 to 1.14 on x86_64 and aarch64.

`load` returns the typed state of a file of any of them, `identify` finds the release that wrote it, and
`summary` describes the machine. `SCHEMAS` are the formats, one for each release and architecture.

Importing this package is cheap: layouts and functions are imported on first use.
"""

# ruff: isort: skip_file
# `X as X`, which exports a name to type checkers, would be a statement each.
from __future__ import annotations

from snapformat import CheckOrder, Encoding, SnapshotFormat
from snapformat.exports import lazy_exports
from snapformat_schemas.firecracker.releases import MAGICS
from snapformat_schemas.firecracker.releases import RELEASES as RELEASES
from snapformat_schemas.firecracker.releases import Release as Release

TYPE_CHECKING = False
if TYPE_CHECKING:
    from snapformat_schemas.firecracker.describing import summary as summary
    from snapformat_schemas.firecracker.identifying import (
        Identification as Identification,
        identify as identify,
    )
    from snapformat_schemas.firecracker.loading import load as load, load_snapshot as load_snapshot
    from snapformat_schemas.firecracker.states import (
        Aarch64State as Aarch64State,
        Aarch64Vcpu as Aarch64Vcpu,
        BootSource as BootSource,
        State as State,
        Vcpu as Vcpu,
        VmInfo as VmInfo,
        X86State as X86State,
        X86Vcpu as X86Vcpu,
    )
else:
    __getattr__, __dir__, __all__ = lazy_exports(
        __name__,
        {
            ".describing": ("summary",),
            ".identifying": ("Identification", "identify"),
            ".loading": ("load", "load_snapshot"),
            ".states": (
                "Aarch64State",
                "Aarch64Vcpu",
                "BootSource",
                "State",
                "Vcpu",
                "VmInfo",
                "X86State",
                "X86Vcpu",
            ),
        },
    )
    __all__ += ["ENCODING", "RELEASES", "SCHEMAS", "Release"]

#: Fixed-width, little-endian, with a limit of 10 MiB for the header and for the payload each. bincode 1.3,
#: used up to 1.11 (`VM_STATE_DESERIALIZE_LIMIT`), writes and counts in the same way as bincode 2.
ENCODING = Encoding(limit=10 * 1024 * 1024)

#: The formats of all releases with a layout here, oldest first. Payloads are imported on first use.
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
        trailing="ignore",
    )
    for release in RELEASES
    if release.module is not None
    for arch, magic in MAGICS.items()
)
