"""What the generators of readers and writers ask of a layout: widths, formats, uses, recursion."""

from __future__ import annotations

from collections.abc import Container
from typing import TypeGuard

from snapformat.layout import nodes
from snapformat.layout.arrays import number_code
from snapformat.layout.nodes import Node
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.declaration import declaration_of
from snapformat.model.flexible import Counted
from snapformat.trampoline import Task, run

_INT_CODES = {1: "bB", 2: "hH", 4: "iI", 8: "qQ"}
_FLOAT_CODES = {4: "f", 8: "d"}
#: Largest fixed array of numbers that is spelled out in a format.
MAX_SPELLED = 64
#: Structs in one another that may be flat.
FLAT_DEPTH = 4
#: Most atoms of a flat struct that gets no function of its own, however often it is used.
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


def atom_of(node: Node) -> Atom | None:
    """The atom that a node is, if it is one."""
    match node:
        case nodes.Int() if not node.variable:
            codes = _INT_CODES.get(node.size)
            code = f"{node.size}s" if codes is None else codes[not node.signed]
            return Atom(code, node.size, order_of(node.byteorder, 1 if codes is None else node.size))
        case nodes.Float() if node.size in _FLOAT_CODES:
            return Atom(_FLOAT_CODES[node.size], node.size, order_of(node.byteorder, node.size))
        case nodes.Bool():
            return Atom("B", 1, "")
        case nodes.FixedBytes() if isinstance(node.count, int):
            return Atom(f"{node.count}s", node.count, "")
        case nodes.Enum() if not node.index.variable and all(v.payload is None for v in node.variants):
            return Atom("I", 4, order_of(node.index.byteorder, 4))
    return None


def is_any_bytes(item: nodes.Bytes | nodes.Blob) -> bool:
    """Whether these are bytes behind a plain length, whatever they are."""
    if isinstance(item, nodes.Blob):
        any_content = item.fits_any
    else:
        any_content = item.exact is None and not item.no_nul
    return any_content and atom_of(item.length) is not None


def is_array(node: Node) -> TypeGuard[nodes.Seq | nodes.Array]:
    """Whether these are numbers, and may be many: that depends on the type alone. They may be views."""
    if not isinstance(node, nodes.Seq | nodes.Array) or number_code(node.item) is None:
        return False
    return isinstance(node, nodes.Seq) or (isinstance(node.count, int) and node.count > MAX_SPELLED)


def counted_of(node: nodes.Adapted) -> tuple[nodes.Blob, nodes.Seq] | None:
    """The header and the entries of a C struct with a flexible array; None if it is something else."""
    match node.item:
        case nodes.Tuple(items=(nodes.Blob() as header, nodes.Seq() as entries)):
            return (header, entries) if isinstance(node.decode, Counted) else None
    return None


def flat(node: Node, functions: Container[Node] = (), depth: int = FLAT_DEPTH) -> list[Atom] | None:
    """The atoms of a node that is nothing else, perhaps in instances; None if it is more.

    Args:
        node: The node.
        functions: Those that get functions of their own.
        depth: Structs that may be in one another.
    """
    atom = atom_of(node)
    if atom is not None:
        return [atom]
    if not isinstance(node, nodes.Struct) or not depth or node in functions or not is_plain(node):
        return None
    found: list[Atom] = []
    for item in node.fields:
        inner = flat(item.node, functions, depth - 1)
        if inner is None:
            return None
        found += inner
    return found or None


def is_plain(node: nodes.Struct) -> bool:
    """Whether an instance is made by setting its fields, without calling its class."""
    declared = None if node.cls is None else declaration_of(node.cls)
    return declared is not None and declared.plain


def parts(node: Node) -> list[Node]:
    """The nodes directly inside."""
    match node:
        case nodes.Struct():
            return [field.node for field in node.fields]
        case nodes.Enum():
            return [variant.payload for variant in node.variants if variant.payload is not None]
        case nodes.Tuple():
            return list(node.items)
        case nodes.Map():
            return [node.key, node.value]
        case nodes.Switch():
            return [*node.cases.values(), node.default]
        case nodes.If():
            return [node.then, node.otherwise]
        case nodes.Ref():
            return [node.target]
        case (
            nodes.Option()
            | nodes.Seq()
            | nodes.Set()
            | nodes.Array()
            | nodes.Adapted()
            | nodes.Labels()
            | nodes.Const()
            | nodes.Rebuilt()
            | nodes.Default()
            | nodes.Padded()
            | nodes.Prefixed()
            | nodes.Limited()
        ):
            return [node.item]
    return []


def has_opaque(root: Node) -> bool:
    """Whether something in a layout is left to construct itself."""
    seen: set[Node] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.Opaque):
            return True
        if node not in seen:
            seen.add(node)
            waiting.extend(parts(node))
    return False


@dataclass(slots=True)
class Uses:
    """How the named nodes of a layout are used.

    Attributes:
        functions: Named nodes that get a function of their own: recursive ones, and those that are used
            more than once and are more than a few atoms.
        recursive: Those that contain themselves.
        variable: Variable-length integers occur.
        depth: Most structs and enums nested in one another, where nothing is recursive.
    """

    functions: dict[Node, str]
    recursive: set[Node]
    variable: bool
    depth: int


def uses_of(root: Node) -> Uses:
    """Look through a layout once."""
    counts: dict[Node, int] = {}
    order: list[Node] = []
    recursive: set[Node] = set()
    variable = False
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.Ref):
            recursive.add(node.target)
            node = node.target
        variable = variable or (isinstance(node, nodes.Int) and node.variable)
        if isinstance(node, nodes.Str | nodes.Bytes | nodes.Seq | nodes.Map | nodes.Set | nodes.Prefixed):
            variable = variable or (isinstance(node.length, nodes.Int) and node.length.variable)
        if isinstance(node, nodes.Enum):
            variable = variable or node.index.variable
        seen = node in counts
        counts[node] = counts.get(node, 0) + 1
        if not seen:
            order.append(node)
            waiting.extend(parts(node))
    functions: dict[Node, str] = {}
    for node in order:
        if isinstance(node, nodes.Struct | nodes.Enum) and (
            node in recursive or (counts[node] > 1 and len(flat(node) or ()) not in range(1, MAX_INLINED + 1))
        ):
            functions[node] = node.name
    return Uses(functions, recursive, variable, 0 if recursive else depth_of(root))


def depth_of(node: Node) -> int:
    """Most structs and enums nested in one another in a layout that is not recursive."""
    depth: int = run(_depth(node, {}))
    return depth


def _depth(node: Node, known: dict[Node, int]) -> Task:
    found = known.get(node)
    if found is None:
        inner = 0
        for part in parts(node):
            inner = max(inner, (yield _depth(part, known)))
        # An enum and its variant's fields are one level, as the walk counts.
        own = isinstance(node, nodes.Struct | nodes.Enum)
        if isinstance(node, nodes.Enum):
            inner = max(inner - 1, 0)
        found = known[node] = inner + own
    return found
