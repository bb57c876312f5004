"""The state of making kinds of constructs: the structs around a construct, and references to them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import field
from typing import Any, ClassVar

import construct as c

from snapformat.lazy_dataclasses import dataclass
from snapformat.model import kinds
from snapformat.model.checks import describe_value
from snapformat.model.from_construct.parameters import is_passed
from snapformat.model.from_construct.traits import Traits
from snapformat.model.graph import walk_kinds
from snapformat.model.kinds import Kind
from snapformat.trampoline import Task


@dataclass(eq=False, slots=True)
class OuterStruct:
    """A construct Struct whose fields expressions may name.

    Attributes:
        used: Whether an expression names a field of it, or of a struct further out.
        names: The named fields.
        is_whole: Whether a part may look at anything in its context.
    """

    used: bool = False
    names: set[Any] = field(default_factory=set)
    is_whole: bool = False


@dataclass(eq=False, slots=True)
class OuterArray:
    """An array whose elements may look at their index.

    Attributes:
        used: Whether one does.
    """

    used: bool = False


#: A construct that may refer to itself, and the structs around it.
Place = tuple[Any, ...]
#: The structs around a construct, outermost first.
Scopes = tuple[OuterStruct, ...]


class OwnConstruct(c.Construct):  # type: ignore[misc]  # construct is untyped
    """A construct of this library, which makes its own kind."""

    def as_kind(self, lowering: Lowering, scopes: Scopes) -> Task:
        """Return the kind, as a task."""
        raise NotImplementedError


@dataclass(slots=True)
class Lowering:
    """State of lowering a construct to a kind.

    Attributes:
        lower: Function from an inner construct to its kind, as a task; see `model.from_construct.lower`.
        traits: What the constructs look at, and what they cost.
        by_place: Kinds made so far of constructs that may refer to themselves.
        open: Constructs that are being lowered.
        references: References to a construct around them, by its place.
        arrays: Arrays around the current place.
        inside: The `id` of each construct around the current place, up to a `LazyBound`.
        reaches_out: Whether an expression or a function so far looks at a context around its own structs.
        reaching: Each `LazyBound` in whose target one does.
    """

    lower: Callable[[Any, Lowering, Scopes], Task]
    traits: Traits
    by_place: dict[Place, Kind] = field(default_factory=dict)
    open: set[Place] = field(default_factory=set)
    references: list[tuple[kinds.LazyBound, Place]] = field(default_factory=list)
    arrays: list[OuterArray] = field(default_factory=list)
    inside: set[int] = field(default_factory=set)
    reaches_out: bool = False
    reaching: set[Any] = field(default_factory=set)

    def look_anywhere(self, scopes: Scopes) -> None:
        """Record that a part at this place may look at anything in its context."""
        self.reaches_out = True
        for frame in reversed(scopes):
            if frame.is_whole:  # so are all around it
                break
            frame.used = frame.is_whole = True
        for array in reversed(self.arrays):
            if array.used:
                break
            array.used = True

    def refer(self, name: str, place: Place) -> kinds.LazyBound:
        """Return a reference to a construct that is being lowered further up."""
        reference = kinds.LazyBound(name)
        self.references.append((reference, place))
        return reference

    def finish(self, kind: Kind) -> Kind:
        """Set the references in a finished kind, and return it."""
        for reference, place in self.references:
            if place in self.by_place:  # else it is in a part that became opaque
                reference.target = self.by_place[place]
        return kind


def of_class(sub: Any, cls: type, lowering: Lowering, scopes: Scopes) -> Task:
    """Return the kind of a Struct registered for a class: that of the Struct, with instances as values."""
    inner = yield lowering.lower(sub, lowering, scopes)
    if not isinstance(inner, kinds.Struct) or inner.scoped:
        lowering.look_anywhere(scopes)
        reason = "a class around a construct that is not a plain Struct"
        return kinds.Opaque(ClassAdapter(sub, cls), lowering.traits.cost_of(sub), reason=reason)
    names = [each.attr for each in inner.fields if each.attr is not None]

    def make(values: list[Any]) -> Any:
        return instance_of(cls, dict(zip(names, values, strict=True)))

    return kinds.Struct(cls.__name__, inner.style, cls, inner.doc, inner.fields, make)


class ClassAdapter(c.Adapter, OwnConstruct):  # type: ignore[misc]  # construct is untyped
    """Instances of a class in place of the containers of a Struct that was registered for it."""

    without_bytes: ClassVar[frozenset[str]] = frozenset({"cls"})

    def __init__(self, subcon: Any, cls: type) -> None:
        super().__init__(subcon)
        self.cls = cls

    def as_kind(self, lowering: Lowering, scopes: Scopes) -> Task:
        """Return the Struct's kind, with instances as values."""
        return (yield of_class(self.subcon, self.cls, lowering, scopes))

    def _decode(self, obj: Any, context: Any, path: str) -> Any:
        return instance_of(self.cls, obj)

    def _encode(self, obj: Any, context: Any, path: str) -> Any:
        if not isinstance(obj, self.cls):
            raise c.FormatFieldError(f"expected {self.cls.__name__}, found {describe_value(obj)}", path=path)
        return container_of(obj)


def instance_of(cls: type, values: Any) -> Any:
    """Make an instance from a container: the class is called with the named values."""
    return cls(**{name: value for name, value in values.items() if is_passed(cls, name)})


def container_of(obj: Any) -> Any:
    """Make a container from an instance: its attributes by name, in slots or in a dict."""
    container = c.Container()
    for cls in reversed(type(obj).__mro__):
        for name in getattr(cls, "__slots__", ()):
            if hasattr(obj, name):
                container[name] = getattr(obj, name)
    container.update(getattr(obj, "__dict__", {}))
    return container


def in_scopes(kind: Kind, lowering: Lowering, scopes: Scopes) -> Task:
    """Return a kind inside construct Structs whose fields the constructs in it may name."""
    if not any(isinstance(k, kinds.Foreign) for k in walk_kinds(kind)):
        return kind
    return (yield _copied(kind, lowering, scopes))


def _copied(kind: Kind, lowering: Lowering, scopes: Scopes) -> Task:
    place: Place = (kind, scopes)
    if place in lowering.by_place:
        return lowering.by_place[place]
    match kind:
        case kinds.Foreign(cls=None):
            return (yield lowering.lower(kind.construct, lowering, scopes))
        case kinds.Foreign():
            assert kind.cls is not None
            return (yield of_class(kind.construct, kind.cls, lowering, scopes))
        case kinds.Option() | kinds.Seq() | kinds.Set() | kinds.Array() | kinds.Adapted() | kinds.Encoded():
            return dataclasses.replace(kind, item=(yield _copied(kind.item, lowering, scopes)))
        case kinds.Map():
            key = yield _copied(kind.key, lowering, scopes)
            return kinds.Map(key, (yield _copied(kind.value, lowering, scopes)), kind.ordered)
        case kinds.Tuple():
            items = []
            for item in kind.items:
                items.append((yield _copied(item, lowering, scopes)))
            return kinds.Tuple(tuple(items))
        case kinds.Struct():
            made = lowering.by_place[place] = kinds.Struct(kind.name, kind.style, kind.cls, kind.doc)
            made.skipped, made.shared = kind.skipped, kind.shared
            made.fields, made.make = (yield _fields(kind, lowering, scopes)), kind.make
            return made
        case kinds.Enum():
            enum = lowering.by_place[place] = kinds.Enum(kind.name, kind.cls, kind.doc)
            variants = []
            for variant in kind.variants:
                payload = variant.payload
                if payload is not None:
                    payload = yield _copied(payload, lowering, scopes)
                variants.append(dataclasses.replace(variant, payload=payload))
            enum.variants = tuple(variants)
            enum.other = None if kind.other is None else variants[kind.other.index]
            return enum
    return kind


def _fields(kind: kinds.Struct, lowering: Lowering, scopes: Scopes) -> Task:
    fields = []
    for each in kind.fields:
        fields.append(dataclasses.replace(each, kind=(yield _copied(each.kind, lowering, scopes))))
    return tuple(fields)
