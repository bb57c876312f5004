"""A small value under several encodings: a kept decoder beside `decode`, others beside the default one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks import payloads
from benchmarks.case import Case
from benchmarks.timing import Call
from snapformat import Encoding, decode, decoder, encode

#: Beginning of the titles.
ENCODINGS = "encodings, "
DEFAULT = "without an encoding"
#: Encodings that store integers as the default one does: their rules and the widths of lengths differ.
NOMINAL: dict[str, Encoding] = {
    "with a limit": Encoding(),
    "borsh": Encoding.borsh(),
}
#: Encodings that store integers in another way.
OTHER: dict[str, Encoding] = {
    "big-endian": Encoding(byteorder="big"),
    "bincode1_options": Encoding.bincode1_options(),
    "postcard": Encoding.postcard(),
}


def kept(name: str) -> str:
    """Return who keeps a decoder."""
    return f"{name}, kept decoder"


def title() -> str:
    """Return the title of the case."""
    return f"{ENCODINGS}S parse"


def encoding_cases() -> Iterator[Case]:
    """Reading the smallest payload."""
    value, cls = payloads.single(), payloads.Single
    plain = encode(value, cls)
    calls: dict[str, Call] = {
        DEFAULT: partial(decode, plain, cls),
        kept(DEFAULT): partial(decoder(cls), plain),
    }
    for name, encoding in (NOMINAL | OTHER).items():
        data = encode(value, cls, encoding)
        calls[name] = partial(decode, data, cls, encoding)
        calls[kept(name)] = partial(decoder(cls, encoding), data)
    yield Case(title(), len(plain), calls)
