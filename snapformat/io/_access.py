"""Copying the permissions of a replaced file: owner, group, mode and POSIX access list."""

from __future__ import annotations

import errno
import os
import stat
import struct
from contextlib import suppress

from snapformat.io._places import Place

#: The extended attribute that stores an access list: a version, then tag, permissions and id of each entry.
_LIST = "system.posix_acl_access"
_HEAD, _ENTRY = struct.Struct("<I"), struct.Struct("<HHI")
_GROUP, _MASK, _OTHERS = 0x04, 0x10, 0x20

#: The file has no list, or the file system has no lists.
_NO_LIST = (errno.ENODATA, errno.ENOTSUP, errno.ENOSYS)
#: The list can't be set: a file system without lists, ids unknown in a container, or no permission.
_REFUSED = (errno.ENOTSUP, errno.ENOSYS, errno.EINVAL, errno.EPERM, errno.EACCES)


def access_list(place: Place) -> bytes | None:
    """Return the access list of the file at a place, or None if it has only a mode."""
    flags = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        descriptor = os.open(place.name, os.O_RDONLY | flags, dir_fd=place.folder)
    except FileNotFoundError:  # deleted meanwhile
        return None
    except PermissionError:
        descriptor = os.open(place.name, os.O_WRONLY | flags, dir_fd=place.folder)
    try:
        return _list_of(descriptor)
    finally:
        os.close(descriptor)


def take_over(descriptor: int, old: os.stat_result, old_list: bytes | None) -> None:
    """Give a new file the owner, group and permissions of the old one, as far as the system allows.

    No user has more permissions at any moment than before: only the owner can read the file until the last
    step.

    Args:
        descriptor: The new file, of mode 0600.
        old: State of the old file.
        old_list: Its access list, or None.
    """
    # The list comes from the folder's default list. The mode 0600 masks it; the old mode would not.
    if _list_of(descriptor) is not None:
        os.removexattr(descriptor, _LIST)
    new = os.fstat(descriptor)
    mode = stat.S_IMODE(old.st_mode)
    owner_kept, group_kept = new.st_uid == old.st_uid, new.st_gid == old.st_gid
    if not (owner_kept and group_kept):
        try:
            os.fchown(descriptor, old.st_uid, old.st_gid)
            owner_kept = group_kept = True
        except OSError:
            # Only root may change the owner, but the owner may choose another of their groups.
            with suppress(OSError):
                os.fchown(descriptor, -1, old.st_gid)
                group_kept = True
    if not (owner_kept and group_kept):
        # The set-id bits would now grant the rights of another user.
        mode &= 0o777
    if old_list is not None:
        mode = _put_list(descriptor, old_list if group_kept else _with_group_as_others(old_list), mode)
    elif not group_kept:
        # Another group must not inherit the permissions of the old one; it gets those of others.
        mode = mode & ~0o070 | (mode & 0o007) << 3
    # The owner is set before the mode, as chown clears the set-id bits. File systems without
    # permissions (vfat) refuse chmod, and have the same mode for all files.
    if stat.S_IMODE(os.fstat(descriptor).st_mode) != mode:
        os.fchmod(descriptor, mode)


def _list_of(descriptor: int) -> bytes | None:
    if not hasattr(os, "getxattr"):  # Linux only
        return None
    try:
        return os.getxattr(descriptor, _LIST)
    except OSError as error:
        if error.errno not in _NO_LIST:
            raise
        return None


def _put_list(descriptor: int, new_list: bytes, mode: int) -> int:
    """Set the access list of a file, and return the mode to set with it."""
    try:
        os.setxattr(descriptor, _LIST, new_list)
    except OSError as error:
        if error.errno not in _REFUSED:
            raise
        # The group bits of the mode are the mask of the list, not the permissions of the group.
        return mode & ~0o070 | _group_permissions(new_list) << 3
    # With a list, the group bits of the mode are its mask: changing one changes the other.
    return mode & ~0o777 | stat.S_IMODE(os.fstat(descriptor).st_mode) & 0o777


def _entries(of: bytes) -> list[tuple[int, int, int]]:
    return list(_ENTRY.iter_unpack(of[_HEAD.size :]))


def _group_permissions(of: bytes) -> int:
    """Return the permissions of the group: its entry, restricted by the mask."""
    by_tag = {tag: permissions for tag, permissions, _ in _entries(of)}
    return by_tag[_GROUP] & by_tag.get(_MASK, 0o7)


def _with_group_as_others(of: bytes) -> bytes:
    """Return the list for another group, which gets the permissions of others."""
    by_tag = {tag: permissions for tag, permissions, _ in _entries(of)}
    changed = [(tag, by_tag[_OTHERS] if tag == _GROUP else may, who) for tag, may, who in _entries(of)]
    return of[: _HEAD.size] + b"".join(_ENTRY.pack(*entry) for entry in changed)
