"""C structs that end in a flexible array, stored as the header and the entries."""

from __future__ import annotations

from typing import Any

from snapformat.model.c_struct import raw_of


class Counted:
    """Checks a pair of a C struct and its entries: the count at the struct's start is their number.

    It is used for both directions of a `Via`. Generated code recognizes it, and checks the count
    without making the entries.

    Args:
        field: The struct's field that counts the entries; it is the first one, little-endian.
        size: Size of that field, bytes.
        most: Maximum number of entries.

    Example:
        ```python
        nmsrs = Counted("nmsrs", 4, most=256)
        Msrs = Annotated[
            tuple[KvmMsrs, list[KvmMsrEntry]],
            Via(tuple[Blob[KvmMsrs], list[Blob[KvmMsrEntry]]], decode=nmsrs, encode=nmsrs),
        ]
        ```
    """

    __slots__ = ("field", "most", "size")

    def __init__(self, field: str, size: int, most: int) -> None:
        self.field: str = field
        self.size: int = size
        self.most: int = most

    def __call__(self, value: Any) -> Any:
        """Return the value.

        Raises:
            ValueError: The count differs, or is too large.
        """
        header, entries = value
        raw = raw_of(header)  # counting does not decode the whole header
        count = getattr(header, self.field) if raw is None else int.from_bytes(raw[: self.size], "little")
        if count != len(entries):
            raise ValueError(f"its header counts {count} entries, but it has {len(entries)}")
        if count > self.most:
            raise ValueError(f"{count} entries, and at most {self.most} are read")
        return value
