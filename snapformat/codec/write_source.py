"""Generating a writer: the layout as straight-line Python.

Like the generated reader it is optimistic: it checks what `struct` would take silently (a bool for an
integer, another class), and leaves every diagnosis to the reference writer.

Locals of the generated functions: `x` the value, `a` appends bytes to the output, `h` structs and enums
around.
"""

from __future__ import annotations

from dataclasses import field
from typing import Any

import construct

from snapformat.budget import DEFAULT_LIMITS
from snapformat.codec import write_helpers as helpers
from snapformat.codec.generator import Generator, NotGenerated
from snapformat.codec.shape import MAX_SPELLED, atom_of, is_any_bytes
from snapformat.codec.source import Source
from snapformat.layout import nodes
from snapformat.layout.nodes import Node
from snapformat.lazy_dataclasses import dataclass


@dataclass(slots=True)
class _Run:
    """Values that will be written by one `struct` call.

    Attributes:
        order: Byte order; empty while it does not matter.
        codes: Their codes.
        size: Bytes so far.
        values: Expressions of the values.
        integers: Locals that must be int and not bool.
        after: Lines to run on the packed bytes `b`.
    """

    order: str = ""
    codes: list[str] = field(default_factory=list)
    size: int = 0
    values: list[str] = field(default_factory=list)
    integers: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


def generate_writer(root: Node) -> Source:
    """Source with a function `write(x, a, h)`.

    Raises:
        NotGenerated: The layout is left to the reference writer.
    """
    return _WriteGenerator(root).generate()


class _WriteGenerator(Generator):
    verb = "write"
    parameters = "x, a, h"

    def __init__(self, root: Node) -> None:
        super().__init__(root)
        self.run = _Run()
        self.out.names.update(
            BYTES=helpers.as_bytes,
            SCOPE=helpers.scope_of,
            INT=helpers.integer,
            INTS=helpers.integers,
            FLOAT=helpers.number,
            STR=helpers.text,
            LIST=helpers.sequence,
        )

    def call(self, node: Node, place: str) -> None:
        self.flush()
        self.out.line(f"{self.part(node, node)}({place}, a, {self.depth})")

    # --- runs -----------------------------------------------------------------------------------------

    def _push(self, code: str, size: int, order: str, value: str | None, *, integer: bool = False) -> None:
        run = self.run
        if order and run.order and order != run.order:
            self.flush()
            run = self.run
        run.order = run.order or order
        run.codes.append(code)
        run.size += size
        if value is not None:
            run.values.append(value)
            if integer:
                run.integers.append(value)

    def flush(self) -> None:
        run, self.run = self.run, _Run()
        if not run.codes:
            return
        # A chain of identities: each pair is compared once, the last with int itself.
        if run.integers:
            chain = " is ".join(f"type({name})" for name in run.integers)
            names = ", ".join(run.integers) + ("," if len(run.integers) == 1 else "")
            self.out.line(f"if not ({chain} is int): {names} = INTS({names})")
        packed = f"{self.format('pack', run.order, run.codes, 'pack')}({', '.join(run.values)})"
        if run.after:
            self.out.line(f"b = {packed}")
            for line in run.after:
                self.out.line(line)
            packed = "b"
        self.out.line(f"a({packed})")

    def _local(self, value: str) -> str:
        """The value in a local, so that it is looked at once."""
        if value.isidentifier():
            return value
        name = self.out.fresh("v")
        self.out.line(f"{name} = {value}")
        return name

    def atom(self, node: Node, value: str) -> bool:
        atom = atom_of(node)
        if atom is None:
            return False
        name = self._local(value)
        match node:
            case nodes.Int():
                if node.nonzero:
                    self.out.line(f"if not {name}: raise GUARD")
                if atom.code.endswith("s"):
                    self.out.line(f"if type({name}) is not int: {name} = INT({name})")
                    shown = f"{name}.to_bytes({node.size}, {node.byteorder!r}, signed={node.signed})"
                    self._push(atom.code, atom.size, atom.order, shown)
                else:
                    self._push(atom.code, atom.size, atom.order, name, integer=True)
            case nodes.Float():
                self.out.line(f"if type({name}) is not float: {name} = FLOAT({name})")
                if node.size == 4:
                    self.out.names["NAN"] = helpers.with_f32
                    self._push(atom.code, atom.size, atom.order, name)
                    at = self.run.size - 4
                    self.run.after.append(
                        f"if {name} != {name}: b = NAN(b, {at}, {name}, {node.byteorder!r})"
                    )
                else:
                    self._push(atom.code, atom.size, atom.order, name)
            case nodes.Bool():
                if node.lenient:
                    self.out.names["FLAG"] = helpers.flag_byte
                    self._push("B", 1, "", f"FLAG({name})")
                else:
                    self.out.line(f"if {name} is not True and {name} is not False: raise GUARD")
                    self._push("B", 1, "", name)
            case nodes.Enum():
                if self.uses.recursive:
                    self.deepest = max(self.deepest, self.level + 1)
                index = self.out.refer("index", helpers.index_of(node))
                self._push(atom.code, atom.size, atom.order, f"{index}({name})")
            case nodes.FixedBytes():
                self.out.line(f"if type({name}) is not bytes: {name} = BYTES({name})")
                self.out.line(f"if len({name}) != {atom.size}: raise GUARD")
                self._push(atom.code, atom.size, "", name)
        return True

    # --- nodes ----------------------------------------------------------------------------------------

    def _by_helper(self, prefix: str, make: Any, value: str) -> None:
        """Write by a function of the value that gives bytes."""
        self.flush()
        self.out.line(f"a({self.out.refer(prefix, make)}({value}))")

    def _int(self, node: nodes.Int, value: str) -> None:
        self._by_helper("varint", helpers.varint_writer(node), value)

    def _length(self, node: Node, count: str) -> None:
        """A length prefix; a count that is too large for it makes the packing fail."""
        assert isinstance(node, nodes.Int)
        atom = atom_of(node)
        if atom is None or atom.code.endswith("s"):
            self._by_helper("varint", helpers.varint_writer(node), count)
        else:
            self._push(atom.code, atom.size, atom.order, count)

    def _float(self, node: nodes.Float, value: str) -> None:
        self._by_helper("float", helpers.float_writer(node), value)

    def _char(self, node: nodes.Char, value: str) -> None:
        self._by_helper("char", helpers.char_bytes, value)

    def _str(self, node: nodes.Str, value: str) -> None:
        name = self._local(value)
        data = self.out.fresh("s")
        self.out.line(f"if type({name}) is not str: {name} = STR({name})")
        codec = "" if node.encoding == "utf-8" else repr(node.encoding)
        self.out.line(f"{data} = {name}.encode({codec})")
        self._length(node.length, f"len({data})")
        self.flush()
        self.out.line(f"a({data})")

    def _bytes(self, node: nodes.Bytes, value: str) -> None:
        name = self._local(value)
        self.out.line(f"if type({name}) is not bytes: {name} = BYTES({name})")
        if node.exact is not None:
            self.out.line(f"if len({name}) != {node.exact}: raise GUARD")
        if node.no_nul:
            self.out.line(f"if 0 in {name}: raise GUARD")
        self._length(node.length, f"len({name})")
        self.flush()
        self.out.line(f"a({name})")

    def _blob(self, node: nodes.Blob, value: str) -> None:
        data = self.out.fresh("s")
        self.out.line(f"{data} = {self.out.refer('blob', helpers.blob_writer(node))}({value})")
        self._length(node.length, f"len({data})")
        self.flush()
        self.out.line(f"a({data})")

    def _fixedbytes(self, node: nodes.FixedBytes, value: str) -> None:
        name = self._local(value)
        count = self.count(node.count)
        self.out.line(f"if type({name}) is not bytes: {name} = BYTES({name})")
        self.out.line(f"if len({name}) != {count}: raise GUARD")
        self.flush()
        self.out.line(f"a({name})")

    def _unit(self, node: nodes.Unit, value: str) -> None:
        if node.value is not None:
            name = self._local(value)
            self.out.line(f"if {name} != () and {name} != []: raise GUARD")

    def _computed(self, node: nodes.Computed, value: str) -> None:
        """Not in the bytes."""

    def _bits(self, node: nodes.Bits, value: str) -> None:
        raise NotGenerated("a bit struct")

    def _opaque(self, node: nodes.Opaque, value: str) -> None:
        self._by_helper("opaque", node.construct.build, value)

    def _option(self, node: nodes.Option, value: str) -> None:
        name = self._local(value)
        with self.block(f"if {name} is None:"):
            self.out.line("a(b'\\0')")
        with self.block("else:"):
            if node.wrapped:
                self.out.names["SOME"] = helpers.Some
                self.out.line(f"if type({name}) is not SOME: raise GUARD")
                name = self._local(f"{name}.value")
            self._push("B", 1, "", "1")
            self.value(node.item, name)

    def _tuple(self, node: nodes.Tuple, value: str) -> None:
        name = self._local(value)
        self.out.line(f"if type({name}) is not tuple: {name} = LIST({name})")
        names = [self.out.fresh("v") for _ in node.items]
        self.out.line(f"{', '.join(names)}, = {name}")
        for item, part in zip(node.items, names, strict=True):
            self.value(item, part)

    def _struct(self, node: nodes.Struct, value: str) -> None:
        with self.struct_level():
            if node.cls is None:
                self._container(node, value)
            else:
                name = self._local(value)
                cls = self.out.refer("cls", node.cls)
                self.out.line(f"if type({name}) is not {cls} and not isinstance({name}, {cls}): raise GUARD")
                self._fields(node, name)

    def _fields(self, node: nodes.Struct, name: str) -> None:
        for item in node.fields:
            self.value(item.node, "None" if item.attr is None else f"{name}.{item.attr}")

    def _container(self, node: nodes.Struct, value: str) -> None:
        name = self._local(value)
        self.out.names.update(CONTAINER=construct.Container, MAPPING=helpers.mapping)
        self.out.line(f"if {name} is None: {name} = {{}}")
        test = f"type({name}) is not dict and type({name}) is not CONTAINER"
        self.out.line(f"if {test}: {name} = MAPPING({name})")
        outer = self.scope
        if node.scoped:
            self.scope = self.out.fresh("s")
            self.out.line(f"{self.scope} = SCOPE({outer}, {name})")
        for item in node.fields:
            if item.attr is None:
                part = self.out.fresh("v")
                self.out.line(f"{part} = None")
            elif isinstance(item.node, nodes.Computed | nodes.Rebuilt):
                part = self.out.fresh("v")
                self.out.line(f"{part} = {self.expression(item.node.value)}")
                if self.scope is not None and node.scoped:
                    self.out.line(f"{self.scope}[{item.attr!r}] = {part}")
            elif item.optional:
                part = f"{name}.get({item.attr!r})"
            else:
                part = f"{name}[{item.attr!r}]"
            # What is rebuilt has just been.
            is_done = isinstance(item.node, nodes.Rebuilt) and item.attr is not None
            self.value(item.node.item if is_done else item.node, part)  # type: ignore[attr-defined]
        self.scope = outer

    def _enum(self, node: nodes.Enum, value: str) -> None:
        name = self._local(value)
        kind = self.out.fresh("c")
        self.out.line(f"{kind} = type({name})")
        with self.struct_level():
            for position, variant in enumerate(node.variants):
                if variant.payload is None:
                    test = f"{name} is {self.out.refer('variant', variant.constant)}"
                else:
                    test = f"{kind} is {self.out.refer('cls', variant.payload.cls)}"
                with self.block(f"{'elif' if position else 'if'} {test}:"):
                    self._length(node.index, repr(variant.index))
                    if variant.payload is not None:
                        self._fields(variant.payload, name)
            self.out.line("else: raise GUARD")

    # --- elements -------------------------------------------------------------------------------------

    def _list(self, value: str) -> str:
        name = self._local(value)
        self.out.line(f"if type({name}) is not list: {name} = LIST({name})")
        return name

    def _seq(self, node: nodes.Seq, value: str) -> None:
        name = self._list(value)
        if node.zero_sized:
            self.out.line(f"if len({name}) > {DEFAULT_LIMITS.zero_sized}: raise GUARD")
        count = self.out.fresh("n")
        self.out.line(f"{count} = len({name})")
        self._length(node.length, count)
        self._elements(node.item, name)
        self._same_length(name, count)

    def _same_length(self, name: str, count: str) -> None:
        """Code of the elements' own classes may have changed the list around them."""
        self.out.line(f"if len({name}) != {count}: raise GUARD")

    def _array(self, node: nodes.Array, value: str) -> None:
        name = self._list(value)
        atom = atom_of(node.item)
        self._same_length(name, self.count(node.count))
        count = node.count if isinstance(node.count, int) else 0
        if 0 < count <= MAX_SPELLED and atom is not None and helpers.has_bulk(node.item):
            pack = self.out.refer("items", helpers.bulk_writer(node.item))
            size = count * atom.size
            self._push(f"{size}s", size, "", f"{pack}({name})")
        else:
            self._elements(node.item, name)
            self._same_length(name, self.count(node.count))

    def _elements(self, item: Node, name: str) -> None:
        if helpers.has_bulk(item):
            self._by_helper("many", helpers.bulk_writer(item), name)
            return
        if isinstance(item, nodes.Bytes | nodes.Blob) and is_any_bytes(item):
            self._by_helper("blobs", helpers.blobs_writer(item), name)
            return
        element = self.out.fresh("v")
        with self.block(f"for {element} in {name}:"):
            self.value(item, element)

    def _set(self, node: nodes.Set, value: str) -> None:
        name = self.out.fresh("v")
        self.out.line(f"{name} = {self.out.refer('ordered', helpers.elements_of(node))}({value})")
        self._length(node.length, f"len({name})")
        self._elements(node.item, name)

    def _map(self, node: nodes.Map, value: str) -> None:
        name = self.out.fresh("v")
        self.out.line(f"{name} = {self.out.refer('ordered', helpers.pairs_of(node))}({value})")
        self._length(node.length, f"len({name})")
        key, element = self.out.fresh("v"), self.out.fresh("v")
        with self.block(f"for {key}, {element} in {name}:"):
            self.value(node.key, key)
            self.value(node.value, element)

    # --- conversions and construct's own --------------------------------------------------------------

    def _adapted(self, node: nodes.Adapted, value: str) -> None:
        name = self.out.fresh("v")
        self.out.line(f"{name} = {self.out.refer('encode', node.encode)}({value})")
        self.value(node.item, name)

    def _labels(self, node: nodes.Labels, value: str) -> None:
        name = self.out.fresh("v")
        self.out.line(f"{name} = {self.out.refer('number', helpers.number_of(node))}({value})")
        self.value(node.item, name)

    def _const(self, node: nodes.Const, value: str) -> None:
        name = self._local(value) if value != "None" else "None"
        constant = self.out.refer("constant", node.value)
        if name != "None":
            self.out.line(f"if {name} is not None and {name} != {constant}: raise GUARD")
        # A local of its own: the code that writes it may assign to it.
        copy = self.out.fresh("v")
        self.out.line(f"{copy} = {constant}")
        self.value(node.item, copy)

    def _rebuilt(self, node: nodes.Rebuilt, value: str) -> None:
        name = self.out.fresh("v")
        self.out.line(f"{name} = {self.expression(node.value)}")
        self.value(node.item, name)

    def _default(self, node: nodes.Default, value: str) -> None:
        name = self.out.fresh("v")
        self.out.line(f"{name} = {value}")
        self.out.line(f"if {name} is None: {name} = {self.expression(node.value)}")
        self.value(node.item, name)

    def _switch(self, node: nodes.Switch, place: str) -> None:
        super()._switch(node, self._local(place))

    def _if(self, node: nodes.If, place: str) -> None:
        super()._if(node, self._local(place))

    def _padded(self, node: nodes.Padded, value: str) -> None:
        if isinstance(node.item, nodes.Unit) and isinstance(node.count, int):
            filler = self.out.refer("fill", node.pattern * node.count)
            self._push(f"{node.count}s", node.count, "", filler)
            return
        count = self.count(node.count)
        self._inside(node.item, value)
        self.out.line(f"if len(b) > {count}: raise GUARD")
        self.out.line(f"a(b.ljust({count}, {node.pattern!r}))")

    def _prefixed(self, node: nodes.Prefixed, value: str) -> None:
        self._inside(node.item, value)
        inner = self.out.fresh("s")
        self.out.line(f"{inner} = b")
        self._length(node.length, f"len({inner}) + {node.including}" if node.including else f"len({inner})")
        self.flush()
        self.out.line(f"a({inner})")

    def _inside(self, item: Node, value: str) -> None:
        """Write a part by itself, into `b`; it may name no fields from outside."""
        self.flush()
        if isinstance(item, nodes.Opaque):
            self.out.line(f"b = {self.out.refer('opaque', item.construct.build)}({value})")
            return
        name, parts = self.part(None, item), self.out.fresh("l")
        self.out.line(f"{parts} = []")
        self.out.line(f"{name}({value}, {parts}.append, {self.depth})")
        self.out.line(f"b = b''.join({parts})")
