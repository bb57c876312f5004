"""Every state file with arrays of numpy: the same bytes, and the same answers of all that looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from codec.agreement import verdict
from snapformat.inspect import deep_findings
from snapformat.inspect.query import select
from snapformat.migrate import migrate
from snapformat.values import to_json
from snapformat_schemas import firecracker
from snapshots import data
from snapshots.data import StateFile

numpy = pytest.importorskip("numpy")

#: Files of bincode: bitcode packs numbers.
FILES = [file for file in data.state_files() if not file.format.is_message]
#: Lists of records, in one release or another.
RECORDS = ("regions", "queues", "table_entries", "bars")


def _arrays(value: Any) -> Iterator[str]:
    """The attributes that hold structured arrays, in a value."""
    waiting = [("", value)]
    while waiting:
        name, current = waiting.pop()
        if isinstance(current, numpy.ndarray) and current.dtype.names is not None:
            yield name
        elif isinstance(current, list):
            waiting += [(name, each) for each in current]
        else:
            names = getattr(type(current), "__match_args__", ())
            waiting += [(each, getattr(current, each)) for each in names]


def test_which_lists_are_arrays():
    loaded = (file.format.load(file.bytes, lazy=True, arrays="numpy").data for file in FILES)
    assert {name for each in loaded for name in _arrays(each)} == {*RECORDS}


@data.each(FILES)
class TestStateFile:
    def test_values_and_bytes(self, file: StateFile):
        eager = file.format.load(file.bytes)
        found = file.format.load(file.bytes, lazy=True, arrays="numpy")
        data.assert_same_bytes(found.to_bytes(), file.bytes)
        assert to_json(found.data, type(eager.data)) == to_json(eager.data, type(eager.data))

    def test_what_looks_at_it(self, file: StateFile):
        eager = file.format.load(file.bytes)
        found = file.format.load(file.bytes, lazy=True, arrays="numpy")
        assert firecracker.summary(found) == firecracker.summary(eager)
        for look in (firecracker.vcpus, firecracker.drives, firecracker.net, firecracker.pmem):
            assert repr(look(found.data)) == repr(look(eager.data))
        for look in (firecracker.vsock, firecracker.balloon):
            assert repr(look(found.data)) == repr(look(eager.data))
        assert firecracker.memory(found.data).file_bytes == firecracker.memory(eager.data).file_bytes
        assert deep_findings(found) == deep_findings(eager)
        for path in ("@memory", "**.size", "**.regions", "**.queues[*].ready"):
            shown = [[(part.path, part.to_json()) for part in select(each, path)] for each in (found, eager)]
            assert shown[0] == shown[1]
        data.assert_same_bytes(found.to_bytes(), file.bytes)

    def test_migrations(self, file: StateFile):
        arch = file.format.name.rpartition("/")[2]
        for to in firecracker.SCHEMAS:
            if to.name.endswith(arch) and to is not file.format:
                eager, found = (
                    verdict(lambda s=snapshot, to=to: migrate(s, to=to, unproven=True).snapshot.to_bytes())
                    for snapshot in (
                        file.format.load(file.bytes),
                        file.format.load(file.bytes, lazy=True, arrays="numpy"),
                    )
                )
                assert found[:1] == eager[:1]
                assert str(found[1]) == str(eager[1])
