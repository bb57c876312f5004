"""Views: names beside the fields of a type, which a family declares."""

from __future__ import annotations

from typing import Any

import pytest

from inspecting.family import WITH_VIEWS, WITHOUT_VIEWS, DiskViews, FileViews, MachineViews
from inspecting.machine import FORMAT, machine
from snapformat import Snapshot
from snapformat.inspect.families import views_of
from snapformat.inspect.locations import PathError
from snapformat.inspect.query import root_of, select, select_in
from snapformat.inspect.view_list import ListedView, list_views
from snapformat.inspect.views import View
from snapformat.limits import Limits


@pytest.fixture
def snapshot() -> Snapshot[Any]:
    return WITH_VIEWS.load(WITH_VIEWS.new(machine()).to_bytes(), lazy=True)


#: Selector -> paths and values as plain data.
CHOSEN: dict[str, list[tuple[str, Any]]] = {
    "title": [("@title", "vm one")],
    "@title": [("@title", "vm one")],
    "@.title": [("@title", "vm one")],
    "name": [("$.name", "vm one")],  # a field comes first
    "@name": [("@name", None)],
    "power": [("@power", "On")],
    "disk_count": [("@disk_count", 3)],
    "load": [("$.load", 0.5)],
    "@load.ip": [("@load.ip", "0x1000000000000000")],
    "drives.data.flags": [("@drives.data.flags", 0)],
    'drives["root.fs"].id': [('@drives["root.fs"].id', "root.fs")],
    "drives[0].flags": [('@drives["root.fs"].flags', 3)],
    "drives[-1].id": [("@drives.none.id", "none")],
    "drives[*].is_first": [
        ('@drives["root.fs"].is_first', True),
        ("@drives.data.is_first", False),
        ("@drives.none.is_first", False),
    ],
    "drives[id=data].is_first": [("@drives.data.is_first", False)],
    "drives[is_first=true].id": [('@drives["root.fs"].id', "root.fs")],
    "@..path": [('@drives["root.fs"].file.path', "/a"), ("@first_file.path", "/a")],
    "@..sp": [("@load.sp", 2)],
    "first_file.size_mib": [("@first_file.size_mib", 8)],
    "numbers_by_name.A": [("@numbers_by_name.A", 1)],
    "numbers_by_name": [("@numbers_by_name", {"A": 1, "B C": 2, "TRUE": 3})],
    "drives.data": [("@drives.data", {"id": "data", "flags": 0, "is_first": False})],
    "drives[7:]": [],
    "@drives<File>": [],
}


@pytest.mark.parametrize("selector", CHOSEN)
def test_what_is_chosen(snapshot: Snapshot[Any], selector: str):
    if not CHOSEN[selector] and selector.endswith(">"):
        with pytest.raises(PathError, match="@drives has no <File>"):
            select(snapshot, selector)
        return
    assert [(each.path, each.to_json()) for each in select(snapshot, selector)] == CHOSEN[selector]


def test_all(snapshot: Snapshot[Any]):
    (root,) = select(snapshot, "@")
    assert root.path == "@"
    assert list(root.to_json())[:3] == ["name", "title", "power"]
    assert "lost" not in root.to_json()
    assert root.raw == "$"


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ("@titel", "@ has no titel: did you mean title?"),
        ("titel", "$ has no titel: did you mean title?"),
        ("nam", "$ has no nam: did you mean name?"),
        ("$.title", "$ has no title: did you mean @title?"),
        ("$.titel", "$ has no titel, only name, mode"),
        ("lost", "@lost: this snapshot has none"),
        ("drives.data.file", "@drives.data.file: this snapshot has none"),
        ("drives.dat", "@drives has no dat: did you mean data?"),
        ("drives[3]", "@drives has 3 elements, and no [3]"),
        ("drives.data.id.x", "@drives.data.id has no x"),
        ("title[0]", "@title has no elements"),
    ],
)
def test_what_is_not_there(snapshot: Snapshot[Any], selector: str, message: str):
    with pytest.raises(PathError) as caught:
        select(snapshot, selector)
    assert str(caught.value).startswith(message)


def test_writing(snapshot: Snapshot[Any]):
    limits = Limits()
    for path, data in {
        "title": "vm two",
        "power": "Off",
        "remark": "x",
        "drives.data.is_first": True,
        "drives.none.flags": 16,
        "@load.sp": 7,
        "first_file.path": "/b",
    }.items():
        (found,) = select(snapshot, path)
        found.set_json(data, limits)
        assert select(snapshot, path)[0].to_json() == found.to_json()
    state = WITH_VIEWS.load(snapshot.to_bytes()).data
    assert (state.name, state.mode.name, state.note) == ("vm two", "Off", "x")
    assert [disk.flags for disk in state.disks] == [3, 1, 0x10]
    assert state.regs[0].sp == 7
    assert state.disks[0].backend.path == "/b"
    (remark,) = select(snapshot, "remark")
    remark.remove()
    assert snapshot.data.note is None


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("@first_file.size_mib", "the file has it (its field is $.disks[0].backend<File>.size_mib)"),
        ("@disk_count", "it follows from other fields"),
        ("@drives.data", "it is a group of names: set one of them"),
        ("@drives", "it is a group of names: set one of them"),
        ("@", "it is a group of names: set one of them"),
    ],
)
def test_what_is_fixed(snapshot: Snapshot[Any], path: str, message: str):
    (found,) = select(snapshot, path)
    with pytest.raises(PathError) as caught:
        found.set(found.value)
    assert str(caught.value) == f"{path}: {message}"


def test_in_python(snapshot: Snapshot[Any]):
    views = MachineViews(root_of(snapshot))
    assert (views.title, views.power, views.remark, views.disk_count) == ("vm one", "On", None, 3)
    views.power = "Off"
    assert snapshot.data.mode.name == "Off"
    disk = views.drives["data"]
    assert (disk.flags, disk.is_first, disk.file) == (0, False, None)
    disk.is_first = True
    assert snapshot.data.disks[1].flags == 1
    first = views.first_file
    assert first is not None
    first.path = "/c"
    assert snapshot.data.disks[0].backend.path == "/c"
    with pytest.raises(AttributeError, match="the file has it"):
        first.size_mib = 1
    with pytest.raises(AttributeError, match="@lost: this snapshot has none"):
        _ = views.lost
    with pytest.raises(AttributeError, match="@lost: this snapshot has none"):
        views.lost = "x"
    with pytest.raises(ValueError, match=r"^@power: unknown variant 'Maybe' of Mode, expected Off, On$"):
        views.power = "Maybe"
    with pytest.raises(ValueError, match=r"^@title: expected a string, found 5$"):
        views.title = 5  # type: ignore[assignment]
    assert repr(disk) == "DiskViews(id='data', flags=0x1, is_first=True)"
    assert repr(views.drives[:1]) == "[DiskViews(id='root.fs', flags=0x3, is_first=True)]"
    views.numbers_by_name["A"] = 9
    assert snapshot.data.table["a"] == 9
    assert {**views.numbers_by_name} == {"A": 9, "B C": 2, "TRUE": 3}
    with pytest.raises(KeyError, match="@numbers_by_name has no 'TRUES': did you mean 'TRUE'"):
        views.numbers_by_name["TRUES"]
    assert isinstance(DiskViews.flags, View)
    assert DiskViews.flags.doc == "Its flags"
    assert MachineViews.first_file.of is FileViews


def test_of_several_with_one_name_the_first_has_it(snapshot: Snapshot[Any]):
    snapshot.data.disks[1].id = snapshot.data.disks[2].id = "root.fs"
    assert [each.path for each in select(snapshot, "drives[*].id")] == [
        '@drives["root.fs"].id',
        "@drives[1].id",
        "@drives[2].id",
    ]
    assert len(select(snapshot, "drives[id=root.fs]")) == 3


@pytest.mark.parametrize("format_", [FORMAT, WITHOUT_VIEWS], ids=["no family", "a family without views"])
def test_without_views(format_: Any):
    plain = format_.new(machine())
    assert views_of(plain) is None
    assert select(plain, "name")[0].value == "vm one"
    with pytest.raises(PathError, match=r"^machines has no names that hold in every release$"):
        select(plain, "@name")
    with pytest.raises(PathError, match=r"^\$ has no title: did you mean table\?$"):
        select(plain, "title")
    with pytest.raises(PathError, match=r"^a value has no @$"):
        select_in(root_of(plain), "@name")


def test_the_list():
    listed = list(list_views(MachineViews))
    assert ListedView("drives.ID.flags", "hexadecimal", "Its flags", "") in listed
    assert ListedView("first_file.size_mib", "integer", "Size of the file, MiB", "the file has it") in listed
    assert ListedView("disk_count", "integer", "Number of disks", "it follows from other fields") in listed
    assert ListedView("numbers_by_name.NAME", "hexadecimal", "Numbers", "") in listed
    assert ListedView("drives.ID.file.path", "text", "Path of the file", "") in listed
