"""What an expert writes for the tables, as `by_hand` does for S and M: the same checks, no others."""

from __future__ import annotations

from array import array
from operator import countOf
from struct import Struct
from typing import Any

from benchmarks.tables import Event, Moved, Person, Point, Renamed, Resized, Signalled, Started, Stopped

_u64, _tag, _point = Struct("<Q"), Struct("<I"), Struct("<III")
_moved, _signalled = Struct("<II"), Struct("<HB")
_some = Struct("<BI")
_pack_moved, _pack_signalled = Struct("<III").pack, Struct("<IHB").pack
_pack_size = _pack_head = Struct("<IQ").pack
_BOOLS = (False, True)


def parse_points(d: bytes) -> list[Point]:
    """Read structs of three integers."""
    (count,) = _u64.unpack_from(d, 0)
    if 8 + 12 * count > len(d):
        raise ValueError("too short")
    return [Point(x, y, z) for x, y, z in _point.iter_unpack(d[8 : 8 + 12 * count])]


def build_points(values: list[Point]) -> bytes:
    """Write structs of three integers."""
    parts = [_u64.pack(len(values))]
    add, pack = parts.append, _point.pack
    for point in values:
        x, y, z = point.x, point.y, point.z
        if not (type(point) is Point and type(x) is type(y) is type(z) is int):
            raise TypeError("a value of another type")
        add(pack(x, y, z))
    return b"".join(parts)


def parse_people(d: bytes) -> list[Person]:
    """Read structs of two texts and an option."""
    read, end = _u64.unpack_from, len(d)
    (count,) = read(d, 0)
    p = 8
    found = []
    for _ in range(count):
        (size,) = read(d, p)
        q = p + 8 + size
        name = d[p + 8 : q].decode()
        (size,) = read(d, q)
        p = q + 8 + size
        city = d[q + 8 : p].decode()
        tag = d[p]
        if tag == 1:
            _, age = _some.unpack_from(d, p)
            p += 5
        elif tag:
            raise ValueError("not an option")
        else:
            age = None
            p += 1
        if p > end:
            raise ValueError("too short")
        found.append(Person(name, city, age))
    return found


def build_people(values: list[Person]) -> bytes:
    """Write structs of two texts and an option."""
    pack = _u64.pack
    parts = [pack(len(values))]
    for person in values:
        name, city, age = person.name, person.city, person.age
        if not (type(person) is Person and type(name) is type(city) is str):
            raise TypeError("a value of another type")
        first, second = name.encode(), city.encode()
        if age is None:
            last = b"\0"
        elif type(age) is int:
            last = _some.pack(1, age)
        else:
            raise TypeError("a value of another type")
        parts += (pack(len(first)), first, pack(len(second)), second, last)
    return b"".join(parts)


def parse_events(d: bytes) -> list[Event]:
    """Read an enum of six variants."""
    (count,) = _u64.unpack_from(d, 0)
    p, end = 8, len(d)
    found: list[Event] = []
    add, read_tag = found.append, _tag.unpack_from
    for _ in range(count):
        (tag,) = read_tag(d, p)
        p += 4
        if tag == 0:
            add(Started())
        elif tag == 1:
            add(Stopped())
        elif tag == 2:
            x, y = _moved.unpack_from(d, p)
            add(Moved(x, y))
            p += 8
        elif tag == 3:
            (size,) = _u64.unpack_from(d, p)
            add(Resized(size))
            p += 8
        elif tag == 4:
            (size,) = _u64.unpack_from(d, p)
            q = p + 8
            p = q + size
            if p > end:
                raise ValueError("too short")
            add(Renamed(d[q:p].decode()))
        elif tag == 5:
            signal, forced = _signalled.unpack_from(d, p)
            add(Signalled(signal, _BOOLS[forced]))
            p += 3
        else:
            raise ValueError("no such variant")
    return found


def build_events(values: list[Any]) -> bytes:
    """Write an enum of six variants."""
    parts = [_u64.pack(len(values))]
    add = parts.append
    for event in values:
        kind = type(event)
        if kind is Started:
            add(b"\0\0\0\0")
        elif kind is Stopped:
            add(b"\1\0\0\0")
        elif kind is Moved:
            x, y = event.x, event.y
            if not type(x) is type(y) is int:
                raise TypeError("a value of another type")
            add(_pack_moved(2, x, y))
        elif kind is Resized:
            size = event.size
            if type(size) is not int:
                raise TypeError("a value of another type")
            add(_pack_size(3, size))
        elif kind is Renamed:
            name = event.name
            if type(name) is not str:
                raise TypeError("a value of another type")
            text = name.encode()
            add(_pack_head(4, len(text)))
            add(text)
        elif kind is Signalled:
            signal, forced = event.signal, event.forced
            if not (type(signal) is int and type(forced) is bool):
                raise TypeError("a value of another type")
            add(_pack_signalled(5, signal, forced))
        else:
            raise TypeError("a value of another type")
    return b"".join(parts)


def parse_sizes(d: bytes) -> dict[str, int]:
    """Read a map of texts to integers."""
    read = _u64.unpack_from
    (count,) = read(d, 0)
    p = 8
    found = {}
    for _ in range(count):
        (size,) = read(d, p)
        q = p + 8 + size
        key = d[p + 8 : q].decode()
        (found[key],) = read(d, q)
        p = q + 8
    return found


def build_sizes(values: dict[str, int]) -> bytes:
    """Write a map of texts to integers, sorted."""
    pack = _u64.pack
    parts = [pack(len(values))]
    for key, value in sorted(values.items()):
        if not (type(key) is str and type(value) is int):
            raise TypeError("a value of another type")
        text = key.encode()
        parts += (pack(len(text)), text, pack(value))
    return b"".join(parts)


def parse_vectors(d: bytes) -> list[list[float]]:
    """Read lists of f32."""
    read = _u64.unpack_from
    (count,) = read(d, 0)
    p, end = 8, len(d)
    found = []
    for _ in range(count):
        (size,) = read(d, p)
        q = p + 8
        p = q + 4 * size
        if p > end:
            raise ValueError("too short")
        found.append(array("f", d[q:p]).tolist())
    return found


def build_vectors(values: list[list[float]]) -> bytes:
    """Write lists of f32."""
    pack = _u64.pack
    parts = [pack(len(values))]
    for vector in values:
        if not (type(vector) is list and countOf(map(type, vector), float) == len(vector)):
            raise TypeError("a value of another type")
        parts += (pack(len(vector)), array("f", vector).tobytes())
    return b"".join(parts)


#: By the name of the shape.
TABLES: dict[str, tuple[Any, Any]] = {
    "structs": (parse_points, build_points),
    "texts": (parse_people, build_people),
    "enum": (parse_events, build_events),
    "map": (parse_sizes, build_sizes),
    "floats": (parse_vectors, build_vectors),
}
