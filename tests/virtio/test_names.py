"""Names of virtio devices, features and PCI parts."""

from __future__ import annotations

import pytest

from kvm import cprogram
from snapformat_schemas.virtio import names, pci

HEADERS = [
    f"linux/virtio_{part}.h"
    for part in ("ids", "config", "ring", "net", "blk", "balloon", "vsock", "mem", "mmio", "pci")
]


def test_constants_of_the_kernel() -> None:
    ours = {
        f"VIRTIO_{prefix}_F_{bits.name}": bits.low
        for prefix, table in (
            ("NET", names.NET_FEATURES),
            ("BLK", names.BLOCK_FEATURES),
            ("BALLOON", names.BALLOON_FEATURES),
            ("VSOCK", names.VSOCK_FEATURES),
            ("MEM", names.MEM_FEATURES),
            ("PMEM", names.PMEM_FEATURES),
        )
        for bits in table
    }
    ours |= {f"VIRTIO_F_{bits.name}": bits.low for bits in names.COMMON_FEATURES}
    ours |= {"VIRTIO_RING_F_INDIRECT_DESC": 28, "VIRTIO_RING_F_EVENT_IDX": 29}
    ours |= {f"VIRTIO_CONFIG_S_{bits.name}": bits.mask for bits in names.STATUS}
    ours |= {f"VIRTIO_MMIO_INT_{bits.name}": bits.mask for bits in names.INTERRUPT_STATUS}
    c_names = {"bluetooth": "BT", "i2c": "I2C_ADAPTER"}
    ours |= {
        f"VIRTIO_ID_{c_names.get(name, name.upper().replace('-', '_'))}": number
        for number, name in names.DEVICE_TYPES.items()
    }
    ours |= {"VIRTIO_MSI_NO_VECTOR": pci.NO_VECTOR}
    theirs = cprogram.constants(list(ours), HEADERS)
    assert theirs == {name: ours[name] for name in theirs}
    assert len(theirs) > 110


def test_mmio_registers_of_the_kernel() -> None:
    """Offsets under the names of the specification; the headers spell them in capitals."""
    c_names = {
        "DeviceID": "DEVICE_ID",
        "VendorID": "VENDOR_ID",
        "InterruptACK": "INTERRUPT_ACK",
        "QueueDriverLow": "QUEUE_AVAIL_LOW",
        "QueueDriverHigh": "QUEUE_AVAIL_HIGH",
        "QueueDeviceLow": "QUEUE_USED_LOW",
        "QueueDeviceHigh": "QUEUE_USED_HIGH",
        "SHMSel": "SHM_SEL",
        "SHMLenLow": "SHM_LEN_LOW",
        "SHMLenHigh": "SHM_LEN_HIGH",
        "SHMBaseLow": "SHM_BASE_LOW",
        "SHMBaseHigh": "SHM_BASE_HIGH",
    }
    ours = {}
    for offset, name in names.MMIO_REGISTERS.items():
        spelled = "".join("_" + letter if letter.isupper() else letter for letter in name).strip("_").upper()
        ours["VIRTIO_MMIO_" + c_names.get(name, spelled)] = offset
    theirs = cprogram.constants(list(ours), HEADERS)
    assert theirs == {name: ours[name] for name in theirs}
    assert len(theirs) >= len(ours) - 1  # QueueReset is newer


def test_pci_constants_of_the_kernel() -> None:
    ours = {
        "PCI_CAP_ID_PM": 0x01,
        "PCI_CAP_ID_MSI": 0x05,
        "PCI_CAP_ID_VNDR": 0x09,
        "PCI_CAP_ID_EXP": 0x10,
        "PCI_CAP_ID_MSIX": 0x11,
    }
    assert list(ours.values()) == list(pci.CAPABILITIES)
    ours |= {f"PCI_COMMAND_{bits.name}": bits.mask for bits in pci.COMMAND}
    masks = {bits.name: bits.mask for bits in pci.MSIX_CONTROL}
    ours |= {
        "PCI_MSIX_FLAGS_QSIZE": masks["TABLE_SIZE"],
        "PCI_MSIX_FLAGS_MASKALL": masks["FUNCTION_MASK"],
        "PCI_MSIX_FLAGS_ENABLE": masks["ENABLE"],
        "PCI_MSIX_ENTRY_CTRL_MASKBIT": pci.VECTOR_CONTROL[0].mask,
    }
    theirs = cprogram.constants(list(ours), ["linux/pci_regs.h"])
    assert theirs == ours


def test_devices() -> None:
    assert names.device_name(1) == "net"
    assert names.device_name(27) == "pmem"
    assert names.device_name(99) == "type 99"


def test_features() -> None:
    """Sets that Firecracker's devices offer in real snapshots."""
    assert names.feature_names(2, 0x120000200) == ["FLUSH", "EVENT_IDX", "VERSION_1"]
    assert names.feature_names(2, 0x120000020) == ["RO", "EVENT_IDX", "VERSION_1"]
    assert names.feature_names(19, 0x900000000) == ["VERSION_1", "IN_ORDER"]
    assert names.feature_names(5, 0x100000028) == ["FREE_PAGE_HINT", "REPORTING", "VERSION_1"]
    assert names.feature_names(24, 0x100000002) == ["UNPLUGGED_INACCESSIBLE", "VERSION_1"]
    assert "GUEST_TSO4" in names.feature_names(1, 0x12000DDA3)
    assert names.feature_names(4, 1 << 63 | 1) == ["bit 0", "bit 63"]


@pytest.mark.parametrize("device_type", names.FEATURES)
def test_features_do_not_overlap(device_type: int) -> None:
    own = [bits.low for bits in names.FEATURES[device_type]]
    common = [bits.low for bits in names.COMMON_FEATURES]
    assert not set(own) & set(common)


def test_status() -> None:
    assert names.status_names(15) == ["ACKNOWLEDGE", "DRIVER", "FEATURES_OK", "DRIVER_OK"]
    assert names.status_names(0x83) == ["ACKNOWLEDGE", "DRIVER", "FAILED"]
    assert names.status_names(0) == []


def test_mmio_magic() -> None:
    assert names.MMIO_MAGIC.to_bytes(4, "little") == b"virt"


def test_pci_ids() -> None:
    assert pci.virtio_type(0x1041) == 1
    assert pci.virtio_type(0x1053) == 19
    assert pci.virtio_type(0x1001) == 2
    assert pci.virtio_type(0x1040) is None
    assert str(pci.address(16)) == "0000:00:02.0"
    assert pci.address(0x0001_12FF) == (1, 0x12, 31, 7)


#: Configuration space of a network device in a real snapshot, as 4-byte registers.
CONFIGURATION = {
    0: 0x10411AF4,
    1: 0x100006,
    2: 0x02000001,
    13: 0x40,
    16: 0x01105009,
    20: 0x03106009,
    24: 0x04107009,
    28: 0x02148409,
    33: 0x05149809,
    38: 0x80020011,
}


def test_capabilities() -> None:
    registers = [CONFIGURATION.get(index, 0) for index in range(64)]
    assert [(found.offset, found.name) for found in pci.capabilities(registers)] == [
        (0x40, "virtio common configuration"),
        (0x50, "virtio interrupt status"),
        (0x60, "virtio device configuration"),
        (0x70, "virtio notifications"),
        (0x84, "virtio access through configuration space"),
        (0x98, "MSI-X"),
    ]


@pytest.mark.parametrize("pointer", [0x40, 0x44, 0xFC, 0xFF])
def test_capabilities_that_go_round(pointer: int) -> None:
    """A list that leads back to itself or out of the space ends."""
    registers = [0] * 64
    registers[13] = pointer
    registers[16] = 0x09 | 0x44 << 8
    registers[17] = 0x05 | 0x40 << 8
    assert len(pci.capabilities(registers)) <= 2
    assert pci.capabilities(registers[:20]) is not None
    assert pci.capabilities([]) == []


def test_pending() -> None:
    assert pci.pending([0b101, 1 << 63]) == [0, 2, 127]
    assert pci.pending([]) == []
