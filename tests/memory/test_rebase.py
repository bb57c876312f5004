"""Laying a diff over its base, against a model that knows no files."""

from __future__ import annotations

import errno
import itertools
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from memory.files import FOLDERS, PAGE, folder_in, laid_over, make, random_pieces, ranges
from snapformat import SnapshotIOError
from snapformat.io import SparseFile
from snapformat.memory import Rebase, rebase

GIB = 1 << 30


@pytest.fixture(params=FOLDERS)
def folder(request: pytest.FixtureRequest) -> Iterator[Path]:
    with folder_in(request.param) as made:
        yield made


def pair(folder: Path, base: bytes, size: int, pieces: list[tuple[int, bytes]]) -> tuple[Path, Path]:
    (folder / "base").write_bytes(base)
    make(folder / "diff", size, pieces)
    return folder / "base", folder / "diff"


@pytest.mark.parametrize("seed", range(25))
def test_random_files(folder: Path, seed: int, monkeypatch: pytest.MonkeyPatch):
    source = random.Random(seed)
    monkeypatch.setattr("snapformat.memory.rebasing.CHUNK", source.choice([PAGE, 3 * PAGE, 1000, 1 << 20]))
    count = source.randrange(2, 24)
    tail = source.choice([0, 0, 1, PAGE - 1])
    size = count * PAGE + tail
    changed = sorted(source.sample(range(count), source.randrange(count)))
    pieces = random_pieces(source, changed)
    if tail and source.random() < 0.5:
        changed.append(count)
        pieces.append((count * PAGE, source.randbytes(tail)))
    bases = random_pieces(source, source.sample(range(count), source.randrange(count)))
    base, diff = folder / "base", folder / "diff"
    make(base, size + source.choice([0, PAGE, 5]), bases)
    make(diff, size, pieces)
    wanted = laid_over(base.read_bytes(), diff.read_bytes(), changed)
    with_data = {page for start, end in ranges(base) for page in range(start // PAGE, -(-end // PAGE))}
    before = diff.read_bytes()
    with Rebase(base, diff) as prepared:
        new = prepared.new_bytes
    written = rebase(base, diff)
    assert written == sum(len(data) for _, data in pieces)
    assert new == sum(len(data) for at, data in pieces if at // PAGE not in with_data)
    assert base.read_bytes() == wanted
    assert diff.read_bytes() == before
    now = {page for start, end in ranges(base) for page in range(start // PAGE, -(-end // PAGE))}
    assert now == with_data | set(changed)  # zeros are data, and nothing else is
    rebase(base, diff)
    assert base.read_bytes() == wanted


def test_above_4_gib(folder: Path):
    """Of files of 9 GiB with few pages, all of these and all holes are looked at."""
    size = 9 * GIB
    offsets = [0, 4 * GIB - PAGE, 4 * GIB, 4 * GIB + PAGE, 6 * GIB + 5 * PAGE, size - PAGE]
    base, diff = folder / "base", folder / "diff"
    make(base, size, [(at, b"\xaa" * PAGE) for at in (*offsets, 5 * GIB)])
    make(diff, size, [(at, bytes(PAGE) if at == 4 * GIB else b"\xbb" * PAGE) for at in offsets])
    assert rebase(base, diff) == len(offsets) * PAGE
    assert base.stat().st_size == size
    with base.open("rb") as file:
        for at in (*offsets, 5 * GIB):
            file.seek(at)
            wanted = b"\xaa" if at == 5 * GIB else b"\0" if at == 4 * GIB else b"\xbb"
            assert file.read(PAGE) == wanted * PAGE
        found, position = [], 0
        while position < size:
            start = os.lseek(file.fileno(), position, os.SEEK_DATA)
            position = os.lseek(file.fileno(), start, os.SEEK_HOLE)
            found.append((start, position))
    assert found == [
        (0, PAGE),
        (4 * GIB - PAGE, 4 * GIB + 2 * PAGE),
        (5 * GIB, 5 * GIB + PAGE),
        (6 * GIB + 5 * PAGE, 6 * GIB + 6 * PAGE),
        (size - PAGE, size),
    ]


def test_two_diffs_make_one(folder: Path):
    """A diff can be laid over a diff; its zeros stay data."""
    first, second, full = folder / "first", folder / "second", folder / "full"
    make(first, 8 * PAGE, [(0, b"1" * PAGE), (2 * PAGE, b"1" * PAGE)])
    make(second, 8 * PAGE, [(2 * PAGE, bytes(PAGE)), (4 * PAGE, bytes(PAGE))])
    full.write_bytes(b"0" * 8 * PAGE)
    rebase(first, second)
    assert ranges(first) == [(0, PAGE), (2 * PAGE, 3 * PAGE), (4 * PAGE, 5 * PAGE)]
    rebase(full, first)
    expected = [b"1", b"0", b"\0", b"0", b"\0", b"0", b"0", b"0"]
    assert full.read_bytes() == b"".join(each * PAGE for each in expected)


def test_what_will_be_written(folder: Path):
    base, diff = pair(folder, b"a" * 8 * PAGE, 8 * PAGE, [(PAGE, b"b" * PAGE), (5 * PAGE, bytes(2 * PAGE))])
    steps: list[int] = []
    with Rebase(base, diff) as prepared:
        assert (prepared.base_bytes, prepared.diff_bytes) == (8 * PAGE, 8 * PAGE)
        assert (prepared.data_bytes, prepared.ranges, prepared.warnings) == (3 * PAGE, 2, [])
        assert base.read_bytes() == b"a" * 8 * PAGE
        prepared.run(steps.append)
    assert steps == [PAGE, 2 * PAGE]
    assert base.read_bytes()[PAGE : 2 * PAGE] == b"b" * PAGE


def refusal(base: Path, diff: Path, *, dense: bool = False) -> SnapshotIOError:
    """The error for a pair that is refused; neither file changes."""
    files = [each for each in (base, diff) if each.is_file()]
    before = [(each.read_bytes(), each.stat().st_mtime_ns) for each in files]
    with pytest.raises(SnapshotIOError) as caught:
        rebase(base, diff, dense=dense)
    assert [(each.read_bytes(), each.stat().st_mtime_ns) for each in files] == before
    return caught.value


def test_no_holes(folder: Path):
    base, diff = pair(folder, b"a" * 4 * PAGE, 4 * PAGE, [(0, bytes(4 * PAGE))])
    error = refusal(base, diff)
    assert "has no holes" in str(error)
    assert "--dense" in str(error)
    assert error.file == str(diff)
    assert rebase(base, diff, dense=True) == 4 * PAGE
    assert base.read_bytes() == bytes(4 * PAGE)


def test_an_empty_diff_has_no_holes(folder: Path):
    base, diff = pair(folder, b"a" * PAGE, 0, [])
    assert "has no holes" in str(refusal(base, diff))
    assert rebase(base, diff, dense=True) == 0


def test_a_diff_of_holes_alone(folder: Path):
    base, diff = pair(folder, b"a" * 4 * PAGE, 4 * PAGE, [])
    assert rebase(base, diff) == 0
    assert base.read_bytes() == b"a" * 4 * PAGE


def test_dense_keeps_holes(folder: Path):
    base, diff = pair(folder, b"a" * 4 * PAGE, 4 * PAGE, [(PAGE, b"b" * PAGE)])
    assert rebase(base, diff, dense=True) == PAGE
    assert base.read_bytes() == b"a" * PAGE + b"b" * PAGE + b"a" * 2 * PAGE


@pytest.mark.parametrize(("start", "end", "is_refused"), [(0, 4, True), (8, 16, True), (4, 5, False)])
def test_a_file_system_with_large_units(
    folder: Path, monkeypatch: pytest.MonkeyPatch, start: int, end: int, is_refused: bool
):
    """Where whole units are data, zeros around changed pages can't be told from pages of zeros."""
    base, diff = pair(folder, b"a" * 16 * PAGE, 16 * PAGE, [(start * PAGE, b"b" * (end - start) * PAGE)])

    class InUnits(SparseFile):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.block_size = 4 * PAGE

    monkeypatch.setattr("snapformat.memory.rebasing.SparseFile", InUnits)
    if is_refused:
        assert f"units of {4 * PAGE} bytes" in str(refusal(base, diff))
    assert rebase(base, diff, dense=is_refused) == (end - start) * PAGE


def test_the_same_file(folder: Path):
    base, diff = pair(folder, b"a" * 4 * PAGE, 4 * PAGE, [(PAGE, b"b" * PAGE)])
    (folder / "soft").symlink_to(diff)
    (folder / "hard").hardlink_to(diff)
    for other in (diff, folder / "soft", folder / "hard", Path(f"{folder}/../{folder.name}/diff")):
        assert "are the same file" in str(refusal(other, diff))
        assert "are the same file" in str(refusal(diff, other, dense=True))
    (folder / "link").symlink_to(base)
    assert rebase(folder / "link", folder / "soft") == PAGE
    assert base.read_bytes()[PAGE : 2 * PAGE] == b"b" * PAGE


def test_a_longer_diff(folder: Path):
    base, diff = pair(folder, b"a" * 4 * PAGE, 4 * PAGE + 1, [(PAGE, b"b" * PAGE)])
    error = refusal(base, diff)
    assert "longer than its base" in str(error)
    assert (error.expected, error.found) == (f"at most {4 * PAGE} bytes", str(4 * PAGE + 1))
    refusal(base, diff, dense=True)


def test_a_shorter_diff_is_warned_of(folder: Path):
    base, diff = pair(folder, b"a" * 4 * PAGE, 3 * PAGE, [(2 * PAGE, b"b" * PAGE)])
    with Rebase(base, diff) as prepared:
        (warning,) = prepared.warnings
        assert f"{PAGE} bytes shorter" in warning
        prepared.run()
    assert base.read_bytes() == b"a" * 2 * PAGE + b"b" * PAGE + b"a" * PAGE


def test_what_is_no_regular_file(folder: Path):
    base, diff = pair(folder, b"a" * 4 * PAGE, 4 * PAGE, [(PAGE, b"b" * PAGE)])
    os.mkfifo(folder / "pipe")
    for other in (folder, folder / "pipe", Path("/dev/null"), Path("/proc/self/fd/0").resolve().parent):
        assert "not a regular file" in str(refusal(base, other))
        assert "not a regular file" in str(refusal(other, diff))
    for name, number in {"missing": errno.ENOENT, "a\0b": errno.EINVAL}.items():
        assert refusal(base, folder / name).errno == number
    (folder / "nowhere").symlink_to("missing")
    assert refusal(folder / "nowhere", diff).errno == errno.ENOENT
    assert not (folder / "missing").exists()


_LOCKER = """
import fcntl, os, struct, sys
path, kind, exclusive = sys.argv[1], sys.argv[2], sys.argv[3] == "True"
descriptor = os.open(path, os.O_RDWR)
if kind == "flock":
    fcntl.flock(descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
elif kind == "process":
    fcntl.lockf(descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH, 10, 100)
else:
    which = fcntl.F_WRLCK if exclusive else fcntl.F_RDLCK
    fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, struct.pack("hhqqi0q", which, os.SEEK_SET, 7, 1, 0))
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("kind", ["flock", "process", "open file"])
@pytest.mark.parametrize("exclusive", [True, False])
def test_a_locked_base(folder: Path, kind: str, exclusive: bool):
    base, diff = pair(folder, b"a" * 4 * PAGE, 4 * PAGE, [(PAGE, b"b" * PAGE)])
    command = [sys.executable, "-c", _LOCKER, str(base), kind, str(exclusive)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as locker:
        assert locker.stdout is not None
        assert locker.stdout.readline() == b"locked\n"
        error = refusal(base, diff)
        assert str(error) == f"{base}: it is locked by another program"
        assert error.errno in (errno.EAGAIN, errno.EACCES)
        locker.communicate()
    assert rebase(base, diff) == PAGE


def test_two_at_once(folder: Path):
    """A second rebase of the same base waits for nothing: it is refused; one of the same diff is not."""
    base, diff = pair(folder, b"a" * 4 * PAGE, 4 * PAGE, [(PAGE, b"b" * PAGE)])
    (folder / "other").write_bytes(b"a" * 4 * PAGE)
    with Rebase(base, diff) as first:
        assert "locked by another" in str(refusal(base, diff))
        assert rebase(folder / "other", diff) == PAGE
        assert "locked by another" in str(refusal(diff, folder / "other", dense=True))
        first.run()
    assert base.read_bytes() == (folder / "other").read_bytes()


def test_a_diff_that_changes_meanwhile(folder: Path, monkeypatch: pytest.MonkeyPatch):
    base, diff = pair(folder, b"a" * 8 * PAGE, 8 * PAGE, [(PAGE, b"b" * PAGE), (3 * PAGE, b"c" * PAGE)])

    def cut(_: int) -> None:
        os.truncate(diff, 2 * PAGE)

    with (
        Rebase(base, diff) as prepared,
        pytest.raises(SnapshotIOError, match=r"changed while|shorter") as caught,
    ):
        prepared.run(cut)
    assert "partly written" in str(caught.value)


def test_interrupted_by_an_exception(folder: Path):
    """What the progress raises passes through, as Ctrl-C would; another rebase completes it."""
    base, diff = pair(folder, b"a" * 8 * PAGE, 8 * PAGE, [(PAGE, b"b" * PAGE), (3 * PAGE, b"c" * PAGE)])

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with Rebase(base, diff) as prepared, pytest.raises(KeyboardInterrupt):
        prepared.run(interrupt)
    assert base.read_bytes() == b"a" * PAGE + b"b" * PAGE + b"a" * 6 * PAGE
    rebase(base, diff)
    assert base.read_bytes() == b"a" * PAGE + b"b" * PAGE + b"a" * PAGE + b"c" * PAGE + b"a" * 4 * PAGE


_LIMITED = """
import resource, sys
from snapformat import SnapshotIOError
from snapformat.memory import rebase
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
try:
    rebase(sys.argv[1], sys.argv[2])
except SnapshotIOError as error:
    print(error)
"""


def test_a_disk_that_takes_no_more(folder: Path):
    base, diff = pair(folder, b"a" * 8 * PAGE, 8 * PAGE, [(PAGE, b"b" * PAGE), (3 * PAGE, b"c" * 2 * PAGE)])
    command = [sys.executable, "-c", _LIMITED, str(base), str(diff), str(4 * PAGE)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    message = done.stdout.decode()
    assert message.startswith(f"{base}: cannot write: File too large - offset {4 * PAGE} ")
    assert "partly written" in message
    assert base.read_bytes() == b"a" * PAGE + b"b" * PAGE + b"a" * PAGE + b"c" * PAGE + b"a" * 4 * PAGE
    rebase(base, diff)
    assert base.read_bytes() == b"a" * PAGE + b"b" * PAGE + b"a" * PAGE + b"c" * 2 * PAGE + b"a" * 3 * PAGE


@pytest.mark.parametrize(("free", "is_refused"), [(PAGE - 1, True), (PAGE, False), (None, False)])
def test_a_full_disk_is_found_before_anything_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, free: int | None, is_refused: bool
):
    """Only pages that are holes in the base need space."""
    base, diff = folder / "base", folder / "diff"
    make(base, 8 * PAGE, [(0, b"a" * 2 * PAGE), (6 * PAGE, b"a" * 2 * PAGE)])
    make(diff, 8 * PAGE, [(PAGE, b"b" * 2 * PAGE), (7 * PAGE, b"c" * PAGE)])
    monkeypatch.setattr(SparseFile, "free_bytes", lambda self: free)
    if is_refused:
        error = refusal(base, diff)
        assert (error.expected, error.found) == (f"{PAGE} bytes free", str(PAGE - 1))
        assert "not enough space" in str(error)
        assert error.file == str(base)
    else:
        with Rebase(base, diff) as prepared:
            assert (prepared.data_bytes, prepared.new_bytes) == (3 * PAGE, PAGE)
            prepared.run()


def test_free_space(folder: Path, monkeypatch: pytest.MonkeyPatch):
    base, _ = pair(folder, b"a" * PAGE, PAGE, [])
    with SparseFile(base) as file:
        free = file.free_bytes()
        assert free is not None
        assert free > 0

        def unknown(_: int) -> os.statvfs_result:
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

        monkeypatch.setattr(os, "fstatvfs", unknown)
        assert file.free_bytes() is None


@pytest.mark.parametrize("seed", range(10))
def test_into_a_new_file(folder: Path, seed: int):
    """The base stays, and only what is a hole in both files is one in the new file."""
    source = random.Random(seed)
    count = source.randrange(2, 24)
    in_base, changed = (sorted(source.sample(range(count), source.randrange(count))) for _ in range(2))
    base, diff, output = folder / "base", folder / "diff", folder / "out"
    make(base, count * PAGE + 5, random_pieces(source, in_base))
    make(diff, count * PAGE, random_pieces(source, changed))
    before = base.read_bytes(), base.stat().st_mtime_ns
    wanted = laid_over(before[0], diff.read_bytes(), changed)
    steps: list[int] = []
    with Rebase(base, diff, output=output) as prepared:
        assert prepared.total_bytes == (len(in_base) + len(changed)) * PAGE
        assert prepared.new_bytes == len({*in_base, *changed}) * PAGE
        assert not output.exists()
        prepared.run(steps.append)
        assert sum(steps) == prepared.total_bytes
    assert output.read_bytes() == wanted
    assert (base.read_bytes(), base.stat().st_mtime_ns) == before
    found = {page for start, end in ranges(output) for page in range(start // PAGE, -(-end // PAGE))}
    assert found == {*in_base, *changed}
    assert sorted(each.name for each in folder.iterdir()) == ["base", "diff", "out"]


def test_a_new_file_gives_no_more_permissions(folder: Path):
    base, diff = pair(folder, b"a" * 4 * PAGE, 4 * PAGE, [(PAGE, b"b" * PAGE)])
    base.chmod(0o600)
    rebase(base, diff, output=folder / "out")
    assert (folder / "out").stat().st_mode & 0o777 == 0o600
    (folder / "out").chmod(0o640)
    rebase(base, diff, output=folder / "out")
    assert (folder / "out").stat().st_mode & 0o777 == 0o640


def test_a_new_file_is_there_as_a_whole_or_not_at_all(folder: Path, monkeypatch: pytest.MonkeyPatch):
    base, diff = pair(folder, b"a" * 8 * PAGE, 8 * PAGE, [(PAGE, b"b" * PAGE), (3 * PAGE, b"c" * PAGE)])
    output = folder / "out"

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    times = itertools.count(1)

    def change(path: Path) -> None:
        with path.open("r+b") as file:
            file.write(b"new")
        os.utime(path, ns=(1, next(times)))

    def attempt(progress: Any) -> BaseException:
        names = sorted(each.name for each in folder.iterdir())
        kept = output.read_bytes() if output.exists() else None
        with pytest.raises((SnapshotIOError, KeyboardInterrupt)) as caught:
            rebase(base, diff, output=output, progress=progress)
        assert sorted(each.name for each in folder.iterdir()) == names
        assert (output.read_bytes() if output.exists() else None) == kept
        return caught.value

    for old in (None, b"old"):
        if old is not None:
            output.write_bytes(old)
        assert isinstance(attempt(interrupt), KeyboardInterrupt)
        assert "the base was changed" in str(attempt(lambda _: change(base)))
        assert "the diff was changed" in str(attempt(lambda _: change(diff)))
        with monkeypatch.context() as patch:
            patch.setattr(SparseFile, "free_bytes", lambda self: 8 * PAGE - 1)
            error = attempt(None)
        assert "not enough space" in str(error)
        assert "partly written" not in str(error)
    assert rebase(base, diff, output=output) == 3 * PAGE  # `change` wrote one more
    assert output.stat().st_size == 8 * PAGE


def test_a_new_file_where_none_can_be(folder: Path):
    base, diff = pair(folder, b"a" * 4 * PAGE, 4 * PAGE, [(PAGE, b"b" * PAGE)])
    os.mkfifo(folder / "pipe")
    for output, words in (
        (folder / "no" / "out", "No such file"),
        (folder, "not a regular file"),
        (folder / "pipe", "not a regular file"),
        (Path("/dev/null"), "not a regular file"),
        (Path("/proc/self/fd/0"), "not a regular file"),
    ):
        with pytest.raises(SnapshotIOError, match=words) as caught:
            rebase(base, diff, output=output)
        assert caught.value.file == str(output)
    assert sorted(each.name for each in folder.iterdir()) == ["base", "diff", "pipe"]


def test_a_new_file_from_a_base_that_others_read(folder: Path):
    """A base that is only read may be read by others, and is not written by them."""
    base, diff = pair(folder, b"a" * 4 * PAGE, 4 * PAGE, [(PAGE, b"b" * PAGE)])
    with Rebase(base, diff, output=folder / "one") as one, Rebase(base, diff, output=folder / "two") as two:
        one.run()
        two.run()
        assert "locked by another" in str(refusal(base, diff))
    assert (folder / "one").read_bytes() == (folder / "two").read_bytes()


_PEAK = """
import resource, sys
from snapformat.memory import rebase
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rebase(sys.argv[1], sys.argv[2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_is_bounded(folder: Path):
    """One range of 64 MiB takes the buffer and little more."""
    size = 64 << 20
    base, diff = folder / "base", folder / "diff"
    make(base, size + PAGE, [])
    make(diff, size + PAGE, [(0, b"b" * size)])
    done = subprocess.run([sys.executable, "-c", _PEAK, base, diff], stdout=subprocess.PIPE, check=True)
    assert int(done.stdout) < 8 << 10  # KiB
    assert base.read_bytes() == b"b" * size + bytes(PAGE)
