"""Names that hold in every release, in Python, in the path language and on the command line."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bitcode import files as bitcode_files
from cli.support import call
from snapformat import Snapshot, select
from snapformat.inspect.edit import Editor
from snapformat.inspect.locations import PathError
from snapformat_schemas import firecracker
from snapformat_schemas.firecracker import Aarch64VcpuViews, X86VcpuViews
from snapformat_schemas.kvm.x86_64 import msr_names
from snapshots import data

_X86, _AARCH64 = data.DEFAULT_FOLDERS
MANY = _X86 / "1.14.4" / "03_many" / "vmstate"
PCI = _X86 / "1.13.2" / "10_pci_many" / "vmstate"
OLD = _X86 / "1.8.0" / "03_many" / "vmstate"
MEM = _X86 / "1.14.4" / "12_pmem_mem_mmio" / "vmstate"
_DEVICES = "$.device_states.mmio_state"
ARM = _AARCH64 / "1.14.4" / "02_mmio_many" / "vmstate"


def load(path: Any) -> Snapshot[Any]:
    return firecracker.load_snapshot(path)


def error(snapshot: Snapshot[Any], path: str) -> str:
    with pytest.raises(PathError) as caught:
        select(snapshot, path)
    return str(caught.value)


@pytest.mark.parametrize("path", [OLD, PCI, MANY], ids=["1.8", "1.13 on PCI", "1.14"])
def test_typed(path: Any):
    """The same lines for any release and transport."""
    snapshot = load(path)
    state = snapshot.data
    drive = firecracker.drives(state)["rootfs"]
    assert (drive.id, drive.root, drive.cache, drive.engine) == ("rootfs", True, "Writeback", "Sync")
    drive.path = "/srv/x.ext4"
    drive.cache = "Unsafe"
    firecracker.net(state)["eth0"].mac = "02:00:00:00:00:99"
    vsock, balloon = firecracker.vsock(state), firecracker.balloon(state)
    assert vsock is not None
    assert balloon is not None
    vsock.cid, balloon.target_mib = 77, 24
    vcpu = firecracker.vcpus(state)[1]
    assert isinstance(vcpu, X86VcpuViews)
    vcpu.rip += 2
    vcpu.msr["EFER"] |= 1
    vcpu.cs.base = 0x1000
    vcpu.cpuid["0x1"].ecx = 5
    again = firecracker.load(snapshot.to_bytes(), arch="x86_64")
    found = firecracker.machine(again)
    assert found.drives["rootfs"].path == "/srv/x.ext4"
    assert found.drives["rootfs"].cache == "Unsafe"
    assert found.net[0].mac == "02:00:00:00:00:99"
    assert found.vsock is not None
    assert found.vsock.cid == 77
    assert again.vcpu_states[1].regs.rip == vcpu.rip
    assert again.vcpu_states[1].sregs.efer & 1
    assert again.vcpu_states[1].sregs.cs.base == 0x1000
    assert firecracker.vcpus(again)[1].cpuid["0x1"].ecx == 5
    assert [each.id for each in found.drives] == [each.id for each in found.drives[:]]
    assert "rootfs" in found.drives
    assert "x" not in found.drives
    assert found.memory.mib == again.vm_info.mem_size_mib


def test_typed_on_aarch64():
    snapshot = load(ARM)
    vcpu = firecracker.vcpus(snapshot.data)[0]
    assert isinstance(vcpu, Aarch64VcpuViews)
    pc = vcpu.reg["PC"]
    vcpu.reg["PC"] = pc + 4
    again = firecracker.vcpus(firecracker.load(snapshot.to_bytes(), arch="aarch64"))[0]
    assert again.reg["PC"] == pc + 4
    assert {**again.reg} == {**vcpu.reg}
    assert list(again.reg)[:2] == ["X0", "X1"]
    with pytest.raises(ValueError, match=re.escape("@vcpus[0].reg.PC: expected u64 from 0 to")):
        vcpu.reg["PC"] = 1 << 64
    with pytest.raises(KeyError, match="did you mean 'PC'"):
        vcpu.reg["PCC"]
    with pytest.raises(AttributeError, match="MPIDR_EL1 of the list has to be the same"):
        vcpu.mpidr = 1


def test_mistakes_in_python():
    machine = firecracker.machine(load(MEM))
    with pytest.raises(AttributeError, match=re.escape("@memory.mib: the memory regions")):
        machine.memory.mib = 512
    with pytest.raises(AttributeError, match=re.escape("(its field is $.vm_info.mem_size_mib)")):
        machine.memory.mib = 512
    assert machine.vsock is None
    assert firecracker.vsock(load(MEM).data) is None
    with pytest.raises(KeyError, match="@pmem has no 'pmem'"):
        machine.pmem["pmem"]
    with pytest.raises(ValueError, match=r"\.root: expected bool, found 1$"):
        machine.pmem[0].root = 1  # type: ignore[assignment]
    with pytest.raises(ValueError, match="unknown variant 'no'"):
        machine.cpu_template = "no"
    drive = firecracker.drives(load(MANY).data)[0]
    with pytest.raises(AttributeError, match=r"^@drives.rootfs.socket: this snapshot has none$"):
        _ = drive.socket
    assert not hasattr(drive, "socket")
    assert repr(drive).startswith("Drive(id='rootfs', path='rootfs', root=True")
    assert "cid=" in repr(firecracker.vsock(load(MANY).data))


def test_mistakes_in_paths():
    many, arm = load(MANY), load(ARM)
    assert error(many, "drives.rotfs.path") == "@drives has no rotfs: did you mean rootfs?"
    assert error(many, "drives.rootfs.pat") == "@drives.rootfs has no pat: did you mean path?"
    assert error(many, "drivs") == "$ has no drivs: did you mean drives?"
    assert error(many, "@drivs") == "@ has no drivs: did you mean drives?"
    assert error(many, "$.drives") == "$ has no drives: did you mean @drives?"
    assert error(many, "$.drivs").startswith("$ has no drivs, only vm_info")
    assert error(many, "memory_hotplug.block_bytes") == "@memory_hotplug: this snapshot has none"
    assert error(many, "vcpus[9].rip") == "@vcpus has 2 elements, and no [9]"
    assert error(many, "vcpus[0].reg.PC").startswith("@vcpus[0] has no reg, only rip")
    assert error(many, "vcpus[0].msr.IA32_XSS") == "@vcpus[0].msr.IA32_XSS: this vCPU has no such register"
    assert error(many, "vcpus[0].msr.IA32_PATT") == "@vcpus[0].msr has no IA32_PATT: did you mean IA32_PAT?"
    assert error(many, "vcpus[0].cpuid.eax").startswith("@vcpus[0].cpuid has no eax")
    assert error(arm, "vcpus[0].rip") == "@vcpus[0] has no rip, only mpidr, mp_state, reg"
    assert error(arm, "vcpus[0].reg.PCX").startswith("@vcpus[0].reg has no PCX: did you mean PC")


def test_wildcards():
    many = load(MANY)

    def paths(selector: str) -> list[str]:
        return [each.path for each in select(many, selector)]

    assert paths("drives[*].path") == ["@drives.rootfs.path", "@drives.data1.path"]
    assert paths("drives[-1].path") == ["@drives.data1.path"]
    assert paths("drives[1:].id") == ["@drives.data1.id"]
    assert paths("drives[id=data1].id") == ["@drives.data1.id"]
    assert paths("drives[read_only=true].id") == ["@drives.data1.id"]
    assert paths("@drives.*.id") == ["@drives.rootfs.id", "@drives.data1.id"]
    assert paths("vcpus[*].rip") == ["@vcpus[0].rip", "@vcpus[1].rip"]
    assert "@vsock.path" in paths("@..path")
    assert paths("drives..size")[0] == "@drives.rootfs.rate_limiter.ops.size"
    assert paths("vcpus[0].msr.MSR_EFER") == ["@vcpus[0].msr.IA32_EFER"]
    assert paths("vcpus[0].cpuid.0xD:1.eax") == ['@vcpus[0].cpuid["0xd:1"].eax']
    assert len(paths("vcpus[0].msr[*]")) == len(firecracker.vcpus(many.data)[0].msr)


def test_raw():
    """A view knows the field behind it, and a field is itself."""
    many, arm = load(MANY), load(ARM)
    for snapshot, path, raw in (
        (
            many,
            "drives.rootfs.path",
            "$.device_states.mmio_state.block_devices[0].device_state<Virtio>.disk_path",
        ),
        (many, "vcpus[1].cs.base", "$.vcpu_states[1].sregs.cs.base"),
        (many, "vcpus[0].msr.EFER", "$.vcpu_states[0].sregs.efer"),
        (many, "vcpus[0].msr.IA32_TSC", None),
        (many, "memory.regions[0].size", "$.vm_state.memory.regions[0].size"),
        (many, "drives", None),
        (many, "vm_info.smt", "$.vm_info.smt"),
        (arm, "vcpus[0].reg.PC", None),
    ):
        (found,) = select(snapshot, path)
        if raw is not None or found.raw is None:
            assert found.raw == raw, path
        else:
            (behind,) = select(snapshot, found.raw)
            assert behind.to_json() == found.to_json() or int(behind.to_json(), 16) == found.value
    assert [each.path for each in select(many, "$.vm_info.smt")] == ["$.vm_info.smt"]


def test_ids_with_dots():
    snapshot = load(MANY)
    firecracker.drives(snapshot.data)["rootfs"].id = "a.b [c]"
    (found,) = select(snapshot, 'drives["a.b [c]"].path')
    assert found.path == '@drives["a.b [c]"].path'
    assert select(snapshot, found.path)[0].value == found.value
    device = snapshot.data.device_states.mmio_state.block_devices[0]
    assert (device.device_id, device.device_state.value.id) == ("a.b [c]", "a.b [c]")


def test_what_has_to_agree():
    """A feature is offered, and agreed on, or neither; statistics need their queue."""
    state = load(MANY).data
    for drive in firecracker.drives(state):
        before = drive.read_only
        features = [
            each.device_state.value.virtio_state for each in state.device_states.mmio_state.block_devices
        ][drive.id == "data1"]
        old = features.avail_features, features.acked_features
        drive.read_only = not before
        assert drive.read_only is not before
        assert features.avail_features & 32 == features.acked_features & 32 == 32 * (not before)
        drive.read_only = before
        assert (features.avail_features, features.acked_features) == old
    interface, virtio = firecracker.net(state)[0], state.device_states.mmio_state.net_devices[0].device_state
    interface.mac = None
    assert not (virtio.virtio_state.avail_features | virtio.virtio_state.acked_features) & 32
    interface.mac = "02:00:00:00:00:01"
    assert virtio.virtio_state.avail_features & virtio.virtio_state.acked_features & 32
    balloon = firecracker.balloon(state)
    assert balloon is not None
    balloon.stats_polling_interval_s = 9
    with pytest.raises(PathError, match=r"^@balloon.stats_polling_interval_s: 9 can't become 0: devices"):
        balloon.stats_polling_interval_s = 0
    with pytest.raises(PathError, match=r"^@balloon.target_mib: 16777216 is more than the most, 16777215"):
        balloon.target_mib = 1 << 24
    vcpu: Any = firecracker.vcpus(state)[0]
    vcpu.msr["IA32_PAT"] = 7
    entries = [
        each for _, listed in state.vcpu_states[0].saved_msrs for each in listed if each.index == 0x277
    ]
    assert [each.data for each in entries] == [7, 7]  # Firecracker lists it twice


def test_the_editor(tmp_path: Any):
    editor = Editor(load(PCI))
    editor.set_text("drives.rootfs.path", "/srv/x.ext4")
    editor.set_text("@drives[*].cache", "Unsafe")
    editor.set_text("vcpus[0].msr.IA32_TSC", "0x10")
    editor.set("boot_args", None)
    editor.remove("net.eth0.mac")
    assert editor.get("drives.rootfs").path == "/srv/x.ext4"
    changed = [path for path, *_ in editor.changes]
    assert changed[0] == "@drives.rootfs.path"
    assert {*changed[1:3]} == {"@drives.rootfs.cache", "@drives.data1.cache"}
    again = firecracker.machine(load(editor.snapshot.to_bytes()))
    assert [each.cache for each in again.drives] == ["Unsafe", "Unsafe"]
    assert (again.net[0].mac, again.boot_args, again.drives["rootfs"].path) == (None, None, "/srv/x.ext4")
    for path, why in {
        "drives.rootfs": "it is a group of names",
        "memory.mib": "the memory regions",
        "memory.regions[0].size": "the other regions have to fit",
    }.items():
        with pytest.raises(PathError, match=why):
            editor.set(path, 1)
    with pytest.raises(PathError, match="only elements"):
        editor.remove("drives.rootfs")


def test_the_command_line(tmp_path: Any):
    file = bitcode_files.folder() / "1.16.1" / "10_pci_many" / "vmstate"
    out = tmp_path / "out"
    done = call("set", file, "drives.rootfs.path=/srv/x.ext4", "vsock.cid=9", "-o", out)
    assert (done.exit_code, done.output) == (0, "")
    assert call("get", out, "drives.rootfs.path", "vsock.cid").stdout.split() == ["/srv/x.ext4", "9"]
    refused = call("set", file, "memory.mib=512", "-o", tmp_path / "no")
    assert refused.exit_code == 2
    assert "this number alone changes no memory (its field is $.vm_info.mem_size_mib)" in refused.output
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("IA32_EFER", 0xC000_0080),
        ("EFER", 0xC000_0080),
        ("MSR_EFER", 0xC000_0080),
        ("efer", 0xC000_0080),
        ("IA32_TSC", 0x10),
        ("IA32_TIME_STAMP_COUNTER", 0x10),
        ("MSR_SYSCALL_MASK", 0xC000_0084),
        ("IA32_MC0_STATUS", 0x401),
        ("MSR_KVM_STEAL_TIME", 0x4B56_4D03),
        ("0xc0000080", 0xC000_0080),
        ("MSR 0x123", 0x123),
        ("0xzz", None),
        ("X", None),
        ("", None),
    ],
)
def test_numbers_of_registers(name: str, index: int | None):
    assert msr_names.index_of(name) == index


def test_every_name_of_a_register_has_its_number():
    known = [index for index in [*range(0x2000), *range(0x4000_0000, 0x4000_0200)] if msr_names.lookup(index)]
    known += [index for index in range(0xC000_0000, 0xC001_2000) if msr_names.lookup(index)]
    assert len(known) > 500
    for index in known:
        assert msr_names.index_of(msr_names.name_of(index)) == index
