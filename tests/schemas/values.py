"""Values of a type, built by random choices: any value of any variant can come out."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, Protocol

from hypothesis import strategies as st

from schemas.layouts import Place, place_of
from snapformat.bincode import FIRECRACKER, PairSet
from snapformat.encodings.bincode.sizes import c_layout
from snapformat.encodings.bincode.walk import read_value
from snapformat.model import kinds
from snapformat.model.c_struct import decode_fields
from snapformat.model.kinds import Kind

#: A type that contains itself is not built deeper than this.
_MOST_NESTED = 4

#: Bytes up to which each is chosen by itself.
_SMALL = 48


class Choices(Protocol):
    """Where choices come from."""

    def integer(self, least: int, most: int) -> int:
        """A number, both ends included."""

    def variant(self, kind: kinds.Enum) -> int:
        """The index of a variant."""

    def count(self, place: Place, most: int) -> int:
        """How many elements an option, sequence or set has."""

    def text(self) -> str:
        """Any text that UTF-8 can express."""

    def blob(self, size: int | None = None) -> bytes:
        """Bytes, of any number if none is given."""


class Seeded:
    """Choices of a random number generator: for values with thousands of them.

    Variants take turns, and of an option's or sequence's first two values one is empty.
    """

    def __init__(self, random: Random) -> None:
        self.random = random
        self._turns: dict[kinds.Enum, int] = {}
        self._counts: dict[Place, list[int]] = {}

    def integer(self, least: int, most: int) -> int:
        # The ends are where mistakes show.
        return self.random.choice((least, most, *[self.random.randint(least, most)] * 4))

    def variant(self, kind: kinds.Enum) -> int:
        last = self._turns.get(kind, self.random.randrange(len(kind.variants)))
        self._turns[kind] = (last + 1) % len(kind.variants)
        return self._turns[kind]

    def count(self, place: Place, most: int) -> int:
        before = self._counts.setdefault(place, [])
        least = 0
        if len(before) == 1:
            least, most = (0, 0) if before[0] else (1, most)
        before.append(self.random.randint(least, most))
        return before[-1]

    def text(self) -> str:
        alphabet = "a/_-0 \0\x7f\xe9\u20ac\U0001f525"
        return "".join(self.random.choices(alphabet, k=self.random.randint(0, 12)))

    def blob(self, size: int | None = None) -> bytes:
        return self.random.randbytes(self.random.randint(0, 24) if size is None else size)


class Drawn:
    """Choices of Hypothesis, which makes a failing value small."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw

    def integer(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    def variant(self, kind: kinds.Enum) -> int:
        return self.integer(0, len(kind.variants) - 1)

    def count(self, place: Place, most: int) -> int:
        return self.integer(0, most)

    def text(self) -> str:
        return self.draw(st.text(max_size=8))

    def blob(self, size: int | None = None) -> bytes:
        if size is not None and size > _SMALL:
            return Random(self.integer(0, 0xFFFF)).randbytes(size)
        return self.draw(st.binary(min_size=size or 0, max_size=8 if size is None else size))


class Builder:
    """Builds values of types.

    Attributes:
        reached: The enum and the index of every variant chosen so far.
        chosen: The place of every option, sequence and set, and whether there was something in it.
    """

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.reached: set[tuple[kinds.Enum, int]] = set()
        self.chosen: set[tuple[Place, bool]] = set()
        self._around: list[Kind] = []

    def value(self, kind: Kind, place: Place = ()) -> Any:
        """A value of a type."""
        choices = self.choices
        place = place_of(kind, place)
        match kind:
            case kinds.Int():
                least = -(1 << 8 * kind.size - 1) if kind.signed else int(kind.nonzero)
                return choices.integer(least, (1 << 8 * kind.size - kind.signed) - 1)
            case kinds.Bool():
                return bool(choices.integer(0, 1))
            case kinds.Str():
                return choices.text()
            case kinds.Bytes():
                return choices.blob(kind.exact)
            case kinds.FixedBytes():
                assert isinstance(kind.count, int)
                return choices.blob(kind.count)
            case kinds.Blob():
                return self.blob(kind)
            case kinds.Option():
                there = self._nesting() < _MOST_NESTED and self._some(place, 1) == 1
                return self.inside(kind, place)[0] if there else None
            case kinds.Seq():
                return [self.inside(kind, place)[0] for _ in range(self._some(place, 2))]
            case kinds.Set():
                return PairSet([self.inside(kind, place)[0] for _ in range(self._some(place, 3))])
            case kinds.Array():
                assert isinstance(kind.count, int)
                return [self.inside(kind, place)[0] for _ in range(kind.count)]
            case kinds.Tuple():
                return tuple(self.inside(kind, place))
            case kinds.Struct():
                self._around.append(kind)
                made = kind.make(self.inside(kind, place))
                self._around.pop()
                return made
            case kinds.Enum():
                index = choices.variant(kind)
                self.reached.add((kind, index))
                variant = kind.variants[index]
                return variant.constant if variant.payload is None else self.value(variant.payload)
            case kinds.Foreign():
                return self.inside(kind, place)[0]
            case kinds.Adapted():
                return kind.decode(_CONVERTED[kind.name](self, kind, place))
        raise AssertionError(f"no values of {kind!r}")

    def inside(self, kind: Kind, place: Place) -> list[Any]:
        """Values of the kinds directly inside."""
        return [self.value(child, (*place, index)) for index, child in enumerate(kind.children())]

    def blob(self, kind: kinds.Blob, start: bytes = b"") -> Any:
        """A C struct in bytes: of its size, shorter or longer; untouched, looked at, or made by hand."""
        choices = self.choices
        size = c_layout(kind).size
        if not start and size <= _SMALL and choices.integer(0, 3) == 0:
            return self.value(kind.item)
        sizes = (size, choices.integer(len(start), size), size + choices.integer(1, 9))
        raw = start + choices.blob(sizes[choices.integer(0, 2)] - len(start))
        made, _ = read_value(kind, FIRECRACKER, len(raw).to_bytes(8, "little") + raw)
        if choices.integer(0, 1):
            decode_fields(made)
        return made

    def _nesting(self) -> int:
        """How often structs around the current place contain themselves."""
        return len(self._around) - len(set(self._around))

    def _some(self, place: Place, most: int) -> int:
        count = self.choices.count(place, most)
        self.chosen.add((place, count > 0))
        return count


def _mac_address(builder: Builder, _: kinds.Adapted, __: Place) -> str:
    return builder.choices.blob(6).hex(":")


def _kvm_capability(builder: Builder, _: kinds.Adapted, __: Place) -> str:
    sign = "!" if builder.choices.integer(0, 1) else ""
    return f"{sign}{builder.choices.integer(0, 0xFFFFFFFF)}"


def _pci_address(builder: Builder, _: kinds.Adapted, __: Place) -> str:
    segment, bus, device, function = (builder.choices.integer(0, most) for most in (0xFFFF, 0xFF, 0x1F, 0x7))
    return f"{segment:04x}:{bus:02x}:{device:02x}.{function:x}"


def _counted(size: int) -> Callable[[Builder, kinds.Adapted, Place], Any]:
    """A C struct with a flexible array: `size` bytes at its start count the entries."""

    def build(builder: Builder, kind: kinds.Adapted, place: Place) -> Any:
        assert isinstance(kind.item, kinds.Tuple)
        header, several = kind.item.items
        entries = builder.value(several, (*place, 0, 1))
        assert isinstance(header, kinds.Blob)
        return builder.blob(header, len(entries).to_bytes(size, "little")), entries

    return build


def _registers(builder: Builder, _: kinds.Adapted, __: Place) -> Any:
    sizes = [builder.choices.integer(0, 8) for _ in range(builder.choices.integer(0, 4))]
    ids = [size << 52 | builder.choices.integer(0, (1 << 52) - 1) for size in sizes]
    return ids, list(builder.choices.blob(sum(1 << size for size in sizes)))


#: Stored values of the types whose conversion refuses some: by the conversion's name.
_CONVERTED: dict[str, Callable[[Builder, kinds.Adapted, Place], Any]] = {
    "MAC address": _mac_address,
    "KVM capability": _kvm_capability,
    "PCI address": _pci_address,
    "struct kvm_cpuid2": _counted(4),
    "struct kvm_msrs": _counted(4),
    "struct kvm_xsave2": _counted(8),
    "register list": _registers,
}


@st.composite
def values_of(draw: Callable[[st.SearchStrategy[Any]], Any], kind: Kind) -> Any:
    """Strategy: values of a type."""
    return Builder(Drawn(draw)).value(kind)
