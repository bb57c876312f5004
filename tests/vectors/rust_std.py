"""Shapes of the types that every Rust program has: primitives, std, serde_bytes, semver.

Found by the last segment of the path, as rows write `Weak<u8>` and `std::rc::Weak<u8>` alike. Pointers,
cells, locks and the transparent wrappers have no spelling of their own here: they are what is inside them.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

import semver

from snapformat import bincode as bc
from vectors.compounds import EnumShape, Fields, FieldShape, StructShape, VariantShape
from vectors.shapes import (
    Array,
    Bool,
    Bytes,
    Char,
    Converted,
    Float,
    Int,
    Map,
    NotExpressible,
    Option,
    Seq,
    Set,
    Shape,
    Str,
    Unit,
    Weak,
)

_WIDTHS = ("8", "16", "32", "64", "128", "size")

#: What is only the way to its content, for serde.
_POINTERS = ("Box", "Rc", "Arc", "Cow")
_CELLS = ("Cell", "RefCell", "Mutex", "RwLock")
_WRAPPERS = ("Wrapping", "Saturating", "Reverse")
_SEQUENCES = ("Vec", "VecDeque", "LinkedList", "BinaryHeap")

#: The widest tuple that serde implements.
MAX_TUPLE = 16


def _integers() -> dict[str, Shape]:
    found: dict[str, Shape] = {}
    for sign in "ui":
        for width in _WIDTHS:
            tag = f"{sign}{'64' if width == 'size' else width}"
            found[f"{sign}{width}"] = Int(f"{sign}{width}", tag)
            pascal = f"{sign.upper()}{width}" if width != "size" else ("Usize" if sign == "u" else "Isize")
            found[f"NonZero{pascal}"] = Int(f"NonZero{pascal}", tag)
            found[f"Atomic{pascal}"] = found[f"{sign}{width}"]
    return found


def _ipv4() -> Converted:
    octets = Array(_PLAIN["u8"], 4)
    return Converted(
        octets,
        "bc.Ipv4Addr",
        ipaddress.IPv4Address,
        lambda parts: ipaddress.IPv4Address(bytes(parts)),
        lambda address: list(address.packed),
    )


def _ipv6() -> Converted:
    octets = Array(_PLAIN["u8"], 16)
    return Converted(
        octets,
        "bc.Ipv6Addr",
        ipaddress.IPv6Address,
        lambda parts: ipaddress.IPv6Address(bytes(parts)),
        lambda address: list(address.packed),
    )


class _Choice(Shape):
    """An enum whose newtype variants are Python classes as they are: IpAddr, SocketAddr, OsString."""

    def __init__(self, source: str, name: str, variants: list[tuple[str, Shape, type]]) -> None:
        self.source = source
        self.name = name
        self.variants = variants

    def from_value(self, value: Any) -> Any:
        for index, (name, shape, _) in enumerate(self.variants):
            if (value["variant"], value["index"], value["kind"]) == (name, index, "newtype"):
                return shape.from_value(value["value"])
        raise NotExpressible(f"{value!r} is no {self.name}")

    def to_model(self, value: Any) -> list[Any]:
        for index, (name, shape, cls) in enumerate(self.variants):
            if type(value) is cls:
                return ["newtype_variant", self.name, index, name, shape.to_model(value)]
        raise AssertionError(f"{value!r} is no {self.name}")


class _SocketAddr(Shape):
    """`(ip, port)`, a tuple for serde."""

    def __init__(self, source: str, ip: Shape, cls: type) -> None:
        self.source = source
        self.ip = ip
        self.cls = cls

    def from_value(self, value: Any) -> Any:
        ip, port = value
        return self.cls(self.ip.from_value(ip), _PLAIN["u16"].from_value(port))

    def to_model(self, value: Any) -> list[Any]:
        assert type(value) is self.cls, f"{value!r} is no {self.cls.__name__}"
        return ["tuple", [self.ip.to_model(value.ip), _PLAIN["u16"].to_model(value.port)]]


def _version() -> Converted:
    return Converted(Str(), "bc.Version", semver.Version, semver.Version.parse, str)


def _os_string() -> _Choice:
    raw = Converted(Seq(_PLAIN["u8"]), "bc.OsString", bytes, bytes, list)
    return _Choice("bc.OsString", "OsString", [("Unix", raw, bytes)])


def _struct(cls: type, name: str, source: str, **fields: Shape) -> StructShape:
    """A struct of std, kept in a class of the library whose attributes have serde's names."""
    items = [FieldShape(attr, attr, shape) for attr, shape in fields.items()]
    return StructShape(source, name, lambda: Fields("struct", cls, items, keywords=False))


def _wrapper(cls: type, item: Shape) -> Fields:
    """A newtype variant in a class of the library: its only field, whatever it is called."""
    return Fields("newtype", cls, [FieldShape("", _only_field(cls), item)], keywords=False)


def _only_field(cls: type) -> str:
    names = getattr(cls, "__match_args__", ())
    if len(names) != 1:
        raise NotExpressible(f"{cls.__name__} should have one field, it has {names}")
    return str(names[0])


def _bound(item: Shape) -> EnumShape:
    return EnumShape(
        f"bc.Bound[{item.source}]",
        "Bound",
        lambda: [
            VariantShape("Unbounded", 0, Fields("unit", bc.BoundUnbounded, [], keywords=False)),
            VariantShape("Included", 1, _wrapper(bc.BoundIncluded, item)),
            VariantShape("Excluded", 2, _wrapper(bc.BoundExcluded, item)),
        ],
    )


def _result(good: Shape, bad: Shape) -> EnumShape:
    return EnumShape(
        f"bc.Result[{good.source}, {bad.source}]",
        "Result",
        lambda: [VariantShape("Ok", 0, _wrapper(bc.Ok, good)), VariantShape("Err", 1, _wrapper(bc.Err, bad))],
    )


def _range(name: str, *parts: str) -> Callable[[Shape], StructShape]:
    def make(item: Shape) -> StructShape:
        cls = getattr(bc, name)
        return _struct(cls, name, f"bc.{name}[{item.source}]", **dict.fromkeys(parts, item))

    return make


_PLAIN: dict[str, Shape] = {
    **_integers(),
    "bool": Bool(),
    "AtomicBool": Bool(),
    "f32": Float(32),
    "f64": Float(64),
    "char": Char(),
    "str": Str(),
    "String": Str(),
    "Path": Str("bc.Path"),
    "PathBuf": Str("bc.Path"),
    "CStr": Bytes("bc.CString"),
    "CString": Bytes("bc.CString"),
    "Bytes": Bytes(),
    "ByteBuf": Bytes(),
    "VersionReq": Str("bc.VersionReq"),
    "Comparator": Str("comparator"),
}

#: Types without arguments that are made of others; made when asked for.
_MADE: dict[str, Callable[[], Shape]] = {
    "Ipv4Addr": _ipv4,
    "Ipv6Addr": _ipv6,
    "IpAddr": lambda: _Choice(
        "bc.IpAddr",
        "IpAddr",
        [("V4", _ipv4(), ipaddress.IPv4Address), ("V6", _ipv6(), ipaddress.IPv6Address)],
    ),
    "SocketAddrV4": lambda: _SocketAddr("bc.SocketAddrV4", _ipv4(), bc.SocketAddrV4),
    "SocketAddrV6": lambda: _SocketAddr("bc.SocketAddrV6", _ipv6(), bc.SocketAddrV6),
    "SocketAddr": lambda: _Choice(
        "bc.SocketAddr",
        "SocketAddr",
        [
            ("V4", _MADE["SocketAddrV4"](), bc.SocketAddrV4),
            ("V6", _MADE["SocketAddrV6"](), bc.SocketAddrV6),
        ],
    ),
    "OsStr": _os_string,
    "OsString": _os_string,
    "Version": _version,
    "Duration": lambda: _struct(
        bc.Duration, "Duration", "bc.Duration", secs=_PLAIN["u64"], nanos=_PLAIN["u32"]
    ),
    "SystemTime": lambda: _struct(
        bc.SystemTime,
        "SystemTime",
        "bc.SystemTime",
        secs_since_epoch=_PLAIN["u64"],
        nanos_since_epoch=_PLAIN["u32"],
    ),
}

_ONE: dict[str, Callable[[Shape], Shape]] = {
    "Option": Option,
    "Weak": Weak,
    "Bound": _bound,
    "Range": _range("Range", "start", "end"),
    "RangeInclusive": _range("RangeInclusive", "start", "end"),
    "RangeFrom": _range("RangeFrom", "start"),
    "RangeTo": _range("RangeTo", "end"),
    **dict.fromkeys(_SEQUENCES, Seq),
    **dict.fromkeys((*_POINTERS, *_CELLS, *_WRAPPERS), lambda item: item),
}

_TWO: dict[str, Callable[[Shape, Shape], Shape]] = {
    "BTreeMap": lambda key, value: Map("BTreeMap", key, value),
    "HashMap": lambda key, value: Map("HashMap", key, value),
    "Result": _result,
}


_SETS = ("BTreeSet", "HashSet")


def seen_arguments(name: str) -> int | None:
    """How many arguments of a standard type serde looks at; None for a name that is no standard type.

    What comes after them (hashers, allocators) may be named without being known here.
    """
    if name in _PLAIN or name in _MADE or name == "PhantomData":
        return 0
    if name in _ONE or name in _SETS or name in ("ByteArray", "NonZero"):
        return 1
    return 2 if name in _TWO else None


def standard(name: str, args: list[Shape | int]) -> Shape:
    """The shape of a standard type.

    Args:
        name: Last segment of its path.
        args: Its type and const arguments, as many as `seen_arguments` says.

    Raises:
        NotExpressible: There is no such type, or not with these arguments.
    """
    match args:
        case []:
            if name == "PhantomData":
                return Unit("bc.PhantomData", "PhantomData")
            if name in _PLAIN:
                return _PLAIN[name]
            if name in _MADE:
                return _MADE[name]()
        case [int(count)] if name == "ByteArray":
            return Bytes(count=count)
        case [Int(source=source)] if name == "NonZero":
            return _PLAIN[f"NonZero{source.removeprefix('bc.').capitalize()}"]
        case [Shape() as item] if name in _SETS:
            return Set(name, item)
        case [Shape() as item] if name in _ONE:
            return _ONE[name](item)
        case [Shape() as first, Shape() as second] if name in _TWO:
            return _TWO[name](first, second)
    raise NotExpressible(f"{name} with {len(args)} arguments is no type known here")
