"""Which fields of a snapshot hold KVM structures, as the declarations of the releases say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from snapformat import SnapshotFormat
from snapformat.model import kinds
from snapformat.model.kinds import Kind
from snapformat_schemas.firecracker import SCHEMAS


def format_of(release: str, arch: str) -> SnapshotFormat:
    """The format of a release's full or short name: `1.14.4` or `1.14`."""
    by_name = {format_.name: format_ for format_ in SCHEMAS}
    names = [f"firecracker/{name}/{arch}" for name in (release, release.rpartition(".")[0])]
    return next(by_name[name] for name in names if name in by_name)


@cache
def blobs(format_: SnapshotFormat) -> dict[str, kinds.Blob]:
    """Fields with KVM structures by path from the root; `[]` stands for each element."""
    return dict(_blobs(format_.payload_kind, "", ()))


def _blobs(kind: Kind, path: str, around: tuple[Kind, ...]) -> Iterator[tuple[str, kinds.Blob]]:
    match kind:
        case kinds.Blob():
            yield path, kind
        case kinds.Struct() if not any(kind is each for each in around):
            for field in kind.fields:
                name = f"{path}.{field.name}" if path else str(field.name)
                yield from _blobs(field.kind, name, (*around, kind))
        case kinds.Seq():
            yield from _blobs(kind.item, f"{path}[]", around)
        case kinds.Tuple():
            for index, item in enumerate(kind.items):
                yield from _blobs(item, f"{path}[{index}]", around)
        case kinds.Adapted() | kinds.Option():
            yield from _blobs(kind.item, path, around)


def class_of(blob: kinds.Blob) -> type:
    """The class of the structure in bytes."""
    assert blob.item.cls is not None
    return blob.item.cls
