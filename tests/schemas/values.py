"""Values of a type, built from its layout tree by random choices: any value of any variant can come out."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, Protocol

from hypothesis import strategies as st

from snapformat.bincode import PairSet
from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.ops import Op
from snapformat.layout import read
from snapformat.model.c_struct import decode_fields

#: A type that contains itself is not built deeper than this.
_MOST_NESTED = 4

#: Bytes up to which each is chosen by itself.
_SMALL = 48


class Choices(Protocol):
    """Where choices come from."""

    def integer(self, least: int, most: int) -> int:
        """A number, both ends included."""

    def variant(self, node: ops.Enum) -> int:
        """The index of a variant."""

    def count(self, node: Op, most: int) -> int:
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
        self._turns: dict[Op, int] = {}
        self._counts: dict[Op, list[int]] = {}

    def integer(self, least: int, most: int) -> int:
        # The ends are where mistakes show.
        return self.random.choice((least, most, *[self.random.randint(least, most)] * 4))

    def variant(self, node: ops.Enum) -> int:
        last = self._turns.get(node, self.random.randrange(len(node.variants)))
        self._turns[node] = (last + 1) % len(node.variants)
        return self._turns[node]

    def count(self, node: Op, most: int) -> int:
        before = self._counts.setdefault(node, [])
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

    def variant(self, node: ops.Enum) -> int:
        return self.integer(0, len(node.variants) - 1)

    def count(self, node: Op, most: int) -> int:
        return self.integer(0, most)

    def text(self) -> str:
        return self.draw(st.text(max_size=8))

    def blob(self, size: int | None = None) -> bytes:
        if size is not None and size > _SMALL:
            return Random(self.integer(0, 0xFFFF)).randbytes(size)
        return self.draw(st.binary(min_size=size or 0, max_size=8 if size is None else size))


class Builder:
    """Builds values of layouts.

    Attributes:
        reached: The enum's node and the index of every variant chosen so far.
        chosen: The node of every option and sequence, and whether there was something in it.
    """

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.reached: set[tuple[ops.Enum, int]] = set()
        self.chosen: set[tuple[Op, bool]] = set()

    def value(self, node: Op, nested: int = 0) -> Any:
        """A value of a layout."""
        choices = self.choices
        match node:
            case ops.Int():
                least = -(1 << 8 * node.size - 1) if node.signed else int(node.nonzero)
                return choices.integer(least, (1 << 8 * node.size - node.signed) - 1)
            case ops.Bool():
                return bool(choices.integer(0, 1))
            case ops.Str():
                return choices.text()
            case ops.Bytes():
                return choices.blob(node.exact)
            case ops.FixedBytes():
                assert isinstance(node.count, int)
                return choices.blob(node.count)
            case ops.CStructBytes():
                return self._blob(node)
            case ops.Option():
                there = nested < _MOST_NESTED and self._some(node, 1) == 1
                return self.value(node.item, nested) if there else None
            case ops.Seq():
                return [self.value(node.item, nested) for _ in range(self._some(node, 2))]
            case ops.Set():
                return PairSet([self.value(node.item, nested) for _ in range(self._some(node, 3))])
            case ops.Array():
                assert isinstance(node.count, int)
                return [self.value(node.item, nested) for _ in range(node.count)]
            case ops.Tuple():
                return tuple(self.value(item, nested) for item in node.items)
            case ops.Struct():
                return node.make([self.value(field.op, nested) for field in node.fields])
            case ops.Enum():
                index = choices.variant(node)
                self.reached.add((node, index))
                variant = node.variants[index]
                return variant.constant if variant.payload is None else self.value(variant.payload, nested)
            case ops.Call():
                return self.value(node.target, nested + 1)
            case ops.Convert():
                return node.decode(_CONVERTED[node.name](self, node))
        raise AssertionError(f"no values of {node!r}")

    def _blob(self, node: ops.CStructBytes, start: bytes = b"") -> Any:
        """A C struct in bytes: of its size, shorter or longer; untouched, looked at, or made by hand."""
        choices = self.choices
        if not start and node.size <= _SMALL and choices.integer(0, 3) == 0:
            return self.value(node.item)
        size = (node.size, choices.integer(len(start), node.size), node.size + choices.integer(1, 9))
        raw = start + choices.blob(size[choices.integer(0, 2)] - len(start))
        made, _ = read(node, len(raw).to_bytes(8, "little") + raw)
        if choices.integer(0, 1):
            decode_fields(made)
        return made

    def _some(self, node: Op, most: int) -> int:
        count = self.choices.count(node, most)
        self.chosen.add((node, count > 0))
        return count


def _mac_address(builder: Builder, _: Op) -> str:
    return builder.choices.blob(6).hex(":")


def _kvm_capability(builder: Builder, _: Op) -> str:
    sign = "!" if builder.choices.integer(0, 1) else ""
    return f"{sign}{builder.choices.integer(0, 0xFFFFFFFF)}"


def _pci_address(builder: Builder, _: Op) -> str:
    segment, bus, device, function = (builder.choices.integer(0, most) for most in (0xFFFF, 0xFF, 0x1F, 0x7))
    return f"{segment:04x}:{bus:02x}:{device:02x}.{function:x}"


def _counted(size: int) -> Callable[[Builder, ops.Convert], Any]:
    """A C struct with a flexible array: `size` bytes at its start count the entries."""

    def build(builder: Builder, node: ops.Convert) -> Any:
        assert isinstance(node.item, ops.Tuple)
        header, several = node.item.items
        entries = builder.value(several)
        assert isinstance(header, ops.CStructBytes)
        return builder._blob(header, len(entries).to_bytes(size, "little")), entries

    return build


def _registers(builder: Builder, _: Op) -> Any:
    sizes = [builder.choices.integer(0, 8) for _ in range(builder.choices.integer(0, 4))]
    ids = [size << 52 | builder.choices.integer(0, (1 << 52) - 1) for size in sizes]
    return ids, list(builder.choices.blob(sum(1 << size for size in sizes)))


#: Stored values of the types whose conversion refuses some: by the conversion's name.
_CONVERTED: dict[str, Callable[[Builder, ops.Convert], Any]] = {
    "MAC address": _mac_address,
    "KVM capability": _kvm_capability,
    "PCI address": _pci_address,
    "struct kvm_cpuid2": _counted(4),
    "struct kvm_msrs": _counted(4),
    "struct kvm_xsave2": _counted(8),
    "register list": _registers,
}


@st.composite
def values_of(draw: Callable[[st.SearchStrategy[Any]], Any], node: Op) -> Any:
    """Strategy: values of a layout."""
    return Builder(Drawn(draw)).value(node)
