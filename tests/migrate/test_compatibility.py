"""`compare`: which files are read, and which version number a change demands."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest

from snapformat import (
    Checksum,
    DataEnum,
    DecodeError,
    Encoding,
    InvalidFormatVersionError,
    InvalidMagicError,
    SnapshotFormat,
    UnitEnum,
    doc,
    schema,
    variant,
)
from snapformat.bincode import BTreeMap, HashMap, Hex, Len, NonZeroU8, Option, i8, u8, u16, u32, u64
from snapformat.migrate import Change, Step, Steps, compare, default
from snapformat.snapshot.catalogue import formats


def any_minor(supported: Any, found: Any) -> bool:
    return bool(supported.major == found.major)


def exactly(supported: Any, found: Any) -> bool:
    return bool(supported == found)


def everything(supported: Any, found: Any) -> bool:
    return True


@dataclass
class Case:
    """Two versions, and what is said of them.

    Attributes:
        old: Annotations of the old fields.
        new: Annotations of the new fields.
        backward: What becomes of old files.
        forward: What becomes of new files.
        demanded: The version that is demanded, of 1.2.0.
        version: The version of the new format.
        options: Options of both formats.
        only_new: Options of the new format.
        only_old: Options of the old format.
        paths: The paths of all misreadings, of old and of new files.
    """

    old: dict[str, Any]
    new: dict[str, Any]
    backward: str
    forward: str
    demanded: str | None
    version: str = "1.2.0"
    options: dict[str, Any] = field(default_factory=dict)
    only_new: dict[str, Any] = field(default_factory=dict)
    only_old: dict[str, Any] = field(default_factory=dict)
    paths: tuple[list[str], list[str]] | None = None


def _made(fields: dict[str, Any]) -> Any:
    space = {
        "__annotations__": {
            name: each[0] if isinstance(each, tuple) else each for name, each in fields.items()
        },
        "__module__": __name__,
    }
    space |= {name: each[1] for name, each in fields.items() if isinstance(each, tuple)}
    return schema(type("Save", (), space))


def _formats(case: Case) -> tuple[SnapshotFormat, SnapshotFormat]:
    options = {"name": "save", "magic": 1} | case.options
    old = SnapshotFormat(version="1.2.0", payload=_made(case.old), **(options | case.only_old))
    new = SnapshotFormat(version=case.version, payload=_made(case.new), **(options | case.only_new))
    return old, new


@schema
class Two(UnitEnum):
    A = variant()
    B = variant()


@schema
class Three(UnitEnum):
    A = variant()
    B = variant()
    C = variant()


@schema
class Swapped(UnitEnum):
    B = variant()
    A = variant()


BASE = {"level": u64, "name": str}
LATER = BASE | {"gold": (u32, doc(since="1.3", default=0))}
CASES = {
    "nothing": Case(BASE, BASE, "read", "read", "1.2.0"),
    "nothing but the number": Case(BASE, BASE, "read", "refused", "1.2.0", "1.3.0"),
    "a lower number": Case(BASE, BASE, "refused", "read", "1.2.0", "1.1.0"),
    "a field at the end": Case(
        BASE, BASE | {"gold": u32}, "misread", "misread", "2.0.0", paths=(["$"], ["$.gold"])
    ),
    "a field at the end, and a minor number": Case(
        BASE, BASE | {"gold": u32}, "misread", "refused", "2.0.0", "1.3.0"
    ),
    "a field at the end, and a major number": Case(
        BASE, BASE | {"gold": u32}, "refused", "refused", "2.0.0", "2.0.0"
    ),
    "a field since the new minor": Case(
        BASE, LATER, "read", "refused", "1.3.0", "1.3.0", paths=([], ["$.gold"])
    ),
    "a field since an earlier minor": Case(BASE, LATER, "read", "refused", "1.3.0", "1.4.0"),
    "a field less": Case(BASE, {"level": u64}, "misread", "misread", "2.0.0", paths=(["$.name"], ["$"])),
    "a renamed field": Case(BASE, {"rank": u64, "name": str}, "read", "read", "1.2.0"),
    "swapped fields": Case(
        {"x": u8, "y": u8},
        {"y": u8, "x": u8},
        "misread",
        "misread",
        "2.0.0",
        paths=(["$.x"], ["$.y"]),
    ),
    "a wider integer": Case({"x": u8}, {"x": u16}, "misread", "misread", "2.0.0", paths=(["$.x"], ["$.x"])),
    "a signed integer": Case({"x": u8}, {"x": i8}, "misread", "misread", "2.0.0"),
    "an integer without zero": Case({"x": u8}, {"x": NonZeroU8}, "misread", "read", "2.0.0"),
    "an integer that is shown otherwise": Case({"x": u64}, {"x": Hex[u64]}, "read", "read", "1.2.0"),
    "an option": Case({"x": u8}, {"x": Option[u8]}, "misread", "misread", "2.0.0"),
    "a list": Case(
        {"x": list[u8]}, {"x": list[u16]}, "misread", "misread", "2.0.0", paths=(["$.x[*]"], ["$.x[*]"])
    ),
    "an array": Case(
        {"x": Annotated[list[u8], Len(2)]}, {"x": Annotated[list[u8], Len(3)]}, "misread", "misread", "2.0.0"
    ),
    "the order of keys": Case({"x": BTreeMap[u8, u8]}, {"x": HashMap[u8, u8]}, "read", "read", "1.2.0"),
    "a variant at the end": Case(
        {"x": Two}, {"x": Three}, "read", "misread", "1.3.0", paths=([], ["$.x<C>"])
    ),
    "a variant at the end, and a minor number": Case(
        {"x": Two}, {"x": Three}, "read", "refused", "1.3.0", "1.3.0"
    ),
    "a variant less": Case({"x": Three}, {"x": Two}, "misread", "read", "2.0.0"),
    "swapped variants": Case(
        {"x": Two},
        {"x": Swapped},
        "misread",
        "misread",
        "2.0.0",
        paths=(["$.x<A>", "$.x<B>"], ["$.x<B>", "$.x<A>"]),
    ),
    "the encoding": Case(
        BASE,
        BASE,
        "misread",
        "misread",
        "2.0.0",
        only_new={"encoding": Encoding("variable")},
        paths=(["$"], ["$"]),
    ),
    "bincode to bitcode": Case(
        BASE, BASE, "misread", "misread", "2.0.0", only_new={"encoding": Encoding.bitcode()}
    ),
    "within bitcode": Case(
        {"x": u8}, {"x": u16}, "misread", "misread", "2.0.0", options={"encoding": Encoding.bitcode()}
    ),
    "the checksum": Case(
        BASE, BASE, "misread", "misread", "2.0.0", only_new={"checksum": Checksum("CRC-32", 32, 0x04C11DB7)}
    ),
    "another magic": Case(BASE, {"x": u8}, "refused", "refused", "1.2.0", only_new={"magic": 2}),
    "one architecture more": Case(
        BASE,
        BASE,
        "read",
        "refused",
        "1.2.0",
        only_old={"magic": {"a": 1}},
        only_new={"magic": {"a": 1, "b": 2}},
    ),
    "one architecture less": Case(
        BASE,
        BASE,
        "refused",
        "read",
        "1.2.0",
        only_old={"magic": {"a": 1, "b": 2}},
        only_new={"magic": {"a": 1}},
    ),
    "a rule that reads newer minors": Case(
        BASE, LATER, "read", "misread", "2.0.0", "1.3.0", options={"accepts": any_minor}
    ),
    "trailing bytes are kept": Case(
        BASE, LATER, "read", "read", "1.3.0", "1.3.0", options={"accepts": any_minor, "trailing": "keep"}
    ),
    "a rule of equal numbers": Case(
        BASE, {"x": u8}, "misread", "misread", "1.2.1", options={"accepts": exactly}
    ),
    "a rule that reads everything": Case(
        BASE, {"x": u8}, "misread", "misread", None, options={"accepts": everything}
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_case(case: Case) -> None:
    found = compare(*_formats(case))
    demanded = None if found.demanded is None else str(found.demanded)
    assert (found.backward.outcome, found.forward.outcome, demanded) == (
        case.backward,
        case.forward,
        case.demanded,
    )
    if case.paths is not None:
        paths = tuple([each.path for each in side.misreadings] for side in (found.backward, found.forward))
        assert paths == case.paths
    json.dumps(found.to_plain())


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_demanded_number_fits_and_no_lower_one_does(case: Case) -> None:
    if case.demanded is None:
        assert not compare(*_formats(case)).fits
        return
    numbers = ["1.2.0", "1.2.1", "1.3.0", "2.0.0"]
    for version in numbers:
        if any(isinstance(each, tuple) for each in case.new.values()) and version < "1.3.0":
            continue
        changed = Case(**(vars(case) | {"version": version}))
        assert compare(*_formats(changed)).fits == (version >= case.demanded), version


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_read_is_read(case: Case) -> None:
    """The outcomes hold for files."""
    old, new = _formats(case)
    found = compare(old, new)
    for writer, reader, direction in ((old, new, found.backward), (new, old, found.forward)):
        value = _example(writer)
        files = [writer.new(value, arch=arch or None).to_bytes() for arch in writer.magics]
        if direction.outcome == "read":
            for file in files:
                assert [*_values(reader.load(file).data)][:1] == [*_values(value)][:1]
        elif direction.outcome == "refused":
            assert any(_is_refused(reader, file) for file in files)


def _is_refused(reader: SnapshotFormat, file: bytes) -> bool:
    try:
        reader.load(file)
    except (InvalidFormatVersionError, InvalidMagicError):
        return True
    except DecodeError as error:  # before the version is looked at
        return "version" in str(error) or reader.is_message
    return False


def _example(format: SnapshotFormat) -> Any:
    texts: dict[str, Any] = {"name": "ann", "level": 3, "rank": 3, "gold": 0, "x": 1, "y": 2}
    cls: Any = format.payload
    kinds = {each.name: type(each.kind).__name__ for each in format.payload_kind.fields}  # type: ignore[attr-defined]
    given = dict(texts)
    if kinds.get("x") in ("Seq", "Array"):
        count = getattr(next(f.kind for f in format.payload_kind.fields if f.name == "x"), "count", 2)  # type: ignore[attr-defined]
        given["x"] = [1] * count
    elif kinds.get("x") == "Map":
        given["x"] = {1: 2}
    elif kinds.get("x") == "Enum":
        given["x"] = cls.__annotations__["x"].A
    return cls(**{name: given[name] for name in kinds})


def _values(value: Any) -> Any:
    for name in type(value).__match_args__:
        found = getattr(value, name)
        yield getattr(found, "name", found)


def test_steps() -> None:
    old, _ = _formats(Case(BASE, BASE, "", "", ""))
    new = SnapshotFormat(
        name="save",
        magic=1,
        version="2.0.0",
        payload=_made(BASE | {"gold": u32}),
        steps=lambda: Steps(step),
    )
    step = Step(old, new, changes=[Change(old.payload, new.payload, given={"gold": default(0)})])
    found = compare(old, new)
    assert (found.backward.outcome, found.forward.outcome, str(found.demanded)) == (
        "migrated",
        "refused",
        "2.0.0",
    )
    assert found.fits
    assert found.is_compatible
    assert not compare(old, new, steps=[]).is_compatible
    again, _ = _formats(
        Case(BASE, BASE, "", "", "")
    )  # another declaration of the same, as of an older checkout
    assert compare(again, new).is_compatible
    other, _ = _formats(Case({"x": u8}, BASE, "", "", ""))
    assert compare(other, new).backward.outcome == "refused"


@schema(name="Shape")
class OldShape(DataEnum):
    """A shape."""


@schema(name="Circle")
class OldCircle(OldShape):
    """A circle."""

    radius: u8


@schema(name="Shape")
class NewShape(DataEnum):
    """A shape."""


@schema(name="Circle")
class NewCircle(NewShape):
    """A circle."""

    radius: u16


@schema(name="Node")
class OldNode:
    """A node."""

    shape: OldShape
    next: list[OldNode]


@schema(name="Node")
class NewNode:
    """A node."""

    shape: NewShape
    next: list[NewNode]


def test_changes_are_classified_by_the_type_they_are_in() -> None:
    old = SnapshotFormat(name="tree", magic=1, version="1.0.0", payload=OldNode)
    new = SnapshotFormat(name="tree", magic=1, version="2.0.0", payload=NewNode)
    found = compare(old, new)
    changes = {
        (each.change.action, each.change.type, each.change.member): (each.backward, each.forward)
        for each in found.changes
    }
    assert changes == {("retyped", "Shape", "Circle.radius"): (False, False)}
    assert [str(each) for each in found.backward.misreadings] == ["$.shape<Circle>.radius: u8 is read as u16"]


def test_firecracker_releases_against_the_next() -> None:
    """Two releases changed their layout and not their version, which programs can't tell apart."""
    wrong = {}
    for arch in ("x86_64", "aarch64"):
        releases = [
            each for name, each in formats().items() if name.startswith("firecracker/") and arch in name
        ]
        assert len(releases) > 9
        for old, new in itertools.pairwise(releases):
            found = compare(old, new)
            assert found.is_compatible == (found.backward.outcome == "migrated")
            if not found.fits:
                wrong[old.name, new.name] = (found.backward.outcome, str(found.demanded), str(new.version))
            assert compare(old, old).is_compatible
    assert wrong == {
        (f"firecracker/{old}/{arch}", f"firecracker/{new}/{arch}"): ("misread", demanded, version)
        for arch in ("x86_64", "aarch64")
        for old, new, demanded, version in (
            ("1.9", "1.10.0", "4.0.0", "3.0.0"),
            ("1.13", "1.14", "9.0.0", "8.0.0"),
        )
    }
