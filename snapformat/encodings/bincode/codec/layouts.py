"""Caches the layout of each type passed to `encode` and `decode`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import construct

from snapformat.class_attrs import DECLARATION
from snapformat.encodings.bincode.codec.claims import Claims
from snapformat.encodings.bincode.codec.engine import Reader, runs_constructs, writer_of
from snapformat.encodings.bincode.encoding import Encoding
from snapformat.encodings.bincode.ops import Op, Struct
from snapformat.encodings.bincode.plan import layout_of, lower
from snapformat.limits import DEFAULT_LIMITS
from snapformat.model.declaration import Declaration, declaration_of
from snapformat.model.declare.again import on_forget
from snapformat.model.declare.registry import resolved


def cached_layout(payload: Any, encoding: Encoding) -> Op:
    """Return the cached layout of a class, annotation, construct or registered name.

    Raises:
        SchemaError: There is no such name, or it is not a type of the serde data model.
    """
    if isinstance(payload, construct.Construct):
        return lower(payload)
    declared = getattr(payload, DECLARATION, None)
    if type(declared) is Declaration and declared.cls is payload:
        known, op = declared.latest
        if known is not encoding:
            op = layout_of(payload, encoding)
            declared.latest = encoding, op
        found: Op = op
        return found
    payload = resolved(payload)
    if isinstance(payload, construct.Construct):
        return lower(payload)
    try:
        return _of_annotation(payload, encoding)
    except TypeError:  # it has no hash, or a wrong type in it, which raises again
        return layout_of(payload, encoding)


def cache_on_class(payload: Any, op: Op, encoding: Encoding) -> None:
    """Cache the generated code in the class of a struct, where the next `encode` or `decode` finds it."""
    codec = op.codec
    if declaration_of(payload) is not None and isinstance(op, Struct) and codec is not None:
        if codec.writer is not None and writer_of(op) is not None:
            setattr(payload, encoding.writer, codec.writer)
        reader = small_reader(op)
        if reader is not None:
            setattr(payload, encoding.reader, reader)


def small_reader(op: Op) -> Reader | None:
    """Return the generated reader, which needs no claims; None before there is one.

    Values claim at most `CLAIMED_PER_BYTE` for each of their bytes.
    """
    codec = op.codec
    if codec is None or codec.reader is None or runs_constructs(op):
        return None
    reader: Reader = codec.reader
    if not codec.has_claims:
        return reader
    zero_sized = DEFAULT_LIMITS.zero_sized

    def read(data: bytes, start: int, stop: int, depth: int, claims: Claims | None) -> tuple[Any, int]:
        return reader(data, start, stop, depth, Claims(zero_sized, stop - start))

    return read


# Annotations are made anew wherever they are written, so equal ones share an entry. The cache is small, as it
# keeps their classes alive.
@lru_cache(maxsize=256)
def _of_annotation(annotation: Any, encoding: Encoding) -> Op:
    return layout_of(annotation, encoding)


on_forget.append(_of_annotation.cache_clear)
