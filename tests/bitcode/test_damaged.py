"""Every truncation and every turned bit of messages: refused, or read as another value that can be written.

For the real files a part of them is run, spread over the file; all of them with SNAPFORMAT_HOSTILE=thorough.
"""

from __future__ import annotations

import contextlib
from random import Random

import pytest

from bitcode import files
from bitcode.checks import BITCODE, Case, world
from bitcode.files import StateFile
from bitcode.packer import Loose
from bitcode.random_types import Values
from bitcode.test_properties import check_other_value
from hostile.bounded import THOROUGH
from snapformat import DecodeError, SnapshotError
from snapformat.encodings.bitcode.packing import ColumnInput
from snapformat.encodings.bitcode.reader import BitcodeReader
from snapformat.limits import DEFAULT_LIMITS
from snapshots.data import each

#: How many of the truncations and turned bits of a file are run, one in so many; coprime to 8.
_ONE_IN = 1 if THOROUGH else 61
#: The reference alone takes longer: one in so many of these.
_ONE_BY_REFERENCE_IN = 16

_TYPES = [
    "VmState",
    "Nested",
    "Vec<Order>",
    "Ints",
    "Vec<Shape>",
    "Tree",
    "Vec<(E3, Vec<Option<i16>>)>",
    "BTreeMap<String, [f32; 2]>",
    "(Vec<u128>, Vec<char>, serde_bytes::ByteBuf)",
    "Vec<Vec<()>>",
]


def _message(rust: str, seed: int, size: int = 160) -> tuple[Case, bytes]:
    """A message of a type, not too long, in packings that no writer chooses."""
    case = Case(world().shape(rust), world().annotation(rust))
    for number in range(1000):
        random = Random(f"{rust} {seed} {number}")
        model = Values(random, 60, long=False).model(case.shape)
        message = Loose(random).message(model)
        if size // 3 <= len(message) <= size:
            assert case.shape.to_model(case.verdict(message)) == model
            return case, message
    raise AssertionError(f"no message of {rust} has about {size} bytes")


def _small(rust: str, seed: int) -> tuple[Case, bytes]:
    return _message(rust, seed, 30 if rust == "Vec<Vec<()>>" else 160)


@pytest.mark.parametrize("rust", _TYPES)
def test_every_truncation(rust: str) -> None:
    for seed in range(2):
        case, message = _small(rust, seed)
        for size in range(len(message)):
            # All ways to read refuse it, in the same words.
            with pytest.raises(DecodeError):
                case.verdict(message[:size])


@pytest.mark.parametrize("rust", _TYPES)
def test_every_turned_bit(rust: str) -> None:
    case, message = _small(rust, 0)
    for place in range(8 * len(message)):
        with contextlib.suppress(DecodeError):
            check_other_value(case, _turned(message, place))


def _turned(data: bytes, place: int) -> bytes:
    changed = bytearray(data)
    changed[place >> 3] ^= 1 << (place & 7)
    return bytes(changed)


def _smallest() -> list[StateFile]:
    """The smallest file of each release that writes bitcode."""
    found: dict[str, StateFile] = {}
    for file in sorted(files.state_files(), key=lambda file: file.path.stat().st_size):
        if file.is_released:
            found.setdefault(file.release, file)
    return list(found.values())


_FILES = _smallest()


@each(_FILES)
def test_truncations_of_a_file(file: StateFile) -> None:
    for size in range(0, len(file.bytes), _ONE_IN):
        with pytest.raises(SnapshotError):
            file.format.load(file.bytes[:size])
        with pytest.raises(DecodeError):
            BITCODE.read(file.format.message_kind, file.bytes[: min(size, len(file.bytes) - 9)])


@each(_FILES)
def test_turned_bits_of_a_file(file: StateFile) -> None:
    """Whether the checksum is told of it or not."""
    kind, message = file.format.message_kind, file.bytes[:-8]
    for place in range(0, 8 * len(file.bytes), _ONE_IN):
        changed = _turned(file.bytes, place)
        with pytest.raises(SnapshotError):
            file.format.load(changed)
        if place >= 8 * len(message):
            continue
        with contextlib.suppress(DecodeError):
            value = BITCODE.read(kind, changed[:-8])
            again = BITCODE.write(kind, value)
            assert BITCODE.write(kind, BITCODE.read(kind, again)) == again
            if not place % _ONE_BY_REFERENCE_IN:
                reader = BitcodeReader(ColumnInput(changed, 0, len(message)), DEFAULT_LIMITS)
                assert BITCODE.write(kind, reader.read(kind)) == again
                assert reader.pos == len(message)
