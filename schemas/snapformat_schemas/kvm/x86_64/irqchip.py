"""Interrupt controllers of the machine: `struct kvm_irqchip` in its views as PIC and I/O APIC.

Read from `linux/kvm.h` and `asm/kvm.h` of linux-libc-dev 6.1, and for the meaning of the fields from the data
sheets of the Intel 8259A and 82093AA.

The C structure holds a union of 512 bytes; which member is meant follows from chip_id. Each view is a class
of its own, with the bytes that the union leaves unused.
"""

from __future__ import annotations

from typing import Annotated

from construct import Bytes

from snapformat import doc, schema
from snapformat.bincode import CStruct, Hex, Len, u8, u32, u64
from snapformat.bits import Bits

#: `kvm_irqchip.chip_id`.
CHIP_IDS: dict[int, str] = {0: "PIC master", 1: "PIC slave", 2: "IOAPIC"}

#: `IoapicRedirect.modes`: how the interrupt is delivered, and its line.
REDIRECT_MODES = (
    Bits(
        "DELIVERY_MODE",
        0,
        "How the interrupt is delivered",
        3,
        {0: "fixed", 1: "lowest priority", 2: "SMI", 4: "NMI", 5: "INIT", 7: "ExtINT"},
    ),
    Bits("DEST_MODE", 3, "The destination is a logical one"),
    Bits("DELIVERY_STATUS", 4, "The interrupt has been raised but not sent yet"),
    Bits("POLARITY", 5, "The line is active when low"),
    Bits("REMOTE_IRR", 6, "A level-triggered interrupt was accepted and its end is awaited"),
    Bits("TRIG_MODE", 7, "The line is level-triggered"),
)

#: `IoapicRedirect.mask`.
REDIRECT_MASK = (
    Bits("MASK", 0, "The interrupt is masked"),
    Bits("RESERVE", 1, "Reserved", 7),
)


@schema(name="kvm_pic_state")
class KvmPicState:
    """One of the two i8259 interrupt controllers, 16 bytes. Bit n stands for input n."""

    last_irr: Hex[u8] = doc("Level of the inputs when last seen, to notice edges")
    irr: Hex[u8] = doc("Interrupts requested but not yet taken")
    imr: Hex[u8] = doc("Interrupts masked by the guest")
    isr: Hex[u8] = doc("Interrupts taken whose end has not been signalled")
    priority_add: u8 = doc("Input with the highest priority; moves with rotating priorities")
    irq_base: u8 = doc("Vector of input 0; the others follow")
    read_reg_select: u8 = doc("Register read through the command port: 0 for irr, 1 for isr")
    poll: u8 = doc("1 if the next read polls: it takes an interrupt and returns its number")
    special_mask: u8 = doc("1 in special mask mode: an interrupt in service does not block lower ones")
    init_state: u8 = doc("Initialization word awaited: 0 for none, else 1 to 3 for the second to the fourth")
    auto_eoi: u8 = doc("1 if an interrupt ends by itself when it is taken")
    rotate_on_auto_eoi: u8 = doc("1 if priorities rotate at each such end")
    special_fully_nested_mode: u8 = doc("1 if the slave's input does not block others of the slave")
    init4: u8 = doc("1 if the initialization has a fourth word")
    elcr: Hex[u8] = doc("Inputs that are level-triggered (ports 0x4d0 and 0x4d1)")
    elcr_mask: Hex[u8] = doc("Bits of elcr that the guest can set; 0xf8 on the master, 0xde on the slave")


@schema
class IoapicRedirect:
    """A redirection entry of the I/O APIC, 8 bytes: where an input's interrupt goes."""

    vector: u8 = doc("Vector of the interrupt, 16 to 254 once the guest has set it")
    modes: Hex[u8] = doc("Delivery, destination mode, polarity, trigger", bits=REDIRECT_MODES)
    mask: Hex[u8] = doc("Bit 0 masks the interrupt", bits=REDIRECT_MASK)
    reserved: Annotated[list[u8], Len(4)] = doc("Reserved; a guest that knows extended IDs uses the last")
    dest_id: u8 = doc("APIC ID of the destination, or a set of logical ones")


@schema(name="kvm_ioapic_state")
class KvmIoapicState:
    """The I/O APIC with its 24 inputs, 216 bytes."""

    base_address: Hex[u64] = doc("Guest physical address of its registers, 0xfec00000")
    ioregsel: Hex[u32] = doc("Register that the data window shows: 0 ID, 1 version, 0x10 and up the entries")
    id: u32 = doc("ID of the I/O APIC, 4 bits")
    irr: Hex[u32] = doc("Inputs whose interrupt is requested, one bit per input")
    pad: u32 = doc("Aligns the entries to 8 bytes, zero")
    redirtbl: Annotated[list[IoapicRedirect], Len(24)] = doc("One entry per input; inputs are GSIs 0 to 23")


@schema
class IrqchipPic:
    """The union of `kvm_irqchip`, seen as PIC; 512 bytes."""

    pic: KvmPicState = doc("One i8259, in the first 16 bytes")
    unused: Annotated[bytes, Bytes(496)] = doc("Unused bytes of the union, with undefined contents")


@schema
class IrqchipIoapic:
    """The union of `kvm_irqchip`, seen as I/O APIC; 512 bytes."""

    ioapic: KvmIoapicState = doc("The I/O APIC, in the first 216 bytes")
    unused: Annotated[bytes, Bytes(296)] = doc("Unused bytes of the union, with undefined contents")


@schema
class KvmIrqchipPic(CStruct):
    """`struct kvm_irqchip` of a PIC, 520 bytes (KVM_GET_IRQCHIP with chip_id 0 or 1)."""

    chip_id: u32 = doc("Which controller: 0 master, 1 slave; names in `CHIP_IDS`")
    pad: u32 = doc("Aligns the union to 8 bytes, zero")
    chip: IrqchipPic = doc("The union, whose member follows from chip_id: here pic")


@schema
class KvmIrqchipIoapic(CStruct):
    """`struct kvm_irqchip` of the I/O APIC, 520 bytes (KVM_GET_IRQCHIP with chip_id 2)."""

    chip_id: u32 = doc("Which controller: 2; names in `CHIP_IDS`")
    pad: u32 = doc("Aligns the union to 8 bytes, zero")
    chip: IrqchipIoapic = doc("The union, whose member follows from chip_id: here ioapic")
