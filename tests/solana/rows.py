"""Random values of Solana's types as bytes, sound and damaged, and what solders says of them.

`make solders` compares against solders, which it installs; nothing else needs it.
`python -m tests.solana.rows --count 150 --record tests/golden/solana/rows.jsonl.xz` writes the tests' rows.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import sys
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from snapformat import DecodeError, decode, encode
from snapformat.encodings.bincode.encoding import sealed
from snapformat.model import kinds
from snapformat.model.kinds import Kind
from solana.types import BINCODE, TYPES, Message, MessageV0, VersionedKind

ROWS = Path(__file__).parents[1] / "golden" / "solana" / "rows.jsonl.xz"


class Row(NamedTuple):
    """Bytes, and what solders makes of them.

    Attributes:
        type: Name of the type.
        data: The bytes.
        again: What solders writes after reading them; None if it refuses them.
    """

    type: str
    data: bytes
    again: bytes | None


def _some_bytes(count: int, rng: random.Random) -> bytes:
    """Return bytes of which many are alike, so that the recorded rows stay small."""
    return (rng.randbytes(2) * count)[:count]


def value_of(kind: Kind, rng: random.Random) -> Any:
    """Return a random value of a kind."""
    match kind:
        case kinds.FixedBytes():
            return _some_bytes(int(kind.count), rng)  # type: ignore[arg-type]
        case kinds.Bytes():
            return _some_bytes(rng.choice((0, 1, 2, 9, 127, 128, 300)), rng)
        case kinds.Int():
            low, bits = (-(1 << 8 * kind.size - 1) if kind.signed else 0), 8 * kind.size
            return rng.choice((low, low + (1 << bits) - 1, low + rng.getrandbits(bits), rng.randrange(100)))
        case kinds.Float():
            return rng.choice((0.0, -1.5, 1e300, rng.random()))
        case kinds.Bool():
            return rng.random() < 0.5
        case kinds.Option():
            return None if rng.random() < 0.5 else value_of(kind.item, rng)
        case kinds.Seq() | kinds.Array():
            return [value_of(kind.item, rng) for _ in range(rng.choice((0, 1, 2, 3, 8)))]
        case kinds.Tuple():
            return tuple(value_of(item, rng) for item in kind.items)
        case VersionedKind():
            return value_of(sealed(rng.choice((Message, MessageV0))), rng)
        case kinds.Struct():
            assert kind.cls is not None
            made = kind.cls(*(value_of(each.kind, rng) for each in kind.fields))
            if kind.name == "MessageHeader":
                made.num_required_signatures &= 0x7F  # from 128 it would be a version
            return made
    raise NotImplementedError(kind)


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Return bytes with a bit flipped, a byte set, cut, or with more behind them."""
    if not data:
        return b"\1"
    place = rng.randrange(min(len(data), rng.choice((4, 40, 4000))))
    match rng.randrange(4):
        case 0:
            return data[:place]
        case 1:
            return data[:place] + bytes([data[place] ^ 1 << rng.randrange(8)]) + data[place + 1 :]
        case 2:
            return data[:place] + rng.choice((b"\0", b"\x7f", b"\x80", b"\xff")) + data[place + 1 :]
    return data + rng.randbytes(rng.randrange(1, 4))


def inputs(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield bytes of each type, of which half are damaged."""
    rng = random.Random(seed)
    for name, kind in TYPES.items():
        for index in range(count):
            data = encode(value_of(sealed(kind), rng), kind, BINCODE)
            yield name, damaged(data, rng) if index % 2 else data


def by_solders(name: str, data: bytes) -> Row:
    """Read bytes by solders."""
    from solders import solders  # type: ignore[import-not-found, unused-ignore]  # not installed for the tests

    read: Callable[[bytes], Any] = getattr(solders, name).from_bytes
    try:
        return Row(name, data, bytes(read(data)))
    except BaseException as error:  # a panic of Rust is no Exception
        if isinstance(error, KeyboardInterrupt):
            raise
        return Row(name, data, None)


#: Types that solders takes from a slice of exactly their length, and not by bincode.
_EXACT = ("Pubkey", "Hash", "Signature")


def check(row: Row) -> str | None:
    """Read the bytes of a row; return what differs from solders, or None."""
    kind = TYPES[row.type]
    try:
        value = decode(row.data, kind, BINCODE, trailing="refuse" if row.type in _EXACT else None)
    except DecodeError as error:
        return None if row.again is None else f"refused: {error}"
    again = encode(value, kind, BINCODE)
    if row.again is None:
        return f"read as {value!r}"
    return None if again == row.again else f"written as {again.hex()}, not {row.again.hex()}"


def recorded() -> Iterator[Row]:
    """Yield the recorded rows."""
    with lzma.open(ROWS, "rt") as lines:
        for line in lines:
            name, data, again = json.loads(line)
            yield Row(name, bytes.fromhex(data), None if again is None else bytes.fromhex(again))


def main(arguments: typing.Sequence[str] | None = None) -> int:
    """Compare, or record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--record", type=Path)
    options = parser.parse_args(arguments)
    rows = [by_solders(name, data) for name, data in inputs(options.count, options.seed)]
    differences = [(row, found) for row in rows if (found := check(row)) is not None]
    for row, found in differences[:40]:
        print(f"{row.type} {row.data[:200].hex()}: {found[:300]}")
    refused = sum(row.again is None for row in rows)
    print(f"{len(rows)} inputs, {refused} refused by solders, {len(differences)} differences")
    if options.record is not None:
        text = "".join(
            json.dumps([row.type, row.data.hex(), None if row.again is None else row.again.hex()]) + "\n"
            for row in rows
        )
        options.record.parent.mkdir(parents=True, exist_ok=True)
        options.record.write_bytes(lzma.compress(text.encode(), preset=9))
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
