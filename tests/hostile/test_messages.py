"""Messages are bounded, whatever the input; the attributes have all of it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Annotated, Any

import construct as c
import pytest

from snapformat import DecodeError, SnapshotError, SnapshotFormat, decode, encode, schema
from snapformat.bincode import (
    FIRECRACKER,
    HashMap,
    IpAddr,
    Ipv4Addr,
    SocketAddr,
    SocketAddrV6,
    Version,
    VersionReq,
    Via,
    u8,
)
from snapformat.errors import SchemaError
from snapformat.path import parse_path
from snapformat.printable import text_of
from snapformat.values import from_json, parse_json, to_json

MEGABYTES = 1 << 20
#: Of a line; a reason of several lines may have a few more.
MOST, MOST_OF_REASON = 700, 2500
TEXTS = {
    "long": "x" * MEGABYTES,
    "of control characters": "\0" * MEGABYTES,
    "of what is printed as ten": "\U000e0001" * (MEGABYTES // 4),
    "just too long": "9" * 5000,
    "just not cut": "\0" * 79,
    "of letters beyond ASCII": "é" * 3700,
}


@schema
class Refusing:
    """A class that quotes what it refuses."""

    text: str

    def __post_init__(self) -> None:
        raise ValueError(f"not to be had: {self.text}")


def _refuse(value: Any) -> Any:
    raise ValueError(f"not to be had: {value}")


QUOTES = Annotated[str, Via(str, decode=_refuse, encode=_refuse, name="quoting")]
FORMAT = SnapshotFormat(name="t", magic=7, version="1.2.3", payload=u8)
LABELS = c.Enum(c.Byte, a=1)
BITS = c.BitStruct("x" / c.Enum(c.BitsInteger(8), a=1))
PASCAL = c.PascalString(c.Int32ub, "utf8")


def _text_bytes(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(8, "little") + data


def _header(text: str) -> bytes:
    return (7).to_bytes(8, "little") + _text_bytes(text) + bytes(9)


CALLS: dict[str, Callable[[str], Any]] = {
    "version": lambda text: decode(_text_bytes(text), Version),
    "version in JSON": lambda text: from_json(text, Version),
    "version to write": lambda text: encode(text, Version),
    "requirement": lambda text: decode(_text_bytes(text), VersionReq),
    "requirement in JSON": lambda text: from_json(f">=1.0.{text}", VersionReq),
    "address in JSON": lambda text: from_json(text, IpAddr),
    "address of a kind in JSON": lambda text: from_json(text, Ipv4Addr),
    "socket in JSON": lambda text: from_json(f"[::1]:{text}", SocketAddr),
    "other socket in JSON": lambda text: from_json(text, SocketAddrV6),
    "label in JSON": lambda text: from_json(text, LABELS),
    "label to show": lambda text: to_json(text, LABELS),
    "label to write": lambda text: encode(text, LABELS),
    "label of bits": lambda text: encode({"x": text}, BITS),
    "conversion": lambda text: decode(_text_bytes(text), QUOTES),
    "conversion to write": lambda text: encode(text, QUOTES),
    "conversion to show": lambda text: to_json(text, QUOTES),
    "conversion of JSON": lambda text: from_json(text, QUOTES),
    "class": lambda text: decode(_text_bytes(text), Refusing),
    "class in JSON": lambda text: from_json({"text": text}, Refusing),
    "field in JSON": lambda text: from_json({"text": "", text: ""}, Refusing),
    "key in JSON": lambda text: from_json({text: 1}, HashMap[u8, u8]),
    "value of a key": lambda text: encode({text: -1}, HashMap[str, u8]),
    "constant": lambda text: encode(text, c.Const("a", PASCAL)),
    "other constant": lambda text: decode(
        len(text.encode()).to_bytes(4, "big") + text.encode(), c.Const("a", PASCAL)
    ),
    "construct": lambda text: encode(text + "\ud800", c.CString("utf8")),
    "JSON": lambda text: parse_json(f"[{text}"),
    "version of a file": lambda text: FORMAT.load(_header(text)),
    "version that is not read": lambda text: FORMAT.load(_header("9.0.0-" + "a" * len(text))),
    "file": lambda text: FORMAT.load(f"/missing/{text}"),
}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("name", CALLS)
def test_a_message_is_bounded(name: str, text: str) -> None:
    with pytest.raises(SnapshotError) as caught:
        CALLS[name](TEXTS[text])
    assert len(str(caught.value)) <= MOST
    assert len(caught.value.args[0]) <= MOST
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert again.message == caught.value.message


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("kind", [Version, VersionReq, QUOTES, Refusing])
def test_a_message_of_a_construct_of_ours_is_bounded(kind: Any, text: str) -> None:
    with pytest.raises(c.ConstructError) as caught:
        FIRECRACKER.construct(kind).parse(_text_bytes(TEXTS[text]))
    assert len(str(caught.value)) <= MOST


@pytest.mark.parametrize("text", TEXTS)
def test_messages_about_declarations_and_calls_are_bounded(text: str) -> None:
    with pytest.raises(ValueError, match="not a value path") as caught:
        parse_path(f"$.{TEXTS[text]}[")
    assert len(str(caught.value)) <= MOST
    assert len(str(SchemaError(TEXTS[text], owner=TEXTS[text], field="x"))) <= MOST


def test_a_long_text_says_how_much_is_left_out() -> None:
    error = DecodeError("a" * 2000 + "b" * 2000, expected="c" * 400, path="$" + ".d" * 300, file="e" * 500)
    shown = str(error)
    assert error.message == "a" * 2000 + "b" * 2000
    assert error.expected == "c" * 400
    assert "aaa ... 2040 characters ... bbb" in shown
    assert "ccc ... 140 characters ... ccc" in shown
    assert ".d. ... 481 characters ... .d" in shown
    assert shown.startswith("eee")


def test_a_reason_of_several_lines_is_whole() -> None:
    reason = "\n".join(f"line {number}: a reason that takes some words" for number in range(40))
    assert str(DecodeError(text_of(ValueError(reason)))) == reason.replace("\n", " ")
    many = ValueError("\n".join(f"line {number}" for number in range(1_000_000)))
    endless = str(DecodeError(text_of(many)))
    assert endless.startswith("line 0 line 1 ")
    assert endless.endswith("line 999998 line 999999")
    assert len(endless) <= MOST_OF_REASON
