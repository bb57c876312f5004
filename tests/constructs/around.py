"""A declaration inside other constructs, and in declared classes and lists of the vocabulary."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import construct as c
from construct.expr import ExprMixin

from constructs.as_type import shown
from constructs.declaration import Declaration, copied, limits_of, parts
from constructs.inputs import damaged
from constructs.outcomes import Findings, Outcome, ours, theirs
from constructs.values import keeps_bytes, settled
from snapformat import Encoding, SchemaError, decode, encode, schema
from snapformat.bincode import u8

CUTS = 4
PLACES = 2
#: Samples that are put inside of each.
SAMPLES = 1
#: Number of surroundings of each declaration: in turn, as all of them take minutes.
IN_TURN = 3
_numbers = itertools.count()


@dataclass(frozen=True)
class Around:
    """Something to put a declaration in.

    Attributes:
        name: What it is.
        outside: The construct around the declaration.
        wrapped: The value around the declaration's.
    """

    name: str
    outside: Callable[[Any], Any]
    wrapped: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _twice(value: Any) -> Any:
    return [value, copied(value)]


SURROUNDINGS = (
    Around("Array", lambda s: c.Array(2, s), _twice),
    Around("PrefixedArray", lambda s: c.PrefixedArray(c.Byte, s), _twice),
    Around("GreedyRange", lambda s: c.GreedyRange(s), _twice),
    Around("Prefixed", lambda s: c.Prefixed(c.Int16ub, s), _same),
    Around("FixedSized", lambda s: c.FixedSized(600, s), _same),
    Around("Padded", lambda s: c.Padded(600, s), _same),
    Around("Optional", lambda s: c.Optional(s), _same),
    Around("Switch", lambda s: c.Switch(1, {1: s}), _same),
    Around("Sequence", lambda s: c.Sequence(c.Byte, s), lambda v: [1, v]),
    Around("LazyBound", lambda s: c.LazyBound(lambda: s), _same),
    Around(
        "Struct",
        lambda s: c.Struct("before" / c.Byte, "x" / s, "after" / c.Byte),
        lambda v: {"before": 1, "x": v, "after": 2},
    ),
    Around(
        "Struct in a Struct",
        lambda s: c.Struct("a" / c.Byte, "b" / c.Struct("x" / s)),
        lambda v: {"a": 1, "b": {"x": v}},
    ),
)


def check(declaration: Declaration) -> Findings:
    """Inside of each, the same as construct, or both refuse."""
    found = Findings()
    values = [*declaration.values]
    for data in declaration.data:
        parsed = theirs(lambda data=data: declaration.source.parse(data))
        values += [parsed.value] if parsed.state == "ok" else []
    for around in _in_turn(declaration):
        if around.name == "GreedyRange" and _never_ends(declaration):
            continue
        made = theirs(lambda around=around: around.outside(declaration.construct))
        if made.state == "ok":
            compiled = declaration.source is not declaration.construct
            alone = around.outside(declaration.source) if compiled else made.value
            for value in values[:SAMPLES]:
                _inside(found, around.name, made.value, alone, around.wrapped(value))
    _in_class(found, declaration, values[:SAMPLES])
    _in_list(found, declaration, values[:SAMPLES])
    return found


def _never_ends(declaration: Declaration) -> bool:
    """Whether a range of it has no end for construct, or ends where what it defers is read later."""
    if theirs(lambda: declaration.construct.parse(b"")).state == "ok":
        return True
    return any(isinstance(part, c.Seek | c.LazyArray | c.LazyStruct) for part in parts(declaration.construct))


def _in_turn(declaration: Declaration) -> list[Around]:
    """Some of the surroundings: others for the next declaration of a theme."""
    first = sum(declaration.name.encode())
    return [SURROUNDINGS[(first + 5 * step) % len(SURROUNDINGS)] for step in range(IN_TURN)]


def _inside(found: Findings, name: str, struct: Any, alone: Any, value: Any) -> None:
    wanted = theirs(lambda: bytes(alone.build(copied(value))))
    got = ours(lambda: bytes(encode(copied(value), struct)))
    found.compare(f"encode in {name}", got, wanted, shown(value), counted=True)
    if wanted.state == "ok":
        for count, data in enumerate((wanted.value, wanted.value, *_damaged(struct, wanted.value))):
            _read(found, name, alone, struct, data, counted=count == 0)


def _read(
    found: Findings,
    name: str,
    alone: Any,
    payload: Any,
    data: bytes,
    *,
    counted: bool = False,
    construct_of: Any = None,
) -> None:
    """Read with a construct alone and with the library, and write again; also by the construct of a class."""
    wanted = theirs(lambda: settled(alone.parse(data)))
    got = ours(lambda: settled(decode(data, payload, limits=limits_of(alone))))
    plain = got if got.state != "ok" else Outcome("ok", _members(got.value))
    expected = wanted if wanted.state != "ok" else wanted._replace(value=_members(wanted.value))
    same = found.compare(f"decode in {name}", plain, expected, shown(data), counted=counted)
    if construct_of is not None:
        other = theirs(lambda: _members(settled(construct_of.parse(data))))
        if other.state != "endless":  # as construct alone is
            found.compare(f"the construct of {name}", other, expected, shown(data))
    if same and not keeps_bytes(plain.value):
        built = theirs(lambda: bytes(alone.build(wanted.value)))
        again = ours(lambda: bytes(encode(got.value, payload)))
        found.compare(f"decode, then encode in {name}", again, built, shown(data), counted=counted)


def _damaged(struct: Any, data: bytes) -> list[bytes]:
    """Damaged bytes; not of what moves freely, which repeats in a list until a limit is reached."""
    if any(isinstance(part, c.Seek) for part in parts(struct)):
        return []
    return [*damaged(data, CUTS, PLACES)]


def _members(value: Any) -> Any:
    """The fields of a declared class as a dict, so that they compare with a Struct's."""
    if hasattr(type(value), "_snapformat_around"):
        return {name: getattr(value, name) for name in ("before", "x", "after")}
    return value


def _in_class(found: Findings, declaration: Declaration, values: list[Any]) -> None:
    struct = declaration.construct
    equal = c.Struct("before" / c.Byte, "x" / declaration.source, "after" / c.Byte)
    made = ours(lambda: _declare(struct))
    if made.state == "ok":
        made = ours(lambda: (Encoding().construct(made.value), made.value)[1])
    if made.state != "ok":
        # A class may refuse what names fields around it, when it is declared.
        if not (made.reason.startswith(SchemaError.__name__) and _has_expressions(struct)):
            found.add("stricter", f"declare in a class: {made.reason}")
        return
    cls = made.value
    alone = Encoding().construct(cls)
    whole = alone if declaration.source is struct else None  # construct's compiler leaves out checks
    for value in values:
        around = {"before": 1, "x": value, "after": 2}
        wanted = theirs(lambda value=value: bytes(alone.build(cls(1, copied(value), 2))))
        got = ours(lambda value=value: bytes(encode(cls(1, copied(value), 2), cls)))
        found.compare("encode in a class", got, wanted, shown(value), counted=True)
        struct_wanted = theirs(lambda around=around: bytes(equal.build(copied(around))))
        if struct_wanted.state != "ok":
            continue
        # A class is written as the Struct with the same fields.
        found.compare("encode in a class", got, struct_wanted, shown(value))
        sound = struct_wanted.value
        for count, data in enumerate((sound, sound, *_damaged(struct, sound))):
            _read(found, "a class", equal, cls, data, counted=count == 0, construct_of=whole)


def _declare(struct: Any) -> Any:
    """A class with such a field between two others."""
    body = {
        "__annotations__": {"before": u8, "x": Annotated[Any, struct], "after": u8},
        "__module__": __name__,
        "__doc__": "Something between two bytes.",
        "_snapformat_around": True,
    }
    return schema(type(f"Around{next(_numbers)}", (), body))


def _has_expressions(struct: Any) -> bool:
    return any(
        isinstance(held, ExprMixin) or type(held).__name__ == "function"
        for part in parts(struct)
        for held in vars(part).values()
    )


def _in_list(found: Findings, declaration: Declaration, values: list[Any]) -> None:
    struct = declaration.construct
    annotation = list[Annotated[Any, struct]]
    made = theirs(lambda: Encoding().construct(list[Annotated[Any, declaration.source]]))
    if made.state != "ok":
        found.add("stricter", f"the construct of a list: {made.reason}")
        return
    alone = made.value
    for value in values:
        wanted = theirs(lambda value=value: bytes(alone.build(_twice(copied(value)))))
        got = ours(lambda value=value: bytes(encode(_twice(copied(value)), annotation)))
        found.compare("encode in a list", got, wanted, shown(value), counted=True)
        if wanted.state == "ok":
            count, items = wanted.value[:8], wanted.value[8:]
            for number, data in enumerate((items, items, *_damaged(struct, items))):
                _read(found, "a list", alone, annotation, count + data, counted=number == 0)
