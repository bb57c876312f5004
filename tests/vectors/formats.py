"""Snapshot formats for rows with whole files, and the operations that rows name."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import snapformat
from vectors.checks import CountingReader, world


@cache
def format_of(magic: int, version: str, payload_type: str) -> Any:
    """The format that a program of this version and magic has for this payload, by upstream's rules."""
    return snapformat.SnapshotFormat(
        name="golden",
        magic=magic,
        version=version,
        payload=world().annotation(payload_type),
        trailing="ignore",
    )


def load(form: Any, data: bytes) -> Any:
    """`load`, from a reader as in Rust."""
    return form.load(io.BytesIO(data))


def load_without_crc_check(form: Any, data: bytes) -> Any:
    """`load_without_crc_check`, from a buffer as in Rust."""
    return form.load_without_crc_check(data)


def format_version(form: Any, data: bytes) -> tuple[Any, int]:
    """`get_format_version`, from a reader: the version, and how many bytes were taken."""
    reader = CountingReader(data)
    return form.get_format_version(reader), reader.taken


def saved(snapshot: Any) -> bytes:
    """The bytes that `save` writes."""
    target = io.BytesIO()
    snapshot.save(target)
    return target.getvalue()
