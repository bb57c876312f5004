"""What is a version and what is not: Rust's semver, not Python's."""

from __future__ import annotations

import pytest
import semver

import snapformat
from snapformat.bincode import Version
from snapformat.errors import DecodeError, EncodeError
from vectors.checks import assert_bytes
from vectors.data import Row, each_row


@each_row("semver*.jsonl")
def test_version(row: Row) -> None:
    text = row["input"].encode()
    stored = len(text).to_bytes(8, "little") + text
    if not row.is_ok:
        with pytest.raises(DecodeError):
            snapformat.decode(stored, Version)
        _check_not_written(row["input"])
        return
    version, taken = snapformat.decode_prefix(stored, Version)
    assert taken == len(stored)
    assert type(version) is semver.Version
    parts = (row["major"], row["minor"], row["patch"], row["pre"], row["build"])
    got = (version.major, version.minor, version.patch, version.prerelease or "", version.build or "")
    assert tuple(map(str, got)) == parts
    assert str(version) == row["display"]
    shown = row["display"].encode()
    again = len(shown).to_bytes(8, "little") + shown
    assert_bytes(snapformat.encode(version, Version), again, "encode of the decoded version")
    made = semver.Version(*map(int, parts[:3]), row["pre"] or None, row["build"] or None)
    assert_bytes(snapformat.encode(made, Version), again, "encode of a version made from its parts")


def _check_not_written(text: str) -> None:
    """Where Python's semver is laxer than Rust's, its version must not be written either."""
    try:
        lax = semver.Version.parse(text)
    except ValueError:
        return
    with pytest.raises(EncodeError):
        snapformat.encode(lax, Version)
