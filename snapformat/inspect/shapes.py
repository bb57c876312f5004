"""Parts of values as they are shown: inside options, newtypes and conversions, with what they consist of.

A difference looks at two values side by side, so its parts are lighter than `locations.Location`s: they are
never changed, and have no path of their own.
"""

from __future__ import annotations

import enum
from collections.abc import Hashable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from snapformat.encodings.bincode.sizes import c_layout
from snapformat.encodings.json.format import Json
from snapformat.encodings.json.text import float_text, format_json
from snapformat.encodings.json.writer import key_reader
from snapformat.errors import EncodeError
from snapformat.inspect.form import FORM
from snapformat.limits import Limits
from snapformat.model import kinds
from snapformat.model.c_struct import rest_of
from snapformat.model.keys import is_plain
from snapformat.model.kinds import Kind
from snapformat.model.kinds.named import Field
from snapformat.model.numpy_scalars import as_records, is_structured, plain

#: Like `FORM`, but all integers are numbers: equal for equal values, however their kinds show them.
_EXACT = Json(decoded=True)
#: In place of plain data that is not known yet.
UNKNOWN: Any = object()


class Shape(enum.Enum):
    """What a part consists of.

    Attributes:
        FIELDS: Fields by name.
        VARIANT: A variant of an enum.
        LIST: Elements by position.
        BYTES: Bytes, or a sequence of u8.
        SET: Elements without a position of their own.
        MAP: Values by key.
        PLAIN: A value that is shown in a form of its own; its parts have no kinds.
        NOTHING: An option without a value.
        LEAF: A number, text, or whatever else has no parts.
    """

    FIELDS = enum.auto()
    VARIANT = enum.auto()
    LIST = enum.auto()
    BYTES = enum.auto()
    SET = enum.auto()
    MAP = enum.auto()
    PLAIN = enum.auto()
    NOTHING = enum.auto()
    LEAF = enum.auto()


class Part:
    """A part of a value.

    Attributes:
        kind: Its kind; None for a part of plain data.
        value: The value.
        limits: The limits for writing it.
        shown: The value as plain data, or `UNKNOWN`. Some constructs can only be written together with the
            values around them.
        rest: Of a C struct that was read from another number of bytes than it has: that number, and the bytes
            beyond its end; else None.
    """

    __slots__ = ("kind", "limits", "rest", "shown", "value")

    def __init__(self, kind: Kind | None, value: Any, limits: Limits, shown: Any = UNKNOWN) -> None:
        self.kind: Kind | None = kind
        self.value: Any = value
        self.limits: Limits = limits
        self.shown: Any = value if kind is None else shown
        self.rest: tuple[int, bytes] | None = None

    def to_json(self) -> Any:
        """Return the value as plain data, as `dump --format decoded` shows it.

        Raises:
            EncodeError: It does not fit its kind.
        """
        if self.shown is UNKNOWN:
            assert self.kind is not None
            self.shown = FORM.write(self.kind, self.value, limits=self.limits)
        return self.shown

    def hex(self) -> str | None:
        """Return an integer that is shown in hexadecimal as text; None for other values."""
        is_hex = isinstance(self.kind, kinds.Int) and self.kind.hex and isinstance(self.value, int)
        return hex(self.value) if is_hex else None

    def stand_in(self) -> Hashable:
        """Return something with a hash that is equal exactly where the value is the same.

        Raises:
            EncodeError: The value does not fit its kind.
        """
        kind, value = self.kind, self.value
        if is_atom(kind, value):
            return value  # type: ignore[no-any-return]  # an int or text
        if isinstance(kind, kinds.Int) and isinstance(plain(value), int) and not isinstance(value, bool):
            return int(plain(value))  # of a subclass, or of numpy
        if isinstance(kind, kinds.Str | kinds.Char) and isinstance(value, str):
            return str.__str__(value)
        if kind is None or self.shown is not UNKNOWN:
            text = format_json(self.to_json())
        else:
            text = format_json(_EXACT.write(kind, value, limits=self.limits))
        return (text if len(text) <= _LONG else blake2b(text.encode(), digest_size=16).digest(),)

    def opened(self) -> Part:
        """Return the part inside options, newtypes and conversions."""
        kind, value, shown, rest = self.kind, self.value, self.shown, None
        while True:
            match kind:
                case kinds.Option() if value is not None:
                    if kind.wrapped:
                        value = value.value
                        if isinstance(shown, dict) and shown.keys() == {"$some"}:
                            shown = shown["$some"]
                    kind = kind.item
                case kinds.Struct() if kind.style == "newtype" and kind.cls is not None:
                    value, kind = getattr(value, str(kind.fields[0].attr)), kind.fields[0].kind
                case kinds.LazyBound() if kind.target is not None:
                    kind = kind.target
                case kinds.Blob():
                    size = c_layout(kind).size
                    length, beyond = rest_of(value, size)
                    rest = None if length == size else (length, beyond)
                    kind = kind.item
                case kinds.Absent():
                    kind = kind.declared
                case kinds.Adapted() if kind.text is None and kind.shown is None:
                    value, kind = kind.encode(value), kind.item
                case _:
                    break
        if kind is self.kind:
            return self
        made = Part(kind, value, self.limits, shown)
        made.rest = rest
        return made

    @property
    def shape(self) -> Shape:
        """What it consists of; only of an opened part."""
        kind = self.kind
        if kind is None:
            if isinstance(self.value, dict):
                return Shape.FIELDS
            return Shape.LIST if isinstance(self.value, list) else Shape.LEAF
        if is_plain(kind):
            return Shape.PLAIN
        match kind:
            case kinds.Struct():
                return _STYLES.get(kind.style, Shape.LEAF)
            case kinds.Enum():
                return Shape.VARIANT if kind.variant_of(self.value) is not None else Shape.LEAF
            case kinds.Seq() | kinds.Array():
                return Shape.BYTES if _is_byte(kind.item) else Shape.LIST
            case kinds.Tuple():
                return Shape.LIST
            case kinds.Set():
                return Shape.SET
            case kinds.Map():
                return Shape.MAP
            case kinds.Bytes() | kinds.FixedBytes():
                return Shape.BYTES
            case kinds.Option():
                return Shape.NOTHING
        return Shape.LEAF

    # --- what is in an opened part ------------------------------------------------------------------------

    def with_whole(self) -> Part:
        """Return the part, with its plain data if constructs inside look at the values around them."""
        if isinstance(self.kind, kinds.Struct) and self.kind.scoped:
            self.to_json()
        return self

    def fields(self) -> Mapping[str, Field | None]:
        """Return the fields by name: None for those of plain data."""
        kind = self.kind
        if kind is None:
            return dict.fromkeys(self.value)
        assert isinstance(kind, kinds.Struct)
        return kind.derive(
            "shown fields", lambda: {str(f.name): f for f in kind.fields if f.attr is not None}
        )

    def field(self, name: str) -> Part:
        """Return a field, which must be one of `fields`.

        Raises:
            EncodeError: The value has no such attribute.
        """
        field = self.fields()[name]
        if field is None:
            return Part(None, self.value[name], self.limits)
        try:
            value = getattr(self.value, str(field.attr))
        except AttributeError:
            raise EncodeError("the field is missing", path=f"$.{name}") from None
        return Part(field.kind, value, self.limits, UNKNOWN if self.shown is UNKNOWN else self.shown[name])

    def variant(self) -> kinds.EnumVariant:
        """Return the variant of an enum's value."""
        assert isinstance(self.kind, kinds.Enum)
        found = self.kind.variant_of(self.value)
        assert found is not None
        return found

    def of_variant(self) -> Part | None:
        """Return the fields of the variant; None if it has none."""
        variant = self.variant()
        if variant.payload is None or variant.payload.style == "unit":
            return None
        shown = UNKNOWN if self.shown is UNKNOWN else self.shown[variant.name]
        return Part(variant.payload, self.value, self.limits, shown)

    def find(self, names: Sequence[str]) -> Part | None:
        """Return a field inside, also of a variant; None if there is none."""
        if not names:
            return self
        here = self.opened()
        if here.shape is Shape.VARIANT:
            inside = here.of_variant()
            return None if inside is None else inside.find(names)
        if here.shape is not Shape.FIELDS or names[0] not in here.fields():
            return None
        return here.field(names[0]).find(names[1:])

    def data(self) -> bytes:
        """Return bytes, or the numbers of a sequence of u8, as bytes."""
        return bytes(self.value)


class Elements:
    """The elements of a part.

    Attributes:
        item: The kind of all elements; None if each has a kind of its own, or none has one.
        values: The values.
        is_fixed: Whether the position says what an element is, as in a tuple.
    """

    __slots__ = ("_part", "is_fixed", "item", "values")

    def __init__(self, part: Part) -> None:
        kind: Any = part.kind
        self._part = part
        self.item: Kind | None = None
        self.values: Sequence[Any] = part.value
        self.is_fixed: bool = isinstance(kind, kinds.Struct | kinds.Tuple)
        if isinstance(kind, kinds.Struct):
            self.values = [getattr(part.value, str(field.attr)) for field in kind.fields]
        elif isinstance(kind, kinds.Bytes | kinds.FixedBytes):
            self.item = BYTE
        elif isinstance(kind, kinds.Seq | kinds.Array | kinds.Set):
            self.item = kind.item
            if is_structured(part.value):  # a view of a file's bytes, as is the next
                self.values = as_records(kind.item, part.value)
            elif hasattr(part.value, "tolist"):
                self.values = part.value.tolist()
            elif not isinstance(part.value, list | tuple):
                self.values = [*part.value]

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Part]:
        return map(self.at, range(len(self)))

    def at(self, position: int) -> Part:
        """Return an element."""
        kind: Any = self._part.kind
        item = self.item
        if item is None and kind is not None:
            item = kind.fields[position].kind if isinstance(kind, kinds.Struct) else kind.items[position]
        shown = UNKNOWN if self._part.shown is UNKNOWN else self._part.shown[position]
        return Part(item, self.values[position], self._part.limits, shown)

    def stand_ins(self) -> Sequence[Hashable]:
        """Return something for each element that is equal exactly where the elements are the same."""
        return self.values if self.are_ints else [each.stand_in() for each in self]

    @property
    def are_ints(self) -> bool:
        """Whether all elements are integers of one kind, or without a kind."""
        is_one_kind = isinstance(self.item, kinds.Int) or self._part.kind is None
        return is_one_kind and all(type(value) is int for value in self.values)

    def between(self, run: slice) -> Part:
        """Return some elements as one part; a single one as itself."""
        if run.stop == run.start + 1:
            return self.at(run.start)
        values = [*self.values[run]]
        kind = None if self.item is None else kinds.Array(self.item, len(values))
        return Part(kind, values, self._part.limits)


class Entry(NamedTuple):
    """An entry of a map.

    Attributes:
        position: Its position.
        text: The text of its key; None if not all keys are text, so that entries are shown as pairs.
        key: The key.
        value: The value.
    """

    position: int
    text: str | None
    key: Part
    value: Part


def entries(part: Part) -> dict[Hashable, Entry]:
    """Return the entries of a map by stand-ins of their keys."""
    kind: Any = part.kind
    keys = [Part(kind.key, key, part.limits) for key in part.value]
    shown = part.shown if isinstance(part.shown, dict) else {}
    are_text = key_reader(kind.key) is not None and not any(isinstance(key.to_json(), dict) for key in keys)
    found: dict[Hashable, Entry] = {}
    for position, key in enumerate(keys):
        text = _key_text(key.to_json()) if are_text else None
        known = UNKNOWN
        if shown:
            known = shown[text] if text in shown else shown["$map"][position][1]
        value = Part(kind.value, part.value[key.value], part.limits, known)
        found[key.stand_in()] = Entry(position, text, key, value)
    return found


def _key_text(data: Any) -> str:
    if isinstance(data, bool):
        return "true" if data else "false"
    return float_text(data) if isinstance(data, float) else str(data)


def _is_byte(kind: Kind) -> bool:
    return isinstance(kind, kinds.Int) and kind.size == 1 and not kind.signed and not kind.hex


def is_atom(kind: Kind | None, value: Any) -> bool:
    """Return whether a value is an integer or text, which stands for itself in comparisons."""
    return (isinstance(kind, kinds.Int) and type(value) is int) or (
        isinstance(kind, kinds.Str | kinds.Char) and type(value) is str
    )


#: The kind of an element of bytes.
BYTE = kinds.Int("u8", 1, signed=False)
_STYLES = {"struct": Shape.FIELDS, "tuple": Shape.LIST}
#: Length of a text from which on its digest stands for it.
_LONG = 64
