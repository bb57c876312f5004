"""Columns of values with parts: options, lists, maps, structs and variants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, ClassVar

import pyarrow as pa

from snapformat.encodings.arrow.columns import NULL, Column


def packed_struct(type_: pa.StructType, parts: Sequence[pa.Array], absent: Sequence[bool]) -> pa.Array:
    """Make an array of structs.

    Args:
        type_: Its type.
        parts: The arrays of the fields.
        absent: Whether each struct is null.
    """
    mask = pa.array(absent, pa.bool_()) if any(absent) else None
    return pa.StructArray.from_arrays(parts, fields=[*type_], mask=mask)


class OptionColumn(Column):
    """Options: null, or the value; in a struct of one field if the value itself may be null.

    Args:
        item: The column of the present values.
    """

    __slots__ = ("_item",)

    may_be_null: ClassVar[bool] = True

    def __init__(self, item: Column) -> None:
        super().__init__(pa.struct([("some", item.type)]) if item.may_be_null else item.type)
        self._item = item

    def pack(self, data: Sequence[Any]) -> pa.Array:
        """Make an array."""
        inner = [NULL if each is None or each is NULL else _without_tag(each) for each in data]
        packed = self._item.pack(inner)
        if not self._item.may_be_null:
            return packed
        return packed_struct(self.type, [packed], [each is NULL for each in inner])

    def unpack(self, array: pa.Array) -> list[Any]:
        """Return the plain data."""
        absent = array.is_null().to_pylist()
        inner = array.field(0) if self._item.may_be_null else array
        return [
            None if missing else _with_tag(each)
            for missing, each in zip(absent, self._item.unpack(inner), strict=True)
        ]


def _without_tag(data: Any) -> Any:
    is_tagged = isinstance(data, Mapping) and len(data) == 1 and "$some" in data
    return data["$some"] if is_tagged else data


def _with_tag(data: Any) -> Any:
    is_ambiguous = data is None or (isinstance(data, Mapping) and data.keys() == {"$some"})
    return {"$some": data} if is_ambiguous else data


class ListColumn(Column):
    """Sequences, arrays and sets.

    Args:
        item: The column of the elements.
    """

    __slots__ = ("_item",)

    def __init__(self, item: Column) -> None:
        super().__init__(pa.list_(item.type))
        self._item = item

    def pack(self, data: Sequence[Any]) -> pa.Array:
        """Make an array."""
        elements: list[Any] = []
        offsets = _offsets(data, elements)
        return pa.ListArray.from_arrays(offsets, self._item.pack(elements), type=self.type)

    def unpack(self, array: pa.Array) -> list[Any]:
        """Return the plain data."""
        elements = iter(self._item.unpack(array.flatten()))
        return [None if count is None else [*islice(elements, count)] for count in _counts(array)]


def _offsets(data: Sequence[Any], elements: list[Any]) -> pa.Array:
    """Append all elements to a list, and return where those of each value begin: null for an absent one."""
    offsets: list[int | None] = []
    for each in data:
        offsets.append(None if each is NULL else len(elements))
        if each is not NULL:
            elements.extend(each)
    return pa.array([*offsets, len(elements)], pa.int32())


def _counts(array: pa.Array) -> list[int | None]:
    """Return the number of elements of each value; None for an absent one."""
    offsets, absent = array.offsets.to_pylist(), array.is_null().to_pylist()
    return [
        None if missing else end - start
        for start, end, missing in zip(offsets, offsets[1:], absent, strict=False)
    ]


class MapColumn(Column):
    """Maps; a list of pairs if a key may be null, which Arrow's maps refuse.

    Args:
        key: The column of the keys.
        value: The column of the values.
        read_key: Makes the plain data of a key from its text in a JSON object; None if no keys are text.
    """

    __slots__ = ("_key", "_read_key", "_value")

    def __init__(self, key: Column, value: Column, read_key: Callable[[str], Any] | None) -> None:
        if key.may_be_null:
            super().__init__(pa.list_(pa.struct([("key", key.type), ("value", value.type)])))
        else:
            super().__init__(pa.map_(key.type, value.type))
        self._key = key
        self._value = value
        self._read_key = read_key

    def pack(self, data: Sequence[Any]) -> pa.Array:
        """Make an array."""
        pairs: list[Any] = []
        offsets = _offsets([each if each is NULL else self._pairs(each) for each in data], pairs)
        keys = self._key.pack([key for key, _ in pairs])
        values = self._value.pack([value for _, value in pairs])
        if not self._key.may_be_null:
            return pa.MapArray.from_arrays(offsets, keys, values, type=self.type)
        entries = packed_struct(self.type.value_type, [keys, values], [])
        return pa.ListArray.from_arrays(offsets, entries, type=self.type)

    def _pairs(self, data: Mapping[str, Any]) -> list[Any]:
        """Return keys and values; a map is shown with a tag if its keys are no text."""
        pairs = data.get("$map") if len(data) == 1 else None
        if isinstance(pairs, list):
            return pairs
        read = self._read_key or str
        return [(read(key), value) for key, value in data.items()]

    def unpack(self, array: pa.Array) -> list[Any]:
        """Return the plain data, with a tag."""
        entries = array.flatten() if self._key.may_be_null else None
        keys, values = (array.keys, array.items) if entries is None else (entries.field(0), entries.field(1))
        if entries is None:  # `keys` and `items` ignore where the array begins and ends
            offsets = array.offsets.to_pylist()
            first, end = offsets[0], offsets[-1]
            keys, values = keys.slice(first, end - first), values.slice(first, end - first)
        unpacked = zip(self._key.unpack(keys), self._value.unpack(values), strict=True)
        pairs = iter([[*pair] for pair in unpacked])
        return [None if count is None else {"$map": [*islice(pairs, count)]} for count in _counts(array)]


class StructColumn(Column):
    """Structs and tuples.

    Args:
        fields: Names and columns of the fields; at least one.
        positional: Whether the plain data is a list, as that of a tuple is.
    """

    __slots__ = ("_fields", "_positional")

    def __init__(self, fields: Sequence[tuple[str, Column]], *, positional: bool = False) -> None:
        super().__init__(pa.struct([(name, column.type) for name, column in fields]))
        self._fields = fields
        self._positional = positional

    def pack(self, data: Sequence[Any]) -> pa.Array:
        """Make an array."""
        parts = []
        for position, (name, column) in enumerate(self._fields):
            if self._positional:
                found = [NULL if each is NULL else each[position] for each in data]
            else:
                found = [NULL if each is NULL else each.get(name) for each in data]
            parts.append(column.pack(found))
        return packed_struct(self.type, parts, [each is NULL for each in data])

    def unpack(self, array: pa.Array) -> list[Any]:
        """Return the plain data."""
        rows = zip(
            *(column.unpack(array.field(place)) for place, (_, column) in enumerate(self._fields)),
            strict=True,
        )
        if self._positional:
            return [[*row] for row in rows]
        names = [name for name, _ in self._fields]
        return [dict(zip(names, row, strict=True)) for row in rows]


class VariantColumn(Column):
    """Enums with data: the name of the variant, and a field for the data of each variant that has some.

    Args:
        variants: Names and columns of the variants; None for one without data.
    """

    __slots__ = ("_tag", "_variants")

    def __init__(self, variants: Mapping[str, Column | None]) -> None:
        self._variants = {name: column for name, column in variants.items() if column is not None}
        self._tag = "variant"
        while self._tag in self._variants:
            self._tag += "_"
        fields = [(name, column.type) for name, column in self._variants.items()]
        super().__init__(pa.struct([(self._tag, pa.string()), *fields]))

    def pack(self, data: Sequence[Any]) -> pa.Array:
        """Make an array."""
        names = [None if each is NULL else _variant_of(each) for each in data]
        parts = [pa.array(names, pa.string())]
        for name, column in self._variants.items():
            parts.append(
                column.pack(
                    [each[name] if of == name else NULL for of, each in zip(names, data, strict=True)]
                )
            )
        return packed_struct(self.type, parts, [each is NULL for each in data])

    def unpack(self, array: pa.Array) -> list[Any]:
        """Return the plain data."""
        names = array.field(0).to_pylist()
        parts = {
            name: column.unpack(array.field(place))
            for place, (name, column) in enumerate(self._variants.items(), 1)
        }
        return [
            {name: parts[name][row]} if name in parts else name  # null for an absent one
            for row, name in enumerate(names)
        ]


def _variant_of(data: Any) -> str:
    name: str = data if isinstance(data, str) else next(iter(data))
    return name
