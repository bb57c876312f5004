"""1.15 to 1.16 and back: the serial console is saved, and PCI devices keep their BARs apart."""

from __future__ import annotations

from collections.abc import Sequence
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
    narrowed,
    renamed,
)
from snapformat_schemas.firecracker.migrations.buses import demand_one_bus
from snapformat_schemas.firecracker.migrations.common import step
from snapformat_schemas.firecracker.migrations.rules_1_15 import section
from snapformat_schemas.firecracker.v1_8 import device_parts as v1_8
from snapformat_schemas.firecracker.v1_8.device_type_aarch64 import DeviceTypeSerial
from snapformat_schemas.firecracker.v1_8.virtio import RateLimiterState
from snapformat_schemas.firecracker.v1_14 import device_manager as v1_14
from snapformat_schemas.firecracker.v1_14 import devices as v1_14_devices
from snapformat_schemas.firecracker.v1_14 import pci as v1_14_pci
from snapformat_schemas.firecracker.v1_15 import aarch64 as v1_15_aarch64
from snapformat_schemas.firecracker.v1_15 import devices as v1_15
from snapformat_schemas.firecracker.v1_15 import x86_64 as v1_15_x86_64
from snapformat_schemas.firecracker.v1_16 import aarch64 as v1_16_aarch64
from snapformat_schemas.firecracker.v1_16 import device_manager as v1_16
from snapformat_schemas.firecracker.v1_16 import devices as v1_16_devices
from snapformat_schemas.firecracker.v1_16 import pci as v1_16_pci
from snapformat_schemas.firecracker.v1_16 import x86_64 as v1_16_x86_64
from snapformat_schemas.firecracker.v1_16.serial import SerialState
from snapformat_schemas.virtio.pci import address

_REGISTERS = 1024
#: The registers of configuration space that hold BARs, and the masks of the two that a device uses.
_BARS = range(4, 10)
_WRITABLE = (0xFFFF_FFF0, 0xFFFF_FFFF)
_TYPE_BITS = 0xF
#: Values of driver_status with which 1.16 restores an activated device.
_RESTORABLE = (0x0F, 0)


def _serial() -> SerialState:
    """Return the console after a restore of 1.15: a new one, with the interrupt for received data enabled."""
    return SerialState(
        baud_divisor_low=12,
        baud_divisor_high=0,
        interrupt_enable=1,
        interrupt_identification=1,
        line_control=3,
        line_status=0x60,
        modem_control=8,
        modem_status=0xB0,
        scratch=0,
        in_buffer=[],
    )


def _bar_address(low: int, high: int) -> int:
    return high << 32 | low & ~_TYPE_BITS


# -- to 1.16 ------------------------------------------------------------------------------------------------


_SERIAL_WHY = "1.15 saves no console, and after a restore enables the interrupt for received data itself"


def _serial_on_x86(devices: Any, to: Conversion) -> SerialState:
    demand_one_bus(devices, to)
    return _serial()


def _serial_on_arm(devices: Any, to: Conversion) -> SerialState | None:
    demand_one_bus(devices, to)
    boards = devices.mmio_state.legacy_devices
    return _serial() if any(isinstance(each.type_, DeviceTypeSerial) for each in boards) else None


def _number(transport: v1_14_pci.VirtioPciDeviceState, to: Conversion) -> int:
    segment, bus, rest = transport.pci_device_bdf.split(":")
    device, _, function = rest.partition(".")
    return int(segment, 16) << 16 | int(bus, 16) << 8 | int(device, 16) << 3 | int(function, 16)


def _bars(transport: v1_14_pci.VirtioPciDeviceState, to: Conversion) -> v1_16_pci.Bars:
    space, bars = transport.pci_configuration_state, transport.pci_configuration_state.bars
    if len(bars) != len(_BARS):
        why = f"the device has {len(bars)} registers of BARs, not {len(_BARS)}"
        to.refuse(to.path("pci_configuration_state.bars", is_old=True), why)
    found = _bar_address(bars[0].addr, bars[1].addr)
    if transport.bar_address != found:
        why = f"bar_address is 0x{transport.bar_address:x}, but the BARs are at 0x{found:x}"
        to.refuse(to.path("bar_address", is_old=True), why)
    status = transport.pci_dev_state.driver_status
    if transport.device_activated and status not in _RESTORABLE:
        to.refuse(
            to.path("pci_dev_state.driver_status", is_old=True),
            f"driver_status of an activated device is 0x{status:x}, and 1.16 restores those with 0xf and 0",
        )
    return v1_16_pci.Bars(
        bars=[
            v1_16_pci.Bar(
                encoded_addr=bar.addr,
                encoded_size=bar.size,
                about_to_be_read=bar.used and space.registers[register] != bar.addr,
            )
            for register, bar in zip(_BARS, bars, strict=True)
        ]
    )


def _complete(space: Any, name: str, to: Conversion) -> list[int]:
    """Return a copy of all registers of configuration space, or of all masks."""
    found = list(getattr(space, name))
    if len(found) != _REGISTERS:
        why = f"configuration space has {len(found)} {name}, and 1.16 reads {_REGISTERS} only"
        to.refuse(to.path(name, is_old=True), why)
    return found


def _without_bars(name: str) -> Any:
    def clear(space: Any, to: Conversion) -> list[int]:
        found = _complete(space, name, to)
        found[_BARS.start : _BARS.stop] = [0] * len(_BARS)
        return found

    return computed(clear, "The BARs are apart now: theirs are 0")


def _offset(transport: v1_14_pci.VirtioPciDeviceState, to: Conversion) -> int:
    index = transport.pci_configuration_state.msix_cap_reg_idx
    path = to.path("pci_configuration_state.msix_cap_reg_idx", is_old=True)
    if index is None:
        to.refuse(path, "the device has no MSI-X capability: msix_cap_reg_idx is None")
    if not 0 <= index < _REGISTERS:
        to.refuse(path, f"there is no register {index}")
    return 4 * index


def _up(old: ModuleType, new: ModuleType, serial: Any) -> tuple[Change, ...]:
    return (
        Change(old.DevicesState, new.DevicesState, given={"serial_state": computed(serial, _SERIAL_WHY)}),
        Change(
            v1_8.NetConfigSpaceState,
            v1_16_devices.NetConfigSpaceState,
            given={"mtu": default(None, "1.15 offers no MTU")},
        ),
        Change(
            v1_14_devices.PmemConfig,
            v1_16_devices.PmemConfig,
            given={"rate_limiter": default(None, "1.15 does not limit flushes")},
        ),
        Change(
            v1_15.PmemState,
            v1_16_devices.PmemState,
            given={
                "rate_limiter_state": default(
                    RateLimiterState(ops=None, bandwidth=None), "1.15 does not limit flushes"
                )
            },
        ),
        Change(
            v1_14.PciVirtioDeviceState,
            v1_16.PciVirtioDeviceState,
            given={"sbdf": renamed("pci_device_bdf", "The same number")},
        ),
        Change(
            v1_14_pci.VirtioPciDeviceState,
            v1_16_pci.VirtioPciDeviceState,
            given={
                "sbdf": moved("pci_device_bdf", _number, "As a number"),
                "cap_pci_cfg_offset": narrowed("configuration space has 4096 bytes"),
                "bars": moved("pci_configuration_state.bars", _bars, "Out of configuration space"),
                "msix_config_cap_offset": moved(
                    "pci_configuration_state.msix_cap_reg_idx", _offset, "In bytes, and no longer in dwords"
                ),
            },
            dropped={"pci_device_bdf": moved_to("sbdf"), "bar_address": moved_to("bars")},
        ),
        Change(
            v1_14_pci.PciConfigurationState,
            v1_16_pci.PciConfigurationState,
            given={
                "registers": _without_bars("registers"),
                "writable_bits": _without_bars("writable_bits"),
                "last_capability": narrowed("capabilities lie in the first 256 bytes of configuration space"),
            },
            dropped={
                "bars": moved_to("transport_state.bars"),
                "msix_cap_reg_idx": moved_to("transport_state.msix_config_cap_offset"),
            },
        ),
    )


# -- to 1.15 ------------------------------------------------------------------------------------------------


def _text(transport: v1_16_pci.VirtioPciDeviceState, to: Conversion) -> str:
    return str(address(transport.sbdf))


def _address(transport: v1_16_pci.VirtioPciDeviceState, to: Conversion) -> int:
    bars = transport.bars.bars
    return _bar_address(bars[0].encoded_addr, bars[1].encoded_addr)


def _space(transport: v1_16_pci.VirtioPciDeviceState, to: Conversion) -> v1_14_pci.PciConfigurationState:
    """Return configuration space with the BARs and the place of the MSI-X capability in it."""
    space, bars = transport.pci_configuration_state, transport.bars.bars
    for index, bar in enumerate(bars[2:], 2):
        if bar.encoded_addr or bar.encoded_size:
            path = to.path(f"bars.bars[{index}]", is_old=True)
            to.refuse(path, "the device has more than one BAR, and 1.15 restores one")
    offset = transport.msix_config_cap_offset
    if offset % 4:
        path = to.path("msix_config_cap_offset", is_old=True)
        to.refuse(path, f"the MSI-X capability is at byte {offset}, which is not that of a register")
    if any(bar.about_to_be_read for bar in bars):
        to.unproven(
            "registers", "The guest is about to read the size of a BAR, which 1.15 has in its register"
        )
    outside, to.old_place = to.old_place, [*to.old_place, "pci_configuration_state"]
    registers, writable = _complete(space, "registers", to), _complete(space, "writable_bits", to)
    to.old_place = outside
    shown = [_shown(bar, mask) for bar, mask in zip(bars[:2], _WRITABLE, strict=True)]
    registers[_BARS.start : _BARS.stop] = [*shown, 0, 0, 0, 0]
    writable[_BARS.start : _BARS.stop] = [*_WRITABLE, 0, 0, 0, 0]
    return to.make(
        v1_14_pci.PciConfigurationState,
        space,
        registers=registers,
        writable_bits=writable,
        bars=[
            v1_14_pci.PciBar(addr=bar.encoded_addr, size=bar.encoded_size, used=index < 2)
            for index, bar in enumerate(bars)
        ],
        msix_cap_reg_idx=offset // 4,
    )


def _shown(bar: v1_16_pci.Bar, mask: int) -> int:
    """Return the register of a BAR: its address, or its size if the guest is about to read that."""
    if not bar.about_to_be_read:
        return bar.encoded_addr
    return bar.encoded_addr & ~mask & 0xFFFF_FFFF | bar.encoded_size & mask


def _is_restored(serial: SerialState | None) -> bool:
    """Return whether 1.15 makes the same console after a restore."""
    return serial is None or serial == _serial()


def _is_unlimited(limits: Any) -> bool:
    return limits is None or (limits.ops is None and limits.bandwidth is None)


def _down(old: ModuleType, new: ModuleType) -> tuple[Change, ...]:
    return (
        Change(
            old.DevicesState,
            new.DevicesState,
            dropped={
                "serial_state": loss(
                    "SERIAL",
                    "1.15 has a new serial console after a restore: settings of the guest and typed input go",
                    unless=_is_restored,
                )
            },
        ),
        Change(
            v1_16_devices.NetConfigSpaceState,
            v1_8.NetConfigSpaceState,
            dropped={
                "mtu": loss(
                    "NET_MTU",
                    "1.15 has no MTU: a driver that is started again reads 0",
                    unless=lambda mtu: mtu is None,
                )
            },
        ),
        Change(
            v1_16_devices.PmemConfig,
            v1_14_devices.PmemConfig,
            dropped={
                "rate_limiter": loss("PMEM_LIMITER", "1.15 does not limit flushes", unless=_is_unlimited)
            },
        ),
        Change(
            v1_16_devices.PmemState,
            v1_15.PmemState,
            dropped={
                "rate_limiter_state": loss(
                    "PMEM_LIMITER", "1.15 does not limit flushes", unless=_is_unlimited
                )
            },
        ),
        Change(
            v1_16.PciVirtioDeviceState,
            v1_14.PciVirtioDeviceState,
            given={"pci_device_bdf": renamed("sbdf", "The same number")},
        ),
        Change(
            v1_16_pci.VirtioPciDeviceState,
            v1_14_pci.VirtioPciDeviceState,
            given={
                "pci_device_bdf": moved("sbdf", _text, "As text"),
                "bar_address": moved("bars", _address, "The address of the BARs"),
                "pci_configuration_state": computed(_space, "With the BARs in it"),
            },
            dropped={
                "sbdf": moved_to("pci_device_bdf"),
                "bars": moved_to("pci_configuration_state.bars"),
                "msix_config_cap_offset": moved_to("pci_configuration_state.msix_cap_reg_idx"),
            },
        ),
    )


_DOC_UP = "The serial console is saved; PCI devices have their BARs apart from configuration space."
_DOC_DOWN = "The serial console is not saved; PCI devices have their BARs in configuration space."


def _both(old: ModuleType, new: ModuleType, arch: str, serial: Any) -> Sequence[Any]:
    return (
        step("1.15", "1.16", _DOC_UP, arch=arch, changes=_up(old, new, serial), rules=section(2)),
        step("1.16", "1.15", _DOC_DOWN, arch=arch, changes=_down(new, old), rules=section(6)),
    )


STEPS = (
    *_both(v1_15_x86_64, v1_16_x86_64, "x86_64", _serial_on_x86),
    *_both(v1_15_aarch64, v1_16_aarch64, "aarch64", _serial_on_arm),
)
