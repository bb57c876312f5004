"""Types made from trees of serde calls: a row's `model` says all that its bytes depend on.

bitcode stores the calls that serde makes, whatever the declaration. A type that makes the calls of a row's
model, declared through the library, must therefore have the row's bytes, even where the row's own declaration
is refused. The type is written as Rust text, so that the usual machinery makes classes of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bitcode.random_types import built
from vectors.rust_std import MAX_TUPLE
from vectors.shapes import NotExpressible, Shape

_INTEGERS = frozenset(f"{sign}{bits}" for sign in "ui" for bits in (8, 16, 32, 64, 128))
_LEAVES = {"bool": "bool", "f32": "f32", "f64": "f64", "char": "char", "str": "String"} | {
    name: name for name in _INTEGERS
}


@dataclass
class Node:
    """What is known of a place in the type.

    Attributes:
        tag: The call; `enum`, `option` and `array N` stand for several. Empty until one is seen.
        name: serde's name of a struct or enum.
        parts: The places inside: elements, fields, keys and values.
        names: Names of the fields.
        variants: The variants of an enum, by index: name, style, payload.
    """

    tag: str = ""
    name: str = ""
    parts: list[Node] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    variants: dict[int, tuple[str, str, Node]] = field(default_factory=dict)

    def see(self, model: list[Any]) -> None:
        """Learn from a call at this place.

        Raises:
            NotExpressible: It is another call than before, or none that serde makes.
        """
        match model:
            case ["none"]:
                self._be("option", 1)
            case ["some", inner]:
                self._be("option", 1)
                self.parts[0].see(inner)
            case ["seq", list(items)]:
                self._be("seq", 1)
                for item in items:
                    self.parts[0].see(item)
            case ["map", list(pairs)]:
                self._be("map", 2)
                for key, value in pairs:
                    self.parts[0].see(key)
                    self.parts[1].see(value)
            case ["tuple", list(items)] if len(items) > MAX_TUPLE:  # an array: serde has no such tuple
                self._be(f"array {len(items)}", 1)
                for item in items:
                    self.parts[0].see(item)
            case ["tuple", list(items)]:
                self._see_parts("tuple", items)
            case ["unit"] | ["bytes", _]:
                self._be(model[0], 0)
            case [str(tag), _] if tag in _LEAVES:
                self._be(tag, 0)
            case ["unit_struct", str(name)]:
                self._be("unit_struct", 0, name)
            case ["newtype_struct", str(name), inner]:
                self._be("newtype_struct", 1, name)
                self.parts[0].see(inner)
            case ["tuple_struct", str(name), list(items)]:
                self._see_parts("tuple_struct", items, name)
            case ["struct", str(name), list(fields)]:
                self._see_parts("struct", [inner for _, inner in fields], name)
                self.names = [field_name for field_name, _ in fields]
            case [str(tag), str(name), int(index), str(variant), *inside] if tag.endswith("_variant"):
                self._be("enum", 0, name)
                self._see_variant(tag.removesuffix("_variant"), index, variant, inside)
            case _:
                raise NotExpressible(f"{str(model)[:200]} is no call of serde that is known here")

    def _be(self, tag: str, count: int, name: str = "") -> None:
        if not self.tag:
            self.tag, self.name = tag, name
            self.parts = [Node() for _ in range(count)]
        elif (self.tag, self.name, len(self.parts)) != (tag, name, count):
            raise NotExpressible(f"{tag} {name} with {count} parts at a place of {self.tag} {self.name}")

    def _see_parts(self, tag: str, items: list[Any], name: str = "") -> None:
        self._be(tag, len(items), name)
        for part, item in zip(self.parts, items, strict=True):
            part.see(item)

    def _see_variant(self, style: str, index: int, variant: str, inside: list[Any]) -> None:
        if index not in self.variants:
            self.variants[index] = variant, style, Node()
        known = self.variants[index]
        if known[:2] != (variant, style):
            raise NotExpressible(f"variant {index} is {known[:2]} and {(variant, style)}")
        if style != "unit":
            (payload,) = inside
            whole = {"newtype": ["newtype_struct", "", payload], "tuple": ["tuple_struct", "", payload]}
            known[2].see(whole.get(style, ["struct", "", payload]))


class _Declarations:
    """The Rust text of the types, each node with a declaration of its own."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def type_of(self, node: Node) -> str:
        """The type expression of a node; of a place that no call was made at, `()`."""
        if node.tag in _LEAVES:
            return _LEAVES[node.tag]
        match node.tag:
            case "" | "unit":
                return "()"
            case "bytes":
                return "serde_bytes::ByteBuf"
            case "tuple":
                items = [self.type_of(part) for part in node.parts]
                return f"({', '.join(items)},)" if items else "[(); 0]"
            case "option" | "seq" | "map":
                generic = {"option": "Option", "seq": "Vec", "map": "HashMap"}[node.tag]
                return f"{generic}<{', '.join(map(self.type_of, node.parts))}>"
        if node.tag.startswith("array"):
            return f"[{self.type_of(node.parts[0])}; {node.tag.removeprefix('array ')}]"
        return self._declared(node)

    def _declared(self, node: Node) -> str:
        name = f"M{len(self.texts)}"
        self.texts.append("")
        at = len(self.texts) - 1
        if node.tag == "enum":
            body = f"enum {name} {{ {self._variants(node)} }}"
        else:
            behind = "" if node.tag == "struct" else ";"
            body = f"struct {name} {self._fields(node, node.tag.removesuffix('_struct'))}{behind}"
        self.texts[at] = f"#[serde(rename = {quoted(node.name)})] {body}"
        return name

    def _variants(self, node: Node) -> str:
        made = []
        for index in range(max(node.variants) + 1):
            if index not in node.variants:
                made.append(f"Unseen{index}")
                continue
            name, style, payload = node.variants[index]
            made.append(f"#[serde(rename = {quoted(name)})] V{index} {self._fields(payload, style)}")
        return ", ".join(made)

    def _fields(self, node: Node, style: str) -> str:
        types = [self.type_of(part) for part in node.parts]
        if style == "unit":
            return ""
        if style != "struct":
            if style == "tuple" and len(types) == 1:  # what a skipped field leaves
                types.append("#[serde(skip)] ()")
            return f"({', '.join(types)})"
        fields = [
            f"#[serde(rename = {quoted(name)})] f{at}: {text}"
            for at, (name, text) in enumerate(zip(node.names, types, strict=True))
        ]
        return f"{{ {', '.join(fields)} }}"


def quoted(text: str) -> str:
    """A literal of Rust."""
    plain = text.isascii() and text.isprintable() and not set(text) & set('"\\')
    return f'"{text}"' if plain else '"' + "".join(f"\\u{{{ord(char):x}}}" for char in text) + '"'


def shape_of(model: list[Any]) -> tuple[Shape, Any]:
    """The shape and the annotation of a type that makes these calls.

    Raises:
        NotExpressible: There is none.
    """
    root = Node()
    root.see(model)
    declarations = _Declarations()
    text = declarations.type_of(root)
    return built("\n".join(declarations.texts), text)


def row_value(model: list[Any]) -> Any:
    """The form of a value that rows write, of a tree of serde calls."""
    match model:
        case ["none"] | ["unit"] | ["unit_struct", _]:
            return None
        case ["some", inner]:
            return {"some": row_value(inner)}
        case ["seq" | "tuple" | "tuple_struct", *_, list(items)]:
            return [row_value(item) for item in items]
        case ["map", list(pairs)]:
            return {"map": [[row_value(key), row_value(value)] for key, value in pairs]}
        case ["bytes", digits]:
            return {"bytes": digits}
        case ["f32" | "f64" as tag, digits]:
            return {f"{tag}_bits": digits}
        case ["char", number]:
            return chr(number)
        case [str(tag), value] if tag in _LEAVES:
            return value
        case ["newtype_struct", _, inner]:
            return row_value(inner)
        case ["struct", _, list(fields)]:
            return {name: row_value(inner) for name, inner in fields}
        case [str(tag), _, index, variant, *inside]:
            return _variant_value(tag.removesuffix("_variant"), index, variant, inside)
    raise NotExpressible(f"{str(model)[:200]} is no call of serde that is known here")


def _variant_value(style: str, index: int, variant: str, inside: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"variant": variant, "index": index, "kind": style}
    if style == "newtype":
        found["value"] = row_value(inside[0])
    elif style == "tuple":
        found["value"] = [row_value(item) for item in inside[0]]
    elif style == "struct":
        found["value"] = {name: row_value(item) for name, item in inside[0]}
    return found
