"""Names that hold in every release: read, written and undone in every real file."""

from __future__ import annotations

import os
import re
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bitcode import files as bitcode_files
from firecracker.views import another, fields, leaves, one
from schemas.values import Builder, Seeded
from snapformat import Snapshot, SnapshotFormat
from snapformat.inspect.form import FORM
from snapformat.inspect.locations import Location, PathError
from snapformat.inspect.query import root_of, select
from snapformat.inspect.view_list import list_views
from snapformat.limits import Limits
from snapformat_schemas import firecracker
from snapformat_schemas.firecracker import SCHEMAS, Machine
from snapshots import data

FILES = [*data.state_files(), *bitcode_files.state_files()]
each_file = data.each(FILES)
LIMITS = Limits()

#: Keys of the summary -> paths. Those of devices have the same names in both.
_PATHS = {
    "memory_mib": "memory.mib",
    "memory_file_bytes": "memory.file_bytes",
    "huge_pages": "memory.huge_pages",
    "smt": "smt",
    "cpu_template": "cpu_template",
    "kernel": "kernel.path",
    "initrd": "initrd",
    "boot_args": "boot_args",
    "transport": "transport",
}
_TABLES = {"drives": "drives", "network_interfaces": "net", "pmem": "pmem"}
_SINGLE = ("cpu", "vsock", "balloon", "entropy", "memory_hotplug")


def _load(file: Any, *, lazy: bool = True) -> Snapshot[Any]:
    return file.format.load(file.bytes, lazy=lazy)


def _is(location: Location, value: Any) -> bool:
    """Whether a view has the value of the summary, where addresses are text."""
    if isinstance(value, str) and value.startswith("0x"):
        return bool(location.value == int(value, 16))
    return bool(location.to_json() == value)


@each_file
def test_read_equals_summary(file: Any):
    snapshot, about = _load(file), firecracker.summary(_load(file, lazy=False))
    for key, path in _PATHS.items():
        assert one(snapshot, path).to_json() == about[key], path
        assert one(snapshot, f"@{path}").to_json() == about[key], path
    assert len(select(snapshot, "vcpus[*]")) == about["vcpus"]
    for key, table in _TABLES.items():
        assert len(select(snapshot, f"{table}[*]")) == len(about[key])
        for position, device in enumerate(about[key]):
            for name, value in device.items():
                if name != "engine" or value is not None:
                    assert _is(one(snapshot, f"{table}[{position}].{name}"), value)
                    assert _is(one(snapshot, f'{table}["{device["id"]}"].{name}'), value)
    for key in _SINGLE:
        if about[key] is None:
            with pytest.raises(PathError, match="this snapshot has none"):
                select(snapshot, f"{key}.x")
        for name, value in (about[key] or {}).items():
            assert _is(one(snapshot, f"{key}.{name}"), value)
    assert [each.to_json() for each in select(snapshot, "@mmds[*]")] == [] or about["mmds"] is not None
    if about["mmds"] is not None:
        assert one(snapshot, "mmds.version").to_json() == about["mmds"]
    if about["arch"] == "x86_64":
        for position, vcpu in enumerate(snapshot.data.vcpu_states):
            assert one(snapshot, f"vcpus[{position}].msr.EFER").value == vcpu.sregs.efer
            assert one(snapshot, f"vcpus[{position}].rip").value == vcpu.regs.rip
            for _, entries in vcpu.saved_msrs:
                for entry in entries:
                    found = one(snapshot, f"vcpus[{position}].msr.{entry.index:#x}")
                    assert found.value == entry.data


@each_file
def test_write_and_undo(file: Any):
    """All at once, each field by one of its names: the new values are read back, and the old bytes too."""
    snapshot = _load(file)
    before: dict[str, Any] = {}
    wanted: dict[str, Any] = {}
    taken: set[str | None] = set()
    for path, location in leaves(snapshot):
        if location.fixed or location.raw in taken:
            continue
        taken.add(location.raw)
        new = another(path, location)
        if path.endswith("stats_polling_interval_s") and 0 in (location.value, new):
            continue
        before[path] = location.to_json()
        location.set_json(new, LIMITS)
        wanted[path] = FORM.write(location.kind, location.value)
        assert location.to_json() == wanted[path]
    assert len(before) > 15
    edited = file.format.load(snapshot.to_bytes())
    for path, value in wanted.items():
        assert one(edited, path).to_json() == value, path
    for path, value in before.items():
        one(edited, path).set_json(value, LIMITS)
    data.assert_same_bytes(edited.to_bytes(), file.bytes)


@each_file
@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(random=st.randoms(use_true_random=False))
def test_one_at_a_time(file: Any, random: Random):
    """Nothing else changes than the fields behind the view."""
    snapshot = _load(file)
    path, location = random.choice([(p, each) for p, each in leaves(snapshot) if not each.fixed])
    old, new = location.to_json(), another(path, location)
    if path.endswith("stats_polling_interval_s") and 0 in (location.value, new):
        return
    location.set_json(new, LIMITS)
    edited = file.format.load(snapshot.to_bytes())
    assert one(edited, path).to_json() == location.to_json()
    pairs = zip(fields(root_of(edited).to_json()), fields(root_of(_load(file)).to_json()), strict=True)
    changed = [f"${theirs[0]}" for ours, theirs in pairs if ours != theirs]
    name = path.rpartition(".")[2]
    most = {"id": 2, "read_only": 2, "mac": 3}.get(name, 2 if ".msr" in path else 1)
    assert len(changed) <= most, changed
    assert old == new or location.raw is None or any(_is_at(each, location.raw) for each in changed)
    one(edited, path).set_json(old, LIMITS)
    data.assert_same_bytes(edited.to_bytes(), file.bytes)


def _is_at(changed: str, raw: str) -> bool:
    """Whether a path of plain data is that of a field: there, a variant is a member."""
    return changed == re.sub(r"<(\w+)>", r".\1", raw)


@each_file
def test_what_is_fixed(file: Any):
    """Values that depend on others are refused with the reason, and keep the file as it is."""
    snapshot = _load(file)
    fixed = [(path, each) for path, each in leaves(snapshot) if each.fixed]
    assert {"@memory.mib", "@transport"} <= {path for path, _ in fixed}
    for path, each in fixed:
        with pytest.raises(PathError, match="^" + re.escape(f"{each.path}: ")):
            each.set(each.value)
        with pytest.raises(PathError, match=re.escape(str(each.raw))):
            each.set_json(each.to_json(), LIMITS)
        assert path
    data.assert_same_bytes(snapshot.to_bytes(), file.bytes)


@each_file
def test_no_field_that_depends_on_others_is_written(file: Any):
    """A view of such a field is read-only by its declaration, or writes what has to agree."""
    machine = firecracker.machine(_load(file))
    groups: list[Any] = [machine, machine.memory, machine.kernel, *machine.vcpus, *machine.drives]
    groups += [*machine.net, *machine.pmem, machine.vsock, machine.balloon, machine.memory_hotplug]
    for group in groups:
        for declared, location in [] if group is None else group._values():
            raw = None if location.raw is None else one(_load(file), location.raw)
            if raw is not None and raw.depends and declared._write is None:
                assert declared.read_only, declared.name


@pytest.mark.parametrize("format_", SCHEMAS, ids=lambda f: f.name)
def test_any_state(format_: SnapshotFormat):
    """Whatever the layout takes: all views are read, and writing what was read changes nothing."""
    builder = Builder(Seeded(Random(11)))
    for _ in range(6):
        new = format_.new(builder.value(format_.payload_kind), arch=format_.name.rpartition("/")[2])
        content = new.to_bytes()
        snapshot = format_.load(content)
        for path, location in leaves(snapshot):
            if not location.fixed and not path.endswith(".id"):  # its two copies may differ
                location.set_json(location.to_json(), LIMITS)
        for each in select(snapshot, "@"):
            each.to_json()
        data.assert_same_bytes(snapshot.to_bytes(), content)


@pytest.mark.skipif(data.ENVIRONMENT in os.environ, reason="other files may lack devices")
def test_every_name_is_in_a_real_file():
    """No name of the list is one that no release has."""
    wanted = {each.path for each in list_views(Machine)}
    wanted -= {"drives.ID.socket", "memory_hotplug.pci", "pmem.ID.pci"}  # of devices that are in no file
    found: set[str] = set()
    for file in FILES:
        for path, _ in leaves(_load(file)):
            path = re.sub(r"^(drives|net|pmem)\[\d+\]", r"\1.ID", path.removeprefix("@"))
            path = re.sub(r"^vcpus\[\d+\]", "vcpus[N]", path)
            path = re.sub(r"\.(msr|reg)(\..*|\[.*)", r".\1.NAME", path)
            path = re.sub(r"\.cpuid(\..*|\[.*)", r".cpuid.LEAF", path)
            while path and path not in wanted and re.search(r"[.\[]", path):
                path = re.sub(r"(\.\w+|\[[^\]]*\])$", "", path)  # inside a part with fields
            found.add(path)
    assert wanted <= found, wanted - found
