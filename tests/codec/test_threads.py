"""First use from many threads at once: one piece of code is made, and all get right values."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from snapformat import Encoding, decode_prefix, encode, schema
from snapformat.bincode import HashSet, Option, Vec, u8, u16, u64
from snapformat.encodings.bincode.codec import engine
from snapformat.encodings.bincode.encoding import layout_for
from snapformat.layout import lower

THREADS = 16


def together(calls: list[Callable[[], Any]]) -> list[Any]:
    """Results of calls that begin at the same time, each in a thread."""
    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def work(place: int, call: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[place] = call()
        except BaseException as error:
            results[place] = error

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return results


def fresh(number: int) -> tuple[type, Any, bytes]:
    """A class that nobody has used before, a value and its bytes."""
    inner = schema(
        type(f"Inner{number}", (), {"__doc__": ".", "__annotations__": {"x": u16, "y": Option[u64]}})
    )
    annotations = {"a": u8, "b": Vec[inner], "c": str, "d": inner, "e": Vec[u16]}
    outer = schema(type(f"Outer{number}", (), {"__doc__": ".", "__annotations__": annotations}))
    value = outer(number % 256, [inner(1, 2), inner(3, None)], "é", inner(5, number), [1, 2, number])
    data = bytes([number % 256]) + (2).to_bytes(8, "little") + b"\1\0\1\2" + bytes(7) + b"\3\0\0"
    data += (2).to_bytes(8, "little") + "é".encode() + b"\5\0\1" + number.to_bytes(8, "little")
    data += (3).to_bytes(8, "little") + b"\1\0\2\0" + number.to_bytes(2, "little")
    return outer, value, data


@pytest.mark.parametrize("round_", range(8))
def test_first_use(round_: int) -> None:
    kind, value, data = fresh(round_)
    encoding = Encoding()

    def read() -> Any:
        node = lower(layout_for(kind, encoding))
        return engine.read_value(node, data), engine.reader_of(node), node

    def write() -> Any:
        node = lower(layout_for(kind, encoding))
        return engine.write_value(node, value), engine.writer_of(node), node

    before = (engine.statistics.read_fallbacks, engine.statistics.write_fallbacks)
    results = together([read, write] * (THREADS // 2))
    for result in results:
        assert not isinstance(result, BaseException), result
    assert {result[0] for result in results[1::2]} == {data}
    assert all(result[0] == (value, len(data)) for result in results[::2])
    # One thread makes the code; the others use the same.
    assert len({id(result[1]) for result in results[::2]}) == 1
    assert len({id(result[1]) for result in results[1::2]}) == 1
    assert (engine.statistics.read_fallbacks, engine.statistics.write_fallbacks) == before


def test_many_types_at_once() -> None:
    made = [fresh(1000 + number) for number in range(THREADS)]

    def call(kind: type, value: Any, data: bytes) -> Callable[[], bool]:
        def run() -> bool:
            node = lower(layout_for(kind, Encoding()))
            return all(
                engine.write_value(node, engine.read_value(node, data)[0]) == data
                and engine.read_value(node, data)[0] == value
                for _ in range(5)
            )

        return run

    assert together([call(*one) for one in made]) == [True] * THREADS


def test_code_of_a_class_that_reads_itself() -> None:
    """What a class does when it is made may be a first use of another."""

    @schema
    class Other:
        a: u64

    @schema
    class Reading:
        def __post_init__(self) -> None:
            assert encode(Other(1), Other) == (1).to_bytes(8, "little")

    data = (2).to_bytes(8, "little") + bytes(70_000)  # large enough for code to be generated at once
    (found,) = together([lambda: decode_prefix(data, HashSet[Reading])[0]])
    assert len(found) == 1
