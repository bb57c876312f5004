"""The constraints of a kind in words, for reading and for writing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from snapformat.docs.measure import config_of, width_of
from snapformat.encodings.bincode.forms import int_form
from snapformat.encodings.bincode.sizes import c_layout
from snapformat.encodings.bitcode.places import MOST_ZERO_SIZED, is_zero_sized_in_rust
from snapformat.limits import Limits
from snapformat.model import kinds
from snapformat.model.bound import is_columnar
from snapformat.model.costs import element_costs
from snapformat.model.expressions import Expr
from snapformat.model.from_construct.words import rules as rules_of
from snapformat.model.graph import is_zero_sized
from snapformat.model.naming import NOTATIONS, STANDARD, Bound, Types, expression
from snapformat.snapshot.spec import FormatSpec

#: Maximum number of characters shown of a constant.
_SHOWN = 60


class Rules:
    """Constraints under one encoding.

    Args:
        types: The named types, which have their own constraints.
        byteorder: The default byte order, which is not mentioned.
        variable: Whether integers are of variable length by default.
        limits: Limits of this implementation.
    """

    def __init__(self, types: Types, byteorder: str, variable: bool, limits: Limits) -> None:
        self._types = types
        self._byteorder = byteorder
        self._variable = variable
        self._limits = limits

    def of(self, bound: Bound) -> tuple[str, ...]:
        """Return the constraints of a kind and of its children, without those of named types."""
        found: dict[str, None] = {}
        seen: set[tuple[Bound, str]] = set()
        waiting = [(bound, "")]
        while waiting:
            current, whose = waiting.pop()
            if (current, whose) in seen or self._types.label(current) is not None:
                continue
            seen.add((current, whose))
            for rule in self._own(current):
                found.setdefault(f"{whose}: {rule}" if whose else rule)
            if not _is_explained(current):
                waiting.extend(reversed(list(_children(current, whose))))
        return tuple(found)

    def _own(self, bound: Bound) -> list[str]:
        kind = bound.kind
        rules: list[str] = []
        length = getattr(kind, "length", None)
        if isinstance(length, kinds.Int) and length.byteorder is None and not is_columnar(bound.config):
            rules.append(f"its length: {width_of(length, config_of(bound))}")
        match kind:
            case kinds.Int():
                rules += self._integer(bound)
            case kinds.Bool(lenient=True):
                rules.append("any byte other than 0 is true, and is preserved")
            case kinds.Str() if kind.encoding.lower().replace("_", "-") not in ("utf-8", "utf8"):
                rules.append(f"text in {kind.encoding}")
            case kinds.Bytes():
                if kind.exact is not None:
                    rules.append(f"exactly {kind.exact} bytes")
                if kind.no_nul:
                    rules.append("without zero bytes")
            case kinds.Blob():
                size = c_layout(kind).size
                rules.append(f"{size} bytes; shorter data is read as if zeros followed, longer data is kept")
            case kinds.FixedBytes() | kinds.Array() if isinstance(kind.count, Expr):
                noun = "elements" if isinstance(kind, kinds.Array) else "bytes"
                rules.append(f"as many {noun} as `{expression(kind.count)}`")
            case kinds.Tail():
                rules.append(
                    f"`{shown(kind.default)}` where the data ends before it"
                    if kind.is_written
                    else "missing where the data ends before it"
                )
            case kinds.Seq() | kinds.Set() | kinds.Map():
                rules += self._collection(bound)
            case kinds.Checked():
                rules += [rule.words for rule in kind.rules]
            case kinds.Adapted() if kind.name in NOTATIONS:
                rules.append(NOTATIONS[kind.name])
            case kinds.Adapted() if kind.name not in STANDARD:
                rules.append(f"must be a valid {kind.name}")
            case kinds.Const():
                rules.append(f"always `{shown(kind.value)}`")
            case kinds.Computed():
                rules.append(f"not in the bytes, computed as `{shown(kind.value)}`")
            case kinds.Rebuild():
                rules.append(f"always written as `{shown(kind.value)}`")
            case kinds.Default():
                rules.append(f"by default `{shown(kind.value)}`")
            case kinds.Padded():
                fill = kind.pattern.hex()
                rules.append(f"padded with 0x{fill} to {kind.count} bytes; the padding is not checked")
            case kinds.Prefixed():
                own = " (including the size itself)" if kind.including else ""
                rules.append(f"preceded by its size in bytes{own}; bytes left over are skipped")
            case kinds.Opaque():
                rules.append(f"run by construct: {kind.reason}")
            case kinds.Run() if not isinstance(kind, kinds.Items | kinds.Fields | kinds.Focus):
                rules += rules_of(kind.construct)
            case kinds.Limited() if kind.limit is not None:
                rules.append(f"may claim at most {kind.limit} bytes")
        return rules

    def _collection(self, bound: Bound) -> list[str]:
        kind: kinds.Seq | kinds.Set | kinds.Map = bound.kind
        rules = []
        if all(map(is_zero_sized, kind.children())):
            most = self._limits.zero_sized // element_costs(kind).zero_sized
            rules.append(f"elements are zero-sized: at most {most} in total")
        if is_columnar(bound.config) and is_zero_sized_in_rust(kind.children()[0]):
            noun = "keys" if isinstance(kind, kinds.Map) else "elements"
            rules.append(f"zero-sized in Rust: at most {MOST_ZERO_SIZED} {noun}")
        is_by_bytes = not is_columnar(bound.config) and config_of(bound).rules.key_order == "by bytes"
        if isinstance(kind, kinds.Map) and is_by_bytes:
            rules.append("sorted by the bytes of the keys, which must differ")
        elif isinstance(kind, kinds.Set | kinds.Map) and kind.ordered:
            rules.append("written sorted, in Rust's order")
        return rules

    def _integer(self, bound: Bound) -> list[str]:
        if is_columnar(bound.config):
            return ["not zero"] if bound.kind.nonzero else []
        form = int_form(bound.kind, config_of(bound))
        rules = ["not zero"] if form.nonzero else []
        if form.size > 1 and form.byteorder != self._byteorder:
            rules.append(f"{form.byteorder}-endian")
        if self._variable and not form.variable and form.size > 1:
            rules.append("of fixed width")
        return rules


def _is_explained(bound: Bound) -> bool:
    """Whether nothing below a kind is mentioned: it is in the glossary, or it contains this place."""
    is_standard = isinstance(bound.kind, kinds.Adapted) and bound.kind.name in STANDARD
    return is_standard or isinstance(bound.kind, kinds.LazyBound)


def _children(bound: Bound, whose: str) -> Iterator[tuple[Bound, str]]:
    """Yield the children of a kind, each with the words for whose constraints they are."""
    for index, child in enumerate(bound.children()):
        match bound.kind:
            case kinds.Seq() | kinds.Set() | kinds.Array():
                inner = "each element"
            case kinds.Map():
                inner = "each value" if index else "each key"
            case kinds.Tuple():
                inner = f"element {index}"
            case _:
                inner = ""
        yield child, ", ".join(filter(None, (whose, inner)))


def shown(value: Any) -> str:
    """Format a constant or expression, shortened."""
    text = expression(value.text) if isinstance(value, Expr) else repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def version_rule(spec: FormatSpec) -> str:
    """Describe the versions that a format reads."""
    from_same_major = getattr(spec.accepts, "__name__", "") == "same_major"
    if from_same_major:
        version = spec.supported
        minor = "minor 0" if version.minor == 0 else f"a minor of at most {version.minor}"
        return f"Major {version.major} with {minor}; patch, pre-release and build metadata are ignored."
    text = (getattr(spec.accepts, "__doc__", None) or "").strip()
    return text or f"Decided by the function {getattr(spec.accepts, '__name__', 'of the format')}."
