"""Laying a diff memory file over the full one it was taken after, in place or into a new file.

Firecracker writes a diff snapshot's memory as a sparse file: pages that changed are data, all others are
holes. What is data replaces the same bytes of the base, zeros too; what is a hole leaves them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

from snapformat.errors import SnapshotIOError
from snapformat.io import Closing, SparseFile, write_sparse

#: Size of the buffer: bytes that are read and written at once.
CHUNK = 1 << 20
#: Pages of a guest are as large as the host's, or larger.
_PAGE = os.sysconf("SC_PAGE_SIZE")

_PARTLY_WRITTEN = "the base is partly written; the same call, repeated, completes it"


class Rebase(Closing):
    """A diff about to be laid over its base: a context manager that holds both files open, and locked.

    Nothing is written until `run`.

    Example:
        ```python
        with Rebase("vm.mem", "vm.diff") as rebase:
            print(f"{rebase.data_bytes} bytes in {rebase.ranges} ranges")
            rebase.run()
        ```

    Args:
        base: Path of the full memory file, which is written in place if there is no `output`.
        diff: Path of the diff, which is only read.
        output: Path of the file that is written, atomically and with the holes of both.
        dense: Take a diff of which the holes are lost: one without any, or one whose file system stores data
            in units larger than a page.

    Attributes:
        base_bytes: Size of the base.
        diff_bytes: Size of the diff.
        data_bytes: Number of bytes of the diff that will be written.
        ranges: Number of ranges that these are.
        total_bytes: Number of bytes that will be written in all; with an `output`, those of the base too.
        new_bytes: Number of bytes that space is needed for; in place, those of the diff that are holes in the
            base.
        warnings: Sentences about what is unusual.

    Raises:
        SnapshotIOError: A file can't be opened, is not a regular file, or is locked by another program; both
            are the same file; the diff is longer than the base; its holes are lost; or the disk has not
            enough space for `new_bytes`.
    """

    def __init__(
        self,
        base: str | os.PathLike[str],
        diff: str | os.PathLike[str],
        *,
        output: str | os.PathLike[str] | None = None,
        dense: bool = False,
    ) -> None:
        self.data_bytes: int = 0
        self.ranges: int = 0
        self.warnings: list[str] = []
        with ExitStack() as files:
            # The base comes last: nothing of it is opened if there is no diff.
            self._diff = files.enter_context(SparseFile(diff))
            self._base = files.enter_context(SparseFile(base, writable=output is None))
            self.base_bytes: int = self._base.size
            self.diff_bytes: int = self._diff.size
            self._check_sizes()
            self._base.lock(shared=output is not None)
            self._diff.lock(shared=True)
            self._check_holes(dense)
            self._output = output
            self._count()
            if output is None:
                self._check_space(self._base)
            self._files = files.pop_all()

    def _check_sizes(self) -> None:
        base, diff = self._base, self._diff
        if base.is_same_file(diff):
            raise SnapshotIOError(f"the base and the diff are the same file ({base.name})", file=diff.name)
        if diff.size > base.size:
            raise SnapshotIOError(
                "the diff is longer than its base",
                expected=f"at most {base.size} bytes",
                found=str(diff.size),
                file=diff.name,
            )
        if diff.size < base.size:
            self.warnings.append(
                f"the diff is {base.size - diff.size} bytes shorter than the base; those of Firecracker have"
                " the same size, so it may be cut off, or of another machine"
            )

    def _check_holes(self, dense: bool) -> None:
        """Count what is data, and refuse a diff of which the holes are lost."""
        unit = self._diff.block_size
        is_coarse = unit > _PAGE
        for start, end in self._diff.data_ranges():
            self.data_bytes += end - start
            self.ranges += 1
            is_coarse = is_coarse and not start % unit and (not end % unit or end == self._diff.size)
        if dense:
            return
        if self.data_bytes == self._diff.size:
            raise SnapshotIOError(
                "the diff has no holes, so all of it would be written over the base: probably a copy or a"
                " file system lost them",
                file=self._diff.name,
                hint="--dense, or dense=True, if every page did change",
            )
        if is_coarse and self.ranges:
            raise SnapshotIOError(
                f"the file system of the diff stores data in units of {unit} bytes, so unchanged pages beside"
                " changed ones would be written over the base, as zeros",
                file=self._diff.name,
                hint="--dense, or dense=True, if all pages of these units did change",
            )

    def _count(self) -> None:
        """Count the bytes that are written, and those that need space."""
        in_base = sum(end - start for start, end in self._base.data_ranges())
        common = sum(
            end - start for start, end in _common(self._base.data_ranges(), self._diff.data_ranges())
        )
        copied = 0 if self._output is None else in_base
        self.total_bytes: int = copied + self.data_bytes
        self.new_bytes: int = self.total_bytes - common

    def _check_space(self, target: SparseFile) -> None:
        """Refuse to begin what a full disk would interrupt."""
        free = target.free_bytes()
        if free is not None and self.new_bytes > free:
            raise SnapshotIOError(
                "the disk has not enough space",
                expected=f"{self.new_bytes} bytes free",
                found=str(free),
                file=target.name,
            )

    def close(self) -> None:
        """Close both files, which releases their locks."""
        self._files.close()

    def run(self, progress: Callable[[int], object] | None = None) -> None:
        """Write the diff over the base, or both to the output, and wait until that is on the disk.

        In place, this is not atomic. If it is interrupted in any way, every byte of the base is the old or
        the new one, and the same rebase, run again, has the result that this one would have had. An output
        is there as a whole or not at all.

        Args:
            progress: Is called with the number of bytes after each piece that was written; of `total_bytes`.

        Raises:
            SnapshotIOError: Reading or writing failed, or a file was changed meanwhile.
        """
        if self._output is not None:
            write_sparse(self._output, partial(self._fill, progress))
            return
        try:
            _copy(self._diff, self._base, progress)
            self._base.sync()
            self._check_unchanged(self._diff)
        except SnapshotIOError as error:
            error.hint = error.hint or _PARTLY_WRITTEN
            raise

    def _fill(self, progress: Callable[[int], object] | None, target: SparseFile) -> None:
        """Write both files to a new one, which others can read only if they can read the base."""
        target.restrict(self._base)
        self._check_space(target)
        target.resize(self.base_bytes)
        _copy(self._base, target, progress)
        _copy(self._diff, target, progress)
        self._check_unchanged(self._base)
        self._check_unchanged(self._diff)

    def _check_unchanged(self, file: SparseFile) -> None:
        if file.has_changed():
            which = "diff" if file is self._diff else "base"
            raise SnapshotIOError(f"the {which} was changed while it was read", file=file.name)


def _copy(source: SparseFile, target: SparseFile, progress: Callable[[int], object] | None) -> None:
    """Write the data of a file, and not its holes, to the same place in another."""
    buffer = memoryview(bytearray(CHUNK))
    for start, end in source.data_ranges():
        for offset in range(start, end, CHUNK):
            piece = buffer[: min(CHUNK, end - offset)]
            source.read_into(piece, offset)
            target.write(piece, offset)
            if progress is not None:
                progress(len(piece))


def _common(left: Iterator[tuple[int, int]], right: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Iterate over what two sequences of ranges have in common; both are in order."""
    nothing = (-1, -1)
    one, two = next(left, nothing), next(right, nothing)
    while one != nothing and two != nothing:
        start, end = max(one[0], two[0]), min(one[1], two[1])
        if start < end:
            yield start, end
        if one[1] <= two[1]:
            one = next(left, nothing)
        else:
            two = next(right, nothing)


def rebase(
    base: str | os.PathLike[str],
    diff: str | os.PathLike[str],
    *,
    output: str | os.PathLike[str] | None = None,
    dense: bool = False,
    progress: Callable[[int], object] | None = None,
) -> int:
    """Lay a diff memory file over its base, in place or into a new file; see `Rebase`.

    Args:
        base: Path of the full memory file.
        diff: Path of the diff.
        output: Path of the file that is written; the base by default.
        dense: Take a diff of which the holes are lost.
        progress: Is called with the number of bytes after each piece that was written.

    Returns:
        The number of bytes of the diff that were written.

    Raises:
        SnapshotIOError: As `Rebase` and its `run`.
    """
    with Rebase(base, diff, output=output, dense=dense) as prepared:
        prepared.run(progress)
        return prepared.data_bytes
