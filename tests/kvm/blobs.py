"""Which fields of a snapshot hold KVM structures, as the declarations of the releases say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from snapformat import SnapshotFormat
from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.ops import Op
from snapformat_schemas.firecracker import SCHEMAS


def format_of(release: str, arch: str) -> SnapshotFormat:
    """The format of a release's full or short name: `1.14.4` or `1.14`."""
    by_name = {format_.name: format_ for format_ in SCHEMAS}
    names = [f"firecracker/{name}/{arch}" for name in (release, release.rpartition(".")[0])]
    return next(by_name[name] for name in names if name in by_name)


@cache
def blobs(format_: SnapshotFormat) -> dict[str, ops.CStructBytes]:
    """Fields with KVM structures by path from the root; `[]` stands for each element."""
    return dict(_blobs(format_.payload_node, ""))


def _blobs(node: Op, path: str) -> Iterator[tuple[str, ops.CStructBytes]]:
    match node:
        case ops.CStructBytes():
            yield path, node
        case ops.Struct():
            for field in node.fields:
                yield from _blobs(field.op, f"{path}.{field.name}" if path else str(field.name))
        case ops.Seq():
            yield from _blobs(node.item, f"{path}[]")
        case ops.Tuple():
            for index, item in enumerate(node.items):
                yield from _blobs(item, f"{path}[{index}]")
        case ops.Convert() | ops.Option():
            yield from _blobs(node.item, path)
