"""Views of devices: names that hold in every release and on both transports."""

from __future__ import annotations

from typing import Any

from snapformat.inspect.locations import Location
from snapformat.inspect.views import (
    CHOICE,
    FLAG,
    HEX,
    NUMBER,
    PART,
    TEXT,
    TEXT_OR_NONE,
    TOTAL,
    View,
    Views,
    computed,
    follow,
)
from snapformat_schemas.firecracker import depends
from snapformat_schemas.virtio.names import BLOCK_FEATURES, NET_FEATURES
from snapformat_schemas.virtio.pci import address

#: Feature bits of a read-only drive, and of a network interface with an Ethernet address of its own.
_READ_ONLY = next(bits.mask for bits in BLOCK_FEATURES if bits.name == "RO")
_MAC = next(bits.mask for bits in NET_FEATURES if bits.name == "MAC")

#: The balloon counts pages of 4 KiB.
_PAGES_PER_MIB = 256
_MOST_PAGES = 0xFFFF_FFFF


def _offer(device: Location, bit: int, on: bool) -> None:
    """Offer a feature, or not; a driver that has agreed on features has agreed on this one too.

    Args:
        device: A part with `virtio_state`.
        bit: The feature.
        on: Whether it is offered.
    """
    for name in ("avail_features", "acked_features"):
        features = follow(device, f"virtio_state.{name}")
        if features is not None and (name == "avail_features" or features.value):
            features.set(features.value | bit if on else features.value & ~bit)


class Device(Views):
    """A virtio device with its transport; the part is its entry in the list of a bus."""

    __slots__ = ()

    mmio: View[int] = View(
        HEX,
        "Guest physical address of its registers, on MMIO",
        at="device_info.addr",
        read_only=depends.PLACE,
    )

    @computed(
        TEXT,
        "PCI address, `segment:bus:device.function` in hex, on PCI",
        at=("sbdf", "transport_state.pci_device_bdf"),
        read_only=depends.PCI,
    )
    def pci(self) -> str:
        """The address: a number from 1.16 on, and text before."""
        number = self._find("sbdf")
        if number is not None:
            return str(address(number.value))
        text = self._find("transport_state.pci_device_bdf")
        assert text is not None
        return str(text.value)

    def _set_id(self, path: str, new: str) -> None:
        """Set both copies of the id."""
        for each in ("device_id", path):
            found = self._find(each)
            if found is not None:
                found.set(new)


class Drive(Device):
    """A drive."""

    __slots__ = ()

    id: View[str] = View(TEXT, "Name in the API, its drive_id", at="device_state<*>.id")
    path: View[str] = View(
        TEXT, "Host path of the backing file or block device", at="device_state<*>.disk_path"
    )
    socket: View[str] = View(
        TEXT, "Host path of the socket of a vhost-user drive", at="device_state<*>.socket_path"
    )
    root: View[bool] = View(FLAG, "The guest booted from this drive", at="device_state<*>.root_device")

    @computed(
        FLAG,
        "The guest can't write to it, and the host opens it so",
        at="device_state<*>.virtio_state.avail_features",
    )
    def read_only(self) -> bool:
        """Whether the feature is offered: it is not stored separately."""
        features = self._find("device_state<*>.virtio_state.avail_features")
        return features is not None and bool(features.value & _READ_ONLY)

    @read_only.setter
    def _set_read_only(self, on: bool) -> None:
        drive = self._find("device_state<*>")
        if drive is not None and on != self.read_only:
            _offer(drive, _READ_ONLY, on)

    cache: View[str] = View(
        CHOICE,
        "Whether the guest can flush: Unsafe (no), Writeback",
        at="device_state<*>.cache_type",
    )
    engine: View[str] = View(CHOICE, "I/O engine: Sync, Async", at="device_state<*>.file_engine_type")
    partuuid: View[str | None] = View(
        TEXT_OR_NONE, "Partition UUID of the root drive", at="device_state<*>.partuuid", in_summary=False
    )
    rate_limiter: View[Any] = View(
        PART, "Limits on requests and bytes", at="device_state<*>.rate_limiter_state", in_summary=False
    )

    @id.setter
    def _set_drive_id(self, new: str) -> None:
        self._set_id("device_state<*>.id", new)


class NetworkInterface(Device):
    """A network interface."""

    __slots__ = ()

    id: View[str] = View(TEXT, "Name in the API, its iface_id", at="device_state.id")
    tap: View[str] = View(
        TEXT, "TAP device of the host; must exist on restore", at="device_state.tap_if_name"
    )
    mac: View[str | None] = View(
        TEXT_OR_NONE,
        "Ethernet address, `06:00:ac:10:00:02`; null: the guest picks one",
        at="device_state.config_space.guest_mac",
    )

    @computed(FLAG, "The guest can reach the metadata service through it", at="device_state.mmds_ns")
    def mmds(self) -> bool:
        """Whether there is a network stack of the service."""
        stack = self._find("device_state.mmds_ns")
        return stack is not None and stack.value is not None

    rx_rate_limiter: View[Any] = View(
        PART,
        "Limits on what the guest receives",
        at="device_state.rx_rate_limiter_state",
        in_summary=False,
    )
    tx_rate_limiter: View[Any] = View(
        PART, "Limits on what the guest sends", at="device_state.tx_rate_limiter_state", in_summary=False
    )

    @id.setter
    def _set_interface_id(self, new: str) -> None:
        self._set_id("device_state.id", new)

    @mac.setter
    def _set_mac(self, new: str | None) -> None:
        state, found = self._find("device_state"), self._find("device_state.config_space.guest_mac")
        if state is not None and found is not None:
            if (new is None) != (found.value is None):
                _offer(state, _MAC, new is not None)
            found.set(new)


class Vsock(Device):
    """The socket channel between guest and host."""

    __slots__ = ()

    cid: View[int] = View(NUMBER, "Context ID, the guest's AF_VSOCK address", at="device_state.frontend.cid")
    path: View[str] = View(
        TEXT,
        "Host path of the Unix socket that the device listens on",
        at=("device_state.backend.uds_path", "device_state.backend<*>.path"),
    )


class Balloon(Device):
    """The memory balloon."""

    __slots__ = ()

    @computed(NUMBER, "Size that the host asks for, MiB", at="device_state.config_space.num_pages")
    def target_mib(self) -> int:
        """The number of pages in MiB, rounded down."""
        return self._pages("num_pages").value // _PAGES_PER_MIB  # type: ignore[no-any-return]  # a u32

    @target_mib.setter
    def _set_target_mib(self, new: int) -> None:
        if new != self.target_mib:
            if new * _PAGES_PER_MIB > _MOST_PAGES:
                self._refuse("target_mib", f"{new} is more than the most, {_MOST_PAGES // _PAGES_PER_MIB}")
            self._pages("num_pages").set(new * _PAGES_PER_MIB)

    @computed(
        NUMBER,
        "Size that the guest has given up, MiB",
        at="device_state.config_space.actual_pages",
        read_only=depends.BALLOON,
    )
    def actual_mib(self) -> int:
        """The number of pages in MiB, rounded down."""
        return self._pages("actual_pages").value // _PAGES_PER_MIB  # type: ignore[no-any-return]  # a u32

    stats_polling_interval_s: View[int] = View(
        NUMBER, "Seconds between two requests for statistics", at="device_state.stats_polling_interval_s"
    )

    @stats_polling_interval_s.setter
    def _set_interval(self, new: int) -> None:
        found = self._find("device_state.stats_polling_interval_s")
        if found is not None:
            if (new == 0) != (found.value == 0):
                self._refuse("stats_polling_interval_s", f"{found.value} can't become {new}: {depends.STATS}")
            found.set(new)

    def _pages(self, name: str) -> Location:
        found = self._find(f"device_state.config_space.{name}")
        assert found is not None
        return found


class Entropy(Device):
    """The source of random numbers."""

    __slots__ = ()

    @computed(FLAG, "Whether there are limits on what it hands out", at="device_state.rate_limiter_state")
    def rate_limited(self) -> bool:
        """Whether one of the limits is there."""
        limits = (self._find(f"device_state.rate_limiter_state.{name}") for name in ("ops", "bandwidth"))
        return any(limit is not None and limit.value is not None for limit in limits)

    rate_limiter: View[Any] = View(
        PART, "Limits on requests and bytes", at="device_state.rate_limiter_state", in_summary=False
    )


class Pmem(Device):
    """Persistent memory: a file of the host that is mapped into the guest."""

    __slots__ = ()

    id: View[str] = View(TEXT, "Name in the API", at="device_state.config.id")
    path: View[str] = View(TEXT, "Host path of the file", at="device_state.config.path_on_host")
    root: View[bool] = View(
        FLAG, "The guest's root file system is on it", at="device_state.config.root_device"
    )
    read_only: View[bool] = View(
        FLAG, "It is mapped without write permission", at="device_state.config.read_only"
    )
    bytes: View[int] = View(
        NUMBER, "Size of the mapping", at="device_state.config_space.size", read_only=depends.PMEM
    )

    @id.setter
    def _set_pmem_id(self, new: str) -> None:
        self._set_id("device_state.config.id", new)


class MemoryHotplug(Device):
    """The memory hot-plug device."""

    __slots__ = ()

    total_bytes: View[int] = View(
        NUMBER,
        "The most that can be plugged",
        at="device_state.region_size",
        read_only=depends.HOTPLUG,
    )
    requested_bytes: View[int] = View(
        NUMBER,
        "What the host wants plugged",
        at="device_state.requested_size",
        read_only=depends.REQUESTED,
    )

    @computed(TOTAL, "What the guest has plugged", at="device_state.plugged_blocks", read_only=depends.BLOCKS)
    def plugged_bytes(self) -> int:
        """The size of the plugged blocks."""
        blocks, size = self._find("device_state.plugged_blocks"), self._find("device_state.block_size")
        assert blocks is not None
        assert size is not None
        return int(sum(blocks.value) * size.value)

    block_bytes: View[int] = View(
        NUMBER,
        "The unit that the guest plugs and unplugs",
        at="device_state.block_size",
        read_only=depends.HOTPLUG,
    )


class Mmds(Views):
    """The metadata service; the part is the list of devices of a bus."""

    __slots__ = ()

    version: View[str] = View(CHOICE, "V1, or V2 with session tokens", at=("mmds.version", "mmds_version"))
    imds_compat: View[bool] = View(
        FLAG,
        "Always answer in EC2's IMDS format; from 1.13 on",
        at="mmds.imds_compat",
        in_summary=False,
    )
