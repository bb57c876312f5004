"""`compat` on the command line."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Iterator
from typing import Any

import pytest

from cli.support import call
from snapformat import SnapshotFormat, doc, schema
from snapformat.bincode import u8, u16
from snapformat.migrate import Step, Steps


@schema(name="Save")
class Save1:
    """The first version."""

    level: u8


@schema(name="Save")
class Save2:
    """A wider field."""

    level: u16


@schema(name="Save")
class Save3:
    """A field more."""

    level: u8
    gold: u8 = doc("Coins", since="1.1", default=0)


@schema(name="Save")
class Save4:
    """Many fields more."""

    level: u8
    a: u8
    b: u8
    c: u8
    d: u8
    e: u8
    f: u8
    g: u8
    h: u8
    i: u8
    j: u8
    k: u8


def _format(version: str, payload: type, **options: object) -> SnapshotFormat:
    return SnapshotFormat(name="save", magic=1, version=version, payload=payload, **options)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def saves() -> Iterator[None]:
    """A module of versions."""
    module = types.ModuleType("saves")
    module.V1 = _format("1.0.0", Save1)  # type: ignore[attr-defined]
    module.SAME = _format("1.0.0", Save2)  # type: ignore[attr-defined]
    module.SINCE = _format("1.1.0", Save3)  # type: ignore[attr-defined]
    module.MANY = _format("1.0.0", Save4)  # type: ignore[attr-defined]
    module.MAJOR = _format("2.0.0", Save2)  # type: ignore[attr-defined]
    new = _format("2.0.0", Save2, steps=lambda: Steps(step))
    step = Step(module.V1, new)
    module.STEPS = new  # type: ignore[attr-defined]
    module.ALL = _format("1.0.0", Save2, accepts=lambda supported, found: True)  # type: ignore[attr-defined]
    sys.modules["saves"] = module
    yield
    del sys.modules["saves"]


def test_one_layout_too_many_for_a_number() -> None:
    done = call("compat", "saves:V1", "saves:SAME")
    assert (done.exit_code, done.stderr) == (1, "")
    assert done.stdout == (
        "retyped Save.level: u8 -> u16  old files not read  new files not read\n"
        "old files (1.0.0): programs of the new version accept their version, and misread them\n"
        "  $.level: u8 is read as u16\n"
        "new files (1.0.0): programs of the old version accept their version, and misread them\n"
        "  $.level: u16 is read as u8\n"
        "version: the change demands 2.0.0; 1.0.0 does not fit\n"
        "not compatible\n"
    )


def test_a_field_since_a_minor() -> None:
    done = call("compat", "saves:V1", "saves:SINCE")
    assert done.exit_code == 0
    assert done.stdout == (
        "added Save.gold: u8  old files read  new files not read\n"
        "old files (1.0.0): programs of the new version read them\n"
        "new files (1.1.0): programs of the old version refuse them\n"
        "version: the change demands 1.1.0; 1.1.0 fits\n"
        "compatible\n"
    )
    assert call("compat", "saves:V1", "saves:SINCE", "--forward").exit_code == 1
    assert call("compat", "saves:V1", "saves:V1", "--forward").exit_code == 0


def test_steps_and_their_absence() -> None:
    done = call("compat", "saves:V1", "saves:STEPS")
    assert done.exit_code == 0
    assert "programs of the new version read them by its steps, with upgrade" in done.stdout
    done = call("compat", "saves:V1", "saves:MAJOR")
    assert done.exit_code == 1
    assert "version: the change demands 2.0.0; 2.0.0 fits\nnot compatible\n" in done.stdout


def test_a_rule_that_accepts_everything() -> None:
    done = call("compat", "saves:V1", "saves:ALL")
    assert done.exit_code == 1
    assert "version: the change demands another rule: " in done.stdout


def test_many_misreadings() -> None:
    done = call("compat", "saves:MANY", "saves:V1")
    assert "  $.j: is not read\n  and 1 more\n" in done.stdout


def test_json() -> None:
    done = call("compat", "saves:V1", "saves:SAME", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout) == {
        "old": {"name": "save", "version": "1.0.0"},
        "new": {"name": "save", "version": "1.0.0"},
        "changes": [
            {
                "action": "retyped",
                "type": "Save",
                "member": "level",
                "before": "u8",
                "after": "u16",
                "backward": False,
                "forward": False,
            }
        ],
        "backward": {
            "outcome": "misread",
            "misreadings": [{"path": "$.level", "why": "u8 is read as u16"}],
        },
        "forward": {
            "outcome": "misread",
            "misreadings": [{"path": "$.level", "why": "u16 is read as u8"}],
        },
        "demanded": "2.0.0",
        "fits": False,
        "compatible": False,
    }
    assert (
        json.loads(call("compat", "saves:V1", "saves:SINCE", "--json", "--forward").stdout)["compatible"]
        is False
    )
    assert json.loads(call("compat", "saves:V1", "saves:SINCE", "--json").stdout)["compatible"] is True


def test_names_of_the_catalogue() -> None:
    done = call("compat", "firecracker/1.14/x86_64", "firecracker/1.15/x86_64")
    assert done.exit_code == 0
    assert done.stdout.endswith("version: the change demands 9.0.0; 9.0.0 fits\ncompatible\n")
    done = call("compat", "firecracker/1.13/x86_64", "firecracker/1.14/x86_64")
    assert done.exit_code == 1
    assert "version: the change demands 9.0.0; 8.0.0 does not fit" in done.stdout


@pytest.mark.parametrize("arguments", [["saves:V1"], ["saves:V1", "saves:NONE"], ["none", "saves:V1"], []])
def test_usage_errors(arguments: list[str]) -> None:
    done = call("compat", *arguments)
    assert done.exit_code == 2
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("snapformat.snapshot.snapshot:FIRECRACKER_FORMAT", "firecracker declares no payload to compare"),
        ("saves:MISSING", "can't import 'nowhere:Save'"),
        ("saves:NO_STEPS", "they can't be compared: can't import 'nowhere:STEPS'"),
    ],
)
def test_formats_that_can_not_be_compared(name: str, message: str) -> None:
    module: Any = sys.modules["saves"]
    module.MISSING = SnapshotFormat(name="save", magic=1, version="1.0.0", payload="nowhere:Save")
    module.NO_STEPS = _format("1.0.0", Save1, steps="nowhere:STEPS")
    done = call("compat", "saves:V1", name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr


def test_what_compat_accepts_is_carried() -> None:
    module = sys.modules["saves"]
    assert module.STEPS.load(module.V1.new(Save1(3)).to_bytes(), upgrade=True).data == Save2(3)
