"""Addresses, registers and sets of bits are shown in hexadecimal; sizes, counts and times are not."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from schemas import main_81b38b9
from snapformat import SnapshotFormat
from snapformat.bincode import Hex, u64
from snapformat.encodings.bincode.encoding import sealed
from snapformat.inspect.form import FORM
from snapformat.layout import layout_of
from snapformat.layout.compare import compare
from snapformat.model import kinds
from snapformat.model.graph import walk_kinds
from snapformat.model.kinds import Kind
from snapformat.values import to_json
from snapformat_schemas.firecracker import SCHEMAS

_ROOTS = [*(pytest.param(f.payload_kind, id=f.name) for f in SCHEMAS)]
_ROOTS.append(pytest.param(sealed(main_81b38b9.MicrovmState), id="main"))


def _numbers(kind: Kind) -> Iterator[kinds.Int]:
    """The numbers of a field, also those in its options, arrays and conversions."""
    if isinstance(kind, kinds.Int):
        yield kind
    elif not isinstance(kind, kinds.Struct | kinds.Enum | kinds.Blob):
        for inner in kind.children():
            yield from _numbers(inner)


def _fields(root: Kind) -> Iterator[tuple[str, kinds.Field, list[kinds.Int]]]:
    for kind in walk_kinds(root):
        if isinstance(kind, kinds.Struct):
            for field in kind.fields:
                yield f"{kind.name}.{field.name}", field, list(_numbers(field.kind))


@pytest.mark.parametrize("root", _ROOTS)
def test_addresses_and_bits(root: Kind):
    for name, field, numbers in _fields(root):
        is_address = re.match(r"(Guest physical|Linear|Physical) address", field.doc) is not None
        if numbers and (field.bits or is_address):
            assert all(number.hex for number in numbers), name


@pytest.mark.parametrize("root", _ROOTS)
def test_sizes_and_counts(root: Kind):
    for name, field, numbers in _fields(root):
        if re.search(r"(^|_)(size_mib|khz|nsec|ns|len|region_size|nent|gsi|cid)$", str(field.name)):
            assert not any(number.hex for number in numbers), name
        if field.doc.startswith(
            ("Number of entries", "Bytes ", "Length ", "Nanoseconds", "Seconds", "Interrupt line")
        ):
            assert not any(number.hex for number in numbers), name


@pytest.mark.parametrize("format_", SCHEMAS, ids=lambda f: f.name)
def test_registers(format_: SnapshotFormat):
    shown = {name for name, _, numbers in _fields(format_.payload_kind) if any(n.hex for n in numbers)}
    wanted = {
        "QueueState.desc_table",
        "VirtioDeviceState.acked_features",
        "GuestMemoryRegionState.base_address",
    }
    if format_.name.endswith("x86_64"):
        wanted |= {
            "kvm_regs.rip",
            "kvm_sregs.cr3",
            "kvm_segment.base",
            "kvm_msr_entry.data",
            "LapicRegister.value",
        }
        wanted |= {"kvm_cpuid_entry2.eax", "kvm_debugregs.dr7", "kvm_xcr.value", "kvm_ioapic_state.irr"}
    else:
        wanted |= {"VcpuState.mpidr", "GicRegState.chunks"}
    assert wanted <= shown


def test_the_bytes_and_serde_json_do_not_change():
    """Being shown in hexadecimal is no change of a format, and not in the form of serde_json."""
    plain, shown = layout_of(list[u64]), layout_of(list[Hex[u64]])
    assert compare(plain, shown) == []
    assert FORM.write(shown.kind, [2**64 - 1]) == ["0xffffffffffffffff"]
    assert to_json([2**64 - 1], list[Hex[u64]]) == [2**64 - 1]
