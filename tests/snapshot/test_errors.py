"""What errors carry: class, path, offset, values at fault, hint; they print and pickle whole."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest
import semver

from snapformat import (
    CRC64_JONES,
    CheckOrder,
    Crc64Error,
    DecodeError,
    DecodeIOError,
    EncodeError,
    EncodeIOError,
    InvalidFormatVersionError,
    InvalidMagicError,
    SchemaError,
    SnapshotError,
    SnapshotFormat,
    SnapshotIOError,
    schema,
)
from snapformat.bincode import u8

FORMAT = SnapshotFormat(name="demo", magic=7, version="1.2.0", payload=list[bool])
DATA = FORMAT.new([True, False]).to_bytes()


def error_of(data: object, format_: SnapshotFormat = FORMAT) -> SnapshotError:
    with pytest.raises(SnapshotError) as caught:
        format_.load(data)
    return caught.value


def resealed(data: bytes) -> bytes:
    return data + CRC64_JONES.compute(data).to_bytes(8, "little")


def test_codes_are_the_originals_names():
    classes = {
        SnapshotIOError: "Io",
        DecodeError: "Decode",
        EncodeError: "Encode",
        InvalidMagicError: "InvalidMagic",
        InvalidFormatVersionError: "InvalidFormatVersion",
        Crc64Error: "Crc64",
        DecodeIOError: "Decode",
        EncodeIOError: "Encode",
    }
    assert {cls: cls.code for cls in classes} == classes
    for cls in classes:
        assert issubclass(cls, SnapshotError)
    for cls in (SnapshotIOError, DecodeIOError, EncodeIOError):
        assert issubclass(cls, OSError)
    assert issubclass(SchemaError, TypeError)
    assert not issubclass(SchemaError, SnapshotError)


def test_damage_is_told_from_another_layout():
    broken = DATA[:29] + b"\x09" + DATA[30:]
    error = error_of(broken)
    assert (error.path, error.offset, error.expected, error.found) == ("$[0]", 29, "0 or 1", "9")
    assert error.hint == "the checksum doesn't match either: the file is damaged"
    error = error_of(resealed(broken[:-8]))
    assert error.hint == "the checksum matches: another layout, or a value that this schema refuses"
    assert str(error) == (
        "not a bool: expected 0 or 1, found 9 - at `$[0]`, offset 29 (0x1d) "
        "(the checksum matches: another layout, or a value that this schema refuses)"
    )


def test_the_hint_of_formats_without_and_with_an_older_order():
    plain = SnapshotFormat(name="demo", magic=7, version="1.2.0", payload=list[bool], checksum=None)
    assert error_of(DATA[:29] + b"\x09", plain).hint is None
    older = SnapshotFormat(
        name="demo", magic=7, version="1.2.0", payload=list[bool], order=CheckOrder.CHECKSUM_FIRST
    )
    error = error_of(resealed(DATA[:29] + b"\x09\0"), older)
    assert error.hint == "the checksum matches: another layout, or a value that this schema refuses"


def test_magic():
    error = error_of(b"\x09" + DATA[1:])
    assert isinstance(error, InvalidMagicError)
    assert (error.magic, error.path, error.offset) == (9, "$header.magic", 0)
    assert (error.expected, error.found) == ("0x0000000000000007", "0x0000000000000009")


def test_version():
    error = error_of(DATA.replace(b"1.2.0", b"1.3.1"))
    assert isinstance(error, InvalidFormatVersionError)
    assert (error.version, error.path, error.offset) == (semver.Version(1, 3, 1), "$header.version", 8)
    assert (error.expected, error.found) == ("1.0 to 1.2", "1.3.1")


def test_header():
    error = error_of(DATA[:10])
    assert (error.path, error.offset) == ("$header.version", 8)
    error = error_of(DATA.replace(b"1.2.0", b"1.2.x"))
    assert (error.code, error.path, error.offset) == ("Decode", "$header.version", 8)
    assert "'1.2.x' is not a semver version" in str(error)


def test_checksum():
    stored, computed = int.from_bytes(DATA[-8:], "little") ^ 1, CRC64_JONES.compute(DATA[:-8])
    error = error_of(DATA[:-8] + stored.to_bytes(8, "little"))
    assert isinstance(error, Crc64Error)
    assert (error.stored, error.computed, error.offset) == (stored, computed, 31)
    assert (error.expected, error.found) == (f"0x{computed:016x}", f"0x{stored:016x}")
    assert error.hint == "the file is damaged"
    upstream = dataclasses.replace(FORMAT, trailing="ignore")
    error = error_of(DATA[:-3], upstream)
    assert isinstance(error, Crc64Error)
    assert (error.stored, error.computed, error.found) == (None, computed, "none")
    for format_ in (FORMAT, upstream):
        error = error_of(DATA + b"x", format_)
        assert error.hint == "the checksum of the payload is correct, but does not cover 1 byte after it"


def test_the_file_is_named(tmp_path):
    path = tmp_path / "state"
    path.write_bytes(DATA[:-1] + bytes([DATA[-1] ^ 1]))
    for source in (path, str(path)):
        error = error_of(source)
        assert error.file == str(path)
        assert str(error).startswith(f"{path}: the checksum does not match")
    with path.open("rb") as stream:
        assert error_of(stream).file == str(path)
    (tmp_path / "short").write_bytes(DATA[:5])
    with pytest.raises(DecodeError) as caught:
        FORMAT.get_format_version(tmp_path / "short")
    assert caught.value.file == str(tmp_path / "short")
    assert error_of(DATA[:-1]).file is None


def test_a_missing_file(tmp_path):
    error = error_of(tmp_path / "nothing")
    assert isinstance(error, SnapshotIOError)
    assert isinstance(error, OSError)
    assert (error.errno, error.strerror, error.file) == (
        2,
        "No such file or directory",
        str(tmp_path / "nothing"),
    )


@pytest.mark.parametrize(
    "error",
    [
        DecodeError("wrong", path="$.a", offset=5, expected="x", found="y", hint="h", file="f"),
        EncodeError("wrong", path="$"),
        InvalidMagicError("wrong", magic=5, offset=0),
        InvalidFormatVersionError("wrong", version=semver.Version(1, 2, 3, "rc.1")),
        Crc64Error("wrong", stored=1, computed=2),
        Crc64Error("wrong"),
        SnapshotIOError("wrong", cause=OSError(28, "No space left on device"), file="f"),
        DecodeIOError("wrong", cause=None, path="$.b"),
        EncodeIOError("wrong", cause=OSError(32, "Broken pipe")),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_travel_between_processes(error):
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is type(error)
        assert vars(again) == vars(error)
        assert str(again) == str(error)
        assert again.args == error.args
        assert (getattr(again, "errno", None), getattr(again, "strerror", None)) == (
            getattr(error, "errno", None),
            getattr(error, "strerror", None),
        )


def test_real_errors_travel_too(tmp_path):
    for error in (error_of(DATA[:-1]), error_of(b"\x09" + DATA[1:]), error_of(tmp_path / "nothing")):
        assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_schema_errors_travel_too():
    with pytest.raises(SchemaError) as caught:

        @schema
        class Wrong:
            x: int

    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.owner, again.field) == (str(caught.value), caught.value.owner, "x")


def test_text_with_every_part_missing():
    assert str(DecodeError("wrong")) == "wrong"
    assert str(DecodeError("wrong", found="y")) == "wrong: found y"
    assert str(DecodeError("wrong", expected="x")) == "wrong: expected x"
    assert str(DecodeError("wrong", offset=16)) == "wrong - offset 16 (0x10)"
    assert str(DecodeError("wrong", path="$", file="f")) == "f: wrong - at `$`"


def test_context_of_construct_is_not_shown():
    error = error_of(SnapshotFormat(name="d", magic=7, version="1.2.0", payload=u8).new(1).to_bytes()[:-9])
    assert error.__cause__ is None
