"""Views of a machine: names that hold in every release, whatever it calls the fields behind them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, overload

from snapformat import Snapshot
from snapformat.encodings.bincode.encoding import sealed
from snapformat.inspect.locations import Location
from snapformat.inspect.view_tables import Table, table
from snapformat.inspect.views import (
    CHOICE,
    FLAG,
    NUMBER,
    PART,
    TEXT,
    TEXT_OR_NONE,
    TOTAL,
    Choice,
    Part,
    View,
    Views,
    computed,
    follow,
    part,
)
from snapformat_schemas.firecracker import depends
from snapformat_schemas.firecracker.view_devices import (
    Balloon,
    Drive,
    Entropy,
    MemoryHotplug,
    Mmds,
    NetworkInterface,
    Pmem,
    Vsock,
)

if TYPE_CHECKING:
    from snapformat_schemas.firecracker.states import Aarch64State, State, X86State
    from snapformat_schemas.firecracker.view_aarch64 import Aarch64Cpu, Aarch64VcpuViews
    from snapformat_schemas.firecracker.view_x86_64 import X86Cpu, X86VcpuViews

_X86 = f"{__package__}.view_x86_64"
_AARCH64 = f"{__package__}.view_aarch64"
#: The lists of devices: two from 1.13 on, one for each transport, and one before.
_BUSES = (
    "device_states.mmio_state",
    "device_states.pci_state",
    "device_states.virtio_state<Mmio>",
    "device_states.virtio_state<Pci>",
)

_VCPUS: Choice[X86VcpuViews | Aarch64VcpuViews] = Choice(
    {"cpuid": f"{_X86}:X86VcpuViews", "mpidr": f"{_AARCH64}:Aarch64VcpuViews"}
)
_CPUS: Choice[X86Cpu | Aarch64Cpu] = Choice({"cpuid": f"{_X86}:X86Cpu", "mpidr": f"{_AARCH64}:Aarch64Cpu"})
_REGIONS = ("memory_state.regions", "vm_state.memory.regions")


class Memory(Views):
    """The memory of a machine."""

    __slots__ = ()

    mib: View[int] = View(NUMBER, "Size at boot, MiB", at="vm_info.mem_size_mib", read_only=depends.MEMORY)

    @computed(TOTAL, "Size of the memory file", at=_REGIONS, read_only=depends.REGION)
    def file_bytes(self) -> int:
        """The sum of the sizes of the regions."""
        regions = self._find(*_REGIONS)
        return 0 if regions is None else sum(region.value.size for region in regions.parts())

    huge_pages: View[str] = View(CHOICE, "Host page size behind it: None, 2M", at="vm_info.huge_pages")
    regions: View[Any] = View(
        PART, "Ranges of guest physical memory", at=_REGIONS, read_only=depends.REGION, in_summary=False
    )


class Kernel(Views):
    """The guest kernel that was booted."""

    __slots__ = ()

    path: View[str] = View(
        TEXT, "Host path; not opened again on restore", at="vm_info.boot_source.kernel_image_path"
    )


class Machine(Views):
    """A machine; the part is the state of a microVM."""

    __slots__ = ()

    memory: Part[Memory] = Part(Memory, "Memory")
    kernel: Part[Kernel] = Part(Kernel, "Guest kernel")
    initrd: View[str | None] = View(
        TEXT_OR_NONE, "Host path of the initrd, or null", at="vm_info.boot_source.initrd_path"
    )
    boot_args: View[str | None] = View(
        TEXT_OR_NONE,
        "Kernel command line as it was asked for; null: Firecracker's default",
        at="vm_info.boot_source.boot_args",
    )

    smt: View[bool] = View(FLAG, "Two vCPUs are the threads of one core", at="vm_info.smt")
    cpu_template: View[str] = View(CHOICE, "Built-in CPU template, or None", at="vm_info.cpu_template")

    @computed(TEXT, "Transport of all virtio devices: mmio, pci", at="device_states", read_only=depends.BUS)
    def transport(self) -> str:
        """The transport."""
        enabled = follow(self._raw, "device_states.pci_state.pci_enabled")
        is_pci = enabled.value if enabled is not None else follow(self._raw, _BUSES[-1]) is not None
        return "pci" if is_pci else "mmio"

    @table(Drive, "Drives, by id", key="id")
    def drives(self) -> Iterator[Location]:
        """The drives of all buses."""
        return self._devices("block_devices")

    @table(NetworkInterface, "Network interfaces, by id", key="id")
    def net(self) -> Iterator[Location]:
        """The network interfaces of all buses."""
        return self._devices("net_devices")

    @part(Vsock, "Socket channel between guest and host")
    def vsock(self) -> Location | None:
        """The device."""
        return self._device("vsock_device")

    @part(Balloon, "Memory balloon")
    def balloon(self) -> Location | None:
        """The device."""
        return self._device("balloon_device")

    @part(Entropy, "Source of random numbers")
    def entropy(self) -> Location | None:
        """The device."""
        return self._device("entropy_device")

    @table(Pmem, "Persistent memory, by id", key="id")
    def pmem(self) -> Iterator[Location]:
        """The devices of all buses."""
        return self._devices("pmem_devices")

    @part(MemoryHotplug, "Memory hot-plug device")
    def memory_hotplug(self) -> Location | None:
        """The device."""
        return self._device("memory_device")

    @part(Mmds, "Metadata service, if an interface gives access to it")
    def mmds(self) -> Location | None:
        """The bus that has its settings."""
        for bus in self._buses():
            if any(found is not None and found.value is not None for found in map(bus.field, _MMDS)):
                return bus
        return None

    @table(_VCPUS, "vCPUs, by index")
    def vcpus(self) -> Iterator[Location]:
        """The states of the vCPUs."""
        return self._several("vcpu_states")

    @part(_CPUS, "The processor that the guest sees")
    def cpu(self) -> Location | None:
        """The first vCPU."""
        return follow(self._raw, "vcpu_states[0]")

    def _buses(self) -> list[Location]:
        found = [bus for path in _BUSES if (bus := follow(self._raw, path)) is not None]
        only = follow(self._raw, "device_states")
        return found or ([] if only is None else [only])

    def _several(self, name: str, *around: Location) -> Iterator[Location]:
        for each in around or (self._raw,):
            found = each.field(name)
            if found is not None:
                yield from map(found.at, range(found.count() or 0))

    def _devices(self, name: str) -> Iterator[Location]:
        return self._several(name, *self._buses())

    def _device(self, name: str) -> Location | None:
        found = (bus.field(name) for bus in self._buses())
        return next((each for each in found if each is not None and each.value is not None), None)


#: Fields with the settings of the metadata service: the second one up to 1.12.
_MMDS = ("mmds", "mmds_version")


def machine(source: State | X86State | Aarch64State | Snapshot[Any]) -> Machine:
    """Return the machine of a state, or of a loaded snapshot: names that hold in every release.

    Reading an attribute reads the state, and setting one changes it.
    """
    if isinstance(source, Snapshot):
        kind, put = source.format.payload_kind, lambda new: setattr(source, "data", new)
        return Machine(Location(kind, source.data, (), put))
    return Machine(Location(sealed(type(source)), source))


@overload
def vcpus(state: X86State) -> Table[X86VcpuViews]: ...
@overload
def vcpus(state: Aarch64State) -> Table[Aarch64VcpuViews]: ...
@overload
def vcpus(state: State) -> Table[X86VcpuViews] | Table[Aarch64VcpuViews]: ...


def vcpus(state: State | X86State | Aarch64State) -> Any:
    """Return the vCPUs of a state, by index."""
    return machine(state).vcpus


def drives(state: State | X86State | Aarch64State) -> Table[Drive]:
    """Return the drives of a state, by position and by id."""
    return machine(state).drives


def net(state: State | X86State | Aarch64State) -> Table[NetworkInterface]:
    """Return the network interfaces of a state, by position and by id."""
    return machine(state).net


def pmem(state: State | X86State | Aarch64State) -> Table[Pmem]:
    """Return the persistent memory of a state, by position and by id."""
    return machine(state).pmem


def vsock(state: State | X86State | Aarch64State) -> Vsock | None:
    """Return the socket channel of a state; None if it has none."""
    return machine(state).vsock


def balloon(state: State | X86State | Aarch64State) -> Balloon | None:
    """Return the balloon of a state; None if it has none."""
    return machine(state).balloon


def memory(state: State | X86State | Aarch64State) -> Memory:
    """Return the memory of a state."""
    return machine(state).memory
