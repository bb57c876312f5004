"""Content that a row gives by a formula: byte i is `(i * 167 + 13) & 0xff`.

Formulas are read as Rust writes them (`(i * 7 % 251) as u8`, `i.wrapping_mul(31)`, `vec![0x5a; 4096]`) and as
prose does (`byte i = i mod 251`): sums, products, remainders, shifts and masks of `i` and of constants. The
result's low 8 bits are the byte.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator
from typing import Any

from vectors.shapes import NotExpressible

#: Names of patterns, which stand for their formulas.
NAMED = {"zeros": "0", "ff": "0xff", "inc": "i", "mul": "i * 167 + 13"}

_OPERATORS: dict[type[ast.AST], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Div: operator.floordiv,  # of integers, in Rust
    ast.Mod: operator.mod,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
}
_METHODS = {"wrapping_mul": ast.Mult(), "wrapping_add": ast.Add(), "wrapping_sub": ast.Sub()}

#: Rust's spelling and that of prose, and Python's.
_SPELLINGS = (
    (r"\bas\s+(?:[ui]\d+|[ui]size)\b", ""),
    (r"(?<=[\da-f])_?[ui](?:8|16|32|64|size)\b", ""),
    (r"\bmod\b", "%"),
    (r"\bxor\b", "^"),
    (r"^(?:vec!)?\[\s*([^;\[\]]+);[^\]]*\]$", r"\1"),
)

Formula = Callable[[int], int]


def content(text: str, size: int) -> bytes:
    """The bytes that a formula gives.

    Raises:
        NotExpressible: The text holds no formula.
    """
    for candidate in _candidates(text):
        try:
            formula = _formula(ast.parse(candidate, mode="eval").body)
        except (SyntaxError, NotExpressible):
            continue
        return bytes(formula(i) & 0xFF for i in range(size))
    raise NotExpressible(f"{text!r} is not a formula of a byte")


def _candidates(text: str) -> Iterator[str]:
    """The text, and what stands in it behind `byte i =` and the like, in Python's spelling."""
    for part in (text, *re.split(r"=|:|\bis\b|\bbytes?\b|,|;(?![^\[]*\])", text)[::-1]):
        spelled = part.strip()
        for pattern, replacement in _SPELLINGS:
            spelled = re.sub(pattern, replacement, spelled).strip()
        if spelled in NAMED:
            yield NAMED[spelled]
        elif spelled:
            yield spelled


def _formula(tree: ast.AST) -> Formula:
    match tree:
        case ast.Constant(value=int(value)):
            return lambda i: value
        case ast.Name(id="i"):
            return lambda i: i
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATORS:
            return _joined(_OPERATORS[type(sign)], left, right)
        case ast.Call(func=ast.Attribute(value=left, attr=name), args=[right]) if name in _METHODS:
            return _joined(_OPERATORS[type(_METHODS[name])], left, right)
    raise NotExpressible(f"{ast.unparse(tree)} is not part of a formula")


def _joined(sign: Callable[[int, int], int], left: ast.AST, right: ast.AST) -> Formula:
    one, other = _formula(left), _formula(right)
    return lambda i: sign(one(i), other(i))


def row_content(row: Any) -> bytes:
    """The bytes of a checksum's row: as hex, in parts, or by a formula in a field or in the row's name.

    Raises:
        NotExpressible: The row says its bytes in none of these ways.
    """
    if row.get("hex") is not None or "parts" in row:
        return bytes(row.bytes)
    said = [value for key, value in row.items() if isinstance(value, str) and key not in _NOT_CONTENT]
    words = [formula for name, formula in NAMED.items() if re.search(rf"(^|_){name}(_|$)", row["name"])]
    for text in (*said, *words, row.get("note", "")):
        try:
            return content(text, row["len"])
        except NotExpressible:
            continue
    raise NotExpressible(f"{row.id} does not say what its bytes are")


_NOT_CONTENT = frozenset({"name", "init", "crc", "crc_decimal", "note", "hex"})
