"""Loading files of any release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from snapformat import Snapshot, SnapshotError
from snapformat.errors import InvalidMagicError
from snapformat.inspect import load_any
from snapformat.io import Source
from snapformat_schemas.firecracker.releases import MAGICS

if TYPE_CHECKING:
    from snapformat_schemas.firecracker.states import Aarch64State, State, X86State


@overload
def load(source: Source, *, arch: Literal["x86_64"]) -> X86State: ...
@overload
def load(source: Source, *, arch: Literal["aarch64"]) -> Aarch64State: ...
@overload
def load(source: Source, *, arch: None = ...) -> State: ...


def load(source: Source, *, arch: str | None = None) -> Any:
    """Load the state in a vmstate file of any release.

    Args:
        source: A path, a bytes-like object or a binary file object.
        arch: The architecture that the file must have; lets type checkers know the registers.

    Returns:
        The `MicrovmState` of the release.

    Raises:
        SnapshotError: As `load_snapshot`.
    """
    return _load(source, arch).data


@overload
def load_snapshot(source: Source, *, arch: Literal["x86_64"]) -> Snapshot[X86State]: ...
@overload
def load_snapshot(source: Source, *, arch: Literal["aarch64"]) -> Snapshot[Aarch64State]: ...
@overload
def load_snapshot(source: Source, *, arch: None = ...) -> Snapshot[State]: ...


def load_snapshot(source: Source, *, arch: str | None = None) -> Snapshot[Any]:
    """Load a vmstate file of any release as a snapshot, which can be saved again; its `data` is the state.

    Args:
        source: A path, a bytes-like object or a binary file object.
        arch: The architecture that the file must have.

    Raises:
        SnapshotIOError: The file can't be read.
        DecodeError: Header or state can't be decoded.
        InvalidMagicError: The file is not Firecracker's, or of another architecture.
        InvalidFormatVersionError: The release can't be read; the hint names it.
        Crc64Error: The checksum does not match.
    """
    return _load(source, arch)


def _load(source: Source, arch: str | None) -> Snapshot[Any]:
    if arch is not None and arch not in MAGICS:
        raise ValueError(f"unknown architecture {arch!r}; known: {', '.join(MAGICS)}")
    try:
        snapshot = load_any(source)
        if snapshot.magic not in ([MAGICS[arch]] if arch else MAGICS.values()):
            raise InvalidMagicError(
                f"this is a file of {snapshot.arch or 'another program'}",
                magic=snapshot.magic,
                path="$header.magic",
                offset=0,
                expected=" or ".join(f"0x{MAGICS[name]:016x}" for name in ([arch] if arch else MAGICS)),
                found=f"0x{snapshot.magic:016x}",
            )
    except SnapshotError as error:
        if error.file is None and isinstance(source, str):
            error.file = source
        raise
    return snapshot
