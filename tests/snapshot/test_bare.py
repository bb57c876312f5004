"""Bare files, which have neither header nor checksum: one value or many, perhaps compressed."""

from __future__ import annotations

import copy
import dataclasses
import gzip
import lzma
import pickle
import sys
import types
import zlib
from pathlib import Path
from typing import Annotated, Any

import construct
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapformat import (
    DecodeError,
    EncodeError,
    Encoding,
    Limits,
    SchemaError,
    SnapshotError,
    SnapshotFormat,
    SnapshotIOError,
    encode,
    schema,
)
from snapformat.bincode import Option, OptionalTail, u8, u16, u64
from snapformat.encodings.bincode.codec.engine import statistics
from snapformat.encodings.presets import PRESETS, preset
from snapformat.inspect import judge, summarize

PLAIN = Encoding(limit=None)


@schema
class Visit:
    """A visit of a page."""

    url: str
    tags: list[u16]
    last: Option[u64]


def visits(count: int) -> list[Visit]:
    return [Visit(f"page {n}", list(range(n % 7)), n if n % 2 else None) for n in range(count)]


def one(**options: Any) -> SnapshotFormat:
    return SnapshotFormat.bare("visits", list[Visit], **options)


def many(**options: Any) -> SnapshotFormat:
    return SnapshotFormat.bare("history", Visit, many=True, **options)


ENCODINGS = [PLAIN, Encoding("variable", "big"), Encoding.bitcode()]


@pytest.mark.parametrize("compression", [None, "gzip", "zlib"])
@pytest.mark.parametrize("encoding", ENCODINGS, ids=["fixed", "variable", "bitcode"])
def test_file_of_one_value_is_its_bytes(tmp_path: Path, encoding: Any, compression: Any):
    format_ = one(encoding=encoding, compression=compression)
    path = tmp_path / "file"
    format_.new(visits(9)).save(path)
    content = path.read_bytes()
    if compression is not None:
        content = gzip.decompress(content) if compression == "gzip" else zlib.decompress(content)
    assert content == encode(visits(9), list[Visit], encoding)
    for lazy in (False, True):
        found = format_.load(path, lazy=lazy)
        assert found.data == visits(9)
        assert found == format_.new(visits(9))
        assert found.to_bytes() == path.read_bytes()
        found.data[3].url = "another"
        assert format_.load(found.to_bytes()).data[3].url == "another"


@pytest.mark.parametrize("count", [0, 1, 2, 5000])
@pytest.mark.parametrize("encoding", ENCODINGS[:2], ids=["fixed", "variable"])
def test_values_one_after_the_other(encoding: Encoding, count: int):
    format_ = many(encoding=encoding)
    written = format_.new(visits(count)).to_bytes()
    assert written == b"".join(encode(each, Visit, encoding) for each in visits(count))
    for lazy in (False, True):
        assert format_.load(written, lazy=lazy).data == visits(count)
    assert judge(written, format_).ok
    assert format_.new(tuple(visits(count))).to_bytes() == written


def test_many_values_are_read_by_generated_code():
    format_, written = many(), many().new(visits(9000)).to_bytes()
    before = statistics.read_fallbacks, statistics.not_generated
    assert format_.load(written).data == visits(9000)
    assert judge(written, format_).ok
    assert (statistics.read_fallbacks, statistics.not_generated) == before


def test_limit_applies_to_each_of_many_values():
    format_ = many(encoding=Encoding(limit=64))
    written = format_.new(visits(9000)).to_bytes()
    assert format_.load(written).data == visits(9000)
    wide = written + encode(Visit("x" * 100, [], None), Visit, PLAIN)
    for _ in range(2):
        with pytest.raises(DecodeError, match="limit") as caught:
            format_.load(wide)
        assert caught.value.path == "$[9000].url"
        assert judge(wide, format_).error is not None


def test_zero_sized_elements_of_all_values_have_one_budget():
    @schema
    class Empties:
        """Elements without bytes, of a number that is one byte."""

        items: list[tuple[()]]
        pad: u8

    format_ = SnapshotFormat.bare("empties", Empties, many=True)
    value = (1 << 19).to_bytes(8, "little") + b"\0"
    assert len(format_.load(value * 2).data) == 2
    for _ in range(2):
        with pytest.raises(DecodeError, match="zero-sized"):
            format_.load(value * 9000)
        assert judge(value * 9000, format_).error is not None


def test_values_that_construct_reads():
    counted = construct.Struct("n" / construct.Byte, "text" / construct.Bytes(construct.this.n))
    format_ = SnapshotFormat.bare("texts", counted, many=True)
    written = b"\x01a\x00\x03abc"
    found = format_.load(written)
    assert [each.text for each in found.data] == [b"a", b"", b"abc"]
    assert format_.new(found.data).to_bytes() == written
    with pytest.raises(DecodeError) as caught:
        format_.load(written[:-1])
    assert (caught.value.path, caught.value.offset) == ("$[2].text", 4)


def test_error_has_the_number_of_the_value_and_its_place_in_the_file():
    format_, written = many(), many().new(visits(3000)).to_bytes()
    start = written.rindex(b"page 2999") - 8
    for data in (written[:-1], written + b"\1"):
        with pytest.raises(DecodeError) as caught:
            format_.load(data)
        assert caught.value.path is not None
        assert caught.value.path.startswith("$[2999]" if data < written else "$[3000]")
        assert caught.value.offset is not None
        assert caught.value.offset >= start
    with pytest.raises(EncodeError) as refused:
        format_.new([*visits(3), Visit("x", [70000], None)]).to_bytes()
    assert refused.value.path == "$[3].tags[0]"
    with pytest.raises(EncodeError):
        format_.new({"no": "list"}).to_bytes()


@given(st.lists(st.builds(Visit, st.text(), st.lists(st.integers(0, 65535)), st.none())), st.data())
def test_damage_is_an_error_or_another_value(values: list[Visit], data: st.DataObject):
    format_ = many()
    written = bytearray(format_.new(values).to_bytes())
    if written:
        written[data.draw(st.integers(0, len(written) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    cut = bytes(written[: data.draw(st.integers(0, len(written)))])
    try:
        found = format_.load(cut)
    except SnapshotError:
        assert not judge(cut, format_).ok
    else:
        assert found.to_bytes() == cut
        assert judge(cut, format_).ok


def test_events_have_the_offsets_of_the_content():
    content = b"".join(encode(each, Visit, PLAIN) for each in visits(2))
    for compression in (None, "gzip"):
        format_ = many(compression=compression)
        events = list(format_.walk(format_.new(visits(2)).to_bytes()))
        texts = [(each.path, each.offset) for each in events if each.kind == "str"]
        assert texts == [("$[0].url", 8), ("$[1].url", content.rindex(b"page"))]
        assert sum(each.size for each in events) == len(content)


def test_no_header():
    snapshot = one().new(visits(1))
    assert repr(snapshot) == "<Snapshot of visits: list>"
    assert snapshot.arch is None
    for name in ("header", "version", "magic"):
        with pytest.raises(SchemaError, match="files of visits have no header"):
            getattr(snapshot, name)
    with pytest.raises(SchemaError, match="no header"):
        one().get_format_version(b"")
    with pytest.raises(SchemaError, match="no header"):
        one().magic_of()
    again = pickle.loads(pickle.dumps(snapshot))
    assert again == copy.deepcopy(snapshot) == snapshot
    assert again.to_bytes() == snapshot.to_bytes()


def test_bytes_left_over():
    data = one().new(visits(2)).to_bytes() + b"rest"
    with pytest.raises(DecodeError, match="4 bytes"):
        one().load(data)
    kept = one(trailing="keep").load(data)
    assert (kept.trailing, kept.to_bytes()) == (b"rest", data)
    ignored = one(trailing="ignore").load(data)
    assert (ignored.data, ignored.to_bytes()) == (visits(2), data[:-4])


def test_summary():
    format_ = many(compression="gzip")
    data = format_.new(visits(40)).to_bytes()
    found = summarize(data, format_)
    assert (found.status.value, found.size, found.format) == ("ok", len(data), format_)
    assert (found.magic, found.version, found.arch, found.checksum.stored) == (None, None, None, None)
    assert found.payload_bytes == len(gzip.decompress(data))
    assert found.trailing_bytes == 0
    assert summarize(data[:-9], format_).status.value == "damaged"
    ignoring = one(compression="gzip", trailing="ignore")
    found = summarize(gzip.compress(encode(visits(400), list[Visit], PLAIN) + b"rest"), ignoring)
    assert (found.status.value, found.trailing_bytes) == ("ok", 4)


# --- compressed files ---


@pytest.mark.parametrize("compression", ["gzip", "zlib"])
def test_damaged_compression(compression: Any):
    format_ = many(compression=compression)
    data = format_.new(visits(400)).to_bytes()
    damaged = [b"", b"x", data[:-1], data[:20], data[:60] + b"\xff" + data[61:], data[:-2] + b"??"]
    for each in damaged:
        with pytest.raises(DecodeError, match=compression):
            format_.load(each)
        assert judge(each, format_).condition.value == "damaged"
    for end in range(0, len(data), 7):
        with pytest.raises(DecodeError):
            format_.load(data[:end])


def test_joined_gzip_files_are_one():
    format_ = many(compression="gzip")
    data = b"".join(gzip.compress(encode(each, Visit, PLAIN)) for each in visits(50))
    assert format_.load(data).data == visits(50)
    with pytest.raises(DecodeError, match=f"of the part at offset {len(data)}"):
        format_.load(data + b"no gzip file")


def test_very_many_joined_gzip_files():
    # Half a million copies of the rest would take minutes.
    data = gzip.compress(b"") * (1 << 16)
    assert many(compression="gzip").load(data).data == []


@pytest.mark.parametrize("compression", ["gzip", "zlib"])
def test_content_is_bounded(compression: Any):
    content = bytes(200 << 20)
    bomb = gzip.compress(content, 1) if compression == "gzip" else zlib.compress(content, 1)
    format_ = SnapshotFormat.bare("numbers", u8, many=True, compression=compression, max_file_size=1 << 20)
    with pytest.raises(DecodeError, match="larger than 1048576 bytes"):
        format_.load(bomb)
    with pytest.raises(SnapshotIOError, match="too large"):
        format_.load(bytes((1 << 20) + 1))
    just = dataclasses.replace(format_, payload=bytes, many=False, max_file_size=4096)
    value = encode(bytes(4088), bytes, PLAIN)
    assert len(value) == 4096
    assert just.load(gzip.compress(value) if compression == "gzip" else zlib.compress(value)).data == bytes(
        4088
    )


class Late:
    """A decompressor that looks at bytes when it is called again, as zstd does with blocks."""

    def __init__(self) -> None:
        self._inner = lzma.LZMADecompressor()
        self._held = b""

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._held and self._inner.needs_input

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, most: int) -> bytes:
        if data:
            self._held = data
            return b""
        held, self._held = self._held, b""
        return self._inner.decompress(held, most)


@pytest.fixture
def zstd(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module with the interface of Python 3.14's, which many Pythons don't have."""
    module = types.ModuleType("backports.zstd")
    module.compress = lzma.compress  # type: ignore[attr-defined]
    module.ZstdDecompressor = Late  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "compression.zstd", None)
    monkeypatch.setitem(sys.modules, "backports.zstd", module)


@pytest.mark.usefixtures("zstd")
def test_zstd_of_a_package():
    format_ = many(compression="zstd")
    data = format_.new(visits(9000)).to_bytes()
    assert lzma.decompress(data)
    assert format_.load(data).data == visits(9000)
    assert format_.load(data * 2).data == visits(9000) * 2
    with pytest.raises(DecodeError, match="zstd file ends too early"):
        format_.load(data[:-4])
    with pytest.raises(DecodeError, match="larger than 1048576 bytes"):
        many(compression="zstd", max_file_size=1 << 20).unpacked(lzma.compress(bytes(2 << 20)))


def test_without_zstd(monkeypatch: pytest.MonkeyPatch):
    for name in ("compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(SchemaError, match=r"zstd needs Python 3\.14, or the package backports\.zstd"):
        many(compression="zstd").load(b"")


# --- declarations ---


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"compression": "bzip2"}, "compression must be one of gzip, zlib, zstd, not 'bzip2'"),
        ({"many": True, "trailing": "keep"}, "many values end where the file does"),
        ({"many": True, "encoding": Encoding.bitcode()}, "a message of bitcode has one value"),
        ({"encoding": Encoding.bitcode(), "trailing": "keep"}, "a message of bitcode is the whole file"),
    ],
)
def test_options_that_do_not_go_together(options: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        SnapshotFormat.bare("x", Visit, **options)


def test_many_values_without_bytes():
    with pytest.raises(SchemaError, match="values without bytes"):
        SnapshotFormat.bare("x", tuple[()], many=True)


def test_only_bare_files_have_these():
    with pytest.raises(ValueError, match="only bare files"):
        SnapshotFormat("x", 1, "1.0.0", Visit, compression="gzip")
    with pytest.raises(ValueError, match="only bare files"):
        SnapshotFormat("x", 1, "1.0.0", Visit, many=True)
    with pytest.raises(ValueError, match="checksum must be None"):
        SnapshotFormat("x", None, "1.0.0", Visit)


def test_limits_of_the_format():
    format_ = many(limits=Limits(zero_sized=1))
    assert format_.load(format_.new(visits(3)).to_bytes()).data == visits(3)


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "bitcode"])
def test_presets(name: str):
    encoding = preset(name)
    format_ = many(encoding=encoding)
    values = [each for each in visits(9) if each.last is None]
    data = format_.new(values).to_bytes()
    assert data == b"".join(encode(each, Visit, encoding) for each in values)
    assert format_.load(data).data == values
    assert judge(data, format_).ok
    with pytest.raises(DecodeError):
        format_.load(data[:-1])


def test_a_value_beyond_the_limit_is_not_written():
    format_ = many(encoding=Encoding(limit=64))
    with pytest.raises(EncodeError, match="limit of 64 bytes") as caught:
        format_.new([*visits(3), Visit("x" * 100, [], None)]).to_bytes()
    assert caught.value.path == "$[3]"
    with pytest.raises(EncodeError, match="limit of 64 bytes"):
        one(encoding=Encoding(limit=64)).new(visits(9)).to_bytes()


def test_without_an_encoding_only_constructs_have_a_limit():
    unpacked = construct.Prefixed(construct.Int32ul, construct.Compressed(construct.GreedyBytes, "zlib"))
    packed = zlib.compress(bytes(11 << 20), 9)
    data = len(packed).to_bytes(4, "little") + packed
    for many_ in (False, True):
        with pytest.raises(DecodeError, match="limit"):
            SnapshotFormat.bare("x", unpacked, many=many_).load(data)
        with pytest.raises(DecodeError, match="limit"):
            SnapshotFormat.bare("x", tuple[u8, Annotated[bytes, unpacked]], many=many_).load(b"\0" + data)
        large = SnapshotFormat.bare("x", tuple[bytes, OptionalTail[u8]], many=many_)
        value = bytes(11 << 20), 1
        assert large.load(large.new([value] if many_ else value).to_bytes()).data == (
            [value] if many_ else value
        )
