"""Arrow: the schema of a type, and its values as record batches and back. Needs `snapformat[fleet]`.

The types are those of the kinds: see `snapformat.encodings.arrow.of_kinds`. A struct with named fields
becomes a schema with a column for each; any other type one with the column `value`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from snapformat.encodings.arrow.columns import Column
from snapformat.encodings.arrow.of_kinds import column_of
from snapformat.encodings.bincode.encoding import sealed
from snapformat.encodings.json.format import Json
from snapformat.errors import DecodeError
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model import kinds
from snapformat.model.declare.registry import resolved
from snapformat.model.kinds import Kind

__all__ = ["from_batch", "to_arrow", "to_batch"]

_JSON = Json()
#: The name of the only column of a type that has no named fields.
_ONLY = "value"
#: The key of the metadata of a column with its description.
DOC = b"doc"


def to_arrow(payload: Any) -> pa.Schema:
    """Return the schema of a type.

    The columns of a struct have the descriptions of its fields as metadata, under `doc`.

    Args:
        payload: The type: a class, an annotation, a construct, a registered name.

    Raises:
        SchemaError: It is not a type.
    """
    return schema_of(sealed(resolved(payload)))


def schema_of(kind: Kind, *, decoded: bool = False) -> pa.Schema:
    """Return the schema of a kind; for `decoded` see `column_of`."""
    column = column_of(kind, decoded=decoded)
    if not _has_columns(kind, column):
        return pa.schema([pa.field(_ONLY, column.type)])
    assert isinstance(kind, kinds.Struct)
    docs = {each.name: each.doc for each in kind.fields}
    options = {each.name for each in kind.fields if column_of(each.kind, decoded=decoded).may_be_null}
    return pa.schema(
        [
            pa.field(
                each.name,
                each.type,
                nullable=each.name in options,
                metadata={DOC: docs[each.name].encode()} if docs[each.name] else None,
            )
            for each in column.type
        ]
    )


def _has_columns(kind: Kind, column: Column) -> bool:
    return isinstance(kind, kinds.Struct) and kind.style == "struct" and pa.types.is_struct(column.type)


def to_batch(values: Iterable[Any], payload: Any, *, limits: Limits = DEFAULT_LIMITS) -> pa.RecordBatch:
    """Return values as a record batch, a row a value.

    Args:
        values: The values.
        payload: Their type.
        limits: Bounds of depth and of zero-sized elements.

    Raises:
        EncodeError: A value does not fit the type, or Arrow's types can't hold it: a time beyond 292 years.
    """
    kind = sealed(resolved(payload))
    return plain_to_batch([_JSON.write(kind, each, limits=limits) for each in values], kind)


def plain_to_batch(data: list[Any], kind: Kind, *, decoded: bool = False) -> pa.RecordBatch:
    """Return values, given in their JSON form, as a record batch; for `decoded` see `column_of`."""
    column = column_of(kind, decoded=decoded)
    packed, schema = column.pack(data), schema_of(kind, decoded=decoded)
    columns = packed.flatten() if _has_columns(kind, column) else [packed]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def from_batch(
    batch: pa.RecordBatch | pa.Table, payload: Any, *, limits: Limits = DEFAULT_LIMITS
) -> list[Any]:
    """Return the values of a record batch or a table.

    Args:
        batch: The rows, as `to_batch` makes them; also read back from a file.
        payload: Their type.
        limits: Bounds of depth and of zero-sized elements.

    Raises:
        DecodeError: It has other columns than the type, or a value does not fit.
    """
    kind = sealed(resolved(payload))
    schema, column = schema_of(kind), column_of(kind)
    missing = [name for name in schema.names if name not in batch.schema.names]
    if missing:
        raise DecodeError("a column is missing", expected=", ".join(schema.names), found=missing[0])
    try:
        table = pa.table({name: batch.column(name) for name in schema.names})
        if table.schema.types != schema.types:
            table = table.cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DecodeError(f"the columns are of other types: {error}") from error
    arrays = [each.combine_chunks() for each in table.columns]
    whole = arrays[0]
    if _has_columns(kind, column):
        whole = pa.StructArray.from_arrays(arrays, fields=[*column.type])
    return [_JSON.read(kind, each, limits=limits) for each in column.unpack(whole)]
