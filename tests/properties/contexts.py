"""Random Structs of construct's whose fields depend on others, with values left out, None, or stale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import construct as c
from construct import len_, this
from hypothesis import strategies as st

#: What is taken away from a mapping before it is given to build.
_LEFT_OUT = object()


@dataclass(frozen=True)
class Field:
    """A field of a random Struct.

    Attributes:
        construct: What it is.
        values: What may be given for it.
        numbers: Numbers in it that expressions may name, from an expression of the field itself.
    """

    construct: Any
    values: st.SearchStrategy[Any]
    numbers: tuple[Callable[[Any], Any], ...] = ()


def _itself(place: Any) -> Any:
    return place


_small = st.integers(0, 3)
_stale = st.none() | st.just(_LEFT_OUT) | _small
_integers = st.sampled_from([c.Int8ub, c.Int16ul, c.Int24ub])


@st.composite
def _numbers(draw: Callable[..., Any], known: list[Any]) -> Field:
    """A number that may be made by construct."""
    integer = draw(_integers)
    made = draw(st.sampled_from([0, 1, 2, *known[-3:]])) if known else draw(_small)
    constant = draw(_small)
    return Field(
        *draw(
            st.sampled_from(
                [
                    (integer, _small),
                    (integer, _small),
                    (integer, _small | st.none()),
                    (c.VarInt, _small),
                    (c.Const(constant, integer), _stale | st.just(constant)),
                    (c.Default(integer, made), _stale),
                    (c.Rebuild(integer, made), _stale),
                    (c.Computed(made), _stale),
                    (c.Tell, _stale),
                    (c.Enum(integer, one=1), st.sampled_from([0, 1, "one"])),
                ]
            )
        ),
        (_itself,),
    )


@st.composite
def _wrapped(draw: Callable[..., Any], item: Field, known: list[Any]) -> Field:
    """A field in something else, which may depend on fields before."""
    test = draw(st.sampled_from(known)) if known else draw(_small)
    match draw(
        st.sampled_from(
            ["if", "else", "switch", "padded", "prefixed", "array", "prefixed array", "plain", "default"]
        )
    ):
        case "if":
            return Field(c.If(test == draw(_small), item.construct), item.values, item.numbers)
        case "else":
            other = c.Default(c.Int8ub, 2)
            return Field(c.IfThenElse(test, item.construct, other), item.values | _stale, item.numbers)
        case "switch":
            cases = {0: item.construct, 1: c.Pass, 2: c.Const(7, c.Int8ub)}
            return Field(c.Switch(test, cases), item.values | st.none(), item.numbers)
        case "padded":
            return Field(c.Padded(test + 40, item.construct, pattern=b"\xee"), item.values, item.numbers)
        case "prefixed":
            return Field(c.Prefixed(c.Int8ub, item.construct), item.values, item.numbers)
        case "array":
            values = st.lists(item.values, min_size=2, max_size=2) | st.tuples(item.values, item.values)
            inside = tuple(lambda place, inner=inner: inner(place[1]) for inner in item.numbers)
            return Field(c.Array(2, item.construct), values, inside)
        case "prefixed array":
            if not _stands_alone(item.construct):
                return item
            made = c.PrefixedArray(c.Int8ub, item.construct)
            return Field(made, st.lists(item.values, max_size=3), (len_,))
        case "default":
            return Field(c.Default(item.construct, None), item.values | st.none(), item.numbers)
    return item


def _stands_alone(struct: Any) -> bool:
    """Whether no expression in it names what is outside of it (elements of a PrefixedArray must not)."""
    return struct in (c.Int8ub, c.Int16ul, c.Int24ub, c.VarInt)


@st.composite
def _structs(draw: Callable[..., Any], depth: int, outer: list[Any]) -> Field:
    """A Struct; expressions below name its fields, those inside of them, and those of Structs around."""
    fields: list[Any] = []
    values: dict[str, st.SearchStrategy[Any]] = {}
    known: list[Any] = [*outer]
    inside: list[Callable[[Any], Any]] = []
    for index in range(draw(st.integers(1, 4))):
        name, n = f"f{index}", f"n{index}"
        shape = draw(st.sampled_from(["number", "number", "struct", "counted", "sized", "above", "unnamed"]))
        if shape == "unnamed":
            fields.append(draw(st.sampled_from([c.Padding(2), c.Const(b"M"), c.Computed(1)])))
            continue
        if shape in ("counted", "sized"):
            kind = c.Rebuild(draw(_integers), len_(this[name]))
            if shape == "counted":
                item = draw(_numbers([]))
                fields += [n / kind, name / c.Array(this[n], item.construct)]
                values[name] = st.lists(item.values, max_size=3)
            else:
                fields += [n / kind, name / c.Bytes(this[n])]
                values[name] = st.binary(max_size=3) | st.builds(bytearray, st.binary(max_size=3))
            values[n] = _stale
            known += [this[n], len_(this[name])]
            inside.append(lambda place, n=n: place[n])
            continue
        if shape == "above":
            # A number in front that is made from what is behind it.
            held = draw(_wrapped(draw(_numbers(known)), known))
            fields += [n / c.Rebuild(c.Int8ub, this[name] if _is_number(held) else 1), name / held.construct]
            values[n], values[name] = _stale, held.values
            known.append(this[n])
            inside.append(lambda place, n=n: place[n])
            continue
        item = draw(_numbers(known))
        if shape == "struct" and depth:
            item = draw(_structs(depth - 1, [_above(expression) for expression in known]))
        item = draw(_wrapped(item, known))
        fields.append(name / item.construct)
        values[name] = item.values
        for number in item.numbers:
            known.append(number(this[name]))
            inside.append(lambda place, name=name, number=number: number(place[name]))
    given = st.fixed_dictionaries(values).map(_without_left_out)
    rarely = st.integers(0, 19).flatmap(lambda n: given if n > 1 else st.just({} if n else None))
    return Field(c.Struct(*fields), rarely, tuple(inside))


def _is_number(field: Field) -> bool:
    return field.construct in (c.Int8ub, c.Int16ul, c.Int24ub)


def _above(expression: Any) -> Any:
    """The same expression in a Struct further in."""
    return _Above(expression).made


class _Above:
    """Rewrites an expression, so that each name in it is looked up one Struct further out."""

    def __init__(self, expression: Any) -> None:
        self.made = self._path(expression)

    def _path(self, expression: Any) -> Any:
        names: list[Any] = []
        wrap = _itself
        state = expression.__getstate__()
        if "_FuncPath__operand" in state:
            wrap = len_
            state = state["_FuncPath__operand"].__getstate__()
        while state["_Path__parent"] is not None:
            names.append(state["_Path__field"])
            state = state["_Path__parent"].__getstate__()
        place: Any = this._
        for name in reversed(names):
            place = place[name]
        return wrap(place)


def _without_left_out(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not _LEFT_OUT}


def _cleared(value: Any) -> Any:
    """None where something was to be left out that can't be."""
    if isinstance(value, dict):
        return {name: _cleared(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_cleared(part) for part in value)
    return None if value is _LEFT_OUT else value


@st.composite
def dependent(draw: Callable[..., Any]) -> tuple[Any, Any, Any]:
    """A Struct and two values for it."""
    made = draw(_structs(2, []))
    values = made.values.map(_cleared)
    return made.construct, draw(values), draw(values)
