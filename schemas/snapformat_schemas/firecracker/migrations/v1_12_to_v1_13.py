"""1.12 to 1.13 and back: devices by bus, allocators, and receive queues that stand where they are."""

from __future__ import annotations

import dataclasses
from types import ModuleType
from typing import Any

from snapformat.migrate import (
    Change,
    Conversion,
    computed,
    default,
    loss,
    moved,
    moved_to,
    refused,
    renamed,
    unused,
)
from snapformat_schemas.firecracker.migrations.allocators import Extent, extent
from snapformat_schemas.firecracker.migrations.common import RX_MOVED, RX_WHY, rolled_back, step
from snapformat_schemas.firecracker.migrations.resources import (
    AARCH64,
    VMGENID_SIZE,
    X86_64,
    Layout,
    mmio_devices,
    resource_allocator,
)
from snapformat_schemas.firecracker.migrations.rules import section
from snapformat_schemas.firecracker.v1_8 import aarch64 as v1_8_aarch64
from snapformat_schemas.firecracker.v1_8 import devices as v1_8_devices
from snapformat_schemas.firecracker.v1_8 import virtio as v1_8_virtio
from snapformat_schemas.firecracker.v1_8.device_manager import MmdsVersionState
from snapformat_schemas.firecracker.v1_8.gic import GicState as OldGic
from snapformat_schemas.firecracker.v1_10_0.devices import RxBufferState
from snapformat_schemas.firecracker.v1_11 import aarch64 as v1_11_aarch64
from snapformat_schemas.firecracker.v1_11 import device_manager as v1_11
from snapformat_schemas.firecracker.v1_11 import devices as v1_11_devices
from snapformat_schemas.firecracker.v1_11 import x86_64 as v1_11_x86_64
from snapformat_schemas.firecracker.v1_12 import aarch64 as v1_12_aarch64
from snapformat_schemas.firecracker.v1_12 import x86_64 as v1_12_x86_64
from snapformat_schemas.firecracker.v1_13 import aarch64 as v1_13_aarch64
from snapformat_schemas.firecracker.v1_13 import device_manager as v1_13
from snapformat_schemas.firecracker.v1_13 import devices as v1_13_devices
from snapformat_schemas.firecracker.v1_13 import virtio as v1_13_virtio
from snapformat_schemas.firecracker.v1_13 import x86_64 as v1_13_x86_64
from snapformat_schemas.firecracker.v1_13.gic import GicState

#: The classes of devices of 1.12; 1.13 has one, with the class of the device's own state as its parameter.
_CONNECTED = (
    v1_11.ConnectedBalloonState,
    v1_11.ConnectedBlockState,
    v1_11.ConnectedNetState,
    v1_11.ConnectedVsockState,
    v1_11.ConnectedEntropyState,
)

#: Where 1.12 can place devices on x86_64.
_OLD_POOL = Extent(0xD0000000, 0xFFFFFFFF, "1.12's range of devices")


def _virtio_of(device: Any) -> Any:
    """Return the `virtio_state` of a device's own state."""
    for name in ("virtio_state", "frontend", "value"):
        inner = getattr(device, name, None)
        if inner is not None:
            return inner if name == "virtio_state" else _virtio_of(inner)
    raise AssertionError("all devices have a virtio_state")


# -- to 1.13 ------------------------------------------------------------------------------------------------


def _transport(old: Any, to: Conversion) -> Any:
    return to.make(
        v1_13_virtio.MmioTransportState,
        old.transport_state,
        interrupt_status=_virtio_of(old.device_state).interrupt_status,
    )


def _mmds(states: Any, to: Conversion) -> v1_13_devices.MmdsState | None:
    if states.mmds_version is not None:
        version = to.convert(states.mmds_version, v1_13_devices.MmdsVersion)
        return v1_13_devices.MmdsState(version=version, imds_compat=False)
    if any(net.device_state.mmds_ns is not None for net in states.net_devices):
        to.note(
            "defaulted",
            "version",
            "An interface gives access to the service: up to 1.12 that means V1, which 1.13 must be told",
        )
        return v1_13_devices.MmdsState(version=v1_13_devices.MmdsVersion.V1, imds_compat=False)
    return None


def _no_pci() -> v1_13.PciDevicesState:
    return v1_13.PciDevicesState(
        pci_enabled=False,
        block_devices=[],
        net_devices=[],
        vsock_device=None,
        balloon_device=None,
        mmds=None,
        entropy_device=None,
    )


def _translation_service(old: OldGic, to: Conversion) -> None:
    """Return the ITS of a machine of 1.12: there is none, which 1.13 accepts with GICv2 only."""
    has_redistributors = any(vcpu.rdist for vcpu in old.gic_vcpu_states)
    if has_redistributors or any(vcpu.icc.ap_icc_regs for vcpu in old.gic_vcpu_states):
        to.refuse(
            None,
            "1.13 requires the registers of an interrupt translation service (ITS) with GICv3; 1.12 has no"
            " such device, and no rule says what its registers are",
        )


_UP = (
    *(
        Change(
            each,
            v1_13.MmioVirtioDeviceState,
            given={
                "transport_state": moved(
                    "device_state", _transport, "The interrupt status, from the device's own state"
                )
            },
        )
        for each in _CONNECTED
    ),
    Change(
        v1_8_virtio.VirtioDeviceState,
        v1_13_virtio.VirtioDeviceState,
        dropped={"interrupt_status": moved_to("transport_state.interrupt_status")},
    ),
    Change(
        v1_11_devices.NetState,
        v1_13_devices.NetState,
        given={
            "virtio_state": computed(
                lambda old, to: rolled_back(v1_13_virtio.VirtioDeviceState, old, to), RX_WHY
            )
        },
        dropped={"rx_buffers_state": RX_MOVED},
    ),
    Change(v1_11.MMIODeviceInfo, v1_13.MMIODeviceInfo, given={"gsi": renamed("irq", "The same number")}),
)


def _up(old: ModuleType, states: type, new: ModuleType, layout: Layout) -> tuple[Change, ...]:
    return (
        *_UP,
        Change(
            old.MicrovmState,
            new.MicrovmState,
            dropped={"acpi_dev_state": moved_to("$.device_states.acpi_state")},
        ),
        Change(
            states,
            new.DevicesState,
            given={
                "mmio_state": moved(
                    "$.device_states", lambda old_states, to: to.convert(old_states, new.DeviceStates)
                ),
                "acpi_state": moved("$.acpi_dev_state"),
                "pci_state": default(_no_pci, "1.12 has no PCI devices"),
            },
            dropped={field.name: moved_to("mmio_state") for field in dataclasses.fields(states)},
        ),
        Change(
            states,
            new.DeviceStates,
            given={"mmds": computed(_mmds, "The version; imds_compat is new in 1.13")},
            dropped={"mmds_version": moved_to("mmds.version")},
        ),
        Change(
            old.VmState,
            new.VmState,
            given={
                "resource_allocator": computed(
                    lambda vm_state, to: resource_allocator(to.root, layout, to),
                    "What the devices and guest memory take",
                )
            },
        ),
    )


_GIC = Change(
    OldGic,
    GicState,
    given={"its_state": computed(_translation_service, "GICv2 has no translation service")},
)
_VCPU = Change(
    v1_8_aarch64.VcpuState,
    v1_13_aarch64.VcpuState,
    given={"pvtime_ipa": default(None, "1.12 does not report stolen time to the guest")},
)


# -- to 1.12 ------------------------------------------------------------------------------------------------


def _own_state(old: v1_13.MmioVirtioDeviceState[Any], new: Any, to: Conversion) -> Any:
    """Return the device's own state, with the interrupt status in its `virtio_state`."""
    made = to.convert(old.device_state, new, at="device_state")
    _virtio_of(made).interrupt_status = old.transport_state.interrupt_status
    return made


def _connected(new: Any, state: Any) -> Change:
    return Change(
        v1_13.MmioVirtioDeviceState,
        new,
        given={
            "device_state": computed(lambda old, to: _own_state(old, state, to), "With the interrupt status")
        },
    )


def _line(info: v1_13.MMIODeviceInfo, to: Conversion) -> int | None:
    if info.gsi == 0:
        to.refuse(None, "the device has interrupt line 0, which 1.12 can't store")
    return info.gsi


def _buses(devices: Any, states: type, layout: Layout, to: Conversion) -> Any:
    """Return the devices of 1.12: those on MMIO, which must be where 1.12 can place them."""
    pci = devices.pci_state
    if pci.pci_enabled:
        to.refuse("$.device_states.pci_state.pci_enabled", "1.12 has no PCI devices")
    mmio = "$.device_states.mmio_state"
    if layout is X86_64:
        for path, device in mmio_devices(devices.mmio_state):
            info = device.device_info
            place = extent(info.addr, info.len)
            if place.start < _OLD_POOL.start or place.end > _OLD_POOL.end:
                to.refuse(
                    f"{mmio}.{path}.device_info.addr",
                    f"the device is at 0x{info.addr:x}, outside {_OLD_POOL.text}: the machine was booted on"
                    " 1.13 or later",
                )
    vmgenid = devices.acpi_state.vmgenid
    if vmgenid is not None:
        place, space = extent(vmgenid.addr, VMGENID_SIZE), layout.system
        if place.start < space.start or place.end > space.end:
            to.refuse(
                "$.device_states.acpi_state.vmgenid.addr",
                f"the generation ID at 0x{vmgenid.addr:x} lies outside {space.text}",
                section(8),
            )
    return to.convert(devices.mmio_state, states, at=mmio)


def _mmds_version(states: Any, to: Conversion) -> MmdsVersionState | None:
    if states.mmds is None:
        return None
    if states.mmds.imds_compat:
        to.lose(
            "MMDS_IMDS_COMPAT",
            "mmds.imds_compat",
            states.mmds.imds_compat,
            "1.12 answers requests to the metadata service by their Accept header only",
        )
    return to.convert(states.mmds.version, MmdsVersionState)


_DOWN = (
    _connected(v1_11.ConnectedBalloonState, v1_8_devices.BalloonState),
    _connected(v1_11.ConnectedBlockState, v1_8_devices.BlockState),
    _connected(v1_11.ConnectedNetState, v1_11_devices.NetState),
    _connected(v1_11.ConnectedVsockState, v1_8_devices.VsockState),
    _connected(v1_11.ConnectedEntropyState, v1_8_devices.EntropyState),
    Change(
        v1_13_virtio.VirtioDeviceState,
        v1_8_virtio.VirtioDeviceState,
        given={"interrupt_status": moved("transport_state.interrupt_status", lambda old, to: 0)},
    ),
    Change(
        v1_13_virtio.MmioTransportState,
        v1_8_virtio.MmioTransportState,
        dropped={"interrupt_status": moved_to("device_state")},
    ),
    Change(
        v1_13_devices.NetState,
        v1_11_devices.NetState,
        given={
            "rx_buffers_state": default(
                RxBufferState(parsed_descriptor_chains_nr=0, used_descriptors=0, used_bytes=0),
                "1.13 gives back the buffers that it holds before it saves",
            )
        },
    ),
    Change(
        v1_13.MMIODeviceInfo,
        v1_11.MMIODeviceInfo,
        given={"irq": moved("gsi", _line, "The same number")},
        dropped={"gsi": moved_to("irq")},
    ),
)


def _down(old: ModuleType, new: ModuleType, states: type, layout: Layout) -> tuple[Change, ...]:
    return (
        *_DOWN,
        Change(
            old.MicrovmState,
            new.MicrovmState,
            given={"acpi_dev_state": moved("$.device_states.acpi_state")},
        ),
        Change(
            old.DevicesState,
            states,
            convert=lambda devices, to: _buses(devices, states, layout, to),
        ),
        Change(
            old.DeviceStates,
            states,
            given={"mmds_version": moved("mmds.version", _mmds_version)},
            dropped={"mmds": moved_to("mmds_version")},
        ),
        Change(
            old.VmState,
            new.VmState,
            dropped={"resource_allocator": unused("1.12 makes its allocators from the devices")},
        ),
    )


_GIC_BACK = Change(
    GicState,
    OldGic,
    dropped={
        "its_state": refused(
            "1.12 has no interrupt translation service (ITS), which the guest was booted with",
            unless=lambda state: state is None,
        )
    },
)
_VCPU_BACK = Change(
    v1_13_aarch64.VcpuState,
    v1_8_aarch64.VcpuState,
    dropped={
        "pvtime_ipa": loss(
            "PVTIME",
            "1.12 does not report stolen time to the guest",
            unless=lambda address: address is None,
        )
    },
)

_DOC_UP = (
    "Devices are listed by bus; allocators say what is taken; the network devices hold no receive buffers."
)
_DOC_DOWN = "Devices are in one list, which can be on MMIO only; there are no allocators."

STEPS = (
    step(
        "1.12",
        "1.13",
        _DOC_UP,
        changes=_up(v1_12_x86_64, v1_11_x86_64.DeviceStates, v1_13_x86_64, X86_64),
        rules=section(6),
    ),
    step(
        "1.13",
        "1.12",
        _DOC_DOWN,
        changes=_down(v1_13_x86_64, v1_12_x86_64, v1_11_x86_64.DeviceStates, X86_64),
        rules=section(9),
    ),
    step(
        "1.12",
        "1.13",
        _DOC_UP,
        arch="aarch64",
        changes=(*_up(v1_12_aarch64, v1_11_aarch64.DeviceStates, v1_13_aarch64, AARCH64), _GIC, _VCPU),
        rules=section(6),
    ),
    step(
        "1.13",
        "1.12",
        _DOC_DOWN,
        arch="aarch64",
        changes=(
            *_down(v1_13_aarch64, v1_12_aarch64, v1_11_aarch64.DeviceStates, AARCH64),
            _GIC_BACK,
            _VCPU_BACK,
        ),
        rules=section(9),
    ),
)
