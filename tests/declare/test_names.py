"""Names in annotations: forward references, recursion, functions and modules, names never defined."""

from __future__ import annotations

import importlib
import sys
import textwrap

import pytest

from snapformat import DataEnum, SchemaError, SnapshotFormat, decode, encode, schema
from snapformat.bincode import Option, u8, u16


@schema
class First:
    second: Second
    chain: Option[Chain]


@schema
class Second:
    value: u8


@schema
class Chain:
    value: u8
    next: Chain | None


@schema
class Ping:
    pongs: list[Pong]


@schema
class Pong:
    ping: Option[Ping]


@schema
class Expr(DataEnum): ...


@schema(name="Number", kind="newtype")
class Number(Expr):
    value: u8


@schema(name="Sum", kind="tuple")
class Sum(Expr):
    left: Expr
    right: Expr


CASES = [
    (First(Second(1), Chain(2, Chain(3, None))), First, "01 01 02 01 03 00"),
    (Ping([Pong(Ping([])), Pong(None)]), Ping, "0200000000000000 01 0000000000000000 00"),
    (Sum(Number(1), Sum(Number(2), Number(3))), Expr, "01000000 0000000001 01000000 0000000002 0000000003"),
]


@pytest.mark.parametrize(("value", "annotation", "data"), CASES)
def test_declared_further_down_or_in_circles(value, annotation, data):
    assert encode(value, annotation).hex() == data.replace(" ", "")
    assert decode(bytes.fromhex(data), annotation) == value


def test_in_functions_after_they_returned():
    def declare() -> type:
        @schema
        class Outer:
            inner: Inner
            again: Outer | None

        @schema
        class Inner:
            value: u8

        return Outer

    outer = declare()
    value = decode(b"\1\1\2\0", outer)
    assert (value.inner.value, value.again.inner.value) == (1, 2)


def test_two_classes_of_one_name_do_not_mix():
    def declare(kind: object) -> type:
        @schema
        class Inner:
            value: kind

        @schema
        class Outer:
            inner: Inner

        return Outer

    narrow, wide = declare(u8), declare(u16)
    assert encode(decode(b"\1", narrow), narrow) == b"\1"
    assert encode(decode(b"\1\0", wide), wide) == b"\1\0"


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module of declarations, by its text."""
    monkeypatch.syspath_prepend(str(tmp_path))
    names = []

    def make(text: str):
        name = f"declared_{len(names)}_{tmp_path.name}".replace("-", "_")
        names.append(name)
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(text))
        importlib.invalidate_caches()
        return importlib.import_module(name)

    yield make
    for name in names:
        sys.modules.pop(name, None)


def test_without_postponed_evaluation(module):
    declared = module("""
        from snapformat import schema
        from snapformat.bincode import Option, u8

        @schema
        class Op:
            value: u8
            next: Option["Op"]
            later: "list[Leaf]"

        @schema
        class Leaf:
            value: u8
    """)
    value = declared.Op(1, declared.Op(2, None, []), [declared.Leaf(3)])
    data = b"\1\1\2\0" + bytes(8) + b"\1" + bytes(7) + b"\3"
    assert encode(value, declared.Op) == data
    assert decode(data, declared.Op) == value


def test_inherited_annotations_mean_what_they_mean_where_they_stand(module):
    base = module("""
        from __future__ import annotations
        from snapformat import schema
        from snapformat.bincode import u16 as wide

        @schema
        class Base:
            value: wide
    """)

    @schema
    class Derived(base.Base):
        more: u8

    assert encode(Derived(1, 2), Derived) == b"\1\0\2"


def test_names_never_defined_fail_when_a_format_is_sealed(module):
    declared = module("""
        from __future__ import annotations
        from snapformat import schema
        from snapformat.bincode import u8

        @schema
        class State:
            value: u8
            rest: list[Nowhere]

        @schema
        class Root:
            state: State | None
    """)
    with pytest.raises(SchemaError, match=r"^State\.rest: the name 'Nowhere' is not defined$") as caught:
        SnapshotFormat(name="demo", magic=1, version="1.0.0", payload=declared.Root)
    assert (caught.value.owner, caught.value.field) == ("State", "rest")

    declared.Nowhere = u8
    format_ = SnapshotFormat(name="demo", magic=1, version="1.0.0", payload=declared.Root)
    data = format_.new(declared.Root(declared.State(1, [2]))).to_bytes()
    assert format_.load(data).data.state.rest == [2]
