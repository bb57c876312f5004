"""Writing values in their JSON form, which serde_json prints for the same Rust value.

A value that serde_json loses or refuses is written as an object with a tag:

| tag | for |
|---|---|
| `{"$some": null}` | `Some` of a value whose own JSON is null (serde_json prints null, and reads None) |
| `{"$float": "7ff8000000000000"}` | NaN and infinities, by their bits (serde_json prints null) |
| `{"$map": [[key, value], ...]}` | maps whose keys are not text, numbers or unit variants (refused there) |
| `{"$flag": 7}` | construct's lenient `Flag` with another byte than 0 and 1 |
| `{"$unnamed": 8, ...}` | a `FlagsEnum` of construct with bits that have no name |
| `{"$bytes": "00ff"}` | values of opaque constructs: their bytes |
| `{"$length": 152, "$rest": "00ff", ...}` | decoded C structs of fewer or more bytes than the struct |
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NoReturn

from snapformat.encodings.bincode.sizes import c_layout
from snapformat.encodings.bincode.writer import write_c_struct
from snapformat.encodings.construct.places import fail_foreign
from snapformat.encodings.construct.running import BuildStream, build_run, built_or_none, without_context
from snapformat.encodings.json.text import F32, float_text, parse_json, shortest_f32
from snapformat.limits import Limits
from snapformat.model import kinds
from snapformat.model.c_struct import blob_bytes, rest_of
from snapformat.model.floats import encode_float, f32_from_bits, f32_to_bits
from snapformat.model.kinds import Kind
from snapformat.model.numpy_scalars import plain
from snapformat.model.order import SortKeys
from snapformat.model.protocol import ValueWriter
from snapformat.model.values import RawFlag
from snapformat.trampoline import Task

_F64 = kinds.Float(8)
#: Maximum integer that is exact as a double, as most tools for JSON hold numbers (RFC 8259, section 6).
MOST_EXACT = (1 << 53) - 1


class _Group:
    """The parts written so far, and the function that makes the group from them."""

    __slots__ = ("finish", "parts")

    def __init__(self, finish: Callable[[list[Any]], Any]) -> None:
        self.parts: list[Any] = []
        self.finish = finish


class JsonWriter(ValueWriter):
    """Makes plain data from a value.

    Args:
        limits: Bounds of depth and of zero-sized elements.
        serde: Whether to refuse values that serde_json would lose.
        decoded: Whether to show C structs as their fields.
        portable: Whether integers that some tools would round are text; those of `Hex` are hexadecimal then.
    """

    __slots__ = ("_levels", "decoded", "portable", "serde")

    human = True

    def __init__(
        self, limits: Limits, *, serde: bool = False, decoded: bool = False, portable: bool = False
    ) -> None:
        super().__init__(limits, SortKeys())
        self.serde: bool = serde
        self.decoded: bool = decoded
        self.portable: bool = portable
        #: For the value and each entered part: the written data, or the group whose parts follow.
        self._levels: list[Any] = [None]

    def finished(self) -> Any:
        """Return the finished data."""
        return _made(self._levels[-1])

    def state(self) -> Any:
        return super().state(), len(self._levels), self._levels[-1]

    def restore(self, state: Any) -> None:
        inner, length, last = state
        super().restore(inner)
        del self._levels[length:]
        self._levels[-1] = last

    # --- place ----------------------------------------------------------------------------------------

    def enter(self, index: int, step: Any) -> None:
        super().enter(index, step)
        self._levels.append(None)

    def leave(self) -> None:
        made = _made(self._levels.pop())
        super().leave()
        self._levels[-1].parts.append(made)

    def enter_item(self) -> None:
        self._levels.append(None)

    def leave_item(self) -> None:
        made = _made(self._levels.pop())
        self._levels[-1].parts.append(made)

    def tag(self, name: str, value: Any, why: str) -> dict[str, Any]:
        """Return a tagged value; raise the error if only serde's own form is allowed."""
        if self.serde:
            self.refuse(why)
        return {f"${name}": value}

    def refuse(self, why: str) -> NoReturn:
        """Raise the error for a value that serde_json can't print."""
        self.fail(f"serde_json can't say this: {why}")

    def _put(self, value: Any) -> None:
        self._levels[-1] = value

    # --- primitives -----------------------------------------------------------------------------------

    def write_int(self, kind: kinds.Int, value: int) -> None:
        shown = self._number(value)
        self._put(hex(value) if kind.hex and isinstance(shown, str) else shown)

    def _number(self, value: int) -> int | str:
        """Return an integer, as text if tools that hold numbers as doubles would round it."""
        return str(value) if self.portable and not -MOST_EXACT <= value <= MOST_EXACT else value

    def write_bool(self, kind: kinds.Bool, value: Any) -> None:
        if isinstance(value, RawFlag):
            value = self.tag("flag", value.raw, "a byte that is neither true nor false")
        self._put(value)

    def write_float(self, kind: kinds.Float, value: float) -> None:
        if not math.isfinite(value):
            data = encode_float(value, kind.size, "big")
            self._put(self.tag("float", data.hex(), "it prints NaN and infinities as null"))
        elif kind.size == 4:
            self._put(F32(shortest_f32(f32_from_bits(f32_to_bits(value)))))
        else:
            self._put(value)

    def write_char(self, kind: kinds.Char, value: str) -> None:
        self._put(value)

    def write_str(self, kind: kinds.Str, value: str, data: bytes) -> None:
        self._put(value)

    def write_bytes(self, kind: Kind, data: bytes) -> None:
        self._put(list(data))

    write_fixed_bytes = write_bytes

    def write_unit(self, kind: Kind) -> None:
        self._put(None)

    def write_computed(self, kind: kinds.Computed, value: Any) -> None:
        """Write the value if JSON can show it; it is computed again when read."""
        value = plain(value)
        if isinstance(value, int) and not isinstance(value, bool):
            value = self._number(value)
        self._put(value if isinstance(value, str | int | float | bool | None) else repr(value))

    def write_label(self, kind: Kind, text: str) -> None:
        self._put(text)

    def write_object(self, shown: dict[str, Any]) -> None:
        self._put(shown)

    def write_flags(self, flags: dict[str, bool], unnamed: int) -> None:
        rest = self.tag("unnamed", self._number(unnamed), "bits that have no name") if unnamed else {}
        self._put({**flags, **rest})

    def write_bits(self, kind: kinds.BitStruct, fields: dict[str, Any], whole: int) -> None:
        self._put(
            {name: self._number(value) if type(value) is int else value for name, value in fields.items()}
        )

    def write_run(self, kind: kinds.Run, value: Any) -> Any:
        try:
            built = build_run(kind, without_context(value), stream := BuildStream(), self.scope)
        except Exception as error:
            fail_foreign(self, error)
        self._put(self.tag("bytes", stream.getvalue().hex(), "the layout of this part is not known"))
        return built

    def built_by_construct(self, kind: kinds.Run, value: Any) -> Any:
        return built_or_none(kind, value, self.scope)

    def write_plain(self, kind: kinds.Leaf, value: Any) -> Any:
        """Write text, a number or bytes; any other value as the bytes that construct builds."""
        if isinstance(value, RawFlag) or not isinstance(value, str | int | float | bytes | None):
            return self.write_run(kind, value)
        if isinstance(value, bytes):
            self._put(list(value))
        elif isinstance(value, float):
            self.write_float(_F64, value)
        elif isinstance(value, bool | None):
            self._put(value)
        else:
            self._put(str(value) if isinstance(value, str) else self._number(int(value)))
        return value

    # --- groups ---------------------------------------------------------------------------------------

    def write_option(self, kind: kinds.Option, present: bool) -> None:
        self._put(_Group(self._some) if present else None)

    def _some(self, parts: list[Any]) -> Any:
        (inner,) = parts
        if inner is None or (isinstance(inner, dict) and inner.keys() == {"$some"}):
            return self.tag("some", inner, "Some of nothing looks like None")
        return inner

    def write_seq(self, kind: Kind, count: int) -> None:
        self._put(_Group(_listed))

    write_tuple = write_array = write_seq

    def write_map(self, kind: kinds.Map, count: int) -> None:
        self._put(_Group(self._entries if key_reader(kind.key) is not None else self._pairs))

    def _entries(self, parts: list[Any]) -> Any:
        pairs = list(zip(parts[::2], parts[1::2], strict=True))
        shown = {_key(key): element for key, element in pairs if not isinstance(key, dict)}
        is_tag = len(shown) == 1 and shown.keys() <= {"$map", "$some"}
        if len(shown) == len(pairs) and (self.serde or not is_tag):
            return shown
        return self._pairs(parts)

    def _pairs(self, parts: list[Any]) -> Any:
        if not parts:
            return {}
        pairs = [list(pair) for pair in zip(parts[::2], parts[1::2], strict=True)]
        return self.tag("map", pairs, "its keys are text, numbers and unit variants")

    def write_struct(self, kind: kinds.Struct) -> None:
        if kind.style == "newtype":
            return
        if kind.style == "unit":
            self._put(None)
            return
        finish: Callable[[list[Any]], Any] = _listed
        if kind.style == "struct":
            names = [each.name for each in kind.fields if each.attr is not None]

            def finish(parts: list[Any]) -> Any:
                return dict(zip(names, parts, strict=True))

        self._put(_Group(finish))

    def write_variant(self, kind: kinds.Enum, variant: kinds.EnumVariant) -> None:
        name = variant.name
        if variant.payload is None:
            self._put(name)
        elif variant.payload.style == "unit":
            self._put(_Group(lambda parts: name))
        else:
            self._put(_Group(lambda parts: {name: parts[0]}))

    def write_blob(self, kind: kinds.Blob, value: Any) -> Task:
        if not self.decoded:
            self._put(list(blob_bytes(value, lambda of: write_c_struct(kind.item, of, self.limits))))
            return
        size = c_layout(kind).size
        length, rest = rest_of(value, size)
        yield kind.item.write(value, self)
        if length != size:
            fields = self._levels[-1].finish(self._levels[-1].parts)
            self._put({"$length": length, **({"$rest": rest.hex()} if rest else {}), **fields})


def _made(level: Any) -> Any:
    return level.finish(level.parts) if isinstance(level, _Group) else level


def _listed(parts: list[Any]) -> list[Any]:
    return parts


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    return float_text(key) if isinstance(key, float) else str(key)


def key_reader(kind: Kind) -> Callable[[str], Any] | None:
    """Return the function that reads a map's key from text; None if serde_json takes no such keys."""
    match kind:
        case kinds.Int():
            return _key_int
        case kinds.Float():
            return _key_float
        case kinds.Bool():
            return {"true": True, "false": False}.__getitem__
        case kinds.Str() | kinds.Char():
            return str
        case kinds.Enum():
            return str  # a variant with data is not text; it is refused when it occurs
        case kinds.Struct() if kind.style == "newtype":
            return key_reader(kind.fields[0].kind)
        case kinds.Adapted():
            return str if kind.text is not None else key_reader(kind.item)
        case kinds.Foreign() | kinds.Encoded():
            (inner,) = kind.children()
            return key_reader(inner)
        case _:
            return None


def _key_int(text: str) -> int:
    if not text.removeprefix("-").isdecimal() or not text.isascii() or str(int(text)) != text:
        raise ValueError(f"{text!r} is not an integer")
    return int(text)


def _key_float(text: str) -> float:
    number = parse_json(text)
    if isinstance(number, bool) or not isinstance(number, int | float) or text != text.strip():
        raise ValueError(f"{text!r} is not a finite number")
    return float(number)
