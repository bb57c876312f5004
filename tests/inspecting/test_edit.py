"""Editing by paths: values as text, by the type of the part; the rest of the file stays."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import construct as c
import pytest
from construct import this

import snapformat
from inspecting.machine import FORMAT, machine
from snapformat import EncodeError, Snapshot, SnapshotFormat, doc, schema
from snapformat.bincode import Hex, u8, u32, u64
from snapformat.inspect.edit import Editor, ValueTextError
from snapformat.inspect.locations import PathError
from snapformat.inspect.query import select


def editor() -> Editor:
    return Editor(FORMAT.load(FORMAT.new(machine()).to_bytes(), lazy=True))


#: Path, text, and the value of Python.
SET: list[tuple[str, str, Any]] = [
    ("name", "new name", "new name"),
    ("name", '"quoted"', "quoted"),
    ("name", "null", "null"),
    ("mode", "Off", None),
    ("memory_mib", "2GiB", 2048),
    ("memory_mib", "0x10", 16),
    ("memory_mib", "1_000", 1000),
    ("big", "4KiB", 4096),
    ("big", '"18446744073709551614"', (1 << 64) - 2),
    ("note", "text", "text"),
    ("note", "null", None),
    ("note", '"null"', "null"),
    ("heat", "-7", None),
    ("load", "1e3", 1000.0),
    ("load", "-0", -0.0),
    ("raw", "0x00ff", b"\0\xff"),
    ("raw", "[1, 2]", b"\1\2"),
    ("raw[0]", "9", 9),
    ("mac[1]", "9", 9),
    ("pair", '[9, "q"]', (9, "q")),
    ("pair[1]", "q", "q"),
    ("disks[0].flags", "0xff", 255),
    ("disks[0].backend<File>.size_mib", "1GiB", 1024),
    ("disks[1].backend<Socket>", "/t", None),
    ("disks[0].backend", '{"Socket": "/u"}', None),
    ("disks[2].backend", "Nothing", None),
    ("regs[0].ip", "0x20", 32),
    ("regs[1]", '{"ip": 1, "sp": "0x2", "count": 3}', None),
    ('table["b c"]', "77", 77),
    ('numbers["7"]', "[5]", [5]),
    ("tags[1]", "z", "z"),
    ("upper", "xyz", None),
    ("nested", "7", None),
]


@pytest.mark.parametrize(("path", "text", "value"), SET)
def test_set_and_back(path: str, text: str, value: Any):
    """A value is set by text, found again in the saved file, and set back to the same bytes."""
    edited = editor()
    old = edited.snapshot.to_bytes()
    (before,) = [json.dumps(each.to_json()) for each in edited.select(path)]
    edited.set_text(path, text)
    new = edited.snapshot.to_bytes()
    again = Editor(FORMAT.load(new))
    if value is not None:
        assert again.get(path) == value
    (shown,) = [json.dumps(each.to_json()) for each in again.select(path)]
    again.set_text(path, shown)
    assert again.snapshot.to_bytes() == new
    again.set_text(path if path != "disks[0].backend" else "disks[0].backend", before)
    assert again.snapshot.to_bytes() == old


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("memory_mib", "-1", r"\$\.memory_mib: the JSON does not fit, expected u64"),
        ("memory_mib", "x", "'x' is not an integer"),
        ("memory_mib", "3KiB", "3KiB is no whole number of MiB"),
        ("mode", "Of", "neither the text of such a value nor JSON"),
        ("mode", '"Of"', "unknown variant 'Of'"),
        ("load", "fast", "neither the text"),
        ("pair", "[1]", "expected an array of 2"),
        ("disks[0]", '{"id": "x"}', "the field 'backend' of Disk is missing"),
        ("regs[0].count", "65536", "expected u16"),
        ("raw", "0xabc", "neither the text"),
        (
            "disks[0].backend",
            '{"File": {"path": 1, "size_mib": 2}}',
            r"\$\.disks\[0\]\.backend<File>\.path: ",
        ),
    ],
)
def test_bad_values(path: str, text: str, message: str):
    edited = editor()
    before = edited.snapshot.to_bytes()
    with pytest.raises(ValueTextError, match=message):
        edited.set_text(path, text)
    assert edited.snapshot.to_bytes() == before


def test_remove():
    edited = editor()
    for path in ("disks[id=data]", 'table["a"]', "nested", "tags[0]", 'numbers["7"][0]'):
        edited.remove(path)
    data = FORMAT.load(edited.snapshot.to_bytes()).data
    assert [disk.id for disk in data.disks] == ["root.fs", "none"]
    assert dict(data.table.items()) == {"b c": 2, "true": 3}
    assert (data.nested, [*data.tags], data.numbers[7]) == (None, ["y"], [2])
    edited.remove("disks[*]")
    assert edited.get("disks") == []
    for path in ("name", "mac[0]", "pair[0]", "disks"):
        with pytest.raises(PathError, match="can be removed"):
            editor().remove(path)
    with pytest.raises(PathError, match="chooses no part"):
        edited.remove("disks[*]")


def test_append():
    edited = editor()
    edited.append_text("disks", '{"id": "more", "backend": "Nothing", "flags": 1}')
    edited.append_text("tags", "w")
    edited.append_text('numbers["8"]', "3")
    data = FORMAT.load(edited.snapshot.to_bytes()).data
    assert data.disks[3].id == "more"
    assert sorted(data.tags) == ["w", "x", "y"]
    assert data.numbers[8] == [3]
    assert edited.changes[0][:2] == ("$.disks[3]", None)
    with pytest.raises(PathError, match="only sequences"):
        edited.append_text("name", "x")
    with pytest.raises(ValueTextError):
        edited.append_text("disks", "{}")


def test_the_context_manager(tmp_path: Path):
    file = tmp_path / "vm"
    FORMAT.new(machine()).save(file)
    old = file.read_bytes()
    with snapformat.edit(file, format=FORMAT) as vm:
        vm.set("name", "other")
        vm.snapshot.data.memory_mib = 1
    assert (FORMAT.load(file).data.name, FORMAT.load(file).data.memory_mib) == ("other", 1)
    with pytest.raises(PathError), snapformat.edit(file, format=FORMAT) as vm:
        vm.remove("name")
    with pytest.raises(EncodeError), snapformat.edit(file, format=FORMAT) as vm:
        vm.set("name", 5)
    assert FORMAT.load(file).data.name == "other"
    target = io.BytesIO()
    with snapformat.edit(old, target=target, format=FORMAT) as vm:
        vm.set_text("mode", "Off")
    assert target.getvalue() != old
    with pytest.raises(TypeError, match="name a target"), snapformat.edit(old, format=FORMAT):
        pass


def test_all_else_stays():
    """Only what was changed is written anew."""
    snapshot = FORMAT.new(machine())
    old = snapshot.to_bytes()
    edited = Editor(FORMAT.load(old, lazy=True))
    edited.set_text("disks[1].backend<Socket>", "/S")
    new = edited.snapshot.to_bytes()
    differ = [place for place, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
    assert [place for place in differ if place < len(old) - 8] == [old.index(b"/s") + 1]


def test_what_can_not_be_changed():
    edited = editor()
    with pytest.raises(PathError, match="can't be changed"):
        edited.set_text("$checksum", "1")
    edited.set_text("$header.version", "1.0.1")
    assert str(Snapshot.version.fget(edited.snapshot)) == "1.0.1"  # type: ignore[attr-defined]
    with pytest.raises(PathError, match="chooses 3 parts, not one"):
        edited.get("disks[*]")
    assert select(edited.snapshot, "$header.version")[0].value.patch == 1


@schema
class Range:
    start: Hex[u64] = doc("", depends="the table has it too")
    size: u32 = 0


@schema
class Machine:
    size: u32 = doc("", depends="the ranges have to fit")
    ranges: list[Range] = doc("", depends="the memory file has to fit")
    free: list[u8] = doc("", depends="the devices have the others")
    name: str = ""


MACHINES = SnapshotFormat(name="machines", magic=0x4D, version="1.0.0", payload=Machine)


def machine_with_ranges() -> Editor:
    snapshot = MACHINES.new(Machine(16, [Range(0, 8), Range(8, 8)], [1, 2], "m"))
    return Editor(MACHINES.load(snapshot.to_bytes(), lazy=True))


@pytest.mark.parametrize(
    ("path", "text", "warned"),
    [
        ("size", "32", {"$.size": "the ranges have to fit"}),
        ("size", "16", {}),  # unchanged
        ("name", "other", {}),
        ("ranges[0].size", "9", {}),
        ("ranges[0].start", "1", {"$.ranges[0].start": "the table has it too"}),
        ("$..start", "8", {"$.ranges[0].start": "the table has it too"}),
        ("ranges[1]", '{"start": 8, "size": 3}', {"$.ranges[1]": "the memory file has to fit"}),
        (
            "ranges",
            '[{"start": 1, "size": 8}, {"start": 8, "size": 8}]',
            {"$.ranges": "the memory file has to fit", "$.ranges[0].start": "the table has it too"},
        ),
        ("free[0]", "7", {"$.free[0]": "the devices have the others"}),
    ],
)
def test_warnings_of_what_depends(path: str, text: str, warned: dict[str, str]):
    edited = machine_with_ranges()
    edited.set_text(path, text)
    assert edited.warnings == warned


def test_warnings_of_elements():
    edited = machine_with_ranges()
    edited.append_text("free", "9")
    edited.remove("ranges[0]")
    assert edited.warnings == {
        "$.free": "the devices have the others",
        "$.ranges[0]": "the memory file has to fit",
    }


@schema
class Image:
    width: u8
    height: u8
    pixels: c.Array(this.width * this.height, c.Byte)  # type: ignore[valid-type]  # a construct
    name: str


@schema
class Album:
    images: list[Image]


ALBUMS = SnapshotFormat(name="albums", magic=0x41, version="1.0.0", payload=Album)


def album() -> Editor:
    snapshot = ALBUMS.new(Album([Image(2, 1, [1, 2], "a"), Image(1, 1, [9], "b")]))
    return Editor(ALBUMS.load(snapshot.to_bytes(), lazy=True))


def test_parts_that_need_the_fields_beside_them():
    edited = album()
    assert [each.value for each in edited.select("$..width")] == [2, 1]
    assert [each.to_json() for each in edited.select("$..pixels")] == [[1, 2], [9]]
    assert [each.to_json() for each in edited.select("images[*].pixels[-1]")] == [2, 9]
    edited.set_text("images[0].pixels[1]", "7")
    edited.set_text("images[1].pixels", "[5]")
    edited.set_text("images[1].name", "other")
    images = ALBUMS.load(edited.snapshot.to_bytes()).data.images
    assert [(each.pixels, each.name) for each in images] == [([1, 7], "a"), ([5], "other")]
    with pytest.raises(ValueTextError, match=r"^\$\.images\[0\]\.pixels: .* array of 2, .* array of 3$"):
        edited.set_text("images[0].pixels", "[1, 2, 3]")
