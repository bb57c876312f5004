"""Generating a reader: the layout as straight-line Python.

The code is optimistic. It fuses what has a fixed width into one `struct` call, sets the fields of instances
without calling their classes, and has no diagnostics: on any error it raises an exception, and the reference
reader then reads the same bytes again and raises the error.

Locals of the generated functions: `d` the bytes, `p` the position, `e` the end, `h` structs and enums around,
`k` the claims (`Claims`).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import construct

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.codec import read_helpers as helpers
from snapformat.encodings.bincode.codec import running
from snapformat.encodings.bincode.codec.expressions import needs_of
from snapformat.encodings.bincode.codec.read_constructs import ConstructReader
from snapformat.encodings.bincode.codec.read_run import Chosen, new_run
from snapformat.encodings.bincode.codec.shape import (
    MAX_SPELLED,
    Atom,
    atom_of,
    is_any_bytes,
    is_checked_float,
    is_plain,
    surplus_cost,
    zero_sized_cost,
)
from snapformat.encodings.bincode.codec.source import Source
from snapformat.encodings.bincode.ops import Op
from snapformat.encodings.bincode.varints import is_leb128
from snapformat.model import kinds
from snapformat.model.c_struct import Read, field_names, set_raw
from snapformat.model.costs import collapses_to_one
from snapformat.model.values import SECRET, hashable, map_of_entries


def generate_reader(root: Op) -> Source:
    """Generate source with a function `read(d, p, e, h, k)` that returns the value and the position after it.

    Raises:
        NotGenerated: The layout is left to the reference reader.
    """
    return _ReadGenerator(root).generate()


class _ReadGenerator(ConstructReader):
    """Adds the operations that are not primitives."""

    # --- operations -----------------------------------------------------------------------------------

    def _int(self, op: ops.Int, target: str) -> None:
        self.is_ahead = False  # it begins with a byte
        self.flush()
        if is_leb128(op.variable):
            self._leb128(op, target)
        elif op.variable == "bincode 1":
            read = self.out.refer("varint", helpers.wide_varint_reader(op))
            self.out.line(f"{target}, p = {read}(d, p, {self._claims()})")
        else:
            self.out.names["VARINT"] = helpers.read_varint
            arguments = f"d, p, {self._claims()}, {op.size}, {op.byteorder!r}, {op.signed}"
            self.out.line(f"{target}, p = VARINT({arguments})")
        if op.nonzero:
            self.out.line(f"if not {target}: raise GUARD")

    def _leb128(self, op: ops.Int, target: str) -> None:
        """Read groups of seven bits; most numbers are a single byte."""
        name = target if target.isidentifier() else self.out.fresh("n")
        read = self.out.refer("groups", helpers.groups_reader(op))
        self.out.line(f"{name} = d[p]")
        self.out.line(f"if {name} < 128: p += 1")
        self.out.line(f"else: {name}, p = {read}(d, p)")
        if op.signed:
            self.out.line(f"{target} = {name} >> 1 ^ -({name} & 1)")
        elif name != target:
            self.out.line(f"{target} = {name}")

    def _length(self, op: Op) -> str:
        """Read a length prefix into a new local, together with all collected values before it."""
        name = self.out.fresh("n")
        self.value(op, name)
        self.flush()
        if isinstance(op, ops.Int) and op.signed:
            self.out.line(f"if {name} < 0: raise GUARD")
        return name

    def _take(self, length: str) -> str:
        """Compute the end of a slice; the next read checks that it is within the data."""
        end = self.out.fresh("q")
        self.out.line(f"{end} = p + {length}")
        self.is_ahead = True
        return end

    def _float(self, op: ops.Float, target: str) -> None:
        order = "<" if op.byteorder == "little" else ">"
        self._push("e", op.size, order, target)

    def _char(self, op: ops.Char, target: str) -> None:
        if op.length is not None:
            end = self._take(self._length(op.length))
            self.out.names["CHAR_OF"] = helpers.char_of
            self.out.line(f"{target} = CHAR_OF(d[p:{end}])")
            self.out.line(f"p = {end}")
            return
        self.flush()
        self.out.names["CHAR"] = helpers.read_char
        self.out.line(f"{target}, p = CHAR(d, p, {self.end})")

    def _str(self, op: ops.Str, target: str) -> None:
        end = self._take(self._length(op.length))
        codec = "" if op.encoding == "utf-8" else repr(op.encoding)
        self.out.line(f"{target} = d[p:{end}].decode({codec})")
        self.out.line(f"p = {end}")

    def _bytes(self, op: ops.Bytes, target: str) -> None:
        length = self._length(op.length)
        if op.exact is not None:
            self.out.line(f"if {length} != {op.exact}: raise GUARD")
        end = self._take(length)
        if op.no_nul:
            self.out.line(f"if 0 in d[p:{end}]: raise GUARD")
        self.out.line(f"{target} = d[p:{end}]")
        self.out.line(f"p = {end}")

    def _cstructbytes(self, op: ops.CStructBytes, target: str) -> None:
        end = self._take(self._length(op.length))
        lazy = helpers.lazy_c_struct_of(op, _make_fields)
        if lazy is None:
            read = self.out.refer("blob", helpers.blob_reader(op, _make_fields))
            self.out.line(f"{target} = {read}(d[p:{end}])")
        else:
            # Inlined: there are many, and a call would take most of the time.
            made = self.out.fresh("o")
            self.out.names["RAW"] = set_raw
            self.out.line(f"{made} = NEW({self.out.refer('lazy', lazy.lazy)})")
            self.out.line(f"RAW({made}, d[p:{end}])")
            self.out.line(f"{target} = {made}")
        self.out.line(f"p = {end}")

    def _fixedbytes(self, op: ops.FixedBytes, target: str) -> None:
        end = self._take(self.count(op.count))
        self.out.line(f"{target} = d[p:{end}]")
        self.out.line(f"p = {end}")

    def _unit(self, op: ops.Unit, target: str) -> None:
        self.out.line(f"{target} = {op.value!r}")

    def _computed(self, op: ops.Computed, target: str) -> None:
        self.out.line(f"{target} = {self.expression(op.value)}")

    def _bits(self, op: ops.Bits, target: str) -> None:
        self.out.names["CONTAINER"] = construct.Container
        whole, left, pairs = self.out.fresh("t"), 8 * op.size, []
        for bit in op.kind.bits:
            left -= bit.width
            if bit.name is not None:
                pairs.append(f"{bit.name!r}: {self._bit(bit, whole, left)}")
        made = f"{target} = CONTAINER({{{', '.join(pairs)}}})"
        if op.size == 1:
            self._push("B", 1, "", whole, made)
        else:
            self.out.names["INT"] = int.from_bytes
            self._push(f"{op.size}s", op.size, "", whole, f"{whole} = INT({whole}, 'big')")
            self._later(made)

    def _bit(self, bit: kinds.Bit, whole: str, left: int) -> str:
        """Return code for a field of bits, which has `left` bits behind it."""
        if bit.padding:
            return "None"
        mask = (1 << bit.width) - 1
        number = f"{whole} >> {left} & {mask}" if left else f"{whole} & {mask}"
        if bit.flag:
            return f"{whole} & {1 << left} != 0"
        if bit.signed:
            number = f"(({number}) ^ {1 << bit.width - 1}) - {1 << bit.width - 1}"
        if bit.labels is None:
            return number
        return f"{self.out.refer('label', helpers.label_reader(bit.labels[0]))}({number})"

    def _run(self, op: ops.Run, target: str) -> None:
        self.flush()
        run = self.out.refer("run", running.construct_reader(op))
        self.out.line(f"{target}, p = {run}(d, p, {self.end}, {self._claims()}, {self.scope})")

    def _interpret(self, op: ops.Interpret, target: str) -> None:
        self.flush()
        run = self.out.refer("interpret", running.kind_reader(op))
        context = self.context() if self.frames else self.scope
        arguments = f"d, p, {self.end}, {self.depth}, {self._claims()}, {context}"
        self.out.line(f"{target}, p = {run}({arguments})")

    def _option(self, op: ops.Option, target: str) -> None:
        tag = self.out.fresh("b")
        self._push("B", 1, "", tag)
        if not op.wrapped and self.fits(op.item, self.run.order):
            if self.run.option is not None:
                self.flush()
            outer, self.run = self.run, new_run(self.run.order)
            start = len(self.out.lines)
            self.value(op.item, target)
            lines = [line.lstrip() for line in self.out.lines[start:]]
            del self.out.lines[start:]
            inner, self.run = self.run, outer
            outer.order = inner.order
            outer.option = Chosen(tag, target, lines, inner.before)
            return
        with self.block(f"if {tag} == 1:"):
            if op.wrapped:
                self.out.line(f"{target} = SOME({self._temp(op.item)})")
            else:
                self.value(op.item, target)
        self.out.line(f"elif {tag}: raise GUARD")
        self.out.line(f"else: {target} = None")

    def _tuple(self, op: ops.Tuple, target: str) -> None:
        names = [self.out.fresh("v") for _ in op.items]
        for item, name in zip(op.items, names, strict=True):
            self.value(item, name)
        self._later(f"{target} = ({', '.join(names)},)")

    def _struct(self, op: ops.Struct, target: str) -> None:
        with self.struct_level():
            self._fields(op, target)

    def _fields(self, op: ops.Struct, target: str) -> None:
        if op.cls is None:
            self._container(op, target)
        elif op.scoped:
            names = [name for _, name in self.fields_of(op)]
            if is_plain(op):
                self._filled(op, target, names)
            else:
                self._made(op, target, names)
        elif is_plain(op):
            self._instance(op, target)
        else:
            names = [self.out.fresh("v") for _ in op.fields]
            for item, name in zip(op.fields, names, strict=True):
                self.value(item.op, name)
            self._made(op, target, names)

    def _made(self, op: ops.Struct, target: str, names: list[str]) -> None:
        """Make an instance by its class, from locals with the fields."""
        self.flush()
        kept = [name for item, name in zip(op.fields, names, strict=True) if item.attr is not None]
        self.out.line(f"{target} = {self.out.refer('make', op.make)}([{', '.join(kept)}])")

    def _filled(self, op: ops.Struct, target: str, names: list[str]) -> None:
        """Make an instance whose fields are set, from locals with the fields."""
        self.flush()
        made = self.out.fresh("o")
        self.out.line(f"{made} = NEW({self.out.refer('cls', op.cls)})")
        for item, name in zip(op.fields, names, strict=True):
            self.out.line(f"{made}.{item.attr} = {name}")
        self._fill_skipped(op, made)
        self._assign(target, made)

    def _fill_skipped(self, op: ops.Struct, made: str) -> None:
        for attr, default in helpers.skipped_fields(op.cls):
            self.out.line(f"{made}.{attr} = {self.out.refer('default', default)}()")

    def _instance(self, op: ops.Struct, target: str) -> None:
        made = self.out.fresh("o")
        self.out.line(f"{made} = NEW({self.out.refer('cls', op.cls)})")
        for item in op.fields:
            self.value(item.op, f"{made}.{item.attr}")
        self._fill_skipped(op, made)
        self._assign(target, made)

    def field_list(self, op: ops.Struct) -> None:
        """Return the values of a C struct's fields, in the order of the dataclass."""
        if op.scoped:
            names = {str(attr): name for attr, name in self.fields_of(op)}
        else:
            names = {str(item.attr): self.out.fresh("v") for item in op.fields}
            for item in op.fields:
                self.value(item.op, names[str(item.attr)])
        self.flush()
        for attr, default in helpers.skipped_fields(op.cls):
            names[attr] = f"{self.out.refer('default', default)}()"
        assert op.cls is not None
        self.out.line(f"return [{', '.join(names[name] for name in field_names(op.cls))}]")

    def _assign(self, target: str, name: str) -> None:
        """Give a finished object to its target; the target may be an object whose run is still open."""
        self.out.line(f"{target} = {name}")

    def _container(self, op: ops.Struct, target: str) -> None:
        self.out.names["CONTAINER"] = construct.Container
        pairs = [f"{attr!r}: {name}" for attr, name in self.fields_of(op) if attr is not None]
        # Made when all fields are read, so that the keys are in their order.
        self._later(f"{target} = CONTAINER({{{', '.join(pairs)}}})")

    def _enum(self, op: ops.Enum, target: str) -> None:
        index = self._length(op.index)
        with self.struct_level():
            for position, variant in enumerate(op.variants):
                with self.block(f"{'elif' if position else 'if'} {index} == {variant.index}:"):
                    self._variant(variant, target)
            with self.block("else:"):
                if op.other is None:
                    self.out.line("raise GUARD")
                else:
                    self._variant(op.other, target)

    def _variant(self, variant: ops.Variant, target: str) -> None:
        if variant.payload is None:
            self.out.line(f"{target} = {self.out.refer('variant', variant.constant)}")
        else:
            self._fields(variant.payload, target)

    # --- elements -------------------------------------------------------------------------------------

    def _seq(self, op: ops.Seq, target: str) -> None:
        count = self._length(op.length)
        if op.has_zero_sized_elements:
            self._check_zero_sized(count, zero_sized_cost(op.item))
        self._elements(op.item, count, target)

    def _array(self, op: ops.Array, target: str) -> None:
        atom = atom_of(op.item)
        is_few = isinstance(op.count, int) and 0 < op.count <= MAX_SPELLED
        if is_few and atom is not None and atom.size and not is_checked_float(op.item):
            assert isinstance(op.count, int)
            size = op.count * atom.size
            temp = self.out.fresh("t")
            read = helpers.list_reader(op.item, op.count)
            line = f"{target} = {self._numbers('items', read, temp)}"
            self._push(f"{size}s", size, "", temp, line)
            return
        self._elements(op.item, self.count(op.count), target, is_indexed=op.indexed)

    def _set(self, op: ops.Set, target: str) -> None:
        name = self.out.fresh("v")
        count = self._length(op.length)
        if op.has_zero_sized_elements:
            self._check_zero_sized(count, zero_sized_cost(op.item))
            self._distinct(op, count, zero_sized_cost(op.item))
        self._elements(op.item, count, name)
        self.out.line(f"{target} = ELEMENTS({name})")

    def _map(self, op: ops.Map, target: str) -> None:
        count = self._length(op.length)
        if op.has_zero_sized_elements:
            self._check_zero_sized(count, zero_sized_cost(op.key, op.value))
            self._distinct(op, count, zero_sized_cost(op.key, op.value))
        least = op.key.least_size + op.value.least_size
        self._check_count(count, least)
        self._claim_surplus(count, op.key, op.value)
        made = self.out.fresh("m")
        self.out.line(f"{made} = {{}}")
        start = before = ""
        if op.by_bytes:
            start, before = self.out.fresh("q"), self.out.fresh("b")
            self.out.line(f"{before} = None")
        with self.block(f"for _ in range({count}):"), self._counting(op.key, op.value):
            key = self.out.fresh("v")
            if op.by_bytes:
                self.out.line(f"{start} = p")
            self.value(op.key, key)
            if op.by_bytes:
                self.flush()
                data = self.out.fresh("s")
                self.out.line(f"{data} = d[{start}:p]")
                self.out.line(f"if {before} is not None and {data} <= {before}: raise GUARD")
                self.out.line(f"{before} = {data}")
            value = self._temp(op.value)
            self.out.line(f"{made}[{self._hashable(op.key, key)}] = {key}, {value}")
        self.out.names["PAIRS"] = map_of_entries
        self.out.line(f"{target} = PAIRS({made})")

    def _hashable(self, op: Op, name: str) -> str:
        """Return code for the `hashable` of a map's key."""
        if isinstance(op, ops.Str | ops.Bytes | ops.FixedBytes | ops.Char):
            return name
        if (isinstance(op, ops.Int) and op.size <= 8) or (isinstance(op, ops.Bool) and not op.lenient):
            self.out.names["SECRET"] = SECRET
            return f"{name} * SECRET"
        self.out.names["HASHABLE"] = hashable
        return f"HASHABLE({name})"

    @contextmanager
    def _counting(self, *items: Op) -> Iterator[None]:
        """Generate code, inside a loop, that claims an element that took no bytes."""
        if sum(item.least_size for item in items):
            yield
            return
        start = self.out.fresh("q")
        self.out.line(f"{start} = p")
        yield
        self.flush()
        with self.out.block(f"if p == {start}:"):
            self._claim_zero_sized(str(zero_sized_cost(*items)))

    def _claim_zero_sized(self, count: str) -> None:
        self.out.line(f"{self._claims()}.zero_sized -= {count}")
        self.out.line("if k.zero_sized < 0: raise GUARD")

    def _claim_surplus(self, count: str, *items: Op) -> None:
        """Generate code that claims the zero-sized parts of elements that take bytes."""
        surplus = surplus_cost(*items)
        if surplus:
            self._claim_zero_sized(f"{count} * {surplus}")

    def _check_zero_sized(self, count: str, cost: int) -> None:
        """Generate code that claims a number of zero-sized elements."""
        total = f"{count} * {cost}" if cost > 1 else count
        self.out.line(f"if {total} > {self._claims()}.zero_sized: raise GUARD")

    def _distinct(self, op: ops.Set | ops.Map, count: str, cost: int) -> None:
        """Read only one of equal entries that take no bytes; claim the others."""
        if collapses_to_one(op.kind) and not (isinstance(op, ops.Map) and op.by_bytes):
            with self.out.block(f"if {count} > 1:"):
                self._claim_zero_sized(f"({count} - 1) * {cost}")
                self.out.line(f"{count} = 1")

    def _check_count(self, count: str, least: int) -> None:
        """Generate the check that a number of elements fits into the bytes that are left."""
        if least:
            self.out.line(f"if {count}{f' * {least}' if least > 1 else ''} > {self.end} - p: raise GUARD")

    def _numbers(self, prefix: str, read: Any, data: str) -> str:
        """Return code for the function that reads many numbers from their bytes."""
        if isinstance(read, str):
            self.out.names["ARRAY"] = array
            return f"ARRAY({read!r}, {data}).tolist()"
        return f"{self.out.refer(prefix, read)}({data})"

    def _elements(self, item: Op, count: str, target: str, *, is_indexed: bool = False) -> None:
        self.flush()
        self._claim_surplus(count, item)
        atom = atom_of(item)
        if isinstance(item, ops.Unit):
            self._claim_zero_sized(count)
            self.out.line(f"{target} = [{item.value!r}] * {count}")
            return
        if atom is not None and helpers.has_bulk(item):
            self._many(item, atom, count, target)
            return
        self._check_count(count, item.least_size)
        if isinstance(item, ops.Int) and is_leb128(item.variable) and not item.nonzero:
            read = self.out.refer("numbers", helpers.numbers_reader(item))
            self.out.line(f"{target}, p = {read}(d, p, {count})")
            return
        if isinstance(item, ops.Bytes | ops.CStructBytes) and is_any_bytes(item):
            read = self.out.refer("blobs", helpers.blobs_reader(item, _make_fields))
            self.out.line(f"{target}, p = {read}(d, p, {self.end}, {count})")
            return
        is_indexed = is_indexed and needs_of(item).is_whole
        index, context = self.out.fresh("i") if is_indexed else "_", self.context() if is_indexed else ""
        made, add = self.out.fresh("l"), self.out.fresh("add")
        self.out.line(f"{made} = []")
        self.out.line(f"{add} = {made}.append")
        head = len(self.out.lines)
        with self.out.block(f"for {index} in range(0):"), self._counting(item):
            name = self.out.fresh("v")
            if is_indexed:
                self.out.line(f"{context}['_index'] = {index}")
            start = len(self.out.lines)
            self.value(item, name)
            order, whole = self.run.order, self.run.before
            fixed = self.run.option is None and bool(whole.targets and whole.size) and not is_indexed
            fixed = fixed and all(map(_is_making, self.out.lines[start:]))
            if fixed:
                self.run = new_run()
                targets = ", ".join(whole.targets) + ("," if len(whole.targets) == 1 else "")
                self.out.line(f"{targets} = t")
                for line in whole.lines():
                    self.out.line(line)
            else:
                self.flush()
            self.out.line(f"{add}({name})")
            # Lines that use their place in the bytes need the position.
            moves = fixed and any("@" in line for line, _ in whole.after)
            if moves:
                self.out.line(f"p += {whole.size}")
        if fixed:
            indent = self.out.lines[head][: len(self.out.lines[head]) - len(self.out.lines[head].lstrip())]
            many = self.format("records", order, whole.codes, "iter_unpack")
            self.out.lines[head] = f"{indent}for t in {many}(d[p:p + {count} * {whole.size}]):"
            if item.least_size != whole.size:  # which was checked already
                self.out.lines.insert(
                    head, f"{indent}if {count} * {whole.size} > {self.end} - p: raise GUARD"
                )
            if not moves:
                self.out.line(f"p += {count} * {whole.size}")
        else:
            line = self.out.lines[head]
            self.out.lines[head] = line.replace("range(0)", f"range({count})")
        self.out.line(f"{target} = {made}")

    def _many(self, item: Op, atom: Atom, count: str, target: str) -> None:
        """Read numbers: few with one format, many with an array."""
        end = self._take(f"{count} * {atom.size}" if atom.size > 1 else count)
        read = helpers.bulk_reader(item)
        made = f"{target} = {self._numbers('many', read, f'd[p:{end}]')}"
        if isinstance(read, str) and not count.isdecimal():
            few = self.out.refer("few", helpers.few_readers(atom.order, read))
            self.out.line(f"if {count} < {helpers.FEW}: {target} = list({few}[{count}](d, p))")
            self.out.line(f"else: {made}")
        else:
            self.out.line(made)
        self.out.line(f"p = {end}")

    # --- conversions and construct's own --------------------------------------------------------------

    def _convert(self, op: ops.Convert, target: str) -> None:
        decode = self.out.refer("decode", op.decode)
        if op.pure:
            name = self.out.fresh("v")
            self.value(op.item, name)
            self._later(f"{target} = {decode}({name})")
        else:
            self.out.line(f"{target} = {decode}({self._temp(op.item)})")

    def _const(self, op: ops.Const, target: str) -> None:
        name = self.out.fresh("v")
        self.value(op.item, name)
        self._later(f"if {name} != {self.out.refer('constant', op.value)}: raise GUARD")
        self._later(f"{target} = {name}")

    def _rebuild(self, op: ops.Rebuild, target: str) -> None:
        self.value(op.item, target)

    def _default(self, op: ops.Default, target: str) -> None:
        self.value(op.item, target)

    def _padded(self, op: ops.Padded, target: str) -> None:
        if isinstance(op.item, ops.Unit) and isinstance(op.count, int):
            self.out.line(f"{target} = {op.item.value!r}")
            self._push(f"{op.count}x", op.count, "", None)
            return
        count = self.count(op.count)
        self.flush()
        start = self.out.fresh("q")
        self.out.line(f"{start} = p")
        self.value(op.item, target)
        self.flush()
        self.out.line(f"if p > {start} + {count}: raise GUARD")
        self.out.line(f"p = {start} + {count}")
        self.out.line(f"if p > {self.end}: raise GUARD")

    def _prefixed(self, op: ops.Prefixed, target: str) -> None:
        length = self._length(op.length)
        if op.including:
            self.out.line(f"{length} -= {op.including}")
            self.out.line(f"if {length} < 0: raise GUARD")
        self.region(op.item, self.until(length), target)


def _is_making(line: str) -> bool:
    """Return whether a line only makes or assigns an object, without reading."""
    value = line.strip().partition(" = ")[2]
    return value.startswith("NEW(") or (value[:1] == "o" and value[1:].isdecimal())


def _make_fields(op: ops.Struct) -> Read:
    generator = _ReadGenerator(op)
    with generator.function("fields", "d"):
        generator.out.line("p, e, h, k = 0, len(d), 0, None")
        generator.field_list(op)
    made: Read = generator.generate_parts().compile(f"fields {op.name}", "fields")["fields"]
    return made
