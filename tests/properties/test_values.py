"""Values of random types: written and read again, by all ways there are."""

# ruff: noqa: PT017 - either outcome is right, and each has rules of its own
from __future__ import annotations

import contextlib
import io
from typing import Any

import construct as c
from hypothesis import example, given
from hypothesis import strategies as st

from properties.strategies import (
    Sample,
    damageable,
    encodings,
    mutated,
    same,
    samples,
    samples_and_values,
)
from snapformat import (
    CRC64_JONES,
    DecodeError,
    EncodeError,
    Encoding,
    Snapshot,
    SnapshotError,
    SnapshotFormat,
    decode,
    decode_prefix,
    decode_stream,
    encode,
    get_format_version,
)
from snapformat.bincode import HashMap, Option, PairMap, Some, Unit, Vec, f32, f64, u8, u64
from snapformat.layout import layout_of, read, walk, write
from snapformat.path import Key, Variant, format_path, parse_path
from snapformat.values import dumps, from_json, loads, to_json


@given(samples_and_values(), encodings, st.binary(max_size=9))
def test_build_then_parse(sample: tuple[Any, Any], encoding: Encoding, rest: bytes) -> None:
    kind, value = sample
    data = encode(value, kind, encoding)
    assert write(layout_of(kind, encoding), value) == data
    found, consumed = decode_prefix(data + rest, kind, encoding)
    assert consumed == len(data)
    assert same(found, value)
    assert same(decode(bytearray(data), kind, encoding), value)
    assert encode(found, kind, encoding) == data
    stream = io.BytesIO(data + rest)
    assert same(decode_stream(stream, kind, encoding), value)
    assert stream.tell() == len(data)


@given(samples_and_values(), encodings)
def test_events_cover_the_bytes(sample: tuple[Any, Any], encoding: Encoding) -> None:
    """Offsets follow one another without gaps, sizes sum up, and the paths can be read."""
    kind, value = sample
    data = encode(value, kind, encoding)
    position = 3
    for event in walk(layout_of(kind, encoding), b"abc" + data + b"rest", offset=3):
        assert event.offset == position
        position += event.size
        assert event.path.startswith("$")
    assert position == 3 + len(data)


@given(samples_and_values(), encodings)
def test_every_prefix_is_too_short(sample: tuple[Any, Any], encoding: Encoding) -> None:
    kind, value = sample
    data = encode(value, kind, encoding)
    for size in range(min(len(data), 40)):
        for call in (
            lambda cut: decode(cut, kind, encoding),
            lambda cut: decode_stream(io.BytesIO(cut), kind, encoding),
            lambda cut: list(walk(layout_of(kind, encoding), cut)),
        ):
            with contextlib.suppress(DecodeError):
                call(data[:size])
                raise AssertionError(f"{size} of {len(data)} bytes were enough")


def _both(kind: Any, data: bytes, encoding: Encoding) -> None:
    """construct alone and the tree read the same from the same bytes, or refuse both."""
    struct = encoding.construct(kind)
    stream = io.BytesIO(data)
    alone: Any = None
    refusal: Any = None
    try:
        alone = struct.parse_stream(stream)
    except c.ConstructError as error:
        refusal = error
    try:
        value, consumed = read(layout_of(kind, encoding), data, limit=encoding.limit)
    except DecodeError as error:
        assert refusal is not None, f"the tree refuses what construct reads as {alone!r}: {error}"
        return
    assert refusal is None, f"construct refuses what the tree reads as {value!r}: {refusal}"
    assert same(alone, value)
    assert stream.tell() == consumed


@given(samples_and_values(), encodings)
def test_construct_alone(sample: tuple[Any, Any], encoding: Encoding) -> None:
    kind, value = sample
    data = encode(value, kind, encoding)
    assert encoding.construct(kind).build(value) == data
    _both(kind, data, encoding)


@given(st.data())
def test_construct_alone_on_damaged_bytes(data: st.DataObject) -> None:
    sample: Sample = data.draw(damageable)
    encoding = data.draw(encodings)
    sound = encode(data.draw(sample.values), sample.kind, encoding)
    _both(sample.kind, data.draw(mutated(sound)), encoding)


@given(samples_and_values(), st.sampled_from(["fixed", "variable"]))
def test_budgets(sample: tuple[Any, Any], integers: Any) -> None:
    """There is one smallest limit; slice, stream, walk and construct alone agree on it."""
    kind, value = sample
    written = encode(value, kind, Encoding(integers))

    def accepted(limit: int) -> set[bool]:
        encoding = Encoding(integers, limit=limit)
        verdicts = set()
        for call in (
            lambda: decode(written, kind, encoding),
            lambda: decode_stream(io.BytesIO(written), kind, encoding),
            lambda: list(walk(layout_of(kind, encoding), written, limit=limit)),
            lambda: encoding.construct(kind).parse(written),
        ):
            try:
                call()
                verdicts.add(True)
            except (DecodeError, c.ConstructError):
                verdicts.add(False)
        return verdicts

    low, high = 0, 1 << 16
    assert accepted(high) == {True}
    while low < high:
        middle = (low + high) // 2
        verdicts = accepted(middle)
        assert len(verdicts) == 1, f"they differ at a limit of {middle} bytes"
        low, high = (low, middle) if verdicts == {True} else (middle + 1, high)
    # With fixed integers every byte is claimed as it is, and nothing else is.
    if integers == "fixed":
        assert low == len(written)


@given(st.data())
def test_parse_then_build(data: st.DataObject) -> None:
    """What can be read can be written, and then stays as it is."""
    sample: Sample = data.draw(damageable)
    encoding = data.draw(encodings)
    sound = encode(data.draw(sample.values), sample.kind, encoding)
    given_bytes = data.draw(st.one_of(mutated(sound), st.binary(max_size=40)))
    try:
        value = decode(given_bytes, sample.kind, encoding)
    except DecodeError as error:
        assert error.path is not None
        assert error.offset is not None
        assert 0 <= error.offset <= len(given_bytes)
        return
    again = encode(value, sample.kind, encoding)
    second = decode(again, sample.kind, encoding)
    assert same(second, value)
    assert encode(second, sample.kind, encoding) == again


@given(st.data())
def test_any_bytes_raise_nothing_but_our_errors(data: st.DataObject) -> None:
    sample: Sample = data.draw(damageable)
    encoding = data.draw(encodings)
    kind = sample.kind
    given_bytes = data.draw(st.binary(max_size=60))
    fmt = SnapshotFormat(name="t", magic=7, version="1.0.0", payload=kind, encoding=encoding)
    head = encode(7, u64, encoding) + encode("1.0.0", str, encoding)
    whole = head + given_bytes
    whole += CRC64_JONES.compute(whole).to_bytes(8, encoding.byteorder)
    for call in (
        lambda: decode(given_bytes, kind, encoding),
        lambda: decode_stream(io.BytesIO(given_bytes), kind, encoding),
        lambda: list(walk(layout_of(kind, encoding), given_bytes)),
        lambda: fmt.load(whole),
        lambda: list(fmt.walk(whole)),
        lambda: fmt.load(given_bytes),
        lambda: fmt.get_format_version(given_bytes),
        lambda: fmt.load_without_crc_check(io.BytesIO(whole)),
        lambda: Snapshot.load(given_bytes, kind),
        lambda: get_format_version(given_bytes),
    ):
        with contextlib.suppress(SnapshotError):
            call()


@given(st.data())
def test_slice_stream_and_walk_give_one_verdict(data: st.DataObject) -> None:
    """A stream's end is not known before it is reached, so words may differ; verdict and value may not."""
    sample: Sample = data.draw(damageable)
    encoding = data.draw(encodings)
    sound = encode(data.draw(sample.values), sample.kind, encoding)
    damaged = data.draw(mutated(sound))
    stream = io.BytesIO(damaged)
    results: list[Any] = []
    for call in (
        lambda: decode_prefix(damaged, sample.kind, encoding),
        lambda: (decode_stream(stream, sample.kind, encoding), stream.tell()),
        lambda: read(layout_of(sample.kind, encoding), damaged, limit=encoding.limit),
    ):
        try:
            results.append(call())
        except DecodeError:
            results.append(None)
    first, second, third = results
    assert same(first, second)
    assert same(first, third)


@given(st.data())
def test_fast_and_slow_path_give_one_error(data: st.DataObject) -> None:
    """`decode` may be as fast as it likes: its errors are those of the reference reader, word for word."""
    sample: Sample = data.draw(damageable)
    encoding = data.draw(encodings)
    sound = encode(data.draw(sample.values), sample.kind, encoding)
    damaged = data.draw(mutated(sound))
    texts = []
    for call in (
        lambda: decode(damaged, sample.kind, encoding),
        lambda: read(layout_of(sample.kind, encoding), damaged, limit=encoding.limit),
        lambda: list(walk(layout_of(sample.kind, encoding), damaged, limit=encoding.limit)),
    ):
        try:
            call()
            texts.append("")
        except DecodeError as error:
            texts.append(str(error))
    assert len(set(texts)) == 1


# --- JSON ---------------------------------------------------------------------------------------------


@given(samples_and_values())
def test_json_and_back(sample: tuple[Any, Any]) -> None:
    kind, value = sample
    shown = to_json(value, kind)
    assert same(from_json(shown, kind), value)
    assert same(loads(dumps(value, kind), kind), value)
    assert same(loads(dumps(value, kind, indent=None), kind), value)


@given(samples_and_values())
def test_json_as_serde(sample: tuple[Any, Any]) -> None:
    """serde's own form is refused, or gives the value back."""
    kind, value = sample
    try:
        text = dumps(value, kind, serde=True)
    except EncodeError:
        return
    assert '"$' not in text or '"$' in dumps(value, kind)
    assert same(loads(text, kind), value)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(samples, _json)
def test_any_json_raises_nothing_but_our_errors(sample: Sample, data: Any) -> None:
    with contextlib.suppress(DecodeError):
        value = from_json(data, sample.kind)
        with contextlib.suppress(EncodeError):
            encode(value, sample.kind)


@given(st.data())
def test_changed_json_raises_nothing_but_our_errors(data: st.DataObject) -> None:
    """A part of a sound JSON form is put in place of another."""
    sample: Sample = data.draw(samples)
    shown = to_json(data.draw(sample.values), sample.kind)
    parts: list[Any] = []

    def collect(part: Any) -> None:
        parts.append(part)
        for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            collect(inner)

    collect(shown)
    odd = data.draw(st.one_of(_json, st.sampled_from(parts)))
    at = data.draw(st.sampled_from(parts))
    if isinstance(at, list):
        at.append(odd)
    elif isinstance(at, dict):
        at[data.draw(st.sampled_from([*at, "$some", "$map", "$float", "new"]))] = odd
    with contextlib.suppress(DecodeError):
        value = from_json(shown, sample.kind)
        with contextlib.suppress(EncodeError):
            encode(value, sample.kind)


@given(st.text() | st.binary(), samples)
def test_any_text_raises_nothing_but_our_errors(text: str | bytes, sample: Sample) -> None:
    with contextlib.suppress(DecodeError):
        loads(text, sample.kind)


@given(st.floats(width=32) | st.floats())
def test_floats_in_json(number: float) -> None:
    for kind in (f64, Option[f64], HashMap[u8, f64]):
        value: Any = PairMap({1: number}) if kind == HashMap[u8, f64] else number
        assert same(loads(dumps(value, kind), kind), value)
    single = decode(encode(number, f32), f32) if abs(number) < 1e38 or number != number else 0.0
    assert same(loads(dumps(single, f32), f32), single)


def test_options_around_options() -> None:
    """However many there are, JSON tells them apart."""
    for kind, values in (
        (Option[Option[Unit]], [None, Some(None), Some(())]),
        (Option[Option[Option[u8]]], [None, Some(None), Some(Some(None)), Some(Some(3))]),
        (Vec[Option[Option[Vec[u8]]]], [[None], [Some(None)], [Some([])]]),
    ):
        texts = [dumps(value, kind) for value in values]
        assert len(set(texts)) == len(texts)
        for value, text in zip(values, texts, strict=True):
            assert loads(text, kind) == value


# --- paths --------------------------------------------------------------------------------------------

_segments = st.one_of(
    st.text(st.characters(codec="utf-8")),
    st.integers(0, 1 << 70),
    st.text(st.characters(codec="utf-8")).map(Variant),
    st.text(st.characters(codec="utf-8")).map(Key),
)


@given(st.lists(_segments))
@example(["a.b", 0, Variant("x"), "", "\n", '"', "0", "\u0663"])
@example([Variant("a>b")])
@example([Variant("")])
def test_paths_and_back(segments: list[Any]) -> None:
    found = parse_path(format_path(segments))
    assert found == tuple(segments)
    # A name in brackets is a key, or a field whose name is no plain name.
    kinds_of = [str if isinstance(part, Key) else type(part) for part in found]
    assert kinds_of == [str if isinstance(part, Key) else type(part) for part in segments]


@given(st.text() | st.text('$.[]<>"\\0a1-\n\u0663'))
@example("$[" + "1" * 5000 + "]")
@example('$["\\ud800"]')
def test_any_text_as_a_path(text: str) -> None:
    try:
        segments = parse_path(text)
    except ValueError:
        return
    assert parse_path(format_path(segments)) == segments
