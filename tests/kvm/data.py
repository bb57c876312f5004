"""Bytes of real snapshots: those in the repository, and whole files where they are at hand.

The copies in `golden/kvm` are from files that Firecracker itself wrote (x86_64, an AMD host) or that its own
code encoded (aarch64, with made-up register values). Whole files are those of the snapshot suite.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from kvm.blobs import blobs, class_of, format_of
from snapformat import decode
from snapformat.model.kinds import Blob
from snapshots.data import files

_GOLDEN = Path(__file__).resolve().parent.parent / "golden"
COPIES = sorted((_GOLDEN / "kvm").glob("*.json"))
REGISTERS = _GOLDEN / "kvm" / "1.14.4-aarch64-regs.tsv"


class Stored(NamedTuple):
    """Bytes of a field: where they are from, and what they should be."""

    path: str
    general: str
    blob: Blob
    data: bytes


@cache
def copy(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((_GOLDEN / "kvm" / f"{name}.json").read_text())
    return loaded


def stored(name: str) -> Iterator[Stored]:
    """All blobs of a copy."""
    given = copy(name)
    table = blobs(format_of(given["release"], given["architecture"]))
    for path, value in given["blobs"].items():
        entries = value if isinstance(value, list) else [value]
        general = re.sub(r"(vcpu_states|saved_msrs)\[\d+\]", r"\1[]", path)
        general += "[]" * isinstance(value, list)
        for index, entry in enumerate(entries):
            where = f"{path}[{index}]" if isinstance(value, list) else path
            yield Stored(where, general, table[general], bytes.fromhex(entry))


def one(name: str, path: str) -> Any:
    """The decoded value of a single blob of a copy."""
    (found,) = (item for item in stored(name) if item.path == path)
    return decode(found.data, class_of(found.blob))


def several(name: str, path: str) -> list[Any]:
    """The decoded values of a list of blobs of a copy."""
    return [
        decode(item.data, class_of(item.blob)) for item in stored(name) if item.path.startswith(path + "[")
    ]


def real_files() -> list[Path]:
    """JSON of whole files, as the original wrote it."""
    return files("truth*.json")


def blobs_of(file: Path) -> Iterator[Stored]:
    """All blobs of a whole file."""
    state = json.loads(file.read_text())
    arch = "aarch64" if "gic" in state["vm_state"] else "x86_64"
    for path, blob in blobs(format_of(file.parents[1].name, arch)).items():
        for data in _values(state, re.findall(r"\[\]|\w+", path)):
            yield Stored(path, path, blob, bytes(data))


def _values(value: Any, steps: list[str]) -> Iterator[Any]:
    if not steps:
        yield value
        return
    step, *rest = steps
    if step == "[]":
        for item in value:
            yield from _values(item, rest)
    else:
        yield from _values(value[int(step)] if step.isdigit() else value[step], rest)
