"""What a reader refuses and what a writer sees to, in words: the constraints of a node."""

from __future__ import annotations

from typing import Any

from snapformat.layout import nodes
from snapformat.layout.empty import zero_sized_cost
from snapformat.layout.nodes import Node
from snapformat.layout.types import STANDARD, Types, expression, parts
from snapformat.limits import Limits
from snapformat.model.expressions import Expr
from snapformat.snapshot.spec import FormatSpec

#: Characters of a constant that are shown.
_SHOWN = 60


class Rules:
    """Constraints under one encoding.

    Args:
        types: The types of the tree: what is a type of its own says its constraints itself.
        byteorder: The usual order of bytes, which need not be told.
        variable: Whether integers usually are of variable length.
        limits: Bounds of this implementation.
    """

    def __init__(self, types: Types, byteorder: str, variable: bool, limits: Limits) -> None:
        self._types = types
        self._byteorder = byteorder
        self._variable = variable
        self._limits = limits

    def of(self, node: Node) -> tuple[str, ...]:
        """The constraints of a node and of what it is made of, up to types of their own."""
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
                    continue  # the glossary tells
                waiting.extend(reversed([(part, _whose(current, part, whose)) for part in parts(current)]))
        return tuple(found)

    def _own(self, node: Node) -> list[str]:
        rules: list[str] = []
        match node:
            case nodes.Int():
                rules += self._integer(node)
            case nodes.Bool(lenient=True):
                rules.append("any byte but 0 is true, and is kept as it is")
            case nodes.Str() if node.encoding.lower().replace("_", "-") not in ("utf-8", "utf8"):
                rules.append(f"text in {node.encoding}")
            case nodes.Bytes():
                if node.exact is not None:
                    rules.append(f"exactly {node.exact} bytes")
                if node.no_nul:
                    rules.append("no zero byte inside")
            case nodes.Blob():
                rules.append(f"{node.size} bytes; shorter ones are filled with zeros, longer ones kept")
            case nodes.FixedBytes() | nodes.Array() if isinstance(node.count, Expr):
                what = "elements" if isinstance(node, nodes.Array) else "bytes"
                rules.append(f"as many {what} as `{expression(node.count)}`")
            case nodes.Seq(zero_sized=True) | nodes.Set(zero_sized=True) | nodes.Map(zero_sized=True):
                items = [node.key, node.value] if isinstance(node, nodes.Map) else [node.item]
                most = self._limits.zero_sized // zero_sized_cost(*items)
                rules.append(f"elements take no bytes: at most {most} of such in all")
            case nodes.Adapted() if node.name not in STANDARD:
                rules.append(f"must be a valid {node.name}")
            case nodes.Const():
                rules.append(f"always `{shown(node.value)}`")
            case nodes.Computed():
                rules.append(f"not in the bytes: `{shown(node.value)}`")
            case nodes.Rebuilt():
                rules.append(f"written as `{shown(node.value)}`, whatever is given")
            case nodes.Default():
                rules.append(f"`{shown(node.value)}` where nothing is given")
            case nodes.Padded():
                fill = node.pattern.hex()
                rules.append(f"filled up with 0x{fill} to {node.count} bytes; the fill is not checked")
            case nodes.Prefixed():
                own = ", counting its own bytes," if node.including else ""
                rules.append(
                    f"within the number of bytes{own} that stands before it; what is left is passed over"
                )
            case nodes.Opaque():
                rules.append(f"run as it is by construct: {node.reason}")
            case nodes.Limited() if node.limit is not None:
                rules.append(f"at most {node.limit} bytes claimed")
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
    return f"{inner} of {whose}" if whose else inner


def shown(value: Any) -> str:
    """A constant or expression as text, shortened."""
    text = expression(value.text) if isinstance(value, Expr) else repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def version_rule(spec: FormatSpec) -> str:
    """Which versions a format reads, in words."""
    from_same_major = getattr(spec.accepts, "__name__", "") == "same_major"
    if from_same_major:
        version = spec.supported
        minor = "minor 0" if version.minor == 0 else f"a minor of at most {version.minor}"
        return f"Major {version.major} with {minor} is read; patch, pre-release and build do not matter."
    text = (getattr(spec.accepts, "__doc__", None) or "").strip()
    return text or f"Decided by the function {getattr(spec.accepts, '__name__', 'of the format')}."
