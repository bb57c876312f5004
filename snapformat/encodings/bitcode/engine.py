"""Reading and writing messages of bitcode: by the parts of the type, or by the reference where these refuse.

Both have the same values and bytes as results; only the reference raises errors. `statistics` counts the
messages that the parts refused and the reference accepted; on valid messages there are none.
"""

from __future__ import annotations

from typing import Any

from snapformat.encodings.bincode.codec.collector import LARGE, is_own, paused
from snapformat.encodings.bincode.codec.engine import Statistics
from snapformat.encodings.bincode.encoding import sealed
from snapformat.encodings.bitcode.packing import ColumnInput, StreamInput
from snapformat.encodings.bitcode.parts import Part, Reading, RefusedError, Writing
from snapformat.encodings.bitcode.places import check_bindable
from snapformat.encodings.bitcode.places import column_facts as column_facts
from snapformat.encodings.bitcode.plan import parts_of
from snapformat.encodings.bitcode.reader import BitcodeReader, fail_rest
from snapformat.encodings.bitcode.writer import BitcodeWriter
from snapformat.io import SupportsRead
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model import kinds
from snapformat.model.declaration import declaration_of
from snapformat.model.declare.registry import resolved
from snapformat.model.graph import walk_kinds
from snapformat.model.kinds import Kind

statistics = Statistics()


def kind_of(payload: Any) -> Kind:
    """Return the kind of a class, an annotation or a registered name.

    Raises:
        SchemaError: It has no form in bitcode, or there is no such name.
    """
    kind = sealed(resolved(payload))
    bind(kind)
    return kind


def bind(kind: Kind) -> None:
    """Check that values of a kind can be stored.

    Raises:
        SchemaError: A part of it has no form in bitcode, such as a construct.
    """
    kind.derive("bitcode", lambda: check_bindable(kind))


def read_stream(kind: Kind, source: SupportsRead, limits: Limits) -> Any:
    """Read the value of a message, taking no more bytes from a source than it has.

    Raises:
        DecodeError: The bytes are not such a message, or end too early.
    """
    return BitcodeReader(StreamInput(source), limits).read(kind)


def read_prefix(kind: Kind, data: bytes, stop: int, limits: Limits, start: int = 0) -> tuple[Any, int]:
    """Read the value of a message at `start`; return it, and the offset after the message.

    Raises:
        DecodeError: The bytes from there to `stop` do not begin with such a message.
    """
    part = parts_of(kind) if limits == DEFAULT_LIMITS else None
    if part is not None:
        source = ColumnInput(data, start, stop)
        try:
            if stop > LARGE and _may_pause(kind):
                return paused(_value, part, source), source.pos
            return _value(part, source), source.pos
        except Exception:  # the reference raises the error
            pass
    reader = BitcodeReader(ColumnInput(data, start, stop), limits)
    value = reader.read(kind)
    if part is None:
        statistics.not_generated += 1
    else:
        statistics.read_fallbacks += 1
    return value, reader.pos


def _value(part: Part, source: ColumnInput) -> Any:
    for value in part.read(Reading(source), 1, 0):
        return value
    raise RefusedError


def read_message(kind: Kind, data: bytes, stop: int, limits: Limits) -> Any:
    """Read the value of a message, which must end at `stop`.

    Raises:
        DecodeError: The bytes are not such a message.
    """
    value, end = read_prefix(kind, data, stop, limits)
    if end != stop:
        fail_rest(stop - end, end)
    return value


def write_message(kind: Kind, value: Any, limits: Limits) -> bytes:
    """Return the message with a value.

    Raises:
        EncodeError: The value does not fit its kind.
    """
    part = parts_of(kind) if limits == DEFAULT_LIMITS else None
    if part is not None:
        try:
            return b"".join([data for _, data in part.write(Writing(), (value,), 0)])
        except Exception:  # the reference raises the error
            pass
    writer = BitcodeWriter(limits)
    writer.write(kind, value)
    if part is None:
        statistics.not_generated += 1
    else:
        statistics.write_fallbacks += 1
    return writer.written()


def _may_pause(kind: Kind) -> bool:
    """Return whether no foreign code runs when values of a kind are read."""
    return kind.derive("may pause", lambda: (_runs_own_code(kind),))[0]


def _runs_own_code(kind: Kind) -> bool:
    for inner in walk_kinds(kind):
        if isinstance(inner, kinds.Adapted) and not is_own(inner.decode):
            return False
        if isinstance(inner, kinds.Struct) and inner.cls is not None:
            declared = declaration_of(inner.cls)
            if not is_own(inner.cls) and (declared is None or not declared.plain):
                return False
    return True
