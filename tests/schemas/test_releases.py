"""The releases as a family: which there are, and that what did not change is declared once."""

from __future__ import annotations

import itertools
import re
from functools import cache

import pytest

from schemas import shipped
from schemas.layouts import signature
from snapformat import CheckOrder, Encoding, SnapshotFormat
from snapformat.model import kinds
from snapformat.model.declaration import Declaration
from snapformat.model.graph import walk_kinds
from snapformat.model.kinds import Kind
from snapformat.snapshot import FIRECRACKER_FORMAT
from snapformat_schemas.firecracker import SCHEMAS

#: Release and header version, as the original's source has them.
_VERSIONS = {
    "1.8": "2.0.0",
    "1.9": "3.0.0",
    "1.10.0": "3.0.0",
    "1.10.1": "4.0.0",
    "1.11": "5.0.0",
    "1.12": "6.0.0",
    "1.13": "8.0.0",
    "1.14": "8.0.0",
    "1.15": "9.0.0",
    "1.16": "10.0.0",
}
#: Releases that write bitcode.
_BITCODE = ("1.15", "1.16")


def _roots() -> dict[str, Kind]:
    """The state of every release and architecture, by the name of the format."""
    return {format_.name: format_.payload_kind for format_ in SCHEMAS}


def _release(declaration: Declaration) -> tuple[int, ...]:
    found = re.search(r"\.v(\d+(?:_\d+)*)\.", declaration.cls.__module__)
    return tuple(map(int, found[1].split("_"))) if found else ()


def test_catalogue():
    wanted = [f"firecracker/{release}/{arch}" for release in _VERSIONS for arch in ("x86_64", "aarch64")]
    assert [format_.name for format_ in SCHEMAS] == wanted


@pytest.mark.parametrize("format_", SCHEMAS, ids=lambda format_: format_.name)
def test_release(format_: SnapshotFormat):
    _, release, arch = format_.name.split("/")
    assert str(format_.version) == _VERSIONS[release]
    assert format_.magics == {arch: FIRECRACKER_FORMAT.magic_of(arch)}
    if release in _BITCODE:
        assert format_.order is CheckOrder.DECODE_FIRST
        assert format_.encoding == Encoding.bitcode()
        assert (format_.max_file_size, format_.trailing) == (10_000_000, "refuse")
    else:
        first = CheckOrder.PAYLOAD_FIRST if release == "1.14" else CheckOrder.CHECKSUM_FIRST
        assert format_.order is first
        assert format_.bincode.limit == 10_485_760
    module = f"firecracker.v{release.replace('.', '_')}.{arch}:MicrovmState"
    assert format_.payload == f"snapformat_schemas.{module}"


@cache
def _layouts() -> dict[type, str]:
    """Every class that occurs in a format: its layout, or layouts where it is generic."""
    found: dict[type, set[str]] = {}
    for root in _roots().values():
        for kind in walk_kinds(root):
            if isinstance(kind, kinds.Struct | kinds.Enum) and kind.cls is not None:
                found.setdefault(kind.cls, set()).add(signature(kind))
    return {cls: " | ".join(sorted(layouts)) for cls, layouts in found.items()}


def test_every_type_is_part_of_a_format():
    unused = [shipped.name_of(d) for d in shipped.types() if d.cls not in _layouts() and d.style != "unit"]
    assert not unused


@cache
def _kin() -> dict[str, list[tuple[tuple[int, ...], str]]]:
    """Classes that several releases declare under one name in one place: release and layout of each."""
    found: dict[str, list[tuple[tuple[int, ...], str]]] = {}
    for declaration in shipped.types():
        if declaration.cls in _layouts():
            name = re.sub(r"^.*\.v[\d_]+\.", "", shipped.name_of(declaration))
            found.setdefault(name, []).append((_release(declaration), _layouts()[declaration.cls]))
    return {name: sorted(entries) for name, entries in found.items() if len(entries) > 1}


@pytest.mark.parametrize("name", _kin())
def test_declared_anew_only_where_it_changed(name: str):
    for (older, before), (newer, after) in itertools.combinations(_kin()[name], 2):
        assert before != after, f"{newer} declares what {older} has already"


@pytest.mark.parametrize("name", _roots())
def test_nothing_comes_from_a_later_release(name: str):
    own = tuple(map(int, name.split("/")[1].split(".")))
    other_arch = "aarch64" if name.endswith("x86_64") else "x86_64"
    classes = {kind.cls for kind in walk_kinds(_roots()[name]) if isinstance(kind, kinds.Struct)}
    for cls in classes:
        if cls.__module__.startswith("snapformat_schemas.kvm."):
            assert cls.__module__.split(".")[2] != other_arch
            continue
        found = re.search(r"\.v(\d+(?:_\d+)*)\.(\w+)$", cls.__module__)
        assert found is not None
        assert tuple(map(int, found[1].split("_"))) <= own
        assert found[2] != other_arch
