"""`snapformat schemas`: list the installed formats."""

from __future__ import annotations

import click

from snapformat.cli._output import show_table
from snapformat.cli._same_file import Command
from snapformat.snapshot import SnapshotFormat
from snapformat.snapshot.catalogue import formats


@click.command(
    "schemas",
    cls=Command,
    examples=("snapformat schemas",),
)
def command() -> None:
    """List the installed schemas: name, magic by architecture, version, class of the data."""
    rows = [
        (
            format_.name,
            _magics(format_),
            "-" if format_.is_bare else str(format_.version),
            _payload(format_.payload),
        )
        for format_ in formats().values()
    ]
    show_table(("name", "magic", "version", "data"), rows)


def _magics(format_: SnapshotFormat) -> str:
    magics = format_.magics.items()
    return ",".join(f"{arch}=0x{magic:016x}" if arch else f"0x{magic:016x}" for arch, magic in magics) or "-"


def _payload(payload: object) -> str:
    if payload is None:
        return "-"
    if isinstance(payload, type):
        return f"{payload.__module__}:{payload.__qualname__}"
    return payload if isinstance(payload, str) else repr(payload)
