"""Bytes of real snapshots are read and written again without a change."""

from __future__ import annotations

from pathlib import Path

import pytest

from kvm import data
from snapformat import decode, encode
from snapformat_schemas.kvm.blobs import AARCH64, X86_64, blobs

_NAMES = [path.stem for path in data.COPIES]


@pytest.mark.parametrize("name", _NAMES)
def test_round_trip(name: str) -> None:
    seen = set()
    for path, blob, raw in data.stored(name):
        assert len(raw) == blob.size, path
        assert encode(decode(raw, blob.cls), blob.cls) == raw, path
        seen.add(blob.path)
    given = data.copy(name)
    major, minor, _ = given["release"].split(".")
    assert seen == set(blobs(given["architecture"], (int(major), int(minor))))


@pytest.mark.parametrize("file", data.real_files(), ids=lambda file: f"{file.parent.name}/{file.name}")
def test_round_trip_of_files(file: Path) -> None:
    count = 0
    for path, blob, raw in data.blobs_of(file):
        assert len(raw) == blob.size, path
        assert encode(decode(raw, blob.cls), blob.cls) == raw, path
        count += 1
    assert count


def test_every_bit_is_kept() -> None:
    """Bytes that no processor would give come through as well, reserved ones and padding included."""
    for blob in (*X86_64, *AARCH64):
        for raw in (b"\xff" * blob.size, bytes(at * 7 % 256 for at in range(blob.size))):
            assert encode(decode(raw, blob.cls), blob.cls) == raw


@pytest.mark.parametrize("release", [(1, 8), (1, 9), (1, 10), (1, 11)])
def test_xsave_before_1_12(release: tuple[int, int]) -> None:
    table = blobs("x86_64", release)
    assert table["vcpu_states[].xsave"].size == 4096
    assert "vcpu_states[].xsave[0]" not in table


@pytest.mark.parametrize("release", [(1, 12), (1, 13), (1, 14)])
def test_xsave_from_1_12(release: tuple[int, int]) -> None:
    table = blobs("x86_64", release)
    assert table["vcpu_states[].xsave[0]"].size == 4104
    assert "vcpu_states[].xsave" not in table
