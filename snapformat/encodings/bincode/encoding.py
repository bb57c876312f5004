"""Encodings, and the construct of a type under one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import construct

from snapformat.encodings.bincode import walk
from snapformat.encodings.bincode.config import Config
from snapformat.encodings.bincode.interpreted import Interpreted
from snapformat.encodings.bincode.sizes import c_layout
from snapformat.encodings.construct import composites, named, scalars
from snapformat.encodings.construct.wrappers import left_over
from snapformat.errors import DecodeError, SchemaError
from snapformat.lazy_dataclasses import dataclass
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model import kinds
from snapformat.model.annotations import kind_of
from snapformat.model.class_scopes import check_outermost, surroundings_of
from snapformat.model.declaration import seal, unsortable
from snapformat.model.declare.registry import resolved
from snapformat.model.from_construct import ClassAdapter
from snapformat.model.graph import walk_kinds
from snapformat.model.kinds import Kind
from snapformat.trampoline import Task, run

if TYPE_CHECKING:
    from snapformat.encodings.bitcode.encoding import Bitcode

#: The decode limit of the original module: 10 MiB of claimed bytes.
DEFAULT_LIMIT = 10 * 1024 * 1024

_SCALARS: dict[type[Kind], type[Any]] = {
    kinds.Bool: scalars.Bool,
    kinds.Int: scalars.Int,
    kinds.Float: scalars.Float,
    kinds.Char: scalars.Char,
    kinds.Str: scalars.Str,
    kinds.Bytes: scalars.Bytes,
    kinds.Unit: scalars.Unit,
}
_ELEMENTS: dict[type[Kind], type[Any]] = {
    kinds.Option: composites.Option,
    kinds.Seq: composites.Seq,
    kinds.Array: composites.Array,
    kinds.Set: composites.Set,
    kinds.Adapted: composites.Adapted,
    kinds.Absent: composites.Adapted,
}


@dataclass(frozen=True, slots=True)
class Encoding(Config):
    """An encoding of the serde data model: bincode's configuration.

    The default is that of Firecracker's snapshots: fixed-width integers, little endian, at most 10 MiB
    claimed when decoding.
    """

    limit: int | None = DEFAULT_LIMIT

    def construct(self, annotation: Any) -> Any:
        """Return the construct of a type under this encoding: the same object every time for a class.

        Args:
            annotation: A class declared with `@schema`, an annotation such as `list[u16]`, a kind, or a
                construct, which is returned as it is.

        Returns:
            A `construct.Construct` that parses and builds by itself.

        Raises:
            SchemaError: Not a type of the serde data model, or it contains undefined names.
        """
        deriving = _Deriving()
        made = run(_derive(sealed(annotation, is_outermost=False), self, deriving))
        # Only now, and outer ones first: an inner one may refer back to an outer one.
        for kind, encoding, inner in reversed(deriving.made.values()):
            first = kind.derived.setdefault(("construct", encoding), inner)  # of several threads, the first
            made = first if made is inner else made
        return made

    @staticmethod
    def bitcode() -> Bitcode:
        """Return the encoding of bitcode 0.6's serde format, which Firecracker uses since 1.15."""
        from snapformat.encodings.bitcode.encoding import Bitcode  # here, as few files need it

        return Bitcode()

    def bind(self, kind: Kind) -> None:
        """Check that values of a kind can be stored.

        Raises:
            SchemaError: A C struct in it has no fixed size.
        """
        for inner in walk_kinds(kind):
            if isinstance(inner, kinds.Blob):
                c_layout(inner)

    def write(self, kind: Kind, value: Any, *, limits: Limits = DEFAULT_LIMITS) -> bytes:
        """Return the bytes of a value, by the reference; `snapformat.encode` gives the same bytes faster.

        Raises:
            EncodeError: The value does not fit its kind; the path says where.
        """
        return walk.write_value(kind, self, value, limits=limits)

    def read(self, kind: Kind, data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> Any:
        """Return the value of bytes, all of which must be used, by the reference.

        Raises:
            DecodeError: The bytes are not such a value; path and offset say where.
        """
        value, end = walk.read_value(kind, self, data, limit=self.limit, limits=limits)
        if end != len(data):
            raise DecodeError(left_over(len(data) - end, "after the value"), offset=end)
        return value


#: Firecracker's encoding.
FIRECRACKER = Encoding()
#: The layout of the members of a C struct: packed, since the kernel's headers declare all padding.
C_LAYOUT = Encoding(limit=None)


def layout_for(payload: Any, encoding: Encoding = FIRECRACKER) -> Any:
    """The construct of a class, an annotation, a construct or a registered name.

    Raises:
        SchemaError: The name is unknown, or the type can't be stored.
    """
    return encoding.construct(resolved(payload))


def sealed(annotation: Any, *, is_outermost: bool = True) -> Kind:
    """Return the kind of a type, with everything it refers to filled in.

    Args:
        annotation: The type.
        is_outermost: Whether there is nothing around it that its expressions could name.

    Raises:
        SchemaError: Not a type of the serde data model, or it contains undefined names.
    """
    kind = seal(kind_of(annotation))
    unsorted = unsortable(kind)
    if unsorted is not None:
        raise SchemaError(unsorted)
    if is_outermost:
        check_outermost(surroundings_of(kind))
    return kind


class _Deriving:
    """One derivation.

    Attributes:
        open: Named kinds that are being derived, by identity and encoding.
        made: Derived kinds, with their encodings and constructs.
    """

    __slots__ = ("made", "open")

    def __init__(self) -> None:
        self.open: set[tuple[int, Encoding]] = set()
        self.made: dict[tuple[int, Encoding], tuple[kinds.Struct | kinds.Enum, Encoding, Any]] = {}


def _derive(kind: Kind, encoding: Encoding, deriving: _Deriving) -> Task:
    """Derive a construct; a named kind that is being derived further up becomes a reference to it."""
    if getattr(kind, "length", None) is not None:  # another length than the encoding's
        return Interpreted(kind, encoding)
    if type(kind) in _SCALARS:
        return _SCALARS[type(kind)](kind, encoding)
    if type(kind) in _ELEMENTS:
        (item,) = kind.children()
        return _ELEMENTS[type(kind)](kind, encoding, (yield _derive(item, encoding, deriving)))
    match kind:
        case kinds.Tuple(items):
            subs = []
            for item in items:
                subs.append((yield _derive(item, encoding, deriving)))
            return composites.Tuple(kind, encoding, subs)
        case kinds.Map(key, value):
            key_sub = yield _derive(key, encoding, deriving)
            return composites.Map(kind, encoding, key_sub, (yield _derive(value, encoding, deriving)))
        case kinds.Blob(item):
            # A C struct has the processor's layout, independent of the encoding around it.
            sub = yield _derive(item, C_LAYOUT, deriving)
            try:
                return composites.Blob(kind, encoding, sub)
            except construct.SizeofError:
                raise SchemaError("a class in a Blob must have a fixed size", owner=item.name) from None
        case kinds.Foreign():
            return kind.construct if kind.cls is None else ClassAdapter(kind.construct, kind.cls)
        case kinds.Struct() | kinds.Enum():
            known = kind.derived.get(("construct", encoding))
            if known is not None:
                return known
            place = id(kind), encoding
            if place in deriving.made:
                return deriving.made[place][2]
            if place in deriving.open:
                return named.Recursive(kind.name, lambda: kind.derived["construct", encoding])
            deriving.open.add(place)
            subs = []
            for child in kind.children():
                subs.append((yield _derive(child, encoding, deriving)))
            made = _named(kind, encoding, subs)
            deriving.made[place] = kind, encoding, made
            return made
    return Interpreted(kind, encoding)


def _named(kind: kinds.Struct | kinds.Enum, encoding: Encoding, subs: list[Any]) -> Any:
    if isinstance(kind, kinds.Struct):
        return named.Struct(kind, encoding, subs)
    payloads = iter(subs)
    by_variant = [None if variant.payload is None else next(payloads) for variant in kind.variants]
    return named.Enum(kind, encoding, by_variant)
