"""`firecracker.load`: the typed state of whatever release it is."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest

from cli.support import SNAPSHOT
from snapformat import InvalidMagicError, SnapshotFormat, SnapshotIOError, schema
from snapformat.bincode import u8
from snapformat.encodings.bincode.codec.engine import statistics
from snapformat.snapshot.catalogue import formats
from snapformat_schemas import firecracker
from snapformat_schemas.kvm.aarch64 import registers
from snapshots import data
from snapshots.data import StateFile

X86 = [file for file in data.state_files() if file.format.name.endswith("x86_64")]
AARCH64 = [file for file in data.state_files() if file.format.name.endswith("aarch64")]


def _guarded(files: list[StateFile]) -> pytest.MarkDecorator:
    return data.each(files) if files else pytest.mark.skip("no such files in the folder")


@_guarded(X86)
def test_x86_64(file: StateFile):
    state = firecracker.load(file.path, arch="x86_64")
    assert type(state).__module__.endswith(".x86_64")
    for vcpu in state.vcpu_states:
        assert vcpu.regs.rflags & 2
        assert vcpu.sregs.cr0 & 1 or vcpu.mp_state.mp_state == 1
        assert len(vcpu.cpuid[1]) == vcpu.cpuid[0].nent
    first = state.vcpu_states[0]
    assert first.regs.rip.to_bytes(8, "little") in file.bytes
    first.regs.rip += 2
    again = firecracker.load_snapshot(file.path)
    again.data = state
    pairs = zip(again.to_bytes()[:-8], file.bytes[:-8], strict=True)
    assert [(ours - theirs) % 256 for ours, theirs in pairs if ours != theirs] == [2]
    assert firecracker.load(again.to_bytes()).vcpu_states[0].regs.rip == first.regs.rip


@_guarded(AARCH64)
def test_aarch64(file: StateFile):
    state = firecracker.load(file.path, arch="aarch64")
    for vcpu in state.vcpu_states:
        named = {register.name: register.value for register in registers.registers(*vcpu.regs)}
        assert "PC" in named or not named
        assert vcpu.kvi.target in (0, 1, 2, 3, 4, 5)
    with pytest.raises(InvalidMagicError, match="this is a file of aarch64"):
        firecracker.load(file.path, arch="x86_64")


@data.each(data.state_files())
def test_states_of_all_releases_have_common_names(file: StateFile):
    state = firecracker.load(file.path)
    assert state.vm_info.mem_size_mib > 0
    assert isinstance(state.vm_info.boot_source.kernel_image_path, str)
    assert state.vcpu_states[0].mp_state.mp_state == 0
    assert state.vm_state is not None
    assert state.device_states is not None


@data.each(data.state_files())
def test_generated_code_does_it_all(file: StateFile):
    before = dataclasses.replace(statistics)
    snapshot = firecracker.load_snapshot(file.bytes)
    assert snapshot.to_bytes() == file.bytes
    for vcpu in snapshot.data.vcpu_states:
        vcpu.mp_state.mp_state = 0
    snapshot.to_bytes()
    assert statistics == before


def test_errors(tmp_path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(SnapshotIOError):
        firecracker.load(tmp_path / "none")
    with pytest.raises(ValueError, match="unknown architecture 'riscv'"):
        firecracker.load(SNAPSHOT, arch="riscv")  # type: ignore[call-overload]

    @schema
    class Other:
        a: u8

    other = SnapshotFormat(name="t/1/any", magic=0x77, version="1.0.0", payload=Other)
    monkeypatch.setitem(formats(), other.name, other)
    with pytest.raises(InvalidMagicError, match="this is a file of another program"):
        firecracker.load(other.new(Other(1)).to_bytes())


def test_importing_is_cheap():
    """Neither layouts nor tools are imported with the package."""
    program = (
        "import sys; from snapformat_schemas import firecracker\n"
        "assert firecracker.SCHEMAS\n"
        "loaded = [n for n in sys.modules if n.startswith('snapformat_schemas.')]\n"
        "print(*sorted(loaded))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [
        "snapformat_schemas.firecracker",
        "snapformat_schemas.firecracker.formats",
        "snapformat_schemas.firecracker.releases",
    ]


def test_every_name_is_there():
    for name in firecracker.__all__:
        assert getattr(firecracker, name) is not None
        assert name in dir(firecracker)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        firecracker.nothing  # type: ignore[attr-defined]  # noqa: B018
