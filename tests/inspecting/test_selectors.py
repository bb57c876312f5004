"""Selectors: the path language, and what it chooses."""

from __future__ import annotations

import pytest

from inspecting.machine import FORMAT, machine
from snapformat.inspect.locations import PathError
from snapformat.inspect.query import select, text_of
from snapformat.inspect.selectors import parse_selector
from snapformat.path import parse_path

SNAPSHOT = FORMAT.load(FORMAT.new(machine()).to_bytes(), lazy=True)
#: Selector -> paths and values as text.
CHOSEN: dict[str, list[tuple[str, str]]] = {
    "name": [("$.name", "vm one")],
    "$.name": [("$.name", "vm one")],
    "mode": [("$.mode", "On")],
    "note": [("$.note", "null")],
    "nested": [("$.nested", "5")],
    "heat": [("$.heat", "20")],
    "disks[0].id": [("$.disks[0].id", "root.fs")],
    "disks[-1].id": [("$.disks[2].id", "none")],
    "disks[*].id": [("$.disks[0].id", "root.fs"), ("$.disks[1].id", "data"), ("$.disks[2].id", "none")],
    "disks[1:].id": [("$.disks[1].id", "data"), ("$.disks[2].id", "none")],
    "disks[::-2].id": [("$.disks[2].id", "none"), ("$.disks[0].id", "root.fs")],
    "disks[7:].id": [],
    "disks[id=data].flags": [("$.disks[1].flags", "0")],
    "disks[id=root.fs].backend<File>.path": [("$.disks[0].backend<File>.path", "/a")],
    'disks[id="root.fs"].flags': [("$.disks[0].flags", "3")],
    "disks[backend.path=/a].id": [("$.disks[0].id", "root.fs")],
    "disks[*].backend<Socket>": [("$.disks[1].backend<Socket>", "/s")],
    "$..path": [("$.disks[0].backend<File>.path", "/a")],
    "$..<Socket>": [("$.disks[1].backend<Socket>", "/s")],
    "disks..flags": [("$.disks[0].flags", "3"), ("$.disks[1].flags", "0"), ("$.disks[2].flags", "0")],
    "regs[0].ip": [("$.regs[0].ip", "1152921504606846976")],
    "$..sp": [("$.regs[0].sp", "2"), ("$.regs[1].sp", "5")],
    'table["b c"]': [('$.table["b c"]', "2")],
    "table.a": [('$.table["a"]', "1")],
    "table.*": [('$.table["a"]', "1"), ('$.table["b c"]', "2"), ('$.table["true"]', "3")],
    'numbers["7"][1]': [('$.numbers["7"][1]', "2")],
    "tags[0]": [("$.tags[0]", "x")],
    "pair[1]": [("$.pair[1]", "p")],
    "mac[2]": [("$.mac[2]", "3")],
    "raw[1]": [("$.raw[1]", "1")],
    "big": [("$.big", "18446744073709551615")],
    "upper": [("$.upper", "abc")],
    "$header.version": [("$header.version", "1.0.0")],
    "$header.magic": [("$header.magic", "5062979")],
    "$..no_such_name": [],
}


@pytest.mark.parametrize("text", CHOSEN)
def test_it_chooses(text: str):
    assert [(each.path, text_of(each)) for each in select(SNAPSHOT, text)] == CHOSEN[text]


@pytest.mark.parametrize("text", CHOSEN)
def test_a_chosen_path_chooses_the_same(text: str):
    """A path is a selector of one part, and reads back as its segments."""
    for each in select(SNAPSHOT, text):
        (again,) = select(SNAPSHOT, each.path)
        assert (again.path, again.value) == (each.path, each.value)
        assert parse_path(each.path) == each.segments


def test_everything():
    paths = [each.path for each in select(SNAPSHOT, "$..*")]
    assert len(paths) == len(set(paths))
    assert {"$.name", "$.disks[0].backend<File>.size_mib", '$.numbers["8"]', "$.raw[2]"} <= set(paths)


def test_the_checksum():
    (found,) = select(SNAPSHOT, "$checksum")
    assert found.value == int.from_bytes(SNAPSHOT.to_bytes()[-8:], "little")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nme", r"\$ has no nme: did you mean name\?"),
        ("name.x", r"\$\.name has no x"),
        ("note.x", r"\$\.note is null, so it has no x"),
        ("disks[3]", r"\$\.disks has 3 elements, and no \[3\]"),
        ("disks[-4]", r"\$\.disks has 3 elements, and no \[-4\]"),
        ("disks[0].backend<Socket>", r"\$\.disks\[0\]\.backend has no <Socket>"),
        ("disks[0].backend<Sock>", "did you mean <Socket>"),
        ('table["z"]', r"\$\.table has no z, only a, b c, true"),
        ('numbers["x"]', r"\$\.numbers has no x, only 7, 8"),
        ("$header.x", r"\$header has no x, only magic, version"),
        ("mode[0]", r"\$\.mode has no elements"),
        ("$other", r"begins with one of \$, \$header, \$checksum, \$trailing"),
    ],
)
def test_what_is_not_there(text: str, message: str):
    with pytest.raises(PathError, match=message):
        select(SNAPSHOT, text)


@pytest.mark.parametrize(
    "text",
    [
        "a..",
        "a[",
        "a]",
        "a.[0]",
        "a[0]b",
        "a<",
        "[=1]",
        "a..[0]",
        "a[::0]",
        "a.b.",
        "..",
        '"a"',
        'a["x]',
        "a==b",
    ],
)
def test_not_a_selector(text: str):
    with pytest.raises(ValueError, match=r"not a path|no step 0"):
        parse_selector(text)


def test_single_or_not():
    assert parse_selector("a[0]<B>.c").is_single
    assert not any(parse_selector(text).is_single for text in ("a[*]", "a[1:]", "$..b", "a[id=x]"))
