"""Rules of the steps from 1.8 to 1.12 and back, case by case; sections are those of the rules."""

from __future__ import annotations

from typing import Any

import pytest

from firecracker.migrations.states import entries, kinds, load, refused, to
from snapformat import Snapshot
from snapformat.values import to_json
from snapformat_schemas.firecracker.migrations.rules import section
from snapformat_schemas.firecracker.v1_8.device_parts import FileEngineTypeState
from snapformat_schemas.firecracker.v1_10_0.devices import RxBufferState


def _net(snapshot: Snapshot[Any]) -> Any:
    (device,) = snapshot.data.device_states.net_devices
    return device.device_state


# -- sections 1 and 9: 1.8 and 1.9 --------------------------------------------------------------------------


def test_the_generation_id_stays_where_it_is():
    old = load("1.8.0")
    assert old.data.acpi_dev_state.vmgenid.addr == 0xDF000
    assert to(old, "1.9").data == old.data
    assert to(to(old, "1.9").snapshot, "1.8", unproven=True).data == old.data


def test_a_drive_with_io_uring():
    old = load("1.8.0")
    old.data.device_states.block_devices[1].device_state.value.file_engine_type = FileEngineTypeState.Async
    migrated = to(old, "1.9")
    assert [entry.path for entry in migrated.report] == [
        "$.device_states.block_devices[1].device_state<Virtio>.file_engine_type"
    ]
    assert [entry.kind for entry in migrated.report] == ["assumed"]
    assert "io_uring" in str(migrated.report)


@pytest.mark.parametrize(
    ("address", "fits"), [(0xDF000, True), (0xDF008, False), (0x9FC00, True), (0x9FBF8, False)]
)
def test_1_8_takes_a_page_for_the_generation_id(address: int, fits: bool):
    old = load("1.9.1")
    old.data.acpi_dev_state.vmgenid.addr = address
    if fits:
        assert to(old, "1.8", unproven=True).data == old.data
    else:
        error = refused(old, "1.8", "takes a whole page", unproven=True)
        assert (error.path, error.rules) == ("$.acpi_dev_state.vmgenid.addr", section(9))


def test_aarch64_has_a_generation_id_from_1_9_on():
    old = load("1.8.0", "02_mmio_many", "aarch64")
    migrated = to(old, "1.9", unproven=True)
    assert migrated.data.acpi_dev_state.vmgenid is None
    assert to(migrated.snapshot, "1.8", unproven=True).data == old.data
    new = load("1.9.1", "02_mmio_many", "aarch64")
    assert refused(new, "1.8", "no generation ID", unproven=True).losses[0].code == "VMGENID"
    lost = to(new, "1.8", unproven=True, allow=["VMGENID"])
    assert [entry.code for entry in lost.report] == ["VMGENID"]


# -- section 2: 1.9 and 1.10.0 ------------------------------------------------------------------------------


def test_new_receive_buffers():
    old = load("1.9.1")
    migrated = to(old, "1.10.0")
    assert to_json(_net(migrated.snapshot).rx_buffers_state, RxBufferState) == {
        "parsed_descriptor_chains_nr": 0,
        "used_descriptors": 0,
        "used_bytes": 0,
    }
    assert _net(migrated.snapshot).virtio_state == _net(old).virtio_state  # features too
    assert kinds(migrated, "rx_buffers_state") == ["defaulted"]


@pytest.mark.parametrize("field", ["max_connections", "max_pending_resets"])
def test_no_room_for_connections(field: str):
    old = load("1.9.1")
    setattr(_net(old).mmds_ns, field, 0)
    assert refused(old, "1.10.0", "1.9 refuses zero").path.endswith(f"mmds_ns.{field}")


@pytest.mark.parametrize(
    ("queue", "held", "expected"),
    [
        ((10, 6, 6), (3, 1, 54), (7, 7, 7)),
        ((2, 0xFFFF, 0xFFFE), (4, 3, 9), (0xFFFE, 2, 1)),
        ((5, 5, 5), (0, 0, 0), (5, 5, 5)),
        ((5, 5, 5), (0, 0, 7), (5, 5, 5)),
    ],
)
@pytest.mark.parametrize(("release", "target"), [("1.10.0", "1.9"), ("1.12.1", "1.13")])
def test_held_receive_buffers_are_given_back(
    release: str,
    target: str,
    queue: tuple[int, int, int],
    held: tuple[int, int, int],
    expected: tuple[int, int, int],
):
    old = load(release)
    net = _net(old)
    first = net.virtio_state.queues[0]
    first.next_avail, first.next_used, first.num_added = queue
    net.rx_buffers_state = RxBufferState(*held)
    migrated = to(old, target)
    devices = migrated.data.device_states
    (new,) = getattr(devices, "mmio_state", devices).net_devices
    rolled, sent = new.device_state.virtio_state.queues
    assert (rolled.next_avail, rolled.next_used, rolled.num_added) == expected
    assert sent == net.virtio_state.queues[1]
    assert (rolled.desc_table, rolled.size) == (first.desc_table, first.size)
    assert (first.next_avail, first.next_used, first.num_added) == queue
    changed = [entry for entry in migrated.report if ".queues[0]." in entry.path]
    assert len(changed) == sum(a != b for a, b in zip(queue, expected, strict=True))
    # A device that is not active holds nothing.
    net.virtio_state.activated = False
    devices = to(old, target).data.device_states
    (new,) = getattr(devices, "mmio_state", devices).net_devices
    assert new.device_state.virtio_state.queues == net.virtio_state.queues


def test_an_active_interface_without_queues():
    old = load("1.10.0")
    _net(old).virtio_state.queues = []
    to(old, "1.9")
    _net(old).rx_buffers_state.parsed_descriptor_chains_nr = 1
    refused(old, "1.9", "has no receive queue")


def test_a_feature_that_1_9_does_not_know():
    old = load("1.10.0")
    assert kinds(to(old, "1.9"), "acked_features") == ["assumed"]
    _net(old).virtio_state.acked_features &= ~(1 << 15)
    assert kinds(to(old, "1.9"), "acked_features") == []


# -- section 4: 1.10.1 and 1.11 -----------------------------------------------------------------------------


def test_capabilities_move():
    old = load("1.10.1")
    old.data.vm_state.kvm_cap_modifiers = ["!56", "121"]
    migrated = to(old, "1.11")
    assert migrated.data.kvm_state.kvm_cap_modifiers == ["!56", "121"]
    assert to(migrated.snapshot, "1.10.1").data == old.data


@pytest.mark.parametrize("irqs", [[], [23], [2**32 - 1]])
def test_interrupt_lines(irqs: list[int]):
    old = load("1.10.1")
    old.data.device_states.vsock_device.device_info.irqs = irqs
    migrated = to(old, "1.11")
    assert migrated.data.device_states.vsock_device.device_info.irq == (irqs[0] if irqs else None)
    assert to(migrated.snapshot, "1.10.1").data == old.data


@pytest.mark.parametrize(("irqs", "message"), [([5, 6], "2 interrupt lines"), ([0], "interrupt line 0")])
def test_interrupt_lines_that_are_refused(irqs: list[int], message: str):
    old = load("1.10.1")
    old.data.device_states.block_devices[1].device_info.irqs = irqs
    error = refused(old, "1.11", message)
    assert (error.path, error.rules) == ("$.device_states.block_devices[1].device_info.irq", section(4))


def test_offsets_of_regions():
    old = load("1.10.1")
    (region,) = old.data.memory_state.regions
    second = type(region)(base_address=1 << 32, size=0x1000, offset=region.size)
    old.data.memory_state.regions.append(second)
    migrated = to(old, "1.11")
    assert [each.size for each in migrated.data.memory_state.regions] == [region.size, 0x1000]
    assert to(migrated.snapshot, "1.10.1").data == old.data
    second.offset += 1
    error = refused(old, "1.11", "starts where the one before it ends, at 0x10000000")
    assert (error.path, error.rules) == ("$.memory_state.regions[1].offset", section(4))


@pytest.mark.parametrize("field", ["max_connections", "max_pending_resets"])
def test_other_limits_of_mmds(field: str):
    old = load("1.10.1")
    setattr(_net(old).mmds_ns, field, 31)
    error = refused(old, "1.11", "a loss that is not allowed")
    assert error.path.endswith(f".mmds_ns.{field}")
    assert error.rules == section(4)
    migrated = to(old, "1.11", allow=["MMDS_LIMITS"])
    assert [entry.old for entry in entries(migrated, field)] == [31]


# -- section 5: 1.11 and 1.12 -------------------------------------------------------------------------------


def test_xsave_has_a_count():
    old = load("1.11.0")
    migrated = to(old, "1.12")
    for vcpu, earlier in zip(migrated.data.vcpu_states, old.data.vcpu_states, strict=True):
        header, words = vcpu.xsave
        assert words == []
        assert header.len == 0
        assert header.xsave == earlier.xsave
    assert migrated.data.vm_state.memory == old.data.memory_state
    assert to(migrated.snapshot, "1.11").data == old.data


def test_words_behind_xsave():
    old = load("1.12.1")
    header, words = old.data.vcpu_states[0].xsave
    words += [0, 1]
    header.len = 2
    error = refused(old, "1.11", "2 words of the XSAVE area")
    assert (error.path, error.rules) == ("$.vcpu_states[0].xsave[1]", section(9))


def test_the_same_layout_under_another_version():
    for pair in (("1.10.0", "1.10.1"), ("1.10.1", "1.10.0")):
        old = load(pair[0])
        migrated = to(old, pair[1])
        assert migrated.data == old.data
        assert not list(migrated.report)
        ours, theirs = migrated.snapshot.to_bytes(), old.to_bytes()
        assert ours[21:-8] == theirs[21:-8]
        assert ours[:21] != theirs[:21]
