"""Properties of a layout that the generators need: widths, formats, uses, recursion."""

from __future__ import annotations

from collections.abc import Container
from typing import TypeGuard

from snapformat.encodings.bincode import construct_ops, ops
from snapformat.encodings.bincode.arrays import number_code
from snapformat.encodings.bincode.codec.expressions import runs_functions
from snapformat.encodings.bincode.ops import Op, children, operations
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.costs import costs_of
from snapformat.model.declaration import declaration_of
from snapformat.model.flexible import Counted
from snapformat.trampoline import Task, run

_INT_CODES = {1: "bB", 2: "hH", 4: "iI", 8: "qQ"}
_FLOAT_CODES = {4: "f", 8: "d"}
#: Maximum length of a fixed array of numbers that becomes part of a format.
MAX_SPELLED = 64
#: Maximum nesting of structs that are flattened.
FLAT_DEPTH = 4
#: Maximum number of primitives of a flat struct that gets no function of its own, at any number of uses.
MAX_INLINED = 12


@dataclass(frozen=True, slots=True)
class Atom:
    """A primitive of fixed width: its code for `struct`, bytes and byte order (empty for single bytes)."""

    code: str
    size: int
    order: str


def order_of(byteorder: str, size: int) -> str:
    """`struct`'s character of a byte order; single bytes have none."""
    return "" if size == 1 else "<" if byteorder == "little" else ">"


def atom_of(op: Op) -> Atom | None:
    """Return the primitive of an operation; None if it is not one."""
    match op:
        case ops.Int() if not op.variable:
            codes = _INT_CODES.get(op.size)
            code = f"{op.size}s" if codes is None else codes[not op.signed]
            return Atom(code, op.size, order_of(op.byteorder, 1 if codes is None else op.size))
        case ops.Float() if op.size in _FLOAT_CODES:
            return Atom(_FLOAT_CODES[op.size], op.size, order_of(op.byteorder, op.size))
        case ops.Bool():
            return Atom("B", 1, "")
        case ops.FixedBytes() if isinstance(op.count, int):
            return Atom(f"{op.count}s", op.count, "")
        case ops.Enum() if not op.index.variable and all(v.payload is None for v in op.variants):
            return atom_of(op.index)
    return None


def is_checked_float(op: Op) -> bool:
    """Return whether these are floats, but not all of them."""
    return isinstance(op, ops.Float) and not op.has_nan


def is_any_bytes(item: ops.Bytes | ops.CStructBytes) -> bool:
    """Return whether an operation reads any bytes after a fixed-width length."""
    if isinstance(item, ops.CStructBytes):
        any_content = item.fits_any
    else:
        any_content = item.exact is None and not item.no_nul
    return any_content and atom_of(item.length) is not None


def is_array(op: Op) -> TypeGuard[ops.Seq | ops.Array]:
    """Return whether these are numbers that may be many, so that views of them are possible."""
    if not isinstance(op, ops.Seq | ops.Array) or number_code(op.item) is None:
        return False
    return may_be_many(op)


def may_be_many(op: ops.Seq | ops.Array) -> bool:
    """Return whether a sequence or an array has so many elements that views of them are worth it."""
    return isinstance(op, ops.Seq) or (isinstance(op.count, int) and op.count > MAX_SPELLED)


def counted_of(op: ops.Convert) -> tuple[ops.CStructBytes, ops.Seq] | None:
    """Return the header and the entries of a C struct with a flexible array; None for other operations."""
    match op.item:
        case ops.Tuple(items=(ops.CStructBytes() as header, ops.Seq() as entries)):
            return (header, entries) if isinstance(op.decode, Counted) else None
    return None


def flat(op: Op, functions: Container[Op] = (), depth: int = FLAT_DEPTH) -> list[Atom] | None:
    """Return the primitives of an operation that only has these, perhaps in structs; else None.

    Args:
        op: The operation.
        functions: Operations that get functions of their own.
        depth: Maximum nesting of structs.
    """
    atom = atom_of(op)
    if atom is not None:
        return [atom]
    if not isinstance(op, ops.Struct) or not depth or op in functions or not is_plain(op):
        return None
    found: list[Atom] = []
    for item in op.fields:
        inner = flat(item.op, functions, depth - 1)
        if inner is None:
            return None
        found += inner
    return found or None


def is_plain(op: ops.Struct) -> bool:
    """Return whether an instance is made by setting its attributes, without calling its class."""
    declared = None if op.cls is None else declaration_of(op.cls)
    return declared is not None and declared.plain and not declared.frozen


def zero_sized_cost(*items: Op) -> int:
    """Return the cost of a zero-sized element that consists of these operations."""
    return costs_of(*(item.kind for item in items)).zero_sized


def surplus_cost(*items: Op) -> int:
    """Return the cost of an element that consists of these operations and takes bytes."""
    return costs_of(*(item.kind for item in items)).surplus


def has_run(root: Op) -> bool:
    """Return whether a part of a layout is run by construct, or by its kind, or may look at its stream."""
    return any(isinstance(op, ops.Run | ops.Interpret) or runs_functions(op) for op in operations(root))


def is_placed(root: Op) -> bool:
    """Return whether a part of a layout looks at its context, at positions, or for the end of the data."""
    waiting = [(root, True)]
    seen = set(waiting)
    while waiting:
        op, is_open = waiting.pop()
        if isinstance(op, _LOCATED) or (isinstance(op, ops.Run) and not op.is_pure) or runs_functions(op):
            return True
        if is_open and (isinstance(op, _UP_TO_THE_END) or getattr(op, "require", True) is False):
            return True
        is_open = is_open and not isinstance(op, _WITH_END)
        for part in children(op):
            if (part, is_open) not in seen:
                seen.add((part, is_open))
                waiting.append((part, is_open))
    return False


_LOCATED = (ops.Interpret, construct_ops.Tell, construct_ops.Pointer, construct_ops.RawCopy)
_UP_TO_THE_END = (
    construct_ops.GreedyBytes,
    construct_ops.Terminated,
    construct_ops.NullStripped,
    construct_ops.GreedyRange,
    construct_ops.Optional,
)
#: Operations that give what is inside an end of its own.
_WITH_END = (
    ops.Prefixed,
    construct_ops.FixedSized,
    construct_ops.NullTerminated,
    construct_ops.Transformed,
)


def goes_back(root: Op) -> bool:
    """Return whether a part of a layout may read at another place, or look at the stream."""
    return has_run(root) or any(isinstance(op, construct_ops.Pointer) for op in operations(root))


@dataclass(slots=True)
class Uses:
    """How the named operations of a layout are used.

    Attributes:
        functions: Named operations that get a function of their own: recursive ones, and those that are used
            more than once and have more than a few primitives.
        recursive: Operations that contain themselves.
        variable: Whether it has variable-length integers.
        depth: Nesting depth of structs and enums, if nothing is recursive.
    """

    functions: dict[Op, str]
    recursive: set[Op]
    variable: bool
    depth: int


def uses_of(root: Op) -> Uses:
    """Return how the operations of a layout are used."""
    counts: dict[Op, int] = {}
    order: list[Op] = []
    recursive: set[Op] = set()
    variable = False
    waiting: list[Op] = [root]
    while waiting:
        op = waiting.pop()
        if isinstance(op, ops.Call):
            recursive.add(op.target)
            op = op.target
        variable = variable or (isinstance(op, ops.Int) and op.variable is not None)
        if isinstance(op, ops.Str | ops.Bytes | ops.Seq | ops.Map | ops.Set | ops.Prefixed):
            variable = variable or (isinstance(op.length, ops.Int) and op.length.variable is not None)
        if isinstance(op, ops.Enum):
            variable = variable or op.index.variable is not None
        seen = op in counts
        counts[op] = counts.get(op, 0) + 1
        if not seen:
            order.append(op)
            waiting.extend(children(op))
    functions: dict[Op, str] = {}
    for op in order:
        if isinstance(op, ops.Struct | ops.Enum) and (
            op in recursive or (counts[op] > 1 and len(flat(op) or ()) not in range(1, MAX_INLINED + 1))
        ):
            functions[op] = op.name
    return Uses(functions, recursive, variable, 0 if recursive else depth_of(root))


def depth_of(op: Op) -> int:
    """Return the nesting depth of structs and enums in a layout that is not recursive."""
    depth: int = run(_depth(op, {}))
    return depth


def _depth(op: Op, known: dict[Op, int]) -> Task:
    found = known.get(op)
    if found is None:
        inner = 0
        for part in children(op):
            inner = max(inner, (yield _depth(part, known)))
        # An enum and its variant's fields are one level, as the walk counts.
        own = isinstance(op, ops.Struct | ops.Enum)
        if isinstance(op, ops.Enum):
            inner = max(inner - 1, 0)
        found = known[op] = inner + own
    return found
