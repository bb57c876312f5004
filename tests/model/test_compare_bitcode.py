"""Types compared in bitcode, and between bitcode and bincode: whatever changes bytes is a change."""

from __future__ import annotations

from typing import Annotated, Any

import construct as c
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from properties.strategies import samples
from snapformat import (
    DataEnum,
    Encoding,
    SchemaError,
    SnapshotError,
    SnapshotFormat,
    UnitEnum,
    encode,
    schema,
)
from snapformat.bincode import (
    Blob,
    BTreeMap,
    BTreeSet,
    ByteArray,
    CStruct,
    HashMap,
    HashSet,
    Len,
    NonZeroU16,
    Option,
    Via,
    char,
    f32,
    f64,
    i32,
    u8,
    u16,
    u32,
    u64,
)
from snapformat.encodings.bincode.encoding import sealed
from snapformat.layout import layout_of
from snapformat.layout.compare import Change, compare
from snapformat.model.bound import Bound
from snapformat.snapshot.catalogue import formats

BITCODE = Encoding.bitcode()
BINCODE = [Encoding(integers, order) for integers in ("fixed", "variable") for order in ("little", "big")]
FIXED = BINCODE[0]
ALL: list[Any] = [BITCODE, *BINCODE]


def changes(old: Any, new: Any, one: Any = BITCODE, other: Any = BITCODE) -> list[Change]:
    return compare(Bound(sealed(old), one), Bound(sealed(new), other))


def struct(name: str = "Save", **fields: Any) -> Any:
    return schema(name=name)(type(name, (), {"__annotations__": fields, "__module__": __name__}))


def units(*names: str) -> Any:
    return schema(UnitEnum("Level", dict.fromkeys(names), module=__name__))


def shape(**fields: Any) -> Any:
    base = schema(type("Shape", (DataEnum,), {"__module__": __name__}))
    schema(name="Circle")(type("Circle", (base,), {"__annotations__": fields, "__module__": __name__}))
    return base


@schema
class Part(CStruct):
    x: u16
    y: u16


@schema
class OtherPart(CStruct):
    y: u16
    x: u16


def _shifted(by: int) -> Any:
    return Annotated[int, Via(u8, decode=lambda v, by=by: v - by, encode=lambda v, by=by: v + by)]


PAIRS: dict[str, tuple[Any, Any]] = {
    "order of fields": (struct(a=u8, b=u16), struct(b=u16, a=u8)),
    "order of alike fields": (struct(a=u8, b=u8), struct(b=u8, a=u8)),
    "a field more": (struct(a=u8), struct(a=u8, b=u8)),
    "width": (u16, u32),
    "wide widths": (u32, u64),
    "sign": (u32, i32),
    "not zero": (u16, NonZeroU16),
    "float": (f32, f64),
    "char": (char, u32),
    "bits": (u64, f64),
    "number of elements": (Annotated[list[u8], Len(2)], Annotated[list[u8], Len(3)]),
    "none or elements": (Annotated[list[u8], Len(2)], list[u8]),
    "elements": (list[u16], list[u32]),
    "order of variants": (units("Low", "High"), units("High", "Low")),
    "a variant before": (units("Low"), units("Zero", "Low")),
    "fields of a variant": (shape(size=u16), shape(size=u32)),
    "order of elements": (HashSet[u8], BTreeSet[u8]),
    "order of entries": (HashMap[u8, u8], BTreeMap[u8, u8]),
    "order of variants in keys": (BTreeMap[units("A", "B"), u8], BTreeMap[units("B", "A"), u8]),
    "exact length": (Annotated[bytes, ByteArray(4)], Annotated[bytes, ByteArray(5)]),
    "option": (u8, Option[u8]),
    "conversion": (_shifted(1), _shifted(2)),
    "C struct": (Blob[Part], Blob[OtherPart]),
    "order in a tuple": (tuple[u8, u16], tuple[u16, u8]),
}


@pytest.mark.parametrize("name", PAIRS)
def test_whatever_changes_bytes(name: str):
    old, new = PAIRS[name]
    for put in (lambda of: of, lambda of: list[of], lambda of: struct(before=u8, field=Option[of])):
        assert changes(put(old), put(new))
        assert changes(put(old), put(old)) == []
        for other in BINCODE:
            found = changes(put(old), put(new), other, BITCODE)
            assert [each.action for each in found].count("encoding") <= 1
            assert [each for each in found if each.action != "encoding"], found


def test_what_exists_in_bincode_only_is_no_change():
    limited = Encoding("fixed", "little", 9)
    assert changes(list[u16], list[u16], FIXED, limited) == []
    assert changes(Part, Part) == []
    assert all(change.action != "encoding" for old, new in PAIRS.values() for change in changes(old, new))
    words = " ".join(f"{each.before} {each.after}" for pair in PAIRS.values() for each in changes(*pair))
    assert "endian" not in words.replace("the x of 2 bytes, little-endian", "")
    assert "length" not in words


def test_the_encoding_is_one_change():
    state = struct(title=str, parts=list[Blob[Part]], level=units("Low", "High"))
    bincode = "bincode, fixed integers, little-endian"
    assert changes(state, state, FIXED, BITCODE) == [Change("encoding", "Save", None, bincode, "bitcode")]
    assert changes(state, state, BITCODE, FIXED) == [Change("encoding", "Save", None, "bitcode", bincode)]
    found = changes(struct(a=u16), struct(a=u32), BINCODE[3], BITCODE)
    assert found == [
        Change("encoding", "Save", None, "bincode, variable integers, big-endian", "bitcode"),
        Change("retyped", "Save", "a", "u16", "u32"),
    ]


def test_constructs_are_compared_under_bincode():
    """bitcode has no constructs: those before, or after, are compared as they were stored."""
    before, after = struct(a=Annotated[int, c.Int16ub]), struct(a=u16)
    retyped = Change("retyped", "Save", "a", "u16, big-endian", "u16, little-endian")
    assert changes(before, after, FIXED, BITCODE)[-1] == retyped
    assert changes(after, before, BITCODE, FIXED)[-1].before == retyped.after


#: Types of which a value alone has the same bytes in bitcode and in bincode, fixed and little-endian.
ALIKE = [u8, u16, f32, bool, tuple[()], Option[u16], tuple[u8, bool], Annotated[list[u16], Len(3)], Part]


@pytest.mark.parametrize("kind", ALIKE, ids=str)
def test_a_value_alone_may_have_the_same_bytes(kind: Any):
    assert changes(kind, kind, FIXED, BITCODE) == []
    assert changes(list[kind], list[kind], FIXED, BITCODE)


def _bytes(value: Any, annotation: Any, encoding: Any) -> bytes | None:
    try:
        return encode(value, annotation, encoding)
    except (SnapshotError, c.ConstructError):
        return None


@given(st.data(), st.sampled_from(ALL), st.sampled_from(ALL), st.booleans())
def test_equal_comparisons_mean_equal_bytes(data: st.DataObject, old: Any, new: Any, many: bool):
    one, other = data.draw(samples), data.draw(samples)
    first, second = (list[one.kind], list[other.kind]) if many else (one.kind, other.kind)
    assert changes(first, first, old, old) == []
    for kind in (first, second):
        assume(not changes(first, kind, old, new))
        value = data.draw(st.lists(one.values, max_size=4) if many else one.values)
        assert _bytes(value, first, old) == _bytes(value, kind, new)


@given(st.data(), st.sampled_from(ALL))
def test_a_type_in_two_encodings(data: st.DataObject, old: Any):
    sample = data.draw(samples)
    found = changes(sample.kind, sample.kind, old, BITCODE)
    assert [each.action for each in found] in ([], ["encoding"])
    if not found:
        value = data.draw(sample.values)
        assert _bytes(value, sample.kind, old) == _bytes(value, sample.kind, BITCODE)


def test_formats():
    known = formats()
    for arch in ("x86_64", "aarch64"):
        old, middle, new = (known[f"firecracker/{release}/{arch}"] for release in ("1.14", "1.15", "1.16"))
        found = compare(old, middle)
        assert [each.action for each in found].count("encoding") == 1
        assert Change("retyped", "VirtioDeviceState", "device_type", "u32", "VirtioDeviceType") in found
        assert len(found) < 20
        found = compare(middle, new)
        assert "encoding" not in [each.action for each in found]
        assert Change("added", "DevicesState", "serial_state", after="Option<SerialState>") in found
        assert compare(old, old.payload_layout) == []
    nothing = SnapshotFormat(name="nothing", magic=1, version="1.0.0", encoding=BITCODE)
    with pytest.raises(ValueError, match="payload"):
        compare(nothing, nothing)


def test_a_type_has_no_layout_in_bitcode():
    with pytest.raises(SchemaError, match="bitcode stores columns"):
        layout_of(list[u8], BITCODE)  # type: ignore[arg-type]
