"""Bytes near given ones, from a seeded generator, which is a hundred times as fast as Hypothesis' draws."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

#: What bites a reader: ends of ranges, lengths, marks of variable integers, broken UTF-8.
_BITES = [b"\xff" * 8, bytes(8), b"\xc0\x80", *map(bytes, zip(b"\1\2\x7f\xfb\xfc\xfd\xfe\xff"))]

#: Calls that making an input smaller may take.
_MOST_CALLS = 400


def damaged(data: bytes, random: Random, keep: int = 0) -> bytes:
    """The bytes with one to three changes, none of them in the first `keep` bytes."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 3)):
        at = random.randint(min(keep, len(changed)), len(changed))
        match random.randrange(7):
            case 0 if at < len(changed):
                changed[at] ^= 1 << random.randrange(8)
            case 1:
                del changed[at:]
            case 2:
                changed[at:at] = random.randbytes(random.randint(1, 4))
            case 3:
                del changed[at : at + random.randint(1, 4)]
            case 4:
                bite = random.choice(_BITES)
                changed[at : at + len(bite)] = bite
            case 5:
                changed += changed[at : at + 9]
            case _ if at < len(changed):
                changed[at] = random.choice((0, 1, 2, 3, 0x7F, 0x80, 0xFA, 0xFB, 0xFD, 0xFF))
    return bytes(changed)


def smaller(data: bytes, fails: Callable[[bytes], bool]) -> bytes:
    """Bytes that fail too, as few and as plain as can be found in some calls."""
    calls = 0

    def still(candidate: bytes) -> bool:
        nonlocal calls
        calls += 1
        return calls <= _MOST_CALLS and candidate != data and fails(candidate)

    size = len(data)
    while size:
        at = 0
        while at < len(data):
            cut = data[:at] + data[at + size :]
            if still(cut):
                data = cut
            else:
                at += size
        size //= 2
    for at in range(len(data)):
        for plain in (0, 1):
            candidate = data[:at] + bytes((plain,)) + data[at + 1 :]
            if data[at] > plain and still(candidate):
                data = candidate
                break
    return data
