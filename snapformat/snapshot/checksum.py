"""Checksums: declared with crcmod's parameters, and computed by anycrc if it is installed.

crcmod is the definition. anycrc computes the same values about thirty times faster, and the tests check that
both agree.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar

from snapformat.lazy_dataclasses import dataclass
from snapformat.model.floats import ByteOrder
from snapformat.once import cached_property

try:
    import anycrc
except ImportError:  # a pure Python installation
    anycrc = None

Buffer = bytes | bytearray | memoryview
Compute = Callable[[Any, int], int]


@dataclass(frozen=True)
class Checksum:
    """A cyclic redundancy check, defined by its usual parameters.

    Attributes:
        name: Its name in documents.
        width: Width in bits.
        poly: The polynomial without its highest bit, most significant bit first.
        init: Initial value of the register.
        reflected: Whether input and output are processed least significant bit first.
        xorout: Mask XORed with the result.
    """

    without_bytes: ClassVar[frozenset[str]] = frozenset({"name"})

    name: str
    width: int
    poly: int
    init: int = 0
    reflected: bool = True
    xorout: int = 0

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
        return self._engine(data, self.init ^ self.xorout if initial is None else initial)

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
        shift, compute, start = self._shift, self._engine, self.init ^ self.xorout
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


def crcmod_engine(checksum: Checksum) -> Compute:
    """Make a compute function with crcmod."""
    import crcmod  # imported here, as it is not needed if anycrc is installed

    run = crcmod.mkCrcFun(
        1 << checksum.width | checksum.poly,
        initCrc=checksum.init ^ checksum.xorout,
        rev=checksum.reflected,
        xorOut=checksum.xorout,
    )
    return lambda data, initial: int(run(bytes(data), initial))


def anycrc_engine(checksum: Checksum) -> Compute:
    """Make a compute function with anycrc, which is faster.

    anycrc continues from the final value of a checksum, as crcmod does.
    """
    model = anycrc.CRC(
        checksum.width, checksum.poly, checksum.init, checksum.reflected, checksum.reflected, checksum.xorout
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
