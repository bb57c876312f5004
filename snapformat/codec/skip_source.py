"""Generating a skipper: where a value ends, found without making it.

It reads what decides about places and nothing else: lengths, tags, indexes of variants. What has a fixed
size is added up when the code is made. What it can't be sure of raises something, as in the generated
reader: then the value is read instead.

Code with the global `SURE` raises only where no value can be read. But it raises `DOUBT` where it counts what
only the reference counts exactly: levels, and elements without bytes. Without `SURE` there is code of others
in it.

Locals are those of the generated reader.
"""

from __future__ import annotations

from collections.abc import Callable

from snapformat.codec import read_helpers
from snapformat.codec.account import DoubtError
from snapformat.codec.generator import Generator
from snapformat.codec.shape import atom_of, counted_of, depth_of, uses_of
from snapformat.codec.skip_helpers import CountedSkipper
from snapformat.codec.source import NotGenerated, Source
from snapformat.encodings.construct.scalars import UTF8_WIDTHS
from snapformat.layout import nodes
from snapformat.layout.empty import surplus_cost, zero_sized_cost
from snapformat.layout.nodes import Node
from snapformat.layout.size import fixed_size, least_size

#: Generates the reader of a part that can't be passed over without its values.
GenerateReader = Callable[[Node], Source]


def generate_skipper(root: Node, generate_reader: GenerateReader | None = None) -> Source:
    """Source with a function `skip(d, p, e, h, k)` that gives the position after the value.

    Raises:
        NotGenerated: The layout has no skipper.
    """
    return _SkipGenerator(root, generate_reader).generate()


def generate_indexer(root: Node, generate_reader: GenerateReader) -> Source:
    """Source with a function `index(d, p, e, h, k)`: the positions of all fields, and that after the last.

    Raises:
        NotGenerated: The layout has no skipper, or is no struct.
    """
    if not isinstance(root, nodes.Struct):
        raise NotGenerated("no struct")
    return _SkipGenerator(root, generate_reader).generate_index(root)


class _SkipGenerator(Generator):
    verb = "skip"
    parameters = main_parameters = "d, p, e, h, k"
    last_line = "return p"
    too_deep = "DOUBT"

    def __init__(self, root: Node, generate_reader: GenerateReader | None) -> None:
        super().__init__(root)
        self._generate_reader = generate_reader
        self._is_sure = True
        self.out.names[self.too_deep] = DoubtError
        #: Bytes of fixed size since `p` was moved last.
        self.passed = 0

    def generate_index(self, root: nodes.Struct) -> Source:
        """Generate the function that finds the fields, and those it calls."""
        self.check_depth()
        with self.function("index", self.parameters), self.struct_level():
            places = []
            for field in root.fields:
                place = self.out.fresh("f")
                self.out.line(f"{place} = {self._here()}")
                places.append(place)
                self.value(field.node, "")
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

    def call(self, node: Node, place: str) -> None:
        self.flush()
        self.out.line(f"p = {self.part(node, node)}(d, p, e, {self.depth}, k)")

    def atom(self, node: Node, place: str) -> bool:
        return False

    def value(self, node: Node, place: str, *, own: bool = False) -> None:
        size = fixed_size(node)
        if size is None:
            super().value(node, place, own=own)
            return
        self.passed += size
        if self.uses.recursive:
            self.deepest = max(self.deepest, self.level + depth_of(node))

    # --- positions ------------------------------------------------------------------------------------

    def _here(self) -> str:
        return f"p + {self.passed}" if self.passed else "p"

    def flush(self) -> None:
        if self.passed:
            self.out.line(f"p += {self.passed}")
            self.passed = 0

    def _advance(self, size: str) -> None:
        """Move on by what was passed and by a size known when the code runs."""
        self.out.line(f"p += {size}{f' + {self.passed}' if self.passed else ''}")
        self.passed = 0

    def _number(self, node: Node) -> str:
        """A length or an index, in a new local."""
        assert isinstance(node, nodes.Int)
        name = self.out.fresh("n")
        atom = atom_of(node)
        if atom is None or atom.code.endswith("s"):
            self.flush()
            if atom is None:
                self.out.names["VARINT"] = read_helpers.read_varint
                arguments = f"d, p, k, {node.size}, {node.byteorder!r}, {node.signed}"
                self.out.line(f"{name}, p = VARINT({arguments})")
            else:
                self.out.names["INT"] = int.from_bytes
                number = f"INT(d[p:p + {atom.size}], {node.byteorder!r}, signed={node.signed})"
                self.out.line(f"{name} = {number}")
                self.passed += atom.size
        else:
            if atom.code == "B":
                self.out.line(f"{name} = d[{self._here()}]")
            else:
                unpack = self.format("unpack", atom.order, [atom.code], "unpack_from")
                self.out.line(f"{name}, = {unpack}(d, {self._here()})")
            self.passed += atom.size
        if node.signed:
            self.out.line(f"if {name} < 0: raise GUARD")
        if node.nonzero:
            self.out.line(f"if not {name}: raise GUARD")
        return name

    # --- nodes ----------------------------------------------------------------------------------------

    def _int(self, node: nodes.Int, place: str) -> None:
        self.flush()
        self.out.names["VARINT"] = read_helpers.read_varint
        arguments = f"d, p, k, {node.size}, {node.byteorder!r}, {node.signed}"
        self.out.line(f"p = VARINT({arguments})[1]")

    def _char(self, node: nodes.Char, place: str) -> None:
        self.out.names["WIDTHS"] = UTF8_WIDTHS
        self._advance(f"WIDTHS[d[{self._here()}]]")

    def _str(self, node: nodes.Str | nodes.Bytes | nodes.Blob, place: str) -> None:
        self._advance(self._number(node.length))

    _bytes = _blob = _str

    def _prefixed(self, node: nodes.Prefixed, place: str) -> None:
        if not isinstance(node.item, nodes.Opaque):  # what is claimed inside counts for the whole
            self._read(node)
            return
        length = self._number(node.length)
        if node.including:
            self.out.line(f"if {length} < {node.including}: raise GUARD")
            self.passed -= node.including
        self._advance(length)

    def _option(self, node: nodes.Option, place: str) -> None:
        tag = self.out.fresh("b")
        self.out.line(f"{tag} = d[{self._here()}]")
        self.passed += 1
        with self.block(f"if {tag}:"):
            self.out.line(f"if {tag} != 1: raise GUARD")
            self.value(node.item, place)

    def _tuple(self, node: nodes.Tuple, place: str) -> None:
        for item in node.items:
            self.value(item, place)

    def _struct(self, node: nodes.Struct, place: str) -> None:
        if node.scoped:
            self._read(node)
            return
        with self.struct_level():
            self._fields(node)

    def _fields(self, node: nodes.Struct) -> None:
        waiting: list[nodes.Blob] = []
        for field in node.fields:
            if isinstance(field.node, nodes.Blob) and atom_of(field.node.length) is not None:
                waiting.append(field.node)
                continue
            self._blobs(waiting)
            self.value(field.node, "")
        self._blobs(waiting)

    def _blobs(self, waiting: list[nodes.Blob]) -> None:
        """C structs one after the other, which mostly have their very sizes: all lengths by one call."""
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

    def _enum(self, node: nodes.Enum, place: str) -> None:
        index = self._number(node.index)
        self.flush()
        with self.struct_level():
            first = True
            for variant in node.variants:
                if variant.payload is None or fixed_size(variant.payload) == 0:
                    continue
                with self.block(f"{'if' if first else 'elif'} {index} == {variant.index}:"):
                    self.level -= 1  # an enum and its variant's fields are one level
                    self.value(variant.payload, place)
                    self.level += 1
                first = False
            if node.other is None:
                # The others have no bytes: they only have to be there.
                head = f"{'if' if first else 'elif'} {index} >= {len(node.variants)}: raise GUARD"
                self.out.line(head)
            elif node.other.payload is not None:
                with self.block(f"{'if' if first else 'elif'} {index} >= {len(node.variants)}:"):
                    self.value(node.other.payload, place)

    def _read(self, node: Node) -> None:
        """What can't be passed over without its values is read."""
        if self._generate_reader is None:
            raise NotGenerated("nothing to read it with")
        self._is_sure = False
        read = self._generate_reader(node).compile(f"read {type(node).__name__}", "read")["read"]
        self.flush()
        if self.uses.recursive:
            self.deepest = max(self.deepest, self.level + uses_of(node).depth)
        self.out.line(f"p = {self.out.refer('read', read)}(d, p, e, {self.depth}, k)[1]")

    def _opaque(self, node: nodes.Opaque, place: str) -> None:
        self._is_sure = False
        self.flush()
        run = self.out.refer("opaque", read_helpers.opaque_reader(node))
        self.out.line(f"p = {run}(d, p, k)[1]")

    def _adapted(
        self,
        node: nodes.Adapted | nodes.Labels | nodes.Const | nodes.Rebuilt | nodes.Default,
        place: str,
    ) -> None:
        counted = counted_of(node) if isinstance(node, nodes.Adapted) else None
        if counted is None:
            self.value(node.item, place)
            return
        # The count is checked, so that nothing is left to be refused.
        header, entries = counted
        length, start = self._number(header.length), self.out.fresh("q")
        self.out.line(f"{start} = {self._here()}")
        self._advance(length)
        count = self._number(entries.length)
        self.out.names["INT"] = int.from_bytes
        size, most = node.decode.size, node.decode.most  # type: ignore[union-attr]  # it is `Counted`
        found = f"INT(d[{start}:min({start} + {size}, p)], 'little')"
        self.out.line(f"if {found} != {count} or {count} > {most}: raise GUARD")
        self._elements([entries.item], count)

    _labels = _const = _rebuilt = _default = _adapted

    # --- elements -------------------------------------------------------------------------------------

    def _seq(self, node: nodes.Seq | nodes.Set, place: str) -> None:
        count = self._number(node.length)
        self._elements([node.item], count)

    _set = _seq

    def _array(self, node: nodes.Array, place: str) -> None:
        if not isinstance(node.count, int):
            raise NotGenerated("a number that depends on values")
        self._elements([node.item], str(node.count))

    def _map(self, node: nodes.Map, place: str) -> None:
        count = self._number(node.length)
        self._elements([node.key, node.value], count)

    def _elements(self, items: list[Node], count: str) -> None:
        surplus = surplus_cost(*items)
        if surplus:
            self._claim_zero_sized(f"{count} * {surplus}")
        sizes = [size for item in items if (size := fixed_size(item)) is not None]
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
        least = sum(map(least_size, items))
        if least:
            self.out.line(f"if {count}{f' * {least}' if least > 1 else ''} > e - p: raise GUARD")
        else:
            self.out.line(f"if {count} > k.zero_sized + e - p: raise DOUBT")
        item = items[0]
        if len(items) == 1 and isinstance(item, nodes.Str | nodes.Bytes | nodes.Blob):
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
