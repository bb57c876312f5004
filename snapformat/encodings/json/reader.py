"""Reading values from their JSON form: strict, each error with its path."""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Mapping
from functools import partial
from typing import Any, NoReturn

import construct

from snapformat.encodings.bincode.reader import read_c_struct
from snapformat.encodings.bincode.sizes import c_layout
from snapformat.encodings.construct.counted import TooManyElementsError
from snapformat.encodings.construct.places import fail_foreign
from snapformat.encodings.construct.running import built_or_none, parse_run
from snapformat.encodings.json.writer import key_reader
from snapformat.errors import DecodeError, excerpt
from snapformat.limits import Budget, Limits
from snapformat.model import kinds
from snapformat.model.c_struct import decode_fields, deferred, set_rest
from snapformat.model.checks import as_int, describe_value
from snapformat.model.floats import decode_float, f32_from_bits, f32_to_bits
from snapformat.model.from_construct.words import type_name, value_type
from snapformat.model.kinds import Kind
from snapformat.model.protocol import ValueReader
from snapformat.model.values import RawFlag
from snapformat.path import Key
from snapformat.trampoline import Task

_F64 = kinds.Float(8)
_BYTES = kinds.Bytes()
_UNNAMED = "$unnamed"
#: Maximum number of bytes that constructs may uncompress, from the bytes that stand for their values.
_MOST_CLAIMED = 1 << 26


#: An integer as text: decimal, or hexadecimal. The largest registers have 2048 bits.
_INTEGER = re.compile(r"-?(?:0x[0-9a-fA-F]{1,512}|[0-9]{1,80})")


def number_of(data: Any, otherwise: Any = None) -> Any:
    """Return the integer of a number, or of text like `18446744073709551615` and `0x1f`."""
    if type(data) is int:
        return data
    if isinstance(data, str) and _INTEGER.fullmatch(data):
        return int(data, 16 if "x" in data else 10)
    return otherwise


class JsonReader(ValueReader):
    """Makes a value from plain data.

    Args:
        data: The data.
        limits: Bounds of depth and of zero-sized elements.
    """

    __slots__ = ("_around", "data")

    human = True
    misfit_message = "the JSON does not fit"

    def __init__(self, data: Any, limits: Limits) -> None:
        super().__init__(limits, Budget(_MOST_CLAIMED, limits))
        self.data: Any = data
        self._around: list[Any] = []

    def refuse(self, expected: str) -> NoReturn:
        data = self.data
        if isinstance(data, dict):
            found = "an object"
        elif isinstance(data, list):
            found = f"an array of {len(data)}"
        else:
            found = "null" if data is None else describe_value(data)
        self.fail(self.misfit_message, expected, found)

    def state(self) -> Any:
        return super().state(), len(self._around), self.data

    def restore(self, state: Any) -> None:
        inner, length, self.data = state
        super().restore(inner)
        del self._around[length:]

    # --- place ----------------------------------------------------------------------------------------

    def enter(self, index: int, step: Any) -> None:
        super().enter(index, step)
        around = self.data
        self._around.append(around)
        if type(step) is tuple:  # of a map's entry
            self.data = around[step[0]][index]
        else:
            self.data = around.get(step) if isinstance(around, dict) else around[step]

    def leave(self) -> None:
        super().leave()
        self.data = self._around.pop()

    def enter_item(self) -> None:
        self._around.append(self.data)
        if self._is_tagged("some"):
            self.data = self.data["$some"]

    def leave_item(self) -> None:
        self.data = self._around.pop()

    def _is_tagged(self, name: str) -> bool:
        data = self.data
        return isinstance(data, dict) and len(data) == 1 and f"${name}" in data

    # --- primitives -----------------------------------------------------------------------------------

    def read_int(self, kind: kinds.Int) -> int:
        number = number_of(self.data)
        if number is None:
            self.refuse(kind.name)
        found: int = self.check(as_int, number, kind.name, kind.size, kind.signed, kind.nonzero)
        return found

    def read_bool(self, kind: kinds.Bool) -> Any:
        if kind.lenient and self._is_tagged("flag"):
            raw = self.data["$flag"]
            if not isinstance(raw, int) or not 0 <= raw < 256:
                self.data = raw
                self.refuse("a byte")
            return RawFlag(raw)
        if not isinstance(self.data, bool):
            self.refuse("bool")
        return self.data

    def read_float(self, kind: kinds.Float) -> float:
        data = self.data
        if self._is_tagged("float"):
            bits = self._hex("float")
            if len(bits) != kind.size:
                self.data = data["$float"]
                self.refuse(f"{2 * kind.size} hexadecimal digits")
            return decode_float(bits, "big")
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.refuse(f"f{8 * kind.size}")
        try:
            return f32_from_bits(f32_to_bits(float(data))) if kind.size == 4 else float(data)
        except OverflowError:
            self.refuse(f"f{8 * kind.size} within its range")

    def _hex(self, name: str) -> bytes:
        return self._digits(self.data[f"${name}"])

    def _digits(self, text: Any) -> bytes:
        try:
            return bytes.fromhex(text)
        except (ValueError, TypeError):
            self.data = text
            self.refuse("hexadecimal digits")

    def read_char(self, kind: kinds.Char) -> str:
        return self._text()

    def read_str(self, kind: kinds.Str) -> str:
        return self._text()

    def _text(self) -> str:
        if not isinstance(self.data, str):
            self.refuse("a string")
        return self.data

    def read_bytes(self, kind: Kind) -> bytes:
        if not isinstance(self.data, list):
            self.refuse("an array of bytes")
        for index, item in enumerate(self.data):
            if isinstance(item, bool) or not isinstance(item, int) or not 0 <= item < 256:
                self.path.append(index)
                self.data = item
                self.refuse("a byte, 0 to 255")
        return bytes(self.data)

    def read_fixed_bytes(self, kind: kinds.FixedBytes, count: int) -> bytes:
        return self.read_bytes(kind)

    def read_unit(self, kind: Kind) -> None:
        if self.data is not None:
            self.refuse("null")

    def read_computed(self, kind: kinds.Computed) -> Any:
        return self._made(kind.value, self.data)

    def supplied(self, value: Any) -> Any:
        return self._made(value, None)

    def _made(self, value: Any, otherwise: Any) -> Any:
        """Return a value that construct supplies; `otherwise` if it is only known when building."""
        try:
            return copy.deepcopy(self.evaluate(value))  # the construct keeps its own
        except DecodeError:
            return otherwise

    def coming_fields(self, kind: kinds.Struct) -> Mapping[str, Any]:
        """Return the fields in their JSON form: a count may depend on the number of elements."""
        data = self.data
        if kind.style == "tuple":
            return {each.attr: part for each, part in zip(kind.fields, data, strict=True) if each.attr}
        if kind.style == "newtype":
            return {each.attr: data for each in kind.fields if each.attr}
        return {each.attr: data.get(each.name) for each in kind.fields if each.attr is not None}

    def coming_value(self) -> Any:
        """Return the value in its JSON form."""
        return self.data

    def read_bits(self, kind: kinds.BitStruct) -> Any:
        if not isinstance(self.data, dict):
            self.refuse("an object of bit fields")
        return construct.Container({name: number_of(value, value) for name, value in self.data.items()})

    def read_run(self, kind: kinds.Run) -> Any:
        if not self._is_tagged("bytes"):
            self.refuse('{"$bytes": "..."}, since the layout of this part is not known')
        data = self._hex("bytes")
        given = io.BytesIO(data)
        self.budget.data = data
        try:
            return parse_run(kind, given, self.scope, self.budget)
        except TooManyElementsError as error:
            self.fail_zero_sized(error.count, error.cost)
        except Exception as error:  # also of a user's code
            fail_foreign(self, error)

    def built_by_construct(self, kind: kinds.Run, value: Any) -> Any:
        return built_or_none(kind, value, self.scope)

    def read_plain(self, kind: kinds.Leaf) -> Any:
        """Read text, a number or bytes, or a tagged value; a list has bytes."""
        data = self.data
        if self._is_tagged("bytes"):
            return self.read_run(kind)
        wanted = value_type(kind.construct)
        if wanted is not None:
            return self._read_typed(kind, wanted)
        if self._is_tagged("float"):
            return self.read_float(_F64)
        if isinstance(data, list):
            return self.read_bytes(_BYTES)
        if isinstance(data, dict):
            self.refuse("text, a number, bytes or null")
        return data

    def _read_typed(self, kind: kinds.Leaf, wanted: type) -> Any:
        if wanted is bytes:
            return self.read_bytes(_BYTES)
        data = number_of(self.data, self.data) if wanted is int else self.data
        if isinstance(data, bool) or not isinstance(data, wanted):
            self.refuse(type_name(kind.construct))
        return data

    # --- groups ---------------------------------------------------------------------------------------

    def read_option(self, kind: kinds.Option) -> bool:
        return self.data is not None

    def read_seq(self, kind: Kind) -> int:
        if not isinstance(self.data, list):
            self.refuse("an array")
        return len(self.data)

    def read_tuple(self, kind: Kind, count: int) -> None:
        if self.read_seq(kind) != count:
            self.refuse(f"an array of {count}")

    read_array = read_tuple

    def read_map(self, kind: kinds.Map) -> int:
        """Read the entries as a list of pairs, with keys in their JSON form."""
        data = self.data
        if self._is_tagged("map"):
            self.data = data["$map"]
            self.read_seq(kind)
            for index, pair in enumerate(self.data):
                if not isinstance(pair, list) or len(pair) != 2:
                    self.path.append(index)
                    self.data = pair
                    self.refuse("an array of key and value")
        elif data == {}:
            self.data = []
        else:
            self.data = self._text_entries(kind)
        return len(self.data)

    def _text_entries(self, kind: kinds.Map) -> list[Any]:
        read_key = key_reader(kind.key)
        if not isinstance(self.data, dict) or read_key is None:
            self.refuse('{"$map": [[key, value], ...]}' if read_key is None else "an object")
        pairs = []
        for key, element in self.data.items():
            if not isinstance(key, str):
                self.data = key
                self.refuse("an object whose keys are strings")
            try:
                pairs.append((read_key(key), element))
            except (ValueError, KeyError):
                self.path.append(Key(excerpt(key)))
                self.fail("the key does not fit", "the text of a key", repr(excerpt(key)))
        return pairs

    def read_struct(self, kind: kinds.Struct) -> None:
        if kind.style == "tuple":
            self.read_tuple(kind, len(kind.fields))
        elif kind.style == "unit":
            self.read_unit(kind)
        elif kind.style == "struct":
            self._members(kind)

    def _members(self, kind: kinds.Struct) -> None:
        """Check that the object has all fields, and no others."""
        data = self.data
        if not isinstance(data, dict):
            self.refuse(f"an object, {kind.name}" if kind.name else "an object")
        known = {each.name: each for each in kind.fields if each.attr is not None}
        for name in data:
            if name not in known:
                self.fail(
                    f"unknown field {excerpt(name)!r}",
                    f"the fields of {kind.name or 'the struct'}: {', '.join(map(str, known))}",
                )
        for name, each in known.items():
            if name not in data and not each.optional:
                self.fail(f"the field {name!r} of {kind.name or 'the struct'} is missing")
        self.claim_zero_sized(sum(name not in data for name in known), 1)  # they need no text

    def read_variant(self, kind: kinds.Enum) -> kinds.EnumVariant:
        data = self.data
        inner = None
        if isinstance(data, str):
            name = data
        elif isinstance(data, dict) and len(data) == 1:
            ((name, inner),) = data.items()
        else:
            self.refuse(f"a variant of {kind.name}: a string or an object of one key")
        variant = next((v for v in kind.variants if v.name == name), None)
        if variant is None:
            known = ", ".join(v.name for v in kind.variants[:20])
            known += ", ..." if len(kind.variants) > 20 else ""
            self.fail(f"unknown variant {excerpt(name)!r} of {kind.name}", known)
        if isinstance(data, str) != (variant.style == "unit"):
            self.refuse(f'"{name}"' if variant.style == "unit" else f'{{"{name}": ...}}')
        self.data = {name: inner}
        return variant

    def is_null(self) -> bool:
        return self.data is None

    def read_text(self) -> str | None:
        return self.data if isinstance(self.data, str) else None

    def read_object(self) -> dict[str, Any] | None:
        return self.data if isinstance(self.data, dict) else None

    def read_flags(self, kind: kinds.FlagsEnum) -> tuple[dict[str, bool], int] | None:
        data = self.data
        if not isinstance(data, dict):
            return None
        flags = {name: given for name, given in data.items() if name != _UNNAMED}
        for name, given in flags.items():
            if name not in kind.flags:
                self.fail(f"unknown flag {excerpt(name)!r}", ", ".join(kind.flags))
            if not isinstance(given, bool):
                self.path.append(name)
                self.data = given
                self.refuse("bool")
        unnamed = number_of(data.get(_UNNAMED, 0))
        if unnamed is None:
            self.data = data.get(_UNNAMED)
            self.refuse("a number, the bits that have no name")
        return flags, unnamed

    def read_blob(self, kind: kinds.Blob) -> Task:
        """Read the bytes, or the decoded fields of the struct in them."""
        data, layout = self.data, c_layout(kind)
        cls: Any = kind.item.cls
        if isinstance(data, list):
            value = deferred(cls, self.read_bytes(kind), layout.size, partial(read_c_struct, kind.item))
            if not layout.fits_any:
                try:
                    decode_fields(value)
                except DecodeError as error:
                    self.fail(f"in {kind.item.name}, {error.message}", error.expected, error.found)
            return value
        if not isinstance(data, dict):
            self.refuse(f"an array of bytes, or an object of the fields of {kind.item.name}")
        self.data = {name: part for name, part in data.items() if name not in ("$length", "$rest")}
        value = yield kind.item.read(self)
        self.data = data
        rest = self._digits(data.get("$rest", ""))
        most = layout.size + len(rest)
        length = data.get("$length", most)
        if type(length) is not int or not 0 <= length <= most or (rest and length != most):
            self.data = length
            self.refuse("the number of bytes")
        set_rest(value, length, rest)
        return value
