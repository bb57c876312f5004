"""One step of a migration, beside loading and saving the same file: real states, and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from benchmarks import payloads, tables
from benchmarks.case import Case
from snapformat import SnapshotFormat, schema
from snapformat.bincode import Option, Vec, u8, u32, u64
from snapformat.migrate import Change, Step, computed, default, find, loss, moved_to, narrowed, renamed
from snapformat.snapshot.catalogue import find_format

#: Beginning of the titles.
MIGRATE = "migrate, "
LOAD_AND_SAVE = "snapformat, load and save"
STEP = "snapformat, one step"

#: Real states: the release that saved it, its configuration, and the next release.
STATES = (("1.13", "1.13.2", "03_many", "1.14"), ("1.13", "1.13.2", "10_pci_many", "1.14"))
STATES += (("1.14", "1.14.4", "10_pci_many", "1.15"),)
ELEMENTS = 20_000


@schema
class WidePoint:
    """A point with a renamed, a wider and a new field."""

    column: u32
    y: u64
    z: u32
    layer: u8


@schema
class AgedPerson:
    """A person with a wider field."""

    name: str
    city: str
    age: Option[u64]


#: Tables: old and new elements, and the changes.
_TABLES: dict[str, tuple[Any, Any, list[Change]]] = {
    "points, up": (
        tables.Point,
        WidePoint,
        [Change(tables.Point, WidePoint, given={"column": renamed("x"), "layer": default(0, "It is flat.")})],
    ),
    "points, down": (
        WidePoint,
        tables.Point,
        [
            Change(
                WidePoint,
                tables.Point,
                given={"x": computed(lambda old, to: old.column), "y": narrowed("It is a screen.")},
                dropped={
                    "column": moved_to("x"),
                    "layer": loss("LAYERS", "Layers are lost.", unless=lambda layer: layer == 0),
                },
            )
        ],
    ),
    "people": (tables.Person, AgedPerson, []),
}


def state_title(release: str, name: str, target: str) -> str:
    """The title of a real state's case."""
    return f"{MIGRATE}state {name}, {release} to {target}"


def table_title(name: str) -> str:
    """The title of a table's case."""
    return f"{MIGRATE}{ELEMENTS:,} {name}"


def titles() -> Iterator[str]:
    """The titles of all cases."""
    for release, _, name, target in STATES:
        yield state_title(release, name, target)
    for name in _TABLES:
        yield table_title(name)


def migration_cases() -> Iterator[Case]:
    """Real states of Firecracker, and tables of structs."""
    for release, folder, name, target in STATES:
        old, new = (find_format(f"firecracker/{each}/x86_64") for each in (release, target))
        data = (payloads.GOLDEN.parents[0] / folder / name / "vmstate").read_bytes()
        (step,) = find(new.all_steps, old, new)
        yield _case(state_title(release, name, target), old, step, data)
    points = tables.points(ELEMENTS)
    values: dict[str, list[Any]] = {
        "points, up": points,
        "points, down": [WidePoint(each.x, each.y, each.z, 0) for each in points],
        "people": tables.people(ELEMENTS),
    }
    for name, (old_type, new_type, changes) in _TABLES.items():
        formats = [
            SnapshotFormat(name="table", magic=1, version=version, payload=Vec[each])
            for version, each in (("1.0.0", old_type), ("2.0.0", new_type))
        ]
        step = Step(formats[0], formats[1], changes=changes)
        yield _case(table_title(name), formats[0], step, formats[0].new(values[name]).to_bytes())


def _case(title: str, format_: SnapshotFormat, step: Step, data: bytes) -> Case:
    value = format_.load(data).data
    step.convert(value)  # which makes the converters
    calls: dict[str, Callable[[], object]] = {
        LOAD_AND_SAVE: lambda: format_.load(data).to_bytes(),
        STEP: lambda: step.convert(value),
    }
    return Case(title, len(data), calls)
