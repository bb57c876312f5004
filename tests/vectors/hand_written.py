"""Conversions that Rust does in code: written by hand, and only here, through `Via`.

What a `with` module, `try_from`/`into`, `from`/`into` or a remote definition does is Rust code that no rule
can translate. The types of the rows that need it:

* `With` and `VarWith` name the module `as_string` in a field attribute;
* `Remote` names the definition `DurDef` of the foreign type `ext::Dur`;
* `Even` and `FromInto` name functions on the type itself.

Two types of std and semver, `Weak` and `Comparator`, have conversions too, and stand in for any row's.

Keys are those Rust names; everything around them (structs, variants, other fields) is made by rule. Also
here: the values that error rows only describe in words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from snapformat import bincode as bc


@dataclass(frozen=True)
class HandWritten:
    """A conversion.

    Attributes:
        python: Class of the Python value.
        decode: From the stored value to the Python value; ValueError for what Rust's code refuses.
        encode: From the Python value to the stored value. Its second argument is the class of the stored
            value where that is a struct.
        stored: Rust type of what is in the bytes; None for the struct of that name itself.
        make: As `decode`, but takes what Rust can hold and write though not read.
    """

    python: type
    decode: Callable[[Any], Any]
    encode: Callable[[Any, type | None], Any]
    stored: str | None
    make: Callable[[Any], Any]


@dataclass(frozen=True)
class Even:
    """`struct Even(u32)`, which is read only if it is even."""

    number: int


@dataclass(frozen=True)
class FromInto:
    """`struct FromInto { hi: u16, lo: u8 }`, stored as the tuple (lo, hi)."""

    hi: int
    lo: int


@dataclass(frozen=True)
class Dur:
    """`ext::Dur`, a type of another crate, which knows nothing of serde."""

    secs: int
    nanos: int


def _checked_even(number: int) -> Even:
    if number % 2:
        raise ValueError(f"{number} is odd")
    return Even(number)


def _parse_u64(text: str) -> int:
    """`str::parse::<u64>`: ASCII digits, perhaps after a plus sign, below 2^64."""
    digits = text.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError("invalid digit found in string")
    number = int(digits)
    if number >= 1 << 64:
        raise ValueError("number too large to fit in target type")
    return number


def _dur_parts(value: Dur, definition: type | None) -> Any:
    assert definition is not None
    return definition(secs=value.secs, nanos=value.nanos)


HAND_WRITTEN: dict[str, HandWritten] = {
    "as_string": HandWritten(
        python=int,
        decode=_parse_u64,
        encode=lambda number, _: str(number),
        stored="String",
        make=int,
    ),
    "DurDef": HandWritten(
        python=Dur,
        decode=lambda parts: Dur(parts.secs, parts.nanos),
        encode=_dur_parts,
        stored=None,
        make=lambda parts: Dur(parts.secs, parts.nanos),
    ),
    "Even": HandWritten(
        python=Even,
        decode=_checked_even,
        encode=lambda even, _: even.number,
        stored="u32",
        make=Even,
    ),
    "FromInto": HandWritten(
        python=FromInto,
        decode=lambda stored: FromInto(hi=stored[1], lo=stored[0]),
        encode=lambda value, _: (value.lo, value.hi),
        stored="(u8, u16)",
        make=lambda stored: FromInto(hi=stored[1], lo=stored[0]),
    ),
}


def _one_comparator(text: str) -> str:
    """`semver::Comparator::from_str`: a requirement of one part, which is no lone wildcard."""
    if "," in text or text.strip(" ") in ("*", "x", "X"):
        raise ValueError(f"{text!r} is not one comparator")
    return text


#: `semver::Comparator`. Requirements are checked and printed by the library, as Rust does.
COMPARATOR = Annotated[str, bc.Via(bc.VersionReq, decode=_one_comparator, encode=_one_comparator)]


def weak(item: Any) -> Any:
    """`Weak<T>`: whatever was read, nothing holds it."""
    return Annotated[Any, bc.Via(bc.Option[item], decode=lambda _: None, encode=lambda value: value)]


#: Values for rows that carry none since Rust refused to write them, by what Rust said of them. The value is
#: that of the named type; rows of types that hold one are out of reach.
REFUSED_VALUES: dict[str, tuple[str, Callable[[], Any]]] = {
    "SystemTime must be later than UNIX_EPOCH": ("SystemTime", lambda: bc.SystemTime(-1, 0)),
    "path contains invalid UTF-8 characters": ("PathBuf", lambda: "/tmp/\udcff"),
}
