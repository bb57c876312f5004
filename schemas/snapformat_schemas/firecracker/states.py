"""Protocols that the states of all releases implement, for type checkers.

A function that takes a `State` works with every release and architecture; one that takes an `X86State` or
an `Aarch64State` may access registers. The classes `MicrovmState` of all releases implement them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from snapformat import UnitEnum
from snapformat_schemas.kvm.aarch64.vcpu import KvmMpState as Aarch64MpState
from snapformat_schemas.kvm.aarch64.vcpu import KvmVcpuInit
from snapformat_schemas.kvm.x86_64.cpuid import KvmCpuid2, KvmCpuidEntry2
from snapformat_schemas.kvm.x86_64.debugregs import KvmDebugregs, KvmXcrs
from snapformat_schemas.kvm.x86_64.events import KvmMpState, KvmVcpuEvents
from snapformat_schemas.kvm.x86_64.irqchip import KvmIrqchipIoapic, KvmIrqchipPic
from snapformat_schemas.kvm.x86_64.lapic import KvmLapicState
from snapformat_schemas.kvm.x86_64.msrs import KvmMsrEntry, KvmMsrs
from snapformat_schemas.kvm.x86_64.regs import KvmRegs
from snapformat_schemas.kvm.x86_64.sregs import KvmSregs
from snapformat_schemas.kvm.x86_64.timers import KvmClockData, KvmPitState2


class BootSource(Protocol):
    """Kernel, initrd and command line of the boot."""

    kernel_image_path: str
    initrd_path: str | None
    boot_args: str | None


class VmInfo(Protocol):
    """Configuration of the machine before it was booted."""

    mem_size_mib: int
    smt: bool

    @property
    def cpu_template(self) -> UnitEnum:
        """Built-in CPU template."""

    @property
    def boot_source(self) -> BootSource:
        """Kernel, initrd and command line."""

    @property
    def huge_pages(self) -> UnitEnum:
        """Host page size behind guest memory."""


class Vcpu(Protocol):
    """A virtual CPU. On x86_64 `regs` is a `KvmRegs`, on aarch64 ids and data of the register list."""

    regs: Any

    @property
    def mp_state(self) -> KvmMpState | Aarch64MpState:
        """Run state."""


class State(Protocol):
    """The state of a microVM, of any release and architecture.

    Every release has `vm_state` and `device_states`, but they differ; `firecracker.summary` describes them
    for all releases.
    """

    vm_state: Any
    device_states: Any

    @property
    def vm_info(self) -> VmInfo:
        """Configuration the machine was booted with."""

    @property
    def vcpu_states(self) -> Sequence[Vcpu]:
        """Registers of each virtual CPU, by index."""


class X86Vcpu(Protocol):
    """A virtual CPU of x86_64. `xsave` is a `KvmXsave`, from 1.12 on a `KvmXsave2` and further words."""

    cpuid: tuple[KvmCpuid2, list[KvmCpuidEntry2]]
    saved_msrs: list[tuple[KvmMsrs, list[KvmMsrEntry]]]
    debug_regs: KvmDebugregs
    lapic: KvmLapicState
    mp_state: KvmMpState
    regs: KvmRegs
    sregs: KvmSregs
    vcpu_events: KvmVcpuEvents
    xcrs: KvmXcrs
    xsave: Any
    tsc_khz: int | None


class X86VmState(Protocol):
    """The virtual machine of x86_64, without vCPUs and devices."""

    pitstate: KvmPitState2
    clock: KvmClockData
    pic_master: KvmIrqchipPic
    pic_slave: KvmIrqchipPic
    ioapic: KvmIrqchipIoapic


class X86State(Protocol):
    """The state of a microVM on x86_64, of any release."""

    device_states: Any

    @property
    def vm_info(self) -> VmInfo:
        """Configuration the machine was booted with."""

    @property
    def vm_state(self) -> X86VmState:
        """Timers and interrupt controllers."""

    @property
    def vcpu_states(self) -> Sequence[X86Vcpu]:
        """Registers of each virtual CPU, by index."""


class Aarch64Vcpu(Protocol):
    """A virtual CPU of aarch64; `kvm.aarch64.registers.registers(*vcpu.regs)` names its registers."""

    mp_state: Aarch64MpState
    regs: tuple[list[int], bytes]
    mpidr: int
    kvi: KvmVcpuInit


class Aarch64VmState(Protocol):
    """The virtual machine of aarch64, without vCPUs and devices."""

    gic: Any


class Aarch64State(Protocol):
    """The state of a microVM on aarch64, of any release."""

    device_states: Any

    @property
    def vm_info(self) -> VmInfo:
        """Configuration the machine was booted with."""

    @property
    def vm_state(self) -> Aarch64VmState:
        """The interrupt controller."""

    @property
    def vcpu_states(self) -> Sequence[Aarch64Vcpu]:
        """Registers of each virtual CPU, by index."""
