"""While building, expressions see what was built: construct alone, the reference and generated code agree."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given

from codec.agreement import identical, write_agrees
from properties.contexts import dependent
from snapformat import DecodeError, EncodeError, SnapshotFormat, decode, encode
from snapformat.layout import lower


def alone(struct: Any, value: Any) -> bytes | None:
    """What construct builds; it may refuse with any exception."""
    try:
        return bytes(struct.build(copy.deepcopy(value)))
    except Exception:
        return None


def agree(struct: Any, value: Any) -> bytes | None:
    """All write the same or refuse, and leave the value as it is; gives the bytes."""
    kept = copy.deepcopy(value)
    theirs = alone(struct, value)
    assert write_agrees(lower(struct), value) == theirs, (struct, value)
    try:
        assert encode(value, struct) == theirs
        file = SnapshotFormat("test", 1, "1.0.0", struct, checksum=None).new(value)
        assert file.to_bytes()[len(file.format.header_struct.build(file.header)) :] == theirs
    except EncodeError:
        assert theirs is None
    assert identical(value, kept)
    return theirs


@given(dependent())
def test_values_left_out_and_stale(made: tuple[Any, Any, Any]) -> None:
    struct, value, other = made
    built = agree(struct, value)
    agree(struct, other)
    if built is None:
        return
    try:
        loaded = decode(built, struct)
    except DecodeError:  # construct builds some things that can't be read again
        return
    assert agree(struct, loaded) is not None
    if isinstance(other, dict):
        loaded.update(other)
        agree(struct, loaded)
