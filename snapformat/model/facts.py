"""All facts of a kind that determine the bytes of its values, and their wording.

A fact is an attribute of a kind, or a part of one, as text. The attributes come from the kind's own class:
all fields of a dataclass (else what is in its slots), without those that it declares in `without_bytes`, and
with what it takes from the encoding (`Kind.in_encoding`). So no kind is forgotten.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

from construct.expr import ExprMixin

from snapformat.errors import excerpt
from snapformat.model import kinds
from snapformat.model.bound import Bound, form_of, is_columnar
from snapformat.model.content import (
    Parts,
    attributes_of,
    class_code,
    expression,
    is_known_by_name,
    parts_of,
    without_addresses,
)
from snapformat.model.expressions import Expr
from snapformat.model.graph import walk_kinds
from snapformat.model.kinds import Kind

#: Number of facts from which on an object that occurs again is not taken apart again.
_MANY = 20_000
#: Number of differences that a text names.
_MOST_SHOWN = 3


class Fact(NamedTuple):
    """A fact.

    Attributes:
        place: The part of the value that it concerns, such as `elements`; empty for the value itself.
        name: `Class.attribute` of a kind, or the name of a part of a parameter.
        text: The value, unambiguous.
    """

    place: str
    name: str
    text: str


class _Item(NamedTuple):
    """Something to take apart: place and name of its facts, the value, the encoding around it."""

    place: str
    name: str
    value: Any
    config: Any


#: Name of facts that are shown only where nothing else differs.
_HIDDEN = "parts"
#: In place of an item: the end of the innermost open object.
_END = None


#: A function from a kind to a text that stands for it, or to None.
LabelOf = Callable[[Bound], str | None]


def facts_of(bound: Bound, label_of: LabelOf, without: Collection[str] = ()) -> tuple[Fact, ...]:
    """Return the facts of a kind and of all inside, up to kinds that have a label.

    Args:
        bound: The kind; it is taken apart even if it has a label.
        label_of: Function from a kind to a text that stands for it, or to None.
        without: Attributes of the kind that are left out.
    """
    facts: list[Fact] = []
    bound = seen_through(bound)
    items = _kind_items("", bound, facts, without)
    return _walked(items, label_of, facts, [bound.kind])


def seen_through(bound: Bound) -> Bound:
    """Return the kind inside of those that add no byte and no rule: references and limits."""
    passed: set[int] = set()
    while isinstance(bound.kind, kinds.LazyBound | kinds.Limited) and bound.kind.children():
        if id(bound.kind) in passed:  # a reference to nothing but itself
            break
        passed.add(id(bound.kind))
        (bound,) = bound.children()
    return bound


def facts_of_value(value: Any, name: str) -> tuple[Fact, ...]:
    """Return the facts of a parameter."""
    return _walked([_Item("", name, value, None)], lambda bound: None, [], [])


def _walked(items: list[_Item], label_of: LabelOf, facts: list[Fact], alive: list[Any]) -> tuple[Fact, ...]:
    """Take everything apart, and add its facts.

    Args:
        items: What to take apart.
        label_of: As in `facts_of`.
        facts: The facts so far.
        alive: The objects around the items; those met are added, since an identity counts only as long.
    """
    waiting: list[_Item | None] = [*reversed(items)]
    # Objects around the current one, with their depth; all that were taken apart, with their number.
    opened = [id(each) for each in alive]
    path = {key: depth for depth, key in enumerate(opened)}
    seen: dict[int, int] = {}
    while waiting:
        item = waiting.pop()
        if item is _END:
            path.pop(opened.pop(), None)
            continue
        value, inner = item.value, None
        if isinstance(value, Kind):
            inner = seen_through(Bound(value, item.config))
            value = inner.kind
            label = label_of(inner)
            if label is not None:
                facts.append(Fact(item.place, "type", label))
                continue
        around = path.get(id(value))
        if around is not None:
            facts.append(Fact(item.place, item.name, f"itself, {len(opened) - around} up"))
            continue
        if len(facts) > _MANY and id(value) in seen:
            facts.append(Fact(item.place, item.name, f"as number {seen[id(value)]}"))
            continue
        items = _value_items(item, facts) if inner is None else _kind_items(item.place, inner, facts)
        if items:
            alive.append(value)
            seen.setdefault(id(value), len(seen))
            path[id(value)] = len(opened)
            opened.append(id(value))
            waiting.append(_END)
            waiting += reversed(items)
    return tuple(facts)


def _value_items(item: _Item, facts: list[Fact]) -> list[_Item]:
    """Add the fact that says what a value is, and return what is inside of it."""
    value = item.value
    if isinstance(value, Expr | ExprMixin):
        facts += _expression_facts(item)
        return []
    text, parts = parts_of(value)
    facts.append(Fact(item.place, item.name, text))
    return [_Item(item.place, name or item.name, part, item.config) for name, part in parts]


def _expression_facts(item: _Item) -> list[Fact]:
    """Return the text of an expression, and its parts, which tell expressions of one text apart."""
    try:
        text = without_addresses(expression(item.value))
        inside = [facts_of_value(part, name) for name, part in parts_of(item.value)[1]]
    except RecursionError:
        return [Fact(item.place, item.name, "an expression nested too deeply")]
    return [Fact(item.place, item.name, text), Fact(item.place, _HIDDEN, _digest(inside))]


def _kind_items(at: str, bound: Bound, facts: list[Fact], without: Collection[str] = ()) -> list[_Item]:
    """Add the class of a kind, and return its attributes."""
    kind, config = bound.kind, bound.config
    if isinstance(kind, kinds.FixedBytes):  # the same bytes as an array of them
        kind = kinds.Array(kinds.Int("u8", 1, False), kind.count)
    cls = type(kind)
    facts.append(Fact(at, "kind", cls.__name__))
    added = config.in_column(kind) if is_columnar(config) else kind.in_encoding(config)
    attributes: Parts = [*attributes_of(kind), *added.items()]
    if getattr(kind, "ordered", False):
        attributes.append(("sorted by", _order_of(kind.children()[0])))
    if not is_known_by_name(cls):
        attributes += class_code(cls)
        if cls.in_encoding is Kind.in_encoding and config is not None:
            attributes += zip(("form",), form_of(config), strict=True)
    inside = {id(child) for child in kind.children()}
    inner = None if isinstance(kind, kinds.Blob) else config
    found = []
    for name, value in attributes:
        if name in without:
            continue
        named = f"{cls.__name__}.{name}"
        if isinstance(kind, kinds.Tuple):
            facts.append(Fact(at, named, str(len(value))))
            found += [
                _Item(_within(at, f"element {index}"), named, item, config)
                for index, item in enumerate(value)
            ]
        elif isinstance(kind, kinds.Run) and name == "construct":
            text, parameters = _without_parts(kind)
            facts.append(Fact(at, named, text))
            found += [_Item(at, own or named, held, config) for own, held in parameters]
        elif isinstance(value, Kind):
            is_child = id(value) in inside
            place = _PLACES.get(named, "" if is_child else f"the {name}")
            found.append(_Item(_within(at, place), named, value, inner if is_child else config))
        else:
            found.append(_Item(at, named, value, config))
    return found


#: Attributes of construct's classes with the constructs inside.
_HOLDING_PARTS = ("subcon", "subcons", "_subcons", "checksumfield")


def _without_parts(kind: kinds.Run) -> tuple[str, Parts]:
    """Take a construct apart, without the constructs whose kinds are taken apart by themselves."""
    text, parameters = parts_of(kind.construct)
    left_out = _HOLDING_PARTS if kind.children() else ()
    return text, [(name, held) for name, held in parameters if name not in left_out]


def _within(outer: str, inner: str) -> str:
    deep = outer.count(" of ") >= _MOST_SHOWN
    return f"{inner} of {outer}" if inner and outer and not deep else outer or inner


def _order_of(key: Kind) -> list[Any]:
    """Return what sorts keys beside their types: the ranks of variants, and functions."""
    found: list[Any] = []
    for kind in walk_kinds(key):
        if isinstance(kind, kinds.Enum):
            found.append([variant.rank for variant in kind.variants])
        elif isinstance(kind, kinds.Adapted):
            found.append(kind.order)
    return found


#: Names of the parts of a value; other kinds inside have the place of the kind around them.
_PLACES = {
    "Option.item": "the value",
    "Seq.item": "the elements",
    "Array.item": "the elements",
    "Set.item": "the elements",
    "Map.key": "the keys",
    "Map.value": "the values",
    "IntEnum.item": "the number",
    "FlagsEnum.item": "the number",
    "Mapping.item": "the stored value",
    "Checksummed.stored": "the checksum",
}


#: Wording of facts by their names, where the name and the value alone say too little.
_WORDING: dict[str, str] = {
    "Int.size": "of {} bytes",
    "Int.byteorder": "{}-endian",
    "Float.byteorder": "{}-endian",
    "Const.value": "constant {}",
    "Checked.words": "{}",
    "Computed.value": "computed as {}",
    "Default.value": "default {}",
    "Rebuild.value": "rebuilt as {}",
    "Padded.count": "padded to {} bytes",
    "Padded.pattern": "filled with {}",
    "Prefixed.including": "with a length that counts itself",
    "Str.encoding": "in {}",
    "Switch.key": "by {}",
    "If.condition": "if {}",
}


_NOT_INCLUDED = ("", "Prefixed.including", "0")


def differences(old: Sequence[Fact], new: Sequence[Fact]) -> tuple[list[str], list[str]]:
    """Return what only one of two descriptions says, in words; they are not the same."""
    gone, come = _only_in(old, new), _only_in(new, old)
    before, after = _in_words(gone), _in_words(come)
    if before == after:
        before, after = _classes(gone), _classes(come)
    if before == after:
        before, after = [f"#{_digest(old)}"], [f"#{_digest(new)}"]
    return before, after


def _only_in(these: Sequence[Fact], those: Sequence[Fact]) -> list[Fact]:
    left = Counter(those)
    found = []
    for fact in these:
        if left[fact]:
            left[fact] -= 1
        else:
            found.append(fact)
    return found


def _in_words(facts: Iterable[Fact]) -> list[str]:
    found = dict.fromkeys(filter(None, map(_phrase, facts)))
    return [*list(found)[:_MOST_SHOWN], *(["..."] if len(found) > _MOST_SHOWN else [])]


def _phrase(fact: Fact) -> str:
    name = fact.name.rpartition(".")[2]
    if fact.name in ("kind", _HIDDEN) or fact.text in ("False", "None") or fact == _NOT_INCLUDED:
        return ""
    text = fact.text.strip("'") if name in ("byteorder", "encoding", "type", "words") else fact.text
    if fact.name in _WORDING:
        phrase = _WORDING[fact.name].format(excerpt(text))
        phrase = "of 1 byte" if phrase == "of 1 bytes" else phrase
    else:
        phrase = name if text == "True" else f"{name} {excerpt(text)}"
    return f"{fact.place} {phrase}" if fact.place else phrase


def _classes(facts: Iterable[Fact]) -> list[str]:
    return [f"{fact.place} {fact.text.lower()}".strip() for fact in facts if fact.name == "kind"][
        :_MOST_SHOWN
    ]


def _digest(facts: Sequence[Any]) -> str:
    return hashlib.sha256(repr(facts).encode("utf-8", "backslashreplace")).hexdigest()[:8]
