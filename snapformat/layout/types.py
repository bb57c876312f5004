"""The types of a layout tree by name, and how a node is spelled in terms of them.

Documents and comparisons speak of types and fields; a tree has nodes. This is the way from one to the other:
which nodes are types of their own, what each is called, and a text for everything between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Any, TypeVar

from snapformat.encodings.bincode import ops as nodes
from snapformat.encodings.bincode.ops import Node
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.declaration import declaration_of

#: Nodes that stand for what is in them: they have no name and no bytes of their own.
_WRAPPERS = (
    nodes.Adapted,
    nodes.Const,
    nodes.Rebuilt,
    nodes.Default,
    nodes.Limited,
    nodes.Checksummed,
)
#: Nodes that are types of their own.
_TYPES = (nodes.Struct, nodes.Enum, nodes.Bits, nodes.Labels, nodes.Switch, nodes.If)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a spelled type.

    Attributes:
        text: The text.
        type: Label of the type it names, or None.
        primitive: Key of the primitive it names (`u32`, `str`, `Option`), or None.
    """

    text: str
    type: str | None = None
    primitive: str | None = None


def parts(node: Node) -> list[Node]:
    """The nodes that a node is made of, in the order of the bytes; a reference has none."""
    match node:
        case nodes.Option() | nodes.Seq() | nodes.Set() | nodes.Array() | nodes.Padded() | nodes.Prefixed():
            return [node.item]
        case nodes.Blob() | nodes.Labels():
            return [node.item]
        case nodes.Tuple():
            return list(node.items)
        case nodes.Map():
            return [node.key, node.value]
        case nodes.Struct():
            return [each.node for each in node.fields]
        case nodes.Enum():
            return [variant.payload for variant in node.variants if variant.payload is not None]
        case nodes.Switch():
            return [*node.cases.values(), node.default]
        case nodes.If():
            return [node.then, node.otherwise]
        case _ if isinstance(node, _WRAPPERS):
            return [node.item]
    return []


def unwrapped(node: Node) -> Node:
    """What a node stands for: conversions, constants and limits taken off, references followed."""
    while True:
        if isinstance(node, _WRAPPERS):
            node = node.item
        elif isinstance(node, nodes.Ref):
            node = node.target
        else:
            return node


@dataclass(slots=True)
class Types:
    """The types of one layout tree, in the order in which the bytes come to them.

    Attributes:
        root: The tree.
        labels: Label of every node that is a type; nodes that are the same type share one.
        by_label: First node of each label, in order.
    """

    root: Node
    labels: dict[Node, str] = field(default_factory=dict)
    by_label: dict[str, Node] = field(default_factory=dict)

    def label(self, node: Node) -> str | None:
        """The label of a node that is a type, or None."""
        return self.labels.get(node)

    def spell(self, node: Node) -> tuple[Span, ...]:
        """A node in words of the type system: `Option<Vec<u16>>`, with its types and primitives marked."""
        return tuple(_joined(_spell(node, self.labels)))

    def text(self, node: Node) -> str:
        """The plain text of `spell`."""
        return "".join(span.text for span in _spell(node, self.labels))


def types_of(root: Node, name: str = "Data") -> Types:
    """Find and name the types of a tree.

    A type is called by its serde name, with type arguments where its class has some. Where two different
    types would have one label, those whose class has another name take that, and what is left is numbered.

    Args:
        root: The tree.
        name: What to call the root, and the place of nameless types, where they have no name of their own.
    """
    places = _find(root, name)
    wanted = {node: _wanted(node, place, {}) for node, place in places.items()}
    by_label: dict[str, list[Node]] = {}
    for node, label in wanted.items():
        by_label.setdefault(label, []).append(node)
    for label, same in list(by_label.items()):
        if len({id(_identity(node)) for node in same}) > 1:
            for node in same:
                cls = getattr(node, "cls", None)
                if cls is not None and node.name and cls.__name__ != node.name:  # type: ignore[attr-defined]
                    wanted[node] = cls.__name__.lstrip("_") + label[len(node.name) :]  # type: ignore[attr-defined]
    return _numbered(root, wanted)


def _numbered(root: Node, wanted: dict[Node, str]) -> Types:
    """Let nodes that are alike share a label, and number those that are not."""
    types = Types(root)
    shapes: dict[str, list[tuple[Any, str]]] = {}
    shape_of = _Shapes()
    for node, label in wanted.items():
        shape = shape_of(node)
        known = shapes.setdefault(label, [])
        found = next((given for other, given in known if other == shape), None)
        if found is None:
            found = label if not known else f"{label} ({len(known) + 1})"
            known.append((shape, found))
        types.labels[node] = found
        types.by_label.setdefault(found, node)
    return types


def _identity(node: Node) -> Any:
    return getattr(node, "cls", None) or type(node)


def _find(root: Node, name: str) -> dict[Node, str]:
    """All nodes that are types, first met first, with a name by their place."""
    found: dict[Node, str] = {}
    seen: set[Node] = set()
    waiting: list[tuple[Node, str]] = [(root, name)]
    while waiting:
        node, place = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node, _TYPES) or node is root:
            found[node] = place
        waiting.extend(reversed(list(_places(node, place))))
    return found


def _places(node: Node, place: str) -> Iterator[tuple[Node, str]]:
    match node:
        case nodes.Struct():
            base = node.name or place
            for index, each in enumerate(node.fields):
                yield each.node, f"{base}.{each.name or index}"
        case nodes.Enum():
            for variant in node.variants:
                if variant.payload is not None:
                    # A variant is documented with its enum: only what is below it may be a type.
                    for index, each in enumerate(variant.payload.fields):
                        yield each.node, f"{node.name}.{variant.name}.{each.name or index}"
        case nodes.Switch():
            for key, case in node.cases.items():
                yield case, f"{place}.{key}"
            yield node.default, f"{place}.otherwise"
        case nodes.Adapted() if node.name in STANDARD:
            return  # a primitive as far as anybody is concerned: its parts are no types
        case _:
            for part in parts(node):
                yield part, place


def _wanted(node: Node, place: str, open_: dict[Node, None]) -> str:
    name = getattr(node, "name", "") if isinstance(node, nodes.Struct | nodes.Enum) else ""
    if not name:
        return place
    arguments = _arguments(node, open_)
    return f"{name}<{', '.join(arguments)}>" if arguments else str(name)


def _arguments(node: Node, open_: dict[Node, None]) -> list[str]:
    """The type arguments of a node whose class is generic, as text."""
    if node in open_:
        return []
    structs = (
        [node] if isinstance(node, nodes.Struct) else [v.payload for v in node.variants if v.payload]  # type: ignore[attr-defined]
    )
    found: dict[str, str] = {}
    order: list[str] = []
    for struct in structs:
        declared = None if struct.cls is None else declaration_of(struct.cls)
        if declared is None or not declared.parameters:
            continue
        order += [p.__name__ for p in declared.parameters if p.__name__ not in order]
        specs = {spec.attr: spec for spec in declared.fields}
        for each in struct.fields:
            spec = specs.get(each.attr or "")
            if spec is None:
                continue
            try:
                annotation = declared.resolve(spec)
            except Exception:  # a name of a scope that is gone: the label does without
                continue
            inner = _match(annotation, each.node)
            if inner is not None and inner[0] not in found:
                labels = _Lazy({**open_, node: None})
                found[inner[0]] = "".join(span.text for span in _spell(inner[1], labels))
    return [found.get(name, name) for name in order] if found else []


def _match(annotation: Any, node: Node) -> tuple[str, Node] | None:
    """The type variable in an annotation, and the node that stands in its place."""
    while True:
        if isinstance(annotation, TypeVar):
            return annotation.__name__, node
        inside = [a for a in getattr(annotation, "__args__", ()) if a is not type(None)]
        below = parts(node)
        if len(inside) != 1 or len(below) != 1 or isinstance(node, nodes.Struct | nodes.Enum):
            return None
        annotation, node = inside[0], below[0]


class _Lazy(dict[Node, str]):
    """Labels of type arguments, made when they are asked for."""

    def __init__(self, open_: dict[Node, None]) -> None:
        super().__init__()
        self.open = open_

    def get(self, node: Node, default: Any = None) -> Any:
        if isinstance(node, nodes.Struct | nodes.Enum) and node.name:
            return _wanted(node, "", self.open)
        return default


class _Shapes:
    """What makes two nodes the same type: names, order and kinds of everything below; references by name."""

    def __init__(self) -> None:
        self._known: dict[Node, int] = {}
        self._numbers: dict[Any, int] = {}

    def __call__(self, node: Node) -> int:
        """A number that nodes of the same shape share."""
        waiting = [node]
        while waiting:
            current = waiting[-1]
            below = [part for part in parts(current) if part not in self._known]
            if current not in self._known and below:
                waiting.extend(below)
                continue
            waiting.pop()
            if current not in self._known:
                inner = tuple(self._known[part] for part in parts(current))
                shape = (type(current), _own_shape(current), inner)
                self._known[current] = self._numbers.setdefault(shape, len(self._numbers))
        return self._known[node]


def _own_shape(node: Node) -> Any:
    match node:
        case nodes.Int():
            return node.name, node.size, node.byteorder, node.variable, node.nonzero
        case nodes.Struct():
            return node.name, node.style, node.cls, tuple(f.name for f in node.fields)
        case nodes.Enum():
            return node.name, tuple((v.name, v.index, v.payload is None) for v in node.variants)
        case nodes.Bits():
            return tuple((bit.name, bit.width, bit.signed, bit.flag) for bit in node.bits)
        case nodes.Array() | nodes.FixedBytes() | nodes.Padded():
            return str(node.count)
        case nodes.Bytes():
            return node.exact, node.no_nul
        case nodes.Labels():
            return tuple(node.decode.items())
        case nodes.Switch():
            return str(node.key), tuple(map(repr, node.cases))
        case nodes.If():
            return str(node.condition)
        case nodes.Adapted() | nodes.Ref():
            return node.name
        case nodes.Map() | nodes.Set():
            return node.of.ordered
        case nodes.Opaque():
            return id(node.construct)
        case nodes.Float() | nodes.Blob():
            return node.size
    return ""


#: Names that the vocabulary gives to conversions of its own; others are the schema's.
STANDARD = {
    "semver version": "Version",
    "semver version requirement": "VersionReq",
    "path": "PathBuf",
    "Duration": "Duration",
    "SystemTime": "SystemTime",
    "Ipv4Addr": "Ipv4Addr",
    "Ipv6Addr": "Ipv6Addr",
    "IpAddr": "IpAddr",
    "SocketAddr": "SocketAddr",
    "SocketAddrV4": "SocketAddrV4",
    "SocketAddrV6": "SocketAddrV6",
    "OsString": "OsString",
}


_ITEM = re.compile(r"\['([A-Za-z_]\w*)'\]")


def expression(value: Any) -> str:
    """A number or an expression as text: `this.count`, where construct prints `this['count']`."""
    return _ITEM.sub(r".\1", str(value))


def _spell(node: Node, labels: dict[Node, str]) -> list[Span]:
    label = labels.get(node)
    if label is not None:
        return [Span(label, type=label)]
    match node:
        case nodes.Int():
            return [Span(f"NonZero<{node.name}>" if node.nonzero else node.name, primitive=node.name)]
        case nodes.Float():
            return [Span(f"f{8 * node.size}", primitive=f"f{8 * node.size}")]
        case nodes.Bool():
            return [Span("bool", primitive="bool")]
        case nodes.Char():
            return [Span("char", primitive="char")]
        case nodes.Str():
            return [Span("str", primitive="str")]
        case nodes.Bytes():
            return [Span("bytes" if node.exact is None else f"bytes[{node.exact}]", primitive="bytes")]
        case nodes.Blob():
            return [Span("blob", primitive="blob"), Span("<"), *_spell(node.item, labels), Span(">")]
        case nodes.FixedBytes():
            return [Span(f"[u8; {expression(node.count)}]", primitive="fixed bytes")]
        case nodes.Unit():
            return [Span("()", primitive="()")]
        case nodes.Option():
            return _generic("Option", [node.item], labels)
        case nodes.Seq():
            return _generic("Vec", [node.item], labels)
        case nodes.Set():
            return _generic("BTreeSet" if node.of.ordered else "HashSet", [node.item], labels)
        case nodes.Map():
            return _generic("BTreeMap" if node.of.ordered else "HashMap", [node.key, node.value], labels)
        case nodes.Array():
            return [
                Span("[", primitive="array"),
                *_spell(node.item, labels),
                Span(f"; {expression(node.count)}]"),
            ]
        case nodes.Tuple():
            return [Span("("), *_listed(node.items, labels), Span(",)" if len(node.items) == 1 else ")")]
        case nodes.Ref():
            name = labels.get(node.target, node.name)
            return [Span(name, type=name)]
        case nodes.Computed():
            return [Span("computed", primitive="computed")]
        case nodes.Prefixed():
            return [Span("prefixed", primitive="prefixed"), Span("<"), *_spell(node.item, labels), Span(">")]
        case nodes.Opaque():
            return [Span(f"opaque {type(node.construct).__name__}", primitive="opaque")]
        case nodes.Adapted() if node.name in STANDARD:
            return [Span(STANDARD[node.name], primitive=STANDARD[node.name])]
    below = parts(node)
    if len(below) == 1:
        return _spell(below[0], labels)
    name = getattr(node, "name", "") or type(node).__name__.lower()
    return [Span(name)]


def _generic(name: str, items: list[Node], labels: dict[Node, str]) -> list[Span]:
    return [Span(name, primitive=name), Span("<"), *_listed(items, labels), Span(">")]


def _listed(items: Any, labels: dict[Node, str]) -> list[Span]:
    spans: list[Span] = []
    for item in items:
        if spans:
            spans.append(Span(", "))
        spans += _spell(item, labels)
    return spans


def _joined(spans: list[Span]) -> Iterator[Span]:
    """Neighbouring pieces without a link become one."""
    plain = ""
    for span in spans:
        if span.type is None and span.primitive is None:
            plain += span.text
            continue
        if plain:
            yield Span(plain)
            plain = ""
        yield span
    if plain:
        yield Span(plain)
