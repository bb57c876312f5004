"""The fuzzer: inputs that reach new places of the machine are kept and changed further.

Each input is read, checked, skipped and, if the reference accepts it, written again. Values are written
with parts replaced by others. The reference decides what is right. A crash or a sanitizer's report ends the
process; the input that was tried last is in the file that is printed first.
"""

from __future__ import annotations

import argparse
import ctypes
import importlib.util
import itertools
import sys
import time
from pathlib import Path
from random import Random
from typing import Any


def load(path: str) -> Any:
    """Put the extension of a path in place of the installed one; return the edges that were run."""
    name = "snapformat._machine._core"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[name] = module
    return (ctypes.c_uint8 * (1 << 16)).in_dll(ctypes.CDLL(path), "snapformat_edges")


class Target:
    """A layout, its programs, and the inputs that are kept."""

    def __init__(self, title: str, node: Any, values: list[Any]) -> None:
        from snapformat.encodings.bincode.codec.machine import program_of
        from snapformat.layout import write

        self.title, self.node, self.values = title, node, values
        self.reading = program_of(node, reading=True)
        self.writing = program_of(node, reading=False)
        self.inputs = [write(node, value) for value in values] + [b"", b"\xff" * 40]

    def read(self, data: bytes) -> None:
        """Read in all ways; raise AssertionError where they differ."""
        from codec.agreement import identical
        from snapformat.encodings.bincode.codec.claims import Claims
        from snapformat.errors import DecodeError
        from snapformat.layout import read, write

        if self.reading is None:
            return
        ends: dict[str, Any] = {}
        value: Any = None
        kinds = ["reader", "skipper", "checker", "indexer"]
        methods = {kind: method for kind in kinds if (method := self.reading.method(kind))}
        for kind, method in methods.items():
            try:
                found = method(data, 0, len(data), 0, Claims(1 << 16, len(data)))
            except Exception:  # a refusal, or what code of users raises
                ends[kind] = None
                continue
            if kind == "reader":
                value, found = found
            ends[kind] = found[-1] if kind == "indexer" else found
        try:
            expected, end = read(self.node, data, limits=LIMITS)
        except DecodeError:
            assert ends["reader"] is None, "accepted alone"
            assert ends.get("checker") is None, "checked alone"
            return
        assert ends["reader"] == end, f"ends at {ends['reader']}, not {end}"
        assert identical(value, expected), f"{value!r}, not {expected!r}"
        for kind, place in ends.items():
            doubts = (None,) if kind in ("skipper", "indexer") else ()
            assert place in (end, *doubts), f"{kind}: {place}, not {end}"
        self.write(expected, write(self.node, expected))

    def write(self, value: Any, expected: bytes | None) -> None:
        """Write; `expected` is None where the reference refuses."""
        if self.writing is None:
            return
        try:
            found = self.writing.code.write(value)
        except Exception:  # a refusal, or what code of users raises
            assert expected is None, f"{value!r} is refused"
            return
        assert found == expected, f"{value!r} is written as {found!r}, not {expected!r}"


class Odd:
    """An integer that changes a list when it is asked for its value."""

    def __init__(self, values: list[Any]) -> None:
        self.values = values

    def __index__(self) -> int:
        self.values.clear()
        return 1


def odd_values(random: Random) -> Any:
    """A value that fits hardly anywhere."""
    values: list[Any] = [1] * 50
    values[3] = Odd(values)
    return random.choice(
        [
            None,
            -1,
            1 << 64,
            1 << 200,
            1.5,
            float("nan"),
            "a\ud800",
            "\0",
            b"\0",
            [],
            (),
            {},
            True,
            values,
            object(),
        ]
    )


def changed(value: Any, random: Random, depth: int = 0) -> Any:
    """A value of which one part is another one."""
    if depth > 6 or random.randrange(4) == 0:
        return odd_values(random)
    if isinstance(value, list | tuple) and value:
        parts = list(value)
        at = random.randrange(len(parts))
        parts[at] = changed(parts[at], random, depth + 1)
        return parts if isinstance(value, list) else tuple(parts)
    names = getattr(type(value), "__match_args__", ())
    if names and hasattr(type(value), "__slots__"):
        name = random.choice(names)
        try:
            made = type(value)(**{each: getattr(value, each) for each in names})
            object.__setattr__(made, name, changed(getattr(value, name), random, depth + 1))
        except Exception:  # of a class that does not like it
            return odd_values(random)
        return made
    return odd_values(random)


def targets(number: int) -> list[Target]:
    """The layouts of a batch: random ones, and in the first some that are always there."""
    from hypothesis import HealthCheck, Phase, given, seed, settings
    from hypothesis import strategies as st

    from codec.shapes import Device
    from codec.strategies import annotations, encodings, values_of
    from hostile import shapes
    from snapformat.layout import layout_of

    found: list[Target] = []
    if number % 8 == 0:
        for kind in (Device, shapes.Tree, shapes.Chain, shapes.Named):
            found.append(Target(kind.__name__, layout_of(kind), []))

    @seed(number)
    @settings(
        database=None,
        deadline=None,
        phases=[Phase.generate],
        max_examples=12,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        annotation, encoding = data.draw(annotations), data.draw(encodings)
        node = layout_of(annotation, encoding)
        values = [data.draw(values_of(node)) for _ in range(3)]
        found.append(Target(f"{annotation} in {encoding}", node, values))

    draw()
    return [target for target in found if target.reading is not None or target.writing is not None]


LIMITS: Any = None


def main() -> int:
    global LIMITS
    parser = argparse.ArgumentParser()
    parser.add_argument("extension")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    edges = load(options.extension)
    sys.path[0] = str(Path(__file__).parents[2])
    from differential.damage import damaged
    from snapformat import machine
    from snapformat.layout import write
    from snapformat.limits import Limits

    assert machine == "C", machine
    LIMITS = Limits(zero_sized=1 << 16)
    last = Path(f"fuzz-{options.seed}.last")
    print(f"inputs are noted in {last}", flush=True)
    random, count, reached = Random(options.seed), 0, bytearray(1 << 16)
    end = time.monotonic() + options.seconds
    for number in itertools.count(options.seed * 1000):
        if time.monotonic() > end:
            break
        for target in targets(number):
            stop = min(end, time.monotonic() + 1.0)
            while time.monotonic() < stop:
                data = damaged(random.choice(target.inputs), random)
                last.write_text(f"{target.title}\n{data.hex()}\n")
                target.read(data)
                if target.values and count % 4 == 0:
                    value = changed(random.choice(target.values), random)
                    if "Odd" not in repr(value):
                        try:
                            expected = write(target.node, value)
                        except Exception:  # whatever it comes to, it is refused
                            expected = None
                        target.write(value, expected)
                    elif target.writing is not None:
                        with_faults(target, value)
                count += 1
                now = bytes(edges)
                if now.count(1) > reached.count(1):
                    reached = bytearray(a | b for a, b in zip(now, reached, strict=True))
                    if len(data) < 1 << 16:
                        target.inputs.append(data)
    print(f"{count} inputs, {reached.count(1)} edges; nothing was found")
    last.unlink()
    return 0


def with_faults(target: Target, value: Any) -> None:
    """Write a value that may change itself: whatever it comes to, nothing breaks."""
    try:
        target.writing.code.write(value)
    except Exception:  # a refusal
        return


if __name__ == "__main__":
    raise SystemExit(main())
