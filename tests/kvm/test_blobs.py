"""Bytes of real snapshots are read and written again without a change."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvm import data, layouts
from kvm.blobs import blobs, class_of, format_of
from snapformat import decode, encode
from snapformat.encodings.bincode.sizes import c_layout
from snapformat_schemas.kvm.x86_64.xsave import KvmXsave, KvmXsave2

_NAMES = [path.stem for path in data.COPIES]


@pytest.mark.parametrize("name", _NAMES)
def test_round_trip(name: str) -> None:
    seen = set()
    for path, general, blob, raw in data.stored(name):
        assert len(raw) == c_layout(blob).size, path
        assert encode(decode(raw, class_of(blob)), class_of(blob)) == raw, path
        seen.add(general)
    given = data.copy(name)
    assert seen == set(blobs(format_of(given["release"], given["architecture"])))


@pytest.mark.parametrize(
    "file", data.real_files(), ids=lambda file: f"{file.parents[1].name}/{file.parent.name}/{file.name}"
)
def test_round_trip_of_files(file: Path) -> None:
    count = 0
    for path, _, blob, raw in data.blobs_of(file):
        assert len(raw) == c_layout(blob).size, path
        assert encode(decode(raw, class_of(blob)), class_of(blob)) == raw, path
        count += 1
    assert count


@pytest.mark.parametrize("name", layouts.structures())
def test_every_bit_is_kept(name: str) -> None:
    """Bytes that no processor would give come through as well, reserved ones and padding included."""
    cls = layouts.structures()[name]
    size = layouts.size(cls)
    for raw in (b"\xff" * size, bytes(at * 7 % 256 for at in range(size))):
        assert encode(decode(raw, cls), cls) == raw


@pytest.mark.parametrize("release", ["1.8", "1.9", "1.10.0", "1.10.1", "1.11"])
def test_xsave_before_1_12(release: str) -> None:
    table = blobs(format_of(release, "x86_64"))
    assert class_of(table["vcpu_states[].xsave"]) is KvmXsave
    assert c_layout(table["vcpu_states[].xsave"]).size == 4096
    assert "vcpu_states[].xsave[0]" not in table


@pytest.mark.parametrize("release", ["1.12", "1.13", "1.14"])
def test_xsave_from_1_12(release: str) -> None:
    table = blobs(format_of(release, "x86_64"))
    assert class_of(table["vcpu_states[].xsave[0]"]) is KvmXsave2
    assert c_layout(table["vcpu_states[].xsave[0]"]).size == 4104
    assert "vcpu_states[].xsave" not in table
