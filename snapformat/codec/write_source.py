"""Generating a writer: the layout as straight-line Python.

Like the generated reader it is optimistic: it checks what `struct` would take silently (a bool for an
integer, another class), and leaves every diagnosis to the reference writer.

Locals of the generated functions: `x` the value, `l` the list of the output's pieces, `h` structs and enums
around, `s` whether instances of subclasses are taken.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from operator import countOf
from typing import Any

from snapformat.codec import write_helpers as helpers
from snapformat.codec.shape import MAX_SPELLED, Atom, atom_of, is_any_bytes
from snapformat.codec.source import NotGenerated, Source
from snapformat.codec.write_built import BuiltWriter
from snapformat.codec.write_run import Chosen, new_run
from snapformat.layout import nodes
from snapformat.layout.arrays import number_code
from snapformat.layout.nodes import Node
from snapformat.model.c_struct import get_raw
from snapformat.model.graph import holds_sorted

#: Largest fixed array of integers whose elements get locals.
MAX_LOCALS = 8
#: Codes of unsigned integers that Python compares in one step.
SMALL = "BH"


def generate_writer(root: Node) -> Source:
    """Source with a function `write(x)` that gives the bytes.

    Raises:
        NotGenerated: The layout is left to the reference writer.
    """
    return _WriteGenerator(root).generate()


class _WriteGenerator(BuiltWriter):
    """Adds the kinds of nodes that are no atoms."""

    # --- nodes ----------------------------------------------------------------------------------------

    def _int(self, node: nodes.Int, value: str) -> None:
        self._by_helper("varint", helpers.varint_writer(node), value)

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
        self._add(data)

    def _bytes(self, node: nodes.Bytes, value: str) -> None:
        name = self._local(value)
        self.out.line(f"if type({name}) is not bytes: {name} = BYTES({name})")
        if node.exact is not None:
            self.out.line(f"if len({name}) != {node.exact}: raise GUARD")
        if node.no_nul:
            self.out.line(f"if 0 in {name}: raise GUARD")
        self._length(node.length, f"len({name})")
        self._add(name)

    def _blob(self, node: nodes.Blob, value: str) -> None:
        name, data = self._local(value), self.out.fresh("s")
        write = self.out.refer("blob", helpers.blob_writer(node, _struct_writer))
        lazy = helpers.lazy_c_struct_of(node)
        if lazy is None:
            self.out.line(f"{data} = {write}({name})")
        else:
            # Most are undecoded, and their bytes are at hand.
            self.out.names["RAW"] = get_raw
            cls = self.out.refer("lazy", lazy.lazy)
            self.out.line(f"try: {data} = RAW({name}) if type({name}) is {cls} else {write}({name})")
            self.out.line(f"except AttributeError: {data} = {write}({name})")  # decoded by another thread
        self._length(node.length, f"len({data})")
        self._add(data)

    def _fixedbytes(self, node: nodes.FixedBytes, value: str) -> None:
        name = self._local(value)
        count = self.count(node.count)
        self.out.line(f"if type({name}) is not bytes: {name} = BYTES({name})")
        self.out.line(f"if len({name}) != {count}: raise GUARD")
        self._add(name)

    def _unit(self, node: nodes.Unit, value: str) -> None:
        if node.value is not None:
            name = self._local(value)
            self.out.line(f"if {name} != () and {name} != []: raise GUARD")

    def _bits(self, node: nodes.Bits, value: str) -> None:
        raise NotGenerated("a bit struct")

    def _option(self, node: nodes.Option, value: str) -> None:
        name = self._local(value)
        if not node.wrapped and self.fits(node.item, self.run.order):
            if self.run.option is not None:
                self._end_run()
            outer, self.run = self.run, new_run(self.run.order)
            start = len(self.out.lines)
            self.value(node.item, name)
            lines = [line.lstrip() for line in self.out.lines[start:]]
            del self.out.lines[start:]
            inner, self.run = self.run, outer
            outer.order = inner.order
            outer.option = Chosen(name, lines, inner.before)
            return
        for is_there in self._branches([f"if {name} is None:", "else:"]):
            self._push("B", 1, "", str(is_there))
            if is_there and node.wrapped:
                self.out.names["SOME"] = helpers.Some
                self.out.line(f"if type({name}) is not SOME: raise GUARD")
                name = self._local(f"{name}.value")
            if is_there:
                self.value(node.item, name)

    def _tuple(self, node: nodes.Tuple, value: str) -> None:
        name = self._local(value)
        self.out.line(f"if type({name}) is not tuple: {name} = LIST({name})")
        names = [self.out.fresh("v") for _ in node.items]
        self.out.line(f"{', '.join(names)}, = {name}")
        for item, part in zip(node.items, names, strict=True):
            self.value(item, part)

    def _struct(self, node: nodes.Struct, value: str, target: str | None = None) -> None:
        with self.struct_level():
            if node.cls is None:
                self._container(node, value, target)
            else:
                name = self._local(value)
                cls = self.out.refer("cls", node.cls)
                is_one = f"type({name}) is {cls} or s and isinstance({name}, {cls})"
                self.out.line(f"if not ({is_one}): raise GUARD")
                self._fields(node, name)

    def _fields(self, node: nodes.Struct, name: str) -> None:
        for item in node.fields:
            self.value(item.node, "None" if item.attr is None else f"{name}.{item.attr}")

    def _enum(self, node: nodes.Enum, value: str) -> None:
        name = self._local(value)
        kind = self.out.fresh("c")
        self.out.line(f"{kind} = type({name})")
        heads = []
        for position, variant in enumerate(node.variants):
            if variant.payload is None:
                test = f"{name} is {self.out.refer('variant', variant.constant)}"
            else:
                test = f"{kind} is {self.out.refer('cls', variant.payload.cls)}"
            heads.append(f"{'elif' if position else 'if'} {test}:")
        with self.struct_level():
            for position in self._branches(heads):
                variant = node.variants[position]
                self._length(node.index, repr(variant.index))
                if variant.payload is not None:
                    self._fields(variant.payload, name)
        self.out.line("else: raise GUARD")

    # --- elements -------------------------------------------------------------------------------------

    def _list(self, value: str, item: Node, *, is_short: bool = False) -> str:
        name = self._local(value)
        listed = "LIST"
        if number_code(item) is not None:
            numbers = helpers.few_numbers_of(item) if is_short else helpers.numbers_of(item)
            listed = self.out.refer("numbers", numbers)
        self.out.line(f"if type({name}) is not list: {name} = {listed}({name})")
        return name

    def _seq(self, node: nodes.Seq, value: str) -> None:
        name = self._list(value, node.item)
        self._elements(node.item, name, self._counted(node, name))

    def _array(self, node: nodes.Array, value: str) -> None:
        atom = atom_of(node.item)
        is_few = isinstance(node.count, int) and 0 < node.count <= MAX_LOCALS
        name = self._list(value, node.item, is_short=is_few and isinstance(node.item, nodes.Int))
        count = self.count(node.count)
        if not is_few or not isinstance(node.item, nodes.Int):
            self.out.line(f"if len({name}) != {count}: raise GUARD")
        if not isinstance(node.count, int) or atom is None or not helpers.has_bulk(node.item):
            self._elements(node.item, name, count)
        elif 0 < node.count <= MAX_LOCALS and isinstance(node.item, nodes.Int):
            names = [self.out.fresh("v") for _ in range(node.count)]
            self.out.line(f"{', '.join(names)}, = {name}")
            if atom.code in SMALL:
                self._small(atom, names)
            else:
                for part in names:
                    self.atom(node.item, part)
        elif 0 < node.count <= MAX_SPELLED:
            size = node.count * atom.size
            self._push(f"{size}s", size, "", f"bytes({self._bulk(node.item, name, count)})")
        else:
            self._add(self._bulk(node.item, name, count))

    def _small(self, atom: Atom, names: list[str]) -> None:
        """Small integers, which are quickly told from bools: these are two objects, and none is above 1."""
        listed = ", ".join(names)
        no_bools = " and ".join(
            f"({name} > 1 or {name} is not True and {name} is not False)" for name in names
        )
        converted = f"{listed}, = INTS({listed})"
        with self.out.block("try:"):
            self.out.line(f"if not ({no_bools}): {converted}")
        self.out.line(f"except Exception: {converted}")  # what has no order may have an `__index__`
        for name in names:
            self._push(atom.code, atom.size, atom.order, name)

    def _elements(self, item: Node, name: str, count: str) -> None:
        if helpers.has_bulk(item):
            self._add(self._bulk(item, name, count))
            return
        if isinstance(item, nodes.Bytes | nodes.Blob) and is_any_bytes(item):
            self._by_helper("blobs", helpers.blobs_writer(item, _struct_writer), name)
        else:
            element = self.out.fresh("v")
            with self.block(f"for {element} in {name}:"):
                self.value(item, element)
        # Code of the elements' own classes may have changed the list around them.
        self.out.line(f"if len({name}) != {count}: raise GUARD")

    def _bulk(self, item: Node, name: str, count: str) -> str:
        """A local with the bytes of many numbers, or an array of them; others are converted to the type."""
        data = self.out.fresh("s")
        if number_code(item) is not None:
            self.out.names["NUMBERS"] = helpers.numbers_bytes
            self.out.line(f"if type({name}) is memoryview: {data} = NUMBERS({name})")
            with self.out.block("else:"):
                self._numbers(item, name, count, data)
        else:
            self._numbers(item, name, count, data)
        return data

    def _numbers(self, item: Node, name: str, count: str, data: str) -> None:
        exact, convert, write = helpers.bulk_writer(item)
        converted = ""
        if exact is not None:
            self.out.names.update(COUNT=countOf, EXACT=helpers.exactly)
            converted = f"{name} = EXACT({name}, {count}, {self.out.refer('exact', convert)})"
            test = f"COUNT(map(type, {name}), {exact.__name__}) != {count}"
        if not isinstance(write, str):
            if converted:
                self.out.line(f"if {test}: {converted}")
            self.out.line(f"{data} = {self.out.refer('many', write)}({name})")
            return
        # Few are looked at one by one: that is over before a loop in C has begun.
        assert exact is not None
        element = self.out.fresh("e")
        with self.out.block(f"if {count} <= {MAX_LOCALS}:"):
            atom = atom_of(item)
            small = f"not {element} > 1 and " if atom is not None and atom.code in SMALL else ""
            with self.out.block("try:"), self.out.block(f"for {element} in {name}:"):
                self.out.line(f"if {small}type({element}) is not {exact.__name__}: raise GUARD")
            self.out.line(f"except Exception: {converted}")
            packers = self.out.refer("few", helpers.packers(item, MAX_LOCALS))
            self.out.line(f"{data} = {packers}[{count}](*{name})")
        with self.out.block("else:"):
            self.out.line(f"if {test}: {converted}")
            self.out.names["ARRAY"] = array
            self.out.line(f"{data} = ARRAY({write!r}, {name})")

    def _set(self, node: nodes.Set, value: str) -> None:
        name = self.out.fresh("v")
        if node.of.ordered and holds_sorted(node.of.item):
            raise NotGenerated("keys in keys, each of which is sorted once")
        self.out.line(f"{name} = {self.out.refer('ordered', helpers.elements_of(node))}({value})")
        self._length(node.length, f"len({name})")
        self._elements(node.item, name, f"len({name})")

    def _map(self, node: nodes.Map, value: str) -> None:
        name = self.out.fresh("v")
        if node.of.ordered and holds_sorted(node.of.key):
            raise NotGenerated("keys in keys, each of which is sorted once")
        self.out.line(f"{name} = {self.out.refer('ordered', helpers.pairs_of(node))}({value})")
        self._length(node.length, f"len({name})")
        key, element = self.out.fresh("v"), self.out.fresh("v")
        with self.block(f"for {key}, {element} in {name}:"):
            self.value(node.key, key)
            self.value(node.value, element)

    # --- conversions ----------------------------------------------------------------------------------

    def _adapted(self, node: nodes.Adapted, value: str) -> None:
        name = self.out.fresh("v")
        self.out.line(f"{name} = {self.out.refer('encode', node.encode)}({value})")
        self.value(node.item, name)

    def _labels(self, node: nodes.Labels, value: str) -> None:
        name = self.out.fresh("v")
        self.out.line(f"{name} = {self.out.refer('number', helpers.number_of(node))}({value})")
        self.value(node.item, name)


def _struct_writer(node: Node) -> Callable[[Any], bytes]:
    """The writer of a C struct that is decoded."""
    write: Callable[[Any], bytes] = generate_writer(node).compile("write C struct", "write")["write"]
    return write
