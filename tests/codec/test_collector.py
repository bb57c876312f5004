"""The garbage collector is paused while much is read, and goes on afterwards, whatever happens."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Annotated, Any

import construct as c
import pytest

from codec.shapes import Device, Mode, Queue
from codec.test_threads import together
from snapformat import DecodeError, Limits, Snapshot, SnapshotFormat, decode, doc, encode, register, schema
from snapformat.bincode import Blob, CStruct, Duration, HashMap, Option, Vec, Via, u8, u32, u64
from snapformat.encodings.bincode.codec import collector, engine
from snapformat.encodings.bincode.codec.collector import LARGE, may_pause, paused
from snapformat.layout import layout_of
from unknown_construct import Word


def declared() -> tuple[type[Any], type[Any]]:
    """Return classes that nothing was read by."""

    @schema
    class Point:
        x: u32
        y: u32
        z: u32

    @schema
    class Large:
        points: Vec[Point]
        name: str

    return Point, Large


Point, Large = declared()
POINTS = [Point(1, 2, 3)] * 20_000
DATA = encode(POINTS, Vec[Point])
assert len(DATA) > LARGE


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    assert gc.isenabled()
    yield
    left = gc.isenabled(), dict(collector._reads)
    gc.enable()
    assert left == (True, {})


@pytest.fixture
def collections() -> Iterator[list[int]]:
    """The generations that were collected."""
    found: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            found.append(info["generation"])

    gc.collect()
    gc.callbacks.append(note)
    yield found
    gc.callbacks.remove(note)


READINGS = ("decode", "decode, of a class", "decode, other limits", "Snapshot.load", "lazily, first touch")


def reading(name: str) -> Callable[[], Any]:
    """Return one of all ways of reading much, by classes of its own."""
    Point, Large = declared()
    kept = Large([Point(1, 2, 3)] * len(POINTS), "n")
    file = Snapshot.new(kept).to_bytes()
    found: dict[str, Callable[[], Any]] = {
        "decode": lambda: decode(DATA, Vec[Point]),
        "decode, of a class": lambda: decode(encode(kept, Large), Large),
        "decode, other limits": lambda: decode(DATA, Vec[Point], limits=Limits(depth=3)),
        "Snapshot.load": lambda: Snapshot.load(file, Large),
        "lazily, first touch": lambda: Snapshot.load(file, Large, lazy=True).data.points,
    }
    return found[name]


@pytest.mark.usefixtures("python_only")
@pytest.mark.parametrize("name", READINGS)
def test_no_collections_while_much_is_read(
    name: str, collections: list[int], monkeypatch: pytest.MonkeyPatch
):
    read = reading(name)
    for _ in range(3):
        read()
    during: list[int] = []

    def watched(function: Callable[..., Any], *arguments: Any) -> Any:
        def counted(*arguments: Any) -> Any:
            collections.clear()
            found = function(*arguments)
            during.append(len(collections))
            return found

        return paused(counted, *arguments)

    monkeypatch.setattr(engine, "paused", watched)
    read()
    assert during == [0]
    monkeypatch.setattr(engine, "paused", lambda function, *arguments: function(*arguments))
    collections.clear()
    read()
    assert collections, "it would have collected"


def test_little_is_read_without_a_pause(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(collector, "_pause", None)
    few = POINTS[:5000]
    assert decode(encode(few, Vec[Point]), Vec[Point]) == few
    assert Snapshot.load(Snapshot.new(few, Vec[Point]).to_bytes(), Vec[Point]).data == few


def test_what_was_switched_off_stays_off():
    gc.disable()
    try:
        assert decode(DATA, Vec[Point]) == POINTS
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_errors():
    for data in (DATA[:-1], b"\xff" * 100_000):
        with pytest.raises(DecodeError):
            decode(data, Vec[Point])
        assert gc.isenabled()
    with pytest.raises(KeyboardInterrupt):
        paused(interrupted)


def interrupted() -> None:
    assert not gc.isenabled()
    raise KeyboardInterrupt


def test_reads_in_reads():
    def inner() -> bool:
        return gc.isenabled()

    def outer() -> tuple[bool, bool, bool]:
        return gc.isenabled(), paused(inner), gc.isenabled()

    assert paused(outer) == (False, False, False)


def at_each_line(act: Callable[[], None]) -> int:
    """Pause and resume, and act at one line of it: at each, in turn. Gives their number."""
    codes = {f.__code__ for f in (collector.paused, collector._pause, collector._resume)}
    place = 0
    while True:
        place += 1
        passed: set[tuple[int, int]] = set()

        def trace(frame: Any, event: str, argument: Any, place: int = place, passed: Any = passed) -> Any:
            if frame.f_code not in codes:
                return None
            # At the end of `with`, its line comes again: there, the lock is still held, and no signal comes.
            if event == "line" and (id(frame), frame.f_lineno) not in passed:
                passed.add((id(frame), frame.f_lineno))
                if len(passed) == place:
                    sys.settrace(None)
                    act()
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            paused(lambda: None)
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(before)
        assert gc.isenabled(), f"at line {place}"
        assert not collector._reads
        if len(passed) < place:
            return place


def test_an_interrupt_at_any_line():
    def interrupt() -> None:
        raise KeyboardInterrupt

    assert at_each_line(interrupt) > 10


def test_a_signal_handler_that_reads_at_any_line():
    assert at_each_line(lambda: paused(lambda: None)) > 10


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers")
def test_interrupts_at_any_time():
    """By real signals, in a process of its own."""
    program = """
        import gc, random, signal, threading
        from snapformat.encodings.bincode.codec import collector
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        interrupted = 0
        for _ in range(20000):
            try:
                signal.setitimer(signal.ITIMER_REAL, random.random() * 2e-5 + 1e-6)
                for _ in range(1000):
                    collector.paused(int)
            except KeyboardInterrupt:
                interrupted += 1
            assert gc.isenabled() and not collector._reads
        assert interrupted > 10000
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], timeout=300, check=False)
    assert done.returncode == 0


def test_the_last_of_several_threads_resumes():
    first_is_in, second_is_in, first_may_end = (threading.Event() for _ in range(3))
    seen: list[bool] = []

    def first() -> None:
        paused(lambda: (first_is_in.set(), first_may_end.wait(60)))

    def second() -> None:
        first_is_in.wait(60)

        def read() -> None:
            second_is_in.set()
            thread.join(60)
            seen.append(gc.isenabled())

        paused(read)

    thread = threading.Thread(target=first)
    thread.start()
    other = threading.Thread(target=second)
    other.start()
    second_is_in.wait(60)
    first_may_end.set()
    other.join(60)
    assert seen == [False]
    assert gc.isenabled()


def test_many_threads():
    found = together([lambda: [decode(DATA, Vec[Point]) == POINTS for _ in range(3)]] * 8)
    assert found == [[True] * 3] * 8


def in_child(check: Callable[[], bool]) -> bool:
    """What a function says in a child process."""
    child = os.fork()
    if not child:
        try:
            os._exit(0 if check() else 1)
        finally:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_forks():
    # Another thread reads, which is not in the child.
    is_in, may_end = threading.Event(), threading.Event()

    def read() -> None:
        def wait() -> None:
            is_in.set()
            may_end.wait(60)

        paused(wait)

    thread = threading.Thread(target=read)
    thread.start()
    is_in.wait(60)
    assert not gc.isenabled()
    is_right = in_child(lambda: gc.isenabled() and decode(DATA, Vec[Point]) == POINTS and gc.isenabled())
    may_end.set()
    thread.join(60)
    assert is_right
    assert gc.isenabled()

    # The very thread that reads forks.
    def fork() -> bool:
        return in_child(lambda: not gc.isenabled() and not paused(gc.isenabled) and not gc.isenabled())

    assert paused(fork)


class Registered:
    def __init__(self, x: int) -> None:
        self.x = x


register(Registered, c.Struct("x" / c.Byte))


@schema
class Built:
    """A class with a constructor of its own."""

    x: u8

    def __post_init__(self) -> None:
        self.y = 1


@schema
class Skipping:
    x: u8
    kept: int = doc("", skip=True, default=7)
    made: list[int] = doc("", skip=True, default_factory=list)


@schema
class Filled:
    x: u8
    made: object = doc("", skip=True, default_factory=lambda: object())


@schema
class Registers(CStruct):
    a: u64


Id = Annotated[
    uuid.UUID, Via(bytes, decode=lambda raw: uuid.UUID(bytes=raw), encode=lambda value: value.bytes)
]


@pytest.mark.parametrize(
    "kind",
    [
        *(Device, Mode, Queue, Vec[Option[Device]], HashMap[str, Duration], Skipping, Blob[Registers]),
        c.Struct("n" / c.Byte, "a" / c.Array(c.this.n, c.Byte)),
        c.GreedyRange(c.Byte),
    ],
)
def test_where_only_our_code_runs(kind: Any):
    assert may_pause(layout_of(kind))


@pytest.mark.parametrize(
    "kind",
    [Id, Vec[Id], HashMap[str, Id], Registered, Built, Vec[Built], Filled, c.GreedyRange(Word())],
)
def test_code_of_others_runs_with_the_collector(kind: Any):
    assert not may_pause(layout_of(kind))


def test_what_a_conversion_leaves_behind_is_collected(collections: list[int]):
    seen: set[bool] = set()

    def convert(number: int) -> list[Any]:
        circle: list[Any] = [number]
        circle.append(circle)
        seen.add(gc.isenabled())
        return [number]

    kind = Vec[Annotated[list, Via(u64, decode=convert, encode=lambda value: value[0])]]
    data = (20_000).to_bytes(8, "little") + bytes(160_000)
    for _ in range(2):
        assert decode(data, kind) == [[0]] * 20_000
    assert seen == {True}
    assert collections


def test_shipped_formats_are_read_with_a_pause():
    from snapformat.snapshot.catalogue import formats

    positional = [format_ for format_ in formats().values() if not format_.is_message]
    assert all(may_pause(format_.payload_layout) for format_ in positional)
    assert may_pause(SnapshotFormat(name="x", magic=1, version="1.0.0", payload=u8).header_layout)
