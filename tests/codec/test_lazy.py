"""Lazy reading against eager reading: random types, values and damage, every struct however small."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codec.agreement import assert_same, identical, verdict
from codec.constructs import Pair, pairs
from codec.strategies import annotations, damaged, encodings, struct_of, values_of
from snapformat import validate
from snapformat.bincode import Len, Option, Some, u8
from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.codec import engine
from snapformat.encodings.bincode.ops import Op
from snapformat.layout import layout_of
from snapformat.layout import write as reference_write
from snapformat.lazy import state
from snapformat.lazy.opening import LazyReader
from snapformat.lazy.reading import LazySource
from snapformat.lazy.value import LazyValue
from snapformat.lazy.writing import write_lazily
from snapformat.limits import DEFAULT_LIMITS
from snapformat.model.lazy_class import is_lazy


def _held(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Structs, and what holds structs where lazy reading comes by."""
    made = st.tuples(st.sampled_from(["struct", "tuple"]), st.lists(inner, min_size=1, max_size=4)).map(
        lambda pair: struct_of(pair[0], "Root", pair[1])
    )
    return st.one_of(
        made,
        made.map(lambda t: Option[t]),
        made.map(lambda t: list[t]),
        made.map(lambda t: Annotated[list[t], Len(2)]),
        inner.map(lambda t: struct_of("newtype", "Root", [t])),
        inner.map(lambda t: struct_of("struct", "Root", [t, u8], skipped=True)),
    )


#: Types with structs in them, at the top and below.
roots = _held(st.recursive(annotations, _held, max_leaves=6))
agreement = settings(
    deadline=None,
    max_examples=100,
    phases=[__import__("hypothesis").Phase.generate],
    derandomize=True,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
        HealthCheck.function_scoped_fixture,
    ],
)


@pytest.fixture(autouse=True)
def _everything_is_lazy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "LEAST_STRUCT", 0)


def opened(node: Op, data: bytes, limit: int | None = None) -> tuple[Any, int] | None:
    """A value that was passed over, as `decode` hands it out, and its end."""
    found = LazyReader(node, limit, DEFAULT_LIMITS).open(LazySource(data), 0, len(data))
    if found is None:
        return None
    value, end = found
    return (value.value() if isinstance(value, LazyValue) else value), end


def lazily(node: Op, data: bytes, limit: int | None = None) -> tuple[Any, int]:
    """What lazy reading and `validate` come to."""
    found = opened(node, data, limit)
    if found is None:
        return engine.read_value(node, data, limit=limit)
    validate(found[0])
    return found


def places(value: Any) -> list[tuple[Any, str]]:
    """All fields of instances in a value that may be lazy, decoding nothing that is not decoded."""
    found = []
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Some):
            current = current.value
        if type(current) is list:
            waiting += current
        elif hasattr(type(current), "__match_args__"):
            slots = [(n, vars(type(current)).get(n)) for n in type(current).__match_args__]
            for name, part in slots:
                found.append((current, name))
                inside = part.get(current) if isinstance(part, state.LazyField) else getattr(current, name)
                if not isinstance(inside, state.LazyState):
                    waiting.append(inside)
    return found


def touch_some(value: Any, data: st.DataObject, most: int) -> None:
    for _ in range(data.draw(st.integers(0, most))):
        found = places(value)
        if found:
            instance, name = found[data.draw(st.integers(0, len(found) - 1))]
            getattr(instance, name)


@agreement
@given(annotation=roots, encoding=encodings, data=st.data())
def test_valid_values(annotation: Any, encoding: Any, data: st.DataObject) -> None:
    node = layout_of(annotation, encoding)
    value = data.draw(values_of(node))
    written = reference_write(node, value)
    expected, end = engine.read_value(node, written)
    canonical = reference_write(node, expected)
    for after in (b"", b"\1\2\3"):
        found = opened(node, written + after)
        assert found is not None, "can't be passed over"
        assert found[1] == end
        touch_some(found[0], data, 6)
        assert b"".join(write_lazily(node, found[0])[0]) in (written, canonical)
        validate(found[0])
        assert identical(found[0], expected)


@agreement
@given(annotation=roots, encoding=encodings, data=st.data())
def test_damaged_bytes(annotation: Any, encoding: Any, data: st.DataObject) -> None:
    node = layout_of(annotation, encoding)
    written = reference_write(node, data.draw(values_of(node)))
    for _ in range(12):
        bad = data.draw(damaged(written))
        limit = data.draw(st.one_of(st.none(), st.integers(0, 2 * len(written) + 4)))
        assert_same(
            verdict(lambda bad=bad, limit=limit: lazily(node, bad, limit)),
            verdict(lambda bad=bad, limit=limit: engine.read_value(node, bad, limit=limit)),
        )


@agreement
@given(pair=pairs, data=st.data())
def test_layouts_of_construct(pair: Pair, data: st.DataObject) -> None:
    struct, values = pair
    node = layout_of(struct)
    said, written = verdict(lambda: reference_write(node, data.draw(values)))
    if said == "raises":  # too large for what is around it
        return
    for _ in range(8):
        bad = data.draw(damaged(written))
        assert_same(
            verdict(lambda bad=bad: lazily(node, bad)),
            verdict(lambda bad=bad: engine.read_value(node, bad)),
        )


@agreement
@given(annotation=roots, encoding=encodings, data=st.data())
def test_changes(annotation: Any, encoding: Any, data: st.DataObject) -> None:
    """One field is set, in a value that is read lazily and in one that is not: the bytes are the same."""
    node = layout_of(annotation, encoding)
    # Written twice: sorted maps have one order then.
    written = reference_write(node, data.draw(values_of(node)))
    written = reference_write(node, engine.read_value(node, written)[0])
    found = opened(node, written)
    assert found is not None
    lazy, eager = found[0], engine.read_value(node, written)[0]
    touch_some(lazy, data, 4)
    fields = [(instance, name) for instance, name in places(lazy) if is_lazy(instance)]
    if not fields:
        return
    instance, name = fields[data.draw(st.integers(0, len(fields) - 1))]
    path = _path_to(lazy, instance)
    target = eager
    for step in path:
        target = getattr(target, step) if isinstance(step, str) else target[step]
        target = target.value if isinstance(target, Some) else target
    field = next(f for f in _node_of(node, path).fields if f.attr == name)
    value = data.draw(values_of(field.op))
    setattr(instance, name, value)
    setattr(target, name, value)
    assert b"".join(write_lazily(node, lazy)[0]) == reference_write(node, eager)
    assert reference_write(node, lazy) == reference_write(node, eager)


def _path_to(value: Any, wanted: Any) -> tuple[Any, ...]:
    """The attributes and indexes that lead to an instance, decoding nothing."""
    waiting: list[tuple[Any, tuple[Any, ...]]] = [(value, ())]
    while waiting:
        current, path = waiting.pop()
        if isinstance(current, Some):
            current = current.value
        if current is wanted:
            return path
        if type(current) is list:
            waiting += [(item, (*path, i)) for i, item in enumerate(current)]
        elif hasattr(type(current), "__match_args__"):
            for name in type(current).__match_args__:
                part = vars(type(current)).get(name)
                inside = part.get(current) if isinstance(part, state.LazyField) else getattr(current, name)
                if not isinstance(inside, state.LazyState):
                    waiting.append((inside, (*path, name)))
    raise AssertionError("not in there")


def _node_of(node: Op, path: tuple[Any, ...]) -> ops.Struct:
    """The layout of what a path leads to."""
    for step in (*path, None):
        while isinstance(node, ops.Option | ops.Call):
            node = node.item if isinstance(node, ops.Option) else node.target
        if isinstance(step, str):
            assert isinstance(node, ops.Struct)
            node = next(f.op for f in node.fields if f.attr == step)
        elif step is not None:
            assert isinstance(node, ops.Seq | ops.Array)
            node = node.item
    assert isinstance(node, ops.Struct)
    return node
