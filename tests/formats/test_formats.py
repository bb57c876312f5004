"""Public formats on real and made files: as a type and in a file, as in construct; and more is known."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import construct as c
import pytest

from formats import declared
from formats.cases import FORMATS, Format
from snapformat import DecodeError, EncodeError, SnapshotFormat, decode, decode_stream, encode
from snapformat.docs import Document, build, describe
from snapformat.layout import layout_of, walk
from snapformat.values import dumps, loads, to_json

#: Header (magic, version as text) and checksum around the payload of a file.
HEADER, CHECKSUM = 8 + 8 + 5, 8

#: Stands for an exception.
Refused = object()

each_format = pytest.mark.parametrize("format_", [pytest.param(f, id=f.name) for f in FORMATS])
each_file = pytest.mark.parametrize(
    ("format_", "data"),
    [pytest.param(f, data, id=f"{f.name}-{name}") for f in FORMATS for name, data in f.files().items()],
)
each_way = pytest.mark.parametrize("lazy", [False, True], ids=["eager", "lazy"])


def spec_of(format_: Format) -> SnapshotFormat:
    return SnapshotFormat(name=format_.name, magic=7, version="1.0.0", payload=format_.struct)


def edited(format_: Format, value: Any) -> Any:
    format_.edit(value)
    return value


def same(found: Any, expected: Any, path: str = "$") -> bool:
    """Whether two values are equal, with the same types in every place; says where they are not."""
    if isinstance(expected, c.Container):
        assert isinstance(found, c.Container), path
        names = [name for name in expected if name != "_io"]
        # A `FlagsEnum` keeps the bits without a name, which construct drops.
        assert [name for name in found if name not in ("_io", "_unnamed")] == names, path
        return all(same(found[name], expected[name], f"{path}.{name}") for name in names)
    if isinstance(expected, list):
        assert isinstance(found, list), path
        assert len(found) == len(expected), path
        pairs = enumerate(zip(found, expected, strict=True))
        return all(same(*pair, f"{path}[{index}]") for index, pair in pairs)
    assert type(found) is type(expected), path
    assert found == expected, path
    return True


@each_file
def test_files_are_declared_right(format_: Format, data: bytes):
    value = format_.struct.parse(data)
    assert format_.struct.build(value) == data
    changed = format_.struct.build(edited(format_, value))
    assert changed != data
    assert format_.struct.build(format_.struct.parse(changed)) == changed


@each_file
def test_decode(format_: Format, data: bytes):
    expected = format_.struct.parse(data)
    assert same(decode(data, format_.struct), expected)
    assert same(decode(bytearray(data), format_.struct), expected)
    assert same(decode_stream(io.BytesIO(data), format_.struct), expected)


@each_file
def test_encode(format_: Format, data: bytes):
    assert encode(decode(data, format_.struct), format_.struct) == data
    assert encode(format_.struct.parse(data), format_.struct) == data


@each_file
def test_edits(format_: Format, data: bytes):
    expected = format_.struct.build(edited(format_, format_.struct.parse(data)))
    assert encode(edited(format_, decode(data, format_.struct)), format_.struct) == expected


@each_file
@each_way
def test_load(format_: Format, data: bytes, lazy: bool):
    spec = spec_of(format_)
    expected = format_.struct.parse(data)
    file = spec.new(expected).to_bytes()
    assert file[HEADER:-CHECKSUM] == data
    assert same(spec.load(file, lazy=lazy).data, expected)


@each_file
@each_way
def test_save(format_: Format, data: bytes, lazy: bool):
    spec = spec_of(format_)
    file = spec.new(format_.struct.parse(data)).to_bytes()
    assert spec.load(file, lazy=lazy).to_bytes() == file
    touched = spec.load(file, lazy=lazy)
    assert touched.data is not None
    assert touched.to_bytes() == file


@each_file
@each_way
def test_edits_of_a_file(format_: Format, data: bytes, lazy: bool):
    spec = spec_of(format_)
    snapshot = spec.load(spec.new(format_.struct.parse(data)).to_bytes(), lazy=lazy)
    format_.edit(snapshot.data)
    expected = format_.struct.build(edited(format_, format_.struct.parse(data)))
    file = snapshot.to_bytes()
    assert file[HEADER:-CHECKSUM] == expected
    assert same(spec.load(file, lazy=lazy).data, format_.struct.parse(expected))


def cuts(data: bytes) -> list[bytes]:
    """Beginnings of a file: all short ones, and some of any length."""
    sizes = {*range(min(40, len(data))), *(len(data) * part // 30 for part in range(30))}
    return [data[:size] for size in sorted(sizes)]


def damaged(data: bytes) -> list[bytes]:
    """The file with one byte changed, in places all over it."""
    places = {*range(0, min(64, len(data)), 3), *(len(data) * part // 25 for part in range(25))}
    return [data[:place] + bytes((data[place] ^ 0xA5,)) + data[place + 1 :] for place in sorted(places)]


def outcome(call: Callable[[Any], Any], argument: Any) -> Any:
    """What construct returns, or that it raises; not always an error of its own."""
    try:
        return call(argument)
    except Exception:
        return Refused


def check_as_in_construct(struct: Any, data: bytes) -> None:
    expected = outcome(struct.parse, data)
    if expected is Refused:
        with pytest.raises(DecodeError):
            decode(data, struct)
        return
    assert same(decode(data, struct), expected)
    written = outcome(struct.build, expected)
    if written is Refused:
        with pytest.raises(EncodeError):
            encode(expected, struct)
        return
    assert encode(expected, struct) == written


@each_file
def test_cut_files(format_: Format, data: bytes):
    for cut in cuts(data):
        check_as_in_construct(format_.struct, cut)


@each_file
def test_damaged_files(format_: Format, data: bytes):
    for found in damaged(data):
        check_as_in_construct(format_.struct, found)


def assert_has_each_field(json: Any, value: Any, path: str = "$") -> None:
    """Every field of the value is a member of its JSON, every element an element."""
    if isinstance(value, c.Container):
        if "_flagsenum" in value:  # bits of one number, in whatever form
            assert not (isinstance(json, dict) and "$bytes" in json), path
            return
        if "offset1" in value and "value" in value and "value" not in (json or ()):
            assert_has_each_field(json, value["value"], path)  # a `RawCopy`, as what it copies
            return
        assert isinstance(json, dict), path
        for name, found in value.items():
            if name != "_io":
                assert name in json, path
                assert_has_each_field(json[name], found, f"{path}.{name}")
    elif isinstance(value, list):
        assert isinstance(json, list), path
        assert len(json) == len(value), path
        for index, (member, found) in enumerate(zip(json, value, strict=True)):
            assert_has_each_field(member, found, f"{path}[{index}]")
    elif type(value) in (int, str):
        assert json == value, path


@each_file
def test_json_has_each_field(format_: Format, data: bytes):
    value = format_.struct.parse(data)
    assert_has_each_field(to_json(value, format_.struct), value)


@each_file
def test_json_and_back(format_: Format, data: bytes):
    value = format_.struct.parse(data)
    back = loads(dumps(value, format_.struct), format_.struct)
    assert back == value
    assert encode(back, format_.struct) == data
    assert format_.struct.build(back) == data


def names_of_rows(document: Document) -> list[set[str]]:
    """The names of rows that stand together: of a type, of a variant, of a number's bits."""
    rows = [{field.name for field in kind.fields} for kind in document.types]
    rows += [{field.name for field in each.fields} for kind in document.types for each in kind.variants]
    return rows + [{bit.name for bit in kind.bits} for kind in document.types]


def missing(names: list[set[str]], rows: list[set[str]]) -> list[set[str]]:
    return [each for each in names if each and not any(each <= row for row in rows)]


@each_format
def test_documents_have_each_field(format_: Format):
    document = describe(spec_of(format_))
    assert not missing(declared.structs(format_.struct), names_of_rows(document))
    fields = [field for kind in document.types for _, field in kind.members]
    assert all(field.size.text and field.offset.text for field in fields)


@each_format
def test_documents_have_each_label(format_: Format):
    document = describe(spec_of(format_))
    rows = [{each.name for each in kind.variants} for kind in document.types]
    rows += [{name for _, name in bit.values} for kind in document.types for bit in kind.bits]
    assert not missing(declared.labels(format_.struct), rows)
    rows = [{bit.name for bit in kind.bits} for kind in document.types]
    rows += [{bit.name for bit in found.bits} for kind in document.types for found in kind.flags]
    assert not missing(declared.flags(format_.struct), rows)


@each_format
def test_documents_are_opaque_only_on_purpose(format_: Format):
    fields = [(name, field) for kind in describe(format_.struct).types for name, field in kind.members]
    opaque = {name for name, field in fields if "opaque" in field.type_text}
    assert opaque == ({"time"} if format_.name == "pe" else set())


@each_format
def test_pages_show_each_field(format_: Format):
    built = build([spec_of(format_)], outputs=("markdown", "html", "json"))
    names = set().union(*declared.structs(format_.struct))
    for suffix in ("md", "html", "json"):
        page = built.files[f"{format_.name}.{suffix}"].replace("\\_", "_")
        assert not {each for each in names if each not in page}, suffix


def filled_names(value: Any) -> set[str]:
    """The names of all fields in a value that are neither None nor empty."""
    if isinstance(value, c.Container):
        found = {name: part for name, part in value.items() if part is not None and part not in ([], b"", "")}
        return set(found).union(*map(filled_names, found.values()))
    return set().union(*map(filled_names, value)) if isinstance(value, list) else set()


@each_file
def test_walk_names_each_field(format_: Format, data: bytes):
    names = filled_names(format_.struct.parse(data)) & declared.stored(format_.struct)
    paths = {event.path for event in walk(layout_of(format_.struct), data)}
    found = {part.partition("[")[0] for path in paths for part in path.split(".")}
    assert names <= found, names - found
