"""All kinds of types, random values: both ways, against bincode, in other packings, damaged."""

from __future__ import annotations

import contextlib
import io
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bitcode.checks import BITCODE, Case, world
from bitcode.from_model import row_value
from bitcode.packer import Canonical, Loose
from bitcode.random_types import Values, built, random_type
from bitcode.refused import refused_in
from bitcode.wire import description
from properties.strategies import mutated, same, samples
from snapformat import decode, decode_prefix, decode_stream, decoder, encode
from snapformat.errors import DecodeError
from vectors.checks import assert_same
from vectors.rust_build import World
from vectors.rust_syntax import Enum, Struct
from vectors.shapes import NotExpressible, as_read

_HEALTH = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
untimed = settings(deadline=None, max_examples=150, print_blob=True, suppress_health_check=_HEALTH)


@untimed
@given(st.data())
def test_what_bincode_reads_is_read(data: st.DataObject) -> None:
    """The types of the property tests, with all of std's: bitcode gives the very value that bincode gives."""
    sample = data.draw(samples)
    values = data.draw(st.lists(sample.values, min_size=1, max_size=7))
    for kind, value in ((sample.kind, values[0]), (list[sample.kind], values)):  # type: ignore[name-defined]
        message = encode(value, kind, BITCODE)
        wanted = decode(encode(value, kind), kind)
        assert same(decode(message, kind, BITCODE), wanted)
        assert encode(wanted, kind, BITCODE) == message
        for behind in (b"", b"\0\xff"):
            got, size = decode_prefix(message + behind, kind, BITCODE)
            assert size == len(message)
            assert same(got, wanted)
            stream = io.BytesIO(message + behind)
            assert same(decode_stream(stream, kind, BITCODE), wanted)
            assert stream.tell() == len(message)
        read = decoder(kind, BITCODE)
        assert same(read(memoryview(message)), wanted)
        with pytest.raises(DecodeError, match="left over"):
            read(message + b"\0")


@untimed
@given(st.randoms(use_true_random=False))
def test_random_types(random: Random) -> None:
    """Types in Rust's text: the message is the one of the tests' own writer, and is read in all packings."""
    case = Case(*built(*random_type(random)))
    model = Values(random, long=False).model(case.shape)
    value = case.shape.from_value(row_value(model))
    message = case.encode(value)
    assert message == Canonical().message(model)
    for loose in (message, Loose(random).message(model), Loose(random).message(model)):
        for how, got in case.each_way(loose).items():
            assert_same(case.shape, got, value, how)
            assert case.encode(got) == message


@untimed
@given(st.data(), st.randoms(use_true_random=False))
def test_damaged_messages(data: st.DataObject, random: Random) -> None:
    """They are refused, or they are messages of another value."""
    case = Case(*built(*random_type(random)))
    model = Values(random, long=False).model(case.shape)
    message = data.draw(mutated(Loose(random).message(model)))
    with contextlib.suppress(DecodeError):
        check_other_value(case, message)


@untimed
@given(st.binary(max_size=60), st.randoms(use_true_random=False))
def test_random_bytes(message: bytes, random: Random) -> None:
    case = Case(*built(*random_type(random)))
    with contextlib.suppress(DecodeError):
        check_other_value(case, message)


@untimed
@given(st.data(), st.binary(max_size=60))
def test_random_bytes_against_types_of_std(data: st.DataObject, message: bytes) -> None:
    sample = data.draw(samples)
    with contextlib.suppress(DecodeError):
        value = decode(message, sample.kind, BITCODE)
        again = encode(value, sample.kind, BITCODE)
        assert same(decode(again, sample.kind, BITCODE), value)


def check_other_value(case: Case, message: bytes) -> None:
    """Read a message that may be damaged; what is read can be written, and is then read again."""
    value = case.verdict(message)
    canonical = case.encode(value)
    assert_same(case.shape, case.decode(canonical), value, "what was written again")
    assert case.encode(case.decode(canonical)) == canonical


def _declared() -> list[str]:
    found = []
    for name, item in world().items.items():
        if isinstance(item, Struct | Enum) and not item.generics.consts:
            arguments = ", ".join("(u16, String)" for _ in item.generics.types)
            found.append(f"{name}<{arguments}>" if arguments else name)
    return sorted(found)


@pytest.mark.parametrize("text", _declared())
def test_every_declared_type(text: str) -> None:
    """Those of the recorded rows, in everything that std puts around a type."""
    around = [
        "{}",
        "Vec<{}>",
        "Option<{}>",
        "({0}, u8, {0})",
        "[{}; 3]",
        "HashMap<u8, {}>",
        "Result<{0}, Vec<{0}>>",
    ]
    around += ["Bound<{}>", "Range<{}>", "Box<[{}]>", "Vec<Option<Vec<{}>>>"]
    if refused_in(world(), text) is not None:
        return
    try:
        description(world().shape(text))
    except NotExpressible:  # values of it are made by code
        return
    for number, form in enumerate(around):
        rust = form.format(text)
        case = Case(world().shape(rust), world().annotation(rust))
        for seed in range(3):
            random = Random(f"{number} {seed}")
            model = Values(random).model(case.shape)
            value = case.shape.from_value(row_value(model))
            assert case.encode(value) == Canonical().message(model)
            with as_read():
                read = case.shape.from_value(row_value(model))
            for how, got in case.each_way(Loose(random).message(model)).items():
                assert_same(case.shape, got, read, how)


def test_messages_share_no_state() -> None:
    """Two messages of one type are read in turns."""
    case = Case(*built("struct A { a: Vec<u8>, b: Option<Box<A>> }", "A"))
    values: list[Any] = [
        case.shape.from_value({"a": [1, 2, 3], "b": {"some": {"a": [], "b": None}}}),
        case.shape.from_value({"a": [], "b": None}),
    ]
    messages = [case.encode(value) for value in values]
    read = decoder(case.annotation, BITCODE)
    for _ in range(3):
        assert [read(message) for message in messages] == values


def test_the_first_use_by_several_threads() -> None:
    declarations = "struct A { a: Vec<(u8, Option<Box<A>>)>, e: E } enum E { B(HashMap<u8, A>), C }"
    for seed in range(5):
        fresh = World({"all": declarations})
        case = Case(fresh.shape("A"), fresh.annotation("A"))
        models = [Values(Random(f"{seed} {number}")).model(case.shape) for number in range(8)]
        values = [case.shape.from_value(row_value(model)) for model in models]
        with ThreadPoolExecutor(8) as pool:
            messages = [*pool.map(partial(encode, payload=case.annotation, encoding=BITCODE), values)]
            found = [*pool.map(partial(decode, payload=case.annotation, encoding=BITCODE), messages)]
        assert messages == [*map(Canonical().message, models)]
        assert found == values
