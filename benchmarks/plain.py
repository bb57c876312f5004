"""The baseline: plain construct classes for the same bytes, as construct's manual would have them written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import construct as c
from construct import this


class VariableInt(c.Construct):  # type: ignore[misc] # construct has no types
    """bincode's variable integer, as a user of construct has to write it: construct has none of this form."""

    def __init__(self, byteorder: Literal["little", "big"]) -> None:
        super().__init__()
        self.byteorder = byteorder

    def _parse(self, stream: Any, context: Any, path: str) -> int:
        first: int = c.stream_read(stream, 1, path)[0]
        if first < 251:
            return first
        if first > 253:
            raise c.FormatFieldError("more than 64 bits", path=path)
        size = 1 << first - 250
        return int.from_bytes(c.stream_read(stream, size, path), self.byteorder)

    def _build(self, obj: int, stream: Any, context: Any, path: str) -> int:
        if obj < 251:
            c.stream_write(stream, bytes((obj,)), 1, path)
        else:
            marker = 251 if obj < 1 << 16 else 252 if obj < 1 << 32 else 253
            size = 1 << marker - 250
            c.stream_write(stream, bytes((marker,)) + obj.to_bytes(size, self.byteorder), size + 1, path)
        return obj


@dataclass(frozen=True)
class Numbers:
    """The constructs of numbers under one encoding."""

    u16: Any
    u32: Any
    u64: Any
    f32: Any
    f64: Any

    @property
    def text(self) -> Any:
        """Text behind its length."""
        return c.PascalString(self.u64, "utf8")

    def array(self, item: Any) -> Any:
        """Elements behind their number."""
        return c.PrefixedArray(self.u64, item)


LITTLE = Numbers(c.Int16ul, c.Int32ul, c.Int64ul, c.Float32l, c.Float64l)
BIG = Numbers(c.Int16ub, c.Int32ub, c.Int64ub, c.Float32b, c.Float64b)
_variable = VariableInt("little")
VARIABLE = Numbers(_variable, _variable, _variable, c.Float32l, c.Float64l)


def option(item: Any) -> Any:
    """A tag, and what follows it."""
    return c.Struct("some" / c.Int8ul, "value" / c.If(this.some == 1, item))


def single(n: Numbers) -> Any:
    """S."""
    return c.Struct(
        "id" / n.u64,
        "kind" / n.u16,
        "mode" / c.Enum(n.u32, Poll=0, Interrupt=1, Adaptive=2),
        "active" / c.Flag,
        "ratio" / n.f64,
        "name" / n.text,
        "parent" / option(n.u32),
        "mac" / c.Array(6, c.Int8ul),
        "ports" / n.array(n.u16),
        "note" / c.Prefixed(n.u64, c.GreedyBytes),
    )


def records(n: Numbers) -> Any:
    """M."""
    record = c.Struct(
        "id" / n.u64,
        "parent" / option(n.u64),
        "kind" / n.u16,
        "active" / c.Flag,
        "ratio" / n.f64,
        "name" / n.text,
        "token" / c.Prefixed(n.u64, c.GreedyBytes),
        "mac" / c.Array(6, c.Int8ul),
    )
    return n.array(record)


def structs(n: Numbers) -> Any:
    """Structs of three integers."""
    return n.array(c.Struct("x" / n.u32, "y" / n.u32, "z" / n.u32))


def texts(n: Numbers) -> Any:
    """Structs of two texts and an option."""
    return n.array(c.Struct("name" / n.text, "city" / n.text, "age" / option(n.u32)))


def variants(n: Numbers) -> Any:
    """An enum of six variants."""
    tag = c.Enum(n.u32, Started=0, Stopped=1, Moved=2, Resized=3, Renamed=4, Signalled=5)
    payloads = {
        "Moved": c.Struct("x" / n.u32, "y" / n.u32),
        "Resized": c.Struct("size" / n.u64),
        "Renamed": c.Struct("name" / n.text),
        "Signalled": c.Struct("signal" / n.u16, "forced" / c.Flag),
    }
    return n.array(c.Struct("tag" / tag, "value" / c.Switch(this.tag, payloads)))


def pairs(n: Numbers) -> Any:
    """The entries of a map; a dict is made of them beside it."""
    return n.array(c.Struct("key" / n.text, "value" / n.u64))


def floats(n: Numbers) -> Any:
    """Lists of f32."""
    return n.array(n.array(n.f32))


SINGLE = single(LITTLE)
RECORDS = records(LITTLE)
WORDS = LITTLE.array(c.Int64ul)
#: Header and data, as a user of construct would write the file down; the checksum is computed beside it.
HEADER = c.Struct("magic" / c.Int64ul, "version" / LITTLE.text)
