"""Device types, feature bits, status bits and MMIO registers of virtio.

Read from `linux/virtio_{ids,config,ring,net,blk,balloon,vsock,mem,pmem,mmio}.h` of linux-libc-dev 6.1, and
for what is newer and for the meaning from the virtio specification 1.3. Names are the headers' without
their prefix (`VIRTIO_NET_F_CSUM` is `CSUM`).
"""

from __future__ import annotations

from snapformat.bits import Bits, names

#: Device types.
DEVICE_TYPES: dict[int, str] = {
    1: "net",
    2: "block",
    3: "console",
    4: "rng",
    5: "balloon",
    6: "iomem",
    7: "rpmsg",
    8: "scsi",
    9: "9p",
    10: "mac80211-wlan",
    11: "rproc-serial",
    12: "caif",
    13: "memory-balloon",
    16: "gpu",
    17: "clock",
    18: "input",
    19: "vsock",
    20: "crypto",
    21: "signal-dist",
    22: "pstore",
    23: "iommu",
    24: "mem",
    25: "sound",
    26: "fs",
    27: "pmem",
    28: "rpmb",
    29: "mac80211-hwsim",
    30: "video-encoder",
    31: "video-decoder",
    32: "scmi",
    33: "nitro-sec-mod",
    34: "i2c",
    35: "watchdog",
    36: "can",
    37: "dmabuf",
    38: "param-serv",
    39: "audio-policy",
    40: "bluetooth",
    41: "gpio",
}

#: Device status: how far the driver has got.
STATUS = (
    Bits("ACKNOWLEDGE", 0, "The guest has found the device"),
    Bits("DRIVER", 1, "The guest has a driver for it"),
    Bits("DRIVER_OK", 2, "The driver is set up: the device works"),
    Bits("FEATURES_OK", 3, "Features are agreed on"),
    Bits("NEEDS_RESET", 6, "The device has failed and waits for a reset"),
    Bits("FAILED", 7, "The driver has given the device up"),
)

#: Interrupt status: why the device has interrupted.
INTERRUPT_STATUS = (
    Bits("VRING", 0, "Buffers were used in a queue"),
    Bits("CONFIG", 1, "Configuration changed"),
)

#: Features that any device can offer.
COMMON_FEATURES = (
    Bits("NOTIFY_ON_EMPTY", 24, "An interrupt when a queue runs empty; only before version 1"),
    Bits("ANY_LAYOUT", 27, "Buffers may be split anyhow; only before version 1"),
    Bits("INDIRECT_DESC", 28, "A descriptor may point to a table of descriptors"),
    Bits("EVENT_IDX", 29, "Each side sets the buffer from which on it wants notifications"),
    Bits("UNUSED", 30, "Marks devices of drafts; not used"),
    Bits("VERSION_1", 32, "The device keeps to version 1 of the specification"),
    Bits("ACCESS_PLATFORM", 33, "Memory accesses go through the platform (IOMMU, encryption)"),
    Bits("RING_PACKED", 34, "Packed queues"),
    Bits("IN_ORDER", 35, "Buffers are used in the order they were offered"),
    Bits("ORDER_PLATFORM", 36, "Memory accesses are ordered as the platform demands"),
    Bits("SR_IOV", 37, "Single root I/O virtualization"),
    Bits("NOTIFICATION_DATA", 38, "Notifications carry the queue's position"),
    Bits("NOTIF_CONFIG_DATA", 39, "Notifications carry a number the device chose"),
    Bits("RING_RESET", 40, "A queue can be reset alone"),
    Bits("ADMIN_VQ", 41, "There are queues for administration"),
)

#: Features of a network interface.
NET_FEATURES = (
    Bits("CSUM", 0, "The device completes checksums of sent packets"),
    Bits("GUEST_CSUM", 1, "The driver takes packets with incomplete checksums"),
    Bits("CTRL_GUEST_OFFLOADS", 2, "The driver can change offloads later"),
    Bits("MTU", 3, "The device reports the maximum packet size"),
    Bits("MAC", 5, "The device has a MAC address"),
    Bits("GSO", 6, "The device splits packets of any kind; replaced"),
    Bits("GUEST_TSO4", 7, "The driver takes large TCP packets over IPv4"),
    Bits("GUEST_TSO6", 8, "The driver takes large TCP packets over IPv6"),
    Bits("GUEST_ECN", 9, "The driver takes large TCP packets with congestion marks"),
    Bits("GUEST_UFO", 10, "The driver takes large UDP packets"),
    Bits("HOST_TSO4", 11, "The device takes large TCP packets over IPv4"),
    Bits("HOST_TSO6", 12, "The device takes large TCP packets over IPv6"),
    Bits("HOST_ECN", 13, "The device takes large TCP packets with congestion marks"),
    Bits("HOST_UFO", 14, "The device takes large UDP packets"),
    Bits("MRG_RXBUF", 15, "A received packet may span buffers"),
    Bits("STATUS", 16, "The device reports whether the link is up"),
    Bits("CTRL_VQ", 17, "There is a control queue"),
    Bits("CTRL_RX", 18, "Filters of received packets can be set"),
    Bits("CTRL_VLAN", 19, "VLANs can be filtered"),
    Bits("CTRL_RX_EXTRA", 20, "More filters of received packets"),
    Bits("GUEST_ANNOUNCE", 21, "The driver announces itself on request, after a migration"),
    Bits("MQ", 22, "Several pairs of queues"),
    Bits("CTRL_MAC_ADDR", 23, "The MAC address can be set"),
    Bits("HASH_TUNNEL", 51, "Hashes look into tunnels"),
    Bits("VQ_NOTF_COAL", 52, "Notifications are bundled, queue by queue"),
    Bits("NOTF_COAL", 53, "Notifications are bundled"),
    Bits("GUEST_USO4", 54, "The driver takes large UDP segments over IPv4"),
    Bits("GUEST_USO6", 55, "The driver takes large UDP segments over IPv6"),
    Bits("HOST_USO", 56, "The device takes large UDP segments"),
    Bits("HASH_REPORT", 57, "The device reports the hash of each packet"),
    Bits("GUEST_HDRLEN", 59, "The driver gives the exact length of headers"),
    Bits("RSS", 60, "Packets are spread over queues by hash"),
    Bits("RSC_EXT", 61, "The device reports packets that it has merged"),
    Bits("STANDBY", 62, "The device stands in for another with the same address"),
    Bits("SPEED_DUPLEX", 63, "The device reports speed and duplex"),
)

#: Features of a drive.
BLOCK_FEATURES = (
    Bits("BARRIER", 0, "Requests can be barriers; only before version 1"),
    Bits("SIZE_MAX", 1, "The device reports the maximum segment size"),
    Bits("SEG_MAX", 2, "The device reports the maximum number of segments of a request"),
    Bits("GEOMETRY", 4, "The device reports cylinders, heads and sectors"),
    Bits("RO", 5, "The drive is read-only"),
    Bits("BLK_SIZE", 6, "The device reports its block size"),
    Bits("SCSI", 7, "SCSI commands; only before version 1"),
    Bits("FLUSH", 9, "Writes can be flushed"),
    Bits("TOPOLOGY", 10, "The device reports the best alignment and size"),
    Bits("CONFIG_WCE", 11, "The write cache can be switched"),
    Bits("MQ", 12, "Several queues"),
    Bits("DISCARD", 13, "Blocks can be discarded"),
    Bits("WRITE_ZEROES", 14, "Blocks can be zeroed"),
    Bits("LIFETIME", 15, "The device reports its wear"),
    Bits("SECURE_ERASE", 16, "Blocks can be erased for good"),
    Bits("ZONED", 17, "The drive has zones"),
)

#: Features of a memory balloon.
BALLOON_FEATURES = (
    Bits("MUST_TELL_HOST", 0, "The guest asks before it takes pages back"),
    Bits("STATS_VQ", 1, "The guest reports memory statistics"),
    Bits("DEFLATE_ON_OOM", 2, "The guest takes pages back when it runs out"),
    Bits("FREE_PAGE_HINT", 3, "The guest hints at free pages on request"),
    Bits("PAGE_POISON", 4, "The guest reports the contents of free pages"),
    Bits("REPORTING", 5, "The guest reports free pages by itself"),
)

#: Features of a socket device.
VSOCK_FEATURES = (
    Bits("STREAM", 0, "Stream sockets; taken for granted where no feature is offered"),
    Bits("SEQPACKET", 1, "Sockets with message boundaries"),
    Bits("NO_IMPLIED_STREAM", 2, "Stream sockets are not taken for granted"),
)

#: Features of a hot-plug memory device.
MEM_FEATURES = (
    Bits("ACPI_PXM", 0, "The device reports its proximity domain"),
    Bits("UNPLUGGED_INACCESSIBLE", 1, "Unplugged memory must not be touched"),
    Bits("PERSISTENT_SUSPEND", 2, "Memory stays plugged over suspend"),
)

#: Features of a persistent memory device.
PMEM_FEATURES = (Bits("SHMEM_REGION", 0, "The memory is a shared memory region of the device"),)

#: A random number source has no features of its own.
RNG_FEATURES: tuple[Bits, ...] = ()

#: Features by device type, those of any device aside.
FEATURES: dict[int, tuple[Bits, ...]] = {
    1: NET_FEATURES,
    2: BLOCK_FEATURES,
    4: RNG_FEATURES,
    5: BALLOON_FEATURES,
    19: VSOCK_FEATURES,
    24: MEM_FEATURES,
    27: PMEM_FEATURES,
}

#: Registers of the MMIO transport by offset.
MMIO_REGISTERS: dict[int, str] = {
    0x000: "MagicValue",
    0x004: "Version",
    0x008: "DeviceID",
    0x00C: "VendorID",
    0x010: "DeviceFeatures",
    0x014: "DeviceFeaturesSel",
    0x020: "DriverFeatures",
    0x024: "DriverFeaturesSel",
    0x030: "QueueSel",
    0x034: "QueueNumMax",
    0x038: "QueueNum",
    0x044: "QueueReady",
    0x050: "QueueNotify",
    0x060: "InterruptStatus",
    0x064: "InterruptACK",
    0x070: "Status",
    0x080: "QueueDescLow",
    0x084: "QueueDescHigh",
    0x090: "QueueDriverLow",
    0x094: "QueueDriverHigh",
    0x0A0: "QueueDeviceLow",
    0x0A4: "QueueDeviceHigh",
    0x0AC: "SHMSel",
    0x0B0: "SHMLenLow",
    0x0B4: "SHMLenHigh",
    0x0B8: "SHMBaseLow",
    0x0BC: "SHMBaseHigh",
    0x0C0: "QueueReset",
    0x0FC: "ConfigGeneration",
    0x100: "Config",
}

#: The value of MagicValue: "virt".
MMIO_MAGIC = 0x7472_6976


def device_name(device_type: int) -> str:
    """Name of a device type; `type 99` for one without a name."""
    return DEVICE_TYPES.get(device_type, f"type {device_type}")


def feature_names(device_type: int, features: int) -> list[str]:
    """Names of the features in a set, the device's own first; `bit 45` for one without a name."""
    return names(features, (*FEATURES.get(device_type, ()), *COMMON_FEATURES))


def status_names(status: int) -> list[str]:
    """Names of the bits of a device status, in the order in which a driver sets them."""
    order = {"ACKNOWLEDGE": 0, "DRIVER": 1, "FEATURES_OK": 2, "DRIVER_OK": 3}
    return sorted(names(status, STATUS), key=lambda name: order.get(name, 4))
