"""Checksums: declared with the catalogue's parameters, and computed by anycrc if it is installed.

The catalogue is the "Catalogue of parametrised CRC algorithms" of CRC RevEng. crcmod is the definition of how
they are computed. anycrc computes the same values about thirty times faster, and the tests check that both
agree, and with the catalogue's check values.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar

from snapformat.errors import SchemaError
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.checks import describe_value
from snapformat.model.floats import ByteOrder
from snapformat.once import cached_property

try:
    import anycrc
except ImportError:  # a pure Python installation
    anycrc = None

Buffer = bytes | bytearray | memoryview
Compute = Callable[[Any, int], int]

#: Widest register of anycrc, bits.
_MOST_BITS = 64
#: Widths that crcmod computes, bits.
_CRCMOD_WIDTHS = (8, 16, 24, 32, 64)


@dataclass(frozen=True)
class Checksum:
    """A cyclic redundancy check, defined by the parameters of the catalogue (CRC RevEng).

    Attributes:
        name: Its name in documents.
        width: Width in bits, 1 to 64; the checksum of a format has whole bytes.
        poly: The polynomial without its highest bit, most significant bit first.
        init: Initial value of the register, most significant bit first, also of a reflected checksum.
        reflected: Whether input and output are processed least significant bit first: `refin` and `refout`,
            which must be the same.
        xorout: Mask XORed with the result.

    Raises:
        SchemaError: The width is beyond 64 bits, or another number does not fit the width.
    """

    without_bytes: ClassVar[frozenset[str]] = frozenset({"name"})

    name: str
    width: int
    poly: int
    init: int = 0
    reflected: bool = True
    xorout: int = 0

    def __post_init__(self) -> None:
        if type(self.width) is not int or not 1 <= self.width <= _MOST_BITS:
            raise self._misfit("width", self.width, f"1 to {_MOST_BITS} bits")
        if type(self.reflected) is not bool:
            raise self._misfit("reflected", self.reflected, "True or False, for both input and output")
        for name in ("poly", "init", "xorout"):
            given = getattr(self, name)
            if type(given) is not int or not 0 <= given < 1 << self.width:
                raise self._misfit(name, given, f"an int of {self.width} bits")
        if not self.poly:
            raise self._misfit("poly", 0, "a polynomial without its highest bit, which is not 0")

    def _misfit(self, what: str, given: Any, expected: str) -> SchemaError:
        found = hex(given) if type(given) is int and what != "width" else describe_value(given)
        return SchemaError(f"{what} of the checksum {self.name}: expected {expected}, found {found}")

    @property
    def size(self) -> int:
        """Size of the stored value in bytes."""
        return self.width // 8

    def compute(self, data: Buffer, initial: int | None = None) -> int:
        """Compute the checksum of data.

        Args:
            data: The bytes.
            initial: The checksum of the bytes before them, to continue from; None at the start.
        """
        return self._engine(data, self.start if initial is None else initial)

    def replaced(self, value: int, old: Buffer, new: Buffer, after: int) -> int | None:
        """Compute the checksum of data whose beginning is replaced, without reading the rest of it.

        Args:
            value: The checksum of the old data.
            old: The old beginning.
            new: The new beginning, which may have another size.
            after: Number of bytes after it.

        Returns:
            The checksum; None if anycrc, which implements this, is not installed.
        """
        shift, compute, start = self._shift, self._engine, self.start
        return None if shift is None else shift(compute(old, start) ^ compute(new, start), value, after)

    def holds(self, whole: bytes, byteorder: ByteOrder = "little") -> bool:
        """Return whether the checksum at the end of a whole file matches.

        For a checksum without masks, data followed by its own checksum in the matching byte order has the
        checksum zero. Firecracker checks exactly this for the whole file, including bytes after the
        checksum. Any other checksum is compared with the last bytes.
        """
        if byteorder == self._zero_order:
            return self._engine(whole, 0) == 0
        stored = whole[-self.size :]
        if len(stored) < self.size:
            return False
        return self.compute(whole[: -self.size]) == int.from_bytes(stored, byteorder)

    @cached_property
    def start(self) -> int:
        """The checksum of no bytes."""
        first = _mirrored(self.init, self.width) if self.reflected else self.init
        return first ^ self.xorout

    @cached_property
    def _zero_order(self) -> ByteOrder | None:
        """The byte order in which a stored checksum makes that of the whole file zero, or None."""
        if self.init or self.xorout:
            return None
        return "little" if self.reflected else "big"

    @cached_property
    def _shift(self) -> Callable[[int, int, int], int] | None:
        """The function `combine` of anycrc: shifts a difference and adds it to a checksum."""
        if anycrc is None:
            return None
        model = anycrc.CRC(self.width, self.poly, 0, self.reflected, self.reflected, 0)
        shift: Callable[[int, int, int], int] = model.combine
        return shift

    @cached_property
    def _engine(self) -> Compute:
        return crcmod_engine(self) if anycrc is None else anycrc_engine(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return Checksum, dataclasses.astuple(self)  # without the engine, which can't be pickled


def _mirrored(value: int, width: int) -> int:
    """Return the number with its bits in reverse order."""
    return int(f"{value:0{width}b}"[::-1], 2)


def crcmod_engine(checksum: Checksum) -> Compute:
    """Make a compute function with crcmod; of a width that it lacks, one in Python."""
    if checksum.width not in _CRCMOD_WIDTHS:
        return table_engine(checksum)
    import crcmod  # imported here, as it is not needed if anycrc is installed

    run = crcmod.mkCrcFun(
        1 << checksum.width | checksum.poly,
        initCrc=checksum.start,
        rev=checksum.reflected,
        xorOut=checksum.xorout,
    )
    return lambda data, initial: int(run(bytes(data), initial))


def table_engine(checksum: Checksum) -> Compute:
    """Make a compute function of any width, in Python.

    A reflected register shifts to the right. The other one shifts to the left, and has 8 more bits below.
    """
    width, xorout, reflected = checksum.width, checksum.xorout, checksum.reflected
    poly = _mirrored(checksum.poly, width) if reflected else checksum.poly << 8
    top, mask = 1 << width + 7, (1 << width + 8) - 1
    table = []
    for byte in range(256):
        register = byte if reflected else byte << width
        for _ in range(8):
            if reflected:
                register = register >> 1 ^ (poly if register & 1 else 0)
            else:
                register = register << 1 & mask ^ (poly if register & top else 0)
        table.append(register if reflected else register >> 8)

    def compute(data: Buffer, initial: int) -> int:
        register = initial ^ xorout
        for byte in memoryview(data).cast("B"):
            if reflected:
                register = register >> 8 ^ table[(register ^ byte) & 0xFF]
            else:
                shifted = register << 8
                register = (shifted & (1 << width) - 1) ^ table[(shifted >> width ^ byte) & 0xFF]
        return register ^ xorout

    return compute


def anycrc_engine(checksum: Checksum) -> Compute:
    """Make a compute function with anycrc, which is faster.

    anycrc continues from the final value of a checksum, as crcmod does.
    """
    model = anycrc.CRC(
        checksum.width, checksum.poly, checksum.start, checksum.reflected, checksum.reflected, checksum.xorout
    )
    compute: Compute = model.calc
    return compute


#: CRC-64/REDIS, also called "Jones": the checksum of Firecracker's snapshots.
CRC64_JONES = Checksum("CRC-64/REDIS (Jones)", 64, 0xAD93D23594C935A9)


class ChecksumWriter:
    """A writer that passes bytes to another writer and computes their checksum.

    Only bytes that the other writer accepted are counted.

    Args:
        writer: A binary file object.
        checksum: The checksum to compute.
    """

    def __init__(self, writer: Any, checksum: Checksum = CRC64_JONES) -> None:
        self.writer = writer
        self._how = checksum
        self._value: int | None = None

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Write to the other writer, and return the number of bytes that it accepted."""
        view = memoryview(data).cast("B")
        taken = self.writer.write(view)
        count = len(view) if taken is None else int(taken)
        self._value = self._how.compute(view[:count], self._value)
        return count

    def flush(self) -> None:
        """Flush the other writer, if it has a method `flush`."""
        flush = getattr(self.writer, "flush", None)
        if flush is not None:
            flush()

    @property
    def checksum(self) -> int:
        """The checksum of all bytes written so far."""
        return self._how.compute(b"") if self._value is None else self._value
