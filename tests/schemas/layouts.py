"""Layout trees of the shipped types: what they are made of, and which are the same."""

from __future__ import annotations

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.ops import Op


def children(node: Op) -> list[Op]:
    """The nodes that a node is made of."""
    match node:
        case ops.Option() | ops.Seq() | ops.Set() | ops.Array() | ops.Convert() | ops.CStructBytes():
            return [node.item]
        case ops.Tuple():
            return list(node.items)
        case ops.Struct():
            return [field.op for field in node.fields]
        case ops.Enum():
            return [variant.payload for variant in node.variants if variant.payload is not None]
    return []


def all_nodes(root: Op) -> list[Op]:
    """All nodes below a root, the root first, each once."""
    found: dict[Op, None] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found[node] = None
            waiting.extend(reversed(children(node)))
    return list(found)


def signature(node: Op) -> str:
    """A text that is the same for layouts that are the same: names, order and kinds of everything below."""
    inner = [signature(child) for child in children(node)]
    match node:
        case ops.Int():
            return f"nonzero {node.name}" if node.nonzero else node.name
        case ops.Struct():
            fields = [f"{field.name}: {text}" for field, text in zip(node.fields, inner, strict=True)]
            return f"{node.style} {node.name} {{{', '.join(fields)}}}"
        case ops.Enum():
            payloads = iter(inner)
            variants = [
                v.name + ("" if v.payload is None else f" {next(payloads)}") for v in node.kind.variants
            ]
            return f"enum {node.name} {{{', '.join(variants)}}}"
        case ops.Array():
            return f"[{inner[0]}; {node.count}]"
        case ops.Bytes():
            return f"bytes {node.exact}"
        case ops.Call() | ops.Convert():
            return f"{type(node).__name__} {getattr(node.kind, 'name', '')} {' '.join(inner)}"
    return f"{type(node).__name__} <{', '.join(inner)}>"
