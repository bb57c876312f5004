"""The rules of the steps from 1.8 to 1.14 in words, by section: steps and refusals name the section.

They were found by carrying states of real machines on x86_64 from one release to the next, and loading and
running them in the real programs with every device at work. What is only read from Firecracker's source says
so. Guest memory is never changed by a migration.
"""

from __future__ import annotations

from collections.abc import Mapping

from snapformat.migrate import Rule
from snapformat_schemas.firecracker.migrations import rules_1_15


def section(number: int) -> str:
    """Return the name of a section of the rules from 1.8 to 1.14."""
    return f"1.8-1.14, section {number}"


_SECTIONS = (
    Rule(
        section(0),
        "Versions",
        (
            "Every step writes the version of its release into the header, and a new checksum.",
            "1.9 and 1.10.0 both have version 3.0.0, and 1.13 and 1.14 both 8.0.0: the layout decides"
            " which one a file is of. A state of 1.9 without a network interface is one of 1.10.0 too.",
            "Within a release, patch releases have the same layout, but for 1.10.1 (read from the source).",
        ),
    ),
    Rule(
        section(1),
        "1.8 to 1.9",
        (
            "On x86_64 the data is the same, byte for byte.",
            "The generation ID stays where it is, as the guest's tables name the place. 1.8 has it at"
            " 0xdf000, later releases at 0xdfff0; they require that its 16 bytes lie free in 0x9fc00 to"
            " 0xdffff.",
            "An asynchronous drive needs io_uring on the host: 1.9 does not fall back to synchronous I/O"
            " (read from the source).",
            "On aarch64, 1.8 has no generation ID: a migrated machine has none either (read from the"
            " source).",
        ),
    ),
    Rule(
        section(2),
        "1.9 to 1.10.0",
        (
            "Every network interface gets `rx_buffers_state`, all zero: up to 1.9 the device takes no"
            " receive buffers ahead. The new program takes them when it runs.",
            "Feature bits stay as the guest accepted them.",
        ),
    ),
    Rule(
        section(3),
        "1.10.0 to 1.10.1",
        ("The data is the same, byte for byte.",),
    ),
    Rule(
        section(4),
        "1.10.1 to 1.11",
        (
            "`vm_state.kvm_cap_modifiers` moves to the new `kvm_state`.",
            "Regions of guest memory have no `offset`: each starts in the memory file where the one"
            " before it ends. A file in which that is not so is refused.",
            "The list `irqs` of a device becomes `irq`: its only number, or None. A device with more than"
            " one is refused.",
            "The metadata service's limits of 30 connections and 100 pending resets are not stored any"
            " more; other numbers are a loss, MMDS_LIMITS.",
        ),
    ),
    Rule(
        section(5),
        "1.11 to 1.12",
        (
            "The memory map moves to `vm_state.memory`.",
            "The XSAVE area of each vCPU, 4096 bytes, gets a count of the words behind it: 0, as 1.11"
            " could store no more.",
        ),
    ),
    Rule(
        section(6),
        "1.12 to 1.13",
        (
            "Devices move to `device_states.mmio_state`, the generation ID to `device_states.acpi_state`,"
            " and `device_states.pci_state` is new and empty.",
            "Every device's `interrupt_status` moves to its `transport_state`. `irq` becomes `gsi`, the"
            " same number. Addresses stay, although 1.13 itself places devices elsewhere.",
            "`mmds_version` becomes `mmds`, without `imds_compat`. Where it is None but an interface"
            " gives access to the service, it becomes V1: that is what older programs fall back to, and"
            " 1.13 refuses None.",
            "Receive queues: until 1.12 a restore takes the buffers again that the device held; 1.13"
            " gives them back before it saves. So in queue 0 of an active interface, `next_avail` is"
            " reduced by `parsed_descriptor_chains_nr`, and `next_used` and `num_added` grow by"
            " `used_descriptors`, each modulo 65536. Without it, the interface never receives again.",
            "`gsi_legacy_allocator`: the lines of the devices and of the generation ID are used, of 5 to"
            " 23. `next_id` is one more than the highest, or None after 23; `freed_ids` are the holes"
            " below it.",
            "`gsi_msi_allocator` (24 to 4095) and `mmio64_memory` (256 to 512 GiB) are unused.",
            "`mmio32_memory`, 0xc0001000 to 0xeebfffff: the registers of all devices are taken, and every"
            " piece of guest memory in it. Up to 1.12, machines with more than 3 GiB have memory up to"
            " 0xcfffffff.",
            "`system_memory`, 0x9fc00 to 0xdffff: the generation ID is taken, and the tables that the"
            " program wrote at boot. How long they are is in the memory file only; without it they are not"
            " marked, which harms nothing, as these releases allocate nothing after a restore.",
            "On aarch64, 1.13 requires the registers of an interrupt translation service with GICv3,"
            " which 1.12 does not have: such machines are refused. With GICv2 there is none (read from the"
            " source).",
        ),
    ),
    Rule(
        section(7),
        "1.13 to 1.14",
        (
            "Regions of guest memory become `Dram`, with one slot, which is plugged.",
            "`past_mmio64_memory`, 512 GiB to 1 TiB, is new and unused.",
            "A generation ID is required. Without one, it gets the lowest free interrupt line and the"
            " address 0xdfff0; the guest, which has no driver for it, sees one interrupt that belongs to"
            " nothing.",
            "The clock page, x86_64 only, is the highest free page of `system_memory`: 0xde000 in every"
            " case met. Where it is not known what the guest's tables take, that page is assumed if it is"
            " free, and else the file is refused. The clock starts as after a boot. The guest has no"
            " driver for it.",
            "There is no persistent and no hot-pluggable memory.",
            "A balloon gets six figures that are None, and hinting that is off. It must have two queues,"
            " and one more with statistics; it must not offer hinting or reporting of free pages.",
            "PCI devices: `msi_vector_group` becomes `msix_state.vectors`, `bar_configuration` its"
            " address `bar_address`; the expansion ROM and the types of registers go.",
        ),
    ),
    Rule(
        section(8),
        "What wrong values do",
        (
            "Two devices at one address are refused by every release, and so is a device without a line.",
            "A wrong interrupt line or address loads, and the device hangs or is gone.",
            "Up to 1.12, a generation ID outside 0x9fc00 to 0xdffff is refused; later it overwrites the"
            " guest's memory there.",
            "With regions that are larger than the memory file, the machine is refused; smaller ones load,"
            " and part of the memory is gone. Without any region it is refused (read from the source).",
        ),
    ),
    Rule(
        section(9),
        "Back to older releases",
        (
            "1.14 to 1.13: what is new is dropped. The clock page stays reserved, as the guest's tables"
            " may name it. Persistent and hot-pluggable memory, hinting and reporting are refused; new"
            " figures of the balloon are a loss, BALLOON_STATS. PCI devices are as 1.13 made them (a machine"
            " with them was only seen to run upwards).",
            "1.13 to 1.12: a machine without devices, or with devices from 0xd0000000 up, which are those"
            " of a machine that was booted on 1.12 or before. Others and PCI devices are refused."
            " `imds_compat` is a loss, MMDS_IMDS_COMPAT.",
            "1.12 to 1.11: XSAVE areas with words behind the first 4096 bytes are refused.",
            "1.11 to 1.10.1: offsets of regions are the sums of the sizes before them, limits 30 and 100.",
            "1.10.0 to 1.9: receive buffers that the device holds are given back, as in section 6.",
            "1.9 to 1.8: 1.8 takes a whole page for the generation ID, which only fits where 1.8 itself"
            " has put it (read from the source).",
        ),
    ),
)

#: The sections of all releases by their names.
RULES: Mapping[str, Rule] = {rule.section: rule for rule in (*_SECTIONS, *rules_1_15.SECTIONS)}
