"""ACPI devices: the generation ID, and the clock page, which both architectures have from this release on.

Read from `src/vmm/src/devices/acpi/vmclock.rs`, `src/vmm/src/devices/acpi/generated/vmclock_abi.rs` and
`src/vmm/src/device_manager/persist.rs` of Firecracker v1.15.1. The meaning of the clock's fields is that of
`linux/vmclock-abi.h`.
"""

from __future__ import annotations

from typing import Annotated

from snapformat import doc, schema
from snapformat.bincode import Hex, Len, u8, u16, u32, u64
from snapformat_schemas.firecracker.depends import ACPI
from snapformat_schemas.firecracker.v1_8.acpi import VMGenIDState


@schema(name="vmclock_abi")
class VmClockAbi:
    """`struct vmclock_abi`: the page a guest reads to learn that its clock was disrupted.

    Firecracker sets magic, size, version, counter_id, flags and clock_status, counts up seq_count,
    disruption_marker and vm_generation_counter on each restore, and leaves everything else zero.
    """

    magic: Hex[u32] = doc("Signature 0x4b4c4356, the characters `VCLK`")
    size: u32 = doc("Bytes of the shared region, 4096")
    version: u16 = doc("Revision of the layout described here, 1")
    counter_id: u8 = doc(
        "Counter the readings refer to: 0 Arm virtual counter, 1 x86 TSC, 255 none (Firecracker's)"
    )
    time_type: u8 = doc("Time scale of time_sec: 0 UTC, 1 TAI, 2 monotonic, 3 and 4 smeared")
    seq_count: u32 = doc("Sequence lock: odd while the host is writing, two more after each update")
    disruption_marker: u64 = doc(
        "Changes whenever the guest's counters may have jumped; plus one on each restore"
    )
    flags: Hex[u64] = doc(
        "VMCLOCK_FLAG_* bits; Firecracker sets 256 (vm_generation_counter is valid) and 512 (gsi is raised)"
    )
    pad: Annotated[list[u8], Len(2)] = doc("Reserved bytes that align the rest, zero")
    clock_status: u8 = doc(
        "0 unknown (Firecracker's), 1 initializing, 2 synchronized, 3 free-running, 4 unreliable"
    )
    leap_second_smearing_hint: u8 = doc(
        "How to smear a leap second: 0 not at all, 1 linearly noon to noon, 2 UTC-SLS"
    )
    tai_offset_sec: u16 = doc("TAI minus UTC in seconds; a signed number in Linux's own declaration")
    leap_indicator: u8 = doc(
        "0 no leap second near, 1/2 one is due (+/-), 3 in progress, 4/5 one has passed (+/-)"
    )
    counter_period_shift: u8 = doc("How many bits beyond 64 the counter period's fraction is scaled down")
    counter_value: u64 = doc("Counter reading at the instant that time_sec and time_frac_sec describe")
    counter_period_frac_sec: u64 = doc(
        "Length of a counter tick in units of 2^-(64 + counter_period_shift) s"
    )
    counter_period_esterror_rate_frac_sec: u64 = doc(
        "Likely (estimated) error of the tick length, in the same units"
    )
    counter_period_maxerror_rate_frac_sec: u64 = doc(
        "Upper bound on the error of the tick length, in the same units"
    )
    time_sec: u64 = doc("Whole seconds since the epoch of time_type, at counter_value")
    time_frac_sec: u64 = doc("Fraction of a second on top of it, in units of 2^-64 s")
    time_esterror_nanosec: u64 = doc("Likely (estimated) error of that time, ns")
    time_maxerror_nanosec: u64 = doc("Upper bound on the error of that time, ns")
    vm_generation_counter: u64 = doc(
        "Changes when the guest was cloned or went back to an earlier state; plus one on each restore"
    )


@schema
class VmClockState:
    """VMClock device: a page of guest memory, and the interrupt that announces updates of it."""

    guest_address: Hex[u64] = doc("Guest physical address of the 4 KiB page the guest reads", depends=ACPI)
    gsi: u32 = doc("Interrupt line that notifies the guest of an updated page, on each restore", depends=ACPI)
    inner: VmClockAbi = doc("Host's copy of that page")


@schema
class ACPIDeviceManagerState:
    """Devices that the guest finds through ACPI tables (on Arm through the device tree)."""

    vmgenid: VMGenIDState = doc("Generation ID device: lets the guest notice that it was cloned")
    vmclock: VmClockState = doc("Clock page: lets the guest notice that its time jumped")
