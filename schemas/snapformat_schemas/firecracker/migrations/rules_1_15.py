"""The rules of the steps from 1.14 to 1.16 in words, by section, as `rules` has those of older releases."""

from __future__ import annotations

from snapformat.migrate import Rule


def section(number: int | str) -> str:
    """Return the name of a section of the rules from 1.14 to 1.16."""
    return f"1.15-1.16, section {number}"


SECTIONS = (
    Rule(
        section(0),
        "Versions and encodings",
        (
            "1.14 writes bincode; 1.15 and 1.16 write bitcode, with versions 9.0.0 and 10.0.0. No release"
            " reads a file of another one.",
            "Patch releases have the same layout: 1.15.0 and 1.15.1, 1.16.0 and 1.16.1 (read from the"
            " source).",
            "The memory file has the same form in all of them.",
        ),
    ),
    Rule(
        section(1),
        "1.14 to 1.15",
        (
            "`device_type` of every device is a name: Net was 1, Block 2, Rng 4, Balloon 5, Vsock 19, Mem"
            " 24 and Pmem 27.",
            "The backend of vsock is a struct with `uds_path` and `local_port_last`, which is 2^30 - 1:"
            " what 1.14 begins with after a restore.",
            "`vmclock.gsi` is new: the lowest interrupt line that is free, of 5 to 23, which is then"
            " given out in `gsi_legacy_allocator`. With 18 devices there is none, and the file is refused;"
            " 1.15 does not boot such a machine either.",
            "`vmclock.inner.vm_generation_counter` is new and 0. `flags` stay: 1.15 sets two at boot, but"
            " a guest that was booted on 1.14 has tables that don't promise an interrupt.",
            "Everything else has the same values.",
            "On aarch64, 1.15 has a vmclock too, and 1.14 has none: a page, an interrupt line and a"
            " device tree would have to be invented, so such files are refused (read from the source).",
        ),
    ),
    Rule(
        section(2),
        "1.15 to 1.16",
        (
            "`serial_state` is new: a console as after a reset, with the interrupt for received data"
            " enabled. 1.15 saves none, and enables this interrupt itself after a restore; 1.16 does not."
            " Without it, serial input is dead. On aarch64 only machines with a serial console have one"
            " (read from the source).",
            "Network interfaces have `mtu`, None. Persistent memory has `rate_limiter` and"
            " `rate_limiter_state`, both without limits.",
            "`pci_device_bdf` becomes `sbdf`, as a number in the transport too.",
            "BARs move out of configuration space to `transport_state.bars`, whose registers and masks"
            " become 0. `bar_address` goes, and has to be their address. `about_to_be_read` is true where"
            " the register of a BAR is not its address: the guest is reading its size.",
            "`msix_cap_reg_idx` becomes `msix_config_cap_offset`, in bytes.",
            "Refused: configuration space of another size than 1024 registers, a device without MSI-X,"
            " and an activated device whose `driver_status` is neither 0xf nor 0.",
            "1.16 plugs devices in after a restore, so the allocators have to be right.",
        ),
    ),
    Rule(
        section(3),
        "What the new program changes",
        (
            "A snapshot of the new release after a restore has the same structure as the migrated file."
            " Counters, budgets of limiters, statistics, the clock page and interrupt states go on.",
        ),
    ),
    Rule(
        section(5),
        "What wrong values do",
        (
            "A vmclock with the line of another device loads, and a restore interrupts that one. A page"
            " over used memory kills the guest at once; one outside of memory is refused.",
            "Without `serial_state`, or with its first interrupt bit clear, serial input is dead. With"
            " the divisor shown there is no output. More than 64 bytes of input are refused.",
            "A device in the list of another kind, an MTU that is not 68 to 65535, BARs that overlap, the"
            " number of the root bridge, and configuration space of another size are refused.",
            "A wrong offset of the MSI-X capability loads, and the guest's masks are ignored. PCI devices"
            " in a file without PCI are gone.",
            "With wrong allocators the machine runs, but devices that are plugged in fail, get interrupt"
            " lines that are in use, or end the program.",
        ),
    ),
    Rule(
        section(6),
        "Back to older releases",
        (
            "1.16 to 1.15: section 2 backwards; the masks of the first two BARs are 0xfffffff0 and"
            " 0xffffffff. Lost: the console unless it is that of section 2 (SERIAL), the MTU (NET_MTU),"
            " limits of persistent memory (PMEM_LIMITER). A BAR whose size is about to be read is read"
            " from the source.",
            "1.15 to 1.14: section 1 backwards; the line of vmclock is given back. Lost: a generation"
            " counter other than 0 (VMCLOCK_COUNTER), a port that was given out (VSOCK_PORT). On aarch64"
            " the whole vmclock is lost (VMCLOCK, read from the source); its page and its line stay"
            " reserved.",
        ),
    ),
)
