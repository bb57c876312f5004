"""Parts of devices' states that later releases have as well: settings, configuration spaces, statistics.

Read from Firecracker v1.8.0: `devices/virtio/block/{mod,virtio/persist}.rs` and
`devices/virtio/{balloon,net,vsock}/persist.rs` below `src/vmm/src/`, and `src/utils/src/net/mac.rs`.
"""

from __future__ import annotations

from snapformat import DataEnum, UnitEnum, doc, schema, variant
from snapformat.bincode import u32, u64
from snapformat_schemas.firecracker.conversions import MacAddr
from snapformat_schemas.firecracker.depends import BALLOON


@schema
class CacheType(UnitEnum):
    """Whether guest flush requests reach the host's storage."""

    Unsafe = variant("Flush is not offered to the driver: data may be lost when the host fails")
    Writeback = variant("VIRTIO_BLK_F_FLUSH is offered, and a flush is carried out with fsync")


@schema
class FileEngineTypeState(UnitEnum):
    """How a drive's backing file is read and written."""

    Sync = variant("Blocking system calls on the VMM's own thread")
    Async = variant("Queued through io_uring")


@schema
class NetConfigSpaceState:
    """Contents of `struct virtio_net_config`, which the guest reads."""

    guest_mac: MacAddr | None = doc(
        "Ethernet address as six hex pairs, `06:00:ac:10:00:02`; None: the guest picks one"
    )


@schema
class VsockUdsState:
    """Host side of a vsock device that maps guest ports to Unix sockets."""

    path: str = doc(
        "Host path of the listening Unix socket; `_PORT` is appended for connections the guest makes"
    )


@schema
class VsockBackendState(DataEnum):
    """Host side of a vsock device."""


@schema(name="Uds", kind="newtype")
class VsockBackendStateUds(VsockBackendState):
    """Backend on Unix domain sockets, the only one there is."""

    value: VsockUdsState = doc("Location of the socket on the host")


@schema
class BalloonStatsState:
    """Memory statistics the guest reported last; None where it never sent that tag."""

    swap_in: u64 | None = doc("VIRTIO_BALLOON_S_SWAP_IN: bytes read back from swap")
    swap_out: u64 | None = doc("VIRTIO_BALLOON_S_SWAP_OUT: bytes written to swap")
    major_faults: u64 | None = doc("VIRTIO_BALLOON_S_MAJFLT: page faults that needed I/O, a count")
    minor_faults: u64 | None = doc("VIRTIO_BALLOON_S_MINFLT: page faults served from memory, a count")
    free_memory: u64 | None = doc("VIRTIO_BALLOON_S_MEMFREE: bytes that the guest does not use")
    total_memory: u64 | None = doc("VIRTIO_BALLOON_S_MEMTOT: bytes the guest's kernel manages")
    available_memory: u64 | None = doc(
        "VIRTIO_BALLOON_S_AVAIL: bytes a new program could get without swapping, estimated"
    )
    disk_caches: u64 | None = doc(
        "VIRTIO_BALLOON_S_CACHES: bytes of file cache that can be reclaimed without I/O"
    )
    hugetlb_allocations: u64 | None = doc("VIRTIO_BALLOON_S_HTLB_PGALLOC: huge pages obtained, a count")
    hugetlb_failures: u64 | None = doc("VIRTIO_BALLOON_S_HTLB_PGFAIL: huge pages refused, a count")


@schema
class BalloonConfigSpaceState:
    """Target and actual size of the balloon, as `struct virtio_balloon_config` shows them."""

    num_pages: u32 = doc("Size the host asks for, in 4 KiB pages")
    actual_pages: u32 = doc("Size that the guest reports to have given up, in 4 KiB pages", depends=BALLOON)
