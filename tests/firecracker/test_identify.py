"""Which release wrote a file: real files of all of them, and files of releases that can only be named."""

from __future__ import annotations

from random import Random

import pytest

from cli.support import call, info, sealed, verify
from schemas.values import Builder, Seeded
from snapformat import Snapshot, SnapshotError
from snapformat.inspect import Status, load_any, summarize
from snapformat.snapshot.catalogue import find_format
from snapformat_schemas import firecracker
from snapformat_schemas.firecracker.releases import MAGICS, RELEASES, Encoder
from snapshots import data
from snapshots.data import StateFile, Verdict


@data.each(data.state_files())
def test_real_files(file: StateFile):
    found = firecracker.identify(file.path)
    assert found.releases[0] == file.format.release
    assert found.format is file.format
    assert (found.arch, found.error) == (file.format.name.rpartition("/")[2], None)
    assert found.encoder is not None
    assert found.encoder.value.startswith("bitcode" if file.format.is_message else "bincode")
    assert f"{file.format.release}: the layout ends where the checksum begins" in found.why
    assert not found.is_ambiguous
    assert summarize(file.path).releases == found.releases


@data.each(data.verdicts())
def test_damaged_files(file: Verdict):
    """A damaged file is never taken for another release's, unless its header names that one."""
    found = firecracker.identify(file.path)
    if found.format is not None and file.code != "InvalidFormatVersion":
        assert file.format.release in found.releases, found.why
        if found.format is file.format:
            assert (found.error is None) == (file.code is None)
    else:
        assert found.error is not None


def without_net(release: str) -> bytes:
    """A file of a release whose machine has no network interface."""
    snapshot = firecracker.load_snapshot(data.DEFAULT_FOLDERS[0] / "1.10.0" / "03_many" / "vmstate")
    snapshot.data.device_states.net_devices.clear()
    return Snapshot(snapshot.header, snapshot.data, find_format(f"{release}/x86_64")).to_bytes()


def test_alike_but_for_network_interfaces():
    """1.9 and 1.10.0 have one header, and differ inside network interfaces only."""
    found = firecracker.identify(without_net("1.10.0"))
    assert found.releases == ("1.10.0", "1.9")
    assert found.is_ambiguous
    assert found.why[-1] == "1.10.0 and 1.9 can't be distinguished by this file; the newest is taken"
    summary = summarize(without_net("1.10.0"))
    assert summary.releases == ("1.10.0", "1.9")
    assert summary.to_json()["releases"] == ["1.10.0", "1.9"]


@pytest.mark.parametrize("release", [r for r in RELEASES if r.module is not None], ids=lambda r: r.name)
def test_catalogue_of_readable_releases(release: firecracker.Release):
    for arch, magic in MAGICS.items():
        format_ = find_format(f"firecracker/{release.name}/{arch}")
        assert format_.release == release.name
        assert (str(format_.version), dict(format_.magics)) == (release.version, {arch: magic})
    assert release.encoder in (Encoder.BINCODE_1, Encoder.BINCODE_2, Encoder.BITCODE)
    assert format_.is_message == (release.encoder is Encoder.BITCODE)


def older(magic: int, number: int) -> bytes:
    return sealed((magic | 1).to_bytes(8, "little") + number.to_bytes(2, "little") + bytes(range(200)))


@pytest.mark.parametrize("arch", MAGICS)
@pytest.mark.parametrize(
    ("number", "release"), [(1, "0.23"), (3, "0.25"), (4, "1.0"), (9, "1.5"), (10, "1.6")]
)
def test_older_container(arch: str, number: int, release: str, tmp_path):
    file = tmp_path / "old.vmstate"
    file.write_bytes(older(MAGICS[arch], number))
    found = firecracker.identify(file)
    assert (found.releases, found.arch, found.encoder) == ((release,), arch, Encoder.VERSIONIZE)
    assert (found.format, found.version) == (None, None)
    row = info(file)
    assert (row["status"], row["releases"], row["arch"]) == ("unknown-version", [release], arch)
    assert f"Firecracker {release} wrote it; snapformat reads 1.8 to 1.16" in call("info", file).stdout
    for refused in (verify(file)[0]["message"], call("dump", file).stderr):
        assert f"Firecracker {release} wrote it" in refused
    file.write_bytes(file.read_bytes()[:-1])
    assert info(file)["status"] == "damaged"


def test_older_container_of_no_release():
    found = firecracker.identify(older(MAGICS["x86_64"], 11))
    assert (found.releases, found.encoder) == ((), None)
    assert "no release has that version" in found.why


def bitcode(arch: str, version: str) -> bytes:
    """A file whose header is in bitcode, with anything behind it."""
    head = b"\0" + MAGICS[arch].to_bytes(8, "little") + bytes([len(version)]) + version.encode()
    return sealed(head + bytes(range(256)))


@pytest.mark.parametrize("arch", MAGICS)
@pytest.mark.parametrize(
    ("version", "release", "other"),
    [("12.0.0", "1.17", ""), ("11.0.0", "1.16.2", ", or builds between 1.16 and 1.17"), ("14.0.0", None, "")],
)
def test_bitcode_without_a_layout(arch: str, version: str, release: str | None, other: str, tmp_path):
    file = tmp_path / "new.vmstate"
    file.write_bytes(bitcode(arch, version))
    found = firecracker.identify(file)
    assert found.releases == (() if release is None else (release,))
    assert found.arch == arch
    row = info(file)
    assert (row["status"], row["releases"]) == ("unknown-version", list(found.releases))
    assert (row["version"], row["arch"]) == (version, arch)
    note = call("info", file).stdout.splitlines()[-1]
    assert note.startswith(f"note: version {version} in bitcode")
    if release is not None:
        assert f"Firecracker {release}{other}; snapformat reads 1.8 to 1.16" in note
        assert note.endswith(f"restore this with Firecracker {release}")
        assert found.encoder is Encoder.BITCODE
    with pytest.raises(SnapshotError, match="bitcode"):
        load_any(file)


@pytest.mark.parametrize("release", ["1.15", "1.16"])
def test_what_is_read_from_the_source_alone(release: str, tmp_path):
    """No real file of these was at hand: it is said."""
    format_ = find_format(f"firecracker/{release}/aarch64")
    content = format_.new(Builder(Seeded(Random(1))).value(format_.payload_kind)).to_bytes()
    found = firecracker.identify(content)
    assert (found.format, found.error) == (format_, None)
    assert found.why[-1] == f"{release} on aarch64: {format_.note}"
    file = tmp_path / "vmstate"
    file.write_bytes(content)
    assert f"note: {format_.note}" in call("info", file).stdout
    assert not find_format(f"firecracker/{release}/x86_64").note


def test_bitcode_of_a_newer_minor():
    found = firecracker.identify(bitcode("x86_64", "10.1.0"))
    assert (found.releases, str(found.version)) == ((), "10.1.0")
    assert found.why[-1] == "Firecracker 1.16 reads 10.0.0 and nothing newer"
    assert found.error is not None
    assert found.error.code == "InvalidFormatVersion"


@pytest.mark.parametrize("arch", MAGICS)
@pytest.mark.parametrize(("version", "release"), [("9.0.0", "1.15"), ("10.0.0", "1.16")])
def test_bitcode_with_a_damaged_state(arch: str, version: str, release: str, tmp_path):
    """The header is read alone, whatever follows it."""
    file = tmp_path / "new.vmstate"
    file.write_bytes(bitcode(arch, version))
    found = firecracker.identify(file)
    assert (found.releases, found.arch, str(found.version)) == ((release,), arch, version)
    assert found.error is not None
    assert found.error.code == "Decode"
    row = info(file)
    assert (row["status"], row["releases"], row["version"]) == ("damaged", [release], version)


@pytest.mark.parametrize(
    ("version", "releases", "said"),
    [
        ("1.0.0", ("1.7",), "restore this with Firecracker 1.7"),
        ("7.0.0", (), "a development build between Firecracker 1.12 and 1.13"),
        ("8.1.0", (), "Firecracker 1.14 and 1.13 read 8.0.0 and nothing newer"),
        ("9.0.0", ("1.15",), "though not in its encoding (bitcode)"),
        ("11.0.0", ("1.16.2",), "though not in its encoding (bitcode)"),
        ("13.0.0", (), "newer than Firecracker 1.17"),
        ("0.1.0", (), "no known release wrote it"),
    ],
)
def test_version_without_a_layout(version: str, releases: tuple[str, ...], said: str):
    text = version.encode()
    magic = MAGICS["x86_64"].to_bytes(8, "little")
    content = sealed(magic + len(text).to_bytes(8, "little") + text + bytes(100))
    found = firecracker.identify(content)
    assert (found.releases, str(found.version or version), found.format) == (releases, version, None)
    assert said in " ".join(found.why)
    assert found.error is not None
    assert found.error.code == "InvalidFormatVersion"
    assert said in str(found.error)
    summary = summarize(content)
    assert (summary.status, summary.releases) == (Status.UNKNOWN_VERSION, releases)
    with pytest.raises(SnapshotError, match="version"):
        firecracker.load(content)


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"\x7fELF" + bytes(100), bytes(range(256))])
def test_not_firecrackers(content: bytes):
    found = firecracker.identify(content)
    assert (found.releases, found.arch, found.format) == ((), None, None)
    assert found.why == ("not a magic of Firecracker",)
    assert found.error is not None
