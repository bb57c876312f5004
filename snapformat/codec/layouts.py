"""Layouts by what names a type, for those who name one with every single value."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import construct

from snapformat.bincode import Encoding
from snapformat.class_attrs import DECLARATION, READER, WRITER
from snapformat.codec.engine import writer_of
from snapformat.layout.lower import layout_of, lower
from snapformat.layout.nodes import Node, Struct
from snapformat.model.declaration import Declaration, declaration_of
from snapformat.model.declare.registry import resolved


def node_of(payload: Any, encoding: Encoding) -> Node:
    """The layout of a class, annotation, construct or registered name; looked up if it was asked for before.

    Raises:
        SchemaError: No such name, or no type of the serde data model.
    """
    declared = getattr(payload, DECLARATION, None)
    if type(declared) is Declaration and declared.cls is payload:
        known, node = declared.latest
        if known is not encoding:
            node = layout_of(payload, encoding)
            declared.latest = encoding, node
        found: Node = node
        return found
    payload = resolved(payload)
    if isinstance(payload, construct.Construct):
        return lower(payload)
    try:
        return _of_annotation(payload, encoding)
    except TypeError:  # it has no hash, or a wrong type in it, which is said again
        return layout_of(payload, encoding)


def keep_code(payload: Any, node: Node) -> None:
    """Put what code there is into the class of a struct, where the next `encode` or `decode` finds it."""
    codec = node.codec
    if declaration_of(payload) is not None and isinstance(node, Struct) and codec is not None:
        if codec.writer is not None and writer_of(node) is not None:
            setattr(payload, WRITER, codec.writer)
        if not codec.accounts:
            setattr(payload, READER, codec.reader)


# Annotations are made anew wherever they are written, so equal ones share; they hold their classes, so few.
@lru_cache(maxsize=256)
def _of_annotation(annotation: Any, encoding: Encoding) -> Node:
    return layout_of(annotation, encoding)
