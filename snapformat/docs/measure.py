"""Sizes and offsets of a layout: exact, as a range, or as a formula of the preceding fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf

from snapformat.docs.model import Offset, Size, Term
from snapformat.encodings.bincode import ops as nodes
from snapformat.encodings.bincode.ops import Node
from snapformat.layout.types import parts, unwrapped

#: Maximum number of terms of a formula; with more it starts at the end of the last field of variable size.
_MAX_TERMS = 3

Bounds = tuple[float, float]


class Measure:
    """The sizes of the nodes of a layout.

    Args:
        root: The layout. Measured nodes must be in it, or consist of nodes in it.
    """

    def __init__(self, root: Node) -> None:
        self._known: dict[Node, Bounds] = {}
        targets = {node.target for node in _all(root) if isinstance(node, nodes.Ref)}
        # The minimum size of a recursive type is the fixed point, approached from above.
        self._targets: dict[Node, float] = dict.fromkeys(targets, inf)
        while True:
            self._known.clear()
            found = {target: self.bounds(target)[0] for target in targets}
            if found == self._targets:
                break
            self._targets = found
        self._known.clear()

    def bounds(self, node: Node) -> Bounds:
        """Return the minimum and the maximum size of a node in bytes; infinite if there is no bound."""
        waiting = [node]
        while waiting:
            current = waiting[-1]
            below = [part for part in _measured(current) if part not in self._known]
            if current not in self._known and below:
                waiting.extend(below)
                continue
            waiting.pop()
            if current not in self._known:
                self._known[current] = self._own(current)
        return self._known[node]

    def exact(self, node: Node) -> int | None:
        """Return the size of a node of fixed size, or None."""
        least, most = self.bounds(node)
        return int(least) if least == most < inf else None

    def size(self, node: Node) -> Size:
        """Return the size of a node for the model."""
        least, most = self.bounds(node)
        low, high = 0 if least == inf else int(least), None if most == inf else int(most)
        return Size(low, high, self._text(node, low, high))

    def whole(self, found: Iterable[Node]) -> Size:
        """Return the size of consecutive nodes."""
        bounds = [self.bounds(node) for node in found]
        return size_of(sum(low for low, _ in bounds), sum(high for _, high in bounds))

    def offsets(self, fields: Iterable[tuple[str, Node]], start: int = 0) -> list[Offset]:
        """Return the offsets of consecutive fields.

        Args:
            fields: Names and nodes.
            start: Number of bytes before the first field.
        """
        constant, terms, found = start, list[Term](), []
        last, since = "", 0
        for name, node in fields:
            text = _formula(constant, terms)
            if len(terms) > _MAX_TERMS:
                text = f"end({last})" + (f" + {since}" if since else "")
            found.append(Offset(constant, tuple(terms), text))
            added, term = self._term(name, node)
            constant += added
            since += added
            if term is not None:
                terms.append(term)
                last, since = name, 0
        return found

    def _term(self, name: str, node: Node) -> tuple[int, Term | None]:
        exact = self.exact(node)
        if exact is not None:
            return exact, None
        inner = unwrapped(node)
        length = getattr(inner, "length", None)
        prefix = None if length is None else self.exact(length)
        if prefix is not None:
            if isinstance(inner, nodes.Str | nodes.Bytes | nodes.Blob):
                return prefix, Term("len", name)
            element = self._element(inner)
            if element:
                return prefix, Term("count", name, element)
        return 0, Term("size", name)

    def _element(self, node: Node) -> int | None:
        """Return the size of the elements of a sequence, set or map, if it is fixed."""
        if isinstance(node, nodes.Seq | nodes.Set):
            return self.exact(node.item)
        if isinstance(node, nodes.Map):
            key, value = self.exact(node.key), self.exact(node.value)
            return None if key is None or value is None else key + value
        return None

    def _text(self, node: Node, least: int, most: int | None) -> str:
        inner = unwrapped(node)
        if least == most:
            return str(least)
        length = getattr(inner, "length", None)
        if length is not None and self.exact(length) is not None:
            prefix = self.exact(length)
            if isinstance(inner, nodes.Str | nodes.Bytes | nodes.Blob):
                return f"{prefix} + len"
            element = self._element(inner)
            if element:
                return f"{prefix} + " + ("count" if element == 1 else f"{element} × count")
        if isinstance(inner, nodes.Option) and self.exact(inner.item) is not None:
            return f"{least} or {most}"
        return size_of(least, inf if most is None else most).text

    def _own(self, node: Node) -> Bounds:
        """Compute the bounds of a node from those of its parts."""
        known = self._known
        match node:
            case nodes.Int():
                return (1, 1 + node.size) if node.variable else (node.size, node.size)
            case nodes.Float() | nodes.Bits():
                return node.size, node.size
            case nodes.Bool():
                return 1, 1
            case nodes.Char():
                return 1, 4
            case nodes.Unit() | nodes.Computed():
                return 0, 0
            case nodes.Bytes() if node.exact is not None:
                low, high = known[node.length]
                return low + node.exact, high + node.exact
            case nodes.Str() | nodes.Bytes() | nodes.Blob() | nodes.Prefixed():
                return known[node.length][0], inf
            case nodes.Seq() | nodes.Set() | nodes.Map():
                low, high = known[node.length]
                empty = all(known[part][1] == 0 for part in parts(node))
                return low, high if empty else inf
            case nodes.Option():
                return 1, 1 + known[node.item][1]
            case nodes.FixedBytes():
                return (node.count, node.count) if isinstance(node.count, int) else (0, inf)
            case nodes.Padded():
                return (node.count, node.count) if isinstance(node.count, int) else (0, inf)
            case nodes.Array():
                if not isinstance(node.count, int):
                    return 0, inf
                low, high = known[node.item]
                return (node.count * low, node.count * high) if node.count else (0, 0)
            case nodes.Enum():
                low, high = known[node.index]
                payloads = [(0.0, 0.0) if v.payload is None else known[v.payload] for v in node.variants]
                return low + min(p[0] for p in payloads), high + max(p[1] for p in payloads)
            case nodes.Switch() | nodes.If():
                cases = [known[part] for part in parts(node)]
                return min(case[0] for case in cases), max(case[1] for case in cases)
            case nodes.Checksummed():
                low, high = known[node.item]
                return low + node.stored.size, high + node.stored.size
            case nodes.Ref():
                return self._targets.get(node.target, 0), inf
            case nodes.Opaque():
                return _construct_size(node.construct.sizeof)
        inner = [known[part] for part in parts(node)]
        return sum(low for low, _ in inner), sum(high for _, high in inner)


def _construct_size(sizeof: Callable[[], object]) -> Bounds:
    try:
        size = sizeof()
    except Exception:  # construct raises if there is no fixed size, and so may a user's code
        return 0, inf
    return (size, size) if isinstance(size, int) and size >= 0 else (0, inf)


def _measured(node: Node) -> list[Node]:
    """Return the nodes whose sizes the size of a node depends on."""
    below = parts(node)
    if isinstance(node, nodes.Struct) or not hasattr(node, "length"):
        return [*below, node.index] if isinstance(node, nodes.Enum) else below
    return [*below, node.length]


def _all(root: Node) -> list[Node]:
    seen: dict[Node, None] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen[node] = None
            waiting.extend(parts(node))
    return list(seen)


def size_of(least: float, most: float) -> Size:
    """Make a size from its bounds."""
    low = 0 if least == inf else int(least)
    if most == inf:
        return Size(low, None, f"{low} or more")
    return Size(low, int(most), str(low) if low == most else f"{low} to {int(most)}")


def _formula(constant: int, terms: list[Term]) -> str:
    shown = [term.text for term in terms]
    if constant or not shown:
        shown.insert(0, str(constant))
    return " + ".join(shown)
