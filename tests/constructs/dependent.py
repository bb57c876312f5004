"""Random Structs whose fields depend on others, with values that may be stale, None or left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import construct as c
from construct import len_, this

#: Makes a value of a field.
Make = Callable[[Random], Any]
#: In place of a value that is left out.
LEFT_OUT = object()
DEPTH = 2


@dataclass
class Part:
    """A random construct.

    Attributes:
        construct: The construct.
        make: Makes a value for it.
        numbers: What in its value is a number, as a function from an expression of the value.
        greedy: Whether it takes all bytes up to the end.
    """

    construct: Any
    make: Make
    numbers: list[Callable[[Any], Any]] = field(default_factory=list)
    greedy: bool = False


@dataclass
class Known:
    """The numbers that expressions at a place may name.

    Attributes:
        here: Expressions of fields of this Struct.
        above: Expressions of those around, from here.
    """

    here: list[Any] = field(default_factory=list)
    above: list[Any] = field(default_factory=list)

    def any(self, random: Random) -> Any:
        """One of them, or a constant."""
        found = self.here + self.above
        return random.choice(found) if found and random.random() < 0.85 else random.randrange(4)


class Dependent:
    """Makes random Structs.

    Args:
        random: The source of randomness.
    """

    def __init__(self, random: Random) -> None:
        self._random = random

    def struct(self, depth: int = DEPTH, above: list[Callable[[], Any]] | None = None) -> Part:
        """A Struct of some fields; `above` makes expressions of fields around it, seen from here."""
        random = self._random
        names = [f"f{index}" for index in range(random.randint(1, 5))]
        known = Known(above=[make() for make in above or []])
        fields: list[Any] = []
        makes: dict[str, Make] = {}
        numbers: list[Callable[[Any], Any]] = []
        for position, name in enumerate(names):
            is_last = position == len(names) - 1
            part = self._counted(name, known, fields, makes) if random.random() < 0.3 else None
            part = part or self._part(known, depth, is_last and depth == DEPTH)
            fields.append(name / part.construct)
            makes[name] = part.make
            for number in part.numbers:
                known.here.append(number(this[name]))
                numbers.append(lambda place, name=name, number=number: number(place[name]))
            if random.random() < 0.15:
                unnamed = [c.Padding(1), c.Const(b"M"), c.Pass, c.Computed(known.any(random))]
                fields.append(random.choice(unnamed))
        return Part(c.Struct(*fields), self._mapping(makes), numbers)

    def _mapping(self, makes: dict[str, Make]) -> Make:
        def make(random: Random) -> Any:
            made = {name: of(random) for name, of in makes.items()}
            return {name: value for name, value in made.items() if value is not LEFT_OUT}

        return make

    def _counted(self, name: str, known: Known, fields: list[Any], makes: dict[str, Make]) -> Part:
        """A part whose size or count is a rebuilt field in front of it."""
        random = self._random
        count = f"n_{name}"
        fields.append(count / c.Rebuild(self._integer(), len_(this[name])))
        makes[count] = _stale
        known.here.append(this[count])
        size = this[count]
        return random.choice(
            [
                lambda: Part(c.Bytes(size), _bytes, [len_]),
                lambda: Part(c.Array(size, c.Int16ub), _list_of(_small), [len_]),
                lambda: Part(c.PaddedString(size, "ascii"), _text, [len_]),
                lambda: Part(c.FixedSized(size, c.GreedyBytes), _bytes, [len_]),
                lambda: Part(c.Array(size, c.Struct("i" / c.Index, "v" / c.Byte)), _list_of(_item), [len_]),
            ]
        )()

    def _integer(self) -> Any:
        return self._random.choice([c.Byte, c.Int16ub, c.Int16ul, c.Int24ub, c.VarInt])

    def _part(self, known: Known, depth: int, may_be_greedy: bool) -> Part:
        random = self._random
        if may_be_greedy and random.random() < 0.25:
            return random.choice(
                [
                    Part(c.GreedyBytes, _bytes, [len_], greedy=True),
                    Part(c.GreedyRange(c.Int16ub), _list_of(_small), [len_], greedy=True),
                    Part(c.Optional(c.Int16ub), _maybe(_small), greedy=True),
                    Part(c.GreedyString("ascii"), _text, greedy=True),
                ]
            )
        part = self._number(known) if random.random() < 0.6 or not depth else self._group(known, depth)
        return self._around(part, known) if random.random() < 0.45 else part

    def _number(self, known: Known) -> Part:
        """A number that construct may make itself."""
        random, integer = self._random, self._integer()
        named, constant = known.any(random), random.randrange(4)
        return Part(
            *random.choice(
                [
                    (integer, _small),
                    (integer, _small),
                    (c.Const(constant, integer), lambda r: r.choice([constant, None, LEFT_OUT, 3])),
                    (c.Default(integer, named), _stale),
                    (c.Rebuild(integer, named), _stale),
                    (c.Computed(named + 1), _stale),
                    (c.Tell, _stale),
                    (c.Enum(integer, one=1, two=2), lambda r: r.choice(["one", "two", 1, 3])),
                    (c.Mapping(c.Byte, {0: 0, 1: 1, 2: 2}), _small),
                    (c.ExprAdapter(c.Byte, c.obj_ + 1, c.obj_ - 1), lambda r: r.randrange(1, 4)),
                    (c.Hex(integer), _small),
                ]
            ),
            [_itself],
        )

    def _group(self, known: Known, depth: int) -> Part:
        """Several parts in one."""
        random = self._random
        outer = [lambda number=number: _above(number) for number in known.here]
        if random.random() < 0.6:
            return self.struct(depth - 1, outer)
        named = known.any(random)
        flags = c.BitStruct("a" / c.Flag, c.Padding(3), "n" / c.BitsInteger(4))
        return random.choice(
            [
                lambda: Part(flags, lambda r: {"a": r.random() < 0.5, "n": r.randrange(4)}, [lambda p: p.n]),
                lambda: Part(
                    c.Sequence(c.Byte, "s" / c.Byte), lambda r: [_small(r), _small(r)], [lambda p: p[1]]
                ),
                lambda: Part(c.FocusedSeq("v", c.Const(b"<"), "v" / c.Byte), _small, [_itself]),
                lambda: Part(c.FlagsEnum(c.Byte, a=1, b=2), lambda r: {"a": r.random() < 0.5}),
                lambda: Part(c.RawCopy(c.Byte), lambda r: {"value": _small(r)}, [lambda p: p.value]),
                lambda: Part(c.Bytes(named), lambda r: bytes(r.randrange(4)), [len_]),
                lambda: Part(c.CString("ascii"), _text, [len_]),
                lambda: Part(c.PascalString(c.Byte, "utf8"), _text, [len_]),
                lambda: Part(c.PrefixedArray(c.Byte, c.Byte), _list_of(_small), [len_]),
            ]
        )()

    def _around(self, part: Part, known: Known) -> Part:
        """A part in something that may depend on a field."""
        random = self._random
        inner, named = part.construct, known.any(random)
        cases = {0: inner, 1: c.Pass, 2: c.Const(7, c.Byte)}
        made = random.choice(
            [
                lambda: (c.If(named == random.randrange(3), inner), _maybe(part.make), part.numbers),
                lambda: (c.If(named, inner), _maybe(part.make), part.numbers),
                lambda: (c.IfThenElse(named > 1, inner, c.Default(c.Byte, 2)), part.make, part.numbers),
                lambda: (
                    c.Switch(named, cases),
                    _maybe(part.make),
                    [],
                ),
                lambda: (c.Padded(named + 24, inner), part.make, part.numbers),
                lambda: (c.Aligned(4, inner), part.make, part.numbers),
                lambda: (c.Prefixed(c.Byte, inner), part.make, part.numbers),
                lambda: (c.Prefixed(c.VarInt, inner), part.make, part.numbers),
                lambda: (c.FixedSized(named + 24, inner), part.make, part.numbers),
                lambda: (c.Array(2, inner), _list_of(part.make, 2), [_second(each) for each in part.numbers]),
                lambda: (c.Array(named, inner), _list_of(part.make), []),
                lambda: (c.LazyBound(lambda: inner), part.make, part.numbers),
                lambda: (c.Default(inner, None), _maybe(part.make), part.numbers),
                lambda: (c.Pointer(named + 60, inner), part.make, part.numbers),
                lambda: (c.Optional(inner), part.make, []),
                lambda: (c.Peek(inner), _maybe(part.make), []),
            ]
        )()
        return Part(*made)


def _itself(place: Any) -> Any:
    return place


def _second(number: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda place: number(place[1])


def _small(random: Random) -> int:
    return random.randrange(4)


def _stale(random: Random) -> Any:
    return random.choice([None, LEFT_OUT, 0, 2])


def _bytes(random: Random) -> bytes:
    return random.randbytes(random.randrange(4))


def _text(random: Random) -> str:
    return "abc"[: random.randrange(4)]


def _item(random: Random) -> Any:
    return {"v": random.randrange(4)}


def _list_of(make: Make, count: int | None = None) -> Make:
    def made(random: Random) -> list[Any]:
        values = [make(random) for _ in range(random.randrange(4) if count is None else count)]
        return [None if value is LEFT_OUT else value for value in values]

    return made


def _maybe(make: Make) -> Make:
    def made(random: Random) -> Any:
        value = make(random) if random.random() < 0.8 else None
        return None if value is LEFT_OUT else value

    return made


def _above(expression: Any) -> Any:
    """The same expression, from a Struct further in."""
    names: list[Any] = []
    state = expression.__getstate__()
    wrap: Callable[[Any], Any] = _itself
    if "_FuncPath__operand" in state:
        wrap, state = len_, state["_FuncPath__operand"].__getstate__()
    while state["_Path__parent"] is not None:
        names.append(state["_Path__field"])
        state = state["_Path__parent"].__getstate__()
    place: Any = this._
    for name in reversed(names):
        place = place[name]
    return wrap(place)
