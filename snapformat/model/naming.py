"""The named types in a kind, and the text of a kind in terms of their names.

Documents and comparisons show types and fields. This module finds the kinds that are types of their own,
names each of them, and makes a text for every kind between them.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field
from typing import Any, TypeAlias, TypeVar

from snapformat.lazy_dataclasses import dataclass
from snapformat.model import kinds
from snapformat.model.bound import Bound as Bound
from snapformat.model.bound import Layout as Layout
from snapformat.model.checks import describe_value, format_constant
from snapformat.model.content import expression as expression
from snapformat.model.declaration import declaration_of
from snapformat.model.facts import Fact, facts_of, seen_through
from snapformat.model.from_construct.words import type_name
from snapformat.model.kinds import Kind
from snapformat.trampoline import Task, run

#: Kinds without a name and bytes of their own: they are shown as the kind inside.
_WRAPPERS = (
    kinds.Adapted,
    kinds.Const,
    kinds.Rebuild,
    kinds.Default,
    kinds.Limited,
    kinds.Checksummed,
    kinds.LazyBound,
)
#: Kinds that are types of their own.
_TYPES = (
    kinds.Struct,
    kinds.Enum,
    kinds.BitStruct,
    kinds.Labelled,
    kinds.Switch,
    kinds.If,
    kinds.Items,
    kinds.Fields,
    kinds.Focus,
)


#: A function from a kind to its label, or to None if it is not a type.
LabelOf: TypeAlias = Callable[[Bound], str | None]


def unwrapped(bound: Bound) -> Bound:
    """Return the stored kind: without conversions, constants and limits, with references followed."""
    while isinstance(bound.kind, _WRAPPERS):
        (bound,) = bound.children()
    return bound


def named_fields(struct: Bound) -> Iterator[tuple[str, kinds.Field, Bound]]:
    """Return the fields of a struct: the name in documents, the declaration, the kind."""
    for index, (each, child) in enumerate(zip(struct.kind.fields, struct.children(), strict=True)):
        is_numbered = struct.kind.style == "tuple" or each.name is None
        yield str(index) if is_numbered else each.name, each, child


def named_variants(enum: Bound) -> Iterator[tuple[kinds.EnumVariant, Bound | None]]:
    """Return the variants of an enum, with their payloads."""
    payloads = iter(enum.children())
    for variant in enum.kind.variants:
        yield variant, None if variant.payload is None else next(payloads)


def named_cases(choice: Bound, text: Callable[[Any], str] = str) -> Iterator[tuple[str, Bound]]:
    """Return the kinds that a `Switch` or `If` chooses from, each with the text of its key."""
    is_switch = isinstance(choice.kind, kinds.Switch)
    keys = [*map(text, choice.kind.cases), "otherwise"] if is_switch else ["true", "false"]
    return zip(keys, choice.children(), strict=True)


def flag_text(bits: Any) -> str:
    """Return the text of the bits of a flag."""
    return hex(bits) if isinstance(bits, int) else label_text(bits)


def label_text(value: Any) -> str:
    """Return the text of a label, or of a value that is shown by one."""
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bytes) and value:
        return f"0x{value.hex()}"
    return format_constant(value) if isinstance(value, int | float | bytes | None) else describe_value(value)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the text of a type.

    Attributes:
        text: The text.
        type: Label of the type it names, or None.
        primitive: Key of the primitive it names (`u32`, `str`, `Option`), or None.
    """

    text: str
    type: str | None = None
    primitive: str | None = None


@dataclass(slots=True)
class Types:
    """The types in a kind, in the order of their values.

    Attributes:
        root: The kind.
        labels: Label of every kind that is a type; kinds that are the same type share one.
        by_label: First kind of each label, in order.
    """

    root: Bound
    labels: dict[Bound, str] = field(default_factory=dict)
    by_label: dict[str, Bound] = field(default_factory=dict)

    def label(self, bound: Bound) -> str | None:
        """Return the label of a kind that is a type, or None."""
        return self.labels.get(bound)

    def spans(self, bound: Bound) -> tuple[Span, ...]:
        """Return the text of a kind (`Option<Vec<u16>>`), with its types and primitives marked."""
        return tuple(_joined(_spans(bound, self.labels.get)))

    def text(self, bound: Bound) -> str:
        """Return the plain text of `spans`."""
        return "".join(span.text for span in _spans(bound, self.labels.get))

    def text_inside(self, bound: Bound) -> str:
        """Return the plain text of a kind by what is inside, even if it has a label of its own."""
        return "".join(
            span.text for span in _spans(bound, lambda b: self.labels.get(b) if b != bound else None)
        )


def types_of(root: Layout, name: str = "Data") -> Types:
    """Find and name the types in a kind.

    The label of a type is its serde name, with the type arguments of its class. Where two different types
    would have the same label, those whose class has another name take that, and the others are numbered.

    Args:
        root: The kind with its configuration: a `Bound`, or the result of `layout_of`.
        name: Name of the root if it has none of its own, and prefix for the places of nameless types.
    """
    bound = Bound(root.kind, root.config)
    places = _find(bound, name)
    wanted = {each: _wanted(each, place, ()) for each, place in places.items()}
    by_label: dict[str, list[Bound]] = {}
    for each, label in wanted.items():
        by_label.setdefault(label, []).append(each)
    for label, same in by_label.items():
        if len({id(_class_of(each.kind) or type(each.kind)) for each in same}) > 1:
            for each in same:
                cls = _class_of(each.kind)
                if cls is not None and each.kind.name and cls.__name__ != each.kind.name:
                    wanted[each] = cls.__name__.lstrip("_") + label[len(each.kind.name) :]
    return _numbered(bound, wanted)


def _class_of(kind: Kind) -> type | None:
    return kind.cls if isinstance(kind, kinds.Struct) else None


def _numbered(root: Bound, wanted: dict[Bound, str]) -> Types:
    """Let equal kinds share a label, and number different ones."""
    types = Types(root)
    shapes: dict[str, list[tuple[int, str]]] = {}
    shape_of = _Shapes()
    uses = Counter(wanted.values())
    for bound, label in wanted.items():
        shape = shape_of(bound) if uses[label] > 1 else 0
        known = shapes.setdefault(label, [])
        found = next((given for other, given in known if other == shape), None)
        if found is None:
            found = label if not known else f"{label} ({len(known) + 1})"
            known.append((shape, found))
        types.labels[bound] = found
        types.by_label.setdefault(found, bound)
    return types


def _find(root: Bound, name: str) -> dict[Bound, str]:
    """Return all kinds that are types, in the order found, each with a name by its place."""
    found: dict[Bound, str] = {}
    seen: set[Bound] = set()
    waiting: list[tuple[Bound, str]] = [(root, name)]
    while waiting:
        bound, place = waiting.pop()
        if bound in seen:
            continue
        seen.add(bound)
        if isinstance(bound.kind, _TYPES) or bound == root:
            found[bound] = place
        waiting.extend(reversed(list(_places(bound, place))))
    return found


def _places(bound: Bound, place: str) -> Iterable[tuple[Bound, str]]:
    """Return the kinds directly inside, each with a name by its place."""
    match bound.kind:
        case kinds.Struct(name=name) | kinds.Grouped(name=name):
            return _field_places(bound, name or place)
        case kinds.Enum(name=name):
            # A variant is documented with its enum: its payload is not a type, but kinds below it may be.
            return (
                each
                for variant, payload in named_variants(bound)
                if payload is not None
                for each in _field_places(payload, f"{name}.{variant.name}")
            )
        case kinds.Switch():
            return ((case, f"{place}.{key}") for key, case in named_cases(bound))
        case kinds.Adapted(name=name) if name in STANDARD:
            return ()  # a primitive of documents: the kinds inside are not types
    return ((child, place) for child in bound.children())


def _field_places(struct: Bound, place: str) -> Iterator[tuple[Bound, str]]:
    for index, (each, child) in enumerate(zip(struct.kind.fields, struct.children(), strict=True)):
        yield child, f"{place}.{each.name or index}"


def _wanted(bound: Bound, place: str, around: Sequence[Bound]) -> str:
    kind = bound.kind
    if not isinstance(kind, kinds.Struct | kinds.Enum) or not kind.name:
        return place
    arguments = _arguments(bound, around)
    return f"{kind.name}<{', '.join(arguments)}>" if arguments else kind.name


def _arguments(bound: Bound, around: Sequence[Bound]) -> list[str]:
    """Return the type arguments of a kind whose class is generic, as text."""
    if bound in around:
        return []

    def label_of(inner: Bound) -> str | None:
        is_named = isinstance(inner.kind, kinds.Struct | kinds.Enum) and inner.kind.name
        return _wanted(inner, "", (*around, bound)) if is_named else None

    found: dict[str, str] = {}
    order: list[str] = []
    for struct in [bound] if isinstance(bound.kind, kinds.Struct) else bound.children():
        declared = None if struct.kind.cls is None else declaration_of(struct.kind.cls)
        if declared is None or not declared.parameters:
            continue
        order += [p.__name__ for p in declared.parameters if p.__name__ not in order]
        specs = {spec.attr: spec for spec in declared.fields}
        for _, each, child in named_fields(struct):
            spec = specs.get(each.attr or "")
            if spec is None:
                continue
            try:
                annotation = declared.resolve(spec)
            except Exception:  # a name of a scope that is gone: the label has no arguments
                continue
            inner = _match(annotation, child)
            if inner is not None and inner[0] not in found:
                found[inner[0]] = "".join(span.text for span in _spans(inner[1], label_of))
    return [found.get(name, name) for name in order] if found else []


def _match(annotation: Any, bound: Bound) -> tuple[str, Bound] | None:
    """Match the type variables in an annotation to the kinds in their places."""
    while True:
        if isinstance(annotation, TypeVar):
            return annotation.__name__, bound
        inside = [a for a in getattr(annotation, "__args__", ()) if a is not type(None)]
        below = bound.children()
        if len(inside) != 1 or len(below) != 1 or isinstance(bound.kind, kinds.Struct | kinds.Enum):
            return None
        annotation, bound = inside[0], below[0]


class _Shapes:
    """Numbers kinds: those with the same names, order and kinds of everything below share a number."""

    def __init__(self) -> None:
        self._known: dict[Bound, int] = {}
        self._numbers: dict[Any, int] = {}

    def __call__(self, bound: Bound) -> int:
        """Return the number of a kind."""
        waiting = [bound]
        entered: set[Bound] = set()
        while waiting:
            current = waiting[-1]
            below = current.children()
            if current not in self._known:
                # Until everything below is known, a kind that contains itself is identified by its own names.
                self._known[current] = self._number(_own_shape(current))
                entered.add(current)
                waiting.extend(each for each in below if each not in self._known)
                continue
            waiting.pop()
            if current in entered:
                entered.discard(current)
                inner = tuple(self._known[each] for each in below)
                self._known[current] = self._number((_own_shape(current), inner))
        return self._known[bound]

    def _number(self, shape: Any) -> int:
        return self._numbers.setdefault(shape, len(self._numbers))


def _own_shape(bound: Bound) -> tuple[Any, ...]:
    kind = bound.kind
    names: Any = ()
    match kind:
        case kinds.Struct():
            names = kind.name, kind.style, kind.cls
        case kinds.Enum():
            names = kind.name, *(variant.style for variant in kind.variants)
        case kinds.Int() | kinds.Adapted() | kinds.LazyBound():
            names = kind.name
    return type(kind), names, _own_facts(bound)


def _own_facts(bound: Bound) -> tuple[Fact, ...]:
    """Return the facts of a kind without those of the kinds directly inside."""
    inside = {seen_through(child) for child in bound.children()}
    return facts_of(bound, lambda inner: "" if inner in inside else None)


#: Names of the vocabulary's own conversions; other conversions belong to a schema.
STANDARD = {
    "semver version": "Version",
    "semver version requirement": "VersionReq",
    "path": "PathBuf",
    "Duration": "Duration",
    "SystemTime": "SystemTime",
    "DateTime": "DateTime",
    "NaiveDate": "NaiveDate",
    "NaiveTime": "NaiveTime",
    "Uuid": "Uuid",
    "Ipv4Addr": "Ipv4Addr",
    "Ipv6Addr": "Ipv6Addr",
    "IpAddr": "IpAddr",
    "SocketAddr": "SocketAddr",
    "SocketAddrV4": "SocketAddrV4",
    "SocketAddrV6": "SocketAddrV6",
    "OsString": "OsString",
}


#: Wording of conversions that only print a value in another way.
NOTATIONS = {"value to show in hexadecimal": "shown in hexadecimal"}


def _spans(bound: Bound, label_of: LabelOf) -> list[Span]:
    spans: list[Span] = run(_spans_of(bound, label_of))
    return spans


def _spans_of(bound: Bound, label_of: LabelOf) -> Task:
    label = label_of(bound)
    if label is not None:
        return [Span(label, type=label)]
    kind = bound.kind
    match kind:
        case kinds.Int():
            return [Span(f"NonZero<{kind.name}>" if kind.nonzero else kind.name, primitive=kind.name)]
        case kinds.Float():
            return [Span(f"f{8 * kind.size}", primitive=f"f{8 * kind.size}")]
        case kinds.Bool() | kinds.Char() | kinds.Str() | kinds.Computed():
            name = type(kind).__name__.lower()
            return [Span(name, primitive=name)]
        case kinds.Bytes():
            return [Span("bytes" if kind.exact is None else f"bytes[{kind.exact}]", primitive="bytes")]
        case kinds.FixedBytes():
            return [Span(f"[u8; {expression(kind.count)}]", primitive="fixed bytes")]
        case kinds.Unit():
            return [Span("()", primitive="()")]
        case kinds.Array():
            (item,) = bound.children()
            inside = yield _spans_of(item, label_of)
            return [Span("[", primitive="array"), *inside, Span(f"; {expression(kind.count)}]")]
        case kinds.Tuple(items=items):
            inside = yield _listed(bound.children(), label_of)
            return [Span("("), *inside, Span(",)" if len(items) == 1 else ")")]
        case kinds.LazyBound():
            (target,) = bound.children()
            name = label_of(target) or kind.name
            return [Span(name, type=name)]
        case kinds.Opaque():
            return [Span(f"opaque {type(kind.construct).__name__}", primitive="opaque")]
        case kinds.Leaf():
            return [Span(type_name(kind.construct))]
        case kinds.Repeat() | kinds.Records():
            (item,) = bound.children()
            inside = yield _spans_of(item, label_of)
            return [Span("[", primitive="array"), *inside, Span("; ...]")]
        case kinds.Adapted(name=name) if name in STANDARD:
            return [Span(STANDARD[name], primitive=STANDARD[name])]
        case kinds.BitStruct():
            return [Span("bits")]
    below = bound.children()
    generic = _generic_name(kind)
    if generic is not None:
        shown = below[:1] if generic == "Optional" else below
        inside = yield _listed(shown, label_of)
        return [Span(generic, primitive=generic), Span("<"), *inside, Span(">")]
    if len(below) == 1:
        return (yield _spans_of(below[0], label_of))
    return [Span(getattr(kind, "name", "") or type(kind).__name__.lower())]


def _generic_name(kind: Kind) -> str | None:
    match kind:
        case kinds.Option():
            return "Option"
        case kinds.Seq():
            return "Vec"
        case kinds.Set():
            return "BTreeSet" if kind.ordered else "HashSet"
        case kinds.Map():
            return "BTreeMap" if kind.ordered else "HashMap"
        case kinds.Blob():
            return "blob"
        case kinds.Prefixed():
            return "prefixed"
        case kinds.Choice():
            return "Optional" if len(kind.fields) == 2 and is_pass(kind.fields[1].kind) else "Select"
        case kinds.Raw():
            return "RawCopy"
    return None


def is_pass(kind: Kind) -> bool:
    """Return whether a kind is construct's `Pass`."""
    return isinstance(kind, kinds.Unit) and kind.value is None


def _listed(items: Sequence[Bound], label_of: LabelOf) -> Task:
    spans: list[Span] = []
    for item in items:
        if spans:
            spans.append(Span(", "))
        spans += yield _spans_of(item, label_of)
    return spans


def _joined(spans: list[Span]) -> Iterator[Span]:
    """Merge consecutive pieces without a link."""
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
