"""Timer and clock of the virtual machine: `struct kvm_pit_state2`, `struct kvm_clock_data`.

Read from `asm/kvm.h` and `linux/kvm.h` of linux-libc-dev 6.1, and for the meaning of the timer's fields from
the data sheet of the Intel 8254.
"""

from __future__ import annotations

from typing import Annotated

from snapformat import doc, schema
from snapformat.bincode import CStruct, Hex, Len, i64, u8, u16, u32, u64
from snapformat.bits import Bits

#: Modes of a timer channel (mode); 255 until the guest has chosen one.
PIT_MODES: dict[int, str] = {
    0: "interrupt on terminal count",
    1: "hardware-retriggerable one-shot",
    2: "rate generator",
    3: "square wave",
    4: "software-triggered strobe",
    5: "hardware-triggered strobe",
}

#: How a 16-bit count is moved through the 8-bit port (rw_mode, read_state, write_state).
PIT_ACCESS: dict[int, str] = {
    0: "latch",
    1: "low byte",
    2: "high byte",
    3: "low byte, then high",
    4: "high byte of a pair",
}

#: `kvm_pit_state2.flags`.
PIT_FLAGS = (
    Bits("HPET_LEGACY", 0, "The HPET has taken over the timer's interrupt; the timer is silent"),
    Bits("SPEAKER_DATA_ON", 1, "The speaker's data bit (port 0x61, bit 1) is set"),
)

#: `kvm_clock_data.flags`.
CLOCK_FLAGS = (
    Bits("TSC_STABLE", 1, "All vCPUs saw the same clock, derived from one host TSC reading"),
    Bits("REALTIME", 2, "realtime holds a value"),
    Bits("HOST_TSC", 3, "host_tsc holds a value"),
)

#: Frequency of the timer's input, Hz.
PIT_HZ = 1_193_182


@schema(name="kvm_pit_channel_state")
class KvmPitChannelState:
    """One of the three channels of the i8254 timer, 24 bytes."""

    count: u32 = doc("Reload value in ticks of 1193182 Hz, 1 to 65536")
    latched_count: u16 = doc("Count held for reading by a latch command")
    count_latched: u8 = doc("Part of latched_count still to be read: an access mode, 0 for none")
    status_latched: u8 = doc("1 if status waits to be read")
    status: Hex[u8] = doc("Status held by a read-back command: output, null count, mode")
    read_state: u8 = doc("Which byte of the count is read next; names in `PIT_ACCESS`")
    write_state: u8 = doc("Which byte of the count is written next; names in `PIT_ACCESS`")
    write_latch: u8 = doc("Low byte written, while the high byte is awaited")
    rw_mode: u8 = doc("Access mode the guest chose; names in `PIT_ACCESS`")
    mode: u8 = doc("Counting mode; names in `PIT_MODES`, 255 until the guest has chosen one")
    bcd: u8 = doc("1 if the guest asked for decimal counting, which KVM does not emulate")
    gate: u8 = doc("1 if the gate input lets the channel count; channels 0 and 1 always have 1")
    count_load_time: i64 = doc("When the count was loaded, ns of the host's monotonic clock")


@schema(name="kvm_pit_state2")
class KvmPitState2(CStruct):
    """The i8254 timer of the machine, 112 bytes (KVM_GET_PIT2)."""

    channels: Annotated[list[KvmPitChannelState], Len(3)] = doc(
        "0: timer interrupt, 1: once memory refresh, 2: PC speaker and calibration"
    )
    flags: Hex[u32] = doc(
        "Whether the HPET has taken over, and the value of the speaker port", bits=PIT_FLAGS
    )
    reserved: Annotated[list[u32], Len(9)] = doc("Room for extensions, zero")


@schema(name="kvm_clock_data")
class KvmClockData(CStruct):
    """The paravirtual clock of the machine, 48 bytes (KVM_GET_CLOCK)."""

    clock: u64 = doc("Reading of kvmclock: ns since the machine was created; a restore continues from it")
    flags: Hex[u32] = doc("How the clock was read, and which fields are valid", bits=CLOCK_FLAGS)
    pad0: u32 = doc("Aligns realtime to 8 bytes, zero")
    realtime: u64 = doc("The host's wall clock at the same moment, ns since 1970-01-01 UTC")
    host_tsc: u64 = doc("The host's time-stamp counter at the same moment, cycles")
    pad: Annotated[list[u32], Len(4)] = doc("Room for extensions, zero")
