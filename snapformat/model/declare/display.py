"""How values of declared classes are displayed: by repr, pprint and rich, and as HTML in notebooks.

Integers that are marked `Hex`, such as addresses and registers, are in hexadecimal everywhere. repr and HTML
don't use the interpreter's stack: a value that was read may be nested as deeply as its budget allows.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from snapformat.errors import SchemaError
from snapformat.model import kinds
from snapformat.model.declaration import declaration_of
from snapformat.model.kinds import Kind
from snapformat.model.values import PairMap, Some
from snapformat.printable import shortened

#: Maximum number of values in HTML, and of those inside each other.
MOST_NODES = 2000
MOST_NESTED = 40
#: Maximum number of characters of a value in HTML.
_MOST_TEXT = 160


class Hexadecimal(int):
    """An integer whose repr is hexadecimal."""

    def __repr__(self) -> str:
        return hex(self)


def attributes(cls: type) -> list[str]:
    """Return the attributes of a declared class's fields, skipped ones too."""
    declaration = declaration_of(cls)
    return [] if declaration is None else [field.attr for field in declaration.fields]


def _hex_attributes(cls: type) -> frozenset[str]:
    """Return the attributes whose integers are in hexadecimal."""
    declaration = declaration_of(cls)
    if declaration is None:
        return frozenset()
    if declaration.in_hex is not None:
        return declaration.in_hex
    found, is_final = set(), True
    for field in declaration.fields:
        try:
            if not field.skip and _is_hex(declaration.field_kind(field, {})):
                found.add(field.attr)
        except SchemaError:  # a name that is not defined yet, or a type parameter
            is_final = False
    hexed = frozenset(found)
    if is_final:
        declaration.in_hex = hexed
    return hexed


def _is_hex(kind: Kind) -> bool:
    """Return whether a kind is of an integer in hexadecimal, or of a collection that has one."""
    waiting = [kind]
    while waiting:
        match waiting.pop():
            case kinds.Int() as found if found.hex:
                return True
            case kinds.Option() | kinds.Seq() | kinds.Array() | kinds.Adapted() as found:
                waiting.append(found.item)
            case kinds.Tuple() as found:
                waiting.extend(found.items)
    return False


def in_hex(value: Any) -> Any:
    """Return a value whose integers, also in lists and tuples, have a hexadecimal repr."""
    cls = type(value)
    if cls is int:
        return Hexadecimal(value)
    if cls is list or cls is tuple:
        return cls(map(in_hex, value))
    return Some(in_hex(value.value)) if cls is Some else value


def fields_of(value: Any) -> Iterator[tuple[str, Any]]:
    """Iterate over the names and values of an instance's fields, as they are displayed."""
    cls = type(value)
    hexed = _hex_attributes(cls)
    for name in attributes(cls):
        field = getattr(value, name, None)
        yield name, in_hex(field) if name in hexed else field


# --- repr, pprint, rich -----------------------------------------------------------------------------------


def show(self: Any) -> str:
    """Return the repr of an instance, like that of a dataclass; a circle shows as `...`."""
    teach_pprint()
    pieces: list[str] = []
    open_ids: set[int] = set()
    # Text to print, a value to show, or the id of a value that ends here.
    waiting: list[tuple[str, Any]] = [("value", self)]
    while waiting:
        kind, value = waiting.pop()
        if kind == "text":
            pieces.append(value)
        elif kind == "end":
            open_ids.discard(value)
        elif id(value) in open_ids:
            pieces.append("...")
        else:
            parts = _parts(value)
            if parts is None:
                pieces.append(repr(value))
            else:
                open_ids.add(id(value))
                waiting.append(("end", id(value)))
                waiting.extend(reversed(parts))
    return "".join(pieces)


def _parts(value: Any) -> list[tuple[str, Any]] | None:
    """Return the pieces of the repr of a value, or None where Python's own repr is used."""
    cls = type(value)
    if getattr(cls, "__repr__", None) is show:
        named = [(f"{name}=", field) for name, field in fields_of(value)]
        return _between(f"{cls.__qualname__}(", named, ")")
    if cls is Some:
        return _between("Some(", [("value=", value.value)], ")")
    if cls is list:
        return _between("[", [("", item) for item in value], "]")
    if cls is tuple:
        return _between("(", [("", item) for item in value], ",)" if len(value) == 1 else ")")
    if cls is PairMap:
        return _between("PairMap([", [("", pair) for pair in value.items()], "])")
    return None


def _between(begin: str, items: list[tuple[str, Any]], end: str) -> list[tuple[str, Any]]:
    parts: list[tuple[str, Any]] = [("text", begin)]
    for index, (label, item) in enumerate(items):
        parts.append(("text", f", {label}" if index else label))
        parts.append(("value", item))
    parts.append(("text", end))
    return parts


#: What `pprint` shows of values, by their `__repr__`: pairs of name and value, items, or a list instead.
_SHOWN: dict[Any, Callable[[Any], Iterable[Any]]] = {}


def break_lines(representation: Any, items_of: Callable[[Any], Iterable[Any]]) -> None:
    """Declare how `pprint` breaks the lines of values with a `__repr__`, which has to call `teach_pprint`."""
    _SHOWN[representation] = items_of


def teach_pprint() -> None:
    """Let `pprint` break the lines of instances.

    It has no protocol for that, only a table of functions by `__repr__`. It calls repr before it looks there,
    so that nobody pays for importing it.
    """
    module = sys.modules.get("pprint")
    table = getattr(getattr(module, "PrettyPrinter", None), "_dispatch", None)
    if isinstance(table, dict):
        for representation in _SHOWN:
            table.setdefault(representation, _pretty)


def _pretty(
    printer: Any, value: Any, stream: Any, indent: int, allowance: int, context: Any, level: int
) -> None:
    """Write an instance to `pprint`'s stream, as it writes a dataclass."""
    head = f"{type(value).__qualname__}("
    shown = _SHOWN[type(value).__repr__](value)
    items = [*shown]
    if isinstance(shown, list):
        head, method = "", "_pprint_list"
    else:
        method = "_format_namespace_items" if items and isinstance(items[0], tuple) else "_format_items"
    write_items = getattr(printer, method, None)
    if write_items is None:
        stream.write(repr(value))
    elif not head:
        write_items(items, stream, indent, allowance, context, level)
    else:
        stream.write(head)
        write_items(items, stream, indent + len(head), allowance, context, level)
        stream.write(")")


break_lines(show, fields_of)


def rich_repr(self: Any) -> Iterator[tuple[str, Any]]:
    """Yield the fields, for the display of rich."""
    return fields_of(self)


# --- HTML -------------------------------------------------------------------------------------------------


def html(self: Any) -> str:
    """Return an instance as HTML: a tree that opens, with descriptions where the pointer rests."""
    return html_of(self)


def html_of(value: Any, title: str = "") -> str:
    """Return a value as HTML, for notebooks.

    No more than `MOST_NODES` values are in it: those of the first levels, and of the first elements.

    Args:
        value: The value.
        title: Text at its top.
    """
    root = _Node(title, value, "")
    left = MOST_NODES
    level = [root]
    # By levels, so that a long list inside does not take the place of all that follows it.
    for _ in range(MOST_NESTED):
        following: list[_Node] = []
        for node in level:
            inside = _inside(node.value)
            node.count = len(inside)
            node.parts = [_Node(*part) for part in inside[:left]]
            left -= len(node.parts)
            following += node.parts
        level = following
    return f'<div style="font-family: monospace; line-height: 1.4">{_written(root)}</div>'


class _Node:
    """A value in HTML, its parts, and how many it has."""

    __slots__ = ("count", "doc", "label", "parts", "value")

    def __init__(self, label: str, value: Any, doc: str) -> None:
        self.label = label
        self.value = value
        self.doc = doc
        self.parts: list[_Node] = []
        self.count = 0


def _inside(value: Any) -> list[tuple[str, Any, str]]:
    """Return label, value and description of the parts of a value."""
    cls = type(value)
    if getattr(cls, "__repr__", None) is show:
        declaration = declaration_of(cls)
        docs = {} if declaration is None else {field.attr: field.doc for field in declaration.fields}
        return [(name, field, docs.get(name, "")) for name, field in fields_of(value)]
    if cls is Some:
        return [("value", value.value, "")]
    if cls is list or cls is tuple:
        if all(isinstance(item, int) for item in value):  # shown in a line
            return []
        return [(str(position), item, "") for position, item in enumerate(value)]
    if isinstance(value, dict | PairMap):
        return [(shortened(repr(key), _MOST_TEXT), item, "") for key, item in value.items()]
    return []


def _written(root: _Node) -> str:
    pieces: list[str] = []
    waiting: list[_Node | str] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            pieces.append(node)
            continue
        doc = f' title="{_escape(node.doc)}"' if node.doc else ""
        label = f"<b{doc}>{_escape(node.label)}</b> " if node.label else ""
        if not node.parts:
            pieces.append(f'<div style="padding-left: 1em">{label}{_escape(_line_of(node.value))}</div>')
            continue
        name = f'<span style="opacity: .7">{_escape(_head_of(node))}</span>'
        is_open = " open" if node is root else ""
        pieces.append(f"<details{is_open}><summary>{label}{name}</summary>")
        pieces.append('<div style="margin-left: 1.5em">')
        more = node.count - len(node.parts)
        waiting.append("</div></details>")
        if more:
            waiting.append(f"<div>... {more} more</div>")
        waiting.extend(reversed(node.parts))
    return "".join(pieces)


def _head_of(node: _Node) -> str:
    cls = type(node.value)
    named = getattr(cls, "__repr__", None) is show or cls is Some
    return cls.__qualname__ if named else f"{cls.__name__} of {node.count}"


def _line_of(value: Any) -> str:
    """Return a value without parts, or one that is not opened, in a line."""
    cls = type(value)
    if getattr(cls, "__repr__", None) is show:
        return f"{cls.__qualname__}({'...' if attributes(cls) else ''})"
    if isinstance(value, bytes | bytearray):
        cut = value[: _MOST_TEXT // 2]
        return f"0x{cut.hex()}{'' if len(cut) == len(value) else f' ... {len(value)} bytes'}"
    if cls is list or cls is tuple:
        if not all(isinstance(item, int) for item in value):
            return f"{cls.__name__} of {len(value)}"
        shown = repr(value[:16])
        return shown if len(value) <= 16 else f"{shown[:-1]}, ... {len(value)} numbers{shown[-1]}"
    if isinstance(value, dict | PairMap):
        return f"{cls.__name__} of {len(value)}"
    return shortened(value if isinstance(value, str) else repr(value), _MOST_TEXT)


_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def _escape(text: str) -> str:
    return text.translate(_ENTITIES)


#: Methods of declared classes, for the displays of others.
DISPLAYS = {"__rich_repr__": rich_repr, "_repr_html_": html}
