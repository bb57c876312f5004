"""Making the document of a format or of a type."""

from __future__ import annotations

import inspect
import re
from collections import deque
from collections.abc import Iterable
from typing import Any

from snapformat.bincode import FIRECRACKER, Encoding
from snapformat.bits import Bits as BitNames
from snapformat.docs.envelope import describe_file
from snapformat.docs.glossary import glossary
from snapformat.docs.measure import Measure
from snapformat.docs.model import Bit, Document, Field, Flags, Offset, Type, Use, Variant
from snapformat.docs.rules import Rules, shown
from snapformat.encodings.bincode import ops as nodes
from snapformat.encodings.bincode.ops import Node
from snapformat.encodings.bincode.plan import layout_of
from snapformat.layout.types import Types, parts, types_of
from snapformat.limits import DEFAULT_LIMITS
from snapformat.model.declare.registry import resolved
from snapformat.snapshot import SnapshotFormat

_KINDS = {"struct": "struct", "tuple": "tuple struct", "newtype": "newtype", "unit": "unit struct"}


def describe(what: Any, *, name: str | None = None, encoding: Encoding = FIRECRACKER) -> Document:
    """Make the document of a format or of a type.

    Args:
        what: A `SnapshotFormat`; or a type: a class, an annotation, a construct, a registered name.
        name: Name of the document; by default that of the format or type.
        encoding: Encoding of a type; a format has its own.

    Raises:
        SchemaError: It is not a type of the serde data model, or contains undefined names.
        ValueError: The format does not declare a payload.
    """
    if isinstance(what, SnapshotFormat):
        return _Collector(what.payload_node, what.encoding, what).document(name or what.name)
    root = layout_of(resolved(what), encoding)
    if name is None:
        name = what if isinstance(what, str) else getattr(what, "__name__", "data")
    return _Collector(root, encoding, None).document(name)


class _Collector:
    """Makes the document of one layout."""

    def __init__(self, root: Node, encoding: Encoding, spec: SnapshotFormat | None) -> None:
        self.root = root
        self.encoding = encoding
        self.spec = spec
        self.types: Types = types_of(root)
        self.measure = Measure(root)
        self.limits = DEFAULT_LIMITS if spec is None else spec.limits
        self.rules = Rules(self.types, encoding.byteorder, encoding.is_variable(8), self.limits)
        self.nested = {self.types.label(node.item) for node in _below(root) if isinstance(node, nodes.Blob)}
        self.primitives: set[str] = set()

    def document(self, name: str) -> Document:
        """Make the document."""
        found = [self._type(label, node) for label, node in self.types.by_label.items()]
        file = None
        if self.spec is not None:
            file = describe_file(self.spec, self.measure, self._fields)
        self._connect(found)
        root = self.types.label(self.root)
        assert root is not None
        return Document(
            name=name,
            doc=found[0].doc,
            byteorder=self.encoding.byteorder,
            integers="variable" if self.encoding.is_variable(8) else "fixed",
            limit=self.encoding.limit,
            max_depth=self.limits.depth,
            root=root,
            file=file,
            types=tuple(found),
            primitives=glossary(self.primitives, self.encoding),
        )

    def _type(self, label: str, node: Node) -> Type:
        made = Type(label, "alias", described(node), self.measure.size(node), nested=label in self.nested)
        match node:
            case nodes.Struct():
                made.kind = _KINDS[node.style]
                made.fields = self._fields(_members(node))
                made.flags = _flags([("", node)])
            case nodes.Enum():
                made.kind = "enum"
                made.variants = tuple(self._variant(node, variant) for variant in node.variants)
                made.flags = _flags((f"{v.name}.", v.payload) for v in node.variants if v.payload is not None)
                self.primitives |= {"enum"}
            case nodes.Bits():
                made.kind = "bits"
                made.bits = tuple(_bits(node))
                made.constraints = ("the highest bit of the first byte comes first",)
            case nodes.Labels():
                made.kind = "labels"
                made.variants = tuple(self._labels(node))
                made.constraints = (*self.rules.of(node.item), "a number without a label is preserved")
            case nodes.Switch() | nodes.If():
                made.kind = "choice"
                made.variants = tuple(self._cases(node))
                made.constraints = (_chooser(node),)
            case _:
                made.fields = (self._alias(node),)
        return made

    def _fields(self, members: Iterable[tuple[str, Node, str]], start: int = 0) -> tuple[Field, ...]:
        members = list(members)
        offsets = self.measure.offsets([(name, node) for name, node, _ in members], start)
        return tuple(
            self._field(name, node, doc, offset)
            for (name, node, doc), offset in zip(members, offsets, strict=True)
        )

    def _field(self, name: str, node: Node, doc: str, offset: Offset) -> Field:
        spelled = self.types.spell(node)
        self.primitives |= {span.primitive for span in spelled if span.primitive is not None}
        return Field(name, offset, self.measure.size(node), spelled, doc, self.rules.of(node))

    def _alias(self, node: Node) -> Field:
        """Make the field of a root that is not a named type."""
        label = self.types.labels.pop(node)
        try:
            return self._field("value", node, described(node) or "The value", Offset(0, (), "0"))
        finally:
            self.types.labels[node] = label

    def _variant(self, node: nodes.Enum, variant: nodes.Variant) -> Variant:
        low, high = self.measure.bounds(node.index)
        fields: tuple[Field, ...] = ()
        chain: list[Node] = [node.index]
        if variant.payload is not None:
            members = _members(variant.payload)
            if low == high:
                fields = self._fields(members, int(low))
            else:
                fields = self._fields([("index", node.index, "Index of the variant"), *members])[1:]
            chain.append(variant.payload)
        doc = variant.doc or (described(variant.payload) if variant.payload is not None else "")
        size = self.measure.whole(chain)
        other = variant is node.other
        return Variant(str(variant.index), variant.name, variant.style, size, doc, fields, other)

    def _labels(self, node: nodes.Labels) -> Iterable[Variant]:
        size = self.measure.size(node)
        for number, label in node.decode.items():
            yield Variant(str(number), str(label), "unit", size, "")

    def _cases(self, node: nodes.Switch | nodes.If) -> Iterable[Variant]:
        if isinstance(node, nodes.If):
            cases = [("true", node.then), ("false", node.otherwise)]
        else:
            cases = [(shown(key), case) for key, case in node.cases.items()]
            cases.append(("otherwise", node.default))
        for key, case in cases:
            fields = self._fields([("value", case, described(case))])
            yield Variant(key, "", "newtype", self.measure.size(case), "", fields)

    def _connect(self, found: list[Type]) -> None:
        """Fill in the relations between types: used by, recursive, depth."""
        by_label = {each.label: each for each in found}
        uses: dict[str, list[Use]] = {label: [] for label in by_label}
        below: dict[str, dict[str, None]] = {label: {} for label in by_label}
        for each in found:
            for name, member in each.members:
                for span in member.type:
                    if span.type in by_label and span.type is not None:
                        uses[span.type].append(Use(each.label, name))
                        below[each.label][span.type] = None
        for each in found:
            each.used_by = tuple(dict.fromkeys(uses[each.label]))
            each.recursive = each.label in _reached(each.label, below)
        depths = {found[0].label: 0} if found else {}
        waiting = deque(depths)
        while waiting:
            label = waiting.popleft()
            for inner in below[label]:
                if inner not in depths:
                    depths[inner] = depths[label] + 1
                    waiting.append(inner)
        for each in found:
            each.depth = depths.get(each.label, 0)


def _reached(label: str, below: dict[str, dict[str, None]]) -> set[str]:
    """Return all labels reachable from one; that label itself only if it is recursive."""
    reached: set[str] = set()
    waiting = list(below[label])
    while waiting:
        current = waiting.pop()
        if current not in reached:
            reached.add(current)
            waiting.extend(below[current])
    return reached


def _below(root: Node) -> list[Node]:
    seen: dict[Node, None] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen[node] = None
            waiting.extend(parts(node))
    return list(seen)


def _members(node: nodes.Struct) -> list[tuple[str, Node, str]]:
    """Return name, node and description of a struct's fields; by default the class's description of it."""
    known = attributes(node.cls)
    return [
        (
            str(index) if node.style == "tuple" or each.name is None else each.name,
            each.node,
            each.doc or known.get(each.attr or "", ""),
        )
        for index, each in enumerate(node.fields)
    ]


def _bits(node: nodes.Bits) -> Iterable[Bit]:
    left = 8 * node.size
    for bit in node.bits:
        left -= bit.width
        values = () if bit.labels is None else tuple((n, str(label)) for n, label in bit.labels[0].items())
        doc = bit.doc or ("Padding, written as zero" if bit.padding or bit.name is None else "")
        yield Bit(bit.name or "", left + bit.width - 1, left, doc, values)


def _flags(structs: Iterable[tuple[str, nodes.Struct]]) -> tuple[Flags, ...]:
    """Return the tables of named bits, each once with all fields that use it."""
    tables: list[tuple[tuple[BitNames, ...], list[str]]] = []
    for prefix, node in structs:
        for name, each in zip(_members(node), node.fields, strict=True):
            if not each.bits:
                continue
            known = next((names for table, names in tables if table == each.bits), None)
            if known is None:
                tables.append((each.bits, known := []))
            known.append(f"{prefix}{name[0]}")
    return tuple(Flags(tuple(names), tuple(_named(table))) for table, names in tables)


def _named(table: tuple[BitNames, ...]) -> Iterable[Bit]:
    for bits in sorted(table, key=lambda bits: -bits.low):
        values = tuple((bits.values or {}).items())
        yield Bit(bits.name, bits.low + bits.width - 1, bits.low, bits.about, values)


def _chooser(node: nodes.Switch | nodes.If) -> str:
    if isinstance(node, nodes.If):
        return f"selected by whether `{shown(node.condition)}` is true"
    return f"selected by `{shown(node.key)}`"


_SECTION = re.compile(r"^Attributes:[ \t]*\n((?:[ \t]+.*\n?|\n)+)", re.MULTILINE)
_ATTRIBUTE = re.compile(r"^    (\w+)(?: \([^)]*\))?: ((?:.*\n?)(?:^ {6,}.*\n?)*)", re.MULTILINE)


def described(node: Node) -> str:
    """Return the description of a node, without the list of attributes, which becomes that of the fields."""
    return _SECTION.sub("", inspect.cleandoc(node.doc)).strip()


def attributes(cls: type | None) -> dict[str, str]:
    """Return the descriptions under `Attributes:` in a class docstring (Google style), by name."""
    section = _SECTION.search(inspect.cleandoc(cls.__doc__ or "")) if cls is not None else None
    if section is None:
        return {}
    return {name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(section[1])}
