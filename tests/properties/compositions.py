"""Random compositions of construct's own classes, the vocabulary among them, with values that they build."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import construct as c
from construct import len_, this
from hypothesis import strategies as st

from properties.strategies import ENCODINGS, scalars, unit_enums

_numbers = itertools.count()


@dataclass(frozen=True)
class Composition:
    """A construct and values that it builds.

    Attributes:
        construct: The construct.
        values: What may be given to build.
    """

    construct: Any
    values: st.SearchStrategy[Any]


_INTEGERS: dict[str, tuple[Any, int, int]] = {
    "Int8ul": (c.Int8ul, 0, 255),
    "Int8sb": (c.Int8sb, -128, 127),
    "Int16ul": (c.Int16ul, 0, 0xFFFF),
    "Int16sb": (c.Int16sb, -0x8000, 0x7FFF),
    "Int16un": (c.Int16un, 0, 0xFFFF),
    "Int24ul": (c.Int24ul, 0, 0xFFFFFF),
    "Int24sb": (c.Int24sb, -0x800000, 0x7FFFFF),
    "Int32ub": (c.Int32ub, 0, 0xFFFFFFFF),
    "Int64sl": (c.Int64sl, -1 << 63, (1 << 63) - 1),
    "BytesInteger": (c.BytesInteger(5), 0, (1 << 40) - 1),
    "BytesInteger swapped": (c.BytesInteger(16, signed=True, swapped=True), -1 << 127, (1 << 127) - 1),
    "VarInt": (c.VarInt, 0, 1 << 70),
    "ZigZag": (c.ZigZag, -1 << 40, 1 << 40),
}
#: Integers that may say how many there are.
_COUNTS: list[Any] = [c.Int8ul, c.Int8ub, c.Int16ub, c.Int24ul, c.Int32ul, c.Int64ul, c.Int8sl, c.VarInt]
_text = st.text(st.characters(codec="utf-8"), max_size=6)


def _integers() -> st.SearchStrategy[Composition]:
    return st.sampled_from(
        [Composition(made, st.integers(low, high)) for made, low, high in _INTEGERS.values()]
    )


def _others() -> st.SearchStrategy[Composition]:
    halves = st.floats(width=16)
    return st.sampled_from(
        [
            Composition(c.Float16l, halves),
            Composition(c.Float16b, halves),
            Composition(c.Float32b, st.floats(width=32, allow_nan=False)),
            Composition(c.Float64l, st.floats()),
            Composition(c.Flag, st.booleans()),
            Composition(c.Bytes(3), st.binary(min_size=3, max_size=3)),
            Composition(c.Bytes(0), st.just(b"")),
            Composition(c.Pass, st.none()),
            Composition(c.Const(b"MAGIC"), st.sampled_from([None, b"MAGIC"])),
            Composition(c.Const(0x1234, c.Int16ul), st.sampled_from([None, 0x1234])),
            Composition(c.Padding(3), st.none()),
            Composition(c.Padded(4, c.Int8ul), st.integers(0, 255)),
            Composition(c.Computed(7), st.just(None)),
            Composition(c.Default(c.Int8ul, 9), st.none() | st.integers(0, 255)),
            Composition(c.PascalString(c.Int8ul, "utf8"), _text),
            Composition(c.PascalString(c.Int16ub, "utf-16-le"), _text),
            Composition(c.PascalString(c.VarInt, "ascii"), st.text("abc", max_size=5)),
            Composition(c.CString("utf8"), st.text("abc\u00e9", max_size=5)),
            Composition(c.PaddedString(6, "utf8"), st.text("abc", max_size=6)),
            Composition(c.Enum(c.Int8ul, one=1, two=2), st.sampled_from(["one", "two", 1, 2, 9])),
            Composition(c.Enum(c.Int16sb, low=-1, high=0x7FFF), st.sampled_from(["low", "high", 5])),
            Composition(c.FlagsEnum(c.Int8ul, a=1, b=2), st.sampled_from([{"a": True}, {}, 3, "a|b"])),
            Composition(c.Hex(c.Int8ul), st.integers(0, 255)),
            Composition(c.Aligned(4, c.Int8ul), st.integers(0, 255)),
            Composition(c.Optional(c.Int16ul), st.integers(0, 0xFFFF)),
            Composition(c.Prefixed(c.Int8ul, c.GreedyBytes), st.binary(max_size=6)),
            Composition(c.Prefixed(c.Int16ub, c.GreedyBytes, includelength=True), st.binary(max_size=6)),
            Composition(
                c.Prefixed(c.Int8ul, c.GreedyRange(c.Int16ul)), st.lists(st.integers(0, 99), max_size=3)
            ),
        ]
    )


@st.composite
def _vocabulary(draw: Callable[..., Any]) -> Composition:
    """Kinds of bincode stand where construct's own may stand."""
    sample = draw(scalars | unit_enums())
    encoding = draw(st.sampled_from(ENCODINGS))
    return Composition(encoding.construct(sample.kind), sample.values)


@st.composite
def _bits(draw: Callable[..., Any]) -> Composition:
    fields, values, total = [], {}, 0
    for index in range(draw(st.integers(0, 4))):
        name = f"b{index}"
        width = draw(st.integers(1, 11))
        match draw(st.sampled_from(["unsigned", "signed", "flag", "padding", "enum", "nibble"])):
            case "unsigned":
                fields.append(name / c.BitsInteger(width))
                values[name] = st.integers(0, (1 << width) - 1)
            case "signed":
                fields.append(name / c.BitsInteger(width, signed=True))
                values[name] = st.integers(-1 << width - 1, (1 << width - 1) - 1)
            case "flag":
                fields.append(name / c.Flag)
                values[name], width = st.booleans(), 1
            case "padding":
                fields.append(c.Padding(width))
            case "enum":
                fields.append(name / c.Enum(c.BitsInteger(width), one=1))
                values[name] = st.just("one")
            case _:
                fields.append(name / c.Nibble)
                values[name], width = st.integers(0, 15), 4
        total += width
    rest = -total % 8
    if rest or not fields:
        fields.append("rest" / c.BitsInteger(rest or 8))
        values["rest"] = st.integers(0, (1 << (rest or 8)) - 1)
    return Composition(c.BitStruct(*fields), st.fixed_dictionaries(values))


leaves: st.SearchStrategy[Composition] = st.one_of(_integers(), _others(), _vocabulary(), _bits())


@st.composite
def _arrays(draw: Callable[..., Any], items: st.SearchStrategy[Composition]) -> Composition:
    item = draw(items)
    count = draw(st.integers(0, 3))
    match draw(
        st.sampled_from(["array", "prefixed array", "prefixed", "prefixed with length", "padded", "vec"])
    ):
        case "array":
            return Composition(
                c.Array(count, item.construct), st.lists(item.values, min_size=count, max_size=count)
            )
        case "prefixed array":
            made = c.PrefixedArray(draw(st.sampled_from(_COUNTS)), item.construct)
            return Composition(made, st.lists(item.values, max_size=3))
        case "prefixed":
            return Composition(c.Prefixed(draw(st.sampled_from(_COUNTS[1:5])), item.construct), item.values)
        case "prefixed with length":
            made = c.Prefixed(c.Int16ul, item.construct, includelength=True)
            return Composition(made, item.values)
        case "padded":
            return Composition(c.Padded(200, item.construct, pattern=b"\xee"), item.values)
    encoding = draw(st.sampled_from(ENCODINGS))
    made = encoding.construct(list[Annotated[Any, item.construct]])
    return Composition(made, st.lists(item.values, max_size=3))


@st.composite
def _structs(draw: Callable[..., Any], items: st.SearchStrategy[Composition]) -> Composition:
    """Fields, some of which depend on those before them or on the struct around."""
    fields: list[Any] = []
    values: dict[str, st.SearchStrategy[Any]] = {}
    for index in range(draw(st.integers(0, 4))):
        name = f"f{index}"
        item = draw(items)
        shape = draw(
            st.sampled_from(
                [
                    "plain",
                    "plain",
                    "plain",
                    "unnamed",
                    "counted",
                    "bytes",
                    "if",
                    "switch",
                    "computed",
                    "outer",
                    "rebuild",
                ]
            )
        )
        n, kind = f"n{index}", draw(st.sampled_from(_COUNTS[:5]))
        if shape == "plain":
            fields.append(name / item.construct)
            values[name] = item.values
        elif shape == "unnamed":
            fields.append(c.Padding(draw(st.integers(0, 3))))
        elif shape == "counted":
            count = draw(st.integers(0, 3))
            extra = draw(st.sampled_from([this[n], this[n] * 1, this[n] + 0, this[n] & 3, this[n] % 4]))
            fields += [n / kind, name / c.Array(extra, item.construct)]
            values[n], values[name] = st.just(count), st.lists(item.values, min_size=count, max_size=count)
        elif shape == "bytes":
            size = draw(st.integers(0, 3))
            fields += [n / kind, name / c.Bytes(this[n])]
            values[n], values[name] = st.just(size), st.binary(min_size=size, max_size=size)
        elif shape == "if":
            chosen = draw(st.booleans())
            condition = draw(st.sampled_from([this[n] == 1, this[n], this[n] > 0, ~(this[n] == 0)]))
            fields += [n / kind, name / c.IfThenElse(condition, item.construct, c.Int8ul)]
            values[n] = st.just(int(chosen))
            values[name] = item.values if chosen else st.integers(0, 255)
        elif shape == "switch":
            other = draw(items)
            key, cases = this[n], {1: item.construct, 2: other.construct}
            selector: Any = kind
            chosen = draw(st.sampled_from([1, 2, 3]))
            labels: Any = {1: 1, 2: 2, 3: 3}
            if draw(st.booleans()):
                selector = c.Enum(kind, one=1, two=2)
                cases = {"one": item.construct, "two": other.construct}
                labels = {1: "one", 2: "two", 3: 3}
            fields += [n / selector, name / c.Switch(key, cases)]
            values[n] = st.just(labels[chosen])
            values[name] = {1: item.values, 2: other.values, 3: st.none()}[chosen]
        elif shape == "computed":
            fields += [n / kind, name / c.Computed(this[n] * 2 + 1)]
            values[n] = st.integers(0, 99)
        elif shape == "outer":
            size = draw(st.integers(0, 3))
            inner = c.Struct("x" / c.Bytes(this._[n]), "y" / item.construct)
            fields += [n / kind, name / inner]
            values[n] = st.just(size)
            values[name] = st.fixed_dictionaries(
                {"x": st.binary(min_size=size, max_size=size), "y": item.values}
            )
        else:
            fields += [n / c.Rebuild(kind, len_(this[name])), name / c.Array(this[n], item.construct)]
            values[name] = st.lists(item.values, max_size=3)
    return Composition(c.Struct(*fields), st.fixed_dictionaries(values))


def _recursive() -> Composition:
    made: Any = c.Struct("v" / c.Int8ul, "next" / c.PrefixedArray(c.Int8ul, c.LazyBound(lambda: made)))
    values = st.recursive(
        st.fixed_dictionaries({"v": st.integers(0, 255), "next": st.just([])}),
        lambda inner: st.fixed_dictionaries({"v": st.integers(0, 255), "next": st.lists(inner, max_size=2)}),
        max_leaves=4,
    )
    return Composition(made, values)


#: Compositions of all shapes.
compositions: st.SearchStrategy[Composition] = st.recursive(
    leaves | st.builds(_recursive),
    lambda items: st.one_of(_arrays(items), _structs(items), _structs(items)),
    max_leaves=5,
)
