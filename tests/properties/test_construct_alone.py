"""A type's construct parses and builds with construct's code alone, and shows what it is made of."""

from __future__ import annotations

import importlib
import io
from pathlib import Path
from typing import Any

import construct as c
import pytest
from hypothesis import given

import snapformat
from properties.alone import ALLOWED, hidden, inside, only_construct
from properties.strategies import encodings, same, samples, samples_and_values
from snapformat import Encoding, SnapshotFormat, encode
from snapformat.bincode import u16
from snapformat.snapshot.catalogue import formats
from snapshots.data import StateFile, state_files
from vectors import data as vectors
from vectors.checks import Case, assert_bytes, assert_same
from vectors.shapes import as_read

#: Classes of construct that hold one other, several, or one of several.
_OF_CONSTRUCT = (c.Struct, c.Sequence, c.Subconstruct, c.Switch, c.LazyBound)


def test_the_profiler_sees_readers_and_generated_code() -> None:
    """What is to fail does."""
    for call in (
        lambda: snapformat.decode(b"\1\0", u16),
        lambda: snapformat.encode(1, u16),
        lambda: snapformat.decode_stream(io.BytesIO(b"\1\0"), u16),
    ):
        with pytest.raises(AssertionError, match="construct alone called"), only_construct():
            call()


@given(samples_and_values(), encodings)
def test_values(sample: tuple[Any, Any], encoding: Encoding) -> None:
    kind, value = sample
    expected = encode(value, kind, encoding)
    struct = encoding.construct(kind)
    with only_construct():
        built = struct.build(value)
        parsed = struct.parse(built)
    assert built == expected
    assert same(parsed, value)


_KINDS = [row for row in vectors.supported("kinds_*.jsonl") if row["decode"] == "ok"]


@pytest.mark.parametrize("config", sorted(vectors.CONFIGS))
def test_golden_values(config: str) -> None:
    for row in _KINDS:
        if row["config"] != config:
            continue
        case = Case(row)
        with as_read():
            wanted = case.shape.from_value(row.get("decoded_value", row["value"]))
        struct = case.construct
        with only_construct():
            parsed = struct.parse(row.bytes)
            built = struct.build(parsed)
        assert_same(case.shape, parsed, wanted, row.id)
        assert_bytes(built, bytes.fromhex(row.get("reencoded_hex", row["hex"])), row.id)


def _of_one_kind() -> list[StateFile]:
    """A state file of each release and architecture: one configuration is as good as another here."""
    found: dict[str, StateFile] = {}
    for file in state_files():
        found.setdefault(file.format.name, file)
    return list(found.values())


@pytest.mark.parametrize("file", _of_one_kind(), ids=lambda file: file.format.name)
def test_files(file: StateFile) -> None:
    struct = file.format.struct
    with only_construct():
        parsed = struct.parse(file.bytes)
        built = struct.build(parsed)
    assert built == file.bytes
    loaded = file.format.load(file.bytes)
    assert parsed.header == loaded.header
    assert same(parsed.data, loaded.data)


_PACKET = c.Struct(
    "kind" / c.Enum(c.Int8ub, small=1, large=2),
    "size" / c.Rebuild(c.Int8ub, c.len_(c.this.body)),
    "body" / c.Bytes(c.this.size),
    "more" / c.Switch(c.this.kind, {"small": c.Int8ub, "large": c.Int32ub}),
    "bits" / c.BitStruct("a" / c.Nibble, "b" / c.Flag, c.Padding(3)),
)


@pytest.mark.parametrize("trailing", ["refuse", "keep", "ignore"])
@pytest.mark.parametrize("checksum", [snapformat.CRC64_JONES, None])
def test_a_file_of_the_users_own_struct(trailing: Any, checksum: Any) -> None:
    form = SnapshotFormat("t", 7, "1.0.0", _PACKET, checksum=checksum, trailing=trailing)
    value = {"kind": "large", "body": b"abc", "more": 5, "bits": {"a": 3, "b": True}}
    data, struct = form.new(value).to_bytes(), form.struct
    with only_construct():
        parsed = struct.parse(data)
        built = struct.build(parsed)
    assert built == data
    assert (parsed.header.magic, str(parsed.header.version)) == (7, "1.0.0")
    assert (parsed.data.body, parsed.data.more, parsed.data.bits.a) == (b"abc", 5, 3)


@given(samples)
def test_whatever_is_inside_is_found(sample: Any) -> None:
    """Tools that walk a construct by construct's own attributes see all of it."""
    for path, construct in inside(Encoding().construct(sample.kind)):
        assert hidden(construct) == [], f"{type(construct).__name__} at {path} hides some"
        kind = getattr(construct, "kind", None)
        if isinstance(construct, c.Struct) and kind is not None:
            assert [sub.name for sub in construct.subcons] == [field.attr for field in kind.fields]


def _names(struct: Any) -> set[str]:
    return {path for path, _ in inside(struct)}


#: Formats whose values lie one after the other.
_POSITIONAL = sorted(name for name, each in formats().items() if not each.is_message)


@pytest.mark.parametrize("name", _POSITIONAL)
def test_parts_of_a_file_are_named(name: str) -> None:
    struct = formats()[name].struct
    names = _names(struct)
    assert {".header", ".header.magic", ".header.version", ".data", ".checksum"} <= names
    assert hidden(struct) == []
    data = next(construct for path, construct in inside(struct) if path == ".data")
    assert isinstance(data, _OF_CONSTRUCT)


def test_modules_of_the_rule_exist() -> None:
    """The modules that may be used exist: one that was renamed would leave a hole in the rule."""
    for module in ALLOWED:
        found = importlib.import_module(module)
        assert Path(found.__file__ or "").exists()
