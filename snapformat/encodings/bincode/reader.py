"""The reference reader of bincode: all other readers agree with it, and it raises every error."""

from __future__ import annotations

import io
from functools import partial
from typing import Any, NoReturn

import construct

from snapformat.encodings.bincode.ahead import Fetched
from snapformat.encodings.bincode.bulk import read_run
from snapformat.encodings.bincode.bytes_reader import BytesReader
from snapformat.encodings.bincode.config import Config
from snapformat.encodings.bincode.events import Event
from snapformat.encodings.bincode.forms import IntForm, form_key, int_form
from snapformat.encodings.bincode.parts import with_events
from snapformat.encodings.bincode.rules import is_swapped
from snapformat.encodings.bincode.sizes import C_CONFIG, CLayout, c_layout, least_size
from snapformat.encodings.bincode.varints import (
    VARINT_MARKERS,
    VARINT_SINGLE,
    is_leb128,
    most_bytes,
    unzigzag,
    widest_marker,
)
from snapformat.encodings.construct.bounded import RefusedError
from snapformat.encodings.construct.counted import TooManyElementsError
from snapformat.encodings.construct.places import place_of, reason_of
from snapformat.encodings.construct.reach import Reach
from snapformat.encodings.construct.running import parse_run
from snapformat.encodings.construct.scalars import UTF8_WIDTHS
from snapformat.encodings.construct.wrappers import left_over
from snapformat.errors import DecodeError, causes_of
from snapformat.limits import DEFAULT_LIMITS, Budget
from snapformat.model import kinds
from snapformat.model.c_struct import CStruct, decode_fields, deferred, field_values
from snapformat.model.checks import describe_exception, describe_value
from snapformat.model.costs import collapses_to_one, element_costs
from snapformat.model.floats import decode_float
from snapformat.model.kinds import Kind
from snapformat.model.values import RawFlag
from snapformat.trampoline import Task

_STRUCTS = {"struct": "struct", "tuple": "tuple_struct", "unit": "unit_struct"}


class BincodeReader(BytesReader):
    """Reads values of bincode from bytes; see `BytesReader` for its arguments."""

    __slots__ = ()

    # --- numbers --------------------------------------------------------------------------------------

    def read_int(self, kind: kinds.Int) -> int:
        form = kind.derived.get(self._key) or int_form(kind, self.config)
        start = self.pos
        value = self._read_int(form)
        if self.events is not None:
            # serde passes usize and isize on as u64 and i64, and so do upstream's traces.
            self.emit(start, kind.name.replace("size", "64"), value)
        return value

    def _read_int(self, form: IntForm) -> int:
        """Read an integer, without an event."""
        if is_leb128(form.variable):
            return self._read_leb128(form)
        self.claim(form.size)
        pos = self.pos
        if form.packer is not None:
            stop = pos + form.size
            if stop > self.end:
                self.need(form.size)
            self.pos = stop
            value: int = form.packer.unpack_from(self.data, pos)[0]
        elif form.variable:
            value = self._read_varint(form)
        else:
            value = int.from_bytes(self.take(form.size), form.byteorder, signed=form.signed)
        if form.nonzero and value == 0:
            self.fail("zero is not allowed", f"a nonzero {form.name}", "0", pos)
        return value

    def _read_varint(self, form: IntForm) -> int:
        start = self.pos
        value = self.take(1)[0]
        if value >= VARINT_SINGLE:
            width = VARINT_MARKERS.get(value)
            if width is None or width > widest_marker(form.variable, form.size):
                found = "the reserved marker 255" if width is None else f"marker {value}, {width} bytes"
                self.fail(
                    "not a variable-length integer of this type",
                    f"{form.name}, at most {form.size} bytes",
                    found,
                    start,
                )
            value = int.from_bytes(self.take(width), form.byteorder)
            if value > form.most:
                self.fail("beyond the range of this type", form.name, describe_value(value), start)
        return unzigzag(value) if form.signed else value

    def _read_leb128(self, form: IntForm) -> int:
        """Read groups of seven bits; each byte that is taken is claimed."""
        start, value, shift = self.pos, 0, 0
        assert form.variable is not None
        most = most_bytes(form.variable, form.size)
        while True:
            self.claim(1)
            group = self.take(1)[0]
            value |= (group & 0x7F) << shift
            shift += 7
            if group < 0x80:
                break
            if shift == 7 * most:
                found = f"more than {most} bytes"
                self.fail("not a variable-length integer of this type", form.name, found, start)
        if value > form.most:
            expected = f"{form.name}, at most {form.most}"
            self.fail("beyond the range of this type", expected, describe_value(value), start)
        if form.variable == "strict leb128" and shift > 7 and not group:
            found = f"{shift // 7} bytes for {value}"
            self.fail("a longer form of a number", "as few bytes as it needs", found, start)
        if form.nonzero and value == 0:
            self.fail("zero is not allowed", f"a nonzero {form.name}", "0", start)
        return unzigzag(value) if form.signed else value

    def _read_length(self, kind: Kind | None, event: str) -> int:
        """Read a length prefix."""
        kind = self.config.length_kind if kind is None else kind
        start = self.pos
        if isinstance(kind, kinds.Int):
            value = self._read_int(kind.derived.get(self._key) or int_form(kind, self.config))
        else:
            events, self.events = self.events, None
            value = kind.read(self)
            self.events = events
        if value < 0:
            self.fail("a negative length", "0 or more", describe_value(value), start)
        if self.events is not None:
            self.emit(start, event, value)
        return value

    def read_float(self, kind: kinds.Float) -> float:
        self.claim(kind.size)
        start = self.pos
        value = decode_float(self.take(kind.size), kind.byteorder or self.config.byteorder)
        if value != value and not self.config.rules.has_nan:
            self.fail("NaN is not allowed", "a number", "NaN", start)
        if self.events is not None:
            self.emit(start, f"f{8 * kind.size}", value)
        return value

    def read_bool(self, kind: kinds.Bool) -> Any:
        self.claim(1)
        start = self.pos
        byte = self.take(1)[0]
        value: Any = byte == 1
        if byte > 1:
            if not kind.lenient:
                self.fail("not a bool", "0 or 1", f"{byte}", start)
            value = RawFlag(byte)
        if self.events is not None:
            self.emit(start, "bool", value)
        return value

    # --- text and bytes -------------------------------------------------------------------------------

    def read_char(self, kind: kinds.Char) -> str:
        if self.config.rules.char_text:
            return self._read_char_text()
        start = self.pos
        if start >= self.end:
            self.need(1)
        width = UTF8_WIDTHS[self.data[start]]
        self.claim(width)
        data = self.take(width)
        try:
            value = data.decode("utf-8")
        except UnicodeDecodeError:
            self.fail("not a char", "a Unicode scalar value in UTF-8", data.hex(" "), start)
        if self.events is not None:
            self.emit(start, "char", value)
        return value

    def _read_char_text(self) -> str:
        """Read a char that is stored as text."""
        prefix = self.pos
        length = self._read_length(None, "strlen")
        if length > 4:
            self.fail("not a char", "1 to 4 bytes of UTF-8", f"{describe_value(length)} bytes", prefix)
        start = self.pos
        data = self._take_counted(length, prefix)
        try:
            value = data.decode("utf-8")
        except UnicodeDecodeError:
            value = ""
        if len(value) != 1:
            self.fail("not a char", "a Unicode scalar value in UTF-8", data.hex(" "), start)
        if self.events is not None:
            self.emit(start, "char", value)
        return value

    def read_str(self, kind: kinds.Str) -> str:
        prefix = self.pos
        length = self._read_length(kind.length, "strlen")
        start = self.pos
        data = self._take_counted(length, prefix)
        try:
            value = data.decode(kind.encoding)
        except UnicodeDecodeError as error:
            byte = data[error.start : error.start + 1].hex()
            self.fail(f"not {kind.encoding.upper()}", "valid text", f"byte 0x{byte}", start + error.start)
        except UnicodeError as error:  # some codecs give no position
            self.fail(f"not {kind.encoding.upper()}", "valid text", describe_exception(error), start)
        if self.events is not None:
            self.emit(start, "str", value)
        return value

    def read_bytes(self, kind: kinds.Bytes) -> bytes:
        prefix = self.pos
        length = self._read_length(kind.length, "byteslen")
        start = self.pos
        data = self._take_counted(length, prefix)
        if kind.exact is not None and length != kind.exact:
            self.fail("bytes of a fixed length", f"{kind.exact} bytes", describe_value(length), prefix)
        if kind.no_nul and b"\0" in data:
            self.fail("a zero byte inside", "bytes without one", "0x00", start + data.index(0))
        if self.events is not None:
            self.emit(start, "bytes", data)
        return data

    def read_fixed_bytes(self, kind: kinds.FixedBytes, count: int) -> bytes:
        self.claim(count)
        start = self.pos
        data = self.take(count)
        if self.events is not None:
            self.emit(start, "bytes", data)
        return data

    # --- values without bytes -------------------------------------------------------------------------

    def read_unit(self, kind: Kind) -> None:
        if self.events is not None:
            self.emit(self.pos, "unit", getattr(kind, "value", None))

    def read_computed(self, kind: kinds.Computed) -> Any:
        value = self.evaluate(kind.value)
        if self.events is not None:
            self.emit(self.pos, "computed", value)
        return value

    # --- groups ---------------------------------------------------------------------------------------

    def read_option(self, kind: kinds.Option) -> bool:
        self.claim(1)
        start = self.pos
        tag = self.take(1)[0]
        if tag > 1:
            self.fail("not an option's tag", "0 (None) or 1 (Some)", f"{tag}", start)
        if self.events is not None:
            self.emit(start, "option", "Some" if tag else "None")
        return tag == 1

    def read_seq(self, kind: Kind) -> int:
        return self._counted(kind, getattr(kind, "length", None), "seqlen")

    def read_map(self, kind: kinds.Map) -> int:
        return self._counted(kind, kind.length, "maplen")

    def _counted(self, kind: Kind, length: Kind | None, event: str) -> int:
        """Read a number of elements, and check it against the bytes that are left."""
        start = self.pos
        count = self._read_length(length, event)
        least = sum(least_size(child, self.config) for child in kind.children())
        # Elements that take bytes claim at least as many, so the check is limited to what can be claimed.
        wanted = min(count * least, self.budget.left + 1)
        if self.expect(wanted) < wanted:
            self.fail(
                "more elements than the data can hold",
                f"at most {(self.end - self.pos) // least} elements of {least} bytes or more",
                describe_value(count),
                start,
            )
        return count

    def claim_elements(self, kind: Kind, count: int) -> None:
        """Check the number of zero-sized elements, which are claimed as they are read."""
        costs = element_costs(kind)
        if costs.surplus:
            self.claim_zero_sized(count, costs.surplus)
        elif costs.known and count * costs.known > self.budget.zero_sized:
            self.claim_zero_sized(count, costs.known)

    def fail_zero_sized(self, count: int, cost: int) -> NoReturn:
        self.is_exhausted = True
        super().fail_zero_sized(count, cost)

    def distinct(self, kind: kinds.Set | kinds.Map, count: int) -> int:
        if count < 2 or self.events is not None or not collapses_to_one(kind):
            return count
        if isinstance(kind, kinds.Map) and self.config.rules.key_order == "by bytes":
            return count  # equal keys are refused
        self.claim_zero_sized(count - 1, element_costs(kind).zero_sized)
        return 1

    def end_key(self, kind: kinds.Map, begun: int, before: bytes | None) -> bytes | None:
        if self.config.rules.key_order != "by bytes":
            return None
        key = bytes(self.data[begun : self.pos])
        if before is not None and key <= before:
            found = "the same key again" if key == before else "a smaller one"
            self.fail("the keys are not sorted by their bytes", "a greater key", found, begun)
        return key

    def end_element(self, kind: Kind, begun: int) -> None:
        if self.pos == begun:
            self.claim_zero_sized(1, element_costs(kind).zero_sized)

    def read_tuple(self, kind: Kind, count: int) -> None:
        if self.events is not None:
            self.emit(self.pos, "tuple", count)

    read_array = read_tuple

    def read_many(self, kind: Kind, count: int) -> list[Any] | None:
        return None if self.events is not None else read_run(kind, count, self)

    def read_struct(self, kind: kinds.Struct) -> None:
        if self.events is not None and kind.style in _STRUCTS:
            name = kind.name if kind.style == "unit" else f"{kind.name}/{len(kind.fields)}"
            self.emit(self.pos, _STRUCTS[kind.style], name)

    def read_variant(self, kind: kinds.Enum) -> kinds.EnumVariant:
        start = self.pos
        number = self.config.index_kind
        index = self._read_int(number.derived.get(self._key) or int_form(number, self.config))
        if index < 2 and is_swapped(kind, self.config.rules):
            index = 1 - index
        variant = kind.variants[index] if index < len(kind.variants) else kind.other
        if variant is None:
            most = len(kind.variants) - 1
            self.fail(f"not a variant of {kind.name}", f"an index from 0 to {most}", f"{index}", start)
        if self.events is not None:
            self.emit(start, "variant", f"{kind.name}::{variant.name}={index} ({variant.style})")
        return variant

    def read_variant_fields(self, kind: kinds.Struct) -> None:
        pass

    # --- construct's groupings of bytes ---------------------------------------------------------------

    def begin_region(self, kind: kinds.Region) -> Any:
        start = self.pos
        if isinstance(kind, kinds.Padded):
            return start, self.count(kind.count, "number of bytes")
        if isinstance(kind, kinds.Prefixed):
            length = self._read_length(kind.length, "byteslen") - kind.including
            if length < 0:
                found = describe_value(length + kind.including)
                self.fail("a length smaller than itself", f"{kind.including} or more", found, start)
            if length > self.end - self.pos:
                if length > self.budget.left:  # before it is fetched, if it can be
                    self.claim(length, start)
                self.need(length)
            outer, stop = (self.begin, self.end, self._stream), self.pos + length
            self.begin, self.end = self.pos, stop
            return outer, stop
        assert isinstance(kind, kinds.Checksummed)
        if kind.to_the_end:
            self.expect_all()
            whole, end, fetched = self.data, self.end, self.fetched
            stop = end - kind.stored.size
            if stop < self.pos:
                self.need(kind.stored.size)
            # A copy, and not only a bound: constructs that run by themselves see the end of the data.
            self.data, self.end, self.fetched = whole[:stop], stop, None
            return whole, end, fetched
        return None

    def end_region(self, kind: kinds.Region, begun: Any) -> None:
        if isinstance(kind, kinds.Padded):
            start, count = begun
            size = self.pos - start
            if size > count:
                self.fail("larger than its padding allows", f"at most {count} bytes", f"{size}", start)
            self.claim(count - size)
            at = self.pos
            self.take(count - size)
            self.emit(at, "padding", count - size)
        elif isinstance(kind, kinds.Prefixed):
            (self.begin, self.end, self._stream), stop = begun
            rest, self.pos = self.pos, stop
            if rest < stop:
                self.claim(stop - rest, rest)
                self.emit(rest, "padding", stop - rest)
        elif isinstance(kind, kinds.Checksummed):
            self._end_checksummed(kind, begun)

    def _end_checksummed(self, kind: kinds.Checksummed, begun: Any) -> None:
        left = 0
        if begun is not None:
            left, self.pos = self.end - self.pos, self.end
            self.data, self.end, self.fetched = begun
        start = self.pos
        form = int_form(kind.stored, self.config)
        stored = self._read_int(form)
        self.emit(start, "checksum", stored)
        if not kind.checksum.holds(bytes(self.data[: self.end]), form.byteorder):
            self.fail("the checksum does not match", mark=start)
        if left:
            self.fail(left_over(left, "between the data and the checksum"), mark=start - left)

    def begin_budget(self, limit: int | None) -> tuple[Budget, int, Any, Reach | None]:
        outer = self.budget
        self.budget = outer.begin_part(limit)
        begun = outer, self.origin, self.scope, self.reach
        self.origin, self.scope, self.reach = self.pos, None, Reach()
        return begun

    def begin_record(self) -> tuple[Budget, int, Any, Reach | None]:
        return self.begin_budget(self.budget.limit)

    def is_at_end(self) -> bool:
        return self.expect(1) < 1

    def end_budget(self, begun: tuple[Budget, int, Any, Reach | None]) -> None:
        if self.reach is not None:
            self.pos = max(self.pos, min(self.origin + self.reach.furthest, self.end))
        outer, self.origin, self.scope, self.reach = begun
        outer.end_part(self.budget)
        self.budget = outer

    def begin_encoding(self, config: Config) -> Config:
        outer = self.config
        self.config, self._key = config, form_key(config)
        return outer

    def end_encoding(self, begun: Config) -> None:
        self.config, self._key = begun, form_key(begun)

    def read_bits(self, kind: kinds.BitStruct) -> Any:
        self.claim(kind.size)
        start = self.pos
        whole = int.from_bytes(self.take(kind.size), "big")
        values = kind.values_of(whole)
        if self.events is not None:
            self.emit(start, "bits", whole)
            self._emit_bits(kind, start, values)
        return values

    def _emit_bits(self, kind: kinds.BitStruct, start: int, values: Any) -> None:
        """Collect an event for each field of bits, at its first byte."""
        first = 0
        for bit in kind.bits:
            if bit.name is not None:
                self.path.append(bit.name)
                name = "bool" if bit.flag else f"{'i' if bit.signed else 'u'}{bit.width}"
                self.emit(start + first // 8, name, values[bit.name], 0)
                self.path.pop()
            first += bit.width

    # --- C structs ------------------------------------------------------------------------------------

    def read_blob(self, kind: kinds.Blob) -> Task:
        layout = c_layout(kind)
        prefix = self.pos
        length = self._read_length(None, "byteslen")
        start = self.pos
        data = self._take_counted(length, prefix)
        shows_fields = length == layout.size and self.blobs and self.events is not None
        if shows_fields:
            self.pos = start
            budget, config = (
                self.begin_budget(None),
                self.begin_encoding(C_CONFIG),
            )  # claimed already, as bytes
            yield kind.item.read(self)
            self.end_encoding(config)
            self.end_budget(budget)
        assert kind.item.cls is not None
        value: CStruct = deferred(kind.item.cls, data, layout.size, partial(read_c_struct, kind.item))
        if not layout.fits_any:
            self._check_fields(kind, layout, value, start)
        if not shows_fields:
            self.emit(start, "bytes", data)
        return value

    def _check_fields(self, kind: kinds.Blob, layout: CLayout, value: CStruct, start: int) -> None:
        """Refuse bytes from `start` on that are not such a C struct."""
        length = self.pos - start
        try:
            decode_fields(value)
        except DecodeError as error:
            if length == layout.size:  # read in place, so that the error has its offset
                inside = BincodeReader(bytes(self.data), start, C_CONFIG, Budget(None), self.limits)
                inside.path, inside.depth = self.path, self.depth
                inside.read(kind.item)
            self.fail(f"in {kind.item.name}, {error.message}", error.expected, error.found, start)

    # --- construct ------------------------------------------------------------------------------------

    def read_run(self, kind: kinds.Run) -> Any:
        start, depth = self.pos, self.depth
        events = 0 if self.events is None else len(self.events)
        run = kind if self.events is None or not kind.parts else with_events(kind, self)
        stream, left = self.stream(), self.budget.left
        try:
            value = parse_run(run, stream, self.scope, self.budget, self.reach)
            stop = max(stream.tell() + self.origin, self.begin or self.origin)
            self.pos = start  # parts may have moved it
            taken = max(0, stop - start)
            if self.fetched is not None and taken > left:  # before it is fetched
                self.claim(taken, start)
            self.pos = min(stop, start + self.expect(taken))
        except TooManyElementsError as error:
            self.fail_zero_sized(error.count, error.cost)
        except construct.StopFieldError:
            raise
        except Exception as error:
            self.depth = depth
            self._fail_run(error, start)
        self._raise_failure(start)
        # Whoever reads bytes claims them: what constructs of this library claimed is among them.
        self.claim(max(0, self.pos - start - (left - self.budget.left)), start)
        self._emit_run(kind, start, events, value)
        return value

    def _raise_failure(self, start: int) -> None:
        """Raise the error of a source; construct may have gone on as if the data had ended."""
        failure = None if self.fetched is None else self.fetched.failure
        if isinstance(failure, RefusedError | RecursionError):  # the source was asked from too deep inside
            self.fail(*reason_of(failure), mark=start, cause=failure)
        if failure is not None:
            raise failure

    def _fail_run(self, error: Exception, start: int) -> None:
        """Raise the error for an exception of construct, or of code in it."""
        if self.fetched is not None and self.fetched.failure is not None:
            return
        for cause in causes_of(error):
            if isinstance(cause, DecodeError):  # a part that was read by its kind has the place
                raise cause
        segments, offset = place_of(error)
        self.path.extend(segments)
        self.expect(0)  # construct may have fetched more
        offset = start if offset is None else min(max(offset + self.origin, self.origin), self.end)
        self.fail(*reason_of(error), mark=offset, cause=error)

    def _emit_run(self, kind: kinds.Run, start: int, before: int, value: Any) -> None:
        """Collect the event of a construct; with parts, only for the bytes that these don't have."""
        if self.events is None:
            return
        name = type(kind.construct).__name__.lower() if not isinstance(kind, kinds.Opaque) else "opaque"
        if not kind.parts:
            self.emit(start, name, value)
            return
        parts = self.events[before:]
        taken = sum(event.size for event in parts)
        # In bytes that a construct has made of others, events have no sizes.
        size = 0 if self.anchor is not None else self.pos - start - taken
        shown = None if taken else value
        ahead = min(parts[0].offset - self.offset_of(start), size) if parts and parts[0].size else 0
        ahead = max(ahead, 0)
        if ahead or (parts and isinstance(kind, kinds.Fields | kinds.Items)):
            self.events.insert(before, Event(self.offset_of(start), ahead, name, self.segments(), shown))
            size -= ahead
        if size > 0 or not parts:
            self.emit(self.pos - max(size, 0), name, shown)

    def has_stream(self, stream: Any) -> bool:
        """Return whether constructs read from this stream at the current place."""
        return self._stream is not None and self._stream[1] is stream

    def elsewhere(self, stream: Any) -> Any:
        """Continue in other bytes, which construct has made; return the argument of `return_from`."""
        places = self.begin, self.end, self.origin, self._stream, self.ahead, self.anchor, self.reach
        state = self.data, self.pos, self.fetched, *places
        if isinstance(stream, construct.core.BytesIOWithOffsets):  # the same bytes, of a part of known length
            self.ahead += self.origin + stream.tell() - io.BytesIO.tell(stream)
        elif self.anchor is None:
            self.anchor = self.pos + self.ahead
            self.reach = None
        if isinstance(stream, io.BytesIO):
            self.data, self.pos, self.fetched = stream.getvalue(), io.BytesIO.tell(stream), None
        else:  # one that can't go back, such as of bits
            self.fetched = Fetched(stream, in_pieces=False)
            self.data, self.pos = self.fetched.data, 0
        self.origin, self.begin, self.end = self.pos - stream.tell(), 0, len(self.data)
        self._stream = None if self.fetched else ((self.origin, self.begin, self.end), stream)
        return state

    def return_from(self, state: Any) -> None:
        """Return to the bytes from before."""
        self.data, self.pos, self.fetched, self.begin, self.end, self.origin, self._stream, *rest = state
        self.ahead, self.anchor, self.reach = rest


def read_c_struct(kind: kinds.Struct, data: bytes) -> list[Any]:
    """Return the fields of a C struct from bytes of its size.

    Raises:
        DecodeError: The bytes are not such a struct.
    """
    return field_values(BincodeReader(data, 0, C_CONFIG, Budget(None), DEFAULT_LIMITS).read(kind))
