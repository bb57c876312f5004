"""Layout trees of the shipped types: what they are made of, and which are the same."""

from __future__ import annotations

from snapformat.encodings.bincode import ops as nodes
from snapformat.encodings.bincode.ops import Node


def children(node: Node) -> list[Node]:
    """The nodes that a node is made of."""
    match node:
        case nodes.Option() | nodes.Seq() | nodes.Set() | nodes.Array() | nodes.Adapted() | nodes.Blob():
            return [node.item]
        case nodes.Tuple():
            return list(node.items)
        case nodes.Struct():
            return [field.node for field in node.fields]
        case nodes.Enum():
            return [variant.payload for variant in node.variants if variant.payload is not None]
    return []


def all_nodes(root: Node) -> list[Node]:
    """All nodes below a root, the root first, each once."""
    found: dict[Node, None] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found[node] = None
            waiting.extend(reversed(children(node)))
    return list(found)


def signature(node: Node) -> str:
    """A text that is the same for layouts that are the same: names, order and kinds of everything below."""
    inner = [signature(child) for child in children(node)]
    match node:
        case nodes.Int():
            return f"nonzero {node.name}" if node.nonzero else node.name
        case nodes.Struct():
            fields = [f"{field.name}: {text}" for field, text in zip(node.fields, inner, strict=True)]
            return f"{node.style} {node.name} {{{', '.join(fields)}}}"
        case nodes.Enum():
            payloads = iter(inner)
            variants = [v.name + ("" if v.payload is None else f" {next(payloads)}") for v in node.variants]
            return f"enum {node.name} {{{', '.join(variants)}}}"
        case nodes.Array():
            return f"[{inner[0]}; {node.count}]"
        case nodes.Bytes():
            return f"bytes {node.exact}"
        case nodes.Ref() | nodes.Adapted():
            return f"{type(node).__name__} {node.name} {' '.join(inner)}"
    return f"{type(node).__name__} <{', '.join(inner)}>"
