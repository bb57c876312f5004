"""One view of the states of all releases and architectures: devices, lines, memory, ACPI devices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from snapformat import Snapshot
from snapformat.lazy_dataclasses import dataclass
from snapformat_schemas.firecracker.v1_13.allocator import NodeState

_LISTS = ("block_devices", "net_devices", "pmem_devices")
_SINGLES = ("vsock_device", "balloon_device", "entropy_device", "memory_device")
#: Names of the fields with the interrupt line of a memory-mapped device: up to 1.10, up to 1.12, since.
_LINE_FIELDS = ("irqs", "irq", "gsi")


@dataclass(frozen=True, slots=True)
class Device:
    """A virtio device as attached to a bus.

    Attributes:
        field: Field of the bus that it is in, such as `block_devices`.
        path: Path of the entry.
        entry: The entry: device_id, device_state, transport_state and more.
        state_path: Path of the device's own state, without the variant of an enum around it.
        state: That state.
        virtio_path: Path of the state that all virtio devices have.
        virtio: That state.
        is_pci: Whether it is on the PCI bus.
    """

    field: str
    path: str
    entry: Any
    state_path: str
    state: Any
    virtio_path: str
    virtio: Any
    is_pci: bool


@dataclass(frozen=True, slots=True)
class Mapped:
    """A range of registers on the MMIO bus: of a virtio device, or of a device of the board.

    Attributes:
        path: Path of its `device_info`.
        info: The `device_info`.
        is_virtio: Whether it is a virtio device.
    """

    path: str
    info: Any
    is_virtio: bool

    @property
    def line_path(self) -> str:
        """Path of its interrupt line."""
        return f"{self.path}.{self._line_field}"

    @property
    def _line_field(self) -> str:
        return next(name for name in _LINE_FIELDS if hasattr(self.info, name))

    @property
    def lines(self) -> list[int]:
        """Its interrupt lines: exactly one in a good state."""
        found = getattr(self.info, self._line_field)
        if isinstance(found, list):
            return found
        return [] if found is None else [found]


class Machine:
    """The parts of a state that the checks look at.

    Attributes:
        state: The `MicrovmState`.
        is_arm: Whether it is of aarch64, not x86_64.
        release: Release as numbers, such as (1, 14).
        devices: Virtio devices on all buses.
        mapped: Devices on the MMIO bus, those of the board too.
        memory: The memory map, and its path.
        acpi: The ACPI devices and their path, or None.
        allocator: The resource allocator, or None up to 1.12.
    """

    allocator_path = "$.vm_state.resource_allocator"

    def __init__(self, snapshot: Snapshot[Any]) -> None:
        self.state: Any = snapshot.data
        name, _, arch = snapshot.format.name.rpartition("/")
        self.is_arm: bool = arch == "aarch64"
        self.release: tuple[int, ...] = tuple(int(part) for part in name.rpartition("/")[2].split("."))
        devices = self.state.device_states
        self.split_buses: bool = hasattr(devices, "pci_state")
        base = "$.device_states"
        self.mmio_path = f"{base}.mmio_state" if self.split_buses else base
        self.pci_path = f"{base}.pci_state"
        self.mmio: Any = devices.mmio_state if self.split_buses else devices
        self.pci: Any = devices.pci_state if self.split_buses else None
        self.devices = [
            *_devices(self.mmio, self.mmio_path, is_pci=False),
            *([] if self.pci is None else _devices(self.pci, self.pci_path, is_pci=True)),
        ]
        self.mapped: list[Mapped] = [
            Mapped(f"{self.mmio_path}.legacy_devices[{index}].device_info", legacy.device_info, False)
            for index, legacy in enumerate(getattr(self.mmio, "legacy_devices", ()))
        ]
        self.mapped += [
            Mapped(f"{device.path}.device_info", device.entry.device_info, True)
            for device in self.devices
            if not device.is_pci
        ]
        if hasattr(self.state, "memory_state"):
            self.memory, self.memory_path = self.state.memory_state, "$.memory_state"
        else:
            self.memory, self.memory_path = self.state.vm_state.memory, "$.vm_state.memory"
        self.acpi: Any = getattr(devices, "acpi_state", getattr(self.state, "acpi_dev_state", None))
        self.acpi_path = f"{base}.acpi_state" if self.split_buses else "$.acpi_dev_state"
        self.allocator: Any = getattr(self.state.vm_state, "resource_allocator", None)

    @property
    def pci_devices(self) -> list[Device]:
        """The devices on the PCI bus."""
        return [device for device in self.devices if device.is_pci]

    def in_memory(self, start: int, size: int) -> bool:
        """Return whether a range of guest addresses lies in one region of memory."""
        return any(
            region.base_address <= start and start + size <= region.base_address + region.size
            for region in self.memory.regions
        )


def _devices(bus: Any, path: str, *, is_pci: bool) -> Iterator[Device]:
    for field in (*_LISTS, *_SINGLES):
        found = getattr(bus, field, None)
        if isinstance(found, list):
            for index, entry in enumerate(found):
                yield _device(field, f"{path}.{field}[{index}]", entry, is_pci=is_pci)
        elif found is not None:
            yield _device(field, f"{path}.{field}", found, is_pci=is_pci)


def _device(field: str, path: str, entry: Any, *, is_pci: bool) -> Device:
    state, state_path = entry.device_state, f"{path}.device_state"
    if field == "block_devices":
        variant = "Virtio" if hasattr(state.value, "disk_path") else "VhostUser"
        state, state_path = state.value, f"{state_path}<{variant}>"
    holder, holder_path = state, state_path
    if field == "vsock_device":
        holder, holder_path = state.frontend, f"{state_path}.frontend"
    virtio_path = f"{holder_path}.virtio_state"
    return Device(field, path, entry, state_path, state, virtio_path, holder.virtio_state, is_pci)


def allocated(allocator: Any) -> list[tuple[int, int]]:
    """Return the taken intervals of an address allocator, both ends included, in no order."""
    found, waiting = [], [allocator.interval_tree.root]
    while waiting:
        node = waiting.pop()
        if node is not None:
            if node.node_state is NodeState.Allocated:
                found.append((node.key.start, node.key.end))
            waiting += [node.left, node.right]
    return found


def is_taken(numbers: Any, number: int) -> bool:
    """Return whether an allocator of numbers has given out a number."""
    given = numbers.next_id is None or number < numbers.next_id
    return numbers.range_base <= number and given and number not in numbers.freed_ids
