"""Generating a skipper, which finds the end of a value without making it.

It only reads what determines offsets: lengths, tags, indexes of variants. Fixed sizes are added up when the
code is made. In doubt it raises an exception, like the generated reader: then the value is read instead.

Code with the global `SURE` raises only where no value can be read. But it raises `DOUBT` where only the
reference counts exactly: levels, and zero-sized elements. Without `SURE` it contains foreign code.

Locals are those of the generated reader.
"""

from __future__ import annotations

from collections.abc import Callable

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.codec import read_helpers, running
from snapformat.encodings.bincode.codec.claims import DoubtError
from snapformat.encodings.bincode.codec.generator import Generator
from snapformat.encodings.bincode.codec.shape import (
    atom_of,
    counted_of,
    depth_of,
    surplus_cost,
    uses_of,
    zero_sized_cost,
)
from snapformat.encodings.bincode.codec.skip_helpers import CountedSkipper
from snapformat.encodings.bincode.codec.source import NotGenerated, Source
from snapformat.encodings.bincode.ops import Op
from snapformat.encodings.bincode.varints import is_leb128
from snapformat.encodings.construct.scalars import UTF8_WIDTHS

#: Generates the reader of a part that can't be skipped without its values.
GenerateReader = Callable[[Op], Source]


def generate_skipper(root: Op, generate_reader: GenerateReader | None = None) -> Source:
    """Generate source with a function `skip(d, p, e, h, k)` that returns the position after the value.

    Raises:
        NotGenerated: The layout has no skipper.
    """
    return SkipGenerator(root, generate_reader).generate()


def generate_indexer(root: Op, generate_reader: GenerateReader) -> Source:
    """Generate source with a function `index(d, p, e, h, k)` that returns the fields' offsets and the end.

    Raises:
        NotGenerated: The layout has no skipper, or is not a struct.
    """
    if not isinstance(root, ops.Struct):
        raise NotGenerated("no struct")
    return SkipGenerator(root, generate_reader).generate_index(root)


class SkipGenerator(Generator):
    """Generates functions that find where values end."""

    verb = "skip"
    parameters = main_parameters = "d, p, e, h, k"
    last_line = "return p"
    too_deep = "DOUBT"

    def __init__(self, root: Op, generate_reader: GenerateReader | None) -> None:
        super().__init__(root)
        self._generate_reader = generate_reader
        self._is_sure = True
        self.out.names[self.too_deep] = DoubtError
        #: Number of bytes of fixed size since `p` was last moved.
        self.passed: int = 0

    def generate_index(self, root: ops.Struct) -> Source:
        """Generate the function that finds the fields, and those it calls."""
        self.check_depth()
        with self.function("index", self.parameters), self.struct_level():
            places = []
            for field in root.fields:
                place = self.out.fresh("f")
                self.out.line(f"{place} = {self._here()}")
                places.append(place)
                self.value(field.op, "")
            self.flush()
            self.out.line("if p > e: raise GUARD")
            self.out.line(f"return {''.join(f'{place}, ' for place in places)}p,")
        return self.generate_parts()

    def generate_parts(self) -> Source:
        """Generate the functions that were asked for."""
        super().generate_parts()
        if self._is_sure:
            self.out.names["SURE"] = True
        return self.out

    def finish(self, start: int) -> None:
        self.flush()
        self.out.line(self.last_line)

    def call(self, op: Op, place: str) -> None:
        self.flush()
        self.out.line(f"p = {self.part(op, op)}(d, p, e, {self.depth}, k)")

    def atom(self, op: Op, place: str) -> bool:
        return False

    def context(self) -> str:
        raise NotGenerated("an expression")

    def place_stream(self) -> None:
        raise NotGenerated("a function that may look at the stream")

    def value(self, op: Op, place: str, *, own: bool = False) -> None:
        size = self.fixed(op)
        if size is None:
            super().value(op, place, own=own)
            return
        self.passed += size
        if self.uses.recursive:
            self.deepest = max(self.deepest, self.level + depth_of(op))

    def fixed(self, op: Op) -> int | None:
        """Return the number of bytes that can be skipped unseen; None if something must be read."""
        return op.fixed_size

    def groups(self, op: ops.CStructBytes) -> bool:
        """Return whether a C struct may be skipped together with adjacent ones."""
        return atom_of(op.length) is not None

    # --- positions ------------------------------------------------------------------------------------

    def _here(self) -> str:
        return f"p + {self.passed}" if self.passed else "p"

    def flush(self) -> None:
        if self.passed:
            self.out.line(f"p += {self.passed}")
            self.passed = 0

    def _advance(self, size: str) -> None:
        """Advance by the skipped bytes and by a size known at run time."""
        self.out.line(f"p += {size}{f' + {self.passed}' if self.passed else ''}")
        self.passed = 0

    def _number(self, op: Op, *, is_length: bool = True) -> str:
        """Read a length, an index or any integer into a new local."""
        name = self.out.fresh("n")
        if not isinstance(op, ops.Int):
            self.flush()
            run = self.out.refer("interpret", running.kind_reader(op))
            self.out.line(f"{name}, p = {run}(d, p, e, {self.depth}, k, None)")
            return name
        atom = atom_of(op)
        if atom is None or atom.code.endswith("s"):
            self.flush()
            if atom is None:
                self._variable(op, name)
            else:
                self.out.names["INT"] = int.from_bytes
                number = f"INT(d[p:p + {atom.size}], {op.byteorder!r}, signed={op.signed})"
                self.out.line(f"{name} = {number}")
                self.passed += atom.size
        else:
            if atom.code == "B":
                self.out.line(f"{name} = d[{self._here()}]")
            else:
                unpack = self.format("unpack", atom.order, [atom.code], "unpack_from")
                self.out.line(f"{name}, = {unpack}(d, {self._here()})")
            self.passed += atom.size
        if op.signed and is_length:
            self.out.line(f"if {name} < 0: raise GUARD")
        if op.nonzero:
            self.out.line(f"if not {name}: raise GUARD")
        return name

    def _variable(self, op: ops.Int, name: str) -> None:
        """Read an integer of variable length into a local."""
        if is_leb128(op.variable):
            read = self.out.refer("groups", read_helpers.groups_reader(op))
            self.out.line(f"{name}, p = {read}(d, p)")
            if op.signed:
                self.out.line(f"{name} = {name} >> 1 ^ -({name} & 1)")
        elif op.variable == "bincode 1":
            read = self.out.refer("varint", read_helpers.wide_varint_reader(op))
            self.out.line(f"{name}, p = {read}(d, p, k)")
        else:
            self.out.names["VARINT"] = read_helpers.read_varint
            arguments = f"d, p, k, {op.size}, {op.byteorder!r}, {op.signed}"
            self.out.line(f"{name}, p = VARINT({arguments})")

    # --- operations -----------------------------------------------------------------------------------

    def _int(self, op: ops.Int, place: str) -> None:
        self.flush()
        self._variable(op, self.out.fresh("n"))

    def _char(self, op: ops.Char, place: str) -> None:
        if op.length is not None:
            self._advance(self._number(op.length))
            return
        self.out.names["WIDTHS"] = UTF8_WIDTHS
        self._advance(f"WIDTHS[d[{self._here()}]]")

    def _str(self, op: ops.Str, place: str) -> None:
        self._advance(self._number(op.length))

    def _bytes(self, op: ops.Bytes, place: str) -> None:
        self._advance(self._number(op.length))

    def _cstructbytes(self, op: ops.CStructBytes, place: str) -> None:
        self._advance(self._number(op.length))

    def _prefixed(self, op: ops.Prefixed, place: str) -> None:
        self._read(op)  # claims inside count for the whole

    def _option(self, op: ops.Option, place: str) -> None:
        tag = self.out.fresh("b")
        self.out.line(f"{tag} = d[{self._here()}]")
        self.passed += 1
        with self.block(f"if {tag}:"):
            self.out.line(f"if {tag} != 1: raise GUARD")
            self.value(op.item, place)

    def _tuple(self, op: ops.Tuple, place: str) -> None:
        for item in op.items:
            self.value(item, place)

    def _struct(self, op: ops.Struct, place: str) -> None:
        if op.scoped:
            self._read(op)
            return
        with self.struct_level():
            self._fields(op)

    def _fields(self, op: ops.Struct) -> None:
        waiting: list[ops.CStructBytes] = []
        for field in op.fields:
            if isinstance(field.op, ops.CStructBytes) and self.groups(field.op):
                waiting.append(field.op)
                continue
            self._blobs(waiting)
            self.value(field.op, "")
        self._blobs(waiting)

    def _blobs(self, waiting: list[ops.CStructBytes]) -> None:
        """Skip adjacent C structs, which mostly have exactly their sizes: all lengths by one call."""
        found = waiting.copy()
        waiting.clear()
        atoms = [atom for blob in found if (atom := atom_of(blob.length)) is not None]
        if len(found) < 2 or len({(atom.code, atom.order) for atom in atoms}) > 1:
            for blob in found:
                self.value(blob, "")
            return
        codes = [f"{atom.code}{blob.size}x" for atom, blob in zip(atoms, found, strict=True)]
        # The last one's bytes may be fewer, and the data at its end.
        codes[-1] = atoms[-1].code
        unpack = self.format("unpack", atoms[0].order, codes, "unpack_from")
        sizes = self.out.refer("sizes", tuple(blob.size for blob in found))
        self.flush()
        total = sum(atom.size + blob.size for atom, blob in zip(atoms, found, strict=True)) - found[-1].size
        with self.block(f"if p + {total} <= e and {unpack}(d, p) == {sizes}:"):
            self.passed += sum(atom.size + blob.size for atom, blob in zip(atoms, found, strict=True))
        with self.block("else:"):
            for blob in found:
                self.value(blob, "")

    def _enum(self, op: ops.Enum, place: str) -> None:
        index = self._number(op.index)
        self.flush()
        with self.struct_level():
            first = True
            for variant in op.variants:
                if variant.payload is None or self.fixed(variant.payload) == 0:
                    continue
                with self.block(f"{'if' if first else 'elif'} {index} == {variant.index}:"):
                    self.level -= 1  # an enum and its variant's fields are one level
                    self.value(variant.payload, place)
                    self.level += 1
                first = False
            if op.other is None:
                # The others have no bytes: they only have to be there.
                head = f"{'if' if first else 'elif'} {index} >= {len(op.variants)}: raise GUARD"
                self.out.line(head)
            elif op.other.payload is not None:
                with self.block(f"{'if' if first else 'elif'} {index} >= {len(op.variants)}:"):
                    self.value(op.other.payload, place)

    def _read(self, op: Op, place: str = "") -> None:
        """Read a value that can't be skipped."""
        if self._generate_reader is None:
            raise NotGenerated("nothing to read it with")
        self._is_sure = False
        read = self._generate_reader(op).compile(f"read {type(op).__name__}", "read")["read"]
        self.flush()
        if self.uses.recursive:
            self.deepest = max(self.deepest, self.level + uses_of(op).depth)
        self.out.line(f"p = {self.out.refer('read', read)}(d, p, e, {self.depth}, k)[1]")

    _padded = _fixedbytes = _read

    def _run(self, op: ops.Run, place: str) -> None:
        if not op.is_pure:
            raise NotGenerated("a construct that looks at what is around it")
        self._is_sure = False
        self.flush()
        run = self.out.refer("run", running.construct_reader(op))
        self.out.line(f"p = {run}(d, p, e, k, None)[1]")

    _bitsinteger = _greedybytes = _tell = _terminated = _check = _varint = _read
    _stringencoded = _fixedsized = _nullterminated = _nullstripped = _aligned = _pointer = _read
    _greedyrange = _repeatuntil = _optional = _rawcopy = _checksum = _validated = _transformed = _read
    _sequence = _focusedseq = _read

    def _interpret(self, op: ops.Interpret, place: str) -> None:
        self._is_sure = False
        self.flush()
        run = self.out.refer("interpret", running.kind_reader(op))
        self.out.line(f"p = {run}(d, p, e, {self.depth}, k, None)[1]")

    def _convert(
        self,
        op: ops.Convert | ops.Const | ops.Rebuild | ops.Default,
        place: str,
    ) -> None:
        counted = counted_of(op) if isinstance(op, ops.Convert) else None
        if counted is None:
            self.value(op.item, place)
            return
        # The count is checked, so that reading has nothing left to refuse.
        header, entries = counted
        length, start = self._number(header.length), self.out.fresh("q")
        self.out.line(f"{start} = {self._here()}")
        self._advance(length)
        count = self._number(entries.length)
        self.out.names["INT"] = int.from_bytes
        size, most = op.decode.size, op.decode.most  # type: ignore[union-attr]  # it is `Counted`
        found = f"INT(d[{start}:min({start} + {size}, p)], 'little')"
        self.out.line(f"if {found} != {count} or {count} > {most}: raise GUARD")
        self._elements([entries.item], count)

    _const = _rebuild = _default = _convert

    # --- elements -------------------------------------------------------------------------------------

    def _seq(self, op: ops.Seq | ops.Set, place: str) -> None:
        count = self._number(op.length)
        self._elements([op.item], count)

    _set = _seq

    def _array(self, op: ops.Array, place: str) -> None:
        if not isinstance(op.count, int):
            raise NotGenerated("a number that depends on values")
        self._elements([op.item], str(op.count))

    def _map(self, op: ops.Map, place: str) -> None:
        count = self._number(op.length)
        self._elements([op.key, op.value], count)

    def _elements(self, items: list[Op], count: str) -> None:
        surplus = surplus_cost(*items)
        if surplus:
            self._claim_zero_sized(f"{count} * {surplus}")
        sizes = [size for item in items if (size := self.fixed(item)) is not None]
        if len(sizes) == len(items):
            if self.uses.recursive:
                self.deepest = max([self.deepest, *(self.level + depth_of(item) for item in items)])
            if sum(sizes):
                self._advance(f"{count} * {sum(sizes)}")
            else:
                cost = zero_sized_cost(*items)
                self._claim_zero_sized(f"{count} * {cost}" if cost > 1 else count)
            return
        self.flush()
        least = sum(item.least_size for item in items)
        if least:
            self.out.line(f"if {count}{f' * {least}' if least > 1 else ''} > e - p: raise GUARD")
        else:
            self.out.line(f"if {count} > k.zero_sized + e - p: raise DOUBT")
        item = items[0]
        if len(items) == 1 and isinstance(item, ops.Str | ops.Bytes | ops.CStructBytes):
            atom = atom_of(item.length)
            if atom is not None and not atom.code.endswith("s"):
                many = self.out.refer("many", CountedSkipper(atom))
                self.out.line(f"p = {many}(d, p, e, {count})")
                return
        start = None if least else self.out.fresh("q")
        with self.block(f"for _ in range({count}):"):
            if start is not None:
                self.out.line(f"{start} = p")
            for item in items:
                self.value(item, "")
            if start is not None:
                self.flush()
                with self.out.block(f"if p == {start}:"):
                    self._claim_zero_sized(str(zero_sized_cost(*items)))

    def _claim_zero_sized(self, cost: str) -> None:
        self.out.line(f"k.zero_sized -= {cost}")
        self.out.line("if k.zero_sized < 0: raise DOUBT")
