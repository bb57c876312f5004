"""The reference writer of bincode: all other writers agree with it, and it raises every error."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Any

import construct

from snapformat.encodings.bincode.bulk import packed
from snapformat.encodings.bincode.config import Config
from snapformat.encodings.bincode.forms import IntForm, form_key, int_form
from snapformat.encodings.bincode.rules import is_swapped, limited
from snapformat.encodings.bincode.sizes import C_CONFIG
from snapformat.encodings.bincode.varints import encode_variable
from snapformat.encodings.construct.places import fail_foreign
from snapformat.encodings.construct.running import BuildStream, build_run
from snapformat.errors import SnapshotError
from snapformat.limits import Limits
from snapformat.model import kinds
from snapformat.model.c_struct import blob_bytes, raw_of
from snapformat.model.costs import element_costs
from snapformat.model.floats import encode_float
from snapformat.model.kinds import Kind
from snapformat.model.order import SortKeys
from snapformat.model.protocol import ValueWriter
from snapformat.model.values import RawFlag
from snapformat.trampoline import Task


class BincodeWriter(ValueWriter):
    """Writes values of bincode into bytes.

    Args:
        config: The configuration of bincode.
        limits: Bounds of depth and of zero-sized elements.

    Attributes:
        out: The stream that is written.
    """

    __slots__ = ("_config", "_key", "out")

    runs_constructs = True

    def __init__(self, config: Config, limits: Limits) -> None:
        super().__init__(limits if config.rules.depth is None else limited(limits, config.rules), SortKeys())
        self.out: BuildStream = BuildStream()
        self._config = config
        self._key = form_key(config)

    def written(self) -> bytes:
        """Return the bytes so far."""
        return self.out.getvalue()

    def construct_stream(self) -> BuildStream:
        return self.out

    # --- numbers --------------------------------------------------------------------------------------

    def write_int(self, kind: kinds.Int, value: int) -> None:
        self._write_int(kind.derived.get(self._key) or int_form(kind, self._config), value)

    def _write_int(self, form: IntForm, value: int) -> None:
        if form.packer is not None:
            self.out.write(form.packer.pack(value))
        elif form.variable is not None:
            self.out.write(encode_variable(value, form.variable, form.signed, form.byteorder))
        else:
            self.out.write(value.to_bytes(form.size, form.byteorder, signed=form.signed))

    def _write_length(self, kind: Kind | None, count: int) -> None:
        """Write a length prefix; refuse a count that is too large for it."""
        (self._config.length_kind if kind is None else kind).write(count, self)

    def write_bool(self, kind: kinds.Bool, value: Any) -> None:
        self.out.write(bytes((value.raw if isinstance(value, RawFlag) else value,)))

    def write_float(self, kind: kinds.Float, value: float) -> None:
        if value != value and not self._config.rules.has_nan:
            self.fail("NaN is not allowed", "a number", "NaN")
        self.out.write(encode_float(value, kind.size, kind.byteorder or self._config.byteorder))

    # --- text and bytes -------------------------------------------------------------------------------

    def write_char(self, kind: kinds.Char, value: str) -> None:
        data = value.encode("utf-8")
        if self._config.rules.char_text:
            self._write_length(None, len(data))
        self.out.write(data)

    def write_str(self, kind: kinds.Str, value: str, data: bytes) -> None:
        self._write_length(kind.length, len(data))
        self.out.write(data)

    def write_bytes(self, kind: kinds.Bytes, data: bytes) -> None:
        self._write_length(kind.length, len(data))
        self.out.write(data)

    def write_fixed_bytes(self, kind: kinds.FixedBytes, data: bytes) -> None:
        self.out.write(data)

    def write_unit(self, kind: Kind) -> None:
        pass

    # --- groups ---------------------------------------------------------------------------------------

    def write_option(self, kind: kinds.Option, present: bool) -> None:
        self.out.write(b"\1" if present else b"\0")

    def write_seq(self, kind: Kind, count: int) -> None:
        self._write_length(getattr(kind, "length", None), count)

    def write_map(self, kind: kinds.Map, count: int) -> None:
        self._write_length(kind.length, count)

    def sort_entries(self, kind: kinds.Map, entries: list[tuple[Any, Any]]) -> bool:
        match self._config.rules.key_order:
            case "by value":
                return self.keys.sort(kind.key, entries, itemgetter(0))
            case "by bytes":
                return self._sort_by_bytes(kind, entries)
        return super().sort_entries(kind, entries)

    def sort_elements(self, kind: kinds.Set, elements: list[Any]) -> bool:
        if self._config.rules.key_order == "by value":
            return self.keys.sort(kind.item, elements)
        return super().sort_elements(kind, elements)

    def _sort_by_bytes(self, kind: kinds.Map, entries: list[tuple[Any, Any]]) -> bool:
        """Sort entries by the bytes of their keys; False if one can't be written, or two have the same."""
        try:
            found = [(_bytes_of(kind.key, entry[0], self._config, self.limits), entry) for entry in entries]
        except (SnapshotError, RecursionError):
            return False
        found.sort(key=itemgetter(0))
        entries[:] = [entry for _, entry in found]
        return all(one[0] != other[0] for one, other in pairwise(found))

    def claim_elements(self, kind: Kind, count: int) -> None:
        """Refuse zero-sized elements that would not be read back."""
        costs = element_costs(kind)
        if costs.known and not costs.surplus and count * costs.known > self.limits.zero_sized:
            self.fail("too many zero-sized elements", f"at most {self.limits.zero_sized}", f"{count}")

    def write_tuple(self, kind: Kind, count: int) -> None:
        pass

    write_array = write_tuple

    def write_many(self, kind: Kind, values: Sequence[Any]) -> bool:
        data = packed(kind, values, self._config)
        if data is None:
            return False
        self.out.write(data)
        return True

    def write_struct(self, kind: kinds.Struct) -> None:
        pass

    def write_variant(self, kind: kinds.Enum, variant: kinds.EnumVariant) -> None:
        index = variant.index
        if is_swapped(kind, self._config.rules):
            index = 1 - index
        number = self._config.index_kind
        self._write_int(number.derived.get(self._key) or int_form(number, self._config), index)

    # --- construct's groupings of bytes ---------------------------------------------------------------

    def begin_region(self, kind: kinds.Region) -> Any:
        if isinstance(kind, kinds.Padded):
            return self.out.tell(), self.count(kind.count, "number of bytes")
        return self._begin_apart()

    def end_region(self, kind: kinds.Region, begun: Any) -> None:
        if isinstance(kind, kinds.Padded):
            start, count = begun
            size = self.out.tell() - start
            if size > count:
                self.fail("larger than its padding allows", f"at most {count} bytes", f"{size}")
            self.out.write(kind.pattern * (count - size))
        elif isinstance(kind, kinds.Prefixed):
            inside = self._end_apart(begun)
            self._write_length(kind.length, len(inside) + kind.including)
            self.out.write(inside)
        elif isinstance(kind, kinds.Checksummed):
            inside = self._end_apart(begun)
            self.out.write(inside)
            self.write_int(kind.stored, kind.checksum.compute(inside))

    def _begin_apart(self) -> BuildStream:
        """Begin a part whose bytes are collected apart, with positions from its own start."""
        before, self.out = self.out, BuildStream()
        return before

    def _end_apart(self, before: BuildStream) -> bytes:
        inside, self.out = self.out.getvalue(), before
        return inside

    def begin_budget(self, limit: int | None) -> tuple[BuildStream, Any]:
        begun = self._begin_apart(), self.scope
        self.scope = None
        return begun

    def end_budget(self, begun: tuple[BuildStream, Any]) -> None:
        before, self.scope = begun
        inside = self._end_apart(before)
        self.out.write(inside)

    def begin_encoding(self, config: Config) -> Config:
        outer = self._config
        self._config, self._key = config, form_key(config)
        return outer

    def end_encoding(self, begun: Config) -> None:
        self._config, self._key = begun, form_key(begun)

    def write_bits(self, kind: kinds.BitStruct, fields: dict[str, Any], whole: int) -> None:
        self.out.write(whole.to_bytes(kind.size, "big"))

    # --- C structs, construct -------------------------------------------------------------------------

    def write_blob(self, kind: kinds.Blob, value: Any) -> Task:
        inside = b""
        if raw_of(value) is None:
            before, config = self._begin_apart(), self.begin_encoding(C_CONFIG)
            yield kind.item.write(value, self)
            self.end_encoding(config)
            inside = self._end_apart(before)
        data = blob_bytes(value, lambda _: inside)
        self._write_length(None, len(data))
        self.out.write(data)

    def write_run(self, kind: kinds.Run, value: Any) -> Any:
        try:
            return build_run(kind, value, self.out, self.scope)
        except construct.StopFieldError:
            raise
        except Exception as error:
            fail_foreign(self, error)


def _bytes_of(kind: Kind, value: Any, config: Config, limits: Limits) -> bytes:
    """Return the bytes of a value by itself."""
    writer = BincodeWriter(config, limits)
    writer.write(kind, value)
    return writer.written()


def write_c_struct(kind: kinds.Struct, value: Any, limits: Limits) -> bytes:
    """The bytes of a C struct whose fields were set."""
    writer = BincodeWriter(C_CONFIG, limits)
    writer.write(kind, value)
    return writer.written()
