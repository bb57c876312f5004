"""Generating a writer: the layout as straight-line Python.

Like the generated reader it is optimistic: it checks only what `struct` would accept silently (a bool for an
integer, another class), and leaves every diagnosis to the reference writer.

Locals of the generated functions: `x` the value, `l` the list of the output's pieces, `h` structs and enums
around, `s` whether instances of subclasses are taken.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from operator import countOf
from typing import Any

from construct import Container

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.arrays import number_code
from snapformat.encodings.bincode.codec import write_helpers as helpers
from snapformat.encodings.bincode.codec.expressions import needs_of
from snapformat.encodings.bincode.codec.shape import MAX_SPELLED, Atom, atom_of, is_any_bytes
from snapformat.encodings.bincode.codec.source import NotGenerated, Source
from snapformat.encodings.bincode.codec.write_constructs import ConstructWriter
from snapformat.encodings.bincode.codec.write_run import Chosen, new_run
from snapformat.encodings.bincode.ops import Op
from snapformat.encodings.bincode.varints import is_leb128
from snapformat.model import kinds
from snapformat.model.c_struct import get_raw
from snapformat.model.graph import holds_sorted

#: Maximum length of a fixed array of integers whose elements get locals.
MAX_LOCALS = 8
#: Codes of unsigned integers that Python compares in one step.
SMALL = "BH"


def generate_writer(root: Op) -> Source:
    """Generate source with a function `write(x)` that returns the bytes.

    Raises:
        NotGenerated: The layout is left to the reference writer.
    """
    return _WriteGenerator(root).generate()


class _WriteGenerator(ConstructWriter):
    """Adds the operations that are not primitives."""

    # --- operations -----------------------------------------------------------------------------------

    def _int(self, op: ops.Int, value: str) -> None:
        self._by_helper("varint", helpers.varint_writer(op), value)

    def _float(self, op: ops.Float, value: str) -> None:
        self._by_helper("float", helpers.float_writer(op), value)

    def _char(self, op: ops.Char, value: str) -> None:
        if op.length is None:
            self._by_helper("char", helpers.char_bytes, value)
            return
        data = self.out.fresh("s")
        self.out.line(f"{data} = {self.out.refer('char', helpers.char_bytes)}({value})")
        self._length(op.length, f"len({data})")
        self._add(data)

    def _str(self, op: ops.Str, value: str) -> None:
        name = self._local(value)
        data = self.out.fresh("s")
        self.out.line(f"if type({name}) is not str: {name} = STR({name})")
        if op.encoding == "utf-8":
            self.out.line(f"{data} = {name}.encode()")
        else:  # other encodings may have a mark, which empty text does not get
            self.out.line(f'{data} = {name}.encode({op.encoding!r}) if len({name}) else b""')
        self._length(op.length, f"len({data})")
        self._add(data)

    def _bytes(self, op: ops.Bytes, value: str) -> None:
        name = self._local(value)
        self.out.line(f"if type({name}) is not bytes: {name} = BYTES({name})")
        if op.exact is not None:
            self.out.line(f"if len({name}) != {op.exact}: raise GUARD")
        if op.no_nul:
            self.out.line(f"if 0 in {name}: raise GUARD")
        self._length(op.length, f"len({name})")
        self._add(name)

    def _cstructbytes(self, op: ops.CStructBytes, value: str) -> None:
        name, data = self._local(value), self.out.fresh("s")
        write = self.out.refer("blob", helpers.blob_writer(op, _struct_writer))
        lazy = helpers.lazy_c_struct_of(op)
        if lazy is None:
            self.out.line(f"{data} = {write}({name})")
        else:
            # Most are undecoded, and their bytes are at hand.
            self.out.names["RAW"] = get_raw
            cls = self.out.refer("lazy", lazy.lazy)
            self.out.line(f"try: {data} = RAW({name}) if type({name}) is {cls} else {write}({name})")
            self.out.line(f"except AttributeError: {data} = {write}({name})")  # decoded by another thread
        self._length(op.length, f"len({data})")
        self._add(data)

    def _fixedbytes(self, op: ops.FixedBytes, value: str) -> None:
        name = self._local(value)
        count = self.count(op.count)
        self.out.line(f"if type({name}) is not bytes: {name} = BYTES({name})")
        self.out.line(f"if len({name}) != {count}: raise GUARD")
        self._add(name)

    def _unit(self, op: ops.Unit, value: str) -> None:
        if op.value is not None:
            name = self._local(value)
            self.out.line(f"if {name} != () and {name} != []: raise GUARD")

    def _bits(self, op: ops.Bits, value: str) -> None:
        name = self._local(value)
        test = f"type({name}) is not CONTAINER and type({name}) is not dict"
        self.out.names.update(CONTAINER=Container, MAPPING=helpers.mapping)
        self.out.line(f"if {name} is None: raise GUARD")
        self.out.line(f"if {test}: {name} = MAPPING({name})")
        left, parts = 8 * op.size, []
        for bit in op.kind.bits:
            left -= bit.width
            if bit.name is not None and not bit.padding:
                parts.append(f"{self._bit(bit, f'{name}[{bit.name!r}]')} << {left}")
        whole = self.out.fresh("n")
        self.out.line(f"{whole} = {' | '.join(parts) or '0'}")
        if op.size == 1:
            self._push("B", 1, "", whole)
        else:
            self._push(f"{op.size}s", op.size, "", f"{whole}.to_bytes({op.size}, 'big')")

    def _bit(self, bit: kinds.Bit, value: str) -> str:
        """Return code for the bits of a value, as an unsigned number."""
        if bit.flag:
            return f"bool({value})"
        name = self.out.fresh("v")
        self.out.line(f"{name} = {value}")
        write = self.out.refer("bit", helpers.bit_writer(bit))
        self.out.line(f"if type({name}) is not int: {name} = {write}({name})")
        low, high = (-1 << bit.width - 1, 1 << bit.width - 1) if bit.signed else (0, 1 << bit.width)
        self.out.line(f"if not {low} <= {name} < {high}: raise GUARD")
        return f"({name} & {(1 << bit.width) - 1})" if bit.signed else name

    def _option(self, op: ops.Option, value: str) -> None:
        name = self._local(value)
        if not op.wrapped and self.fits(op.item, self.run.order):
            if self.run.option is not None:
                self._end_run()
            outer, self.run = self.run, new_run(self.run.order)
            start = len(self.out.lines)
            self.value(op.item, name)
            lines = [line.lstrip() for line in self.out.lines[start:]]
            del self.out.lines[start:]
            inner, self.run = self.run, outer
            outer.order = inner.order
            outer.option = Chosen(name, lines, inner.before)
            return
        for is_there in self._branches([f"if {name} is None:", "else:"]):
            self._push("B", 1, "", str(is_there))
            if is_there and op.wrapped:
                self.out.names["SOME"] = helpers.Some
                self.out.line(f"if type({name}) is not SOME: raise GUARD")
                name = self._local(f"{name}.value")
            if is_there:
                self.value(op.item, name)

    def _tuple(self, op: ops.Tuple, value: str) -> None:
        name = self._local(value)
        self.out.line(f"if type({name}) is not tuple: {name} = LIST({name})")
        names = [self.out.fresh("v") for _ in op.items]
        self.out.line(f"{', '.join(names)}, = {name}")
        for item, part in zip(op.items, names, strict=True):
            self.value(item, part)

    def _struct(self, op: ops.Struct, value: str, target: str | None = None) -> None:
        with self.struct_level():
            if op.cls is None:
                self._container(op, value, target)
            else:
                name = self._local(value)
                cls = self.out.refer("cls", op.cls)
                is_one = f"type({name}) is {cls} or s and isinstance({name}, {cls})"
                self.out.line(f"if not ({is_one}): raise GUARD")
                self._fields(op, name, target)

    def _fields(self, op: ops.Struct, name: str, target: str | None = None) -> None:
        if op.scoped or target is not None:
            self._instance(op, name, target)
            return
        for item in op.fields:
            self.value(item.op, self.attribute(op, name, item))

    def _enum(self, op: ops.Enum, value: str, target: str | None = None) -> None:
        name = self._local(value)
        kind = self.out.fresh("c")
        self.out.line(f"{kind} = type({name})")
        heads = []
        for position, variant in enumerate(op.variants):
            if variant.payload is None:
                test = f"{name} is {self.out.refer('variant', variant.constant)}"
            else:
                test = f"{kind} is {self.out.refer('cls', variant.payload.cls)}"
            heads.append(f"{'elif' if position else 'if'} {test}:")
        with self.struct_level():
            for position in self._branches(heads):
                variant = op.variants[position]
                self._length(op.index, repr(variant.index))
                if variant.payload is not None:
                    self._fields(variant.payload, name, target)
                elif target is not None:
                    self.out.line(f"{target} = {name}")
        self.out.line("else: raise GUARD")

    # --- elements -------------------------------------------------------------------------------------

    def _list(self, value: str, item: Op, *, is_short: bool = False) -> str:
        name = self._local(value)
        listed = "LIST"
        found = helpers.few_numbers_of(item) if is_short else helpers.elements_helper(item)
        if found is not None:
            listed = self.out.refer("listed", found)
        self.out.line(f"if type({name}) is not list: {name} = {listed}({name})")
        return name

    def _seq(self, op: ops.Seq, value: str) -> None:
        name = self._list(value, op.item)
        self._elements(op.item, name, self._counted(op, name))

    def _array(self, op: ops.Array, value: str) -> None:
        atom = atom_of(op.item)
        is_few = isinstance(op.count, int) and 0 < op.count <= MAX_LOCALS
        name = self._list(value, op.item, is_short=is_few and isinstance(op.item, ops.Int))
        count = self.count(op.count)
        if not is_few or not isinstance(op.item, ops.Int):
            self.out.line(f"if len({name}) != {count}: raise GUARD")
        if not isinstance(op.count, int) or atom is None or not helpers.has_bulk(op.item):
            self._elements(op.item, name, count, op)
        elif 0 < op.count <= MAX_LOCALS and isinstance(op.item, ops.Int):
            names = [self.out.fresh("v") for _ in range(op.count)]
            self.out.line(f"{', '.join(names)}, = {name}")
            if atom.code in SMALL:
                self._small(atom, names)
            else:
                for part in names:
                    self.atom(op.item, part)
        elif 0 < op.count <= MAX_SPELLED:
            size = op.count * atom.size
            self._push(f"{size}s", size, "", f"bytes({self._bulk(op.item, name, count)})")
        else:
            self._add(self._bulk(op.item, name, count))

    def _small(self, atom: Atom, names: list[str]) -> None:
        """Write small integers; bools among them are found quickly, as only two objects up to 1 are bools."""
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

    def _elements(self, item: Op, name: str, count: str, array: ops.Array | None = None) -> None:
        if helpers.has_bulk(item):
            self._add(self._bulk(item, name, count))
            return
        if isinstance(item, ops.Bytes | ops.CStructBytes) and is_any_bytes(item):
            self._by_helper("blobs", helpers.blobs_writer(item, _struct_writer), name)
        elif isinstance(item, ops.Int) and is_leb128(item.variable):
            self._by_helper("numbers", helpers.numbers_writer(item), name)
        elif isinstance(item, ops.Struct) and item.cls is not None and item.fixed_size:
            self.out.names["BUFFER"] = helpers.numbers_bytes
            for is_list in self._branches([f"if type({name}) is memoryview:", "else:"]):
                if is_list:
                    self._each(item, name, array)
                else:
                    self._add(f"BUFFER({name})")
        else:
            self._each(item, name, array)
        # Code of the elements' own classes may have changed the list around them.
        self.out.line(f"if len({name}) != {count}: raise GUARD")

    def _each(self, item: Op, name: str, array: ops.Array | None) -> None:
        element = self.out.fresh("v")
        with self.numbered(array or item, f"for {element} in {name}:"):
            self.value(item, element)

    def _bulk(self, item: Op, name: str, count: str) -> str:
        """Return a local with the bytes of many numbers, or an array of them; others are converted."""
        data = self.out.fresh("s")
        if number_code(item) is not None:
            self.out.names["NUMBERS"] = helpers.numbers_bytes
            self.out.line(f"if type({name}) is memoryview: {data} = NUMBERS({name})")
            with self.out.block("else:"):
                self._numbers(item, name, count, data)
        else:
            self._numbers(item, name, count, data)
        return data

    def _numbers(self, item: Op, name: str, count: str, data: str) -> None:
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
        # For short lists a Python loop beats the set-up cost of a loop in C.
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

    def _set(self, op: ops.Set, value: str) -> None:
        name = self.out.fresh("v")
        if op.ordered and holds_sorted(op.kind.item):
            raise NotGenerated("keys in keys, each of which is sorted once")
        self.out.line(f"{name} = {self.out.refer('ordered', helpers.elements_of(op))}({value})")
        self._length(op.length, f"len({name})")
        self._elements(op.item, name, f"len({name})")

    def _map(self, op: ops.Map, value: str) -> None:
        name = self.out.fresh("v")
        if (op.ordered or op.by_bytes) and holds_sorted(op.kind.key):
            raise NotGenerated("keys in keys, each of which is sorted once")
        if op.by_bytes and needs_of(op.key):
            raise NotGenerated("keys that look at what is around them")
        pairs = helpers.pairs_by_bytes(op, _struct_writer) if op.by_bytes else helpers.pairs_of(op)
        self.out.line(f"{name} = {self.out.refer('ordered', pairs)}({value})")
        self._length(op.length, f"len({name})")
        key, element = self.out.fresh("v"), self.out.fresh("v")
        with self.block(f"for {key}, {element} in {name}:"):
            self.value(op.key, key)
            self.value(op.value, element)

    # --- conversions ----------------------------------------------------------------------------------

    def _convert(self, op: ops.Convert, value: str) -> None:
        name = self.out.fresh("v")
        self.out.line(f"{name} = {self.out.refer('encode', op.encode)}({value})")
        self.value(op.item, name)


def _struct_writer(op: Op) -> Callable[[Any], bytes]:
    """Return the writer of a part by itself: of a decoded C struct, of a key."""
    write: Callable[[Any], bytes] = generate_writer(op).compile("write part", "write")["write"]
    return write
