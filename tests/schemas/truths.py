"""The original's JSON of states that it writes in bitcode, and the roots they belong to."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "golden" / "bitcode" / "snapshots"

#: The root by the folder of a release or of a development state.
ROOTS = {
    "1.15.1": "snapformat_schemas.firecracker.v1_15.x86_64:MicrovmState",
    "1.16.1": "snapformat_schemas.firecracker.v1_16.x86_64:MicrovmState",
    "main-81b38b9": "schemas.main_81b38b9:MicrovmState",
}

#: The files with JSON.
TRUTHS = sorted(FOLDER.rglob("truth*.json"))


def folder_of(path: Path) -> str:
    """The folder of the release or development state that wrote a state."""
    return path.relative_to(FOLDER).parts[0]


def name_of(path: Path) -> str:
    """The name of a truth in tests."""
    return str(path.relative_to(FOLDER))
