"""Fields that were added by a minor version: `doc(since=...)`."""

from __future__ import annotations

import copy
import dataclasses
import io
import json
import pickle
from pathlib import Path
from typing import Annotated, Any

import pytest

from snapformat import (
    DataEnum,
    DecodeError,
    EncodeError,
    Encoding,
    MigrationError,
    SchemaError,
    Snapshot,
    SnapshotFormat,
    doc,
    edit,
    schema,
    select,
)
from snapformat.bincode import BTreeMap, Len, Option, Via, u8, u16, u32
from snapformat.inspect import identify, load_any
from snapformat.inspect.annotate import annotate
from snapformat.inspect.document import from_document, to_document
from snapformat.inspect.identify import best_candidate, likely_format
from snapformat.migrate import migrate


class Old:
    """What files of 1.0 have."""

    @schema(name="Item")
    class Item:
        """A thing."""

        name: str
        children: list[Old.Item]

    @schema(name="Save")
    class Save:
        """The data of a file."""

        level: u16
        items: list[Old.Item]
        best: Old.Item | None


class Middle:
    """What files of 1.1 have."""

    @schema(name="Save")
    class Save:
        """The data of a file."""

        level: u16
        items: list[Old.Item]
        best: Old.Item | None
        gold: u32


class New:
    """What files of 1.2 have."""

    @schema(name="Item")
    class Item:
        """A thing."""

        name: str
        weight: u8 = doc("Kilograms", since="1.2", default=1)
        children: list[New.Item] = doc(default_factory=list)

    @schema(name="Save")
    class Save:
        """The data of a file."""

        level: u16
        items: list[New.Item]
        best: New.Item | None
        gold: u32 = doc("Coins", since="1.1", default=7)
        tags: list[str] = doc("Labels", since="1.2.0", default_factory=list)


ENCODINGS = [Encoding(), Encoding("variable"), Encoding(byteorder="big"), Encoding.bitcode()]
encodings = pytest.mark.parametrize("encoding", ENCODINGS, ids=["fixed", "variable", "big", "bitcode"])


def formats(encoding: Any = ENCODINGS[0], **options: Any) -> tuple[SnapshotFormat, ...]:
    """The format of each version, the last of which reads all."""
    return tuple(
        SnapshotFormat(
            name="save", magic=0x5AFE, version=version, payload=payload, encoding=encoding, **options
        )
        for version, payload in (("1.0.0", Old.Save), ("1.1.0", Middle.Save), ("1.2.0", New.Save))
    )


def old(*, deep: int = 1) -> Old.Save:
    item = Old.Item("leaf", [])
    for _ in range(deep):
        item = Old.Item("bag", [item, Old.Item("key", [])])
    return Old.Save(3, [item], Old.Item("sword", []))


def middle() -> Middle.Save:
    return Middle.Save(3, old().items, old().best, 99)


def new(*, gold: int = 7) -> New.Save:
    bag = New.Item("bag", 1, [New.Item("leaf"), New.Item("key")])
    return New.Save(3, [bag], New.Item("sword"), gold)


@encodings
def test_older_files_load_with_the_defaults(encoding: Any) -> None:
    first, second, third = formats(encoding)
    assert third.load(first.new(old()).to_bytes()).data == new()
    assert third.load(second.new(middle()).to_bytes()).data == new(gold=99)


@encodings
def test_an_older_file_is_written_as_it_was(encoding: Any) -> None:
    for format, value in zip(formats(encoding), (old(), middle(), new()), strict=True):
        file = format.new(value).to_bytes()
        loaded = formats(encoding)[2].load(file)
        assert loaded.version == format.supported
        assert loaded.to_bytes() == file


@encodings
def test_upgrade_writes_the_new_version(encoding: Any) -> None:
    first, _, third = formats(encoding)
    found = third.load(first.new(old()).to_bytes(), upgrade=True)
    assert (found.version, found.format) == (third.supported, third)
    found.data.gold = 8
    again = third.load(found.to_bytes())
    assert (again.version, again.data) == (third.supported, new(gold=8))


def test_a_new_value_has_no_place_in_an_older_file() -> None:
    first, _, third = formats()
    loaded = third.load(first.new(old()).to_bytes())
    loaded.data.items[0].children[1].weight = 9
    with pytest.raises(EncodeError) as caught:
        loaded.to_bytes()
    assert caught.value.path == "$.items[0].children[1].weight"
    assert "files have this field since 1.2.0, so it must be 1 in an older one, not 9" in str(caught.value)


def test_another_version_in_the_header_is_not_enough() -> None:
    first, _, third = formats()
    loaded = third.load(first.new(old()).to_bytes())
    loaded.header.version = third.supported
    with pytest.raises(
        EncodeError, match=r"files of version 1\.2\.0 have other fields than those of 1\.0\.0"
    ):
        loaded.to_bytes()
    loaded.header.version = third.at("1.0.7").supported
    assert third.load(loaded.to_bytes()).data == new()
    made = third.new(new())
    made.header.version = first.supported
    with pytest.raises(EncodeError, match=r"\(migrate the snapshot"):
        made.to_bytes()


def test_migrate_up_and_down() -> None:
    first, _, third = formats()
    up = migrate(third.load(first.new(old()).to_bytes()), to=third, steps=[])
    assert up.snapshot.to_bytes() == third.new(new()).to_bytes()
    assert [(entry.kind, entry.path, entry.new) for entry in up.report] == [
        ("defaulted", "$.gold", 7),
        ("defaulted", "$.tags", []),
        ("defaulted", "$.items[*].weight", 1),
        ("defaulted", "$.best.weight", 1),
    ]
    assert str(up.report).startswith(
        "save 1.0.0 -> save 1.2.0\n  Fields that version 1.0.0 does not have take their defaults.\n"
        "  defaulted $.gold = 7: files have it since 1.1.0\n"
    )
    down = migrate(up.snapshot, to=third.at("1.0.0"), steps=[])
    assert down.snapshot.to_bytes() == first.new(old()).to_bytes()
    up.snapshot.data.gold = 8
    with pytest.raises(MigrationError) as caught:
        migrate(up.snapshot, to=third.at("1.0.0"), steps=[])
    assert caught.value.path == "$.gold"
    assert migrate(up.snapshot, to=third.at("1.1.0"), steps=[]).data.gold == 8


@pytest.mark.parametrize("arrays", [None, "memoryview"])
def test_lazily(arrays: Any) -> None:
    first, _, third = formats()
    file = first.new(old(deep=3)).to_bytes()
    wanted = third.load(file).data
    untouched = third.load(file, lazy=True, arrays=arrays)
    assert untouched.to_bytes() == file
    touched = third.load(file, lazy=True, arrays=arrays)
    assert touched.data == wanted
    assert touched.to_bytes() == file
    edited = third.load(file, lazy=True, arrays=arrays)
    edited.data.level = 4
    assert third.load(edited.to_bytes()).data == dataclasses.replace(wanted, level=4)
    moved = migrate(third.load(file, lazy=True, arrays=arrays), to=third, steps=[])
    assert moved.snapshot.to_bytes() == third.new(wanted).to_bytes()
    with pytest.raises(ValueError, match="leave out lazy or upgrade"):
        third.load(file, lazy=True, upgrade=True)


@pytest.mark.parametrize("version", ["1.0.0", "1.0.9", "1.1.0-rc.1", "1.1.0", "1.1.3"])
def test_the_version_decides(version: str) -> None:
    first, second, third = formats()
    older = third.at(version)
    assert str(older.version) == version
    assert third.at(version) is older
    wanted = first if version < "1.1.0" or "rc" in version else second
    made = SnapshotFormat(name="save", magic=0x5AFE, version=version, payload=wanted.payload)
    file = made.new(old() if wanted is first else middle()).to_bytes()
    assert third.load(file).to_bytes() == file
    assert older.load(file).data == third.load(file).data
    assert third.at("1.2.0") is third.at("1.9.0") is third


def test_versions_that_are_not_accepted() -> None:
    third = formats()[2]
    file = dataclasses.replace(third, version="1.3.0").new(new()).to_bytes()
    with pytest.raises(Exception, match="not supported") as caught:
        third.load(file)
    assert type(caught.value).__name__ == "InvalidFormatVersionError"


@encodings
def test_damaged_older_files(encoding: Any) -> None:
    first, _, third = formats(encoding)
    file = first.new(old()).to_bytes()
    for cut in range(0, len(file), 3):
        with pytest.raises((DecodeError, Exception)) as caught:
            third.load(file[:cut])
        assert type(caught.value).__module__ == "snapformat.errors"


def test_as_a_construct() -> None:
    first, _, third = formats()
    file = first.new(old()).to_bytes()
    parsed = third.at("1.0.0").struct.parse(file)
    assert parsed.data == new()
    assert third.at("1.0.0").struct.build(parsed) == file


def test_walk_and_annotate() -> None:
    first, _, third = formats()
    file = first.new(old()).to_bytes()
    paths = [event.path for event in third.walk(file)]
    assert "$.level" in paths
    size = sum(event.size for event in third.walk(file))
    assert size == len(file)
    lines = list(annotate(file, third))
    assert any(each.path == "$.level" for each in lines)


def test_columns() -> None:
    first, _, third = formats(ENCODINGS[3])
    file = first.new(old()).to_bytes()
    assert sum(each.size for each in third.columns(file)) == len(file) - 8


@encodings
def test_as_a_document_and_back(encoding: Any) -> None:
    first, _, third = formats(encoding)
    file = first.new(old()).to_bytes()
    document = json.loads(json.dumps(to_document(third.load(file), schema="save")))
    assert document["data"] == to_document(third.new(new()))["data"]
    assert from_document(document, third).to_bytes() == file
    document["data"]["gold"] = None
    assert from_document(document, third).to_bytes() == file
    document["data"]["gold"] = 8
    with pytest.raises(EncodeError, match=r"must be 7 in an older one, not 8 - at `\$\.gold`"):
        from_document(document, third).to_bytes()


def test_queries_and_edits(tmp_path: Path) -> None:
    first, _, third = formats()
    path = tmp_path / "old.save"
    first.new(old()).save(path)
    assert [each.value for each in select(third.load(path), "items[*].weight")] == [1]
    assert [str(each.segments) for each in select(third.load(path), "tags[*]")] == []
    with pytest.raises(EncodeError, match="must be 7 in an older one"), edit(path, format=third) as editor:
        editor.set("gold", 9)
    with edit(path, format=third) as editor:
        editor.set("level", 9)
    found = third.load(path)
    assert (found.data.level, str(found.version)) == (9, "1.0.0")


@pytest.mark.parametrize("decode", [True, False])
def test_as_one_of_several_candidates(decode: bool) -> None:
    first, _, third = formats()
    file = first.new(old()).to_bytes()
    third.payload_layout  # noqa: B018 - as if it was in use
    other = dataclasses.replace(third, name="other", payload=Old.Save)
    for claiming in ((third,), (other, third)):
        found = best_candidate(file, claiming, decode=decode)
        assert found.error is None
        assert found.format is third
    assert likely_format(file, (third, third)) is third
    assert load_any(file, third).to_bytes() == file
    assert identify(file).formats == ()


def test_copies_and_pickles() -> None:
    loaded = READER.load(formats()[0].new(old()).to_bytes())
    for made in (copy.deepcopy(loaded), pickle.loads(pickle.dumps(loaded))):
        assert made == loaded
        assert made.to_bytes() == loaded.to_bytes()


READER = SnapshotFormat(name="save", magic=0x5AFE, version="1.2.0", payload=New.Save)


def test_streams_and_paths(tmp_path: Path) -> None:
    first, _, third = formats()
    file = first.new(old()).to_bytes()
    (tmp_path / "old.save").write_bytes(file)
    assert third.load(tmp_path / "old.save") == third.load(io.BytesIO(file))
    assert str(third.get_format_version(tmp_path / "old.save")) == "1.0.0"
    found: Snapshot[New.Save] = third.load(tmp_path / "old.save", upgrade=True)
    found.save(tmp_path / "old.save")
    assert str(third.get_format_version(tmp_path / "old.save")) == "1.2.0"


class Event:
    """An enum, one variant of which has grown."""

    @schema
    class Any(DataEnum):
        """What happened."""


@schema
class Moved(Event.Any):
    """It went somewhere."""

    x: u8
    y: u8 = doc(since="1.1", default=5)


@schema
class Stopped(Event.Any):
    """It stopped."""


@schema
class Place:
    """A struct that has grown."""

    x: u8
    y: u8 = doc(since="1.1", default=5)


@schema
class Everywhere:
    """New fields in every kind of collection."""

    events: list[Event.Any]
    two: Annotated[list[Event.Any], Len(2)]
    pair: tuple[Event.Any, u8]
    names: BTreeMap[str, Place]
    maybe: Option[Place]


@encodings
def test_in_every_collection(encoding: Any) -> None:
    format = SnapshotFormat(name="all", magic=1, version="1.1.0", payload=Everywhere, encoding=encoding)
    value = Everywhere([Moved(1), Stopped()], [Stopped(), Moved(2)], (Moved(3), 0), {"a": Place(4)}, Place(5))
    older = format.at("1.0.0").new(value).to_bytes()
    newer = format.new(value).to_bytes()
    if encoding in ENCODINGS[:3]:
        assert len(newer) - len(older) == 5
    assert format.load(older).data == format.load(newer).data == value
    assert format.load(older).to_bytes() == older


def test_where_it_can_not_be() -> None:
    @schema
    class Inner:
        x: u8 = doc(since="1.1", default=5)

    @schema
    class Whole:
        inner: Annotated[Inner, Via(Inner, decode=lambda each: each, encode=lambda each: each)]

    with pytest.raises(SchemaError, match="a field with since can't be inside of Adapted"):
        SnapshotFormat(name="odd", magic=1, version="1.1.0", payload=Whole)
