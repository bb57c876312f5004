"""A snapshot as one JSON document: `{"schema", "header": {"magic", "version"}, "data"}`.

The document of a bare file has no header. Trailing bytes that a format keeps are a fourth member,
`"trailing"`, as hexadecimal text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from snapformat.encodings.json.format import Json
from snapformat.errors import DecodeError, SnapshotError, excerpt
from snapformat.model.std.semver_text import parse_version
from snapformat.snapshot.checks import check_magic, check_version
from snapformat.snapshot.header import NO_HEADER, Header
from snapformat.snapshot.snapshot import Snapshot, SnapshotFormat

_MAGIC = re.compile(r"0[xX][0-9a-fA-F]{1,16}")
_MEMBERS = {"$": ("schema", "header", "data", "trailing"), "$header": ("magic", "version")}


def to_document(
    snapshot: Snapshot[Any],
    *,
    schema: str | None = None,
    serde: bool = False,
    decoded: bool = False,
    portable: bool = False,
) -> dict[str, Any]:
    """Convert a snapshot to a document of plain data.

    Args:
        snapshot: The snapshot.
        schema: The name under which its format is found again; by default the format's own.
        serde: Use the exact form of serde_json, and refuse values that it can't restore.
        decoded: Represent bytes that hold a C struct by its fields; serde_json prints the bytes.
        portable: Represent integers beyond 2^53 as text, since many tools for JSON would round them.

    Raises:
        EncodeError: The data does not fit its type, or `serde` refuses it.
    """
    format_ = snapshot.format
    data = Json(serde, decoded, portable).write(
        format_.payload_kind, snapshot.data, limits=format_.all_limits
    )
    document: dict[str, Any] = {"schema": format_.name if schema is None else schema}
    if not format_.is_bare:
        document["header"] = {"magic": f"0x{snapshot.magic:016x}", "version": str(snapshot.version)}
    document["data"] = data
    if snapshot.trailing:
        document["trailing"] = snapshot.trailing.hex()
    return document


def schema_of(document: Any) -> str | None:
    """Return the schema that a document names, or None.

    Raises:
        DecodeError: It is not a document, or the name is not text.
    """
    schema = _members(document, "$").get("schema")
    if schema is not None and not isinstance(schema, str):
        raise DecodeError(
            "not the name of a schema", path="$.schema", expected="text", found=type(schema).__name__
        )
    return schema


def from_document(document: Any, format: SnapshotFormat) -> Snapshot[Any]:
    """Make a snapshot from a document.

    Args:
        document: Plain data, as `to_document` returns it. A missing header, or a missing member of it, is
            filled in from the format.
        format: The format.

    Raises:
        DecodeError: It is not such a document, or the data does not fit the format's type.
        InvalidMagicError: The magic is not one of the format's.
        InvalidFormatVersionError: The format does not read this version.
    """
    members = _members(document, "$")
    if "data" not in members:
        raise DecodeError("missing member", path="$", expected='"data"')
    if format.is_bare and "header" in members:
        raise DecodeError("files of this format have no header", path="$.header")
    header = NO_HEADER if format.is_bare else _header(members.get("header", {}), format)
    try:
        check_magic(format, header)
        check_version(format, header)
    except SnapshotError as error:
        # The checks are those of a file; a document has no offsets.
        error.offset = None
        raise
    format = format.at(header.version)
    data = Json().read(format.payload_kind, members["data"], limits=format.all_limits)
    return Snapshot(header, data, format, _trailing(members.get("trailing", ""), format))


def _trailing(given: Any, format_: SnapshotFormat) -> bytes:
    try:
        trailing = bytes.fromhex(given)
    except (ValueError, TypeError):
        raise DecodeError(
            "not trailing bytes",
            path="$.trailing",
            expected="hexadecimal text",
            found=excerpt(repr(given)),
        ) from None
    if trailing and format_.trailing != "keep":
        raise DecodeError("this format does not keep trailing bytes", path="$.trailing")
    return trailing


def _header(given: Any, format_: SnapshotFormat) -> Header:
    members = _members(given, "$header")
    header = Header(format_.magic_of(), format_.supported)
    if "magic" in members:
        magic = members["magic"]
        if not isinstance(magic, str) or not _MAGIC.fullmatch(magic):
            raise DecodeError(
                "not a magic", path="$header.magic", expected='text such as "0x0710198486640000"'
            )
        header.magic = int(magic, 16)
    if "version" in members:
        try:
            header.version = parse_version(members["version"])
        except (ValueError, TypeError) as error:
            raise DecodeError(f"not a version: {error}", path="$header.version") from None
    return header


def _members(given: Any, path: str) -> Mapping[str, Any]:
    """Return the members of an object of the document, or refuse it if one is unknown."""
    known = _MEMBERS[path]
    expected = "an object of " + ", ".join(f'"{name}"' for name in known)
    if not isinstance(given, dict):
        raise DecodeError("not the document of a snapshot", path=path, expected=expected)
    unknown = [name for name in given if name not in known]
    if unknown:
        raise DecodeError("unknown member", path=path, expected=expected, found=f"{unknown[0]!r}"[:80])
    return given
