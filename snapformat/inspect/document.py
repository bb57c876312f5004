"""A snapshot as one JSON document: `{"schema", "header": {"magic", "version"}, "data"}`.

Bytes that a format keeps after its data are a fourth member, `"trailing"`, as hexadecimal text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from snapformat.errors import DecodeError, SnapshotError, excerpt
from snapformat.model.std.semver_text import parse_version
from snapformat.snapshot.reading import check_magic, check_version
from snapformat.snapshot.snapshot import Snapshot, SnapshotFormat
from snapformat.snapshot.spec import Header
from snapformat.values import from_json_data, to_json_data

_MAGIC = re.compile(r"0[xX][0-9a-fA-F]{1,16}")
_MEMBERS = {"$": ("schema", "header", "data", "trailing"), "$.header": ("magic", "version")}


def to_document(
    snapshot: Snapshot[Any], *, schema: str | None = None, serde: bool = False, decoded: bool = False
) -> dict[str, Any]:
    """The document of a snapshot, as plain data.

    Args:
        snapshot: The snapshot.
        schema: The name that finds its format again; by default the format's own.
        serde: Only what serde_json itself prints and reads back; tags are errors.
        decoded: Show bytes that hold a C struct as its fields; serde_json shows the bytes.

    Raises:
        EncodeError: The data does not fit its type, or `serde` refuses it.
    """
    format_ = snapshot.format
    data = to_json_data(
        format_.payload_kind, snapshot.data, serde=serde, decoded=decoded, limits=format_.limits
    )
    document = {
        "schema": format_.name if schema is None else schema,
        "header": {"magic": f"0x{snapshot.magic:016x}", "version": str(snapshot.version)},
        "data": data,
    }
    if snapshot.trailing:
        document["trailing"] = snapshot.trailing.hex()
    return document


def schema_of(document: Any) -> str | None:
    """The schema that a document names, or None.

    Raises:
        DecodeError: It is no document, or names something else than text.
    """
    schema = _members(document, "$").get("schema")
    if schema is not None and not isinstance(schema, str):
        raise DecodeError(
            "not a schema's name", path="$.schema", expected="text", found=type(schema).__name__
        )
    return schema


def from_document(document: Any, format: SnapshotFormat) -> Snapshot[Any]:
    """The snapshot of a document.

    Args:
        document: Plain data, as `to_document` gives it; without a header (or a part of it), the format's
            own is taken.
        format: The format.

    Raises:
        DecodeError: It is no such document, or the data does not fit the format's type.
        InvalidMagicError: The magic is not the format's.
        InvalidFormatVersionError: The format does not read this version.
    """
    members = _members(document, "$")
    if "data" not in members:
        raise DecodeError("a member is missing", path="$", expected='"data"')
    header = _header(members.get("header", {}), format)
    try:
        check_magic(format, header)
        check_version(format, header)
    except SnapshotError as error:
        # The checks are those of a file: here, there are no bytes to point at.
        error.offset = None
        raise
    data = from_json_data(format.payload_kind, members["data"], limits=format.limits)
    return Snapshot(header, data, format, _trailing(members.get("trailing", ""), format))


def _trailing(given: Any, format_: SnapshotFormat) -> bytes:
    try:
        trailing = bytes.fromhex(given)
    except (ValueError, TypeError):
        raise DecodeError(
            "not the bytes after the data",
            path="$.trailing",
            expected="hexadecimal text",
            found=excerpt(repr(given)),
        ) from None
    if trailing and format_.trailing != "keep":
        raise DecodeError("this format keeps no bytes after the data", path="$.trailing")
    return trailing


def _header(given: Any, format_: SnapshotFormat) -> Header:
    members = _members(given, "$.header")
    header = Header(format_.magic_of(), format_.supported)
    if "magic" in members:
        magic = members["magic"]
        if not isinstance(magic, str) or not _MAGIC.fullmatch(magic):
            raise DecodeError(
                "not a magic", path="$.header.magic", expected='text such as "0x0710198486640000"'
            )
        header.magic = int(magic, 16)
    if "version" in members:
        try:
            header.version = parse_version(members["version"])
        except (ValueError, TypeError) as error:
            raise DecodeError(f"not a version: {error}", path="$.header.version") from None
    return header


def _members(given: Any, path: str) -> Mapping[str, Any]:
    """An object of the document, with no members but the known."""
    known = _MEMBERS[path]
    expected = "an object of " + ", ".join(f'"{name}"' for name in known)
    if not isinstance(given, dict):
        raise DecodeError("not a snapshot's document", path=path, expected=expected)
    unknown = [name for name in given if name not in known]
    if unknown:
        raise DecodeError("an unknown member", path=path, expected=expected, found=f"{unknown[0]!r}"[:80])
    return given
