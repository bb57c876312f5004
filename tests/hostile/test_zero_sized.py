"""Elements that take no bytes: what is made of them counts, whoever makes it."""

from __future__ import annotations

import pytest

from hostile.bounded import run_bounded
from snapformat.limits import DEFAULT_LIMITS

TYPES = """
def wide(name, fields):
    return schema(type(name, (), {"__annotations__": dict(fields), "__module__": "hostile"}))

Wide = wide("Wide", {f"f{n}": Unit for n in range(50)})
Broad = wide("Broad", {f"f{n}": Unit for n in range(250)})
Deep = Unit
for level in range(12):
    Deep = wide(f"Deep{level}", {"a": Deep, "b": Deep})
Byte250 = wide("Byte250", {"a": u8, **{f"f{n}": Unit for n in range(250)}})
Skips = schema(type("Skips", (), {
    "__annotations__": {f"f{n}": u64 for n in range(250)}, "__module__": "hostile",
    **{f"f{n}": doc("", skip=True, default=7) for n in range(250)},
}))
of_nothing = c.Struct(*(f"f{n}" / c.Computed(n) for n in range(50)))
of_constants = c.Struct(*(f"f{n}" / c.Const(b"") for n in range(50)))
by_code = c.Struct(*(f"f{n}" / c.Computed(lambda context: 1) for n in range(50)))
MOST = u64_bytes(1 << 20)
"""
#: A type, and bytes of a few that would make very many objects of it.
FLOODS = {
    "structs of 50 units": ("Vec[Wide]", "MOST"),
    "structs of 250 units": ("Vec[Broad]", "MOST"),
    "a tree of structs": ("Vec[Deep]", "MOST"),
    "tuples of units": ("Vec[tuple[(Unit,) * 50]]", "MOST"),
    "tuples of structs": ("Vec[tuple[Wide, Wide]]", "MOST"),
    "arrays of units": ("Vec[Annotated[list[Unit], Len(1000)]]", "MOST"),
    "arrays of arrays": ("Vec[Annotated[list[Annotated[list[Wide], Len(100)]], Len(100)]]", "MOST"),
    "an array of arrays": ("Annotated[list[Annotated[list[Unit], Len(10_000)]], Len(10_000)]", "b''"),
    "skipped fields": ("Vec[Skips]", "MOST"),
    "a set of structs": ("HashSet[Wide]", "MOST"),
    "a map to structs": ("HashMap[Unit, Wide]", "MOST"),
    "a map of structs": ("BTreeMap[Wide, Wide]", "MOST"),
    "lists of lists": ("Vec[Vec[Wide]]", "u64_bytes(1000) + u64_bytes(1 << 14) * 1000"),
    "behind a byte": ("Vec[Byte250]", "u64_bytes(1 << 20) + bytes(1 << 20)"),
    "behind a tag": ("Vec[Option[Broad]]", "u64_bytes(1 << 20) + b'\\1' * (1 << 20)"),
    "containers": ("c.PrefixedArray(c.Int64ul, of_nothing)", "MOST"),
    "constants": ("c.PrefixedArray(c.Int64ul, of_constants)", "MOST"),
    "padding": ("c.PrefixedArray(c.Int64ul, c.Struct(*(c.Padding(0) for n in range(50))))", "MOST"),
    "what construct runs": ("c.PrefixedArray(c.Int64ul, by_code)", "MOST"),
    "arrays that construct runs": (
        "c.PrefixedArray(c.Int64ul, c.Struct('a' / c.Array(1000, c.Pass), 'b' / by_code))",
        "MOST",
    ),
    "for ever": ("c.GreedyRange(c.Array(1000, by_code))", "b'x'"),
    "beside construct": (
        "c.Struct('v' / FIRECRACKER.construct(Vec[Wide]), c.Check(lambda context: True))",
        "MOST",
    ),
    "with a limit of its own": (
        "c.PrefixedArray(c.Int32ul, Limited(c.PrefixedArray(c.Int32ul, by_code), None))",
        "b'\\xff\\xff\\0\\0' + b'\\xff\\0\\0\\0' * 65535",
    ),
}


@pytest.mark.parametrize("name", FLOODS)
def test_what_is_made_of_zero_sized_elements_is_bounded(name: str) -> None:
    """By the reference, by generated code, lazily, from a stream, and as events."""
    kind, data = FLOODS[name]
    code = f"""
from snapformat.encodings.bincode.codec import engine
from snapformat.layout import read
from snapformat.encodings.construct.wrappers import Limited
kind, data = {kind}, {data}
node = layout_of(kind)
engine.reader_of(node)
engine.skipper_of(node)
result = [verdict(call) for call in (
    lambda: read(node, data),
    lambda: decode(data, kind),
    lambda: decode(data, kind),
    lambda: validate(decode(data, kind, lazy=True)),
    lambda: decode_stream(io.BytesIO(data), kind),
    lambda: sum(1 for event in walk(node, data)),
)]
"""
    outcome = run_bounded(TYPES + code, hangs=120)
    assert outcome.verdict == ["DecodeError"] * 6
    assert outcome.grown < 400


@pytest.mark.parametrize("kind", ["Vec[Wide]", "Vec[Broad]", "Vec[tuple[Wide, Wide]]", "HashSet[Wide]"])
def test_construct_alone_counts_what_is_made(kind: str) -> None:
    code = f"""
def parse():
    try:
        FIRECRACKER.construct({kind}).parse(MOST)
    except c.ConstructError as error:
        return type(error).__name__
result = parse()
"""
    outcome = run_bounded(TYPES + code, hangs=60)
    assert outcome.verdict == "TooManyElementsError"
    assert outcome.grown < 400


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("Vec[Unit]", DEFAULT_LIMITS.zero_sized),
        ("Vec[Nothing]", DEFAULT_LIMITS.zero_sized),
        ("Vec[Wide]", DEFAULT_LIMITS.zero_sized // 50),
        ("Vec[tuple[Unit, Unit]]", DEFAULT_LIMITS.zero_sized // 2),
        ("c.PrefixedArray(c.Int64ul, of_nothing)", DEFAULT_LIMITS.zero_sized // 54),
    ],
)
def test_everything_done_with_what_was_read_is_bounded(kind: str, count: int) -> None:
    """As many as may be read are walked, shown and written in the time and memory of that many objects."""
    code = f"""
kind, data = {kind}, u64_bytes({count})
def use():
    value = decode(data, kind)
    assert sum(1 for event in walk(layout_of(kind), data)) > {count}
    assert encode(value, kind) == data
    text = dumps(value, kind)
    assert loads(text, kind) == value
    assert loads(text[:-2] + ", " + text[2:], kind) != value
result = verdict(use)
"""
    outcome = run_bounded(TYPES + code, hangs=120)
    # One list after the other has twice as many elements as there may be.
    assert outcome.verdict == "DecodeError"
    assert outcome.grown < 900


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("Vec[Skips]", "'[' + '{},' * (1 << 18) + '{}]'"),
        ("c.PrefixedArray(c.Int32ul, of_constants)", "'[' + '{},' * (1 << 18) + '{}]'"),
        (
            "c.PrefixedArray(c.Int32ul, c.Struct(*(f'f{n}' / c.Const(1, c.Byte) for n in range(100))))",
            "'[' + '{},' * (1 << 18) + '{}]'",
        ),
        ("c.PrefixedArray(c.Int32ul, c.Optional(c.Byte))", """'{"$bytes": "ffffffff"}'"""),
        ("c.GreedyRange(c.Pass)", """'{"$bytes": "00"}'"""),
        ("c.RepeatUntil(lambda item, so_far, context: False, c.Pass)", """'{"$bytes": "00"}'"""),
        ("Vec[Annotated[Any, c.GreedyRange(c.Pass)]]", """'[{"$bytes": "00"}]'"""),
    ],
)
def test_json_makes_no_more_than_bytes_do(kind: str, text: str) -> None:
    code = f"""
from typing import Any
kind, text = {kind}, {text}
result = verdict(lambda: loads(text, kind))
"""
    outcome = run_bounded(TYPES + code, hangs=60)
    assert outcome.verdict == "DecodeError"
    assert outcome.grown < 400


def test_values_that_could_not_be_read_back_are_not_shown() -> None:
    code = """
value = [()] * ((1 << 20) + 1)
result = [verdict(lambda: encode(value, Vec[Unit])), verdict(lambda: dumps(value, Vec[Unit])),
          verdict(lambda: dumps(value, Vec[Unit], limits=Limits(zero_sized=1 << 21)))]
"""
    assert run_bounded(code).verdict == ["EncodeError", "EncodeError", "ok"]
