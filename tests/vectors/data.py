"""Where the rows come from, and how they become pytest parameters.

Folder from SNAPFORMAT_VECTORS, else the copy in the repository. Rows are read at collection, which is cheap;
bytes given as `parts` (up to 20 MiB) are put together only inside the test that needs them. Rows with the key
`unsupported` never become tests: they are counted and printed (see `report`).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ENVIRONMENT = "SNAPFORMAT_VECTORS"
DEFAULT_FOLDER = Path(__file__).resolve().parent.parent / "golden" / "vectors"

#: The five configurations of the rows; `legacy` is bincode 1.3, which gives the bytes of `fixint_le`.
CONFIGS: dict[str, dict[str, Any]] = {
    "fixint_le": {"integers": "fixed", "byteorder": "little"},
    "varint_le": {"integers": "variable", "byteorder": "little"},
    "fixint_be": {"integers": "fixed", "byteorder": "big"},
    "varint_be": {"integers": "variable", "byteorder": "big"},
    "legacy": {"integers": "fixed", "byteorder": "little"},
}


#: What a row's `result` may be; the last names the error of a row without `error_class`.
RESULTS = ("ok", "error", "LimitExceeded")

_KEYS = """
    name note unsupported rust_type payload_type config limit op value model hex parts len file_len result
    error error_class error_debug error_display debug decode decode_error bytes_read roundtrip decoded_value
    reencoded_hex magic supported_version version file_version file_version_len arch crc crc_decimal init
    header_len payload_len writer_len written_hex bytes_before_end chunk error_at_end partial_hex input major
    minor patch pre build display length seconds profile stack_kib ok_depth crash_depth
"""
#: What rows may say. Others are printed at the end of a run: a suite may have to look at them.
KEYS = frozenset(_KEYS.split())


def folder() -> Path:
    """The folder of the vectors."""
    return Path(os.environ.get(ENVIRONMENT) or DEFAULT_FOLDER)


class Row(dict[str, Any]):
    """One line of a file, with its place for messages."""

    def __init__(self, fields: dict[str, Any], file: str, line: int) -> None:
        super().__init__(fields)
        self.file = file
        self.line = line

    @property
    def bytes(self) -> bytes:
        """The row's bytes, from `hex` or put together from `parts`."""
        if self.get("hex") is not None:
            return bytes.fromhex(self["hex"])
        return b"".join(bytes.fromhex(text) * int(times) for text, times in self["parts"])

    @property
    def is_ok(self) -> bool:
        """Whether Rust succeeded; a result that is not known fails."""
        assert self["result"] in RESULTS, f"unknown: result = {self['result']!r}"
        return bool(self["result"] == "ok")

    @property
    def id(self) -> str:
        named = self.get("name", self.get("input", ""))
        parts = [named, *(self.get(key) for key in ("config", "limit", "op"))]
        text = "-".join(str(part) for part in parts if part is not None)
        shown = re.sub(r"[^\x20-\x7e]", lambda match: f"u{ord(match.group()):x}", text)
        if len(shown) > 70:
            shown = f"{shown[:60]}..."
        return f"{self.file.removesuffix('.jsonl')}:{self.line}:{shown}"


@cache
def rows(file: str) -> tuple[Row, ...]:
    """All rows of one file, unsupported ones included."""
    with open(folder() / file, encoding="utf-8") as lines:
        return tuple(Row(json.loads(line), file, n) for n, line in enumerate(lines, 1) if line.strip())


def files(pattern: str = "*.jsonl") -> list[str]:
    """Names of the files that match, sorted."""
    return sorted(path.name for path in folder().glob(pattern))


def supported(pattern: str) -> Iterator[Row]:
    """The rows to run of all files that match."""
    for file in files(pattern):
        yield from (row for row in rows(file) if "unsupported" not in row)


def each_row(*patterns: str) -> pytest.MarkDecorator:
    """Parametrize a test with every row to run of the files that match one of the patterns."""
    found = [row for pattern in patterns for row in supported(pattern)]
    return pytest.mark.parametrize("row", found, ids=[row.id for row in found])
