"""Runs of a generated reader: adjacent values of fixed width, unpacked by one `struct` call.

A run may contain one option. The values after the option are read together with it, or without it:
`if b == 1: v, ... = unpack(d, p)`, `else: v = None`, `... = unpack(d, p)`.
"""

from __future__ import annotations

from dataclasses import field

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.codec import read_helpers as helpers
from snapformat.encodings.bincode.codec import running
from snapformat.encodings.bincode.codec.expressions import Frame, needs_of
from snapformat.encodings.bincode.codec.generator import Generator
from snapformat.encodings.bincode.codec.run import Run
from snapformat.encodings.bincode.codec.shape import atom_of
from snapformat.encodings.bincode.ops import Op
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.values import PairSet, Some


@dataclass(slots=True)
class Unpacked:
    """Adjacent values of fixed width.

    Attributes:
        codes: Their codes for `struct`.
        size: Their size in bytes.
        targets: Targets of the values.
        after: Lines to run on the values, each with the offset of its value (`@` in the line).
    """

    codes: list[str] = field(default_factory=list)
    size: int = 0
    targets: list[str] = field(default_factory=list)
    after: list[tuple[str, int]] = field(default_factory=list)

    def lines(self, offset: int = 0) -> list[str]:
        """Return the lines to run, if `p` is `before` bytes before these values."""
        return [line.replace("@", place("p", offset + at)) for line, at in self.after]


@dataclass(slots=True)
class Chosen:
    """An option in a run.

    Attributes:
        tag: Local with the tag.
        target: Target of None if it is absent.
        lines: Lines that make the instances in it.
        inside: The values in it.
    """

    tag: str
    target: str
    lines: list[str]
    inside: Unpacked


def new_run(order: str = "", before: Unpacked | None = None) -> Run[Unpacked, Chosen]:
    """Make an empty run, or one that begins with the given values."""
    return Run(Unpacked() if before is None else before, Unpacked(), order)


def place(start: str, offset: int) -> str:
    """Return code for a position."""
    return start if not offset else f"{start} {'+' if offset > 0 else '-'} {abs(offset)}"


class RunReader(Generator):
    """Collects adjacent values of fixed width, and reads them together.

    Attributes:
        run: The collected values.
        is_ahead: Whether the position may be beyond the end: nothing was read since a slice was taken.
    """

    verb = "read"
    parameters = main_parameters = "d, p, e, h, k"
    last_line = "return x, p"

    def __init__(self, root: Op) -> None:
        super().__init__(root)
        self.run: Run[Unpacked, Chosen] = new_run()
        self.is_ahead: bool = False
        self.out.names.update(NEW=object.__new__, BOOL=(False, True), SOME=Some, ELEMENTS=PairSet)

    def finish(self, start: int) -> None:
        """End the function for the whole, whose first line is at `start`."""
        self.flush()
        self.out.line(self.last_line)

    def call(self, op: Op, place: str) -> None:
        """Generate a call of an operation's own function."""
        self.flush()
        self.give_context(op)
        self.out.line(f"{place}, p = {self.part(op, op)}(d, p, {self.end}, {self.depth}, k)")

    def give_context(self, op: Op) -> None:
        """Generate code that passes the context to the function called next."""
        if needs_of(op):
            self.out.line(f"{self._claims()}.context = {self.context_for(op)}")

    def given_context(self) -> str:
        """Take over the context that the caller of this function has given; return its local."""
        context = self.out.fresh("s")
        self.out.line(f"{context} = {self._claims()}.context")
        return context

    def root_context(self) -> str:
        """Return code for construct's outermost context."""
        self.out.names["ROOT"] = running.root_of
        return f"ROOT({self._claims()})"

    def new_context(self, frame: Frame, outer: str | None) -> str:
        """Generate code that makes the context of a struct inside another one; return its local."""
        made = self.out.fresh("s")
        self._contexts.add(made)
        self.out.names["CONTEXT"] = running.read_context
        subcons = self.out.refer("subcons", frame.op.subcons)
        self.out.line(f"{made} = CONTEXT({outer}, d, p, {self.end}, {self._claims()}, {subcons})")
        return made

    def place_stream(self) -> None:
        """Move construct's stream to the current place."""
        self.out.names["PLACE"] = running.place_stream
        self.out.line(f"PLACE({self._claims()}, d, p, {self.end})")

    def _claims(self) -> str:
        """Return the name of the claims; a reader that does not use it is run without claims."""
        self.out.names["CLAIMS"] = True
        return "k"

    # --- runs -----------------------------------------------------------------------------------------

    def _push(self, code: str, size: int, order: str, target: str | None, after: str | None = None) -> None:
        if order and self.run.order and order != self.run.order:
            self.flush()
        run = self.run
        run.order = run.order or order
        last = run.last
        last.codes.append(code)
        if target is not None:
            last.targets.append(target)
        if after is not None:
            last.after.append((after, last.size))
        last.size += size

    def flush(self) -> None:
        """Generate the code of the collected values."""
        run, self.run = self.run, new_run()
        is_ahead, self.is_ahead = self.is_ahead, False
        before, behind = run.before, run.behind
        if is_ahead and not before.size:
            self.out.line(f"if p > {self.end}: raise GUARD")
        if run.is_empty():
            return
        self._unpack(run.order, 0, before)
        if run.option is None:
            self.out.line(f"p += {before.size}")
            return
        there = run.option
        with self.out.block(f"if {there.tag} == 1:"):
            for line in there.lines:
                self.out.line(line)
            both = Unpacked(
                there.inside.codes + behind.codes,
                there.inside.size + behind.size,
                there.inside.targets + behind.targets,
                there.inside.after,
            )
            self._unpack(run.order, before.size, both)
            self.out.line(f"p += {before.size + both.size}")
        self.out.line(f"elif {there.tag}: raise GUARD")
        with self.out.block("else:"):
            self.out.line(f"{there.target} = None")
            if behind.codes:
                self._unpack(run.order, before.size, Unpacked(behind.codes, behind.size, behind.targets))
            if before.size + behind.size:
                self.out.line(f"p += {before.size + behind.size}")
        for line in behind.lines(-behind.size):
            self.out.line(line)

    def _unpack(self, order: str, offset: int, part: Unpacked) -> None:
        """Generate code that reads adjacent values at an offset from `p`, and the lines to run on them."""
        at = place("p", offset)
        if part.codes == ["B"] and part.targets:
            self.out.line(f"{part.targets[0]} = d[{at}]")
        elif part.targets:
            unpack = self.format("unpack", order, part.codes, "unpack_from")
            targets = ", ".join(part.targets) + ("," if len(part.targets) == 1 else "")
            self.out.line(f"{targets} = {unpack}(d, {at})")
        elif part.codes:
            self.out.line(f"if {place('p', offset + part.size)} > {self.end}: raise GUARD")
        for line in part.lines(offset):
            self.out.line(line)

    def _later(self, line: str) -> None:
        """Add a line to run after the collected values are read: now, if there are none."""
        if self.run.is_empty():
            self.out.line(line)
        else:
            self.run.last.after.append((line, 0))

    def atom(self, op: Op, target: str) -> bool:
        """Collect a primitive of fixed width; return False for any other operation."""
        atom = atom_of(op)
        if atom is None:
            return False
        after = None
        into = target
        if isinstance(op, ops.Int):
            if atom.code.endswith("s"):
                into = self.out.fresh("t")
                after = f"{target} = INT({into}, {op.byteorder!r}, signed={op.signed})"
                self.out.names["INT"] = int.from_bytes
            if op.nonzero:
                value = target if after else self.out.fresh("t")
                into = into if after else value
                check = f"if not {value}: raise GUARD"
                after = f"{after}\n{check}" if after else f"{check}\n{target} = {value}"
        elif isinstance(op, ops.Float) and not op.has_nan:
            into = self.out.fresh("t")
            after = f"if {into} != {into}: raise GUARD\n{target} = {into}"
        elif isinstance(op, ops.Float) and op.size == 4:
            into = self.out.fresh("t")
            self.out.names["NAN"] = helpers.f32_at
            after = f"{target} = {into} if {into} == {into} else NAN(d, @, {op.byteorder!r})"
        elif isinstance(op, ops.Bool):
            into = self.out.fresh("t")
            self.out.names["FLAG"] = helpers.flag
            after = f"{target} = FLAG({into})" if op.lenient else f"{target} = BOOL[{into}]"
        elif isinstance(op, ops.Enum):
            into = self.out.fresh("t")
            table = self.out.refer("variants", tuple(variant.constant for variant in op.variants))
            after = f"{target} = {table}[{into}]"
            if op.other is not None:
                other = self.out.refer("other", op.other.constant)
                after += f" if {into} < {len(op.variants)} else {other}"
            if self.uses.recursive:
                self.deepest = max(self.deepest, self.level + 1)
        if after is None:
            self._push(atom.code, atom.size, atom.order, into)
        else:
            first, *rest = after.split("\n")
            self._push(atom.code, atom.size, atom.order, into, first)
            self.run.last.after.extend((line, 0) for line in rest)
        return True

    def _temp(self, op: Op) -> str:
        """Read an operation into a new local, now."""
        name = self.out.fresh("v")
        self.value(op, name)
        self.flush()
        return name
