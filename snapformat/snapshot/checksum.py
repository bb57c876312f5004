"""Checksums: declared as crcmod declares them, computed by anycrc where it can.

The definition is crcmod's generator; anycrc computes the same values some thirty times faster, and the
tests hold the two equal. Without anycrc, crcmod computes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from snapformat.encodings.bincode.config import ByteOrder
from snapformat.lazy_dataclasses import dataclass
from snapformat.once import cached_property

try:
    import anycrc
except ImportError:  # a pure Python installation
    anycrc = None

Buffer = bytes | bytearray | memoryview
Compute = Callable[[Any, int], int]


@dataclass(frozen=True)
class Checksum:
    """A cyclic redundancy check, by its usual parameters.

    Attributes:
        name: Its name, for documents.
        width: Bits.
        poly: The polynomial without its highest bit, most significant bit first.
        init: Start value of the register.
        reflected: Bits are taken least significant first, in and out.
        xorout: Mask of the result.
    """

    name: str
    width: int
    poly: int
    init: int = 0
    reflected: bool = True
    xorout: int = 0

    @property
    def size(self) -> int:
        """Bytes of the stored value."""
        return self.width // 8

    def compute(self, data: Buffer, initial: int | None = None) -> int:
        """The checksum of data.

        Args:
            data: The bytes.
            initial: The checksum of what comes before them, to go on from; None at the start.
        """
        return self._engine(data, self.init ^ self.xorout if initial is None else initial)

    def replaced(self, value: int, old: Buffer, new: Buffer, after: int) -> int | None:
        """The checksum of data whose beginning is replaced, without looking at the rest of it.

        Args:
            value: The checksum of the data as it was.
            old: The beginning as it was.
            new: What takes its place; it may be of another size.
            after: Bytes after it.

        Returns:
            The checksum; None without anycrc, which has what it takes.
        """
        shift, compute, start = self._shift, self._engine, self.init ^ self.xorout
        return None if shift is None else shift(compute(old, start) ^ compute(new, start), value, after)

    def holds(self, whole: bytes, byteorder: ByteOrder = "little") -> bool:
        """Whether a whole file that ends in its checksum is sound.

        A checksum without masks has the property that data followed by its own checksum, stored the way
        its bits run, gives zero; the original program checks just that, of the whole file, whatever
        follows the checksum. Any other checksum is compared with the last bytes.
        """
        if byteorder == self._zero_order:
            return self._engine(whole, 0) == 0
        stored = whole[-self.size :]
        if len(stored) < self.size:
            return False
        return self.compute(whole[: -self.size]) == int.from_bytes(stored, byteorder)

    @cached_property
    def _zero_order(self) -> ByteOrder | None:
        """The order of a stored checksum that makes that of the whole zero; None where no order does."""
        if self.init or self.xorout:
            return None
        return "little" if self.reflected else "big"

    @cached_property
    def _shift(self) -> Callable[[int, int, int], int] | None:
        """Takes a difference past so many bytes, onto a checksum; masks are the same before and after."""
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
    """The declared definition: crcmod's function of the checksum so far."""
    import crcmod  # here and not above: where anycrc computes, it is not called

    run = crcmod.mkCrcFun(
        1 << checksum.width | checksum.poly,
        initCrc=checksum.init ^ checksum.xorout,
        rev=checksum.reflected,
        xorOut=checksum.xorout,
    )
    return lambda data, initial: int(run(bytes(data), initial))


def anycrc_engine(checksum: Checksum) -> Compute:
    """The fast one: anycrc's, from the same parameters.

    anycrc continues from a checksum just as crcmod does: from the value as it is printed.
    """
    model = anycrc.CRC(
        checksum.width, checksum.poly, checksum.init, checksum.reflected, checksum.reflected, checksum.xorout
    )
    compute: Compute = model.calc
    return compute


#: CRC-64/REDIS, also "Jones": the checksum of Firecracker's snapshots.
CRC64_JONES = Checksum("CRC-64/REDIS (Jones)", 64, 0xAD93D23594C935A9)


class ChecksumWriter:
    """A writer that computes the checksum of what passes through it to another.

    Only bytes that the other writer took count.

    Args:
        writer: A binary file object.
        checksum: How it is computed.
    """

    def __init__(self, writer: Any, checksum: Checksum = CRC64_JONES) -> None:
        self.writer = writer
        self._how = checksum
        self._value: int | None = None

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Write to the other writer and return the number of bytes that it took."""
        view = memoryview(data).cast("B")
        taken = self.writer.write(view)
        count = len(view) if taken is None else int(taken)
        self._value = self._how.compute(view[:count], self._value)
        return count

    def flush(self) -> None:
        """Flush the other writer, if it can be."""
        flush = getattr(self.writer, "flush", None)
        if flush is not None:
            flush()

    @property
    def checksum(self) -> int:
        """The checksum of all bytes so far."""
        return self._how.compute(b"") if self._value is None else self._value
