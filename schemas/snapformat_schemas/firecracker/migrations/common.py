"""Parts that several steps share: formats by name, and the receive queue of network interfaces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from snapformat import SnapshotFormat
from snapformat.migrate import Change, Conversion, Step, moved_to
from snapformat_schemas.firecracker.formats import SCHEMAS
from snapformat_schemas.firecracker.v1_8.virtio import QueueState
from snapformat_schemas.firecracker.v1_10_0.devices import RxBufferState

_FORMATS: Mapping[str, SnapshotFormat] = {each.name: each for each in SCHEMAS}

#: Bit 15: the driver takes a frame in several buffers, and reads their number from the frame's header.
MRG_RXBUF = 1 << 15


def step(
    old: str,
    new: str,
    doc: str,
    *,
    arch: str = "x86_64",
    changes: Iterable[Change] = (),
    shown: bool = True,
    rules: str,
) -> Step:
    """Make a step between two releases on an architecture; those on aarch64 were seen to work nowhere."""
    return Step(
        _FORMATS[f"firecracker/{old}/{arch}"],
        _FORMATS[f"firecracker/{new}/{arch}"],
        doc,
        changes=changes,
        shown=shown and arch == "x86_64",
        rules=rules,
    )


#: The use of `rx_buffers_state` where the receive queue takes it.
RX_MOVED = moved_to(
    "virtio_state.queues[0]", "Buffers that the device holds are given back to the receive queue"
)

#: Why the receive queue changes.
RX_WHY = "Buffers that the device had taken are taken again; those it had filled are shown to the guest"


def rolled_back(new: type[Any], old: Any, to: Conversion) -> Any:
    """Return the `virtio_state` of an interface whose device holds no receive buffers any more.

    Until 1.12 a restore takes the buffers again by itself. Others go on where the queue stands: without this,
    they would never use the buffers, and the interface would not receive any more.

    Args:
        new: The new class of `virtio_state`.
        old: The old network interface.
        to: The conversion.
    """
    virtio, held = old.virtio_state, old.rx_buffers_state
    nothing = RxBufferState(parsed_descriptor_chains_nr=0, used_descriptors=0, used_bytes=0)
    if held == nothing or not virtio.activated:
        return to.convert(virtio, new, at="virtio_state")
    if not virtio.queues:
        to.refuse("queues", "the interface is active and has no receive queue")
    first = virtio.queues[0]
    queue = to.make(
        QueueState,
        first,
        next_avail=(first.next_avail - held.parsed_descriptor_chains_nr) & 0xFFFF,
        next_used=(first.next_used + held.used_descriptors) & 0xFFFF,
        num_added=(first.num_added + held.used_descriptors) & 0xFFFF,
    )
    for name in ("next_avail", "next_used", "num_added"):
        before, after = getattr(first, name), getattr(queue, name)
        if before != after:
            to.note("derived", f"queues[0].{name}", RX_WHY, old=before, new=after)
    return to.make(new, virtio, queues=[queue, *virtio.queues[1:]])
