"""Random types and their changes: an old and a new type, the changes between them, and what a value becomes.

What a value becomes is computed on its JSON form, independently of the library's conversions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Annotated, Any

from hypothesis import strategies as st

from snapformat import DataEnum, schema
from snapformat.bincode import BTreeMap, HashMap, Len, Option, f32, f64, i8, i16, i32, i64, u8, u16, u32, u64
from snapformat.migrate import Change, default, narrowed, refused, renamed, unused

_numbers = count()


@dataclass
class Evolution:
    """A type and its successor.

    Attributes:
        old: Annotation of the old type.
        new: Annotation of the new type.
        values: Strategy of old values.
        plain: From the JSON form of an old value to that of the new one.
        ups: The changes from the old type to the new one.
        downs: Those back.
        same: Whether no class and no value changes.
        narrows: Whether a field of the type has to be narrowed on the way down.
    """

    old: Any
    new: Any
    values: st.SearchStrategy[Any]
    plain: Callable[[Any], Any] = lambda value: value
    ups: list[Change] = field(default_factory=list)
    downs: list[Change] = field(default_factory=list)
    same: bool = True
    narrows: bool = False


def _ints(size: int, signed: bool) -> st.SearchStrategy[int]:
    bits = 8 * size
    return st.integers(-1 << bits - 1, (1 << bits - 1) - 1) if signed else st.integers(0, (1 << bits) - 1)


_INTS = [(u8, 1, False), (u16, 2, False), (u32, 4, False), (u64, 8, False)]
_INTS += [(i8, 1, True), (i16, 2, True), (i32, 4, True), (i64, 8, True)]

#: Numbers that are printed alike in single and in double precision.
_eighths = st.integers(-1000, 1000).map(lambda number: number / 8)

_ATOMS = [
    Evolution(bool, bool, st.booleans()),
    Evolution(str, str, st.text(max_size=4)),
    Evolution(bytes, bytes, st.binary(max_size=4)),
    *(Evolution(kind, kind, _ints(size, signed)) for kind, size, signed in _INTS),
]


@st.composite
def _widened(draw: Any) -> Evolution:
    kind, size, signed = draw(st.sampled_from(_INTS))
    wider = [
        other
        for other, more, other_signed in _INTS
        if more > size and (other_signed == signed or other_signed)
    ]
    if not wider:
        return Evolution(f32, f64, _eighths, narrows=True)
    return Evolution(kind, draw(st.sampled_from(wider)), _ints(size, signed), narrows=True)


def _present(inner: Evolution) -> Evolution:
    return Evolution(inner.old, Option[inner.new], inner.values, narrows=True)


atoms = st.sampled_from(_ATOMS)


def _optional(inner: Evolution) -> Evolution:
    return Evolution(
        Option[inner.old],
        Option[inner.new],
        st.none() | inner.values,
        lambda value: None if value is None else inner.plain(value),
        inner.ups,
        inner.downs,
        inner.same,
    )


def _is_no_option(part: Evolution) -> bool:
    return "None" not in str(part.old)


def _listed(inner: Evolution) -> Evolution:
    return Evolution(
        list[inner.old],
        list[inner.new],
        st.lists(inner.values, max_size=3),
        lambda values: [inner.plain(each) for each in values],
        inner.ups,
        inner.downs,
        inner.same,
    )


def _arrayed(inner: Evolution) -> Evolution:
    return Evolution(
        Annotated[list[inner.old], Len(2)],
        Annotated[list[inner.new], Len(2)],
        st.lists(inner.values, min_size=2, max_size=2),
        lambda values: [inner.plain(each) for each in values],
        inner.ups,
        inner.downs,
        inner.same,
    )


def _mapped(inner: Evolution) -> Evolution:
    return Evolution(
        BTreeMap[str, inner.old],
        HashMap[str, inner.new],
        st.dictionaries(st.text(max_size=3), inner.values, max_size=3),
        lambda entries: {key: inner.plain(each) for key, each in entries.items()},
        inner.ups,
        inner.downs,
        inner.same,
    )


def _tupled(first: Evolution, second: Evolution) -> Evolution:
    return Evolution(
        tuple[first.old, second.old],
        tuple[first.new, second.new],
        st.tuples(first.values, second.values),
        lambda values: [first.plain(values[0]), second.plain(values[1])],
        first.ups + second.ups,
        first.downs + second.downs,
        first.same and second.same,
    )


def _class(fields: list[tuple[str, Any]], base: tuple[type, ...] = (), **options: Any) -> Any:
    number = next(_numbers)
    space = {"__annotations__": dict(fields), "__module__": __name__, "__qualname__": f"C{number}"}
    return schema(**options)(type(f"C{number}", base, space))


@st.composite
def structs(draw: Any, inner: st.SearchStrategy[Evolution]) -> Evolution:
    """A struct whose fields stay, are renamed, widened, made optional, dropped or added, and reordered."""
    acts = ["keep", "keep", "rename", "widen", "present", "drop", "add"]
    old_fields: list[tuple[str, Any]] = []
    new_fields: list[tuple[str, Any]] = []
    parts: dict[str, Evolution] = {}
    new_name: dict[str, str] = {}
    constants: dict[str, Any] = {}
    up_given: dict[str, Any] = {}
    up_dropped: dict[str, Any] = {}
    down_given: dict[str, Any] = {}
    down_dropped: dict[str, Any] = {}
    added: dict[str, Any] = {}
    for index, act in enumerate(draw(st.lists(st.sampled_from(acts), min_size=1, max_size=5))):
        name = f"f{index}"
        if act == "add":
            value = draw(st.integers(0, 255))
            new_fields.append((name, u8))
            added[name], up_given[name] = value, default(value, "It is new.")
            down_dropped[name] = unused("It is always the default.")
        elif act == "drop":
            value = draw(st.integers(0, 255))
            old_fields.append((name, u8))
            constants[name] = value
            up_dropped[name] = unused("It is a constant.")
            down_given[name] = default(value, "It is a constant.")
        else:
            part = draw({"widen": _widened(), "present": atoms.map(_present)}.get(act, inner))
            new = f"g{index}" if act == "rename" else name
            old_fields.append((name, part.old))
            new_fields.append((new, part.new))
            parts[name], new_name[name] = part, new
            if act == "rename":
                up_given[new], down_given[name] = renamed(name), renamed(new)
            elif part.narrows:
                down_given[name] = narrowed("The value came from there.")
    new_fields = draw(st.permutations(new_fields))
    old_cls, new_cls = _class(old_fields), _class(new_fields)

    def plain(value: dict[str, Any]) -> dict[str, Any]:
        found = {new_name[name]: part.plain(value[name]) for name, part in parts.items()} | added
        return {name: found[name] for name, _ in new_fields}

    values = {
        name: parts[name].values if name in parts else st.just(constants[name]) for name, _ in old_fields
    }
    return Evolution(
        old_cls,
        new_cls,
        st.builds(old_cls, **values),
        plain,
        [*_all(parts, "ups"), Change(old_cls, new_cls, given=up_given, dropped=up_dropped)],
        [*_all(parts, "downs"), Change(new_cls, old_cls, given=down_given, dropped=down_dropped)],
        same=False,
    )


def _all(parts: dict[str, Evolution], which: str) -> list[Change]:
    return [change for part in parts.values() for change in getattr(part, which)]


@st.composite
def enums(draw: Any, inner: st.SearchStrategy[Evolution]) -> Evolution:
    """An enum with data; the new one has its variants in another order, one more, and one renamed."""
    names = [f"V{index}" for index in range(draw(st.integers(1, 3)))]
    parts = {name: draw(inner) for name in names}
    old, new = _class([], (DataEnum,)), _class([], (DataEnum,))
    olds: dict[str, Any] = {}
    renames = {names[0]: "Other"} if draw(st.booleans()) else {}
    for name in names:
        olds[name] = _class([("x", parts[name].old)], (old,), name=name)
    order = draw(st.permutations([*names, "More"]))
    for name in order:
        if name == "More":
            _class([], (new,), name=name)
        else:
            _class([("x", parts[name].new)], (new,), name=renames.get(name, name))

    def plain(value: dict[str, Any]) -> dict[str, Any]:
        ((name, fields),) = value.items()
        return {renames.get(name, name): {"x": parts[name].plain(fields["x"])}}

    ups = {new_one: renamed(old_one) for old_one, new_one in renames.items()}
    downs = {old_one: renamed(new_one) for old_one, new_one in renames.items()}
    return Evolution(
        old,
        new,
        st.one_of([st.builds(olds[name], parts[name].values) for name in names]),
        plain,
        [*_all(parts, "ups"), Change(old, new, given=ups)],
        [
            *_all(parts, "downs"),
            Change(new, old, given=downs, dropped={"More": refused("It has no counterpart.")}),
        ],
        same=False,
    )


def evolutions() -> st.SearchStrategy[Evolution]:
    """A random struct and its successor."""
    inner = st.recursive(
        atoms,
        lambda each: st.one_of(
            each.filter(lambda part: "Option" not in str(part.old) and "None" not in str(part.old)).map(
                _optional
            ),
            each.map(_listed),
            each.map(_arrayed),
            each.map(_mapped),
            st.builds(_tupled, each, each),
            structs(each),
            enums(each),
        ),
        max_leaves=5,
    )
    return structs(inner)
