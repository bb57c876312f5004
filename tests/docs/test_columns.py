"""Documents of formats in columns: what each type makes, packings, the columns of real files, notes."""

from __future__ import annotations

import dataclasses
import json
import re
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import construct as c
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs import golden, schemas
from docs.schemas import Cache, Clock, Drive, Machine, Shape
from kinds import short_vec, timestamp, u24
from properties.strategies import samples
from snapformat import CheckOrder, Encoding, SchemaError, SnapshotFormat, doc, register, schema
from snapformat.bincode import (
    Blob,
    BTreeMap,
    BTreeSet,
    ByteArray,
    HashMap,
    IpAddr,
    Len,
    Option,
    SystemTime,
    Unit,
    Version,
    char,
    f32,
    f64,
    i8,
    i128,
    u8,
    u16,
    u32,
    u64,
    usize,
)
from snapformat.docs import build, describe
from snapformat.docs.columns import columns_text, describe_columns
from snapformat.docs.model import ColumnRow, Document
from snapformat.encodings.bincode.encoding import sealed
from snapformat.encodings.bitcode.packing import ColumnInput, pack_ints, pack_lengths, pack_small
from snapformat.encodings.bitcode.reader import BitcodeReader
from snapformat.limits import DEFAULT_LIMITS
from snapformat.model.bound import Bound
from snapformat.snapshot.catalogue import formats, formats_for

BITCODE = Encoding.bitcode()
ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "microvm-1.16.vmstate"
FILES = ROOT / "tests" / "golden" / "bitcode" / "snapshots"
#: Real files of releases with a layout, with a list of their columns that another program made.
REAL = sorted(path for path in FILES.glob("1.*/*/columns.tsv"))


@cache
def store() -> Document:
    """The document of the small schema, with the columns of a file."""
    from snapformat.docs.examples import add_examples

    document = describe(schemas.STORES)
    add_examples(document, schemas.STORES, schemas.store_file(), "store.snap")
    return document


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (u8, "u8"),
        (i8, "u8"),
        (usize, "u64"),
        (i128, "u128"),
        (f32, "f32"),
        (f64, "u64"),
        (char, "u32"),
        (bool, "bool"),
        (str, "str"),
        (bytes, "seq, u8"),
        (Annotated[bytes, ByteArray(4)], "seq, u8"),
        (Blob[Clock], "seq, u8"),
        (Unit, "none"),
        (tuple[()], "none"),
        (list[Unit], "seq"),
        (Option[u16], "enum, u16"),
        (Option[Option[str]], "enum, enum, str"),
        (list[list[u8]], "seq, seq, u8"),
        (BTreeSet[u16], "seq, u16"),
        (HashMap[str, Option[u8]], "map, str, enum, u8"),
        (tuple[u8, bool], "u8, bool"),
        (tuple[u8], "u8"),
        (Annotated[list[u32], Len(0)], "none"),
        (Annotated[list[u32], Len(1)], "u32"),
        (Annotated[list[u32], Len(3)], "3 × u32"),
        (Annotated[list[tuple[u8, str]], Len(2)], "2 × (u8, str)"),
        (Annotated[list[Unit], Len(2)], "none"),
        (Version, "str"),
        (SystemTime, "u64, u32"),
        (IpAddr, "enum, 4 × u8, 16 × u8"),
        (list[Drive], "seq, …"),
        (Option[Cache], "enum, …"),
        (tuple[Shape, Machine], "…, …"),
    ],
)
def test_the_columns_of_a_type(annotation: Any, text: str):
    class Holder:
        field: annotation = doc("Something")

    (field,) = describe(schema(Holder), encoding=BITCODE).types[0].fields
    assert field.columns == text
    assert (field.offset, field.size) == (None, None)


def test_only_enums_and_fields_have_columns():
    labels = {each.label: each.columns for each in store().types}
    assert labels == {
        "Store": "",
        "Machine": "",
        "Drive": "",
        "Cache": "enum",
        "Shape": "enum",
        "Clock": None,
        "Range<u32>": "",
    }
    for each in store().types:
        assert (each.size is None) == (each.columns is not None)
        for name, field in each.members:
            assert (field.offset is None) == (field.size is None) == (field.columns is not None), name
        assert all((variant.size is None) == (each.size is None) for variant in each.variants)


def test_inside_of_c_structures_there_are_offsets():
    clock = store().by_label["Clock"]
    assert clock.nested
    assert clock.size is not None
    assert clock.size.text == "8"
    places = [(field.name, field.offset.text, field.size.text) for field in clock.fields]
    assert places == [("ticks", "0", "4"), ("hz", "4", "2"), ("pad", "6", "2")]
    assert clock.example is not None
    assert clock.example.unpacked
    assert clock.example.path == "$.clock"
    assert [(row.offset, row.data.hex(), row.value) for row in clock.example.rows] == [
        (0, "e8030000", "1000 (0x3e8)"),
        (4, "6400", "100 (0x64)"),
        (6, "0000", "2 bytes"),
    ]


def test_a_struct_that_is_also_a_c_structure_has_two_sections():
    @schema
    class Both:
        plain: Clock = doc("In columns")
        packed: Blob[Clock] = doc("In a byte string")

    both, plain, packed = describe(Both, encoding=BITCODE).types
    assert [field.type_text for field in both.fields] == ["Clock", "blob<Clock (2)>"]
    assert [field.columns for field in plain.fields] == ["u32", "u16", "2 × u8"]
    assert [field.offset.text for field in packed.fields] == ["0", "4", "6"]


# --- alone, without a file -----------------------------------------------------------------------------


def test_types_alone():
    for what in (Machine, list[Machine], Shape, u16):
        document = describe(what, encoding=BITCODE)
        assert (document.encoding, document.integers, document.limit) == ("bitcode", "packed", None)
        assert document.columns is not None
        assert document.file is None
    document = describe(u16, encoding=BITCODE)
    assert document.types[0].fields[0].columns == "u16"
    found = build(
        [Machine, "docs.schemas:Shape"], outputs=("html", "markdown", "json"), encoding=BITCODE
    ).files
    assert "The encoding is the serde format of bitcode 0.6: values are stored in <a" in found["machine.html"]
    assert (
        "The encoding is the serde format of bitcode 0.6: values are stored in [columns](#columns)."
        in found["machine.md"]
    )
    assert '| 1 | <a id="type-machine.mem_size_mib"></a>`mem_size_mib` | u64 |' in found["machine.md"]
    assert json.loads(found["shape.json"])["encoding"] == "bitcode"


def test_kinds_of_another_package():
    @schema
    class Holder:
        at: timestamp.timestamp
        items: short_vec.ShortVec[u16]
        narrow: u24.u24

    columns = [field.columns for field in describe(Holder, encoding=BITCODE).types[0].fields]
    # What columns the others make, only their own code knows.
    assert columns == ["…", "seq, u16", "…"]


def test_what_bitcode_can_not_store():
    struct = c.Struct("count" / c.Int16ul)

    class Registered:
        def __init__(self, count: int) -> None:
            self.count = count

    register(Registered, struct)
    register("docs.registered", struct)

    @schema
    class Holder:
        first: u8
        field: Annotated[Any, c.Int16ub]

    for what in (struct, Registered, "docs.registered", Holder, list[Annotated[Any, struct]]):
        with pytest.raises(SchemaError) as refused:
            describe(what, encoding=BITCODE)
        with pytest.raises(SchemaError) as wanted:
            BITCODE.kind_of(what)
        assert str(refused.value) == str(wanted.value)
        assert describe(what).types
    late = SnapshotFormat(
        name="late", magic=1, version="1.0.0", payload="docs.schemas:HEADER", encoding=BITCODE
    )
    with pytest.raises(SchemaError, match="a construct has bytes of its own"):
        describe(late)
    with pytest.raises(ValueError, match="payload"):
        describe(SnapshotFormat(name="nothing", magic=1, version="1.0.0", encoding=BITCODE))


@given(st.data())
def test_any_type(data: st.DataObject):
    """The columns of a message are those that the document names."""
    sample = data.draw(samples)
    document = describe(sample.kind, encoding=BITCODE)
    assert json.dumps(dataclasses.asdict(document), default=bytes.hex)
    kind = BITCODE.kind_of(sample.kind)
    message = BITCODE.write(kind, data.draw(sample.values))
    reader = BitcodeReader(ColumnInput(message, 0, len(message)), DEFAULT_LIMITS)
    reader.columns = []
    reader.read(kind)
    words = " ".join(
        [*(field.columns or "" for each in document.types for _, field in each.members)]
        + [each.columns or "" for each in document.types]
    )
    known = set(re.findall(r"\w+", words))
    assert {column.kind for column in reader.columns} <= known


# --- the explanations are those of the library --------------------------------------------------------


def test_packings_are_those_that_are_written():
    described = describe_columns(DEFAULT_LIMITS)
    assert len(described.packings) == 6
    for each in described.packings:
        highest = 255 if each.base is None else each.base - 1
        numbers = bytes([0, highest] * 60)  # as many as any number in a byte divides
        packed = pack_small(numbers)
        assert packed[0] == each.first
        assert len(packed) == 1 + len(numbers) // each.count
        if each.with_minimum is not None:
            raised = bytes([9, 9 + highest] * (described.few // 2 + 1))
            assert len(raised) > described.few
            tighter = [one for one in described.packings if one.base is None or one.base > 9 + highest]
            if tighter[-1].count < each.count:  # else the minimum is of no use
                assert pack_small(raised)[:2] == bytes([each.with_minimum, 9])
            assert pack_small(raised[: described.few])[0] % 2 == 0
    assert pack_small(bytes(described.bare)) == bytes(described.bare)
    assert len(pack_small(bytes(described.bare + 1))) == 2
    assert pack_lengths([described.long - 1]) == bytes([described.long - 1])
    assert pack_lengths([described.long]) == bytes([described.long, 6, described.long])


def test_widths_are_those_that_are_written():
    described = describe_columns(DEFAULT_LIMITS)
    assert [each.first for each in described.widths] == [0, 2, 4, 6, 8]
    for each in described.widths:
        for kind, stored in each.stored:
            if stored is None:
                continue
            size, width = int(kind[1:]) // 8, int(stored[1:]) // 8
            highest = (1 << 8 * width) - 1
            packed = pack_ints([0, highest], size)
            assert packed[0] == each.first
            assert len(packed) == 1 + 2 * width
            if each.with_minimum is not None:
                low = (1 << 8 * size) - 1 - highest
                raised = pack_ints([low, low + highest] * 3, size)
                assert raised[: 1 + size] == bytes([each.with_minimum]) + low.to_bytes(size, "little")
    assert pack_ints([1000], 2) == (1000).to_bytes(2, "little")


def test_examples_of_the_order():
    first, second = describe_columns(DEFAULT_LIMITS).examples
    for each in (first, second):
        assert_covers(each.rows, len(each.data))
    assert sorted(row.path for row in first.rows) == sorted(row.path for row in second.rows)
    assert [row.kind for row in first.rows] == ["seq", "seq", "u8", "bool"]
    assert [row.kind for row in second.rows] == ["seq", "seq", "bool", "u8"]


def test_the_glossary_is_encoded_in_columns():
    found = {each.name: each for each in store().primitives}
    assert found["u32"].data == pack_ints([100_000], 4)
    assert (found["Option"].columns, found["Option"].data.hex()) == ("enum, …", "010700")
    assert found["bool"].refused == ""
    assert all(each.size is None and each.columns for each in found.values())
    everything = describe(
        tuple[IpAddr, SystemTime, HashMap[u8, u8], f64, Annotated[list[u64], Len(2)]], encoding=BITCODE
    )
    assert all("{" not in each.doc for each in everything.primitives)


# --- files ----------------------------------------------------------------------------------------------


def assert_covers(rows: tuple[ColumnRow, ...], size: int) -> None:
    """The columns lie one after the other, without a gap."""
    assert [row.offset for row in rows[1:]] + [size] == [row.offset + row.size for row in rows]


def assert_members(document: Document, rows: tuple[ColumnRow, ...]) -> None:
    """Each column is one of those that its field, or its type, is documented to make."""
    for row in rows:
        if row.type is None:
            assert row.path.startswith("$.header")
            continue
        each = document.by_label[row.type]
        if row.member is None:
            assert row.kind == each.columns, row
        else:
            columns = dict(each.members)[row.member].columns
            assert columns is not None
            inside = row.kind == "enum" and "…" in columns
            assert inside or row.kind in re.findall(r"\w+", columns), row


def test_the_columns_of_a_file():
    sample = store().columns.sample
    assert sample.sample == "store.snap"
    assert_covers(sample.rows, len(schemas.store_file()) - 8)
    assert_members(store(), sample.rows)
    by_path = {row.path: row for row in sample.rows}
    assert by_path["$.data.machines[].drives[].path"].count == 7
    assert by_path["$.data.top<Group>.parts[]"].packing == "base 3"
    links = {row.path: (row.type, row.member) for row in sample.rows}
    assert links["$.header.magic"] == (None, None)
    assert links["$.data.machines[].drives[].irq?"] == ("Drive", "irq")
    assert links["$.data.machines[].drives[].cache"] == ("Cache", None)
    assert links["$.data.top<Group>.parts[]<Circle>"] == ("Shape", "Circle.radius")
    assert links["$.data.layers{value}.end"] == ("Range<u32>", "end")
    assert links["$.data.took.nanos"] == ("Store", "took")
    rows = store().file.example.rows
    assert [row.name for row in rows] == ["magic", "version", "data", "checksum"]
    assert sum(row.size for row in rows) == len(schemas.store_file())
    assert rows[2].value == "32 columns, 152 bytes"


@pytest.mark.parametrize("listed", REAL, ids=lambda path: str(path.relative_to(FILES).parent))
def test_the_columns_of_real_files(listed: Path):
    """They are those that another program found in them."""
    from snapformat.docs.examples import add_examples

    data = listed.with_name("vmstate").read_bytes()
    (spec,) = formats_for(formats()["firecracker/1.15/x86_64"].get_header(data))
    document = describe(spec)
    add_examples(document, spec, data, "vmstate")
    rows = document.columns.sample.rows
    assert_covers(rows, len(data) - 8)
    assert_members(document, rows)
    wanted = [line.split("\t") for line in listed.read_text().splitlines() if not line.startswith("#")]
    found = [
        [str(row.offset), str(row.size), row.kind, str(row.count), row.path]
        for row in document.columns.sample.rows
    ]
    assert found == [each[:5] for each in wanted]
    kinds = {row.kind for row in rows}
    named = {each.kind for each in document.columns.kinds} | {"u16", "u32", "u64", "u128"}
    assert kinds <= named
    assert {"seq", "enum", "str", "bool", "u64"} <= kinds
    nested = [each for each in document.types if each.nested and each.example is not None]
    assert len(nested) > 10
    state = spec.load(data).data
    clock = document.by_label["kvm_clock_data"].example
    assert clock.rows[0].value.startswith(f"{state.vm_state.clock.clock} ")


def test_the_example_is_a_real_file():
    assert EXAMPLE.read_bytes() == (FILES / "1.16.1" / "03_many" / "vmstate").read_bytes()


# --- the file -------------------------------------------------------------------------------------------


def test_checks_and_errors():
    def file_of(**options: Any) -> Any:
        return describe(dataclasses.replace(schemas.STORES, **options)).file

    message = "Header and data are decoded as one message, which must end 8 bytes before the file does."
    header, magic, version = (
        "The header is decoded: magic and version.",
        "The magic is compared.",
        "The version is checked.",
    )
    whole = "The checksum of the whole file is checked."
    assert file_of().order == (header, magic, version, message, whole)
    assert file_of(order=CheckOrder.DECODE_FIRST).order == (message, magic, version, whole)
    first, *rest = file_of(order=CheckOrder.CHECKSUM_FIRST).order
    assert first.startswith("The last 8 bytes")
    assert rest == [header, magic, message, version]
    bare = file_of(checksum=None)
    assert bare.order[-1] == "Header and data are decoded as one message, which must end where the file does."
    assert "`02 52 4f 54 53`" in bare.header
    found = file_of(order=CheckOrder.DECODE_FIRST).errors
    assert [error.cls for error in found] == [
        "SnapshotIOError",
        "DecodeError",
        "InvalidMagicError",
        "InvalidFormatVersionError",
        "Crc64Error",
    ]
    assert "other versions" in found[1].when
    assert "bytes follow" not in found[-1].when


def test_the_header_of_firecracker():
    file = describe(formats()["firecracker/1.16/x86_64"]).file
    assert EXAMPLE.read_bytes()[:9].hex(" ") in file.header
    assert file.max_file_size == 10_000_000


@cache
def firecracker() -> dict[str, str]:
    """All shipped documents."""
    samples = [ROOT / "examples" / "microvm.vmstate", EXAMPLE]
    return build(["firecracker"], outputs=("markdown", "html", "json"), samples=samples).files


def test_what_was_read_from_the_source_is_marked():
    note = "no file of this architecture was at hand"
    found = firecracker()
    marked = {name for name, text in found.items() if note in text}
    arm = ("firecracker-1.15-aarch64", "firecracker-1.16-aarch64")
    assert marked == {f"{name}.{end}" for name in arm for end in ("md", "html", "json")} | {
        "README.md",
        "index.html",
    }
    assert golden.small("store").files["store.html"].count("Made up for <code>tests</code>.") == 1


def test_pages_in_columns():
    found = firecracker()
    page = found["firecracker-1.16-x86_64.md"]
    assert "| # | Field | Columns | Type | Description |" in page
    assert "00000010      3  u64   u16              1  $.data.vm_info.mem_size_mib" in page
    assert "Integers: of fixed width" not in page
    html = found["firecracker-1.16-x86_64.html"]
    for anchor in ("columns", "packings", "sample"):
        assert f'<a href="#{anchor}">' in html
        assert f'id="{anchor}"' in html
        assert f'<a id="{anchor}"></a>' in page
    assert '<a href="#type-vminfo.mem_size_mib"><code><bdi>$.data.vm_info.mem_size_mib</bdi>' in html
    model = json.loads(found["firecracker-1.16-x86_64.json"])
    assert model["encoding"] == "bitcode"
    assert model["types"][0]["fields"][0]["offset"] is None
    assert model["columns"]["sample"]["rows"][0]["path"] == "$.header.magic"
    assert len(page) < 1.2 * len(found["firecracker-1.14-x86_64.md"])


def test_the_history_says_the_encoding_once():
    found = firecracker()
    for arch in ("x86_64", "aarch64"):
        step = found[f"changes-firecracker-1.14-{arch}-to-firecracker-1.15-{arch}.md"]
        assert "The encoding changed from bincode to bitcode: header and data are now one message" in step
        assert "The maximum size of a file changed from 1073741824 to 10000000 bytes." in step
        assert "limit of claimed bytes" not in step
        assert step.count("| encoding |") == 1
        assert "| retyped | [VsockBackendState](" in step
        assert len([line for line in step.splitlines() if line.startswith("| ")]) < 20
        after = found[f"changes-firecracker-1.15-{arch}-to-firecracker-1.16-{arch}.md"]
        assert "ncoding" not in after
        model = json.loads(found[f"firecracker-1.15-{arch}.json"])
        types = {each["label"]: each for each in model["types"]}
        assert types["VirtioDeviceType"]["lifetime"]["since"] == "1.15"
        fields = {field["name"]: field for field in types["VmInfo"]["fields"]}
        assert fields["mem_size_mib"]["lifetime"] == {"since": None, "until": None}
    assert "another encoding, 2 retyped, 5 added, 3 removed" in found["README.md"]


def test_a_family_that_leaves_columns(tmp_path: Path):
    old = dataclasses.replace(schemas.STORES, name="store/1")
    new = dataclasses.replace(schemas.STORES, name="store/2", encoding=Encoding())
    found = build([old, new], outputs=("markdown",)).files
    step = found["changes-store-1-to-store-2.md"]
    assert "The encoding changed from bitcode to bincode: values now lie one after the other" in step
    assert (
        "| encoding | [Store](store-2.md#type-store) (type) | - | `bitcode` | `bincode, fixed integers"
        in step
    )
    assert "since 2" not in found["store-2.md"]


def test_columns_of_a_kind_without_labels():
    assert columns_text(Bound(sealed(Option[list[str]]), BITCODE), lambda bound: None) == "enum, seq, str"
    assert columns_text(Bound(sealed(BTreeMap[u8, u32]), BITCODE), lambda bound: None) == "map, u8, u32"
