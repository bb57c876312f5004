"""Text in any of Python's encodings: construct's bytes, also for empty text."""

from __future__ import annotations

import encodings.aliases
from typing import Annotated, Any

import construct as c
import pytest

from codec.agreement import generated_write
from layout.agreement import agree
from snapformat import Encoding, SnapshotFormat, decode, encode, schema
from snapformat.layout import layout_of
from snapformat.layout import write as reference_write
from snapformat.values import from_json, to_json


def _text_encodings() -> list[str]:
    """Python's encodings of text, and other spellings of those with a mark."""
    found = ["utf16", "UTF-16", "utf32", "U32", "utf_8_sig"]
    for name in sorted(set(encodings.aliases.aliases.values())):
        try:
            if "ab".encode(name).decode(name) == "ab":
                found.append(name)
        except (LookupError, UnicodeError):
            continue
    return found


ENCODINGS = _text_encodings()


class Text(str):
    """A subclass of `str`."""

    __slots__ = ()


def test_the_marked_ones_are_among_them():
    marked = {name for name in ENCODINGS if "".encode(name)}
    assert {"utf16", "utf_16", "utf_32", "utf_8_sig"} <= marked


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_empty_and_other_text(encoding):
    text = c.PascalString(c.Int8ub, encoding)
    for struct, values in (
        (text, ["", "ab", Text(), Text("ab")]),
        (c.PrefixedArray(c.Int8ub, text), [[], ["", "a", ""], ["b", ""]]),
        (c.Struct("a" / text, "n" / c.Int8ub, "b" / text), [{"a": "", "n": 1, "b": ""}]),
        (c.Struct("a" / c.Default(text, ""), c.Const("", text)), [{}, {"a": "x"}]),
        (c.CString(encoding) if encoding in ("utf8", "utf16", "utf32") else text, ["", "ab"]),
    ):
        for value in values:
            expected = struct.build(value)
            assert encode(value, struct) == expected, (value, struct)
            node = layout_of(struct)
            assert reference_write(node, value) == expected
            assert generated_write(node, value) == expected
            assert encode(from_json(to_json(decode(expected, struct), struct), struct), struct) == expected


@pytest.mark.parametrize("encoding", ["utf16", "utf32", "utf-8-sig"])
def test_marked_text_on_damaged_bytes(encoding):
    agree(c.PascalString(c.Int8ub, encoding), "", "a")


@pytest.mark.parametrize("encoding", ["utf16", "utf32", "utf-8-sig"])
def test_empty_text_in_declared_classes_and_files(encoding):
    text: Any = c.PascalString(c.Int8ub, encoding)

    @schema
    class Named:
        name: Annotated[str, text]
        names: list[Annotated[str, text]]

    value = Named("", ["", ""])
    data = b"\0" + b"\2" + bytes(7) + b"\0\0"
    assert encode(value, Named) == data
    assert Encoding().construct(Named).build(value) == data
    assert decode(data, Named) == value
    whole = SnapshotFormat(name="empty text", magic=1, version="1.0.0", payload=Named)
    saved = whole.new(value).to_bytes()
    assert whole.load(saved).to_bytes() == saved
    assert whole.load(saved, lazy=True).to_bytes() == saved
    assert data in saved
