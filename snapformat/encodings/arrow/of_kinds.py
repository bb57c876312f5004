"""The column of a kind.

| kind | type of Arrow |
|---|---|
| integers | int8 to uint64, the next width that there is; beyond 8 bytes decimal256, beyond 31 bytes text |
| floats | float16, float32, float64 |
| text, chars, values that JSON shows as text | string |
| bytes, and C structs in bytes | binary; with `decoded`, a C struct is a struct |
| `Duration`, `SystemTime` | duration and timestamp in nanoseconds, UTC |
| options | null or the value; a struct with the field `some` if the value may be null itself |
| sequences, arrays, sets | list |
| maps | map; a list of structs `key`, `value` if a key may be null |
| structs; tuples | struct; its fields are named `0`, `1`, ... |
| enums without data | string, the name of the variant |
| other enums | struct of `variant`, the name, and one field for the data of each variant |
| units, structs without fields | null |
| what contains itself, and constructs without a fixed shape | string, JSON text |
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from snapformat.encodings.arrow.columns import (
    Column,
    ConstantColumn,
    ConvertedColumn,
    FloatColumn,
    PlainColumn,
    TimeColumn,
    bytes_column,
    int_column,
    json_column,
)
from snapformat.encodings.arrow.groups import (
    ListColumn,
    MapColumn,
    OptionColumn,
    StructColumn,
    VariantColumn,
)
from snapformat.encodings.json.writer import key_reader
from snapformat.model import kinds
from snapformat.model.annotations import kind_of
from snapformat.model.kinds import Kind
from snapformat.model.std.library import Duration, SystemTime

_DURATION, _SYSTEM_TIME = kind_of(Duration), kind_of(SystemTime)


def column_of(kind: Kind, *, decoded: bool = False) -> Column:
    """Return the column of a kind.

    Args:
        kind: The kind.
        decoded: Whether the column is for looking at: C structs in bytes are structs, without the bytes
            beyond their end, and integers of 16 bytes decimals of 38 digits, null beyond. Its plain data may
            lack options that are null.
    """
    found: Column = kind.derive(("column", decoded), lambda: _Columns(decoded).of(kind, "$"))
    return found


class _Columns:
    """Makes columns; a kind that is met again inside itself is JSON text."""

    def __init__(self, decoded: bool) -> None:
        self._decoded = decoded
        self._around: set[int] = set()

    def of(self, kind: Kind, path: str) -> Column:
        """Return the column of a kind.

        Args:
            kind: The kind.
            path: Its path for messages.
        """
        if id(kind) in self._around:
            return json_column()
        self._around.add(id(kind))
        try:
            return self._made(kind, path)
        finally:
            self._around.discard(id(kind))

    def _made(self, kind: Kind, path: str) -> Column:
        match kind:
            case kinds.Bool():
                return json_column() if kind.lenient else PlainColumn(pa.bool_())
            case kinds.Int():
                return int_column(kind.size, kind.signed, portable=self._decoded)
            case kinds.Float():
                return FloatColumn(kind.size)
            case kinds.Char() | kinds.Str():
                return PlainColumn(pa.string())
            case kinds.Bytes() | kinds.FixedBytes():
                return bytes_column()
            case kinds.Blob():
                return self.of(kind.item, path) if self._decoded else bytes_column()
            case kinds.Unit():
                return ConstantColumn()
            case kinds.Option():
                return OptionColumn(self.of(kind.item, path))
            case kinds.Seq() | kinds.Array() | kinds.Set():
                return ListColumn(self.of(kind.item, f"{path}[*]"))
            case kinds.Tuple():
                return self._positional(kind.items, path)
            case kinds.Map():
                key, value = self.of(kind.key, f"{path}[*]"), self.of(kind.value, f"{path}[*]")
                return MapColumn(key, value, key_reader(kind.key))
            case kinds.Struct():
                return self._struct(kind, path)
            case kinds.Enum():
                return self._enum(kind, path)
            case _:
                return self._around_another(kind, path)

    def _around_another(self, kind: Kind, path: str) -> Column:
        """Return the column of a kind that shows the value of another."""
        match kind:
            case kinds.Adapted():
                return self._adapted(kind, path)
            case kinds.IntEnum() if isinstance(kind.item, kinds.Int):
                numbers = kind.numbers
                return ConvertedColumn(pa.string(), str, lambda text: text if text in numbers else int(text))
            case kinds.Mapping() if kind.are_labels:
                return PlainColumn(pa.string())
            case kinds.Foreign() | kinds.LazyBound() if kind.target is not None:
                return self.of(kind.target, path)
            case (
                kinds.Encoded()
                | kinds.Limited()
                | kinds.Region()
                | kinds.Const()
                | kinds.Rebuild()
                | kinds.Default()
                | kinds.Mapping()
            ):
                return self.of(kind.item, path)
        return json_column()

    def _adapted(self, kind: kinds.Adapted, path: str) -> Column:
        if kind == _DURATION:
            return TimeColumn(pa.duration("ns"), ("secs", "nanos"), path)
        if kind == _SYSTEM_TIME:
            names = ("secs_since_epoch", "nanos_since_epoch")
            return TimeColumn(pa.timestamp("ns", tz="UTC"), names, path)
        if self._decoded and kind.shown is not None:
            return json_column()
        return PlainColumn(pa.string()) if kind.text is not None else self.of(kind.item, path)

    def _positional(self, items: Any, path: str) -> Column:
        if not items:
            return ConstantColumn([])
        fields = [(str(place), self.of(item, f"{path}[{place}]")) for place, item in enumerate(items)]
        return StructColumn(fields, positional=True)

    def _struct(self, kind: kinds.Struct, path: str) -> Column:
        shown = [each for each in kind.fields if each.attr is not None]
        if kind.style == "newtype":
            return self.of(shown[0].kind, path)
        if kind.style == "unit":
            return ConstantColumn()
        if kind.style == "tuple":
            return self._positional([each.kind for each in shown], path)
        if not shown:
            return ConstantColumn({})
        return StructColumn([(str(each.name), self.of(each.kind, f"{path}.{each.name}")) for each in shown])

    def _enum(self, kind: kinds.Enum, path: str) -> Column:
        payloads: dict[str, Column | None] = {
            each.name: None
            if each.payload is None or each.style == "unit"
            else self.of(each.payload, f"{path}<{each.name}>")
            for each in kind.variants
        }
        if any(each is not None for each in payloads.values()):
            return VariantColumn(payloads)
        return PlainColumn(pa.string())
