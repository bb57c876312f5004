"""Runs of a generated writer: adjacent values of fixed width, packed by one `struct` call.

A run may contain one option, which may be absent, so the whole run is packed in two ways:
`if v is None: b = pack(..., 0, ...)`, `else: b = pack(..., 1, v, ...)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.codec import running
from snapformat.encodings.bincode.codec import write_helpers as helpers
from snapformat.encodings.bincode.codec.expressions import Frame, is_frame, needs_of
from snapformat.encodings.bincode.codec.generator import Generator
from snapformat.encodings.bincode.codec.run import Run
from snapformat.encodings.bincode.codec.shape import atom_of
from snapformat.encodings.bincode.ops import Op, operations
from snapformat.encodings.construct.running import Output
from snapformat.lazy_dataclasses import dataclass


@dataclass(slots=True)
class Packed:
    """Adjacent values of fixed width.

    Attributes:
        codes: Their codes for `struct`.
        size: Their size in bytes.
        values: Expressions of their values.
        integers: Locals that must be int and not bool.
        after: Lines to run on the packed bytes `@`, each with the offset of its value.
    """

    codes: list[str] = field(default_factory=list)
    size: int = 0
    values: list[str] = field(default_factory=list)
    integers: list[str] = field(default_factory=list)
    after: list[tuple[str, int]] = field(default_factory=list)

    def check(self, *others: Packed) -> list[str]:
        """Return the lines that convert integer-like values to int, here and in other groups."""
        names = [name for packed in (self, *others) for name in packed.integers]
        if not names:
            return []
        if len(names) == 1:
            return [f"if {all_int(names)} is not int: {names[0]} = INT({names[0]})"]
        listed = ", ".join(names)
        return [f"if not ({all_int(names)} is int): {listed} = INTS({listed})"]


def all_int(names: list[str]) -> str:
    """Return a chain of comparisons by identity that ends with int."""
    return " is ".join(f"type({name})" for name in names)


@dataclass(slots=True)
class Chosen:
    """An option in a run.

    Attributes:
        name: Local that is None if it is absent.
        lines: Lines that prepare the values in it.
        inside: The values in it.
    """

    name: str
    lines: list[str]
    inside: Packed


def new_run(order: str = "", before: Packed | None = None) -> Run[Packed, Chosen]:
    """Make an empty run, or one that begins with the given values."""
    return Run(Packed() if before is None else before, Packed(), order)


class RunWriter(Generator):
    """Collects adjacent values of fixed width, and writes them together.

    Attributes:
        run: The collected values.
        pieces: Expressions of bytes before them.
    """

    verb = "write"
    parameters = "x, l, h, s"
    main_parameters = "x, h=0, s=True"

    def __init__(self, root: Op) -> None:
        super().__init__(root)
        self.run: Run[Packed, Chosen] = new_run()
        self.pieces: list[str] = []
        self._is_listed = False
        self.has_output: bool = any(
            is_frame(op) or isinstance(op, ops.Run | ops.OfConstruct | ops.Interpret)
            for op in operations(root)
        )
        self._indexes: dict[Op, dict[int, int]] = {}
        self.out.names.update(
            BOOL=helpers.exactly_bool,
            BYTES=helpers.as_bytes,
            INT=helpers.integer,
            INTS=helpers.integers,
            FLOAT=helpers.number,
            STR=helpers.text,
            LIST=helpers.sequence,
        )

    def finish(self, start: int) -> None:
        """End the function for the whole, whose first line is at `start`."""
        self._end_run()
        self.out.names["JOIN"] = b"".join
        if self._is_listed:
            self.flush()
            self.out.lines.insert(start, f"    l = {self._new_pieces()}")
            self.out.line(f"return {self.joined()}")
        else:
            # Straight to the end: its pieces need no list.
            self.out.line(f"return JOIN(({''.join(f'{piece}, ' for piece in self.pieces)}))")
            self.pieces = []

    def _new_pieces(self) -> str:
        """Make a list of pieces, into which constructs can build if there are any."""
        if not self.has_output:
            return "[]"
        self.out.names["OUTPUT"] = Output
        return "OUTPUT()"

    def joined(self) -> str:
        """Return code for the bytes of all pieces in the list."""
        return "l.getvalue()" if self.has_output else "JOIN(l)"

    def call(self, op: Op, place: str) -> None:
        """Generate a call of an operation's own function."""
        self.flush()
        self._is_listed = True
        self.give_context(op)
        self.out.line(f"{self.part(op, op)}({place}, l, {self.depth}, s)")

    def give_context(self, op: Op) -> None:
        """Generate code that passes the context to the function called next."""
        if needs_of(op):
            self._is_listed = True
            self.out.line(f"l.context = {self.context_for(op)}")

    def given_context(self) -> str:
        """Take over the context that the caller of this function has given; return its local."""
        context = self.out.fresh("s")
        self.out.line(f"{context} = l.context")
        return context

    def root_context(self) -> str:
        """Return code for construct's outermost context."""
        self._is_listed = True
        return "l.root()"

    def new_context(self, frame: Frame, outer: str | None) -> str:
        """Generate code that makes the context of a struct inside another one; return its local."""
        self._is_listed = True
        made = self.out.fresh("s")
        self._contexts.add(made)
        self.out.names["CONTEXT"] = running.write_context
        subcons = self.out.refer("subcons", frame.op.subcons)
        self.out.line(f"{made} = CONTEXT({outer}, l, {subcons})")
        return made

    def place_stream(self) -> None:
        """Move construct's stream to the current place: put all pieces into it."""
        self._is_listed = True
        self.out.line("l.stream()")

    # --- runs -----------------------------------------------------------------------------------------

    def _push(self, code: str, size: int, order: str, value: str | None, *, integer: bool = False) -> None:
        if order and self.run.order and order != self.run.order:
            self._end_run()
        run = self.run
        run.order = run.order or order
        last = run.last
        last.codes.append(code)
        last.size += size
        if value is not None:
            last.values.append(value)
            if integer:
                last.integers.append(value)

    def _add(self, piece: str) -> None:
        """Add bytes after the collected values."""
        self._end_run()
        self.pieces.append(piece)

    def flush(self) -> None:
        """Generate the code of the collected values."""
        self._end_run()
        pieces, self.pieces = self.pieces, []
        self._is_listed = self._is_listed or bool(pieces)
        if len(pieces) == 1:
            self.out.line(f"l.append({pieces[0]})")
        elif pieces:
            self.out.line(f"l += {', '.join(pieces)}")

    def _end_run(self) -> None:
        """Make a piece from the run."""
        run, self.run = self.run, new_run()
        if run.is_empty():
            return
        for line in run.before.check(run.behind):
            self.out.line(line)
        if run.option is None and not run.before.after:
            self.pieces.append(self._pack(run.order, run.before))
            return
        data = self.out.fresh("b")
        if run.option is None:
            self._pack_into(data, run.order, run.before)
        else:
            there = run.option
            zero, one = Packed(["B"], 1, ["0"]), Packed(["B"], 1, ["1"])
            with self.out.block(f"if {there.name} is None:"):
                self._pack_into(data, run.order, run.before, zero, run.behind)
            with self.out.block("else:"):
                for line in (*there.lines, *there.inside.check()):
                    self.out.line(line)
                self._pack_into(data, run.order, run.before, one, there.inside, run.behind)
        self.pieces.append(data)

    def _pack(self, order: str, *parts: Packed) -> str:
        codes = [code for part in parts for code in part.codes]
        values = [value for part in parts for value in part.values]
        return f"{self.format('pack', order, codes, 'pack')}({', '.join(values)})"

    def _pack_into(self, data: str, order: str, *parts: Packed) -> None:
        """Pack into a local, and add the lines to run on it."""
        self.out.line(f"{data} = {self._pack(order, *parts)}")
        start = 0
        for part in parts:
            for line, offset in part.after:
                self.out.line(line.replace("#", str(start + offset)).replace("@", data))
            start += part.size

    def _branches(self, heads: list[str]) -> Iterator[int]:
        """Open alternative blocks; the values collected before begin the first run of each."""
        if self.run.option is not None or self.run.before.after:
            self._end_run()
        run, self.run = self.run, new_run()
        self.flush()
        for line in run.before.check():
            self.out.line(line)
        for number, head in enumerate(heads):
            with self.out.block(head):
                first = Packed([*run.before.codes], run.before.size, [*run.before.values])
                self.run = new_run(run.order, first)
                yield number
                self.flush()

    def _local(self, value: str, prefix: str = "v") -> str:
        """Put the value into a local, so that it is evaluated once."""
        if value.isidentifier():
            return value
        name = self.out.fresh(prefix)
        self.out.line(f"{name} = {value}")
        return name

    def atom(self, op: Op, value: str) -> bool:
        """Collect a primitive of fixed width; return False for any other operation."""
        atom = atom_of(op)
        if atom is None:
            return False
        name = self._local(value)
        match op:
            case ops.Int():
                if op.nonzero:
                    self.out.line(f"if not {name}: raise GUARD")
                if atom.code.endswith("s"):
                    self.out.line(f"if type({name}) is not int: {name} = INT({name})")
                    shown = f"{name}.to_bytes({op.size}, {op.byteorder!r}, signed={op.signed})"
                    self._push(atom.code, atom.size, atom.order, shown)
                else:
                    self._push(atom.code, atom.size, atom.order, name, integer=True)
            case ops.Float():
                self.out.line(f"if type({name}) is not float: {name} = FLOAT({name})")
                if not op.has_nan:
                    self.out.line(f"if {name} != {name}: raise GUARD")
                    self._push(atom.code, atom.size, atom.order, name)
                elif op.size == 4:
                    self.out.names["NAN"] = helpers.with_f32
                    self._push(atom.code, atom.size, atom.order, name)
                    last = self.run.last
                    line = f"if {name} != {name}: @ = NAN(@, #, {name}, {op.byteorder!r})"
                    last.after.append((line, last.size - 4))
                else:
                    self._push(atom.code, atom.size, atom.order, name)
            case ops.Bool():
                if op.lenient:
                    self.out.names["FLAG"] = helpers.flag_byte
                    self._push("B", 1, "", f"FLAG({name})")
                else:
                    self.out.line(f"if {name} is not True and {name} is not False: {name} = BOOL({name})")
                    self._push("B", 1, "", name)
            case ops.Enum():
                if self.uses.recursive:
                    self.deepest = max(self.deepest, self.level + 1)
                if op not in self._indexes:
                    # The ids are those of the constants as long as these live, so the code keeps them.
                    self.out.refer("constants", [variant.constant for variant in op.variants])
                    self._indexes[op] = {id(v.constant): v.index for v in op.variants}
                index = self.out.refer("index", self._indexes[op])
                self._push(atom.code, atom.size, atom.order, f"{index}[id({name})]")
            case ops.FixedBytes():
                self.out.line(f"if type({name}) is not bytes: {name} = BYTES({name})")
                self.out.line(f"if len({name}) != {atom.size}: raise GUARD")
                self._push(atom.code, atom.size, "", name)
        return True
