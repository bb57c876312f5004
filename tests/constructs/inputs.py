"""Sample bytes changed a little: cut short everywhere, longer, with bytes changed; bounded in number."""

from __future__ import annotations

from collections.abc import Iterator

#: At most so many cuts and changed places of one sample; they are spread evenly.
CUTS = 20
PLACES = 12


def spread(count: int, most: int) -> list[int]:
    """At most `most` of the numbers below `count`, with the first and the last."""
    if count <= most:
        return list(range(count))
    return sorted({round(step * (count - 1) / (most - 1)) for step in range(most)})


def damaged(data: bytes, cuts: int = CUTS, places: int = PLACES) -> Iterator[bytes]:
    """The sample's variations."""
    yield from (data[:size] for size in spread(len(data), cuts))
    yield data + b"\x01\x02"
    for place in spread(len(data), places):
        for byte in dict.fromkeys((0, 0xFF, data[place] ^ 1, data[place] ^ 0x80)):
            if byte != data[place]:
                yield data[:place] + bytes((byte,)) + data[place + 1 :]
