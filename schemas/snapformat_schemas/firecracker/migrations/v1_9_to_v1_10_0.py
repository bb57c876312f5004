"""1.9 to 1.10.0 and back: network interfaces say how many receive buffers the device holds."""

from __future__ import annotations

from typing import Any

from snapformat.migrate import Change, Conversion, computed, default, narrowed
from snapformat_schemas.firecracker.migrations.common import MRG_RXBUF, RX_MOVED, RX_WHY, rolled_back, step
from snapformat_schemas.firecracker.migrations.rules import section
from snapformat_schemas.firecracker.v1_8 import devices as v1_8
from snapformat_schemas.firecracker.v1_8.virtio import VirtioDeviceState
from snapformat_schemas.firecracker.v1_10_0 import devices as v1_10_0

_UP = (
    Change(
        v1_8.NetState,
        v1_10_0.NetState,
        given={
            "rx_buffers_state": default(
                v1_10_0.RxBufferState(parsed_descriptor_chains_nr=0, used_descriptors=0, used_bytes=0),
                "Up to 1.9 the device takes no buffers before there is a frame",
            )
        },
    ),
    Change(
        v1_8.MmdsNetworkStackState,
        v1_10_0.MmdsNetworkStackState,
        given={
            "max_connections": narrowed("1.9 refuses zero when it restores, as 1.10 does when it reads"),
            "max_pending_resets": narrowed("1.9 refuses zero when it restores, as 1.10 does when it reads"),
        },
    ),
)


def _without_held_buffers(old: v1_10_0.NetState, to: Conversion) -> Any:
    if old.virtio_state.acked_features & MRG_RXBUF:
        to.note(
            "assumed",
            "acked_features",
            "The driver works although 1.9 does not know VIRTIO_NET_F_MRG_RXBUF, which it has accepted",
        )
    return rolled_back(VirtioDeviceState, old, to)


_DOWN = (
    Change(
        v1_10_0.NetState,
        v1_8.NetState,
        given={"virtio_state": computed(_without_held_buffers, RX_WHY)},
        dropped={"rx_buffers_state": RX_MOVED},
    ),
)

_DOC_UP = "Network interfaces say how many receive buffers the device holds: none."
_DOC_DOWN = "Receive buffers that a network device holds are given back to the queue."

STEPS = (
    step("1.9", "1.10.0", _DOC_UP, changes=_UP, rules=section(2)),
    step("1.10.0", "1.9", _DOC_DOWN, changes=_DOWN, rules=section(9)),
    step("1.9", "1.10.0", _DOC_UP, arch="aarch64", changes=_UP, rules=section(2)),
    step("1.10.0", "1.9", _DOC_DOWN, arch="aarch64", changes=_DOWN, rules=section(9)),
)
