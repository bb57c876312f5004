"""Bytes that are neither header nor data nor checksum: refused, kept or ignored, however a file is read."""

from __future__ import annotations

import copy
import dataclasses
import io
import mmap
import pickle
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import construct as c
import pytest

from snapformat import (
    CRC64_JONES,
    CheckOrder,
    Checksum,
    DecodeError,
    EncodeError,
    Snapshot,
    SnapshotError,
    SnapshotFormat,
    decode,
    decode_stream,
    doc,
    encode,
    schema,
)
from snapformat.bincode import Option, u8, u32, u64
from snapformat.inspect import judge
from snapformat.inspect.document import from_document, to_document
from snapformat.snapshot.spec import Trailing

CRC32 = Checksum("CRC-32/ISO-HDLC", 32, 0x04C11DB7, 0xFFFFFFFF, True, 0xFFFFFFFF)
CRC32_PLAIN = Checksum("CRC-32 without masks", 32, 0x04C11DB7)
LONG = "n" * 600  # enough for lazy reading to leave something undecoded


@schema(name="Save")
class Old:
    """What version 1.0 writes."""

    name: str = doc("Name")
    level: u64 = doc("Level reached")


@schema(name="Save")
class New:
    """What version 1.1 writes."""

    name: str = doc("Name")
    level: u64 = doc("Level reached")
    gold: u64 = doc("Gold")


def newer(kind: Any) -> type:
    """`Old` with a field more."""

    class Save:
        name: str = doc("Name")
        level: u64 = doc("Level reached")

    Save.__annotations__ = {"name": str, "level": u64, "gold": kind}
    Save.gold = doc("Gold")  # type: ignore[attr-defined]
    return schema(Save)


def same_major(supported: Any, found: Any) -> bool:
    """Any minor is read."""
    return bool(supported.major == found.major)


def saves(payload: Any, version: str = "1.0.0", **options: Any) -> SnapshotFormat:
    return SnapshotFormat(
        name="saves", magic=7, version=version, payload=payload, **{"accepts": same_major, **options}
    )


def sealed(content: bytes, checksum: Checksum) -> bytes:
    return content + checksum.compute(content).to_bytes(checksum.size, "little")


#: Every way to read a file of a format: what it gives is compared, or refused.
READERS: dict[str, Callable[[SnapshotFormat, bytes], Any]] = {
    "load": lambda f, data: f.load(data).data,
    "load lazily": lambda f, data: complete(f.load(data, lazy=True)),
    "load_without_crc_check": lambda f, data: f.load_without_crc_check(data).data,
    "load_without_crc_check lazily": lambda f, data: complete(f.load_without_crc_check(data, lazy=True)),
    "a stream": lambda f, data: f.load(io.BytesIO(data)).data,
    "Snapshot.load": lambda f, data: Snapshot.load(data, f.payload, format=f).data,
    "strict": lambda f, data: dataclasses.replace(f, trailing="ignore").load(data, strict=True).data,
    "construct": lambda f, data: f.struct.parse(data).data,
    "decode": lambda f, data: decode(data, f.struct).data,
    "decode lazily": lambda f, data: decode(data, f.struct, lazy=True).data,
    "decode_stream": lambda f, data: decode_stream(io.BytesIO(data), f.struct).data,
    "walk": lambda f, data: list(f.walk(data)) and f.load(data).data,
}


def complete(snapshot: Snapshot[Any]) -> Any:
    snapshot.validate()
    return snapshot.data


every_checksum = pytest.mark.parametrize(
    "checksum", [CRC64_JONES, CRC32, CRC32_PLAIN], ids=lambda checksum: checksum.name
)
every_order = pytest.mark.parametrize("order", CheckOrder)


@every_order
@every_checksum
@pytest.mark.parametrize("trailing", ["refuse", "keep"])
@pytest.mark.parametrize("kind", [u8, u32, u64, Option[u8], str], ids=["u8", "u32", "u64", "option", "str"])
def test_a_payload_never_reads_its_checksum(
    kind: Any, trailing: Trailing, checksum: Checksum, order: CheckOrder
) -> None:
    old = saves(Old, checksum=checksum)
    new = saves(newer(kind), "1.1.0", checksum=checksum, order=order, trailing=trailing)
    for name in ("", LONG):
        for level in range(20):
            data = old.new(Old(name, level)).to_bytes()
            for title, read in READERS.items():
                with pytest.raises((SnapshotError, c.ConstructError)):
                    pytest.fail(f"{title} read {read(new, data)}")
            verdict = judge(data, new)
            assert (verdict.code, verdict.offset) == ("Decode", len(data) - checksum.size)


@every_order
@every_checksum
@pytest.mark.parametrize("name", ["", LONG])
def test_bytes_before_the_checksum_are_refused(checksum: Checksum, order: CheckOrder, name: str) -> None:
    data = saves(New, "1.1.0", checksum=checksum).new(New(name, 5, 1000)).to_bytes()
    old = saves(Old, checksum=checksum, order=order)
    message = r"^8 bytes left between the data and the checksum - offset {0} \(.*trailing=\"keep\".*ignore"
    for title in ("load", "load lazily", "a stream", "Snapshot.load", "strict", "walk"):
        with pytest.raises(DecodeError, match=message.format(len(data) - checksum.size - 8)):
            READERS[title](old, data)
    assert judge(data, old).code == "Decode"
    for title, read in READERS.items():
        with pytest.raises((DecodeError, c.ConstructError), match="8 bytes left between"):
            pytest.fail(f"{title} read {read(old, data)}")


@every_order
@every_checksum
@pytest.mark.parametrize("name", ["", LONG])
def test_bytes_before_the_checksum_are_kept(checksum: Checksum, order: CheckOrder, name: str) -> None:
    new = saves(New, "1.1.0", checksum=checksum)
    data = new.new(New(name, 5, 1000)).to_bytes()
    old = saves(Old, checksum=checksum, order=order, trailing="keep")
    for title, read in READERS.items():
        if title != "strict":
            assert read(old, data) == Old(name, 5), title
    gold = (1000).to_bytes(8, "little")
    for lazy in (False, True):
        for copied in (lambda it: it, copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))):
            snapshot = copied(old.load(data, lazy=lazy))
            assert snapshot.trailing == gold
            assert snapshot.to_bytes() == data
            snapshot.data.level = 6
            assert new.load(snapshot.to_bytes()).data == New(name, 6, 1000)
            snapshot.data.name = "x" * 3000
            assert new.load(snapshot.to_bytes()).data == New("x" * 3000, 6, 1000)
            assert snapshot != old.load(data)
            snapshot.data = Old(name, 5)
            assert snapshot == old.load(data)
            snapshot.trailing = b""
            assert snapshot != old.load(data)
            assert saves(Old, "1.1.0", checksum=checksum).load(snapshot.to_bytes()).data == Old(name, 5)
    events = list(old.walk(data))
    assert [(e.offset, e.size, e.kind, e.value) for e in events[-2:]] == [
        (len(data) - checksum.size - 8, 8, "trailing", gold),
        (
            len(data) - checksum.size,
            checksum.size,
            "checksum",
            int.from_bytes(data[-checksum.size :], "little"),
        ),
    ]
    assert sum(event.size for event in events) == len(data)


@every_order
@every_checksum
def test_the_whole_file_as_a_construct(checksum: Checksum, order: CheckOrder) -> None:
    """Under each rule, `struct` reads and builds what `load` and `save` do."""
    data = saves(New, checksum=checksum).new(New("a", 5, 1000)).to_bytes()
    short = saves(Old, checksum=checksum).new(Old("a", 5)).to_bytes()
    kept = saves(Old, checksum=checksum, order=order, trailing="keep").struct
    for found in (kept.parse(data), decode(data, kept)):
        assert (found.data, found.trailing) == (Old("a", 5), (1000).to_bytes(8, "little"))
        assert kept.build(found) == encode(found, kept) == data
        del found["trailing"]
        assert kept.build(found) == encode(found, kept) == short
    refused = saves(Old, checksum=checksum, order=order).struct
    for found in (refused.parse(short), decode(short, refused), decode_stream(io.BytesIO(short), refused)):
        assert set(found) - {"_io"} == {"header", "data"}
        assert refused.build(found) == encode(found, refused) == short
    for size in range(len(short)):
        for read in (refused.parse, kept.parse, lambda cut: decode(cut, refused)):
            with pytest.raises((DecodeError, c.ConstructError)):
                read(short[:size])


@every_order
@every_checksum
@pytest.mark.parametrize("name", ["", LONG])
def test_bytes_after_the_checksum(checksum: Checksum, order: CheckOrder, name: str) -> None:
    refuse = saves(Old, checksum=checksum, order=order)
    keep, ignore = (dataclasses.replace(refuse, trailing=rule) for rule in ("keep", "ignore"))
    one, two = (refuse.new(Old(name, level)).to_bytes() for level in (1, 2))
    covered = {"two files": one + two, "resealed": sealed(one, checksum)}
    if checksum is not CRC32:
        covered["zeros"] = one + bytes(11)
    for title, data in covered.items():
        if checksum is CRC32 and title == "two files":
            continue  # with masks, the second checksum does not cover the first file
        for lazy in (False, True):
            with pytest.raises(DecodeError, match=f"^{len(data) - len(one)} bytes left after the ") as caught:
                refuse.load(data, lazy=lazy)
            assert caught.value.offset == len(one)
            kept = keep.load(data, lazy=lazy)
            assert (kept.data, kept.to_bytes()) == (Old(name, 1), data)
            assert ignore.load(data, lazy=lazy).data == Old(name, 1)
        with pytest.raises(DecodeError):
            list(refuse.walk(data))
        assert judge(data, refuse).code == "Decode"
        assert judge(data, keep).ok
        assert judge(data, ignore).ok
    uncovered = [one + b"x", one + b"x" * 20, sealed(one, CRC32 if checksum is CRC64_JONES else CRC64_JONES)]
    if checksum is CRC32:
        uncovered.append(one + two)
    for data in uncovered:
        for format_ in (refuse, keep, ignore):
            for lazy in (False, True):
                with pytest.raises(SnapshotError) as caught_as:
                    format_.load(data, lazy=lazy)
                assert caught_as.value.code == "Crc64"
                if order is CheckOrder.PAYLOAD_FIRST:
                    assert f"does not cover {len(data) - len(one)} byte" in str(caught_as.value.hint)


@pytest.mark.parametrize("name", ["", LONG])
def test_formats_without_a_checksum(name: str) -> None:
    refuse = saves(Old, checksum=None)
    keep, ignore = (dataclasses.replace(refuse, trailing=rule) for rule in ("keep", "ignore"))
    short, data = (f.new(v).to_bytes() for f, v in [(refuse, Old(name, 5)), (keep, Old(name, 5))])
    assert short == data
    data += b"more"
    for title, read in READERS.items():
        assert read(refuse, short) == Old(name, 5), title
        with pytest.raises((DecodeError, c.ConstructError)):
            pytest.fail(f"{title} read {read(refuse, data)}")
    with pytest.raises(DecodeError, match=r"^4 bytes left after the data - ") as caught:
        refuse.load(data)
    assert caught.value.offset == len(short)
    for lazy in (False, True):
        kept = keep.load(data, lazy=lazy)
        assert (kept.trailing, kept.to_bytes()) == (b"more", data)
        kept.data.level = 6
        assert kept.to_bytes() == refuse.new(Old(name, 6)).to_bytes() + b"more"
        assert ignore.load(data, lazy=lazy).to_bytes() in (short, data)
    assert list(keep.walk(data))[-1].kind == "trailing"
    found = keep.struct.parse(data)
    assert (found.trailing, keep.struct.build(found)) == (b"more", data)


@schema
class Entry:
    """A record whose rest is free."""

    kind: u8 = doc("Kind")
    rest: Annotated[Any, c.GreedyBytes] = doc("All that is left")


GREEDY = {
    "bytes": (c.Struct("kind" / c.Int8ul, "rest" / c.GreedyBytes), {"kind": 1, "rest": b"abc" * 300}),
    "records": (c.GreedyRange(c.Struct("t" / c.Int32ul)), [{"t": 1}, {"t": 3}]),
    "optional": (c.Struct("a" / c.Int8ul, "tail" / c.Optional(c.Int16ul)), {"a": 1, "tail": None}),
    "text": (c.Struct("a" / c.Int8ul, "text" / c.GreedyString("latin-1")), {"a": 1, "text": "xy"}),
    "terminated": (c.Struct("a" / c.Int8ul, c.Terminated), {"a": 1}),
    "from the end": (c.Struct("last" / c.Pointer(-2, c.Int16ul), "all" / c.Bytes(2)), None),
    "class": (Entry, Entry(1, b"abc" * 300)),
}


@every_order
@every_checksum
@pytest.mark.parametrize("trailing", ["refuse", "keep"])
@pytest.mark.parametrize("name", GREEDY)
def test_the_end_of_the_payload_is_its_end_for_construct(
    name: str, trailing: Trailing, checksum: Checksum, order: CheckOrder
) -> None:
    payload, value = GREEDY[name]
    format_ = saves(payload, checksum=checksum, order=order, trailing=trailing)
    if value is None:
        data = sealed(saves(u8, checksum=None).new(1).to_bytes()[:-1] + b"\1\2", checksum)
    else:
        data = format_.new(value).to_bytes()
    wanted = payload.parse(data[21 : -checksum.size]) if isinstance(payload, c.Construct) else value
    for title, read in READERS.items():
        if title != "decode_stream":
            assert plain(read(format_, data)) == plain(wanted), title
    for lazy in (False, True):
        snapshot = format_.load(data, lazy=lazy)
        assert snapshot.trailing == b""
        assert snapshot.to_bytes() == data
    events = list(format_.walk(data))
    assert events[-1].offset == len(data) - checksum.size
    assert judge(data, format_).ok


def plain(value: Any) -> Any:
    """A container of construct's without what it adds to the fields."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items() if not str(key).startswith("_")}
    return [plain(each) for each in value] if isinstance(value, list) else value


def test_sources(tmp_path: Path) -> None:
    path = tmp_path / "save"
    path.write_bytes(saves(Old).new(Old("a", 5)).to_bytes())
    new = saves(newer(u32))
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        for source in (path, str(path), file, mapped, bytearray(mapped), memoryview(path.read_bytes())):
            with pytest.raises(DecodeError, match=r"at `\$.gold`"):
                new.load(source)


@every_order
def test_a_file_without_its_checksum(order: CheckOrder) -> None:
    """The checksum's place is no part of the data, though nobody checks it: a buffer must have it."""
    refuse = saves(Old, order=order)
    data = refuse.new(Old("a", 5)).to_bytes()
    for format_ in (refuse, dataclasses.replace(refuse, trailing="keep")):
        assert format_.load_without_crc_check(data[:-8] + bytes(8)).data == Old("a", 5)
        with pytest.raises(DecodeError):
            format_.load_without_crc_check(data[:-8])
        bare = dataclasses.replace(format_, checksum=None)
        assert bare.load(data[:-8]).data == bare.load_without_crc_check(data[:-8]).data == Old("a", 5)
    upstream = dataclasses.replace(refuse, trailing="ignore")
    for buffer in (data, data[:-8], data + b"more"):
        assert upstream.load_without_crc_check(buffer).data == Old("a", 5)


@every_order
def test_files_that_are_too_short(order: CheckOrder) -> None:
    empty = saves(c.Struct(), order=order)
    data = empty.new({}).to_bytes()
    assert not plain(empty.load(data).data)
    for size in range(len(data)):
        for load in (empty.load, empty.load_without_crc_check):
            for lazy in (False, True):
                with pytest.raises(SnapshotError) as caught:
                    load(data[:size], lazy=lazy)
                if load != empty.load or order is CheckOrder.PAYLOAD_FIRST:
                    assert caught.value.code == "Decode"
    with pytest.raises(DecodeError, match="too short for its checksum: expected 8 bytes, found 7 - "):
        saves(c.Struct()).load(data[:-1])


def test_the_rule_is_one_of_three() -> None:
    for rule in typing.get_args(Trailing):
        assert saves(u8, trailing=rule).trailing == rule
        assert pickle.loads(pickle.dumps(saves("a:b", trailing=rule, accepts=abs))).trailing == rule
    assert SnapshotFormat(name="x", magic=7, version="1.0.0").trailing == "refuse"
    with pytest.raises(ValueError, match=r"^trailing must be one of refuse, keep, ignore, not 'drop'$"):
        saves(u8, trailing="drop")


def test_bytes_are_not_dropped_without_a_word() -> None:
    snapshot = saves(Old, trailing="keep").new(Old("a", 5))
    snapshot.trailing = b"more"
    for rule in ("refuse", "ignore"):
        snapshot.format = saves(Old, trailing=rule)
        with pytest.raises(EncodeError, match="no place for the 4 bytes after the data"):
            snapshot.to_bytes()
    snapshot.format = saves(Old, trailing="keep")
    assert snapshot.format.load(snapshot.to_bytes()).trailing == b"more"


def test_json_keeps_them() -> None:
    keep = saves(Old, trailing="keep")
    data = saves(New).new(New("a", 5, 1000)).to_bytes()
    document = to_document(keep.load(data))
    assert document["trailing"] == "e803000000000000"
    assert from_document(document, keep).to_bytes() == data
    assert "trailing" not in to_document(keep.new(Old("a", 5)))
    with pytest.raises(DecodeError, match=r"this format does not keep trailing bytes - at `\$.trailing`"):
        from_document(document, saves(Old))
    for wrong in ("abc", 5, None, ["e8"]):
        with pytest.raises(DecodeError, match=r"expected hexadecimal text, .*at `\$.trailing`"):
            from_document(document | {"trailing": wrong}, keep)


def test_the_original_calls_keep_the_original_rule() -> None:
    data = Snapshot.new(Old("a", 5), Old).to_bytes()
    for more in (bytes(3), data):
        for lazy in (False, True):
            assert Snapshot.load(data + more, Old, lazy=lazy).data == Old("a", 5)
    for buffer in (data[:-8], data, data + b"more"):
        assert Snapshot.load_without_crc_check(buffer, Old).data == Old("a", 5)
    assert Snapshot.load(sealed(data[:-8] + b"more", CRC64_JONES), Old).data == Old("a", 5)
