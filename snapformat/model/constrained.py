"""The kind of a value with constraints."""

from __future__ import annotations

import dataclasses

from snapformat.errors import SchemaError
from snapformat.model import kinds
from snapformat.model.checks import describe_value
from snapformat.model.constraints import Constraints, Rule, is_number
from snapformat.model.kinds import Kind

#: What the length of a value counts; other kinds have none that is known before.
_NOUNS: dict[type[Kind], str] = {
    kinds.Str: "character",
    kinds.Bytes: "byte",
    kinds.FixedBytes: "byte",
    kinds.Seq: "element",
    kinds.Array: "element",
    kinds.Set: "element",
    kinds.Map: "key",
}
_WITHOUT_LENGTH = (kinds.Int, kinds.Float, kinds.Bool, kinds.Unit, kinds.Enum, kinds.Struct)
_WITHOUT_ORDER = (
    kinds.Bool,
    kinds.Unit,
    kinds.Seq,
    kinds.Array,
    kinds.Set,
    kinds.Map,
    kinds.Tuple,
    kinds.Struct,
)


def constrained(kind: Kind, rules: tuple[Rule, ...], shown: str) -> Kind:
    """Return the kind of the values of another that meet constraints; those of an option concern its value.

    Args:
        kind: The kind.
        rules: The constraints.
        shown: The annotation, for messages.

    Raises:
        SchemaError: Values of the kind can't meet such a constraint.
    """
    if not rules:
        return kind
    if isinstance(kind, kinds.Option):
        return dataclasses.replace(kind, item=constrained(kind.item, rules, shown))
    if isinstance(kind, kinds.Checked):
        rules, kind = (*kind.rules, *rules), kind.item
    checked = tuple(_checked(kind, rule, shown) for rule in rules)
    predicates = tuple(rule.bound for rule in checked if rule.name == "predicate") or None
    is_own = type(kind) in (*_NOUNS, kinds.Int, kinds.Float) and predicates is None
    check = Constraints(checked, is_own)
    words = ", ".join(rule.words for rule in checked)
    return kinds.Checked(kind, check, check, words, rules=checked, words=words, predicates=predicates)


def _checked(kind: Kind, rule: Rule, shown: str) -> Rule:
    """Return the rule with the noun of a length; refuse one that values of a kind can't meet."""
    if rule.name == "predicate":
        return rule
    if rule.name in ("min_length", "max_length"):
        if isinstance(kind, _WITHOUT_LENGTH):
            raise SchemaError(
                f"a constraint of the length belongs on text, bytes or a collection, not on {shown}"
            )
        if type(rule.bound) is not int:
            raise SchemaError(f"a length is an int, not {describe_value(rule.bound)}")
        return dataclasses.replace(rule, noun=_NOUNS.get(type(kind), "element"))
    if isinstance(kind, _WITHOUT_ORDER):
        raise SchemaError(f"{rule.words!r} belongs on a number, not on {shown}")
    if isinstance(kind, kinds.Int | kinds.Float) and not is_number(rule.bound):
        raise SchemaError(
            f"{rule.words!r}: {shown} is compared with a number, not with {describe_value(rule.bound)}"
        )
    return rule
