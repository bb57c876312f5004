"""Structs and enums."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from snapformat.bits import Bits
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.built import as_built
from snapformat.model.checks import describe_exception, describe_instance, describe_value
from snapformat.model.expressions import fields_context, fill_context
from snapformat.model.kinds.base import Kind
from snapformat.model.kinds.scalars import Int
from snapformat.model.surroundings import NOTHING, Surroundings
from snapformat.path import Variant
from snapformat.trampoline import Task

if TYPE_CHECKING:
    import semver

    from snapformat.model.protocol import Planner, ValueReader, ValueWriter

Style: TypeAlias = Literal["struct", "tuple", "newtype", "unit"]

#: The number of a variant.
_INDEX = Int("u32", 4, False)
#: Maximum number of variants named in a message.
_MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a struct or variant.

    Attributes:
        name: serde's name, as in JSON and paths; None for a field without a name (construct's padding).
        attr: The attribute of the Python object, or the key of construct's container.
        kind: The kind of its value.
        doc: One line of description.
        bits: Names for the bits of the number.
        optional: Whether it may be left out when a container is written (constants, computed values).
        key: Names of the fields that identify an element of the sequence in it, perhaps of a field inside
            (`config.id`); empty if the position does, and None if nothing does.
        depends: Why it is not enough to change this field; empty if nothing else has to agree with it.
        names: Reference to the function that names an element for people by its key, or None.
        since: The version of the format since which files have it, or None for all.
        default: Function that makes its value where older files don't have it, or None.
    """

    without_bytes: ClassVar[frozenset[str]] = frozenset(
        {"attr", "doc", "bits", "optional", "key", "depends", "names", "since", "default"}
    )

    name: str | None
    attr: str | None
    kind: Kind
    doc: str = ""
    bits: tuple[Bits, ...] = ()
    optional: bool = False
    key: tuple[str, ...] | None = None
    depends: str = ""
    names: str | None = None
    since: semver.Version | None = None
    default: Callable[[], Any] | None = None


@dataclass(eq=False, slots=True)
class Struct(Kind):
    """A struct of any style, compared by identity.

    Attributes:
        name: serde's name; empty for construct's Structs.
        style: `struct`, `tuple`, `newtype` or `unit`.
        cls: The Python class of its values; None for construct's containers.
        doc: Description.
        fields: The stored fields, in order; set once all names are known.
        make: Function from the list of the named fields' values to an instance.
        scoped: Whether expressions inside name its fields.
        named: The fields that they name.
        subcons: construct's `_subcons` of a struct whose parts may look at its whole context; else None.
        looks_at: What a class looks at around itself.
        skipped: Number of fields of its class that are not stored.
        shared: Whether one instance can be used for all values: it has no fields and runs no code.
        resolve: Function that sets `fields`, `make`, `skipped` and `shared`; None afterwards.
        nesting: Nesting depth of its type arguments.
    """

    without_bytes: ClassVar[frozenset[str]] = frozenset(
        {
            "name",
            "style",
            "cls",
            "doc",
            "make",
            "scoped",
            "named",
            "subcons",
            "looks_at",
            "skipped",
            "shared",
            "resolve",
            "nesting",
        }
    )

    name: str
    style: Style
    cls: type | None
    doc: str = ""
    fields: tuple[Field, ...] = ()
    make: Callable[[list[Any]], Any] = lambda values: values
    scoped: bool = False
    named: frozenset[Any] = frozenset()
    subcons: Any = None
    looks_at: Surroundings = NOTHING
    skipped: int = 0
    shared: bool = False
    resolve: Callable[[], None] | None = None
    nesting: int = 1

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write an instance of the class, or a mapping."""
        out.descend()
        if self.cls is None:
            built = yield from self._write_container(value, out)
        else:
            if not isinstance(value, self.cls):
                out.fail(out.misfit_message, self.cls.__name__, describe_instance(value, [self.cls]))
            out.write_struct(self)
            built = yield from self.write_fields(value, out)
        out.ascend()
        return built

    def write_fields(self, value: Any, out: ValueWriter) -> Task:
        """Write the fields of an instance; return the instance as it was built."""
        outer, keep = out.scope, out.keep
        scope = self._enter_scope(value, out) if self.scoped else None
        is_nested, is_tuple = self.style != "newtype", self.style == "tuple"
        changed: dict[str, Any] = {}
        for index, each in enumerate(self.fields):
            if each.attr is None and out.human:
                continue
            if is_nested:
                out.enter(index, index if is_tuple else each.name or f"_{index}")
            part = None
            if each.attr is not None:
                try:
                    part = getattr(value, each.attr)
                except AttributeError:
                    if not each.optional:
                        out.fail("the field is missing")
                if scope is not None:
                    out.keep = keep or self.subcons is not None or each.attr in self.named
            built = each.kind.write(part, out) if each.kind.is_leaf else (yield each.kind.write(part, out))
            if each.attr is not None and scope is not None:
                scope[each.attr] = built
            if keep and each.attr is not None:
                changed[each.attr] = built
            if is_nested:
                out.leave()
        out.scope, out.keep = outer, keep
        return as_built(value, changed) if keep else value

    def _enter_scope(self, value: Any, out: ValueWriter) -> Any:
        """Enter the context of an instance, with all values as they are given; return it."""
        if self.subcons is None:
            out.scope = fields_context(out.scope)
        else:
            out.enter_context(self.subcons)
        for each in self.fields:
            if each.attr is not None and hasattr(value, each.attr):
                out.scope[each.attr] = getattr(value, each.attr)
        return out.scope

    def _write_container(self, value: Any, out: ValueWriter) -> Task:
        """Write the fields of a mapping, like construct: values that construct supplies may be missing.

        Expressions see later fields as they were given, and earlier ones as they were built.
        """
        if value is None:
            value = {}
        if not isinstance(value, Mapping):
            out.fail(out.misfit_message, "a mapping of fields", describe_value(value))
        outer, keep = out.scope, out.keep
        if self.subcons is None:
            out.scope = fields_context(outer)
        else:
            outer = out.enter_context(self.subcons)
        scope = out.scope
        fill_context(scope, value)
        out.write_struct(self)
        for index, each in enumerate(self.fields):
            if each.attr is None and out.human:
                continue
            out.enter(index, each.name or f"_{index}")
            part = None
            if each.attr is not None:
                if each.attr not in value and not each.optional:
                    out.fail("the field is missing")
                part = scope[each.attr] = value.get(each.attr)
                out.keep = keep or self.subcons is not None or each.attr in self.named
            built = each.kind.write(part, out) if each.kind.is_leaf else (yield each.kind.write(part, out))
            if each.attr is not None:
                scope[each.attr] = built
            out.leave()
        out.scope, out.keep = outer, keep
        return scope if keep else value

    def read(self, source: ValueReader) -> Task:
        """Read an instance, or a container."""
        source.descend()
        source.read_struct(self)
        value = yield from self.read_fields(source)
        source.ascend()
        return value

    def read_fields(self, source: ValueReader) -> Task:
        """Read the fields, and make the value from them."""
        start = source.mark()
        values = []
        outer = source.scope
        scope = None
        if self.scoped:
            if self.subcons is None:
                source.scope = fields_context(outer)
            else:
                outer = source.enter_context(self.subcons)
            scope = source.scope
            fill_context(scope, source.coming_fields(self))
        is_nested, is_tuple = self.style != "newtype", self.style == "tuple"
        for index, each in enumerate(self.fields):
            if each.attr is None and source.human:
                continue
            if is_nested:
                source.enter(index, index if is_tuple else each.name or f"_{index}")
            kind = each.kind
            value = kind.read(source) if kind.is_leaf else (yield kind.read(source))
            if is_nested:
                source.leave()
            if each.attr is not None:
                values.append(value)
                if scope is not None:
                    scope[each.attr] = value
        source.scope = outer
        try:
            return self.make(values)
        except Exception as error:  # code of the value's own class
            source.fail(
                f"not a {self.name or 'struct'}: {describe_exception(error)}", mark=start, cause=error
            )

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_struct(self)

    def children(self) -> Sequence[Kind]:
        """The kinds of the fields."""
        return tuple(each.kind for each in self.fields)


@dataclass(eq=False, slots=True)
class EnumVariant:
    """A variant of an enum.

    Attributes:
        name: serde's name.
        index: Its number, by order of declaration.
        payload: A struct kind whose style is the variant's (its `cls` holds the values), or None where the
            value is a constant (`UnitEnum`).
        constant: That constant.
        doc: Description.
        discriminant: Rust's number of the variant, which orders variants; it is not stored.
    """

    without_bytes: ClassVar[frozenset[str]] = frozenset({"constant", "doc", "discriminant"})

    name: str
    index: int
    payload: Struct | None
    constant: Any = None
    doc: str = ""
    discriminant: int | None = None

    @property
    def rank(self) -> int:
        """Rust's position of the variant in the order of variants."""
        return self.index if self.discriminant is None else self.discriminant

    @property
    def style(self) -> Style:
        """Serde's style of the variant."""
        return "unit" if self.payload is None else self.payload.style


@dataclass(eq=False, slots=True)
class Enum(Kind):
    """An enum: a variant's number, then the variant's fields.

    Attributes:
        name: serde's name.
        cls: The Python class of its values.
        doc: Description.
        variants: All of them; set once all names are known.
        other: The variant for unknown indexes (`#[serde(other)]`), or None.
        resolve: Function that sets `variants`; None afterwards.
        nesting: Nesting depth of its type arguments.
    """

    without_bytes: ClassVar[frozenset[str]] = frozenset({"name", "cls", "doc", "resolve", "nesting"})

    name: str
    cls: type
    doc: str = ""
    variants: tuple[EnumVariant, ...] = ()
    other: EnumVariant | None = None
    resolve: Callable[[], None] | None = None
    nesting: int = 1

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write a constant, or an instance of a variant's class."""
        variant = self.variant_of(value)
        if variant is None:
            found = describe_instance(value, [self.cls, *(each.cls for each in self._payloads() if each.cls)])
            out.fail(out.misfit_message, self.expected, found)
        out.descend()
        out.write_variant(self, variant)
        if variant.payload is not None:
            out.enter(variant.index, Variant(variant.name))
            out.write_variant_fields(variant.payload)
            value = yield from variant.payload.write_fields(value, out)
            out.leave()
        out.ascend()
        return value

    def read(self, source: ValueReader) -> Task:
        """Read a constant, or an instance of a variant's class."""
        source.descend()
        variant = source.read_variant(self)
        value = variant.constant
        if variant.payload is not None:
            source.enter(variant.index, Variant(variant.name))
            source.read_variant_fields(variant.payload)
            value = yield from variant.payload.read_fields(source)
            source.leave()
        source.ascend()
        return value

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_enum(self)

    def in_encoding(self, config: Any) -> Mapping[str, Any]:
        """Return the kind of a variant's number."""
        return {"index": _INDEX if config is None else config.index_kind}

    def variant_of(self, value: Any) -> EnumVariant | None:
        """Return the variant of a value, or None."""
        by_value = self.derive("variants by value", self._by_value)
        found = by_value.get(type(value))
        if found is None:
            try:
                found = by_value.get(value)
            except TypeError:
                return None
            if found is not None and found.constant is not value:
                return None
        return found

    def _by_value(self) -> dict[Any, EnumVariant]:
        return {
            variant.constant if variant.payload is None else variant.payload.cls: variant
            for variant in self.variants
        }

    @property
    def expected(self) -> str:
        """The expected value for messages, with the first variants."""
        names = [variant.name for variant in self.variants[:_MOST_NAMED]]
        more = ", ..." if len(self.variants) > _MOST_NAMED else ""
        return f"a variant of {self.name} ({', '.join(names)}{more})"

    def children(self) -> Sequence[Kind]:
        """The kinds of the variants' fields."""
        return self._payloads()

    def _payloads(self) -> tuple[Struct, ...]:
        return tuple(variant.payload for variant in self.variants if variant.payload is not None)
