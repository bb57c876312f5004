"""The state of making kinds of constructs: the structs around a construct, and references to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any, ClassVar

import construct as c

from snapformat.lazy_dataclasses import dataclass
from snapformat.model import kinds
from snapformat.model.built import as_built, container_of
from snapformat.model.checks import describe_value
from snapformat.model.class_scopes import surroundings_of
from snapformat.model.expressions import CONTEXT_ENTRIES
from snapformat.model.from_construct.parameters import is_passed
from snapformat.model.from_construct.traits import Traits
from snapformat.model.kinds import Kind
from snapformat.model.surroundings import NamedField, Surroundings
from snapformat.trampoline import Task


@dataclass(eq=False, slots=True)
class OuterStruct:
    """A construct Struct whose fields expressions may name.

    Attributes:
        used: Whether an expression names a field of it, or of a struct further out.
        names: The named fields.
        is_whole: Whether a part may look at anything in its context.
        position: Position of the current field.
        by_classes: The fields that declared classes in it name, with the position of the class.
    """

    used: bool = False
    names: set[Any] = field(default_factory=set)
    is_whole: bool = False
    position: int = 0
    by_classes: list[tuple[NamedField, int]] = field(default_factory=list)


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
    """A construct of this library, which makes its own kind.

    It comes before construct's own classes among the bases of a class: these would be compiled as if their
    values were containers. What has no code of its own is called by compiled constructs.
    """

    def as_kind(self, lowering: Lowering, scopes: Scopes) -> Task:
        """Return the kind, as a task."""
        raise NotImplementedError

    def _emitparse(self, code: Any) -> str:
        raise NotImplementedError

    def _emitbuild(self, code: Any) -> str:
        raise NotImplementedError


#: In `Lowering.reaching`: a construct reads from the stream of a value, which only construct's values have.
STREAMS = "streams"


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
        outside: The fields of structs around the whole construct that expressions name.
        is_whole: Whether a part may look at anything in the contexts around the whole construct.
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
    outside: set[NamedField] = field(default_factory=set)
    is_whole: bool = False

    def look_at(self, named: NamedField, scopes: Scopes) -> None:
        """Record that an expression at this place names a field of a struct around."""
        place = len(scopes) - 1 - named.levels_up
        for frame in scopes[max(place, 0) :]:
            frame.used = True
        if place < 0:
            self.reaches_out = True
            self.outside.add(named.seen_from(len(scopes)))
            return
        scopes[place].names.add(named.name)
        if named.owner is not None:
            scopes[place].by_classes.append((named, scopes[place].position))

    def surroundings(self) -> Surroundings:
        """Return what the whole construct looks at around itself."""
        return Surroundings(frozenset(self.outside), self.is_whole)

    def look_anywhere(self, scopes: Scopes) -> None:
        """Record that a part at this place may look at anything in its context."""
        self.reaches_out = self.is_whole = True
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
    if not isinstance(inner, kinds.Struct):
        lowering.look_anywhere(scopes)
        reason = "a class around a construct that is not a plain Struct"
        return kinds.Opaque(ClassAdapter(sub, cls), lowering.traits.cost_of(sub), reason=reason)
    names = [each.attr for each in inner.fields if each.attr is not None]

    def make(values: list[Any]) -> Any:
        return instance_of(cls, dict(zip(names, values, strict=True)))

    scope = inner.scoped, inner.named, inner.subcons
    return kinds.Struct(cls.__name__, inner.style, cls, inner.doc, inner.fields, make, *scope)


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

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        given = self._encode(obj, context, path)
        built = self.subcon._build(given, stream, context, path)
        if not isinstance(built, c.Container):
            return obj
        return as_built(obj, {name: part for name, part in built.items() if name not in CONTEXT_ENTRIES})


def instance_of(cls: type, values: Any) -> Any:
    """Make an instance from a container: the class is called with the named values."""
    return cls(**{name: value for name, value in values.items() if is_passed(cls, name)})


def in_scopes(kind: Kind, lowering: Lowering, scopes: Scopes) -> Kind:
    """Return a kind of this library that is inside a construct; record what it looks at around itself."""
    around = surroundings_of(kind)
    for named in around.fields:
        lowering.look_at(named, scopes)
    if around.is_whole:
        lowering.look_anywhere(scopes)
    return kind
