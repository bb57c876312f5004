"""Who may do what with a file that takes the place of another: owner, group, mode and POSIX access list."""

from __future__ import annotations

import errno
import os
import stat
import struct
from contextlib import suppress

from snapformat.io._places import Place

#: The extended attribute that an access list is. Its value: a version, then tag, permissions and id of each
#: entry.
_LIST = "system.posix_acl_access"
_HEAD, _ENTRY = struct.Struct("<I"), struct.Struct("<HHI")
_GROUP, _MASK, _OTHERS = 0x04, 0x10, 0x20

#: There is no list, or there can be none.
_NO_LIST = (errno.ENODATA, errno.ENOTSUP, errno.ENOSYS)
#: The list can't be had here: a file system without them, ids that a container does not know, no permission.
_REFUSED = (errno.ENOTSUP, errno.ENOSYS, errno.EINVAL, errno.EPERM, errno.EACCES)


def access_list(place: Place) -> bytes | None:
    """Return the access list of the file at a place; None where it has none beyond its mode."""
    flags = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        descriptor = os.open(place.name, os.O_RDONLY | flags, dir_fd=place.folder)
    except FileNotFoundError:  # gone meanwhile
        return None
    except PermissionError:
        descriptor = os.open(place.name, os.O_WRONLY | flags, dir_fd=place.folder)
    try:
        return _list_of(descriptor)
    finally:
        os.close(descriptor)


def take_over(descriptor: int, old: os.stat_result, old_list: bytes | None) -> None:
    """Give a new file the owner, group and permissions of the old one, as far as we may.

    Nobody gets more at any moment than they had: until the last step, only its owner may look at it.

    Args:
        descriptor: The new file, of mode 0600.
        old: State of the old file.
        old_list: Its access list, or None.
    """
    # What a folder's default list gave it: the mode has masked it so far, and the old mode would not.
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
            # Only root may give a file away, but its owner may give it to a group of theirs.
            with suppress(OSError):
                os.fchown(descriptor, -1, old.st_gid)
                group_kept = True
    if not (owner_kept and group_kept):
        # The set-id bits would now lend out another user's rights.
        mode &= 0o777
    if old_list is not None:
        mode = _put_list(descriptor, old_list if group_kept else _with_group_as_others(old_list), mode)
    elif not group_kept:
        # Another group must not get what the old one had: it gets what everyone has.
        mode = mode & ~0o070 | (mode & 0o007) << 3
    # The owner comes before the mode: chown clears the set-id bits. File systems without
    # permissions (vfat) refuse to change them, and have the same ones for all files.
    if stat.S_IMODE(os.fstat(descriptor).st_mode) != mode:
        os.fchmod(descriptor, mode)


def _list_of(descriptor: int) -> bytes | None:
    if not hasattr(os, "getxattr"):  # of Linux alone
        return None
    try:
        return os.getxattr(descriptor, _LIST)
    except OSError as error:
        if error.errno not in _NO_LIST:
            raise
        return None


def _put_list(descriptor: int, new_list: bytes, mode: int) -> int:
    """Set a file's access list; gives the mode that goes with it."""
    try:
        os.setxattr(descriptor, _LIST, new_list)
    except OSError as error:
        if error.errno not in _REFUSED:
            raise
        # The middle of the mode is the list's mask, not what the group has.
        return mode & ~0o070 | _group_permissions(new_list) << 3
    # Beside a list, the mode shows its mask, and changing one changes the other.
    return mode & ~0o777 | stat.S_IMODE(os.fstat(descriptor).st_mode) & 0o777


def _entries(of: bytes) -> list[tuple[int, int, int]]:
    return list(_ENTRY.iter_unpack(of[_HEAD.size :]))


def _group_permissions(of: bytes) -> int:
    """The group's permissions: its entry, within the mask."""
    by_tag = {tag: permissions for tag, permissions, _ in _entries(of)}
    return by_tag[_GROUP] & by_tag.get(_MASK, 0o7)


def _with_group_as_others(of: bytes) -> bytes:
    """The list for another group, which must not get what the old one had: it gets what everyone has."""
    by_tag = {tag: permissions for tag, permissions, _ in _entries(of)}
    changed = [(tag, by_tag[_OTHERS] if tag == _GROUP else may, who) for tag, may, who in _entries(of)]
    return of[: _HEAD.size] + b"".join(_ENTRY.pack(*entry) for entry in changed)
