"""The types of Rust's standard library that serde knows, as it stores them in bincode."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import fields
from typing import Annotated, Any, Generic, TypeVar

from snapformat.class_attrs import DECLARATION
from snapformat.errors import excerpt
from snapformat.lazy_dataclasses import dataclass
from snapformat.model import kinds
from snapformat.model.annotations import kind_of
from snapformat.model.declaration import Declaration, FieldSpec, GivenKind
from snapformat.model.kinds import Style
from snapformat.model.std.classes import ip_text, require
from snapformat.model.std.primitives import u8, u16, u32, u64

T = TypeVar("T")
E = TypeVar("E")

NANOS_PER_SEC = 1_000_000_000
#: Maximum number of seconds of a Unix `SystemTime` after the epoch.
_MAX_SYSTEM_TIME = (1 << 63) - 1


def _declare(cls: type, style: Style, *, name: str = "") -> Declaration:
    """Declare a plain dataclass of this module as a struct or variant."""
    declaration = Declaration(
        cls,
        name or cls.__name__,
        style,
        doc=(cls.__doc__ or "").partition("\n")[0],
        fields=[FieldSpec(f.name, f.name, f.type, __name__) for f in fields(cls)],
        parameters=getattr(cls, "__parameters__", ()),
    )
    setattr(cls, DECLARATION, declaration)
    return declaration


def _declare_enum(cls: type, variants: dict[str, type], *, name: str = "") -> None:
    """Declare the enum whose variants are the given subclasses; one without fields is a unit variant."""
    enum = Declaration(cls, name or cls.__name__, None, doc=(cls.__doc__ or "").partition("\n")[0])
    enum.parameters = getattr(cls, "__parameters__", ())
    for variant_name, variant in variants.items():
        declared = _declare(variant, "newtype" if fields(variant) else "unit", name=variant_name)
        declared.enum = enum
        declared.enum_arguments = enum.parameters
        enum.variants.append(declared)
    setattr(cls, DECLARATION, enum)


def _adapt(cls: type, stored: Any, decode: Callable[[Any], Any], encode: Callable[[Any], Any]) -> None:
    """Declare a class whose values are converted from and to a stored kind."""
    setattr(cls, DECLARATION, GivenKind(kinds.Adapted(kind_of(stored), decode, encode, cls.__name__)))


# --- time ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _DurationParts:
    secs: u64
    nanos: u32


@dataclass(frozen=True, slots=True)
class _SystemTimeParts:
    secs_since_epoch: u64
    nanos_since_epoch: u32


_declare(_DurationParts, "struct", name="Duration")
_declare(_SystemTimeParts, "struct", name="SystemTime")


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """`Duration`: a length of time.

    Attributes:
        secs: Whole seconds, u64.
        nanos: Nanoseconds below 10^9; more are carried over when read, and refused when written.
    """

    secs: int
    nanos: int = 0


@dataclass(frozen=True, slots=True, order=True)
class SystemTime:
    """`SystemTime`: a point in time at or after 1970-01-01 00:00 UTC.

    Attributes:
        secs_since_epoch: Whole seconds, below 2^63.
        nanos_since_epoch: Nanoseconds below 10^9.
    """

    secs_since_epoch: int
    nanos_since_epoch: int = 0


def _carried(secs: int, nanos: int, most: int, name: str) -> tuple[int, int]:
    """Carry nanoseconds above a second, as Rust does when it reads them."""
    secs += nanos // NANOS_PER_SEC
    if secs > most:
        raise ValueError(f"overflow deserializing {name}")
    return secs, nanos % NANOS_PER_SEC


def _decode_duration(parts: _DurationParts) -> Duration:
    return Duration(*_carried(parts.secs, parts.nanos, (1 << 64) - 1, "Duration"))


def _encode_duration(value: Duration) -> _DurationParts:
    require(value, Duration)
    if not 0 <= value.nanos < NANOS_PER_SEC:
        raise ValueError(f"nanos must be below 10^9: {value.nanos}")
    return _DurationParts(value.secs, value.nanos)


def _decode_time(parts: _SystemTimeParts) -> SystemTime:
    secs, nanos = parts.secs_since_epoch, parts.nanos_since_epoch
    return SystemTime(*_carried(secs, nanos, _MAX_SYSTEM_TIME, "SystemTime"))


def _encode_time(value: SystemTime) -> _SystemTimeParts:
    require(value, SystemTime)
    if value.secs_since_epoch < 0:
        raise ValueError("SystemTime must be later than UNIX_EPOCH")
    if value.secs_since_epoch > _MAX_SYSTEM_TIME or not 0 <= value.nanos_since_epoch < NANOS_PER_SEC:
        raise ValueError(f"out of range: {value}")
    return _SystemTimeParts(value.secs_since_epoch, value.nanos_since_epoch)


_adapt(Duration, _DurationParts, _decode_duration, _encode_duration)
_adapt(SystemTime, _SystemTimeParts, _decode_time, _encode_time)


# --- network addresses: octets in bincode, text in JSON -----------------------------------------------


_IPV4, _IPV6 = kind_of(ipaddress.IPv4Address), kind_of(ipaddress.IPv6Address)
#: IPv4 address: 4 octets.
Ipv4Addr = Annotated[ipaddress.IPv4Address, _IPV4]
#: IPv6 address: 16 octets.
Ipv6Addr = Annotated[ipaddress.IPv6Address, _IPV6]


class _IpAddrEnum:
    """Stored form of `IpAddr`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _IpAddrV4(_IpAddrEnum):
    value: Ipv4Addr


@dataclass(frozen=True, slots=True)
class _IpAddrV6(_IpAddrEnum):
    value: Ipv6Addr


_declare_enum(_IpAddrEnum, {"V4": _IpAddrV4, "V6": _IpAddrV6}, name="IpAddr")


def _encode_ip(value: ipaddress.IPv4Address | ipaddress.IPv6Address) -> _IpAddrEnum:
    require(value, ipaddress.IPv4Address, ipaddress.IPv6Address)
    return _IpAddrV4(value) if isinstance(value, ipaddress.IPv4Address) else _IpAddrV6(value)


#: Either kind of address: variant index, then the octets.
IpAddr = Annotated[
    ipaddress.IPv4Address | ipaddress.IPv6Address,
    kinds.Adapted(
        kind_of(_IpAddrEnum),
        lambda stored: stored.value,
        _encode_ip,
        "IpAddr",
        (ip_text, ipaddress.ip_address),
    ),
]


@dataclass(frozen=True, slots=True)
class SocketAddrV4:
    """`SocketAddrV4`.

    Attributes:
        ip: The address.
        port: The port, u16.
    """

    ip: ipaddress.IPv4Address
    port: int

    def __str__(self) -> str:
        return f"{self.ip}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> SocketAddrV4:
        """Read the form `127.0.0.1:80`."""
        ip, _, port = text.rpartition(":")
        return cls(ipaddress.IPv4Address(ip), _port(port))


@dataclass(frozen=True, slots=True)
class SocketAddrV6:
    """`SocketAddrV6`; flow and scope are not stored by serde.

    Attributes:
        ip: The address.
        port: The port, u16.
    """

    ip: ipaddress.IPv6Address
    port: int

    def __str__(self) -> str:
        return f"[{ip_text(self.ip)}]:{self.port}"

    @classmethod
    def parse(cls, text: str) -> SocketAddrV6:
        """Read the form `[::1]:80`."""
        ip, separator, port = text.rpartition("]:")
        if not separator or not ip.startswith("["):
            raise ValueError(f"expected [address]:port, found {excerpt(text)!r}")
        return cls(ipaddress.IPv6Address(ip[1:]), _port(port))


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 1 << 16):
        raise ValueError(f"expected a port, found {excerpt(text)!r}")
    return int(text)


def _parse_socket(text: str) -> SocketAddrV4 | SocketAddrV6:
    return SocketAddrV6.parse(text) if text.startswith("[") else SocketAddrV4.parse(text)


def _socket_kind(cls: type[SocketAddrV4] | type[SocketAddrV6], ip: kinds.Kind) -> kinds.Adapted:
    def encode(value: Any) -> tuple[Any, int]:
        require(value, cls)
        return value.ip, value.port

    stored = kinds.Tuple((ip, kind_of(u16)))
    return kinds.Adapted(stored, lambda parts: cls(*parts), encode, cls.__name__, (str, cls.parse))


setattr(SocketAddrV4, DECLARATION, GivenKind(_socket_kind(SocketAddrV4, _IPV4)))
setattr(SocketAddrV6, DECLARATION, GivenKind(_socket_kind(SocketAddrV6, _IPV6)))


class _SocketAddrEnum:
    """Stored form of `SocketAddr`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _SocketV4(_SocketAddrEnum):
    value: SocketAddrV4


@dataclass(frozen=True, slots=True)
class _SocketV6(_SocketAddrEnum):
    value: SocketAddrV6


_declare_enum(_SocketAddrEnum, {"V4": _SocketV4, "V6": _SocketV6}, name="SocketAddr")


def _encode_socket(value: SocketAddrV4 | SocketAddrV6) -> _SocketAddrEnum:
    require(value, SocketAddrV4, SocketAddrV6)
    return _SocketV4(value) if isinstance(value, SocketAddrV4) else _SocketV6(value)


#: Either kind of socket address: variant index, address, port.
SocketAddr = Annotated[
    SocketAddrV4 | SocketAddrV6,
    kinds.Adapted(
        kind_of(_SocketAddrEnum),
        lambda stored: stored.value,
        _encode_socket,
        "SocketAddr",
        (str, _parse_socket),
    ),
]


# --- ranges, bounds, results --------------------------------------------------------------------------


@dataclass(slots=True)
class Range(Generic[T]):
    """`Range<T>`: from `start` up to but without `end`; an inverted range is accepted.

    Attributes:
        start: First value of the range.
        end: Value after the last.
    """

    start: T
    end: T


@dataclass(slots=True)
class RangeInclusive(Generic[T]):
    """`RangeInclusive<T>`: from `start` to `end`, both included.

    Attributes:
        start: First value of the range.
        end: Last value of the range.
    """

    start: T
    end: T


@dataclass(slots=True)
class RangeFrom(Generic[T]):
    """`RangeFrom<T>`: from `start` on.

    Attributes:
        start: First value of the range.
    """

    start: T


@dataclass(slots=True)
class RangeTo(Generic[T]):
    """`RangeTo<T>`: up to but without `end`.

    Attributes:
        end: Value after the last.
    """

    end: T


@dataclass(slots=True)
class RangeFull:
    """`RangeFull`: everything; no bytes."""


for _range in (Range, RangeInclusive, RangeFrom, RangeTo):
    _declare(_range, "struct")
_declare(RangeFull, "unit")


class Bound(Generic[T]):
    """`Bound<T>`: the end of a range: `BoundUnbounded`, `BoundIncluded` or `BoundExcluded`."""

    __slots__ = ()


@dataclass(slots=True)
class BoundUnbounded(Bound[T]):
    """No bound."""


@dataclass(slots=True)
class BoundIncluded(Bound[T]):
    """Up to and with the value.

    Attributes:
        value: The bound.
    """

    value: T


@dataclass(slots=True)
class BoundExcluded(Bound[T]):
    """Up to but without the value.

    Attributes:
        value: The bound.
    """

    value: T


_declare_enum(Bound, {"Unbounded": BoundUnbounded, "Included": BoundIncluded, "Excluded": BoundExcluded})


class Result(Generic[T, E]):
    """`Result<T, E>`: `Ok` or `Err`."""

    __slots__ = ()


@dataclass(slots=True)
class Ok(Result[T, E]):
    """Success, with its value.

    Attributes:
        value: The result.
    """

    value: T


@dataclass(slots=True)
class Err(Result[T, E]):
    """Failure, with its error.

    Attributes:
        value: The error.
    """

    value: E


_declare_enum(Result, {"Ok": Ok, "Err": Err})


# --- text and bytes -----------------------------------------------------------------------------------


def _path_order(path: str) -> list[tuple[Any, ...]]:
    """Return a key that sorts paths as Rust does: by component, without empty ones and inner dots."""
    components: list[tuple[Any, ...]] = [(1,)] if path.startswith("/") else []
    for part in path.split("/"):
        if part == "..":
            components.append((3,))
        elif part == ".":
            if not components:
                components.append((2,))
        elif part:
            components.append((4, part))
    return components


def _same(value: Any) -> Any:
    return value


#: `PathBuf`: stored as a str; a path that is not UTF-8 can't be stored.
Path = Annotated[str, kinds.Adapted(kinds.Str(), _same, _same, "path", order=_path_order)]
#: `CString`: stored as bytes, without the zero byte at its end; none may be inside.
CString = Annotated[bytes, kinds.Bytes(no_nul=True)]


class _OsStringEnum:
    """Stored form of `OsString`. Its second variant, `Windows`, is refused on Unix."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class _OsStringUnix(_OsStringEnum):
    value: list[u8]


_declare_enum(_OsStringEnum, {"Unix": _OsStringUnix}, name="OsString")


def _encode_os_string(value: bytes) -> _OsStringUnix:
    require(value, bytes)
    return _OsStringUnix(list(value))


#: `OsString` on Unix: variant index 0, then the bytes as a sequence of u8.
OsString = Annotated[
    bytes,
    kinds.Adapted(kind_of(_OsStringEnum), lambda stored: bytes(stored.value), _encode_os_string, "OsString"),
]
