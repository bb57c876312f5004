"""Views of the made-up machine, and a family that has them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from inspecting.machine import FORMAT
from snapformat import Snapshot
from snapformat.inspect import Recognition
from snapformat.inspect.locations import Location
from snapformat.inspect.query import root_of
from snapformat.inspect.view_locations import ViewLocation
from snapformat.inspect.view_tables import ByName, table
from snapformat.inspect.views import (
    CHOICE,
    FLAG,
    HEX,
    NUMBER,
    PART,
    TEXT,
    TEXT_OR_NONE,
    Part,
    View,
    Views,
    computed,
    follow,
    part,
)


class FileViews(Views):
    """A file behind a disk; the part is the disk."""

    __slots__ = ()

    path = View(TEXT, "Path of the file", at="backend<File>.path")
    size_mib = View(NUMBER, "Size of the file, MiB", at="backend<File>.size_mib", read_only="the file has it")


class DiskViews(Views):
    """A disk."""

    __slots__ = ()

    id = View(TEXT, "Its id", at="id")
    flags = View(HEX, "Its flags", at="flags")

    @part(FileViews, "Its file")
    def file(self) -> Location | None:
        """The disk, if it has one."""
        return None if self._find("backend<File>") is None else self._raw

    @computed(FLAG, "Bit 0 of the flags", at="flags")
    def is_first(self) -> bool:
        """Whether the bit is set."""
        return bool(self.flags & 1)

    @is_first.setter
    def _set_is_first(self, on: bool) -> None:
        self.flags = self.flags & ~1 | on


class Numbers(ByName[int]):
    """The numbers of the table, by their names in capitals."""

    __slots__ = ()

    def _names(self) -> list[str]:
        return [name.upper() for name in self._raw.value]

    def _locate(self, name: str) -> Location | None:
        raw = self._raw.field(name.lower()) if name.isupper() else None
        if raw is None:
            return None
        return ViewLocation(raw.kind, raw.value, (*self._segments, name), raw.set, raw.raw_segments)


class MachineViews(Views):
    """A machine."""

    __slots__ = ()

    name = View(TEXT, "Its name, which is a field too", at="note")
    title = View(TEXT, "Its name", at=("no_such_field", "name"))
    power = View(CHOICE, "Off, On", at="mode")
    remark = View(TEXT_OR_NONE, "A remark", at="note")
    load = View(PART, "The first registers", at="regs[0]")
    lost = View(TEXT, "A field that this release lacks", at="lost")
    numbers_by_name = Part(Numbers, "Numbers", at="table")

    @computed(NUMBER, "Number of disks")
    def disk_count(self) -> int:
        """The number."""
        return len(self.drives)

    @table(DiskViews, "Disks, by id", key="id")
    def drives(self) -> Iterator[Location]:
        """The disks."""
        disks = follow(self._raw, "disks")
        assert disks is not None
        return map(disks.at, range(disks.count() or 0))

    @part(FileViews, "The first disk with a file")
    def first_file(self) -> Location | None:
        """The disk."""
        disks = follow(self._raw, "disks")
        assert disks is not None
        return next((each for each in disks.parts() if follow(each, "backend<File>")), None)


class MachineFamily:
    """A family with views."""

    def recognize(self, data: bytes) -> Recognition | None:
        return None

    def summary(self, snapshot: Snapshot[Any]) -> dict[str, Any]:
        return {}

    def facts(self, summary: Mapping[str, Any]) -> list[tuple[str, str]]:
        return []

    def views(self, snapshot: Snapshot[Any]) -> MachineViews:
        return MachineViews(root_of(snapshot))


class PlainFamily:
    """A family without views."""

    def recognize(self, data: bytes) -> Recognition | None:
        return None

    def summary(self, snapshot: Snapshot[Any]) -> dict[str, Any]:
        return {}

    def facts(self, summary: Mapping[str, Any]) -> list[tuple[str, str]]:
        return []


FAMILY = MachineFamily()
PLAIN = PlainFamily()
WITH_VIEWS = dataclasses.replace(FORMAT, family="inspecting.family:FAMILY")
WITHOUT_VIEWS = dataclasses.replace(FORMAT, family="inspecting.family:PLAIN")
