"""Classes of other libraries as types, by `register`: values, files, JSON, lists and construct's Structs."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from typing import Any, NamedTuple

import attrs
import construct as c
import msgspec
import pydantic
import pytest

from snapformat import (
    DecodeError,
    EncodeError,
    Encoding,
    SchemaError,
    SnapshotFormat,
    decode,
    encode,
    register,
    schema,
)
from snapformat.bincode import BTreeMap, Option, u8
from snapformat.values import from_json, to_json

STRUCT = c.Struct("x" / c.Int16ub, "name" / c.PascalString(c.Byte, "utf8"))


@dataclasses.dataclass
class Plain:
    x: int
    name: str


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    x: int
    name: str


@attrs.define
class Attrs:
    x: int
    name: str


@attrs.frozen
class FrozenAttrs:
    x: int
    name: str


class Pydantic(pydantic.BaseModel):
    x: int = pydantic.Field(le=1000)
    name: str


class FrozenPydantic(pydantic.BaseModel, frozen=True):
    x: int
    name: str


class Msgspec(msgspec.Struct):
    x: int
    name: str


class FrozenMsgspec(msgspec.Struct, frozen=True):
    x: int
    name: str


class Named(NamedTuple):
    x: int
    name: str


CLASSES = [
    Plain,
    Frozen,
    Attrs,
    FrozenAttrs,
    Pydantic,
    FrozenPydantic,
    Msgspec,
    FrozenMsgspec,
    Named,
]
for each in CLASSES:
    register(each, STRUCT)

each_class = pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)


@each_class
def test_values_files_and_json(cls: Any) -> None:
    value = cls(x=258, name="a")
    assert encode(value, cls) == b"\1\2\1a"
    for lazy in (False, False, True):
        found = decode(b"\1\2\1a", cls, lazy=lazy)
        assert (type(found), found) == (cls, value)
    assert to_json(value, cls) == {"x": 258, "name": "a"}
    assert from_json({"x": 258, "name": "a"}, cls) == value
    format_ = SnapshotFormat(name="made", magic=1, version="1.0.0", payload=cls)
    data = format_.new(value).to_bytes()
    for lazy in (False, True):
        loaded = format_.load(data, lazy=lazy)
        assert loaded.data == value
        assert loaded.to_bytes() == data


@each_class
def test_inside_a_declared_class(cls: Any) -> None:
    body = {"__annotations__": {"one": cls, "many": list[cls], "by": BTreeMap[u8, Option[cls]]}}
    holder: Any = schema(type("Holder", (), body))
    value = holder(cls(x=1, name=""), [cls(x=2, name="b")] * 2, {1: cls(x=3, name="c"), 2: None})
    for encoding in (Encoding(), Encoding("variable", "big")):
        data = encode(value, holder, encoding)
        assert decode(data, holder, encoding) == value
    assert from_json(to_json(value, holder), holder) == value


@each_class
def test_inside_a_construct_struct(cls: Any) -> None:
    """The construct of a class is `Encoding().construct(Class)`, whether registered or declared."""
    struct = c.Struct("inner" / Encoding().construct(cls), "after" / c.Byte)
    value = cls(x=258, name="a")
    assert struct.build({"inner": value, "after": 9}) == b"\1\2\1a\x09"
    assert struct.parse(b"\1\2\1a\x09").inner == value
    assert encode({"inner": value, "after": 9}, struct) == b"\1\2\1a\x09"
    assert decode(b"\1\2\1a\x09", struct).inner == value


@each_class
def test_values_that_do_not_fit(cls: Any) -> None:
    with pytest.raises(EncodeError, match=f"expected {cls.__name__}, found str 'x'"):
        encode("x", cls)
    with pytest.raises(DecodeError, match="the data ends too early"):
        decode(b"\1", cls)


def test_the_reason_of_the_class_is_kept() -> None:
    with pytest.raises(DecodeError, match=r"not a Pydantic: ValidationError: .* less than or equal to 1000"):
        decode(b"\xff\xff\0", Pydantic)


class OwnModel(pydantic.BaseModel):
    x: int


@attrs.define
class OwnAttrs:
    x: int


class OwnMsgspec(msgspec.Struct):
    x: int


@pytest.mark.parametrize(
    ("cls", "library"), [(OwnModel, "pydantic"), (OwnAttrs, "attrs"), (OwnMsgspec, "msgspec")]
)
def test_schema_is_for_plain_classes(cls: type, library: str) -> None:
    with pytest.raises(SchemaError, match=f"this one is made by {library}: leave that out, or say register"):
        schema(cls)


def test_without_the_optional_packages() -> None:
    """`describe` works without Jinja2; what needs it, or numpy, says which extra installs it."""
    code = """
import sys
sys.modules.update(jinja2=None, numpy=None)
import snapformat
from snapformat.bincode import u64
from snapformat.docs import describe
print(describe(list[u64]).primitives[0].name)
for use in (
    lambda: snapformat.docs.build,
    lambda: snapformat.decode(bytes(8), list[u64], lazy=True, arrays="numpy"),
):
    try:
        use()
    except ModuleNotFoundError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "u64",
        "documents in HTML and Markdown need Jinja2: install snapformat[docs]",
        "arrays='numpy' needs numpy: install snapformat[numpy]",
    ]
