"""Annotating files: each value with its bytes, or each column of a message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from snapformat.inspect.identify import best_candidate, identify, max_file_size
from snapformat.io import Source, read_all
from snapformat.lazy_dataclasses import dataclass
from snapformat.snapshot.snapshot import SnapshotFormat


@dataclass(frozen=True, slots=True)
class Annotation:
    """Some bytes of a file, and their meaning.

    Attributes:
        offset: Where they begin.
        size: Their number; 0 for groups.
        kind: The kind of value (see `Event.kind`), or of a column (see `Column.kind`).
        path: The value path; of a column the path of its place in the type, see `Column.path`.
        value: The value; None for a column, which has many.
        packing: How the numbers of a column are packed; None for a value.
        count: The number of values in a column; None for a value.
    """

    offset: int
    size: int
    kind: str
    path: str
    value: Any = None
    packing: str | None = None
    count: int | None = None


def annotate(source: Source, format: SnapshotFormat | None = None) -> Iterator[Annotation]:
    """Iterate over the values of a file in the order of their bytes, or over the columns of a message.

    Args:
        source: A path, a bytes-like object or a binary file object.
        format: The format; by default, of the formats that claim the header, the one that fits best.

    Yields:
        Annotations. Those before the first error come before it is raised.

    Raises:
        SnapshotError: As `SnapshotFormat.walk`; for a header that no format claims, `Identity.refusal`.
    """
    data = read_all(source, max_size=max_file_size() if format is None else format.max_file_size)
    if format is None:
        identity = identify(data)
        if not identity.formats:
            raise identity.refusal()
        format = best_candidate(data, identity.formats, decode=False).format
    if format.is_message:
        for each in format.columns(data):
            yield Annotation(each.offset, each.size, each.kind, each.path, None, each.packing, each.count)
    else:
        for event in format.walk(data):
            yield Annotation(event.offset, event.size, event.kind, event.path, event.value)
