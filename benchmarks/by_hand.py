"""What an expert writes for one layout: `struct`, slices, locals; and the checks that the format needs.

What the layout refuses is refused here too: bytes that are no bool or text, a bool for an integer, a str for
bytes. `unchecked_*` leave out the checks of values that `struct` does not make by itself.
"""

from __future__ import annotations

from array import array
from operator import countOf
from struct import Struct, error

from benchmarks.payloads import Mode, Record, Single

_MODES = tuple(Mode)
_INDEX = {id(mode): index for index, mode in enumerate(Mode)}
_BOOLS = (False, True)

_u64 = Struct("<Q")
_single_head = Struct("<QHIBdQ")
_single_none = Struct("<6sQ")
_single_some = Struct("<I6sQ")
_record_none = Struct("<HBdQ")
_record_some = Struct("<QHBdQ")
_tagged = Struct("<QB")
_mac = Struct("<6s")

_pack_head, _pack_u64, _pack_mac = _single_head.pack, _u64.pack, Struct("<6B").pack
_pack_single_none, _pack_single_some = Struct("<B6BQ").pack, Struct("<BI6BQ").pack
#: By how many ports there are: for a few that takes less than an array.
_pack_ports = [Struct(f"<{count}H").pack for count in range(9)]
_pack_record_none, _pack_record_some = Struct("<QBHBdQ").pack, Struct("<QBQHBdQ").pack
_read_head, _read_u64, _read_tagged = _single_head.unpack_from, _u64.unpack_from, _tagged.unpack_from
_read_single_none, _read_single_some = _single_none.unpack_from, _single_some.unpack_from
_read_record_none, _read_record_some = _record_none.unpack_from, _record_some.unpack_from


def parse_single(d: bytes) -> Single:
    """Read S."""
    number, kind, mode, active, ratio, size = _read_head(d, 0)
    p = 31 + size
    name = d[31:p].decode()
    tag = d[p]
    if tag == 1:
        parent, mac, count = _read_single_some(d, p + 1)
        p += 19
    elif tag:
        raise ValueError("not an option")
    else:
        mac, count = _read_single_none(d, p + 1)
        parent = None
        p += 15
    end = p + 2 * count
    if end > len(d):
        raise ValueError("too short")
    ports = array("H", d[p:end]).tolist()
    (size,) = _read_u64(d, end)
    p = end + 8 + size
    if p > len(d):
        raise ValueError("too short")
    return Single(
        number, kind, _MODES[mode], _BOOLS[active], ratio, name, parent, list(mac), ports, d[end + 8 : p]
    )


def build_single(x: Single) -> bytes:
    """Write S."""
    number, kind, mode, active, ratio, text = x.id, x.kind, x.mode, x.active, x.ratio, x.name
    parent, mac, ports, note = x.parent, x.mac, x.ports, x.note
    a, b, c, d, e, f = mac
    name = text.encode()
    count = len(ports)
    if not (
        type(number) is type(kind) is type(a) is type(b) is type(c) is type(d) is type(e) is type(f) is int
        and (parent is None or type(parent) is int)
        and type(active) is bool
        and type(ratio) is float
        and type(text) is str
        and type(mac) is type(ports) is list
        and type(note) is bytes
    ):
        raise TypeError("a value of another type")
    if count < 9:
        for port in ports:
            if type(port) is not int:
                raise TypeError("a value of another type")
        packed = _pack_ports[count](*ports)
    elif countOf(map(type, ports), int) == count:
        packed = array("H", ports).tobytes()
    else:
        raise TypeError("a value of another type")
    head = _pack_head(number, kind, _INDEX[id(mode)], active, ratio, len(name))
    if parent is None:
        middle = _pack_single_none(0, a, b, c, d, e, f, count)
    else:
        middle = _pack_single_some(1, parent, a, b, c, d, e, f, count)
    return b"".join((head, name, middle, packed, _pack_u64(len(note)), note))


def unchecked_single(x: Single) -> bytes:
    """Write S, whatever the types of its values."""
    name = x.name.encode()
    note = x.note
    ports = x.ports
    mac = bytes(x.mac)
    if len(mac) != 6:
        raise ValueError("not six octets")
    head = _single_head.pack(x.id, x.kind, _INDEX[id(x.mode)], x.active, x.ratio, len(name))
    if x.parent is None:
        middle = b"\0" + _single_none.pack(mac, len(ports))
    else:
        middle = b"\1" + _single_some.pack(x.parent, mac, len(ports))
    packed = _pack_ports[len(ports)](*ports) if len(ports) < 9 else array("H", ports).tobytes()
    return b"".join((head, name, middle, packed, _u64.pack(len(note)), note))


def parse_records(d: bytes) -> list[Record]:
    """Read M."""
    (count,) = _read_u64(d, 0)
    p = 8
    end = len(d)
    if count * 42 > end:
        raise ValueError("too short")
    found = []
    add = found.append
    tagged, some, none, u64 = _read_tagged, _read_record_some, _read_record_none, _read_u64
    make, bools = Record, _BOOLS
    for _ in range(count):
        number, tag = tagged(d, p)
        if tag == 1:
            parent, kind, active, ratio, size = some(d, p + 9)
            p += 36
        elif tag:
            raise ValueError("not an option")
        else:
            kind, active, ratio, size = none(d, p + 9)
            parent = None
            p += 28
        q = p + size
        name = d[p:q].decode()
        (size,) = u64(d, q)
        q += 8
        p = q + size
        token = d[q:p]
        q = p + 6
        if q > end:
            raise ValueError("too short")
        add(make(number, parent, kind, bools[active], ratio, name, token, list(d[p:q])))
        p = q
    return found


def build_records(values: list[Record]) -> bytes:
    """Write M."""
    parts = [_pack_u64(len(values))]
    some, none, u64, octets = _pack_record_some, _pack_record_none, _pack_u64, _pack_mac
    for x in values:
        number, parent, kind, active, ratio = x.id, x.parent, x.kind, x.active, x.ratio
        text, token, mac = x.name, x.token, x.mac
        a, b, c, d, e, f = mac
        name = text.encode()
        if not (
            type(x) is Record
            and type(number)
            is type(kind)
            is type(a)
            is type(b)
            is type(c)
            is type(d)
            is type(e)
            is type(f)
            is int
            and type(active) is bool
            and type(ratio) is float
            and type(text) is str
            and type(token) is bytes
            and type(mac) is list
        ):
            raise TypeError("a value of another type")
        if parent is None:
            head = none(number, 0, kind, active, ratio, len(name))
        elif type(parent) is int:
            head = some(number, 1, parent, kind, active, ratio, len(name))
        else:
            raise TypeError("a value of another type")
        parts += (head, name, u64(len(token)), token, octets(a, b, c, d, e, f))
    return b"".join(parts)


def unchecked_records(values: list[Record]) -> bytes:
    """Write M, whatever the types of its values."""
    parts = [_u64.pack(len(values))]
    add = parts.append
    some, none, u64 = _pack_record_some, _pack_record_none, _pack_u64
    for x in values:
        name = x.name.encode()
        token = x.token
        mac = bytes(x.mac)
        if len(mac) != 6:
            raise ValueError("not six octets")
        parent = x.parent
        if parent is None:
            add(none(x.id, 0, x.kind, x.active, x.ratio, len(name)))
        else:
            add(some(x.id, 1, parent, x.kind, x.active, x.ratio, len(name)))
        add(name)
        add(u64(len(token)))
        add(token)
        add(mac)
    return b"".join(parts)


__all__ = [
    "build_records",
    "build_single",
    "error",
    "parse_records",
    "parse_single",
    "unchecked_records",
    "unchecked_single",
]
