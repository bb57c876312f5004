"""The constraints of a node in words, for reading and for writing."""

from __future__ import annotations

from typing import Any

from snapformat.encodings.bincode import ops as nodes
from snapformat.encodings.bincode.ops import Node, zero_sized_cost
from snapformat.layout.types import STANDARD, Types, expression, parts
from snapformat.limits import Limits
from snapformat.model.expressions import Expr
from snapformat.snapshot.spec import FormatSpec

#: Maximum number of characters shown of a constant.
_SHOWN = 60


class Rules:
    """Constraints under one encoding.

    Args:
        types: The named types of the layout, which have their own constraints.
        byteorder: The default byte order, which is not mentioned.
        variable: Whether integers are of variable length by default.
        limits: Limits of this implementation.
    """

    def __init__(self, types: Types, byteorder: str, variable: bool, limits: Limits) -> None:
        self._types = types
        self._byteorder = byteorder
        self._variable = variable
        self._limits = limits

    def of(self, node: Node) -> tuple[str, ...]:
        """Return the constraints of a node and of its parts, without those of named types."""
        found: dict[str, None] = {}
        seen: set[Node] = set()
        waiting: list[tuple[Node, str]] = [(node, "")]
        while waiting:
            current, whose = waiting.pop()
            if current in seen:
                continue
            seen.add(current)
            if self._types.label(current) is None:
                for rule in self._own(current):
                    found.setdefault(f"{whose}: {rule}" if whose else rule)
                if isinstance(current, nodes.Adapted) and current.name in STANDARD:
                    continue  # explained in the glossary
                waiting.extend(reversed([(part, _whose(current, part, whose)) for part in parts(current)]))
        return tuple(found)

    def _own(self, node: Node) -> list[str]:
        rules: list[str] = []
        match node:
            case nodes.Int():
                rules += self._integer(node)
            case nodes.Bool(lenient=True):
                rules.append("any byte other than 0 is true, and is preserved")
            case nodes.Str() if node.encoding.lower().replace("_", "-") not in ("utf-8", "utf8"):
                rules.append(f"text in {node.encoding}")
            case nodes.Bytes():
                if node.exact is not None:
                    rules.append(f"exactly {node.exact} bytes")
                if node.no_nul:
                    rules.append("without zero bytes")
            case nodes.Blob():
                rules.append(f"{node.size} bytes; shorter data is padded with zeros, longer data is kept")
            case nodes.FixedBytes() | nodes.Array() if isinstance(node.count, Expr):
                what = "elements" if isinstance(node, nodes.Array) else "bytes"
                rules.append(f"as many {what} as `{expression(node.count)}`")
            case nodes.Seq(zero_sized=True) | nodes.Set(zero_sized=True) | nodes.Map(zero_sized=True):
                items = [node.key, node.value] if isinstance(node, nodes.Map) else [node.item]
                most = self._limits.zero_sized // zero_sized_cost(*items)
                rules.append(f"elements are zero-sized: at most {most} in total")
            case nodes.Adapted() if node.name not in STANDARD:
                rules.append(f"must be a valid {node.name}")
            case nodes.Const():
                rules.append(f"always `{shown(node.value)}`")
            case nodes.Computed():
                rules.append(f"not in the bytes, computed as `{shown(node.value)}`")
            case nodes.Rebuilt():
                rules.append(f"always written as `{shown(node.value)}`")
            case nodes.Default():
                rules.append(f"by default `{shown(node.value)}`")
            case nodes.Padded():
                fill = node.pattern.hex()
                rules.append(f"padded with 0x{fill} to {node.count} bytes; the padding is not checked")
            case nodes.Prefixed():
                own = " (including the size itself)" if node.including else ""
                rules.append(f"preceded by its size in bytes{own}; bytes left over are skipped")
            case nodes.Opaque():
                rules.append(f"run by construct: {node.reason}")
            case nodes.Limited() if node.limit is not None:
                rules.append(f"may claim at most {node.limit} bytes")
        if isinstance(node, nodes.Set | nodes.Map) and node.of.ordered:
            rules.append("written sorted, in Rust's order")
        return rules

    def _integer(self, node: nodes.Int) -> list[str]:
        rules = ["not zero"] if node.nonzero else []
        if node.size > 1 and node.byteorder != self._byteorder:
            rules.append(f"{node.byteorder}-endian")
        if self._variable and not node.variable and node.size > 1:
            rules.append("of fixed width")
        return rules


def _whose(node: Node, part: Node, whose: str) -> str:
    match node:
        case nodes.Seq() | nodes.Set() | nodes.Array():
            inner = "each element"
        case nodes.Map():
            inner = "each key" if part is node.key else "each value"
        case nodes.Tuple():
            inner = f"element {node.items.index(part)}"
        case _:
            return whose
    return f"{whose}, {inner}" if whose else inner


def shown(value: Any) -> str:
    """Format a constant or expression, shortened."""
    text = expression(value.text) if isinstance(value, Expr) else repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def version_rule(spec: FormatSpec) -> str:
    """Describe the versions that a format reads."""
    from_same_major = getattr(spec.accepts, "__name__", "") == "same_major"
    if from_same_major:
        version = spec.supported
        minor = "minor 0" if version.minor == 0 else f"a minor of at most {version.minor}"
        return f"Major {version.major} with {minor}; patch, pre-release and build metadata are ignored."
    text = (getattr(spec.accepts, "__doc__", None) or "").strip()
    return text or f"Decided by the function {getattr(spec.accepts, '__name__', 'of the format')}."
