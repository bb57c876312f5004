"""Comparisons see every attribute of every class of kind: one that is declared later can't be forgotten."""

from __future__ import annotations

import dataclasses
from itertools import permutations
from typing import Any

import construct as c
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from properties.compositions import Composition, compositions
from properties.strategies import Sample, samples
from properties.test_every_kind import CLASSES, FROM_CONSTRUCT, SAMPLES, each_kind
from snapformat import Encoding, SnapshotError, encode
from snapformat.encodings.bincode.config import Config
from snapformat.encodings.bincode.encoding import sealed
from snapformat.layout import layout_of
from snapformat.layout.compare import compare
from snapformat.model import kinds
from snapformat.model.bound import Bound
from snapformat.model.content import without_bytes
from snapformat.model.facts import Fact, facts_of, facts_of_value
from snapformat.model.graph import walk_kinds
from snapformat.snapshot.catalogue import formats

FOUR = [Encoding(integers, order) for integers in ("fixed", "variable") for order in ("little", "big")]
CONFIG = FOUR[0]
BYTE = kinds.Int("u8", 1, False)


def _facts(kind: kinds.Kind) -> tuple[Fact, ...]:
    return facts_of(Bound(kind, CONFIG), lambda bound: None)


def _other(value: Any, name: str) -> Any:
    """A value of the same type, as far as the attributes of kinds and their parts go."""
    match value:
        case bool() if name != "value":
            return not value
        case kinds.Struct():
            return _changed(value, "fields")
        case kinds.Kind():
            return kinds.Option(value)
        case None:
            return {"byteorder": "big", "variable": True, "length": BYTE, "limit": 9, "other": 7}.get(name, 5)
        case int():
            return value + 1
        case "little" | "big":
            return "little" if value == "big" else "big"
        case str():
            return value + "x"
        case bytes():
            return value + b"x"
        case tuple() if name == "items":
            return (*value, BYTE)
        case tuple() if name == "fields":
            return (*value, kinds.Field("more", "more", BYTE))
        case tuple() if name == "variants":
            return (*value, kinds.EnumVariant("More", 99, None))
        case tuple() if name == "bits":
            return (*value, kinds.Bit("more", 8))
        case tuple() | frozenset():
            return type(value)([*value, "more"])
        case dict():
            return {**value, 99: BYTE}
        case Config():
            return FOUR[3]
        case c.Construct():
            return c.Int32ul
    return lambda given: (given, "made up")


def _of_class(cls: type[kinds.Kind]) -> kinds.Kind:
    if cls is kinds.Checksummed:
        crc = next(iter(formats().values())).checksum
        return kinds.Checksummed(BYTE, kinds.Int("u64", 8, False), crc)
    if cls is kinds.LazyBound:
        return kinds.LazyBound("byte", BYTE)
    return next(kind for kind in walk_kinds(sealed(SAMPLES[cls].annotation)) if type(kind) is cls)


def _changed(instance: Any, name: str) -> Any:
    made = _copy(instance)
    object.__setattr__(made, name, _other(getattr(instance, name), name))
    return made


def _copy(instance: Any) -> Any:
    return type(instance)(*(getattr(instance, field.name) for field in dataclasses.fields(instance)))


@pytest.mark.parametrize("cls", [*CLASSES, kinds.Checksummed], ids=lambda cls: cls.__name__)
def test_every_attribute_is_a_fact_or_declared_to_be_none(cls: type[kinds.Kind]) -> None:
    kind = _of_class(cls)
    assert _facts(kind) == _facts(_copy(kind))
    known = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    assert without_bytes(cls) <= known
    for name in known:
        counts = name not in without_bytes(cls) or name in kind.in_encoding(CONFIG)
        assert (_facts(_changed(kind, name)) != _facts(kind)) == counts, name


@pytest.mark.parametrize(
    "part",
    [
        kinds.Field("a", "a", BYTE),
        kinds.EnumVariant("A", 0, None),
        kinds.Bit("a", 3),
        next(iter(formats().values())).checksum,
    ],
    ids=lambda part: type(part).__name__,
)
def test_every_attribute_of_a_part_is_a_fact_or_declared_to_be_none(part: Any) -> None:
    for field in dataclasses.fields(part):
        changed = facts_of_value(_changed(part, field.name), "part") != facts_of_value(part, "part")
        assert changed == (field.name not in without_bytes(type(part))), field.name


@each_kind
def test_every_encoding_that_changes_bytes(cls: type[kinds.Kind]) -> None:
    """Of kinds that depend on the encoding, the change is one; of construct's, there is none."""
    annotation, small, large, *_ = SAMPLES[cls]
    for old, new in permutations(FOUR, 2):
        changes = compare(layout_of(annotation, old), layout_of(annotation, new))
        differ = any(encode(v, annotation, old) != encode(v, annotation, new) for v in (small, large))
        assert changes or not differ
        assert [change.action for change in changes] in ([], ["encoding"])
        if cls in FROM_CONSTRUCT | {kinds.Foreign}:
            assert changes == []


def _bytes(value: Any, annotation: Any, encoding: Encoding) -> bytes | None:
    try:
        return encode(value, annotation, encoding)
    except (SnapshotError, c.ConstructError):
        return None


@given(st.data(), st.sampled_from(FOUR), st.sampled_from(FOUR))
def test_equal_comparisons_mean_equal_bytes(data: st.DataObject, old: Encoding, new: Encoding) -> None:
    one: Sample = data.draw(samples)
    other: Sample = data.draw(st.one_of(st.just(one), samples))
    first, second = layout_of(one.kind, old), layout_of(other.kind, new)
    assert compare(first, first) == []
    assume(not compare(first, second))
    value = data.draw(one.values)
    assert _bytes(value, one.kind, old) == _bytes(value, other.kind, new)


@given(st.data())
def test_equal_comparisons_of_constructs_mean_equal_bytes(data: st.DataObject) -> None:
    one: Composition = data.draw(compositions)
    other: Composition = data.draw(st.one_of(st.just(one), compositions))
    changes = compare(layout_of(one.construct), layout_of(other.construct))
    value = data.draw(st.one_of(one.values, other.values))
    before, after = _bytes(value, one.construct, CONFIG), _bytes(value, other.construct, CONFIG)
    assert changes or before == after
    assert not changes or one is not other
