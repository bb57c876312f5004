"""Making the document of a format or of a type."""

from __future__ import annotations

import inspect
import re
from collections import deque
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import construct as c

from snapformat.bincode import FIRECRACKER, Encoding
from snapformat.bits import Bits as BitNames
from snapformat.docs.columns import columns_text, describe_columns, own_column
from snapformat.docs.constants import value_names
from snapformat.docs.envelope import describe_file, payload_of
from snapformat.docs.glossary import glossary
from snapformat.docs.measure import Measure, config_of, prefix_of, width_of
from snapformat.docs.model import Bit, Document, Field, Flags, Offset, Size, Type, Use, Variant
from snapformat.docs.rules import Rules, shown
from snapformat.encodings.bincode.encoding import sealed
from snapformat.encodings.bincode.rules import is_swapped, limited, rules_text
from snapformat.limits import DEFAULT_LIMITS
from snapformat.model import kinds
from snapformat.model.bound import is_columnar
from snapformat.model.declare.registry import resolved
from snapformat.model.from_construct.words import rules, unit_inside
from snapformat.model.graph import walk_kinds
from snapformat.model.kinds import Kind
from snapformat.model.naming import (
    Bound,
    Types,
    label_text,
    named_cases,
    named_fields,
    named_variants,
    types_of,
)
from snapformat.snapshot import SnapshotFormat

if TYPE_CHECKING:
    from snapformat.encodings.bitcode.encoding import Bitcode

_KINDS = {"struct": "struct", "tuple": "tuple struct", "newtype": "newtype", "unit": "unit struct"}


def describe(what: Any, *, name: str | None = None, encoding: Encoding | Bitcode = FIRECRACKER) -> Document:
    """Make the document of a format or of a type.

    Args:
        what: A `SnapshotFormat`; or a type: a class, an annotation, a construct, a registered name.
        name: Name of the document; by default that of the format or type.
        encoding: Encoding of a type; a format has its own.

    Raises:
        SchemaError: It is not a type of the serde data model, contains undefined names, or can't be stored
            in the encoding.
        ValueError: The format does not declare a payload.
    """
    if isinstance(what, SnapshotFormat):
        return _Collector(payload_of(what), what.encoding, what).document(name or what.name)
    kind = sealed(resolved(what))
    encoding.bind(kind)
    root = Bound(kind, encoding)
    if name is None:
        name = what if isinstance(what, str) else getattr(what, "__name__", "data")
    return _Collector(root, encoding, None).document(name)


class _Collector:
    """Makes the document of one kind."""

    def __init__(self, root: Bound, encoding: Encoding | Bitcode, spec: SnapshotFormat | None) -> None:
        self.root = root
        self.encoding = encoding
        self.spec = spec
        self.types: Types = types_of(root)
        self.measure = Measure()
        limits = DEFAULT_LIMITS if spec is None else spec.limits
        self.limits = limited(limits, encoding.rules) if isinstance(encoding, Encoding) else limits
        self.integers = "fixed"
        if not isinstance(encoding, Encoding):
            self.integers = "packed"
        else:
            self.integers = encoding.integers
        is_variable = self.integers in ("variable", "leb128")
        self.rules = Rules(self.types, encoding.byteorder, is_variable, self.limits)
        self.nested = {
            self.types.label(Bound(kind.item, None))
            for kind in walk_kinds(root.kind)
            if isinstance(kind, kinds.Blob)
        }
        self.in_bits = _in_bits(root)
        self.primitives: set[str] = set()
        if any(isinstance(kind, kinds.Tuple) and kind.items for kind in walk_kinds(root.kind)):
            self.primitives.add("tuple")

    def document(self, name: str) -> Document:
        """Make the document."""
        found = [self._type(label, bound) for label, bound in self.types.by_label.items()]
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
            integers=self.integers,
            limit=self.encoding.limit if isinstance(self.encoding, Encoding) else None,
            max_depth=self.limits.depth,
            root=root,
            file=file,
            types=tuple(found),
            primitives=glossary(self.primitives, self.encoding),
            encoding=self.encoding.name,
            note="" if self.spec is None else self.spec.note,
            columns=describe_columns(self.limits) if is_columnar(self.encoding) else None,
            **self._widths(),
        )

    def _widths(self) -> dict[str, Any]:
        """Return the widths of lengths and tags, and the rules of a preset, where they are not bincode's."""
        encoding = self.encoding
        if not isinstance(encoding, Encoding) or encoding.is_plain:
            return {}
        lengths, tags = (width_of(kind, encoding) for kind in (encoding.length_kind, encoding.index_kind))
        return {"lengths": lengths, "tags": tags, "rules": rules_text(encoding.rules)}

    def _type(self, label: str, bound: Bound) -> Type:
        kind = bound.kind
        made = Type(label, "alias", described(kind), self._size(bound), nested=label in self.nested)
        if is_columnar(bound.config):
            made.columns = own_column(bound)
        if bound in self.in_bits:
            made.unit = "bit"
        match kind:
            case kinds.Grouped():
                made.kind = "struct"
                made.fields = self._together(bound)
                made.constraints = tuple(rules(kind.construct))
            case kinds.Struct():
                made.kind = _KINDS[kind.style]
                made.fields = self._fields(_members(bound))
                made.flags = _flags([("", bound)])
                made.names = value_names(bound)
                if made.fields:
                    self.primitives.add("struct")
            case kinds.Enum():
                made.kind = "enum"
                made.variants = tuple(self._variant(bound, *each) for each in named_variants(bound))
                made.flags = _flags(
                    (f"{variant.name}.", payload)
                    for variant, payload in named_variants(bound)
                    if payload is not None
                )
                self.primitives |= {"enum"}
            case kinds.BitStruct():
                made.kind = "bits"
                made.bits = tuple(_bits(kind))
                made.constraints = ("the highest bit of the first byte comes first",)
            case kinds.IntEnum() | kinds.Mapping():
                labels = kind.labels if isinstance(kind, kinds.IntEnum) else kind.values
                made.kind = "labels"
                made.variants = tuple(
                    Variant(label_text(stored), label_text(label), "unit", made.size, "")
                    for stored, label in labels.items()
                )
            case kinds.FlagsEnum():
                made.kind = "flags"
                made.bits = tuple(_named_flags(kind))
            case kinds.Switch() | kinds.If():
                made.kind = "choice"
                made.variants = tuple(self._cases(bound))
                made.constraints = (_chooser(kind),)
            case _:
                made.fields = (self._alias(bound),)
        if isinstance(kind, kinds.Labelled):
            (item,) = bound.children()
            made.constraints = (*self.rules.of(item), *_label_rules(kind))
        return made

    def _size(self, bound: Bound) -> Size | None:
        """Return the size of a kind; None in columns."""
        return None if is_columnar(bound.config) else self.measure.size(bound)

    def _fields(self, members: Iterable[tuple[str, Bound, str]], start: int = 0) -> tuple[Field, ...]:
        members = list(members)
        offsets: Sequence[Offset | None] = [None] * len(members)
        if not any(is_columnar(bound.config) for _, bound, _ in members):
            offsets = self.measure.offsets([(name, bound) for name, bound, _ in members], start)
        return tuple(
            self._field(name, bound, doc, offset)
            for (name, bound, doc), offset in zip(members, offsets, strict=True)
        )

    def _together(self, bound: Bound) -> tuple[Field, ...]:
        """Return the fields of what construct runs: one after the other, or all at the start."""
        if isinstance(bound.kind, kinds.Items | kinds.Focus) or not isinstance(bound.kind.construct, c.Union):
            return self._fields(_members(bound))
        start = Offset(0, (), "0")
        return tuple(self._field(name, child, doc, start) for name, child, doc in _members(bound))

    def _field(self, name: str, bound: Bound, doc: str, offset: Offset | None) -> Field:
        spans = self.types.spans(bound)
        self.primitives |= {span.primitive for span in spans if span.primitive is not None}
        made = Field(name, offset, self._size(bound), spans, doc, self.rules.of(bound))
        if is_columnar(bound.config):
            made.columns = columns_text(bound, self.types.label)
        return made

    def _alias(self, bound: Bound) -> Field:
        """Make the field of a root that is not a named type."""
        label = self.types.labels.pop(bound)
        try:
            offset = None if is_columnar(bound.config) else Offset(0, (), "0")
            return self._field("value", bound, described(bound.kind) or "The value", offset)
        finally:
            self.types.labels[bound] = label

    def _variant(self, enum: Bound, variant: kinds.EnumVariant, payload: Bound | None) -> Variant:
        doc = variant.doc or (described(payload.kind) if payload is not None else "")
        number = variant.index
        if not is_columnar(enum.config) and is_swapped(enum.kind, config_of(enum).rules):
            number = 1 - number
        made = Variant(str(number), variant.name, variant.style, None, doc)
        made.other = variant is enum.kind.other
        members = [] if payload is None else _members(payload)
        if is_columnar(enum.config):
            made.fields = self._fields(members)
            return made
        index = prefix_of(enum)
        assert index is not None
        low, high = self.measure.bounds(index)
        if low == high:
            made.fields = self._fields(members, int(low))
        else:
            made.fields = self._fields([("index", index, "Index of the variant"), *members])[1:]
        made.size = self.measure.whole([index] if payload is None else [index, payload])
        return made

    def _cases(self, choice: Bound) -> Iterable[Variant]:
        for key, case in named_cases(choice, shown):
            fields = self._fields([("value", case, described(case.kind))])
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


def _in_bits(root: Bound) -> set[Bound]:
    """Return the kinds whose values are in bytes that are read as bits."""
    found: set[Bound] = set()
    seen: set[Bound] = set()
    waiting = [(root, "byte")]
    while waiting:
        bound, unit = waiting.pop()
        if bound in seen:
            continue
        seen.add(bound)
        if unit == "bit":
            found.add(bound)
        if isinstance(bound.kind, kinds.Run):
            unit = unit_inside(bound.kind.construct, unit)
        waiting.extend((child, unit) for child in bound.children())
    return found


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


def _members(struct: Bound) -> list[tuple[str, Bound, str]]:
    """Return name, kind and description of a struct's fields; by default the class's description of it."""
    known = attributes(struct.kind.cls)
    return [
        (name, child, _with_version(each, each.doc or known.get(each.attr or "", "")))
        for name, each, child in named_fields(struct)
    ]


def _with_version(field: kinds.Field, doc: str) -> str:
    """Add the version since which files have a field to its description."""
    if field.since is None:
        return doc
    words = f"in files since {field.since}, older ones have the default"
    return f"{doc.rstrip('.')} ({words})" if doc else words.capitalize()


def _bits(kind: kinds.BitStruct) -> Iterable[Bit]:
    left = 8 * kind.size
    for bit in kind.bits:
        left -= bit.width
        values = () if bit.labels is None else tuple((n, str(label)) for n, label in bit.labels[0].items())
        doc = bit.doc or ("Padding, written as zero" if bit.padding or bit.name is None else "")
        yield Bit(bit.name or "", left + bit.width - 1, left, doc, values)


def _flags(structs: Iterable[tuple[str, Bound]]) -> tuple[Flags, ...]:
    """Return the tables of named bits, each once with all fields that use it."""
    tables: list[tuple[tuple[BitNames, ...], list[str]]] = []
    for prefix, struct in structs:
        for name, each, _ in named_fields(struct):
            if not each.bits:
                continue
            known = next((names for table, names in tables if table == each.bits), None)
            if known is None:
                tables.append((each.bits, known := []))
            known.append(f"{prefix}{name}")
    return tuple(Flags(tuple(names), tuple(_named(table))) for table, names in tables)


def _named(table: tuple[BitNames, ...]) -> Iterable[Bit]:
    for bits in sorted(table, key=lambda bits: -bits.low):
        values = tuple((bits.values or {}).items())
        yield Bit(bits.name, bits.low + bits.width - 1, bits.low, bits.about, values)


def _named_flags(kind: kinds.FlagsEnum) -> Iterable[Bit]:
    """Yield the flags that have bits, from the highest."""
    flags = [(name, bits) for name, bits in kind.flags.items() if isinstance(bits, int) and bits > 0]
    for name, bits in sorted(flags, key=lambda flag: -flag[1]):
        low = (bits & -bits).bit_length() - 1
        doc = f"set where all bits of {bits:#x} are" if bits & bits - 1 else ""
        yield Bit(name, bits.bit_length() - 1, low, doc)


def _label_rules(kind: kinds.Labelled) -> Iterable[str]:
    if isinstance(kind, kinds.FlagsEnum):
        for name, bits in kind.flags.items():
            if not isinstance(bits, int) or bits <= 0:
                yield f"{name} is set where all bits of {label_text(bits)} are"
        yield "bits without a name are preserved"
    elif isinstance(kind, kinds.IntEnum) and all(isinstance(each, int) for each in kind.labels):
        yield "a number without a label is preserved"
    else:
        yield "other values are refused"


def _chooser(kind: kinds.Switch | kinds.If) -> str:
    if isinstance(kind, kinds.If):
        return f"selected by whether `{shown(kind.condition)}` is true"
    return f"selected by `{shown(kind.key)}`"


_SECTION = re.compile(r"^Attributes:[ \t]*\n((?:[ \t]+.*\n?|\n)+)", re.MULTILINE)
_ATTRIBUTE = re.compile(r"^    (\w+)(?: \([^)]*\))?: ((?:.*\n?)(?:^ {6,}.*\n?)*)", re.MULTILINE)


def described(kind: Kind) -> str:
    """Return the description of a kind, without the list of attributes, which becomes that of the fields."""
    return _SECTION.sub("", inspect.cleandoc(getattr(kind, "doc", ""))).strip()


def attributes(cls: type | None) -> dict[str, str]:
    """Return the descriptions under `Attributes:` in a class docstring (Google style), by name."""
    section = _SECTION.search(inspect.cleandoc(cls.__doc__ or "")) if cls is not None else None
    if section is None:
        return {}
    return {name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(section[1])}
