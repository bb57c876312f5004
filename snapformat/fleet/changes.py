"""Changing files where they are read: what is done to each, and writing it."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field
from typing import Any

from snapformat.errors import MigrationError, SnapshotError, SnapshotIOError
from snapformat.fleet.contents import Batch, Item, fault_of, local_stamp
from snapformat.fleet.safe_names import as_text
from snapformat.inspect import max_file_size
from snapformat.inspect.edit import Editor, open_lazily
from snapformat.inspect.locations import PathError
from snapformat.inspect.selectors import parse_selector
from snapformat.io import read_all, write_all, write_new
from snapformat.migrate import find_target, migrate_file
from snapformat.model.checks import describe_exception


@dataclass(frozen=True, slots=True)
class Change:
    """The change of each file: values are set, then it is migrated.

    Attributes:
        assignments: Paths and the texts of values, as for `Editor.set_text`.
        release: The release to migrate to, or None.
        allow: Codes of the losses that are allowed.
        unproven: Whether to take steps that were not seen to work.
    """

    assignments: tuple[tuple[str, str], ...] = ()
    release: str | None = None
    allow: tuple[str, ...] = ()
    unproven: bool = False

    def check(self) -> None:
        """Check what can be checked without a file.

        Raises:
            ValueError: A path is none, there is no such release, or nothing is to be done.
        """
        for path, _ in self.assignments:
            parse_selector(path)
        if self.release is not None:
            find_target(self.release)
        if not self.assignments and self.release is None:
            raise ValueError("nothing is to be done: set values, or migrate")

    def of(self, data: bytes) -> tuple[bytes, dict[str, Any]]:
        """Return the changed bytes of a file, and what was done.

        Raises:
            SnapshotError: The file can't be loaded or migrated.
            PathError: A path chooses no part, or a value does not fit.
        """
        done: dict[str, Any] = {}
        if self.assignments:
            editor = Editor(open_lazily(data))
            for path, text in self.assignments:
                editor.set_text(path, text)
            data = editor.snapshot.to_bytes()
            done["changes"] = [[path, old, new] for path, old, new in editor.changes if old != new]
            done["warnings"] = editor.warnings
        if self.release is not None:
            found = migrate_file(data, find_target(self.release), allow=self.allow, unproven=self.unproven)
            data = found.content
            done |= {"from": found.old.name, "to": found.new.name, "report": found.report.to_plain()}
        return data, done


@dataclass(frozen=True, slots=True)
class Task:
    """Files that one task changes.

    Attributes:
        batch: The files.
        targets: The path of each result; None where the file itself is replaced.
        fs: The file system of the results; None for local files.
        most: Failures after which the rest is left alone; None for no limit.
        is_dry: Whether nothing is written.
    """

    batch: Batch
    targets: tuple[str | None, ...]
    fs: Any = field(default=None, repr=False)
    most: int | None = None
    is_dry: bool = False


def change_batch(what: Change, task: Task) -> list[dict[str, Any]]:
    """Change the files of a task; return a row for each."""
    targets = dict(zip((item.location for item in task.batch.items), task.targets, strict=True))
    rows: list[dict[str, Any]] = []
    failed = 0
    for item, data in task.batch.contents(max_file_size()):
        target = targets.get(item.location)
        if task.most is not None and failed >= task.most:
            rows.append(row_of(item, target, "left"))
            continue
        try:
            if isinstance(data, SnapshotError):
                raise data
            rows.append(_changed(what, task, item, data, target))
        except (SnapshotError, PathError) as error:
            failed += 1
            rows.append(row_of(item, target, "failed", **_why(error)))
        except Exception as error:
            failed += 1
            rows.append(row_of(item, target, "failed", error="Bug", message=describe_exception(error)))
    return rows


def not_run(task: Task, why: str) -> list[dict[str, Any]]:
    """Return the rows of a task that could not be run."""
    pairs = zip(task.batch.items, task.targets, strict=True)
    return [row_of(item, target, "failed", error="Io", message=why) for item, target in pairs]


def _changed(what: Change, task: Task, item: Item, data: bytes, target: str | None) -> dict[str, Any]:
    content, done = what.of(data)
    state = "same" if content == data else "changed"
    after = item.stamp
    if target is not None:
        if not task.is_dry:
            _create(task, target, content)
        state = "changed"
    elif state == "changed" and not task.is_dry:
        if local_stamp(os.stat(item.path)) != item.stamp:
            raise SnapshotIOError("cannot write: the file was changed meanwhile")
        write_all(item.path, content)
        after = local_stamp(os.stat(item.path))
    return row_of(item, target, state, after=[*after], **done)


def _create(task: Task, target: str, content: bytes) -> None:
    """Write a new file or key; what a killed worker has written already is as good."""
    try:
        if task.fs is None:
            write_new(target, content)
        elif task.fs.exists(target):  # not all file systems heed the mode
            raise FileExistsError
        else:
            task.fs.pipe_file(target, content, mode="create")
    except (FileExistsError, SnapshotIOError) as error:
        if not isinstance(error, FileExistsError) and error.errno != errno.EEXIST:
            raise
        if _present(task, target, len(content)) != content:
            raise SnapshotIOError("cannot create: there is another file of this name already") from None
    except Exception as error:
        raise fault_of("cannot create", error, task.batch.secrets) from None


def _present(task: Task, target: str, size: int) -> bytes:
    if task.fs is None:
        return read_all(target, max_size=max(size, max_file_size()))
    found: bytes = task.fs.cat_file(target, start=0, end=size + 1)
    return found


def row_of(item: Item, target: str | None, state: str, **more: Any) -> dict[str, Any]:
    """Return a row of the manifest."""
    return {
        "location": item.location,
        "target": None if target is None else as_text(target),
        "state": state,
        "before": [*item.stamp],
        **more,
    }


def _why(error: SnapshotError | PathError) -> dict[str, Any]:
    if not isinstance(error, SnapshotError):
        return {"error": "Path", "message": as_text(str(error))}
    found: dict[str, Any] = {"error": error.code, "path": error.path, "message": as_text(error.message)}
    if isinstance(error, MigrationError):
        found["losses"] = [each.to_plain() for each in error.losses]
    return found
