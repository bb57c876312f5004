"""Reading construct's own classes in generated code.

Where construct goes on if a part can't be read (`GreedyRange`, `Optional`), so does the code; but first the
reference must refuse that part, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import construct

from snapformat.encodings.bincode import construct_ops
from snapformat.encodings.bincode.codec import read_helpers as helpers
from snapformat.encodings.bincode.codec import running
from snapformat.encodings.bincode.codec.expressions import Frame, is_frame, needs_of
from snapformat.encodings.bincode.codec.read_run import RunReader
from snapformat.encodings.bincode.codec.shape import goes_back, zero_sized_cost
from snapformat.encodings.bincode.ops import Op
from snapformat.encodings.bincode.sizes import fits_any
from snapformat.limits import GOING_BACK, READ_AGAIN


class ConstructReader(RunReader):
    """Adds the operations of construct's own classes."""

    # --- without parts --------------------------------------------------------------------------------

    def _to_the_end(self) -> None:
        """Begin a value that goes back to the end of its region, unless what is before it goes beyond."""
        self.flush()
        if self.end != "e":
            self.out.line(f"if p > {self.end}: raise GUARD")

    def _greedybytes(self, op: construct_ops.GreedyBytes, target: str) -> None:
        self._to_the_end()
        self.out.line(f"{target} = d[p:{self.end}]")
        self.out.line(f"p = {self.end}")

    def _tell(self, op: construct_ops.Tell, target: str) -> None:
        self.flush()
        self.out.line(f"{target} = p")

    def _terminated(self, op: construct_ops.Terminated, target: str) -> None:
        self.flush()
        self.out.line(f"if p < {self.end}: raise GUARD")
        self.out.line(f"{target} = None")

    def _check(self, op: construct_ops.Check, target: str) -> None:
        self.out.line(f"if not {self.expression(op.condition)}: raise GUARD")
        self.out.line(f"{target} = None")

    def _varint(self, op: construct_ops.VarInt, target: str) -> None:
        self.flush()
        self.out.names["LEB128"] = helpers.read_leb128
        self.out.line(f"{target} = d[p]")
        self.out.line(f"if {target} < 128: p += 1")
        self.out.line(f"else: {target}, p = LEB128(d, p)")
        if op.signed:
            self.out.line(f"{target} = {target} >> 1 ^ -({target} & 1)")

    def _bitsinteger(self, op: construct_ops.BitsInteger, target: str) -> None:
        name = self.out.fresh("t")
        self.out.names["DIGITS"] = helpers.DIGITS
        sign = f" - ({name}[0] << {op.size})" if op.signed else ""
        line = f"{target} = int({name}.translate(DIGITS), 2){sign}"
        self._push(f"{op.size}s", op.size, "", name, line)

    # --- parts with an end of their own ---------------------------------------------------------------

    def until(self, length: str) -> str:
        """Compute the end of a part of some bytes, and check that it is within the data."""
        end = self.out.fresh("q")
        self.out.line(f"{end} = p + {length}")
        self.out.line(f"if {end} > {self.end}: raise GUARD")
        return end

    def region(self, item: Op, end: str, target: str) -> None:
        """Read a value that must end at a place or before, and go on there."""
        outer, self.end = self.end, end
        with self._begun(item):
            self.value(item, target)
            self.flush()
        if not isinstance(item, construct_ops.GreedyBytes):
            self.out.line(f"if p > {end}: raise GUARD")
        self.end = outer
        self.out.line(f"p = {end}")

    @contextmanager
    def _begun(self, item: Op) -> Iterator[None]:
        """Read a part that begins here: nothing in it goes further back."""
        if not goes_back(item):
            yield
            return
        begin = self.out.fresh("b")
        self.out.line(f"{begin} = {self._claims()}.begin")
        self.out.line("k.begin = p")
        yield
        self.out.line(f"k.begin = {begin}")

    def _elsewhere(self, item: Op, data: str, target: str) -> None:
        """Read a value from other bytes, all of which are its."""
        name, inside = self.part(None, item), self.out.fresh("w")
        self.out.line(f"{inside} = {data}")
        self.give_context(item)
        claims = self._claims()
        self.out.line(f"{target} = {name}({inside}, 0, len({inside}), {self.depth}, {claims})[0]")

    def _stringencoded(self, op: construct_ops.StringEncoded, target: str) -> None:
        name = self.out.fresh("t")
        self.value(op.item, name)
        encoding = "" if op.encoding == "utf-8" else repr(op.encoding)
        self._later(f"{target} = {name}.decode({encoding})")

    def _fixedsized(self, op: construct_ops.FixedSized, target: str) -> None:
        stripped = op.item
        if (
            isinstance(op.count, int)
            and isinstance(stripped, construct_ops.NullStripped)
            and isinstance(stripped.item, construct_ops.GreedyBytes)
            and len(stripped.pad) == 1
        ):
            name = self.out.fresh("t")
            self._push(f"{op.count}s", op.count, "", name, f"{target} = {name}.rstrip({stripped.pad!r})")
            return
        count = self.count(op.count)
        self.flush()
        self.region(op.item, self.until(count), target)

    def _nullterminated(self, op: construct_ops.NullTerminated, target: str) -> None:
        self._to_the_end()
        end, unit = self.out.fresh("q"), len(op.term)
        if unit == 1:
            self.out.line(f"{end} = d.find({op.term!r}, p, {self.end})")
        else:
            self.out.names["FIND"] = helpers.find_aligned
            self.out.line(f"{end} = FIND(d, {op.term!r}, p, {self.end})")
        after = self.out.fresh("q")
        if op.require:
            self.out.line(f"if {end} < 0: raise GUARD")
            self.out.line(f"{after} = {end} + {unit * op.consume}")
        else:
            self.out.line(f"if {end} < 0: {end} = {after} = {self.end}")
            self.out.line(f"else: {after} = {end} + {unit * op.consume}")
        if op.include:
            self.out.line(f"{end} = min({end} + {unit}, {self.end})")
        self.region(op.item, end, target)
        self.out.line(f"p = {after}")

    def _nullstripped(self, op: construct_ops.NullStripped, target: str) -> None:
        self._to_the_end()
        stripped = f"d[p:{self.end}].rstrip({op.pad!r})"
        if len(op.pad) > 1:
            self.out.names["STRIPPED"] = helpers.stripped
            stripped = f"STRIPPED(d[p:{self.end}], {op.pad!r})"
        if isinstance(op.item, construct_ops.GreedyBytes):
            self.out.line(f"{target} = {stripped}")
        else:
            end = self.out.fresh("q")
            self.out.line(f"{end} = p + len({stripped})")
            self.region(op.item, end, target)
        self.out.line(f"p = {self.end}")

    def _aligned(self, op: construct_ops.Aligned, target: str) -> None:
        modulus = self.count(op.modulus)
        if not isinstance(op.modulus, int):
            self.out.line(f"if {modulus} < 2: raise GUARD")
        size = op.item.fixed_size
        if size is not None and isinstance(op.modulus, int):
            self.value(op.item, target)
            if -size % op.modulus:
                self._push(f"{-size % op.modulus}x", -size % op.modulus, "", None)
            return
        self.flush()
        start = self.out.fresh("q")
        self.out.line(f"{start} = p")
        self.value(op.item, target)
        self.flush()
        self.out.line(f"p += ({start} - p) % {modulus}")
        self.is_ahead = True

    def _transformed(self, op: construct_ops.Transformed, target: str) -> None:
        self.flush()
        end = self.until(str(op.size))
        decode = self.out.refer("decode", op.decode)
        self._elsewhere(op.item, f"{decode}(d[p:{end}])", target)
        self.out.line(f"p = {end}")

    def _pointer(self, op: construct_ops.Pointer, target: str) -> None:
        offset = self.out.fresh("n")
        self.out.line(f"{offset} = {self.expression(op.offset)}")
        self.flush()
        kept = self.out.fresh("q")
        self.out.line(f"{kept} = p")
        self.out.line(f"if type({offset}) is not int: raise GUARD")
        self.out.line(f"p = {offset} if {offset} >= 0 else {self.end} + {offset}")
        self.out.line(f"if not {self._claims()}.begin <= p <= {self.end}: raise GUARD")
        start = self.out.fresh("q")
        self.out.line(f"{start} = p")
        self.value(op.item, target)
        self.flush()
        self.out.line(f"if p > {self.end}: raise GUARD")
        self.out.line(f"k.again -= {GOING_BACK} + {READ_AGAIN} * (p - {start})")
        self.out.line("if k.again < 0: raise GUARD")
        self.out.line("if k.reach is not None: k.reach.note(p)")
        self.out.line(f"p = {kept}")

    # --- parts that may be missing --------------------------------------------------------------------

    def _attempt(self, item: Op, name: str, start: str, end: list[str]) -> None:
        """Generate code that reads a value, or else goes back to `start` and runs the lines of the end."""
        refused = self.out.refer("refused", running.refusal(item))
        begin = self.out.fresh("b") if goes_back(item) else ""
        if begin:
            self.out.line(f"{begin} = {self._claims()}.begin")
        with self.out.block("try:"):
            self.value(item, name)
            self.flush()
            self.out.line(f"if p > {self.end}: raise GUARD")
        with self.out.block("except Exception:"):
            self.out.line(f"p = {start}")
            if begin:
                self.out.line(f"k.begin = {begin}")
            context = self.context()
            self.out.line(f"{refused}(d, p, {self.end}, {self.depth}, {self._claims()}, {context})")
            for line in end:
                self.out.line(line)

    def _greedyrange(self, op: construct_ops.GreedyRange, target: str) -> None:
        self.flush()
        least = op.item.least_size
        if least and least == op.item.fixed_size and fits_any(op.item.kind):
            count = self.out.fresh("n")
            self.out.line(f"{count} = ({self.end} - p) // {least}")
            self._elements(op.item, count, target)
            self._later(f"{target} = {self._listed(target)}")
            return
        made, add, name, start = (self.out.fresh(prefix) for prefix in ("l", "add", "v", "q"))
        self.out.line(f"{made} = {self._listed('')}")
        self.out.line(f"{add} = {made}.append")
        numbered = self._numbered(op.item, made)
        with self.out.block(f"while p < {self.end}:" if least else "while True:"):
            self.out.line(f"{start} = p")
            self._give_index(numbered)
            self._attempt(op.item, name, start, ["break"])
            if not least:
                self._count_zero_sized(start, op.item)
            self.out.line(f"{add}({name})")
        self.out.line(f"{target} = {made}")

    def _optional(self, op: construct_ops.Optional, target: str) -> None:
        self.flush()
        start = self.out.fresh("q")
        self.out.line(f"{target} = None")
        with self.out.block(f"if p < {self.end}:" if op.item.least_size else "if True:"):
            self.out.line(f"{start} = p")
            self._attempt(op.item, target, start, [f"{target} = None"])

    def _repeatuntil(self, op: construct_ops.RepeatUntil, target: str) -> None:
        self.flush()
        made, add, name, start = (self.out.fresh(prefix) for prefix in ("l", "add", "v", "q"))
        self.out.line(f"{made} = {self._listed('')}")
        self.out.line(f"{add} = {made}.append")
        numbered = self._numbered(op.item, made)
        with self.block("while True:"):
            self.out.line(f"{start} = p")
            self._give_index(numbered)
            self.value(op.item, name)
            self.flush()
            self.out.line(f"if p > {self.end}: raise GUARD")
            if not op.item.least_size:
                self._count_zero_sized(start, op.item)
            self.out.line(f"{add}({name})")
            self.out.line(f"if {self.predicate(op.predicate, name)}: break")
        self.out.line(f"{target} = {made}")

    def _numbered(self, item: Op, made: str) -> str:
        """Return code that gives elements their index, if they may look at it."""
        return f"{self.context()}['_index'] = len({made})" if needs_of(item).is_whole else ""

    def _give_index(self, numbered: str) -> None:
        if numbered:
            self.out.line(numbered)

    def _count_zero_sized(self, start: str, item: Op) -> None:
        with self.out.block(f"if p == {start}:"):
            self.out.line(f"{self._claims()}.zero_sized -= {zero_sized_cost(item)}")
            self.out.line("if k.zero_sized < 0: raise GUARD")

    def _listed(self, values: str) -> str:
        self.out.names["LISTED"] = construct.ListContainer
        return f"LISTED({values})"

    def _elements(self, item: Op, count: str, target: str, *, is_indexed: bool = False) -> None:
        raise NotImplementedError

    # --- values with something more -------------------------------------------------------------------

    def _rawcopy(self, op: construct_ops.RawCopy, target: str) -> None:
        self.flush()
        start, name = self.out.fresh("q"), self.out.fresh("v")
        self.out.line(f"{start} = p")
        self.value(op.item, name)
        self.flush()
        self.out.line(f"if p > {self.end}: raise GUARD")
        self.out.names["CONTAINER"] = construct.Container
        entries = {
            "data": f"d[{start}:p]",
            "value": name,
            "offset1": start,
            "offset2": "p",
            "length": f"p - {start}",
        }
        pairs = ", ".join(f"{key!r}: {code}" for key, code in entries.items())
        self.out.line(f"{target} = CONTAINER({{{pairs}}})")

    def _checksum(self, op: construct_ops.Checksum, target: str) -> None:
        self.value(op.item, target)
        data = self.expression(op.data)
        self.out.line(f"if {target} != {self.out.refer('hash', op.hash)}({data}): raise GUARD")

    def _validated(self, op: construct_ops.Validated, target: str) -> None:
        name = self.out.fresh("v")
        self.value(op.item, name)
        self._later(f"if not {self.predicate(op.predicate, name)}: raise GUARD")
        self._later(f"{target} = {name}")

    # --- groups ---------------------------------------------------------------------------------------

    def fields_of(self, op: Any) -> list[tuple[Any, str]]:
        """Read the fields of a construct Struct, or of another group; return their locals."""
        found = []
        with self._entered(op) as frame:
            for item in op.fields:
                name = self.out.fresh("v")
                self.value(item.op, name)
                found.append((item.attr, name))
                if frame is None or item.attr is None:
                    continue
                frame.locals[item.attr] = name
                if self.in_scope == len(self.frames):
                    self.flush()
                    self.out.line(f"{self.scope}[{item.attr!r}] = {name}")
        return found

    @contextmanager
    def _entered(self, op: Any) -> Iterator[Frame | None]:
        if not is_frame(op):
            yield None
            return
        frame = Frame(op)
        with self.frame(frame, self.enter_context(op, frame)):
            yield frame

    def _sequence(self, op: construct_ops.Sequence, target: str) -> None:
        names = [name for _, name in self.fields_of(op)]
        self._later(f"{target} = {self._listed('[' + ', '.join(names) + ']')}")

    def _focusedseq(self, op: construct_ops.FocusedSeq, target: str) -> None:
        self._later(f"{target} = {self.fields_of(op)[op.position][1]}")
