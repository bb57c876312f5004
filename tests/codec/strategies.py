"""Random types, random values of them, and values with one thing wrong."""

from __future__ import annotations

import datetime
import enum
import ipaddress
import math
import struct
import types
import uuid
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import annotated_types as at
import construct as c
from hypothesis import strategies as st

from hostile import shapes
from snapformat import DataEnum, UnitEnum, doc, schema, variant
from snapformat import bincode as bc
from snapformat.bincode import Encoding, PairMap, PairSet, Some
from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.ops import Op

Draw = Callable[[st.SearchStrategy[Any]], Any]


@schema
class Color(UnitEnum):
    """Without data."""

    Red = variant("")
    Green = variant("")
    Blue = variant("")


@schema
class Unknown(UnitEnum):
    """With a variant for all others."""

    A = variant("")
    B = variant("", other=True)


def _even(number: int) -> int:
    if number % 2:
        raise ValueError("odd")
    return number


ENCODINGS = [
    Encoding(integers=integers, byteorder=byteorder)
    for integers in ("fixed", "variable")
    for byteorder in ("little", "big")
]

_INTEGERS = [
    *(bc.u8, bc.u16, bc.u32, bc.u64, bc.u128, bc.usize, bc.i8, bc.i16, bc.i32, bc.i64, bc.i128, bc.isize),
    *(bc.NonZeroU8, bc.NonZeroU32, bc.NonZeroI64, bc.NonZeroU128),
]
_SORTABLE = [*_INTEGERS, bool, str, bytes, bc.char, Color, bc.Duration, bc.Ipv4Addr, bc.Version, bc.Path]
_LEAVES = [
    *_SORTABLE,
    *(
        bc.f32,
        bc.f64,
        bc.Unit,
        bc.PhantomData,
        Unknown,
        shapes.Hollow,
        bc.RangeFull,
        Annotated[bytes, bc.ByteArray(3)],
    ),
    *(bc.CString, bc.OsString, bc.IpAddr, bc.SocketAddr, bc.SystemTime, bc.VersionReq),
    Annotated[int, bc.Via(bc.u16, decode=_even, encode=_even)],
    *(uuid.UUID, datetime.datetime, Annotated[bc.u16, at.Le(1000)], Annotated[str, at.MinLen(1)]),
    *(shapes.Chain, shapes.Tree, shapes.Link, shapes.Named, shapes.Pair),
]


def struct_of(
    kind: str,
    name: str,
    fields: list[Any],
    *,
    skipped: bool = False,
    frozen: bool = False,
    base: type | None = None,
) -> type:
    def fill(body: dict[str, Any]) -> None:
        body["__doc__"] = "Made up."
        body["__annotations__"] = {f"f{i}": field for i, field in enumerate(fields)}
        if skipped:
            body["__annotations__"]["z"] = bc.u8
            body["z"] = doc("", skip=True, default=9)

    made = types.new_class(name, (base,) if base else (), {}, fill)
    return schema(name=name, kind=kind, frozen=frozen)(made)


def _enum(payloads: list[tuple[str, list[Any]]]) -> type:
    base = schema(types.new_class("Sum", (DataEnum,), {}, lambda body: body.update(__doc__="Made up.")))
    for index, (kind, fields) in enumerate(payloads):
        struct_of(kind, f"V{index}", fields, base=base)
    return base


_KINDS = st.sampled_from(["struct", "tuple", "newtype", "unit"])


def _fields(kind: str, inner: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    least, most = {"struct": (0, 5), "tuple": (0, 3), "newtype": (1, 1), "unit": (0, 0)}[kind]
    return st.lists(inner, min_size=least, max_size=most)


def _with_fields(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, list[Any]]]:
    return _KINDS.flatmap(lambda kind: st.tuples(st.just(kind), _fields(kind, inner)))


def _composites(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    keys = st.sampled_from(_SORTABLE)
    small = st.integers(0, 4)
    return st.one_of(
        inner.map(lambda t: bc.Option[t]),
        inner.map(lambda t: list[t]),
        st.lists(inner, min_size=1, max_size=3).map(lambda ts: tuple[tuple(ts)]),
        st.tuples(inner, st.one_of(small, st.just(70))).map(lambda p: Annotated[list[p[0]], bc.Len(p[1])]),
        st.tuples(keys, inner).map(lambda p: bc.BTreeMap[p]),
        st.tuples(inner, inner).map(lambda p: bc.HashMap[p]),
        keys.map(lambda t: bc.BTreeSet[t]),
        inner.map(lambda t: bc.HashSet[t]),
        inner.map(lambda t: bc.Bound[t]),
        st.tuples(inner, inner).map(lambda p: bc.Result[p]),
        inner.map(lambda t: bc.Range[t]),
        st.tuples(_with_fields(inner), st.booleans(), st.booleans()).map(
            lambda p: struct_of(p[0][0], "Made", p[0][1], skipped=p[1] and p[0][0] == "struct", frozen=p[2])
        ),
        st.lists(_with_fields(inner), min_size=1, max_size=4).map(_enum),
    )


#: Annotations of any shape.
annotations = st.recursive(st.sampled_from(_LEAVES), _composites, max_leaves=8)
encodings = st.sampled_from(ENCODINGS)

_STRANGE_FLOATS = [0.0, -0.0, 1.5, math.inf, -math.inf, math.nan, 1e-45, 3.4028234663852886e38]
_SIGNALLING = ((0x7FF0 << 48) + (1 << 29), 0xFFF8 << 48)
_STRANGE_FLOATS += [struct.unpack("<d", n.to_bytes(8, "little"))[0] for n in _SIGNALLING]


class Small(enum.IntEnum):
    """An int, for Python."""

    ONE = 1


class Text(str):
    """A str, for Python."""


class Values(list):
    """A list, for Python."""


#: Values that some type may take, most types refuse, and generated code must not take for others.
ODD: list[Callable[[], Any]] = [
    *(lambda v=v: v for v in (None, True, False, 0, 1, -1, 255, 256, 1 << 31, 1 << 63, 1 << 64, 1 << 200)),
    *(
        lambda v=v: v
        for v in (1.0, 2.5, 1e300, math.nan, 2j, "", "a", "ab", "\ud800", "\0", b"", b"abc", b"\0")
    ),
    *(
        lambda v=v: v
        for v in (int, object, Color, Color.Red, Unknown.B, Small.ONE, Text("x"), (), (1,), range(2))
    ),
    *(list, dict, set, object, PairMap, PairSet, bytearray, c.Container, c.ListContainer),
    lambda: [1],
    lambda: [None, True],
    lambda: {1: 2},
    lambda: {"a": 1},
    lambda: {1, 2},
    lambda: bytearray(b"abc"),
    lambda: memoryview(b"abc"),
    lambda: Values([1, 2]),
    lambda: Some(None),
    lambda: Some(1),
    lambda: shapes.Point(1, 2),
    lambda: shapes.Chain(None),
    lambda: bc.Duration(1, 10**9),
    lambda: bc.Duration("x"),
    lambda: bc.Ok(1),
    lambda: ipaddress.ip_address("fe80::1%eth0"),
]


class Builder:
    """Builds values of a layout by Hypothesis' choices.

    Args:
        draw: Where choices come from.
        odd_at: Number of the node (counted as they are built) that gets an odd value, or None.
    """

    def __init__(self, draw: Draw, odd_at: int | None = None) -> None:
        self.draw = draw
        self.left = odd_at
        self.steps = 0

    def value(self, node: Op, nested: int = 0) -> Any:
        """A value of a layout."""
        self.steps += 1
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                return self.draw(st.sampled_from(ODD))()
        return self._value(node, nested)

    def _int(self, low: int, high: int) -> int:
        return self.draw(st.one_of(st.sampled_from([low, high]), st.integers(low, high)))

    def _many(self, nested: int, most: int = 3) -> Iterator[int]:
        return iter(range(self.draw(st.integers(0, most if nested < 4 else 0))))

    def _value(self, node: Op, nested: int) -> Any:
        draw = self.draw
        match node:
            case ops.Int():
                if node.nonzero:
                    return self._int(1, (1 << 8 * node.size - node.signed) - 1)
                return self._int(
                    -(1 << 8 * node.size - 1) if node.signed else 0, (1 << 8 * node.size - node.signed) - 1
                )
            case ops.Float():
                return draw(st.one_of(st.sampled_from(_STRANGE_FLOATS), st.floats(width=8 * node.size)))
            case ops.Bool():
                return draw(st.booleans())
            case ops.Char():
                return draw(st.characters(exclude_categories=["Cs"]))
            case ops.Str():
                return draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=6))
            case ops.Bytes():
                size = node.exact
                data = draw(st.binary(min_size=size or 0, max_size=6 if size is None else size))
                return data.replace(b"\0", b"\1") if node.no_nul else data
            case ops.FixedBytes():
                assert isinstance(node.count, int)
                return draw(st.binary(min_size=node.count, max_size=node.count))
            case ops.Unit():
                return node.value
            case ops.Option():
                if not list(self._many(nested, 1)):
                    return None
                value = self.value(node.item, nested)
                return Some(value) if node.wrapped else value
            case ops.Seq():
                most = 40 if isinstance(node.item, ops.Int | ops.Bool | ops.Float) else 3
                return [self.value(node.item, nested) for _ in self._many(nested, most)]
            case ops.Set():
                return _made(PairSet, [self.value(node.item, nested) for _ in self._many(nested)])
            case ops.Map():
                keys = [self.value(node.key, nested) for _ in self._many(nested)]
                return _made(PairMap, [(key, self.value(node.value, nested)) for key in keys])
            case ops.Array():
                assert isinstance(node.count, int)
                return [self.value(node.item, nested) for _ in range(node.count)]
            case ops.Tuple():
                return tuple(self.value(item, nested) for item in node.items)
            case ops.Struct():
                return node.make([self.value(field.op, nested) for field in node.fields])
            case ops.Enum():
                chosen = node.variants[draw(st.integers(0, len(node.variants) - 1))]
                return chosen.constant if chosen.payload is None else self._value(chosen.payload, nested)
            case ops.Call():
                return self._value(node.target, nested + 1)
            case ops.Convert():
                return draw(_CONVERTED[node.kind.name])
        raise AssertionError(f"no values of {node!r}")


def _made(kind: Any, items: list[Any]) -> Any:
    """A set or map; without elements if an odd one can't be a key."""
    try:
        return kind(items)
    except TypeError:
        return kind()


_ips = st.tuples(
    st.sampled_from([ipaddress.IPv4Address, ipaddress.IPv6Address]), st.integers(0, (1 << 32) - 1)
)
_sockets4 = st.builds(
    bc.SocketAddrV4, st.builds(ipaddress.IPv4Address, st.integers(0, 255)), st.integers(0, 65535)
)
_sockets6 = st.builds(
    bc.SocketAddrV6, st.builds(ipaddress.IPv6Address, st.integers(0, 255)), st.integers(0, 65535)
)
_CONVERTED: dict[str, st.SearchStrategy[Any]] = {
    "Duration": st.builds(bc.Duration, st.integers(0, (1 << 64) - 1), st.integers(0, 10**9 - 1)),
    "SystemTime": st.builds(bc.SystemTime, st.integers(0, (1 << 63) - 1), st.integers(0, 10**9 - 1)),
    "Ipv4Addr": st.builds(ipaddress.IPv4Address, st.integers(0, (1 << 32) - 1)),
    "IpAddr": _ips.map(lambda pair: pair[0](pair[1])),
    "SocketAddr": st.one_of(_sockets4, _sockets6),
    "semver version": st.tuples(*[st.integers(0, 99)] * 3).map(lambda v: bc_version(*v)),
    "semver version requirement": st.sampled_from(["^1.2.3", "*", ">=1.0.0, <2.0.0"]),
    "path": st.sampled_from(["", "/", "a/../b", "/x//y/."]),
    "OsString": st.binary(max_size=5),
    "Uuid": st.uuids(),
    "DateTime": st.datetimes(timezones=st.just(datetime.UTC)),
    "at most 1000": st.integers(0, 1000),
    "at least 1 character": st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6),
    "int": st.integers(0, 30000).map(lambda n: 2 * n),
}


def bc_version(major: int, minor: int, patch: int) -> Any:
    """A semantic version."""
    import semver

    return semver.Version(major, minor, patch)


def values_of(node: Op, *, odd: bool = False) -> st.SearchStrategy[Any]:
    """Values of a layout; with one odd value somewhere in it, if asked for."""
    return _values_of(_Layout(node), odd)


class _Layout:
    """A layout, printed in a word: Hypothesis prints what a strategy was given when a draw is given up."""

    def __init__(self, node: Op) -> None:
        self.node = node

    def __repr__(self) -> str:
        return "layout"


@st.composite
def _values_of(draw: Draw, layout: _Layout, odd: bool) -> Any:
    if not odd:
        return Builder(draw).value(layout.node)
    return Builder(draw, draw(st.integers(0, 12))).value(layout.node)


@st.composite
def damaged(draw: Draw, data: bytes) -> bytes:
    """Bytes near the given ones: cut short, longer, with bits flipped or bytes replaced."""
    changed = bytearray(data)
    for _ in range(draw(st.integers(0, 3)) if changed else 0):
        place = draw(st.integers(0, len(changed) - 1))
        if draw(st.booleans()):
            changed[place] ^= 1 << draw(st.integers(0, 7))
        else:
            changed[place] = draw(st.sampled_from([0, 1, 2, 3, 0x7F, 0x80, 0xFA, 0xFB, 0xFD, 0xFF]))
    end = draw(st.one_of(st.just(len(changed)), st.integers(0, len(changed))))
    return bytes(changed[:end]) + draw(st.sampled_from([b"", b"", b"\1\2", bytes(9)]))
