"""Kinds whose stored values are shown by names: construct's `Enum`, `Mapping` and `FlagsEnum`."""

from __future__ import annotations

import collections.abc
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import construct

from snapformat.errors import excerpt
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.checks import describe_value, index_of
from snapformat.model.kinds.base import Kind
from snapformat.model.kinds.scalars import Int
from snapformat.trampoline import Task

if TYPE_CHECKING:
    from snapformat.model.protocol import Planner, ValueReader, ValueWriter
    from snapformat.model.traversal import Traversal

#: Entry of a `FlagsEnum`'s container with the bits without a name; construct neither compares nor shows it.
UNNAMED = "_unnamed"
#: Name of the flags of the numbers that were decoded first, and how many are kept.
_KNOWN, _MOST_KNOWN = "known flags", 256
#: Maximum number of names in a message.
_MOST_NAMED = 12


class Labelled(Kind):
    """A kind whose stored values are shown by names.

    Attributes:
        item: The stored kind.
    """

    __slots__ = ()

    #: Name of a value, for messages.
    noun: ClassVar[str]

    item: Kind

    @property
    def is_total(self) -> bool:
        """Whether every stored value is shown as some value."""
        return isinstance(self.item, Int)

    def decode(self, stored: Any) -> Any:
        """Return the value of a stored one.

        Raises:
            Exception: There is none.
        """
        raise NotImplementedError

    def encode(self, value: Any) -> Any:
        """Return the stored value.

        Raises:
            Exception: There is none.
        """
        raise NotImplementedError

    def plan(self, planner: Planner) -> Task:
        """Plan the operation."""
        return planner.plan_converted(self.item, self.decode, self.encode, pure=self.is_total)

    def children(self) -> Sequence[Kind]:
        """The stored kind."""
        return (self.item,)

    def _read_stored(self, source: ValueReader) -> Task:
        """Read a stored value, and return the value that it is shown as."""
        start = source.mark()
        stored = self.item.read(source) if self.item.is_leaf else (yield self.item.read(source))
        return source.convert(self.decode, stored, self.noun, start)

    def _write_stored(self, stored: Any, out: ValueWriter) -> Task:
        if self.item.is_leaf:
            self.item.write(stored, out)
        else:
            yield self.item.write(stored, out)


@dataclass(frozen=True, slots=True)
class IntEnum(Labelled):
    """construct's `Enum`: a number, shown by its label; an undeclared number is kept.

    Attributes:
        item: The number.
        labels: Number -> label (an `EnumIntegerString`).
        numbers: Label -> number.
    """

    noun: ClassVar[str] = "label"

    item: Kind
    labels: dict[Any, Any]
    numbers: dict[str, Any]

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write a label or a number."""
        stored = value
        if isinstance(value, str):
            if value not in self.numbers:
                out.fail("an unknown label", _listed(self.numbers, " or ") or "a number", repr(str(value)))
            stored = self.numbers[value]
        elif not isinstance(self.item, Int):  # an integer says itself what it takes
            stored = out.convert(index_of, value, "label or a number")
        if out.human and isinstance(value, str):
            out.write_label(self, str(value))
        else:
            yield from self._write_stored(stored, out)
        return value

    def read(self, source: ValueReader) -> Task:
        """Read a label, or an `EnumInteger` for an undeclared number."""
        text = source.read_text()
        if text is None:
            return (yield from self._read_stored(source))
        if text not in self.numbers:
            _refuse(source, text, self.numbers)
        return self.labels[self.numbers[text]]

    def decode(self, stored: Any) -> Any:
        """Return the label of a number, or an `EnumInteger` for an undeclared number."""
        found = self.labels.get(stored)
        return construct.EnumInteger(stored) if found is None else found

    def encode(self, value: Any) -> Any:
        """Return the number of a label; a number is returned unchanged."""
        if isinstance(value, str):
            return self.numbers[value]
        return value if isinstance(self.item, Int) else index_of(value)

    def __hash__(self) -> int:
        return hash((self.item, len(self.labels)))


@dataclass(frozen=True, slots=True)
class Mapping(Labelled):
    """construct's `Mapping`: stored values that stand for others; undeclared ones are refused.

    Attributes:
        item: The stored kind.
        values: Stored value -> value.
        stored: Value -> stored value.
    """

    noun: ClassVar[str] = "mapped value"

    item: Kind
    values: dict[Any, Any]
    stored: dict[Any, Any]

    @property
    def is_total(self) -> bool:
        """Whether every stored value is shown as some value: never."""
        return False

    @property
    def are_labels(self) -> bool:
        """Whether all values are text, so that text in a human-readable encoding is one of them."""
        return all(isinstance(each, str) for each in self.stored)

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write a declared value."""
        stored = out.convert(self.encode, value, self.noun)
        if out.human and self.are_labels:
            out.write_label(self, str(value))
        else:
            yield from self._write_stored(stored, out)
        return value

    def read(self, source: ValueReader) -> Task:
        """Read a declared value."""
        text = source.read_text() if self.are_labels else None
        if text is None:
            return (yield from self._read_stored(source))
        if text not in self.stored:
            _refuse(source, text, self.stored)
        return next(each for each in self.stored if each == text)  # it may be of a subclass

    def decode(self, stored: Any) -> Any:
        """Return the value of a stored one."""
        try:
            return self.values[stored]
        except (KeyError, TypeError):
            known = _listed(self.values)
            raise ValueError(
                f"parsing failed, no decoding mapping for {_constant(stored)}, only for {known}"
            ) from None

    def encode(self, value: Any) -> Any:
        """Return the stored value."""
        try:
            return self.stored[value]
        except (KeyError, TypeError):
            known = _listed(self.stored)
            raise ValueError(
                f"building failed, no encoding mapping for {_constant(value)}, only for {known}"
            ) from None

    def __hash__(self) -> int:
        return hash((self.item, len(self.values)))


@dataclass(frozen=True, slots=True)
class FlagsEnum(Labelled):
    """construct's `FlagsEnum`: a container of bools by name; bits without a name are kept.

    Attributes:
        item: The number.
        flags: Name -> bits.
    """

    noun: ClassVar[str] = "set of flags"

    item: Kind
    flags: dict[str, Any]

    @property
    def is_total(self) -> bool:
        """Whether every stored value is shown as some value."""
        return isinstance(self.item, Int) and all(type(bits) is int for bits in self.flags.values())

    def write(self, value: Any, out: ValueWriter) -> Task:
        """Write flags by name, as text like `read|write`, or as a number."""
        stored = out.convert(self.encode, value, self.noun)
        yield from self._write_stored(stored, out)  # in any case: it checks the number
        if out.human:
            found = self.decode(stored)
            out.write_flags({name: found[name] for name in self.flags}, found.get(UNNAMED, 0))
        return value

    def read(self, source: ValueReader) -> Task:
        """Read the flags."""
        shown = source.read_flags(self)
        if shown is None:
            return (yield from self._read_stored(source))
        flags, unnamed = shown
        number = source.convert(self.encode, {**flags, UNNAMED: unnamed}, self.noun)
        return source.convert(self.decode, number, self.noun)

    def decode(self, stored: Any) -> Any:
        """Return the flags of a number."""
        known: dict[Any, Any] = self.derived.get(_KNOWN) or self.derive(_KNOWN, dict)
        found = known.get(stored)
        if found is None:
            found = self._flags_of(stored)
            if len(known) < _MOST_KNOWN:
                known[stored] = found
        return construct.Container(found)

    def _flags_of(self, stored: Any) -> Any:
        found = {"_flagsenum": True}  # construct prints such a container in its own way
        rest = stored
        for name, bits in self.flags.items():
            is_set = found[construct.core.BitwisableString(name)] = stored & bits == bits
            if is_set and _is_written(name):
                rest &= ~bits
        if rest:
            found[UNNAMED] = rest
        return found

    def encode(self, value: Any) -> Any:
        """Return the number of flags by name, of text like `read|write`, or the number itself."""
        if isinstance(value, str):
            return self._bits_of([name.strip() for name in value.split("|") if name.strip()])
        if isinstance(value, collections.abc.Mapping):
            named = self._bits_of([name for name, is_set in value.items() if is_set and _is_written(name)])
            return named | value.get(UNNAMED, 0)
        return index_of(value)

    def _bits_of(self, names: list[str]) -> Any:
        found = 0
        for name in names:
            if name not in self.flags:
                raise ValueError(f"unknown label {excerpt(name)!r}, not among {_listed(self.flags)}")
            found |= self.flags[name]
        return found

    def __hash__(self) -> int:
        return hash((self.item, len(self.flags)))


def _is_written(name: str) -> bool:
    """Return whether construct looks at the entry of a container when it builds."""
    return not name.startswith("_")


def _refuse(source: Traversal, text: str, names: Any) -> NoReturn:
    source.fail(f"unknown label {excerpt(text)!r}", _listed(names))


def _listed(names: Any, between: str = ", ") -> str:
    shown = [each if isinstance(each, str) else _constant(each) for each in list(names)[:_MOST_NAMED]]
    return between.join(shown) + (f"{between}..." if len(names) > _MOST_NAMED else "")


def _constant(value: Any) -> str:
    return excerpt(repr(value)) if isinstance(value, str | bytes) else describe_value(value)
