"""The original module's own six tests, written again, and what they leave unsaid."""

from __future__ import annotations

import errno
import io
from pathlib import Path

import pytest
import semver

from snapformat import (
    Crc64Error,
    Header,
    InvalidFormatVersionError,
    InvalidMagicError,
    Snapshot,
    SnapshotIOError,
    encode,
    get_format_version,
)
from snapformat.bincode import Unit, Version, u32, u64
from snapformat.snapshot import FIRECRACKER_FORMAT
from snapformat.snapshot.catalogue import find_format
from snapformat.values import loads

STATE = Path(__file__).parents[1] / "golden" / "snapshots" / "1.14.4" / "01_minimal" / "truth.json"
VERSION = semver.Version.parse("8.0.0")
X86_64, AARCH64 = 0x0710_1984_8664_0000, 0x0710_1984_AAAA_0000


def unit(**changes: int) -> Snapshot[tuple[()]]:
    """A snapshot of nothing, with another version."""
    snapshot = Snapshot.new((), Unit, arch="x86_64")
    snapshot.header.version = snapshot.header.version.replace(**changes)
    return snapshot


def saved(snapshot: Snapshot[tuple[()]]) -> bytearray:
    """Saved into a buffer of 100 zero bytes, as the original's tests do."""
    buffer = io.BytesIO(bytes(100))
    snapshot.save(buffer)
    return bytearray(buffer.getvalue())


def test_snapshot_restore():
    format_ = find_format("firecracker/1.14/x86_64")
    state = loads(STATE.read_bytes(), format_.payload)
    buffer = io.BytesIO()
    format_.new(state, arch="x86_64").save(buffer)
    buffer.seek(0)
    assert format_.load(buffer).data == state
    buffer.seek(0)
    assert Snapshot.load(buffer, type(state)).data == state


def test_parse_version_from_file():
    buffer = io.BytesIO(bytes(100))
    Snapshot.new(42, u32).save(buffer)
    buffer.seek(0)
    assert get_format_version(buffer) == VERSION == Snapshot.new(42, u32).version


def test_bad_reader():
    class BadReader:
        def read(self, size: int = -1) -> bytes:
            raise OSError(errno.EINVAL, "Invalid argument")

    with pytest.raises(SnapshotIOError) as caught:
        Snapshot.load(BadReader(), Unit)
    assert (caught.value.code, caught.value.errno) == ("Io", errno.EINVAL)


def test_bad_magic():
    data = saved(unit())
    data[:8] = bytes((1, 2, 3, 4, 0x42, 0x43, 0x44, 0x45))
    for load in (Snapshot.load, Snapshot.load_without_crc_check):
        with pytest.raises(InvalidMagicError) as caught:
            load(data, Unit)
        assert caught.value.magic == 0x4544_4342_0403_0201


def test_bad_crc():
    # The header and no checksum, then zero bytes.
    data = encode((X86_64, VERSION), tuple[u64, Version])
    with pytest.raises(Crc64Error):
        Snapshot.load(io.BytesIO(data + bytes(100 - len(data))), Unit)


def test_bad_version():
    for changes in ({"major": 9}, {"minor": 1}):
        with pytest.raises(InvalidFormatVersionError) as caught:
            Snapshot.load_without_crc_check(saved(unit(**changes)), Unit)
        assert caught.value.version == VERSION.replace(**changes)
    for changes in ({}, {"patch": 0}, {"patch": 1}, {"patch": 1024}):
        assert Snapshot.load_without_crc_check(saved(unit(**changes)), Unit).data == ()
        assert Snapshot.load(bytes(saved(unit(**changes))), Unit).version == VERSION.replace(**changes)


def test_an_older_minor_and_what_follows_the_patch():
    format_ = FIRECRACKER_FORMAT.with_payload(Unit)
    supported = semver.Version.parse("8.2.0")
    for text, accepted in [
        ("8.1.9", True),
        ("8.2.0-rc.1+build", True),
        ("8.3.0", False),
        ("7.2.0", False),
        ("9.0.0", False),
        ("8.3.0-rc.1", False),
    ]:
        assert format_.accepts(supported, semver.Version.parse(text)) == accepted


def test_both_architectures_are_read_and_either_is_written():
    for arch, magic in (("x86_64", X86_64), ("aarch64", AARCH64)):
        data = Snapshot.new(5, u32, arch=arch).to_bytes()
        loaded = Snapshot.load(data, u32)
        assert (loaded.magic, loaded.arch, loaded.data) == (magic, arch, 5)
        assert data[:8] == magic.to_bytes(8, "little")
    with pytest.raises(ValueError, match="no architecture 'riscv64'"):
        Snapshot.new(5, u32, arch="riscv64")


@pytest.mark.parametrize(
    ("machine", "magic"), [("x86_64", X86_64), ("AMD64", X86_64), ("aarch64", AARCH64), ("arm64", AARCH64)]
)
def test_the_default_magic_is_this_machines(monkeypatch, machine, magic):
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert Snapshot.new(5, u32).magic == magic


def test_a_loaded_snapshot_keeps_its_header():
    data = bytes(saved(unit(patch=7)))[:-71]
    loaded = Snapshot.load(data, Unit)
    assert loaded.header == Header(X86_64, semver.Version(8, 0, 7))
    assert loaded.to_bytes() == data
    assert loaded == Snapshot.load(data, Unit) != unit()
    assert repr(loaded) == "<Snapshot of firecracker 8.0.7: tuple>"
