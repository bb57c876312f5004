"""Versions and version requirements as Rust's `semver` crate (1.0.27) reads and prints them."""

from __future__ import annotations

import re
from functools import lru_cache

import semver

from snapformat.errors import excerpt
from snapformat.model.numpy_scalars import type_name

U64_MAX = (1 << 64) - 1

# Compiled on first use, as most runs never use them.
_NUMBER = r"0|[1-9][0-9]*"
_IDENTIFIERS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_COMPARATOR = rf"""(?xa)
    (?P<op>>=|<=|[=><~^])?[ ]*
    (?P<major>[0-9]+)
    (?:\.(?:[*xX](?:\.[*xX])?(?P<wild>)
          |(?P<minor>[0-9]+)
           (?:\.(?:[*xX](?P<wildpatch>)
                 |(?P<patch>[0-9]+)(?:-(?P<pre>{_IDENTIFIERS}))?(?:\+{_IDENTIFIERS})?))?))?
    [ ]*
    """
_MAX_COMPARATORS = 32
#: Maximum length of a cached text.
_SHORT = 32


def parse_version(text: str) -> semver.Version:
    """Read a semantic version, strictly.

    Stricter than Python's `semver` in one thing: major, minor and patch must fit a u64. Numeric
    pre-release identifiers may exceed it.

    Raises:
        ValueError: Not a version; the message has the reason.
    """
    # Cached: versions are immutable, and most files have one of a few.
    return _parsed_short(text) if type(text) is str and len(text) <= _SHORT else _parsed(text)


def parse_padded(text: str) -> semver.Version:
    """Parse a version whose patch and minor number may be left out, as `1.1`.

    Raises:
        ValueError: It is not a version.
    """
    return parse_version(text + ".0" * (2 - text.count(".")))


@lru_cache(maxsize=64)
def _parsed_short(text: str) -> semver.Version:
    return _parsed(text)


def _parsed(text: str) -> semver.Version:
    if not text:
        raise ValueError("empty string, expected a semver version")
    try:
        version = semver.Version.parse(text)
    except ValueError:
        version = None
    # The second half catches two cases that the regular expression accepts: a line break at the end, and
    # digits that are not ASCII.
    if version is None or str(version) != text:
        raise ValueError(f"{_shortened(text)} is not a semver version")
    for name in ("major", "minor", "patch"):
        if getattr(version, name) > U64_MAX:
            raise ValueError(f"{name} of {_shortened(text)} exceeds u64")
    return version


def version_order(given: semver.Version | str) -> tuple[object, ...]:
    """Return a key that sorts versions as Rust's crate does: by precedence, then by build metadata."""
    version = parse_version(version_text(given))
    pre = (1,) if version.prerelease is None else (0, *_identifiers(version.prerelease))
    return (version.major, version.minor, version.patch, pre, _identifiers(version.build or ""))


def _identifiers(text: str) -> tuple[object, ...]:
    """Return the key of identifiers: numbers before words, by value, then by their leading zeros."""
    keys: list[object] = []
    for part in text.split(".") if text else []:
        digits = part.lstrip("0")
        keys.append((0, len(digits), digits, len(part)) if part.isdigit() else (1, part))
    return tuple(keys)


def _shortened(text: str) -> str:
    return excerpt(repr(text) if len(text) <= 80 else f"{text[:77]!r}...", 160)


def version_text(version: object) -> str:
    """Return the text of a version that was given as an object or as text, after checking it.

    Raises:
        TypeError: The value is neither a `semver.Version` nor text.
        ValueError: Not a version that Rust would read back.
    """
    if not isinstance(version, str | semver.Version):
        raise TypeError(f"expected a semver.Version or its text, found {type_name(version)}")
    text = str(version)
    parse_version(text)
    return text


def parse_version_req(text: str) -> str:
    """Check a version requirement such as `>=1.2, <2` and return its normal form, as Rust prints it.

    A comparator without an operator means `^`. `*` must be the only comparator.

    Raises:
        ValueError: Not a requirement.
    """
    body = text.lstrip(" ")
    if body.rstrip(" ") in ("*", "x", "X"):
        return "*"
    parts = body.split(",")
    if len(parts) > _MAX_COMPARATORS:
        raise ValueError("excessive number of version comparators")
    return ", ".join(_comparator(part.lstrip(" "), text) for part in parts)


def parse_comparator(text: str) -> str:
    """Check one comparator such as `>=1.2` and return its normal form, as Rust prints it.

    Raises:
        ValueError: Not a comparator; `*` alone is a requirement only.
    """
    return _comparator(text.lstrip(" "), text, "comparator")


def _comparator(part: str, whole: str, name: str = "version requirement") -> str:
    """Check one comparator and print it: a bare one means `^`, one with a wildcard has no operator."""
    match = re.fullmatch(_COMPARATOR, part)
    if match is None:
        raise ValueError(f"{_shortened(whole)} is not a semver {name}")
    numbers = [number for number in match.group("major", "minor", "patch") if number is not None]
    for number in numbers:
        if not re.fullmatch(_NUMBER, number):
            raise ValueError(f"invalid leading zero in {_shortened(whole)}")
        if len(number) > 20 or int(number) > U64_MAX:
            raise ValueError(f"a version number exceeds u64 in {_shortened(whole)}")
    pre = match["pre"] or ""
    for identifier in pre.split("."):
        if identifier.isdigit() and not re.fullmatch(_NUMBER, identifier):
            raise ValueError(f"invalid leading zero in pre-release identifier of {_shortened(whole)}")
    operator = match["op"]
    wild = match["wild"] is not None or match["wildpatch"] is not None
    if operator is None and wild:
        return ".".join([*numbers, "*"])
    return (operator or "^") + ".".join(numbers) + (f"-{pre}" if pre else "")
