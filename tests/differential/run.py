"""Batches of inputs by number, and the command that runs many of them and can be continued."""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from differential.damage import damaged, smaller
from differential.ways import ConstructWays, Disagreement, Ways
from properties.compositions import compositions
from properties.strategies import ENCODINGS, counts_nothing, damageable
from snapformat import Encoding, schema
from snapformat.bincode import u8

#: Types of a batch, and damaged inputs of each; those of the data model are also read under a limit.
TYPES = 40
DAMAGED = 200
LIMITED = 40
#: Bytes in front of a value that is to be read lazily: small ones are read at once.
_PAD = b"\xaa" * 1500

_SETTINGS = settings(
    database=None,
    deadline=None,
    phases=[Phase.generate],
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)


class Failed(AssertionError):
    """A batch has an input on which the ways differ; the message says how to repeat it."""


def run_batch(number: int, types: int = TYPES) -> int:
    """Run the batch of a number; gives how many inputs it had.

    Args:
        number: The number, from which all is made.
        types: How many types the batch has.

    Raises:
        Failed: The ways differ.
    """
    count = 0

    @seed(number)
    @settings(_SETTINGS, max_examples=types)
    @given(st.data())
    def batch(data: st.DataObject) -> None:
        nonlocal count
        random = Random(data.draw(st.integers(0, (1 << 64) - 1)))
        one = _of_construct if random.randrange(4) == 0 else _of_type
        count += one(data, random)

    try:
        batch()
    except Exception as error:
        name = "" if isinstance(error, Disagreement) else f"{type(error).__name__}: "
        again = f"repeat: python -m tests.differential --from {number}"
        raise Failed(f"batch {number}: {name}{error}\n{again}") from error
    return count


def _of_type(data: st.DataObject, random: Random) -> int:
    """Inputs of one type of the serde data model."""
    sample = data.draw(damageable)
    encoding = random.choice(ENCODINGS)
    annotation, values, keep = sample.kind, [data.draw(sample.values) for _ in range(2)], 0
    # A damaged length of zero-sized elements is right up to a million, which takes seconds in each way.
    if random.randrange(3) == 0 and not counts_nothing(list[sample.kind]):
        annotation = _padded(sample.kind)
        values = [annotation(_PAD, value, 7, [value]) for value in values]
        keep = 8 + len(_PAD) if encoding.integers == "fixed" else 3 + len(_PAD)
    ways = Ways(annotation, encoding)
    sound = [_checked(ways, value) for value in values]
    return len(sound) + _damaged(ways, sound, random, keep) + _limited(annotation, encoding, sound, random)


def _padded(kind: Any) -> Any:
    """A class that is large enough for its fields to be read lazily."""
    fields = {"pad": bytes, "value": kind, "number": u8, "values": list[kind]}
    body = {"__annotations__": fields, "__module__": __name__, "__doc__": "Made up."}
    return schema(type("Padded", (), body))


def _of_construct(data: st.DataObject, random: Random) -> int:
    """Inputs of one composition of construct's classes."""
    made = data.draw(compositions)
    ways = ConstructWays(made.construct)
    sound = [_checked(ways, data.draw(made.values)) or b"\1\2\3\4" for _ in range(2)]
    return len(sound) + _damaged(ways, sound, random, 0)


def _checked(ways: Any, value: Any) -> Any:
    """The bytes of a value, written and read in all ways."""
    try:
        written = ways.check_value(value)
        if written is not None:
            ways.check_bytes(written)
    except Disagreement as error:
        raise Disagreement(f"{error}\ntype: {ways}\nvalue: {value!r}") from None
    return written


def _damaged(ways: Any, sound: list[bytes], random: Random, keep: int) -> int:
    for at in range(DAMAGED):
        _check(ways, damaged(sound[at % len(sound)], random, keep))
    return DAMAGED


def _limited(annotation: Any, encoding: Encoding, sound: list[bytes], random: Random) -> int:
    """Inputs under one limit of claimed bytes, which is near what a value claims."""
    limit = random.randint(0, len(sound[0]) + 4)
    ways = Ways(annotation, Encoding(encoding.integers, encoding.byteorder, limit=limit))
    for at in range(LIMITED):
        whole = sound[at % len(sound)]
        _check(ways, damaged(whole, random) if at > 1 else whole)
    return LIMITED


def _check(ways: Any, data: bytes) -> None:
    """Hold the ways against one another; where they differ, on the least bytes that show it."""
    if _fault(ways, data) is None:
        return
    least = smaller(data, lambda candidate: _fault(ways, candidate) is not None)
    raise Disagreement(f"{_fault(ways, least)}\ntype: {ways}\nbytes: {least.hex()}")


def _fault(ways: Any, data: bytes) -> str | None:
    """How the ways differ on the bytes, or what one of them raises that it must not."""
    try:
        ways.check_bytes(data)
    except Disagreement as error:
        return str(error)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run batches, note after each how far the run is, and print those that fail; 1 if one does."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--from", dest="first", type=int, default=0, help="number of the first batch")
    parser.add_argument("--count", type=int, default=1, help="how many batches")
    parser.add_argument("--state", type=Path, help="file of how far the run is, to go on from there")
    options = parser.parse_args(arguments)
    state = {"from": options.first, "count": options.count, "next": options.first, "inputs": 0, "failed": []}
    if options.state is not None and options.state.exists():
        kept = json.loads(options.state.read_text(encoding="utf-8"))
        if (kept["from"], kept["count"]) != (options.first, options.count):
            parser.error(f"{options.state} is of a run --from {kept['from']} --count {kept['count']}")
        state = kept
    begun = time.monotonic()
    while state["next"] < options.first + options.count:
        try:
            state["inputs"] += run_batch(state["next"])
        except Failed as error:
            state["failed"].append(state["next"])
            print(error, flush=True)
        state["next"] += 1
        if options.state is not None:
            _keep(options.state, state)
    seconds = time.monotonic() - begun
    print(f"{state['inputs']} inputs agree, batches that fail: {state['failed'] or 'none'} ({seconds:.0f} s)")
    return 1 if state["failed"] else 0


def _keep(path: Path, state: dict[str, Any]) -> None:
    """Write the state whole: an interrupted run must find the old or the new one."""
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(json.dumps(state), encoding="utf-8")
    os.replace(beside, path)
