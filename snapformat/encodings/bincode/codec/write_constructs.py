"""Writing construct's own classes in generated code; each method also gives what expressions see as built."""

from __future__ import annotations

import construct

from snapformat.encodings.bincode import construct_ops, ops
from snapformat.encodings.bincode.codec import running
from snapformat.encodings.bincode.codec import write_helpers as helpers
from snapformat.encodings.bincode.codec.built import may_change
from snapformat.encodings.bincode.codec.expressions import names_in, needs_of
from snapformat.encodings.bincode.codec.shape import has_run, is_placed
from snapformat.encodings.bincode.codec.write_built import BuiltWriter
from snapformat.encodings.bincode.ops import Op

#: Operations that refuse None for certain.
_NOT_NONE = (
    ops.Int,
    ops.Float,
    ops.FixedBytes,
    ops.Bytes,
    ops.Str,
    construct_ops.GreedyBytes,
    construct_ops.VarInt,
    construct_ops.StringEncoded,
)


class ConstructWriter(BuiltWriter):
    """Adds the operations of construct's own classes."""

    def _built(self, target: str | None, value: str) -> None:
        if target is not None:
            self.out.line(f"{target} = {value}")

    # --- without parts --------------------------------------------------------------------------------

    def _greedybytes(self, op: construct_ops.GreedyBytes, value: str, target: str | None = None) -> None:
        name = self._local(value)
        self.out.line(f"if type({name}) is not bytes: {name} = BYTES({name})")
        self._add(name)
        self._built(target, name)

    def _tell(self, op: construct_ops.Tell, value: str, target: str | None = None) -> None:
        if target is not None:
            self.flush()
            self._is_listed = True
            self.out.line(f"{target} = l.tell()")

    def _terminated(self, op: construct_ops.Terminated, value: str, target: str | None = None) -> None:
        self._built(target, "None")

    def _check(self, op: construct_ops.Check, value: str, target: str | None = None) -> None:
        name = self.out.fresh("v") if target is None else target
        self.out.line(f"{name} = {self.expression(op.condition)}")
        self.out.line(f"if not {name}: raise GUARD")

    def _varint(self, op: construct_ops.VarInt, value: str, target: str | None = None) -> None:
        name = self._local(value)
        self.out.line(f"if type({name}) is not int: {name} = INT({name})")
        self._built(target, name)
        self._by_helper("varint", helpers.zigzag_leb128 if op.signed else helpers.leb128, name)

    def _bitsinteger(self, op: construct_ops.BitsInteger, value: str, target: str | None = None) -> None:
        name = self._local(value)
        self.out.line(f"if type({name}) is not int: {name} = INT({name})")
        self._built(target, name)
        data = self.out.fresh("s")
        write = self.out.refer("bits", helpers.bits_integer_writer(op.size, signed=op.signed))
        self.out.line(f"{data} = {write}({name})")
        self._push(f"{op.size}s", op.size, "", data)

    # --- parts with an end of their own ---------------------------------------------------------------

    def _stringencoded(self, op: construct_ops.StringEncoded, value: str, target: str | None = None) -> None:
        name, data = self._local(value), self.out.fresh("s")
        self.out.line(f"if type({name}) is not str: {name} = STR({name})")
        encoding = "" if op.encoding == "utf-8" else repr(op.encoding)
        self.out.line(f"{data} = {name}.encode({encoding}) if {name} else b''")
        self._built(target, name)
        self.value(op.item, data)

    def _fixedsized(self, op: construct_ops.FixedSized, value: str, target: str | None = None) -> None:
        count = self.count(op.count)
        data = self._inside(op.item, value, target)
        self.out.line(f"if len({data}) > {count}: raise GUARD")
        if isinstance(op.count, int):
            self._push(f"{op.count}s", op.count, "", data)  # which fills up with zeros
        else:
            self._add(f"{data}.ljust({count}, b'\\0')")

    def _nullterminated(
        self, op: construct_ops.NullTerminated, value: str, target: str | None = None
    ) -> None:
        self._put(op.item, value, target)
        self._add(self.out.refer("term", op.term))

    def _nullstripped(self, op: construct_ops.NullStripped, value: str, target: str | None = None) -> None:
        self._put(op.item, value, target)

    def _aligned(self, op: construct_ops.Aligned, value: str, target: str | None = None) -> None:
        modulus = self.count(op.modulus)
        if not isinstance(op.modulus, int):
            self.out.line(f"if {modulus} < 2: raise GUARD")
        size = op.item.fixed_size
        if size is not None and isinstance(op.modulus, int):
            self._put(op.item, value, target)
            filler = op.pattern * (-size % op.modulus)
            if filler:
                self._push(f"{len(filler)}s", len(filler), "", self.out.refer("fill", filler))
        elif has_run(op.item) or is_placed(op.item):
            name, start = self._local(value), self.out.fresh("q")
            self.flush()
            self._is_listed = True
            self.out.line(f"{start} = l.tell()")
            self._put(op.item, name, target)
            self.flush()
            self._add(f"{op.pattern!r} * (({start} - l.tell()) % {modulus})")
        else:
            data = self._inside(op.item, value, target)
            self._add(data)
            self._add(f"{op.pattern!r} * (-len({data}) % {modulus})")

    def _transformed(self, op: construct_ops.Transformed, value: str, target: str | None = None) -> None:
        inside, data = self._inside(op.item, value, target), self.out.fresh("s")
        self.out.line(f"{data} = {self.out.refer('encode', op.encode)}({inside})")
        self.out.line(f"if len({data}) != {op.size}: raise GUARD")
        self._push(f"{op.size}s", op.size, "", data)

    def _pointer(self, op: construct_ops.Pointer, value: str, target: str | None = None) -> None:
        self._run_here(op, value, target)

    def _run_here(self, op: Op, value: str, target: str | None) -> None:
        """Let construct build where it is: it may look at anything around."""
        name = self._local(value)
        context = self.context()
        self._is_listed = True
        run = self.out.refer("run", running.construct_writer(op))
        self.out.line(f"{f'{target} = ' if target else ''}{run}({name}, l, {context})")

    # --- parts that may be missing --------------------------------------------------------------------

    def _items(self, op: construct_ops.Around, value: str, target: str | None, end: str | None) -> None:
        """Write elements one by one; `end` has the code that ends after one."""
        name = self._local(value)
        self.out.line(f"if type({name}) is not list: {name} = LIST({name})")
        self.out.names["LISTED"] = construct.ListContainer
        count, element = self.out.fresh("n"), self.out.fresh("v")
        self.out.line(f"{count} = len({name})")
        self._built(target, "LISTED()")
        with self.numbered(op, f"for {element} in {name}:"):
            given = element
            if end is not None:
                given = self.out.fresh("v")
                self.out.line(f"{given} = {element}")
            if target is not None and may_change(op.item):
                built = self.out.fresh("r")
                self._build(op.item, given, built)
                self.out.line(f"{target}.append({built})")
            else:
                if target is not None:
                    self.out.line(f"{target}.append({given})")
                self.value(op.item, given)
            if end is not None:
                self.flush()
                self.out.line(end.format(element))
        if end is not None:
            self.out.line("else: raise GUARD")
        # Code of the elements' own classes may have changed the list around them.
        self.out.line(f"if len({name}) != {count}: raise GUARD")

    def _greedyrange(self, op: construct_ops.GreedyRange, value: str, target: str | None = None) -> None:
        if target is None and helpers.has_bulk(op.item):
            name = self._list(value, op.item)
            self._elements(op.item, name, f"len({name})")
        else:
            self._items(op, value, target, None)

    def _list(self, value: str, item: Op) -> str:
        raise NotImplementedError

    def _elements(self, item: Op, name: str, count: str) -> None:
        raise NotImplementedError

    def _repeatuntil(self, op: construct_ops.RepeatUntil, value: str, target: str | None = None) -> None:
        self.flush()
        self._items(op, value, target, f"if {self.predicate(op.predicate, '{0}')}: break")

    def _optional(self, op: construct_ops.Optional, value: str, target: str | None = None) -> None:
        name = self._local(value)
        self._built(target, name)
        with self.block(f"if {name} is not None:"):
            # construct builds it by itself, in a context and at a place of its own.
            if has_run(op.item) or is_placed(op.item) or needs_of(op):
                self._run_here(op, name, None)
            else:
                copy = self.out.fresh("v")
                self.out.line(f"{copy} = {name}")
                self.value(op.item, copy)
        if not isinstance(op.item, _NOT_NONE):
            with self.block("else:"):
                self._run_here(op, name, None)

    # --- values with something more -------------------------------------------------------------------

    def _rawcopy(self, op: construct_ops.RawCopy, value: str, target: str | None = None) -> None:
        name, data = self._local(value), self.out.fresh("s")
        self.flush()
        self._is_listed = True
        with self.block(f"if {name} is not None and 'data' in {name}:"):
            self.out.line(f"{data} = {name}['data']")
            self.out.line(f"if type({data}) is not bytes: raise GUARD")
            if target is not None:
                self.out.names["CONTAINER"] = construct.Container
                start = self.out.fresh("q")
                self.out.line(f"{start} = l.tell()")
                places = f"offset1={start}, offset2={start} + len({data}), length=len({data})"
                self.out.line(f"{target} = CONTAINER({name}, data={data}, {places})")
            self._add(data)
        with self.block("else:"):
            self._run_here(op, name, target)

    def _checksum(self, op: construct_ops.Checksum, value: str, target: str | None = None) -> None:
        data = self.expression(op.data)
        name = self.out.fresh("v")
        self.out.line(f"{name} = {self.out.refer('hash', op.hash)}({data})")
        self._built(target, name)
        self.value(op.item, name)

    def _validated(self, op: construct_ops.Validated, value: str, target: str | None = None) -> None:
        name = self._local(value)
        self.out.line(f"if not {self.predicate(op.predicate, name)}: raise GUARD")
        self._built(target, name)
        self.value(op.item, name)

    # --- groups ---------------------------------------------------------------------------------------

    def _sequence(self, op: construct_ops.Sequence, value: str, target: str | None = None) -> None:
        name = self._local(value)
        self.out.line(f"if type({name}) is not list: {name} = LIST({name})")
        names = [self.out.fresh("v") for _ in op.fields]
        self.out.line(f"{', '.join(names)}, = {name}" if names else f"if {name}: raise GUARD")
        named = names_in(op)
        given = self.out.fresh("m")
        self.out.line(f"{given} = {{}}")
        built = []
        with self.entered(op, given) as frame:
            for item, part in zip(op.fields, names, strict=True):
                is_kept = target is not None or item.attr in named
                self.put_field(frame, item, part, is_named=is_kept)
                built.append(frame.locals.get(item.attr, part))
        if target is not None:
            self.out.names["LISTED"] = construct.ListContainer
            self._built(target, f"LISTED([{', '.join(built)}])")

    def _focusedseq(self, op: construct_ops.FocusedSeq, value: str, target: str | None = None) -> None:
        name, given = self._local(value), self.out.fresh("m")
        focus = op.fields[op.position]
        self.out.line(f"{given} = {{{focus.attr!r}: {name}}}")
        named = names_in(op)
        with self.entered(op, given) as frame:
            for item in op.fields:
                part = self.out.fresh("v")
                self.out.line(f"{part} = {name if item is focus else 'None'}")
                is_kept = item.attr in named or (item is focus and target is not None)
                self.put_field(frame, item, part, is_named=is_kept)
                if item is focus:
                    self._built(target, frame.locals.get(item.attr, part))
