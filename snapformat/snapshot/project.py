"""Project files: formats by name, in TOML.

```toml
path = ["schemas"]                 # folders with the modules below, from the folder of this file

[formats.history]                  # bare files of one type
payload = "browser:Visit"          # MODULE:NAME
encoding = "bincode1"
many = true
compression = "gzip"

[formats.saves]                    # a SnapshotFormat
format = "game:SAVES"
```

A project file names modules whose code is run. It is read only if it is named explicitly.
"""

from __future__ import annotations

import dataclasses
import os
import tomllib
from typing import TYPE_CHECKING, Any

from snapformat.bincode import Encoding
from snapformat.encodings.presets import preset
from snapformat.errors import SchemaError
from snapformat.io import read_all
from snapformat.model.declare.registry import is_reference
from snapformat.snapshot.importing import import_format, on_import_path
from snapformat.snapshot.snapshot import SnapshotFormat

if TYPE_CHECKING:
    from snapformat.encodings.bitcode.encoding import Bitcode

#: Maximum size of a project file in bytes.
MAX_PROJECT_SIZE = 1 << 20
#: Members of a format, with the class of their values.
_MEMBERS = {
    "payload": str,
    "encoding": (str, dict),
    "many": bool,
    "compression": str,
    "trailing": str,
    "max_file_size": int,
    "note": str,
}
_ENCODING = {"integers": str, "byteorder": str, "lengths": str, "tags": str, "limit": int}


def load_project(path: str | os.PathLike[str]) -> dict[str, SnapshotFormat]:
    """Read a project file, import the modules that it names, and return its formats by name.

    Args:
        path: The file.

    Raises:
        SnapshotIOError: The file can't be read.
        SchemaError: It is not a project file, or a format in it can't be used.
    """
    name = os.fsdecode(path)
    try:
        found = tomllib.loads(read_all(name, max_size=MAX_PROJECT_SIZE).decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SchemaError(f"{name} is not TOML: {error}") from error
    try:
        _check(found, {"path": list, "formats": dict}, "the file")
        folder = os.path.dirname(os.path.abspath(name))
        folders = found.get("path", [])
        if not all(isinstance(each, str) for each in folders):
            raise SchemaError("path must be a list of texts")
        with on_import_path(*(os.path.join(folder, each) for each in folders)):
            return {key: _format(key, value) for key, value in found.get("formats", {}).items()}
    except SchemaError as error:
        raise SchemaError(f"{name}: {error}") from error


def _format(name: str, given: Any) -> SnapshotFormat:
    where = f"the format {name}"
    if not isinstance(given, dict):
        raise SchemaError(f"{where} must be a table")
    if "format" in given:
        _check(given, {"format": str}, where)
        found = import_format(_reference(given["format"], where))
        if not isinstance(found, SnapshotFormat):
            raise SchemaError(f"{where}: {given['format']} is not a SnapshotFormat; name a type as `payload`")
        return dataclasses.replace(found, name=name)
    _check(given, _MEMBERS, where)
    options = dict(given)
    if "payload" not in options:
        raise SchemaError(f"{where} needs a payload or a format")
    payload = import_format(_reference(options.pop("payload"), where))
    if isinstance(payload, SnapshotFormat):
        raise SchemaError(f"{where}: {given['payload']} is a SnapshotFormat; name it as `format`")
    encoding = _encoding(options.pop("encoding", "bincode1"), where)
    try:
        return SnapshotFormat.bare(name, payload, encoding, **options)
    except ValueError as error:
        raise SchemaError(f"{where}: {error}") from error


def _reference(given: str, where: str) -> str:
    if not is_reference(given):
        raise SchemaError(f"{where}: {given!r} is not MODULE:NAME")
    return given


def _encoding(given: Any, where: str) -> Encoding | Bitcode:
    if isinstance(given, str):
        return preset(given)
    _check(given, _ENCODING, f"the encoding of {where}")
    try:
        return Encoding(**{"limit": None, **given})
    except ValueError as error:
        raise SchemaError(f"{where}: {error}") from error


def _check(given: dict[str, Any], members: dict[str, Any], where: str) -> None:
    """Refuse unknown members, and those of another class."""
    for key, value in given.items():
        if key not in members:
            raise SchemaError(f"{where} has no member {key!r}; known: {', '.join(members)}")
        wanted = members[key]
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            names = wanted if isinstance(wanted, tuple) else (wanted,)
            text = " or ".join(_NAMES[each] for each in names)
            raise SchemaError(f"{key} of {where} must be {text}")


_NAMES = {str: "text", dict: "a table", bool: "true or false", int: "an integer", list: "a list"}
