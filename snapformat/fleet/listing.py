"""Listing files, one after the other: of folders, of object stores, of archives.

Nothing here keeps more names than one folder has; local folders and S3 keep none.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from typing import Any

from snapformat.errors import SnapshotIOError
from snapformat.fleet.contents import (
    Item,
    StrictHeader,
    fault_of,
    local_stamp,
    member_item,
    members,
    stamp_of,
)
from snapformat.fleet.safe_names import as_text, clean_url


def walk_local(folder: str) -> Iterator[Item]:
    """Iterate over the regular files below a local folder; links to folders are not followed.

    A folder that can't be read, and a link that leads nowhere, are items with a fault.
    """
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.is_file() or entry.is_symlink():
                        yield from _local_file(entry)
        except OSError as error:
            fault = fault_of("cannot list", error, frozenset()).message
            yield Item(as_text(os.path.join(here, "")), here, fault=fault)


def _local_file(entry: os.DirEntry[str]) -> Iterator[Item]:
    name = as_text(entry.path)
    try:
        if entry.is_dir():
            return  # behind a link
        size, mtime = local_stamp(entry.stat())
    except OSError as error:
        yield Item(name, entry.path, fault=fault_of("cannot read", error, frozenset()).message)
        return
    yield Item(name, entry.path, size, mtime)


def walk_remote(fs: Any, folder: str, secrets: frozenset[str]) -> Iterator[Item]:
    """Iterate over the files below a folder of a file system of fsspec."""
    if hasattr(fs, "call_s3"):
        yield from _walk_s3(fs, folder, secrets)
        return
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            for info in fs.ls(here, detail=True):
                name = str(info["name"])
                if info.get("type") == "directory":
                    if name.rstrip("/") != here.rstrip("/"):
                        waiting.append(name)
                else:
                    yield Item(location_of(fs, name), name, *stamp_of(info))
        except Exception as error:
            fault = fault_of("cannot list", error, secrets).message
            yield Item(location_of(fs, here) + "/", here, fault=fault)


def _walk_s3(fs: Any, folder: str, secrets: frozenset[str]) -> Iterator[Item]:
    """Iterate over all keys with a prefix, a page at a time: a bucket may have them in one folder."""
    bucket, key, _ = fs.split_path(folder)
    prefix = f"{key.rstrip('/')}/" if key else ""
    more: dict[str, str] = {}
    while True:
        try:
            page = fs.call_s3("list_objects_v2", Bucket=bucket, Prefix=prefix, **more)
        except Exception as error:
            fault = fault_of("cannot list", error, secrets).message
            yield Item(location_of(fs, folder) + "/", folder, fault=fault)
            return
        for found in page.get("Contents", ()):
            name = f"{bucket}/{found['Key']}"
            if not name.endswith("/"):
                stamp = stamp_of({"size": found["Size"], "LastModified": found["LastModified"]})
                yield Item(location_of(fs, name), name, *stamp)
        if not page.get("IsTruncated"):
            return
        more = {"ContinuationToken": page["NextContinuationToken"]}


def list_archive(path: str, location: str, fs: Any, secrets: frozenset[str]) -> Iterator[Item]:
    """Iterate over the files of an archive that is not compressed, by their positions."""
    try:
        with (
            open(path, "rb") if fs is None else fs.open(path, "rb") as file,
            tarfile.open(fileobj=file, mode="r:", tarinfo=StrictHeader) as tar,
        ):
            names: dict[str, int] = {}
            for member in members(tar):
                yield member_item(location, member, names)
    except (SnapshotIOError, GeneratorExit):
        raise
    except Exception as error:
        yield Item(location, path, fault=fault_of("cannot read the archive", error, secrets).message)


def location_of(fs: Any, path: str) -> str:
    """Return the name of a file in the table: its URL without credentials."""
    return as_text(clean_url(str(fs.unstrip_protocol(path))))
