"""Random types of the serde data model, declared through the public API, with random values of each.

A drawn `Sample` holds an annotation and a strategy of its values. Classes are made anew for each example, by
`type()` and `schema`, as a user's module would declare them.
"""

# ruff: noqa: E501 - tables read better in one line each
from __future__ import annotations

import datetime
import ipaddress
import itertools
import struct
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import annotated_types as at
import semver
from hypothesis import strategies as st

from snapformat import DataEnum, Encoding, UnitEnum, doc, schema, variant
from snapformat.bincode import (
    Bound,
    BoundExcluded,
    BoundIncluded,
    BoundUnbounded,
    BTreeMap,
    BTreeSet,
    ByteArray,
    CString,
    Duration,
    Err,
    HashMap,
    HashSet,
    IpAddr,
    Ipv4Addr,
    Ipv6Addr,
    Len,
    NonZeroI16,
    NonZeroI128,
    NonZeroU8,
    NonZeroU64,
    Ok,
    Option,
    OsString,
    PairMap,
    PairSet,
    Path,
    PhantomData,
    Range,
    RangeFrom,
    RangeInclusive,
    RangeTo,
    Result,
    SocketAddr,
    SocketAddrV4,
    SocketAddrV6,
    Some,
    SystemTime,
    Unit,
    Vec,
    Version,
    VersionReq,
    Via,
    char,
    f32,
    f64,
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
)
from snapformat.model import kinds
from snapformat.model.annotations import kind_of
from snapformat.model.declaration import seal
from snapformat.model.floats import f32_from_bits
from snapformat.model.graph import is_zero_sized

T = TypeVar("T")
_numbers = itertools.count()

#: The four encodings.
ENCODINGS = [
    Encoding(integers, byteorder, limit)  # type: ignore[arg-type]
    for integers in ("fixed", "variable")
    for byteorder in ("little", "big")
    for limit in (10 << 20, None)
]
encodings = st.sampled_from(ENCODINGS)


@dataclass(frozen=True)
class Sample:
    """A type and its values.

    Attributes:
        kind: The annotation.
        values: Strategy of values.
        ordered: Rust can sort its values, so that it may be the key of a sorted map.
        hashable: May be the key of a map by hash: floats may not.
        nullable: Its JSON form may be null.
    """

    kind: Any
    values: st.SearchStrategy[Any]
    ordered: bool = True
    hashable: bool = True


def _integers(size: int, signed: bool) -> st.SearchStrategy[int]:
    bits = 8 * size
    low, high = (-1 << bits - 1, (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    edges = [
        n for n in (low, high, 0, 1, -1, 250, 251, 252, 0xFFFF, 0x10000, 1 << 32, 1 << 63) if low <= n <= high
    ]
    return st.one_of(st.integers(low, high), st.sampled_from(edges))


def _f64_of(bits: int) -> float:
    return float(struct.unpack("<d", bits.to_bytes(8, "little"))[0])


_f64_bits = st.one_of(
    st.integers(0, (1 << 64) - 1),
    st.sampled_from(
        [0, 1 << 63, 0x7FF0 << 48, 0xFFF0 << 48, 0x7FF8 << 48, 0x7FF0000000000001, 0xFFF8 << 48 | 99, 1]
    ),
)
_f32_bits = st.one_of(
    st.integers(0, (1 << 32) - 1),
    st.sampled_from([0, 1 << 31, 0x7F800000, 0xFF800000, 0x7FC00000, 0x7F800001, 0xFFC00099, 1, 0x7F7FFFFF]),
)
_text = st.text(st.characters(codec="utf-8"), max_size=8)
_versions = st.builds(
    semver.Version,
    *[st.sampled_from([0, 1, 9, 10, (1 << 64) - 1])] * 3,
    prerelease=st.sampled_from([None, "a", "a.b", "0", "rc.1", "10", "9", "99999999999999999999"]),
    build=st.sampled_from([None, "b", "01", "b.c"]),
)
_requirements = st.sampled_from(["*", "^1", "^1.2.3", ">=1.2, <2", "1.*", "~1.2.3-a.b", "=0.0.0"])
_ipv4 = st.integers(0, (1 << 32) - 1).map(ipaddress.IPv4Address)
_ipv6 = st.one_of(
    st.integers(0, (1 << 128) - 1), st.integers(0, (1 << 33) - 1), st.just(0xFFFF << 32 | 5)
).map(ipaddress.IPv6Address)
_socket4 = st.builds(SocketAddrV4, _ipv4, _integers(2, False))
_socket6 = st.builds(SocketAddrV6, _ipv6, _integers(2, False))
_nanos = st.integers(0, 999_999_999)


def _even(value: int) -> int:
    if value % 2:
        raise ValueError(f"{value} is odd")
    return value // 2


_SCALARS: list[Sample] = [
    Sample(bool, st.booleans()),
    *(
        Sample(kind, _integers(size, signed))
        for kind, size, signed in (
            (u8, 1, False), (u16, 2, False), (u32, 4, False), (u64, 8, False), (u128, 16, False),
            (usize, 8, False), (i8, 1, True), (i16, 2, True), (i32, 4, True), (i64, 8, True),
            (i128, 16, True), (isize, 8, True),
        )
    ),
    *(
        Sample(kind, _integers(size, signed).filter(bool))
        for kind, size, signed in (
            (NonZeroU8, 1, False), (NonZeroU64, 8, False), (NonZeroI16, 2, True), (NonZeroI128, 16, True)
        )
    ),
    Sample(f32, _f32_bits.map(f32_from_bits), ordered=False, hashable=False),
    Sample(f64, _f64_bits.map(_f64_of), ordered=False, hashable=False),
    Sample(char, st.characters(codec="utf-8")),
    Sample(str, _text),
    Sample(bytes, st.binary(max_size=8)),
    Sample(Annotated[bytes, ByteArray(3)], st.binary(min_size=3, max_size=3)),
    Sample(Unit, st.just(())),
    Sample(PhantomData, st.just(())),
    Sample(Duration, st.builds(Duration, _integers(8, False), _nanos)),
    Sample(SystemTime, st.builds(SystemTime, st.integers(0, (1 << 63) - 1), _nanos)),
    Sample(Ipv4Addr, _ipv4),
    Sample(Ipv6Addr, _ipv6),
    Sample(IpAddr, st.one_of(_ipv4, _ipv6)),
    Sample(SocketAddrV4, _socket4),
    Sample(SocketAddrV6, _socket6),
    Sample(SocketAddr, st.one_of(_socket4, _socket6)),
    Sample(Path, _text),
    Sample(OsString, st.binary(max_size=8)),
    Sample(CString, st.binary(max_size=8).map(lambda data: data.replace(b"\0", b""))),
    Sample(Version, _versions),
    Sample(VersionReq, _requirements, ordered=False),
    Sample(Annotated[int, Via(u32, decode=_even, encode=lambda value: 2 * value)], st.integers(0, (1 << 31) - 1)),
    Sample(Annotated[str, Via(u8, decode=hex, encode=lambda text: int(text, 16))], _integers(1, False).map(hex)),
    Sample(Annotated[u16, at.Interval(gt=3, le=1000)], st.integers(4, 1000)),
    Sample(Annotated[str, at.MaxLen(5)], _text.map(lambda text: text[:5])),
    Sample(uuid.UUID, st.uuids()),
    Sample(datetime.datetime, st.datetimes(timezones=st.just(datetime.UTC))),
    Sample(datetime.date, st.dates()),
    Sample(datetime.time, st.times()),
]  # fmt: skip
scalars = st.sampled_from(_SCALARS)

_STYLES = ("struct", "tuple", "newtype", "unit")
#: serde's names: whatever Rust and serde can spell.
_NAMES = st.one_of(
    st.sampled_from(
        ["a", "type", "2M", "", "with space", "a.b", "[0]", "<v>", '"', "\u00e9", "x-y", "$", "0"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="<>"), max_size=4).filter(
        lambda name: not name.startswith("$")
    ),
)


def _fields(draw: Callable[..., Any], parts: list[Sample]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Annotations and class attributes of fields; some are renamed, some are skipped."""
    names = draw(st.lists(_NAMES, min_size=len(parts), max_size=len(parts), unique=True))
    annotations: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    for index, (part, name) in enumerate(zip(parts, names, strict=True)):
        attr = f"f{index}"
        annotations[attr] = part.kind
        if draw(st.booleans()):
            attributes[attr] = doc(f"Field {index}", rename=name)
    return annotations, attributes


def _declare(
    bases: tuple[type, ...], annotations: dict[str, Any], attributes: dict[str, Any], **options: Any
) -> Any:
    body = {"__annotations__": annotations, "__module__": __name__, "__doc__": "Made up.", **attributes}
    return schema(**options)(type(f"C{next(_numbers)}", bases, body))


def _instances(cls: Any, parts: list[Sample]) -> st.SearchStrategy[Any]:
    return st.builds(cls, *(part.values for part in parts))


@st.composite
def structs(draw: Callable[..., Any], items: st.SearchStrategy[Sample]) -> Sample:
    """A struct of any style, with a skipped field now and then."""
    style = draw(st.sampled_from(_STYLES))
    count = {"newtype": 1, "unit": 0}.get(style) or (0 if style == "unit" else draw(st.integers(0, 4)))
    if style == "newtype":
        count = 1
    parts = draw(st.lists(items, min_size=count, max_size=count))
    annotations, attributes = _fields(draw, parts)
    if style == "struct" and draw(st.integers(0, 4)) == 0:
        annotations["skipped"] = int
        attributes["skipped"] = doc("Not in the bytes", skip=True, default=7)
    frozen = draw(st.integers(0, 4)) == 0
    cls = _declare((), annotations, attributes, kind=style, frozen=frozen, order=draw(st.booleans()))
    return _compound(cls, _instances(cls, parts), parts)


def _compound(kind: Any, values: st.SearchStrategy[Any], parts: list[Sample]) -> Sample:
    return Sample(kind, values, all(p.ordered for p in parts), all(p.hashable for p in parts))


@st.composite
def unit_enums(draw: Callable[..., Any]) -> Sample:
    """An enum without data."""
    # Names in Python, `V0` to `V4`, must not be those in serde of another.
    usable = _NAMES.filter(lambda name: bool(name) and not name.startswith("V"))
    names = draw(st.lists(usable, min_size=1, max_size=4, unique=True))
    marks = [variant(f"Variant {i}", rename=name) for i, name in enumerate(names)]
    if draw(st.booleans()):
        marks.append(variant("All others", other=True))
    namespace = {f"V{index}": mark for index, mark in enumerate(marks)}
    cls = schema(UnitEnum(f"E{next(_numbers)}", namespace, module=__name__))
    return Sample(cls, st.sampled_from(list(cls)))


@st.composite
def data_enums(draw: Callable[..., Any], items: st.SearchStrategy[Sample]) -> Sample:
    """An enum with variants of all styles, perhaps recursive."""
    base: Any = _declare((DataEnum,), {}, {})
    names = draw(st.lists(_NAMES.filter(bool), min_size=1, max_size=4, unique=True))
    strategies = []
    every: list[Sample] = []
    for name in names:
        style = draw(st.sampled_from(_STYLES))
        count = 1 if style == "newtype" else 0 if style == "unit" else draw(st.integers(0, 3))
        parts = draw(st.lists(items, min_size=count, max_size=count))
        annotations, attributes = _fields(draw, parts)
        cls = _declare((base,), annotations, attributes, name=name, kind=style)
        strategies.append(_instances(cls, parts))
        every += parts
    values = st.one_of(strategies)
    if draw(st.integers(0, 2)) == 0:
        shape = draw(st.sampled_from(["option", "vec", "tuple"]))
        kind = {"option": Option[base], "vec": Vec[base], "tuple": tuple[u8, Option[base]]}[shape]
        cls = _declare((base,), {"rest": kind}, {}, name="Recursive variant", kind="struct")

        def extended(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
            return {
                "option": st.none() | inner,
                "vec": st.lists(inner, max_size=2),
                "tuple": st.tuples(st.integers(0, 255), st.none() | inner),
            }[shape].map(cls)

        values = st.recursive(values, extended, max_leaves=3)
    return _compound(base, values, every)


@st.composite
def recursive_structs(draw: Callable[..., Any], items: st.SearchStrategy[Sample]) -> Sample:
    """A struct that contains itself by an option, a list or a map."""
    part = draw(items)
    name = f"R{next(_numbers)}"
    shape = draw(st.sampled_from(["option", "vec", "map"]))
    text = {"option": f"Option['{name}']", "vec": f"Vec['{name}']", "map": f"HashMap[u8, '{name}']"}[shape]
    namespace: dict[str, Any] = {}
    body = {
        "__annotations__": {"head": part.kind, "tail": text},
        "__module__": __name__,
        "__doc__": "Made up.",
    }
    cls = namespace[name] = schema(type(name, (), body))
    end: Any = {"option": None, "vec": [], "map": PairMap()}[shape]

    def extended(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        tails: st.SearchStrategy[Any] = {
            "option": st.none() | inner,
            "vec": st.lists(inner, max_size=2),
            "map": st.dictionaries(st.integers(0, 255), inner, max_size=2).map(PairMap),
        }[shape]
        return st.builds(cls, part.values, tails)

    values = st.recursive(st.builds(cls, part.values, st.just(end)), extended, max_leaves=4)
    return Sample(cls, values, part.ordered and shape != "map", part.hashable)


@st.composite
def generics(draw: Callable[..., Any], items: st.SearchStrategy[Sample]) -> Sample:
    """A generic class for two choices of its argument."""
    one, other = draw(items), draw(items)
    body = {
        "__annotations__": {"value": T, "values": Vec[T]},
        "__module__": __name__,
        "__doc__": "Made up.",
        "__orig_bases__": (Generic[T],),
        "__parameters__": (T,),
    }
    made: Any = schema(type(f"G{next(_numbers)}", (Generic,), body))

    def values(part: Sample) -> st.SearchStrategy[Any]:
        return st.builds(made, part.values, st.lists(part.values, max_size=2))

    return _compound(
        tuple[made[one.kind], made[other.kind]], st.tuples(values(one), values(other)), [one, other]
    )


def _std(part: Sample) -> st.SearchStrategy[Sample]:
    value = part.values
    bounds = st.one_of(
        st.builds(BoundUnbounded), st.builds(BoundIncluded, value), st.builds(BoundExcluded, value)
    )
    return st.sampled_from(
        [
            Sample(Range[part.kind], st.builds(Range, value, value), False, part.hashable),
            Sample(RangeInclusive[part.kind], st.builds(RangeInclusive, value, value), False, part.hashable),
            Sample(RangeFrom[part.kind], st.builds(RangeFrom, value), False, part.hashable),
            Sample(RangeTo[part.kind], st.builds(RangeTo, value), False, part.hashable),
            Sample(Bound[part.kind], bounds, False, part.hashable),
            Sample(
                Result[part.kind, str],
                st.one_of(st.builds(Ok, value), st.builds(Err, _text)),
                part.ordered,
                part.hashable,
            ),
        ]
    )


def _option(part: Sample) -> Sample:
    """An option; where the value is an option itself, it is wrapped."""
    wrapped = _is_option(part.kind)
    present = part.values.map(Some) if wrapped else part.values
    return Sample(Option[part.kind], st.none() | present, part.ordered, part.hashable)


def _is_option(kind: Any) -> bool:
    return isinstance(kind_of(kind), kinds.Option)


def counts_nothing(annotation: Any) -> bool:
    """Whether a length in it is one of zero-sized elements: 2^24 of them are right, and may take many seconds."""
    seen: set[int] = set()
    waiting = [seal(kind_of(annotation))]
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        inner = current.children()
        if isinstance(current, kinds.Seq | kinds.Set | kinds.Map) and all(map(is_zero_sized, inner)):
            return True
        waiting += inner
    return False


@st.composite
def _containers(draw: Callable[..., Any], items: st.SearchStrategy[Sample]) -> Sample:
    part, other = draw(items), draw(items)
    value = part.values
    count = draw(st.integers(0, 3))
    choice = draw(st.sampled_from(["option", "vec", "array", "tuple", "map", "set", "std"]))
    match choice:
        case "option":
            return _option(part)
        case "vec":
            return Sample(Vec[part.kind], st.lists(value, max_size=4), part.ordered, part.hashable)
        case "array":
            kind = Annotated[list[part.kind], Len(count)]  # type: ignore[name-defined]
            return Sample(kind, st.lists(value, min_size=count, max_size=count), part.ordered, part.hashable)
        case "tuple":
            return _compound(tuple[part.kind, other.kind], st.tuples(value, other.values), [part, other])
        case "map":
            ordered = part.ordered and draw(st.booleans())
            if not part.hashable:
                return Sample(Vec[part.kind], st.lists(value, max_size=4), part.ordered, False)
            pairs = st.lists(st.tuples(value, other.values), max_size=3).map(PairMap)
            kind = (BTreeMap if ordered else HashMap)[part.kind, other.kind]
            return Sample(kind, pairs, ordered and other.ordered, other.hashable)
        case "set":
            ordered = part.ordered and draw(st.booleans())
            if not part.hashable:
                return _option(part)
            kind = (BTreeSet if ordered else HashSet)[part.kind]
            return Sample(kind, st.lists(value, max_size=3).map(PairSet), ordered, part.hashable)
    return draw(_std(part))


def _wider(items: st.SearchStrategy[Sample]) -> st.SearchStrategy[Sample]:
    return st.one_of(
        _containers(items),
        _containers(items),
        structs(items),
        data_enums(items),
        recursive_structs(items),
        generics(items),
    )


#: Types of all shapes.
samples: st.SearchStrategy[Sample] = st.recursive(scalars | unit_enums(), _wider, max_leaves=6)


#: Types whose lengths may be changed to anything.
damageable = samples.filter(lambda sample: not counts_nothing(sample.kind))


@st.composite
def samples_and_values(draw: Callable[..., Any]) -> tuple[Any, Any]:
    """A type and a value of it."""
    sample = draw(samples)
    return sample.kind, draw(sample.values)


@st.composite
def mutated(draw: Callable[..., Any], data: bytes) -> bytes:
    """The bytes with something done to them: bits turned, bytes cut, repeated, put in, set to what bites."""
    changed = bytearray(data)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(0, len(changed) - 1)))
        match draw(st.sampled_from(["bit", "cut", "insert", "delete", "bite", "copy"])):
            case "bit" if changed:
                changed[at] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del changed[at:]
            case "insert":
                changed[at:at] = draw(st.binary(min_size=1, max_size=4))
            case "delete":
                del changed[at : at + draw(st.integers(1, 4))]
            case "bite":
                bites = [
                    b"\xff" * 8,
                    b"\0" * 8,
                    b"\x7f",
                    b"\xfb",
                    b"\xfd",
                    b"\xfe",
                    b"\xff",
                    b"\2",
                    b"\xc0\x80",
                ]
                changed[at : at + 8] = draw(st.sampled_from(bites))
            case "copy":
                changed += changed[at : at + 9]
    return bytes(changed)


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same: `==`, but floats by their bits, and of the same classes."""
    if isinstance(one, float) and isinstance(other, float):
        return struct.pack("<d", one) == struct.pack("<d", other)
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, PairMap) and isinstance(other, PairMap):
        left, right = list(one.items()), list(other.items())
        if len(left) != len(right):
            return False
        return all(any(same(a, b) for b in right) for a in left)
    if isinstance(one, PairSet) and isinstance(other, PairSet):
        return len(one) == len(other) and all(any(same(a, b) for b in other) for a in one)
    if isinstance(one, dict) and isinstance(other, dict):
        names = [n for n in one if not str(n).startswith("_")]
        if names != [n for n in other if not str(n).startswith("_")]:
            return False
        return all(same(one[n], other[n]) for n in names)
    names = getattr(type(one), "__match_args__", None)
    if names and type(one) is type(other) and not isinstance(one, str | bytes | int):
        return all(same(getattr(one, name), getattr(other, name)) for name in names)
    return bool(one == other)
