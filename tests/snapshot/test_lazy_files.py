"""Files of any payload read lazily: roots that are no struct, headers, memory."""

from __future__ import annotations

import dataclasses
import io
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from codec.agreement import verdict
from snapformat import (
    CRC64_JONES,
    CheckOrder,
    Checksum,
    Crc64Error,
    DecodeError,
    InvalidFormatVersionError,
    Limits,
    Snapshot,
    SnapshotError,
    SnapshotFormat,
    encode,
    get_format_version,
    schema,
)
from snapformat.bincode import FIRECRACKER, Vec, u32, u64
from snapformat.lazy.state import lazy_type_of
from snapformat.snapshot import Header

WORDS = list(range(500))


def words(**options: Any) -> SnapshotFormat:
    return SnapshotFormat(name="words", magic=7, version="1.2.0", payload=Vec[u64], **options)


@pytest.mark.parametrize("order", CheckOrder)
def test_a_sequence_is_read_when_it_is_touched(order: CheckOrder) -> None:
    format_ = words(order=order)
    file = format_.new(WORDS).to_bytes()
    snapshot = format_.load(file, lazy=True)
    assert snapshot.to_bytes() == file
    assert snapshot.data == WORDS
    assert snapshot.data is snapshot.data
    assert snapshot == format_.load(file)
    snapshot.data.append(1)
    assert format_.load(snapshot.to_bytes()).data == [*WORDS, 1]
    snapshot = format_.load(file, lazy=True)
    snapshot.data = [3]
    assert snapshot.to_bytes() == format_.new([3]).to_bytes()


@pytest.mark.parametrize("order", CheckOrder)
def test_a_changed_header_is_written(order: CheckOrder) -> None:
    format_ = words(order=order)
    snapshot = format_.load(format_.new(WORDS).to_bytes(), lazy=True)
    snapshot.header = Header(7, type(snapshot.version)(1, 1, 0))
    assert format_.load(snapshot.to_bytes()).version == snapshot.version
    snapshot.header.version = type(snapshot.version)(1, 0, 9)
    assert format_.load(snapshot.to_bytes()).version == snapshot.version


@pytest.mark.parametrize("order", CheckOrder)
def test_verdicts_are_those_of_eager_loading(order: CheckOrder) -> None:
    format_ = words(order=order)
    file = format_.new(WORDS).to_bytes()
    newer = Snapshot(Header(7, type(format_.supported)(1, 3, 0)), WORDS, format_).to_bytes()
    other = Snapshot(Header(8, format_.supported), WORDS, format_).to_bytes()
    files = [b"", file[:5], file[:20], file[:-1], file[:-9], file + b"\0", file + b"\1", newer, other]
    for at in range(40):
        files.append(file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :])
    files += [newer[:-1] + b"!", file + file]
    for content in files:
        for strict in (False, True):
            for check in (format_.load, format_.load_without_crc_check):
                said: list[Any] = []
                for lazy in (False, True):
                    try:
                        said.append(check(content, strict=strict, lazy=lazy).data)
                    except SnapshotError as error:
                        said.append((type(error), str(error), vars(error)))
                assert said[0] == said[1]


@schema
class Inner:
    """A part that is read lazily itself."""

    numbers: Vec[u32]
    text: str


@schema
class State:
    """Large enough to be read lazily, and to have its end left alone by a checksum."""

    name: str
    inner: Inner
    words: Vec[u64]
    flag: bool


def state(name: str = "a", count: int = 4000) -> State:
    return State(name, Inner(list(range(300)), "text"), list(range(count)), flag=True)


def states(**options: Any) -> SnapshotFormat:
    return SnapshotFormat(name="states", magic=7, version="1.2.0", payload=State, **options)


def test_limits_of_its_own() -> None:
    format_ = words(limits=Limits(depth=4))
    assert format_.load(format_.new(WORDS).to_bytes(), lazy=True).data == WORDS
    deep = states(limits=Limits(depth=1))
    file = states().new(state()).to_bytes()
    said = [verdict(lambda lazy=lazy: deep.load(file, lazy=lazy).data) for lazy in (False, True)]
    assert said[0][0] == "raises"
    assert said[0] == said[1]


CHANGES: list[Callable[[State], object]] = [
    lambda value: value.name,
    lambda value: setattr(value, "name", "a longer one"),
    lambda value: setattr(value, "flag", False),
    lambda value: setattr(value.inner, "text", ""),
    lambda value: value.words.append(1),
    lambda value: [setattr(value, "words", []), setattr(value, "name", "")],
    lambda value: [value.name, setattr(value, "inner", state().inner), value.flag],
]


@pytest.mark.parametrize("order", CheckOrder)
@pytest.mark.parametrize("count", [0, 100, 4000])
@pytest.mark.parametrize("change", CHANGES)
def test_changed_files_are_those_of_eager_loading(
    change: Callable[[State], object], count: int, order: CheckOrder
) -> None:
    format_ = states(order=order)
    file = format_.new(state(count=count)).to_bytes()
    eager, lazy = format_.load(file), format_.load(file, lazy=True)
    change(eager.data)
    change(lazy.data)
    assert lazy.to_bytes() == eager.to_bytes()
    assert lazy.to_bytes() == eager.to_bytes()
    assert lazy.data == eager.data
    assert lazy.to_bytes() == eager.to_bytes()


def test_parts_of_other_files_are_written_with_their_bytes() -> None:
    """The end of a file stands for its checksum only where it stood."""
    format_ = states()
    file, other = (format_.new(state(name)).to_bytes() for name in ("one", "another"))
    first, second = (format_.load(content, lazy=True) for content in (file, other))
    first.data = second.data
    assert first.to_bytes() == other
    first.data.name = "one"
    assert first.to_bytes() == file

    pairs = SnapshotFormat(name="pairs", magic=7, version="1.2.0", payload=Pair)
    file = pairs.new(Pair(state("left"), state("right"))).to_bytes()
    for index in (0, 1):
        snapshot = pairs.load(file, lazy=True)
        snapshot.format, snapshot.data = format_, (snapshot.data.left, snapshot.data.right)[index]
        assert snapshot.to_bytes() == format_.new(state(("left", "right")[index])).to_bytes()


@schema
class Pair:
    """Two of a kind."""

    left: State
    right: State


def test_another_format_writes_its_own_header_and_checksum() -> None:
    format_ = states()
    file = format_.new(state()).to_bytes()
    for other in (states(encoding=BIG), states(checksum=None), states(checksum=CRC32)):
        eager, lazy = format_.load(file), format_.load(file, lazy=True)
        for snapshot in (eager, lazy):
            snapshot.format = other
            snapshot.data.name = "b"
        assert lazy.to_bytes() == eager.to_bytes()
        assert other.load(lazy.to_bytes(), lazy=True).data == eager.data


BIG = dataclasses.replace(FIRECRACKER, byteorder="big")
CRC32 = Checksum("CRC-32/ISO-HDLC", 32, 0x04C11DB7, 0xFFFFFFFF, True, 0xFFFFFFFF)


@pytest.mark.parametrize("checksum", [CRC64_JONES, CRC32])
def test_what_only_decoding_finds_is_said_on_touch(checksum: Checksum) -> None:
    format_ = states(checksum=checksum, trailing="ignore")
    start = len(format_.new(state()).to_bytes()) - len(encode(state(), State)) - checksum.size
    whole = format_.new(state()).to_bytes()[: -checksum.size]
    bad = [  # and whether the fields can be found nevertheless
        (whole[:-1] + b"\2", True),  # a bool, the last field
        (whole[: start + 8] + b"\xff" + whole[start + 9 :], True),  # the name
        (whole[: start + 7] + b"\1" + whole[start + 8 :], False),  # its length
        (whole[:start] + (len(whole) - start - 7).to_bytes(8, "little") + whole[start + 8 :], False),
        (whole[: start + 16] + b"\1" + whole[start + 17 :], False),  # that of what follows
        (whole[:-200], False),
    ]
    for content, is_found in bad:
        file = content + checksum.compute(content).to_bytes(checksum.size, "little")
        said = verdict(lambda file=file: format_.load(file))
        assert said[0] == "raises"
        lazy = format_.load(file, lazy=True)
        assert lazy.to_bytes() == file
        assert verdict(lazy.validate) == said
        for attr in State.__match_args__:
            lazy = format_.load(file, lazy=True)
            seen = verdict(lambda lazy=lazy, attr=attr: getattr(lazy.data, attr))
            assert seen[0] == "gives" or seen == said
            assert seen[0] == verdict(lambda lazy=lazy, attr=attr: getattr(lazy.data, attr))[0]
        lazy = format_.load(file, lazy=True)
        lazy.data.flag = False  # to write it, the places of the others must be known
        assert verdict(lazy.to_bytes)[0] == "gives" if is_found else verdict(lazy.to_bytes) == said


def test_what_cannot_be_passed_over_after_all_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No valid input is known for which it happens: the reference decides."""

    def give_up(*_: Any) -> Any:
        raise ValueError

    format_ = states()
    file = format_.new(state()).to_bytes()
    touched, written = format_.load(file, lazy=True), format_.load(file, lazy=True)
    touched.data.name = written.data.name = "b"
    written.data.flag = False
    lazy_type = lazy_type_of(format_.payload_layout)
    monkeypatch.setattr(lazy_type, "index", give_up)
    assert touched.data.words == state().words
    assert touched.to_bytes() == format_.new(state("b")).to_bytes()
    assert written.to_bytes() == format_.new(dataclasses.replace(state("b"), flag=False)).to_bytes()


def test_the_class_methods_take_it() -> None:
    file = Snapshot.new(WORDS, Vec[u64]).to_bytes()
    for load in (Snapshot.load, Snapshot.load_without_crc_check):
        assert load(file, Vec[u64], lazy=True).data == WORDS
        assert load(file, Vec[u64], lazy=True, arrays="memoryview").data.tolist() == WORDS
    with pytest.raises(Crc64Error):
        Snapshot.load(file[:-1] + bytes([file[-1] ^ 1]), Vec[u64], lazy=True)


class Counting(io.BytesIO):
    """Counts the bytes that are read."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


def test_a_header_is_read_without_what_follows() -> None:
    format_ = words()
    file = format_.new(WORDS).to_bytes()
    head = 8 + len(encode("1.2.0", str))
    for read in (format_.get_format_version, format_.get_header, get_format_version):
        source = Counting(file)
        read(source)
        assert source.taken == head
    source = Counting(file[: head - 1])
    with pytest.raises(DecodeError):
        format_.get_header(source)
    with pytest.raises(InvalidFormatVersionError):
        words(accepts=lambda supported, found: False).load(file, lazy=True)


PEAK = """
import sys, tracemalloc
from snapformat import SnapshotFormat
from snapformat.bincode import Vec, u64

format_ = SnapshotFormat(name="words", magic=7, version="1.2.0", payload=Vec[u64])
format_.load(format_.new([1, 2]).to_bytes(), lazy=True, arrays="memoryview").data
tracemalloc.start()
view = format_.load(sys.argv[1], lazy=True, arrays="memoryview").data
assert len(view) == 1 << 20 and view[5] == 5
print(tracemalloc.get_traced_memory()[1])
"""


def test_memory_of_a_view(tmp_path: Any) -> None:
    path = tmp_path / "words"
    words().new(list(range(1 << 20))).save(path)
    done = subprocess.run([sys.executable, "-c", PEAK, str(path)], check=True, capture_output=True, text=True)
    assert int(done.stdout) <= 1.2 * path.stat().st_size
