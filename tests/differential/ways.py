"""The ways to read and to write a type, and whether they agree on an input."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from typing import Any

import construct as c

from properties.strategies import same
from properties.test_constructs import FEW, alone, plain
from snapformat import (
    DecodeError,
    EncodeError,
    Encoding,
    decode,
    decode_prefix,
    decode_stream,
    encode,
    validate,
)
from snapformat.bincode import FIRECRACKER
from snapformat.layout import layout_of, read, walk, write
from snapformat.model import kinds
from snapformat.model.annotations import kind_of

#: A way's outcome: the value and the bytes taken, each None where it is not known; or the error's text.
Outcome = tuple[str, Any, int | None]


class Disagreement(AssertionError):
    """Two ways that ought to agree do not."""


class Ways:
    """Eager, lazy, reference, stream, events and construct of one type under one encoding."""

    def __init__(self, annotation: Any, encoding: Encoding) -> None:
        self.annotation = annotation
        self.encoding = encoding
        self.node = layout_of(annotation, encoding)
        self.construct = encoding.construct(annotation)

    def __str__(self) -> str:
        return f"{spelled(kind_of(self.annotation))} under {self.encoding}"

    # -- reading

    def check_bytes(self, data: bytes) -> None:
        """Read in all ways, and write again in all ways what was read.

        Raises:
            Disagreement: Two ways differ.
        """
        expected = self._reference(data)
        lazy: list[Any] = []
        for name, found in (
            ("eager", self._eager(data)),
            ("decode", self._decode(data)),
            ("lazy", self._lazy(data, lazy)),
            ("stream", self._stream(data)),
            ("walk", self._walk(data)),
        ):
            _hold(name, found, expected)
        alone = self._construct(data)
        _hold("construct", alone if alone[0] == "gives" else (alone[0], expected[1], None), expected)
        if expected[0] == "gives":
            written = self.check_value(expected[1])
            if written == data[: expected[2]] and encode(lazy[0], self.annotation, self.encoding) != written:
                raise Disagreement("a value that was read lazily is written as other bytes")

    def _reference(self, data: bytes) -> Outcome:
        try:
            value, end = read(self.node, data, limit=self.encoding.limit)
        except DecodeError as error:
            return "raises", str(error), None
        return "gives", value, end

    def _eager(self, data: bytes) -> Outcome:
        try:
            value, end = decode_prefix(data, self.annotation, self.encoding)
        except DecodeError as error:
            return "raises", str(error), None
        return "gives", value, end

    def _decode(self, data: bytes) -> Outcome:
        try:
            return "gives", decode(data, self.annotation, self.encoding), None
        except DecodeError as error:
            return "raises", str(error), None

    def _lazy(self, data: bytes, untouched: list[Any]) -> Outcome:
        """As `decode`; a second value, of which nothing has been touched, is put into the list."""
        try:
            value = decode(data, self.annotation, self.encoding, lazy=True)
            validate(value)
            untouched.append(decode(data, self.annotation, self.encoding, lazy=True))
        except DecodeError as error:
            return "raises", str(error), None
        return "gives", value, None

    def _stream(self, data: bytes) -> Outcome:
        stream = io.BytesIO(data)
        try:
            return "gives", decode_stream(stream, self.annotation, self.encoding), stream.tell()
        except DecodeError as error:
            return "raises", str(error), None

    def _walk(self, data: bytes) -> Outcome:
        end = 0
        try:
            for event in walk(self.node, data, limit=self.encoding.limit):
                if event.offset != end:
                    raise Disagreement(f"an event at {event.offset}, the last one ends at {end}")
                end += event.size
        except DecodeError as error:
            return "raises", str(error), None
        return "gives", None, end

    def _construct(self, data: bytes) -> Outcome:
        stream = io.BytesIO(data)
        try:
            return "gives", self.construct.parse_stream(stream), stream.tell()
        except c.ConstructError as error:
            return "raises", str(error), None

    # -- writing

    def check_value(self, value: Any) -> bytes:
        """Write in all ways; gives the bytes.

        Raises:
            Disagreement: Two ways differ.
        """
        expected = write(self.node, value)
        for name, found in (
            ("eager", encode(value, self.annotation, self.encoding)),
            ("construct", self.construct.build(value)),
        ):
            if found != expected:
                raise Disagreement(f"{name} writes {found.hex()}, the reference {expected.hex()}")
        return expected


#: What errors say about numbers of elements that construct would go on with.
_BOUNDS = ("zero-sized", "more elements than the data can hold")


class ConstructWays:
    """The library and construct, of a construct that users declared."""

    def __init__(self, construct: Any) -> None:
        self.construct = construct
        self.node = layout_of(construct)

    def __str__(self) -> str:
        return repr(self.construct)

    def check_bytes(self, data: bytes) -> None:
        """Read in all ways. construct is not asked where it might not end: it does not bound elements.

        Raises:
            Disagreement: Two ways differ.
        """
        expected = _outcome(lambda: read(self.node, data, limit=FIRECRACKER.limit, limits=FEW))
        stream = io.BytesIO(data)
        for name, found in (
            ("eager", _outcome(lambda: decode_prefix(data, self.construct, FIRECRACKER, limits=FEW))),
            ("lazy", _outcome(lambda: (self._validated(data), None))),
            (
                "stream",
                _outcome(lambda: (decode_stream(stream, self.construct, FIRECRACKER, limits=FEW), None)),
            ),
        ):
            _hold(name, found, expected)
        if expected[0] == "gives" or not any(text in expected[1] for text in _BOUNDS):
            said, value, end = alone(self.construct, data)
            theirs = ("gives", _quiet(value), end) if said == "ok" else ("raises", expected[1], None)
            ours = expected
            if expected[0] == "gives":
                ours = ("gives", _quiet(plain(expected[1])), expected[2])
            _hold("construct", theirs, ours)

    def _validated(self, data: bytes) -> Any:
        value = decode(data, self.construct, FIRECRACKER, limits=FEW, lazy=True)
        validate(value)
        return value

    def check_value(self, value: Any) -> bytes | None:
        """Write in all ways; gives the bytes, or None where all refuse.

        Raises:
            Disagreement: Two ways differ.
        """
        try:
            expected = self.construct.build(value)
        except c.ConstructError:
            expected = None
        for name, call in (
            ("eager", lambda: encode(value, self.construct)),
            ("reference", lambda: write(self.node, value)),
        ):
            try:
                found = call()
            except EncodeError:
                found = None
            if found != expected:
                raise Disagreement(f"{name} writes {found!r}, construct {expected!r}")
        return expected


def _outcome(call: Callable[[], tuple[Any, int | None]]) -> Outcome:
    try:
        value, end = call()
    except DecodeError as error:
        return "raises", str(error), None
    return "gives", value, end


def _quiet(value: Any) -> Any:
    """A plain value with one NaN for all: construct makes some quiet, the library keeps their bits."""
    if isinstance(value, dict):
        return {name: _quiet(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_quiet(part) for part in value]
    return math.nan if isinstance(value, float) and math.isnan(value) else value


def _hold(name: str, found: Outcome, expected: Outcome) -> None:
    """Hold one way's outcome against the reference's: what a way does not know is not compared."""
    if found[0] != expected[0]:
        raise Disagreement(f"{name} {found[0]} {found[1]!r}, the reference {expected[0]} {expected[1]!r}")
    if found[0] == "raises":
        if found[1] != expected[1]:
            raise Disagreement(f"{name} says {found[1]!r}, the reference {expected[1]!r}")
        return
    if name != "walk" and not same(found[1], expected[1]):
        raise Disagreement(f"{name} gives {found[1]!r}, the reference {expected[1]!r}")
    if None not in (found[2], expected[2]) and found[2] != expected[2]:
        raise Disagreement(f"{name} takes {found[2]} bytes, the reference {expected[2]}")


def spelled(kind: kinds.Kind, around: tuple[kinds.Kind, ...] = ()) -> str:
    """A kind with all that is in it, for a message: made-up classes have names that say nothing."""
    name = getattr(kind, "name", type(kind).__name__)
    inside = kind.children()
    if not inside or any(kind is outer for outer in around):
        return str(name)
    return f"{name}({', '.join(spelled(child, (*around, kind)) for child in inside)})"
