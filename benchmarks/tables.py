"""The payloads that are long tables of one kind of element: their classes and their values."""

from __future__ import annotations

from random import Random

from snapformat import DataEnum, doc, schema
from snapformat.bincode import BTreeMap, Option, Vec, f32, u16, u32, u64

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


@schema
class Point:
    """Three integers, 12 bytes."""

    x: u32 = doc("Column")
    y: u32 = doc("Row")
    z: u32 = doc("Height")


@schema
class Person:
    """Two texts and an option, 39 bytes in the mean."""

    name: str = doc("Name")
    city: str = doc("Where they live")
    age: Option[u32] = doc("Years")


@schema
class Event(DataEnum):
    """One of six, 12 bytes in the mean."""


@schema(name="Started", kind="unit")
class Started(Event):
    """It began."""


@schema(name="Stopped", kind="unit")
class Stopped(Event):
    """It ended."""


@schema(name="Moved")
class Moved(Event):
    """It went somewhere."""

    x: u32 = doc("Column")
    y: u32 = doc("Row")


@schema(name="Resized")
class Resized(Event):
    """It has another size."""

    size: u64 = doc("Bytes")


@schema(name="Renamed")
class Renamed(Event):
    """It has another name."""

    name: str = doc("Name")


@schema(name="Signalled")
class Signalled(Event):
    """It got a signal."""

    signal: u16 = doc("Number")
    forced: bool = doc("Whether it could not be refused")


Points = Vec[Point]
People = Vec[Person]
Events = Vec[Event]
Sizes = BTreeMap[str, u64]
Vectors = Vec[Vec[f32]]


def points(count: int) -> list[Point]:
    """Points, with numbers of all lengths that a variable integer may have."""
    random = Random(1)
    return [Point(*(random.getrandbits(random.choice((7, 15, 31))) for _ in range(3))) for _ in range(count)]


def people(count: int) -> list[Person]:
    """People; every other one's age is known."""
    random = Random(2)
    return [
        Person(_text(random), _text(random), random.randrange(100) if index % 2 else None)
        for index in range(count)
    ]


def events(count: int) -> list[Event]:
    """Events of every variant, in no order."""
    random = Random(3)

    def make() -> Event:
        match random.randrange(6):
            case 0:
                return Started()
            case 1:
                return Stopped()
            case 2:
                return Moved(random.getrandbits(31), random.getrandbits(7))
            case 3:
                return Resized(random.getrandbits(40))
            case 4:
                return Renamed(_text(random))
            case _:
                return Signalled(random.randrange(64), random.random() < 0.5)

    return [make() for _ in range(count)]


def sizes(count: int) -> dict[str, int]:
    """Sizes by name, in the order in which Rust writes a `BTreeMap`."""
    random = Random(4)
    names = sorted(f"{_text(random)}{index}" for index in range(count))
    return {name: random.getrandbits(40) for name in names}


def vectors(count: int) -> list[list[float]]:
    """Lists of numbers that an f32 holds exactly."""
    random = Random(5)
    return [[random.randrange(-4096, 4096) / 64 for _ in range(random.randrange(30))] for _ in range(count)]


def _text(random: Random) -> str:
    return "".join(random.choices(LETTERS, k=random.randint(5, 12)))
