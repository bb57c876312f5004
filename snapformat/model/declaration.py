"""From a class to a named kind: fields, type parameters, names that are defined later.

`@schema` stores a `Declaration` in a class. It makes one kind for each choice of type arguments. Kinds are
handed out before their fields are known, so that types may refer to themselves and to each other; `seal`
fills in a kind and everything below it, and raises the error for an undefined name.
"""

from __future__ import annotations

import builtins
import dataclasses
import sys
import typing
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import field
from types import MemberDescriptorType
from typing import Any, TypeVar

import semver

from snapformat.bits import Bits
from snapformat.class_attrs import DECLARATION
from snapformat.errors import SchemaError
from snapformat.lazy_dataclasses import dataclass
from snapformat.model import kinds
from snapformat.model.annotations import Arguments, kind_of
from snapformat.model.checks import reason
from snapformat.model.class_scopes import set_scopes
from snapformat.model.graph import has_order, walk_kinds
from snapformat.model.keys import has_keyed, no_keyed
from snapformat.model.kinds import Kind, Style
from snapformat.model.lazy_class import LazyClass

#: Deepest nesting of type arguments: a generic type that refers to itself with larger ones never ends.
MAX_NESTING = 64


@dataclass(slots=True)
class FieldSpec:
    """A field as it was declared.

    Attributes:
        attr: Attribute of the Python object.
        name: serde's name.
        annotation: The annotation as written, perhaps text.
        module: Name of the module in which the annotation's names are looked up.
        binding: Type arguments of the generic class that the field is inherited from.
        doc: One line of description.
        bits: Names for the bits of the number.
        depends: Why it is not enough to change this field; empty if nothing else has to agree with it.
        skip: Whether the field is left out of the bytes; `default()` makes its value.
        default: Function that makes the value of a skipped field, or of one that older files don't have.
        key: Names of the fields that identify an element of the sequence in it, or None.
        names: Reference to the function that names an element by its key, or None.
        since: The version of the format since which files have the field, or None for all.
        resolved: The annotation with all names looked up, once they are defined.
        kind: Its kind, once known; in generic classes it depends on the type arguments.
    """

    attr: str
    name: str
    annotation: Any
    module: str
    binding: Mapping[TypeVar, Any] = field(default_factory=dict)
    doc: str = ""
    bits: tuple[Bits, ...] = ()
    depends: str = ""
    skip: bool = False
    default: Callable[[], Any] | None = None
    key: tuple[str, ...] | None = None
    names: str | None = None
    since: semver.Version | None = None
    resolved: Any = None
    kind: Kind | None = None


@dataclass(slots=True)
class Declaration:
    """The declaration of a class as a type of the serde data model.

    Attributes:
        cls: The class.
        name: serde's name.
        style: Style of a struct or variant; None for an enum.
        doc: Description.
        fields: Fields of a struct or variant.
        parameters: Type variables of a generic class, in order.
        variants: Of an enum: declarations of the variants' classes, in order.
        constants: Of a fieldless enum instead: name, Python value and description of each variant.
        discriminants: Of an enum: Rust's number of each variant, None for one more than the last.
        other: Of an enum: index of the variant that takes unknown indexes, or None.
        enum: Of a variant: the enum's declaration.
        enum_arguments: Of a variant of a generic enum: its base's type arguments, as annotations.
        scope: Local names where a class inside a function was declared; called when needed.
        place: Of a variant: the code that declared it.
        plain: Instances are made by setting the fields, without calling the class.
        frozen: Instances can't be changed; the fields are set by the slots' descriptors.
        latest: The encoding used last, and its layout: found without hashing.
        lazy: The subclass of instances with undecoded fields, once there is one.
        in_hex: Attributes whose integers are displayed in hexadecimal, once known.
    """

    cls: type
    name: str
    style: Style | None
    doc: str = ""
    fields: list[FieldSpec] = field(default_factory=list)
    parameters: tuple[TypeVar, ...] = ()
    variants: list[Declaration] = field(default_factory=list)
    constants: list[tuple[str, Any, str]] = field(default_factory=list)
    discriminants: list[int | None] = field(default_factory=list)
    other: int | None = None
    enum: Declaration | None = None
    enum_arguments: tuple[Any, ...] = ()
    scope: Callable[[], Mapping[str, Any]] | None = None
    place: Any = None
    plain: bool = False
    frozen: bool = False
    latest: tuple[Any, Any] = (None, None)
    lazy: LazyClass | None = None
    in_hex: frozenset[str] | None = None
    _kinds: dict[tuple[Kind, ...], kinds.Struct | kinds.Enum] = field(default_factory=dict)

    def kind(self, arguments: tuple[Kind, ...] = ()) -> Kind:
        """Return the kind of this class for the given type arguments: the same object every time.

        Raises:
            SchemaError: The number of arguments is wrong, or the class is an enum's variant.
        """
        if self.enum is not None:
            raise SchemaError(f"{self.cls.__name__} is a variant; the type is {self.enum.cls.__name__}")
        if len(arguments) != len(self.parameters):
            wanted = ", ".join(p.__name__ for p in self.parameters) or "no type arguments"
            raise SchemaError(f"{self.cls.__name__} takes {wanted}; it was given {len(arguments)}")
        known = self._kinds.get(arguments)
        if known is None:
            nesting = 1 + max(map(_nesting, arguments), default=0)
            if nesting > MAX_NESTING:
                raise SchemaError(
                    f"{self.cls.__name__} grows without end: its type arguments hold ever more of it"
                )
            bound = dict(zip(self.parameters, arguments, strict=True))
            made = self._enum(bound) if self.style is None else self._struct(bound)
            made.nesting = nesting
            known = self._kinds.setdefault(arguments, made)  # another thread may have been first
        return known

    def made(self) -> list[Kind]:
        """Return the kinds whose fields or variants are known: the class is in use."""
        return [kind for kind in self._kinds.values() if isinstance(kind, kinds.Struct) or kind.variants]

    def forget(self) -> None:
        """Drop all that was derived from the declaration; it is made anew when it is needed."""
        self._kinds.clear()
        self.latest, self.lazy, self.in_hex = (None, None), None, None
        for spec in self.fields:
            spec.kind = None

    def holds(self, stale: Collection[int]) -> bool:
        """Return whether a kind that was made contains one of those with the given ids."""
        made: list[Kind] = [*self._kinds.values()]
        made += [spec.kind for spec in self.fields if spec.kind is not None]
        return any(id(inner) in stale for kind in made for inner in walk_kinds(kind))

    def _struct(self, arguments: Arguments) -> kinds.Struct:
        assert self.style is not None
        made = kinds.Struct(self.name, self.style, self.cls, self.doc)
        made.resolve = lambda: self._fill(made, arguments)
        return made

    def _enum(self, arguments: Arguments) -> kinds.Enum:
        made = kinds.Enum(self.name, self.cls, self.doc)
        if self.constants:
            made.variants = tuple(
                kinds.EnumVariant(name, index, None, constant, doc, self._discriminant(index))
                for index, (name, constant, doc) in enumerate(self.constants)
            )
            made.other = None if self.other is None else made.variants[self.other]
        else:
            made.resolve = lambda: self._fill_variants(made, arguments)
        return made

    def _fill(self, made: kinds.Struct, arguments: Arguments) -> None:
        fields = []
        for spec in self.fields:
            if not spec.skip:
                kind = self.field_kind(spec, arguments)
                supplied = _is_supplied(kind)
                named = (spec.name, spec.attr, kind, spec.doc, spec.bits, supplied, spec.key, spec.depends)
                fields.append(kinds.Field(*named, spec.names, spec.since, spec.default))
        made.fields = tuple(fields)
        for made_field in made.fields:
            self._check_bits(made_field)
        made.make = self._maker()
        made.skipped = sum(spec.skip for spec in self.fields)
        made.shared = self.plain and _is_bare(self.cls)

    def _check_bits(self, field: kinds.Field) -> None:
        kind = field.kind.item if isinstance(field.kind, kinds.Checked) else field.kind
        highest = max((bits.low + bits.width for bits in field.bits), default=0)
        if isinstance(kind, kinds.Int) and highest > 8 * kind.size:
            message = f"bit {highest - 1} is beyond a {kind.name}"
            raise SchemaError(message, owner=self.cls.__qualname__, field=field.attr)

    def _maker(self) -> Callable[[list[Any]], Any]:
        cls = self.cls
        if not any(spec.skip for spec in self.fields):
            slots = [getattr(cls, spec.attr, None) for spec in self.fields]
            if self.plain and all(isinstance(slot, MemberDescriptorType) for slot in slots):
                return _filler(cls, slots)
            if not any(field.kw_only for field in dataclasses.fields(cls)):
                return lambda values: cls(*values)
        attrs = [spec.attr for spec in self.fields if not spec.skip]
        defaults = [(spec.attr, spec.default) for spec in self.fields if spec.skip and spec.default]

        def make(values: list[Any]) -> Any:
            given = dict(zip(attrs, values, strict=True))
            return cls(**given, **{attr: default() for attr, default in defaults})

        return make

    def _fill_variants(self, made: kinds.Enum, arguments: Arguments) -> None:
        if not self.variants:
            raise SchemaError("the enum has no variants", owner=self.cls.__qualname__)
        variants = []
        for index, declared in enumerate(self.variants):
            bound = declared._bind(self, arguments)
            payload = declared._struct(bound)
            declared._fill(payload, bound)  # now, as another thread may find it as soon as the enum has it
            variants.append(
                kinds.EnumVariant(
                    declared.name, index, payload, doc=declared.doc, discriminant=self._discriminant(index)
                )
            )
        made.variants = tuple(variants)
        made.other = None if self.other is None else made.variants[self.other]

    @property
    def rank(self) -> int:
        """Rust's position of this variant in the order of its enum."""
        assert self.enum is not None
        return self.enum.rank_of(self.enum.variants.index(self))

    def rank_of(self, index: int) -> int:
        """Return Rust's position of a variant in the order of this enum."""
        found = self._discriminant(index)
        return index if found is None else found

    def _discriminant(self, index: int) -> int | None:
        """Return Rust's number of a variant: given, or one more than that of the variant before."""
        for back, given in enumerate(reversed(self.discriminants[: index + 1])):
            if given is not None:
                return given + back
        return None

    def _bind(self, enum: Declaration, arguments: Arguments) -> Arguments:
        """Return the type arguments of a variant, given those of its enum."""
        bound = dict(arguments)
        for theirs, mine in zip(enum.parameters, self.enum_arguments, strict=False):
            if isinstance(mine, TypeVar):
                bound[mine] = arguments[theirs]
        return bound

    def field_kind(self, spec: FieldSpec, arguments: Arguments) -> Kind:
        """Return the kind of a field.

        Raises:
            SchemaError: The annotation is wrong, or contains a name that is not defined.
        """
        try:
            return self._field_kind(spec, arguments)
        except NameError as error:
            raise SchemaError(
                f"the name {error.name!r} is not defined", owner=self.cls.__qualname__, field=spec.attr
            ) from None

    def _field_kind(self, spec: FieldSpec, arguments: Arguments) -> Kind:
        if spec.kind is not None:
            return spec.kind
        try:
            annotation = self.resolve(spec)
            bound = {variable: kind_of(given, arguments) for variable, given in spec.binding.items()}
            found = kind_of(annotation, bound or arguments)
        except SchemaError as error:
            if error.owner is not None:
                raise
            raise SchemaError(error.message, owner=self.cls.__qualname__, field=spec.attr) from None
        if not bound and not arguments and spec.resolved is not None:
            spec.kind = found
        return found

    def check_fields(self) -> None:
        """Check every annotation that can be resolved already; the others are checked on first use.

        Raises:
            SchemaError: One of them is not a type of the serde data model.
        """
        placeholders = dict.fromkeys(self.parameters, kinds.Unit())
        for spec in self.fields:
            if not spec.skip:
                with suppress(NameError):
                    self._field_kind(spec, placeholders)

    def resolve(self, spec: FieldSpec) -> Any:
        """Return a field's annotation with all names looked up.

        Raises:
            NameError: A name is not defined (yet).
            SchemaError: The annotation is not an expression for a type.
        """
        if spec.resolved is not None:
            return spec.resolved
        found = self._resolve(spec)
        if self.scope is None:  # the names of a function may still change
            spec.resolved = found
        return found

    def _resolve(self, spec: FieldSpec) -> Any:
        module = sys.modules.get(spec.module)
        space: dict[str, Any] = vars(module) if module else {}
        names: dict[str, Any] = {self.cls.__name__: self.cls}
        if self.scope is not None:
            names |= self.scope()
        try:
            if isinstance(spec.annotation, str):
                # Most are a name, or `name | None`: looking it up is faster than compiling it.
                name, optional, rest = spec.annotation.partition(" | None")
                found = names.get(name) or space.get(name) or _BUILT_IN.get(name)
                if found is None or rest:
                    found = eval(spec.annotation, space, names)
                elif optional:
                    found = found | None
                if _is_resolved(found):
                    return found
            # Names within names, and annotations that are not types.
            holder = type("Holder", (), {"__annotations__": {spec.attr: spec.annotation}})
            hints = typing.get_type_hints(holder, globalns=space, localns=names, include_extras=True)
        except (NameError, SchemaError):
            raise
        except Exception as error:
            raise SchemaError(
                f"the annotation {spec.annotation!r} can't be evaluated: {reason(error)}",
                owner=self.cls.__qualname__,
                field=spec.attr,
            ) from error
        return hints[spec.attr]


_BUILT_IN = vars(builtins)


def _is_supplied(kind: Kind) -> bool:
    """Return whether construct has or makes the value of a field when it is written."""
    return isinstance(kind, kinds.Foreign) and kind.cls is None and bool(kind.construct.flagbuildnone)


def _is_bare(cls: type) -> bool:
    """Return whether instances have no place for any value."""
    return cls.__basicsize__ == object.__basicsize__ and not cls.__dictoffset__


def _filler(cls: type, slots: list[Any]) -> Callable[[list[Any]], Any]:
    """Return a function that makes instances without `__init__`, which is compiled on its first call."""
    new, setters = object.__new__, [slot.__set__ for slot in slots]

    def make(values: list[Any]) -> Any:
        made: Any = new(cls)
        for put, value in zip(setters, values, strict=True):
            put(made, value)
        return made

    return make


def _is_resolved(annotation: Any) -> bool:
    """Return whether an annotation is a type, without text that must still be looked up."""
    waiting = [annotation]
    while waiting:
        current = waiting.pop()
        arguments = getattr(current, "__args__", None)
        if isinstance(arguments, tuple):
            waiting += arguments
        elif not isinstance(current, type | TypeVar):
            return False
    return True


def _nesting(kind: Kind) -> int:
    """Return how deeply type arguments are nested in a kind."""
    deepest = 0
    waiting = [(kind, 0)]
    while waiting:
        current, depth = waiting.pop()
        deepest = max(deepest, depth)
        if isinstance(current, kinds.Struct | kinds.Enum):
            deepest = max(deepest, depth + current.nesting)
        elif depth <= MAX_NESTING:
            waiting.extend((inner, depth + 1) for inner in current.children())
    return deepest


@dataclass(frozen=True, slots=True)
class GivenKind:
    """The declaration of a class whose kind is not made from its fields.

    Attributes:
        given: The kind.
    """

    given: Kind

    def kind(self, arguments: tuple[Kind, ...] = ()) -> Kind:
        """Return the kind; it takes no type arguments."""
        if arguments:
            raise SchemaError("the class takes no type arguments")
        return self.given


def declaration_of(cls: type) -> Declaration | None:
    """Return the declaration of a class itself (not of its bases), or None."""
    found = vars(cls).get(DECLARATION)
    return found if isinstance(found, Declaration) else None


def seal(kind: Kind) -> Kind:
    """Fill in a kind and everything it refers to.

    Returns:
        The kind itself.

    Raises:
        SchemaError: A name was never defined, or an annotation is wrong; owner and field are named.
    """
    if isinstance(kind, kinds.Struct | kinds.Enum | kinds.Foreign) and kind.resolve is None:
        return kind
    seen: dict[int, Kind] = {}
    waiting: list[Kind] = [kind]
    fresh: list[kinds.Struct | kinds.Enum | kinds.Foreign] = []
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen[id(current)] = current
        if isinstance(current, kinds.Struct | kinds.Enum | kinds.Foreign):
            resolve = current.resolve
            if resolve is not None:
                resolve()  # another thread may do the same, with the same result
                fresh.append(current)
        waiting.extend(current.children())
    structs = [current for current in fresh if isinstance(current, kinds.Struct)]
    try:
        # Those inside others first: so all of it is gone through once.
        ending: set[int] = set()
        for current in reversed(structs):
            _check_struct(current, ending)
            ending.add(id(current))
    except SchemaError:
        for current in structs:  # of several mistakes, the outermost is reported
            _check_struct(current, set())
        raise
    if any(getattr(current, "looks_at", None) for current in seen.values()):
        set_scopes(structs, seen.values())
    # Only now: a type that was refused is checked again the next time.
    for current in fresh:
        current.resolve = None
    return kind


def _check_struct(struct: kinds.Struct, ending: set[int]) -> None:
    """Check that keys can be sorted or exist, and that the type ends somewhere, once all names are known.

    Args:
        struct: The struct.
        ending: Structs that don't contain themselves: they contain none either of which they are a part.
    """
    for field_ in struct.fields:
        owner, name = struct.cls.__qualname__ if struct.cls is not None else None, field_.attr
        if field_.key is not None and not has_keyed(field_.kind, field_.key):
            raise SchemaError(f"key: {no_keyed(field_.key)}", owner=owner, field=name)
        if not field_.kind.children():
            continue
        unsorted = unsortable(field_.kind)
        if unsorted is not None:
            raise SchemaError(unsorted, owner=owner, field=name)
        inside = [field_.kind]
        passed: set[int] = set()
        while inside:
            current = inside.pop()
            if current is struct:
                raise SchemaError(
                    "the struct contains itself without end; use Option or list", owner=owner, field=name
                )
            if id(current) in passed or (isinstance(current, kinds.Array) and current.count == 0):
                continue
            passed.add(id(current))
            if id(current) in ending or (isinstance(current, kinds.Struct) and current.resolve is None):
                continue
            if isinstance(current, kinds.Struct | kinds.Tuple | kinds.Array | kinds.Adapted):
                inside.extend(current.children())


def unsortable(kind: Kind) -> str | None:
    """Return why a sorted map or set directly in this kind can't be sorted, or None."""
    waiting, seen = [kind], set()
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        match current:
            case kinds.Map(key, _, True) if not has_order(key):
                return f"a BTreeMap can't be sorted by {type(key).__name__.lower()}: Rust gives it no order"
            case kinds.Set(item, True) if not has_order(item):
                return f"a BTreeSet can't be sorted by {type(item).__name__.lower()}: Rust gives it no order"
        if not isinstance(current, kinds.Struct | kinds.Enum):
            waiting.extend(current.children())
    return None
