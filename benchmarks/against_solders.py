"""`python -m benchmarks.against_solders`: transactions of Solana, read with all fields and written, in turns.

Needs `solders` from PyPI; `make solders` installs it. The status is 1 where a floor does not hold.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.timing import Call
from snapformat import decoder, encode, machine

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from solana import types

#: Keys of a transaction.
KEYS = (3, 8, 16, 32, 64)
#: Least speed in that of solders, of reading and of writing: floors, and aims. Only with the machine.
FLOORS = {"read": (1.0, 1.5), "write": (0.4, 0.7)}


def transaction(keys: int) -> types.Transaction:
    """Return a transaction of so many keys."""
    random = Random(keys)
    message = types.Message(
        types.MessageHeader(1, 0, 1),
        [random.randbytes(32) for _ in range(keys)],
        random.randbytes(32),
        [
            types.CompiledInstruction(number, random.randbytes(min(keys, 8)), random.randbytes(40))
            for number in range(max(1, keys // 4))
        ],
    )
    return types.Transaction([random.randbytes(64)], message)


def fields(value: Any) -> Any:
    """All that a transaction holds, ours or theirs."""
    message = value.message
    head = message.header
    return (
        list(value.signatures),
        head.num_required_signatures,
        head.num_readonly_signed_accounts,
        head.num_readonly_unsigned_accounts,
        list(message.account_keys),
        message.recent_blockhash,
        [(each.program_id_index, each.accounts, each.data) for each in message.instructions],
    )


def main() -> int:
    """Measure, print, and return the status."""
    from solders.transaction import Transaction  # type: ignore[import-not-found, unused-ignore]  # only for this

    read = decoder(types.Transaction, types.BINCODE)
    bad = 0
    print(f"executed by {machine}; times as fast as solders, medians of 15 turns")
    for keys in KEYS:
        ours = transaction(keys)
        data = encode(ours, types.Transaction, types.BINCODE)
        theirs = Transaction.from_bytes(data)
        assert bytes(theirs) == data
        calls: dict[str, tuple[Call, Call]] = {
            "read": (lambda: fields(read(data)), lambda: fields(Transaction.from_bytes(data))),  # noqa: B023 - called below
            "write": (lambda: encode(ours, types.Transaction, types.BINCODE), lambda: bytes(theirs)),  # noqa: B023 - the same
        }
        for verb, (here, there) in calls.items():
            turns = [(_seconds(here), _seconds(there)) for _ in range(15)]
            ratio = statistics.median(other / one for one, other in turns)
            floor, aim = FLOORS[verb]
            bad += machine == "C" and ratio < floor
            print(f"{keys:3} keys, {len(data):5} bytes, {verb:5}: {ratio:.2f} (floor {floor}, aim {aim})")
    return int(bad > 0)


def _seconds(call: Call) -> float:
    start = time.perf_counter()
    for _ in range(300):
        call()
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
