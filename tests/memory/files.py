"""Sparse files to lay over each other, where they lie, and the plain model of the result."""

from __future__ import annotations

import contextlib
import os
import random
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")


def _has_holes(folder: str) -> bool:
    """Whether a file system keeps a page of zeros between holes."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        os.ftruncate(file.fileno(), 8 * PAGE)
        os.pwrite(file.fileno(), bytes(PAGE), 2 * PAGE)
        with contextlib.suppress(OSError):
            start = os.lseek(file.fileno(), 0, os.SEEK_DATA)
            return (start, os.lseek(file.fileno(), start, os.SEEK_HOLE)) == (2 * PAGE, 3 * PAGE)
    return False


#: Folders to test in: that of temporary files, and the one in memory.
FOLDERS = [
    folder
    for folder in (tempfile.gettempdir(), "/dev/shm")
    if os.path.isdir(folder) and os.access(folder, os.W_OK) and _has_holes(folder)
]
assert FOLDERS, "no file system with holes was found"


@contextlib.contextmanager
def folder_in(place: str) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=place) as folder:
        yield Path(folder)


def make(path: Path, size: int, pieces: Iterable[tuple[int, bytes]]) -> None:
    """Write a sparse file: all but the pieces are holes."""
    with path.open("wb") as file:
        file.truncate(size)
        for offset, data in pieces:
            file.seek(offset)
            file.write(data)


def ranges(path: Path) -> list[tuple[int, int]]:
    """The ranges of data, asked for one page after the other."""
    found: list[tuple[int, int]] = []
    size = path.stat().st_size
    descriptor = os.open(path, os.O_RDONLY)
    try:
        for start in range(0, size, PAGE):
            end = min(start + PAGE, size)
            try:
                is_data = os.lseek(descriptor, start, os.SEEK_DATA) < end
            except OSError:
                break
            if is_data and found and found[-1][1] == start:
                found[-1] = found[-1][0], end
            elif is_data:
                found.append((start, end))
    finally:
        os.close(descriptor)
    return found


def laid_over(base: bytes, diff: bytes, pages: Iterable[int]) -> bytes:
    """The model: byte by byte, from the diff in the pages that it has, else from the base."""
    chosen = set(pages)
    return bytes(diff[at] if at // PAGE in chosen and at < len(diff) else base[at] for at in range(len(base)))


def random_pieces(source: random.Random, pages: Iterable[int]) -> list[tuple[int, bytes]]:
    """A page of data for each of some pages; some are all zeros, some end in zeros."""
    made = []
    for page in pages:
        content = source.choice(
            [bytes(PAGE), source.randbytes(PAGE), source.randbytes(100) + bytes(PAGE - 100)]
        )
        made.append((page * PAGE, content))
    return made
