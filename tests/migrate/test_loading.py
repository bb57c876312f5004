"""Files of older versions: other encodings and envelopes, several layouts, damage."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from snapformat import (
    CRC64_JONES,
    CheckOrder,
    Checksum,
    Encoding,
    InvalidFormatVersionError,
    InvalidMagicError,
    MigrationError,
    SnapshotError,
    SnapshotFormat,
    doc,
    schema,
)
from snapformat.bincode import u8, u16, u32, u64
from snapformat.migrate import Change, Step, Steps, default, load_one_of, loss, migrate, renamed

CRC32 = Checksum("CRC-32", 32, 0x04C11DB7, init=0xFFFFFFFF, xorout=0xFFFFFFFF)


@schema
class A:
    """The first version."""

    x: u16
    words: list[str]


@schema
class B:
    """The second version."""

    z: u64
    words: list[str]
    y: u8


@schema
class C:
    """The third version."""

    z: u64
    words: list[str]
    y: u8
    last: u32 = doc(since="3.1", default=4)


def _format(version: str, payload: Any, **options: Any) -> SnapshotFormat:
    options = {"magic": 0x4C4F4144, "name": "data"} | options
    return SnapshotFormat(version=version, payload=payload, **options)


FIXED = _format("1.0.0", A)
VARIABLE = _format("2.0.0", B, encoding=Encoding("variable"), checksum=CRC32, trailing="keep")
BIG = _format("3.1.0", C, encoding=Encoding(byteorder="big"), magic=0x4E4557, checksum=None)
COLUMNS = _format(
    "4.0.0",
    C,
    encoding=Encoding.bitcode(),
    order=CheckOrder.DECODE_FIRST,
    steps=lambda: STEPS,
)
_CHANGE = Change(A, B, given={"z": renamed("x"), "y": default(3)})
STEPS = Steps(
    Step(FIXED, VARIABLE, changes=[_CHANGE]),
    Step(VARIABLE, BIG, changes=[Change(B, C, given={"last": default(4)})]),
    Step(BIG, COLUMNS),
)
FILES = {
    FIXED: FIXED.new(A(7, ["a", "b"])).to_bytes(),
    VARIABLE: VARIABLE.new(B(7, ["a", "b"], 3)).to_bytes(),
    BIG: BIG.new(C(7, ["a", "b"], 3)).to_bytes(),
    COLUMNS: COLUMNS.new(C(7, ["a", "b"], 3)).to_bytes(),
}
versions = pytest.mark.parametrize("old", FILES, ids=lambda each: str(each.version))


@versions
def test_every_version_is_loaded_as_the_newest(old: SnapshotFormat, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(FILES[old])
    for source in (FILES[old], io.BytesIO(FILES[old]), path):
        found = COLUMNS.load(source, upgrade=True)
        assert found.data == C(7, ["a", "b"], 3)
        assert found.to_bytes() == FILES[COLUMNS]
    assert STEPS.upgrade(COLUMNS, path).to_bytes() == FILES[COLUMNS]


def test_a_file_before_a_field_was_added() -> None:
    file = BIG.at("3.0.2").new(C(7, ["a", "b"], 3)).to_bytes()
    assert len(file) == len(FILES[BIG]) - 4
    assert COLUMNS.load(file, upgrade=True).to_bytes() == FILES[COLUMNS]
    report = migrate(BIG.load(file), to=COLUMNS).report
    assert [step.name for step in report.steps] == [
        "data 3.0.2 -> data 3.1.0",
        "data 3.1.0 -> data 4.0.0",
    ]
    assert [(entry.path, entry.new) for entry in report] == [("$.last", 4)]


@versions
def test_without_upgrade_only_its_own_version_is_read(old: SnapshotFormat) -> None:
    if old is not COLUMNS:
        with pytest.raises(SnapshotError):
            COLUMNS.load(FILES[old])


@versions
def test_damage(old: SnapshotFormat) -> None:
    file, chance = FILES[old], random.Random(19)
    damaged = [file[:size] for size in range(len(file))]
    damaged += [file + b"\0", b"", b"\xff" * 64]
    for _ in range(400):
        changed = bytearray(file)
        for _ in range(chance.randint(1, 3)):
            changed[chance.randrange(len(file))] = chance.randrange(256)
        damaged.append(bytes(changed))
    refused = 0
    for each in damaged:
        try:
            found = COLUMNS.load(each, upgrade=True)
        except SnapshotError:
            refused += 1
        else:  # a change that nothing detects: of the version, or without a checksum
            assert COLUMNS.load(found.to_bytes()) == found
    assert refused > len(damaged) // 2


def test_errors_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "old.data"
    path.write_bytes(FILES[FIXED][:-1])
    with pytest.raises(SnapshotError, match=r"old\.data"):
        COLUMNS.load(path, upgrade=True)


def test_a_version_from_which_no_steps_lead() -> None:
    file = replace(FIXED, version="0.9.0").new(A(7, [])).to_bytes()
    with pytest.raises(InvalidFormatVersionError) as caught:
        COLUMNS.load(file, upgrade=True)
    assert str(caught.value) == (
        "the format version is not supported, and no steps lead from it: expected one like 1.0.0, 2.0.0,"
        " 3.1.0, 4.0.0, found 0.9.0 - at `$header.version`"
    )
    with pytest.raises(InvalidMagicError):
        FIXED.load(replace(FIXED, magic=5).new(A(7, [])).to_bytes(), upgrade=True)
    with pytest.raises(SnapshotError, match="not a data file"):
        COLUMNS.load(replace(FIXED, magic=5).new(A(7, [])).to_bytes(), upgrade=True)


def test_trailing_bytes_are_not_lost() -> None:
    snapshot = VARIABLE.new(B(7, [], 3))
    snapshot.trailing = b"more"
    with pytest.raises(MigrationError, match="4 bytes behind the data"):
        COLUMNS.load(snapshot.to_bytes(), upgrade=True)
    with pytest.raises(SnapshotError, match="4 bytes left"):
        COLUMNS.load(snapshot.to_bytes(), upgrade=True, strict=True)


@schema
class Last:
    """With a field that is lost."""

    z: u64
    words: list[str]
    y: u8
    last: u32


def test_losses_and_unproven_steps_are_refused() -> None:
    new = _format("2.0.0", B, steps=lambda: Steps(lossy))
    old = _format("1.0.0", Last)
    change = Change(Last, B, dropped={"last": loss("LAST", "It is lost.", unless=lambda last: last == 4)})
    lossy = Step(old, new, changes=[change])
    assert new.load(old.new(Last(1, [], 2, 4)).to_bytes(), upgrade=True).data == B(1, [], 2)
    with pytest.raises(MigrationError, match="allow LAST to lose it"):
        new.load(old.new(Last(1, [], 2, 5)).to_bytes(), upgrade=True)
    lossy.shown = False
    with pytest.raises(MigrationError, match="read from the source only"):
        new.load(old.new(Last(1, [], 2, 4)).to_bytes(), upgrade=True)


def test_the_own_version_is_not_migrated() -> None:
    found = COLUMNS.load(FILES[COLUMNS], upgrade=True)
    assert found.format is COLUMNS
    assert BIG.load(FILES[BIG], upgrade=True).to_bytes() == FILES[BIG]  # without steps


@schema
class Wide:
    """As long as `Narrow`, and of the same version."""

    x: u32
    words: list[str]


@schema
class Narrow:
    """The same bytes, in other fields."""

    x: u16
    y: u16
    words: list[str]


WIDE, NARROW = _format("1.0.0", Wide), _format("1.0.0", Narrow)


def test_one_of_several_layouts() -> None:
    longer = _format("1.0.0", B)
    for format, value in ((WIDE, Wide(1, ["a"])), (longer, B(1, ["a"], 2))):
        found = load_one_of(format.new(value).to_bytes(), [longer, WIDE])
        assert (found.format, found.data) == (format, value)


def test_a_file_that_fits_several_layouts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    WIDE.new(Wide(1, ["a"])).save(path)
    with pytest.raises(MigrationError) as caught:
        load_one_of(path, [WIDE, NARROW])
    assert str(caught.value).endswith(
        "the file fits several layouts: expected one of them, found data 1.0.0 and data 1.0.0 - at `$` (name"
        " the format it was written by)"
    )
    assert "file" in str(caught.value)


def test_no_layout_fits() -> None:
    longer = _format("1.0.0", B)
    file = longer.new(B(1, ["a", "b"], 2)).to_bytes()[:-12]
    with pytest.raises(SnapshotError) as caught:
        load_one_of(file + CRC64_JONES.compute(file).to_bytes(8, "little"), [WIDE, longer])
    assert caught.value.path.startswith("$.words")
    with pytest.raises(ValueError, match="load_one_of needs formats to choose from"):
        load_one_of(file, [])


def test_bytes_left_over_are_a_sign_of_another_layout() -> None:
    lenient = replace(NARROW, payload=Narrow, trailing="ignore")
    longer = _format("1.0.0", B)
    file = longer.new(B(1, ["a"], 2)).to_bytes()
    found = load_one_of(file, [lenient, longer])
    assert found.format is longer


def test_upgrade_from_one_of_two_layouts() -> None:
    """Both layouts have one version; where both fit, it matters only if the results differ."""
    newest = _format("2.0.0", Wide, steps=lambda: steps)
    steps = Steps(
        Step(WIDE, newest),
        Step(NARROW, newest, changes=[Change(Narrow, Wide, convert=lambda old, to: Wide(old.x, old.words))]),
    )
    file = NARROW.new(Narrow(5, 0, ["a"])).to_bytes()
    assert newest.load(file, upgrade=True).data == Wide(5, ["a"])
    with pytest.raises(MigrationError, match="the file fits several layouts"):
        newest.load(NARROW.new(Narrow(5, 1, ["a"])).to_bytes(), upgrade=True)


def test_the_exact_version_is_preferred() -> None:
    """A minor version with a class of its own, though the newer one accepts the number of the older."""
    first, second = _format("1.0.0", Narrow), _format("1.1.0", Wide)
    newest = _format("2.0.0", Wide, steps=lambda: steps)
    changes = [Change(Narrow, Wide, convert=lambda old, to: Wide(old.x, [*old.words, "old"]))]
    steps = Steps(Step(first, second, changes=changes), Step(second, newest))
    assert newest.load(first.new(Narrow(5, 6, [])).to_bytes(), upgrade=True).data == Wide(5, ["old"])
    assert newest.load(second.new(Wide(5, [])).to_bytes(), upgrade=True).data == Wide(5, [])
