"""The base of all generators: functions, blocks, depth, and runs of fixed width."""

from __future__ import annotations

import struct
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, ClassVar

from snapformat.encodings.bincode import ops
from snapformat.encodings.bincode.codec.expressions import Frame, needs_of, source_of
from snapformat.encodings.bincode.codec.read_helpers import Guard
from snapformat.encodings.bincode.codec.shape import FLAT_DEPTH, Uses, flat, uses_of
from snapformat.encodings.bincode.codec.source import NotGenerated, Source
from snapformat.encodings.bincode.ops import Op, children
from snapformat.encodings.bincode.rules import PLAIN, limited
from snapformat.limits import DEFAULT_LIMITS
from snapformat.model.expressions import Expr
from snapformat.model.numpy_scalars import plain

#: Maximum nesting of blocks in a function; Python allows twenty loops.
MAX_BLOCKS = 12
#: Maximum nesting of operations in a function; each takes stack of the generator.
MAX_NESTED = 40

#: Generates code for an operation: see `Generator.value`.
Do = Callable[[Op, str], None]


def as_count(value: Any) -> int:
    """Check a number of elements or bytes; construct takes bools as ints."""
    if not isinstance(value, int):
        value = plain(value)
    if not isinstance(value, int) or value < 0:
        raise Guard
    return int(value)


class Generator(ABC):
    """Source for one layout: a function for the whole, and one for each part that needs its own.

    Attributes:
        out: The source.
        uses: How the layout's operations are used.
        scope: Local with construct's context, as far as there is one; else None.
        frames: The structs around the current place, in this function, whose fields expressions may name.
        in_scope: How many of the frames have their fields in the context.
        end: Code of the end of the readable bytes.
        most_depth: Maximum nesting of structs and enums.
        level: Number of structs and enums opened in the current function.
        deepest: The maximum of `level`.
    """

    #: Name of the function for the whole; those for parts begin with it.
    verb: ClassVar[str]
    #: Parameters of the functions for parts, and of that for the whole.
    parameters: ClassVar[str]
    main_parameters: ClassVar[str]
    #: Last line of the functions for parts, if there is one.
    last_line: ClassVar[str] = ""
    #: Exception that the code raises if it may be nested too deeply.
    too_deep: ClassVar[str] = "GUARD"

    def __init__(self, root: Op) -> None:
        self.root = root
        rules = PLAIN if root.config is None else root.config.rules
        self.most_depth: int = limited(DEFAULT_LIMITS, rules).depth
        self.out: Source = Source()
        self.uses: Uses = uses_of(root)
        self.scope: str | None = None
        self.frames: list[Frame] = []
        self.in_scope: int = 0
        self.end: str = "e"
        self.level: int = 0
        self.deepest: int = 0
        self._nested = 0
        self._names: dict[Op, str] = {}
        self._queue: list[tuple[Callable[[str, Op], None], str, Op]] = []
        self._methods: dict[tuple[str, str], Any] = {}
        #: Locals with contexts made in this function, which are never None.
        self._contexts: set[str] = set()
        self.out.names["GUARD"] = Guard

    def generate(self) -> Source:
        """Generate all functions.

        Raises:
            NotGenerated: The layout is left to the reference.
        """
        self.check_depth()
        self._function(self.verb, self.root)
        return self.generate_parts()

    def check_depth(self) -> None:
        """Refuse layouts that are nested too deeply to be read or written at all."""
        if self.uses.depth > self.most_depth:
            raise NotGenerated("nested too deeply to be read or written at all")

    def generate_parts(self) -> Source:
        """Generate the functions that were asked for."""
        while self._queue:
            make, name, op = self._queue.pop(0)
            make(name, op)
        return self.out

    def _function(self, name: str, op: Op) -> None:
        is_main = name == self.verb
        with self.function(name, self.main_parameters if is_main else self.parameters) as start:
            if not is_main and needs_of(op):
                self.scope = self.given_context()
            # A recursive root has a function of its own besides this one, which only calls it.
            self.value(op, "x", own=not is_main or op not in self.uses.recursive)
            if is_main:
                self.finish(start)
            else:
                self.flush()
                if self.last_line:
                    self.out.line(self.last_line)

    @contextmanager
    def function(self, name: str, parameters: str) -> Iterator[int]:
        """Open a function, which first checks the depth if needed; yield the number of its first line."""
        self.level = self.deepest = self._nested = 0
        self.scope, self.frames, self.in_scope = None, [], 0
        self.end = "e"
        with self.out.block(f"def {name}({parameters}):"):
            start = len(self.out.lines)
            yield start
            if len(self.out.lines) == start:
                self.out.line("pass")
        if self.uses.recursive and self.deepest:
            # The limit is exact in functions of one level, which include all recursive ones.
            limit = self.most_depth - self.deepest
            self.out.lines[start:start] = [f"    if h > {limit}: raise {self.too_deep}"]
        self.out.line("")

    def part(self, op: Op | None, item: Op) -> str:
        """Return the name of the function for a part; it is generated on first use.

        Args:
            op: The named operation that identifies the function; None for a function used once.
            item: The operation that it does.
        """
        name = None if op is None else self._names.get(op)
        if name is None:
            name = self._wanted(self._function, "" if op is None else getattr(op, "name", ""), item)
            if op is not None:
                self._names[op] = name
        return name

    def _wanted(self, make: Callable[[str, Op], None], label: str, item: Op) -> str:
        """Return the name of a function that will be generated."""
        plain = "".join(c if c.isalnum() and c.isascii() else "_" for c in label)
        name = self.out.fresh(f"{self.verb}_{plain or 'part'}_")
        self._queue.append((make, name, item))
        return name

    @property
    def depth(self) -> str:
        """Return code for the number of structs and enums around the current place."""
        return f"h + {self.level}" if self.level else "h"

    @abstractmethod
    def flush(self) -> None:
        """Generate the code of the collected operations."""

    @abstractmethod
    def finish(self, start: int) -> None:
        """End the function for the whole, whose first line is at `start`."""

    @abstractmethod
    def call(self, op: Op, place: str) -> None:
        """Generate a call of an operation's own function."""

    def given_context(self) -> str:
        """Take over the context that the caller of this function has given; return its local."""
        raise NotGenerated("an expression across functions")

    @abstractmethod
    def atom(self, op: Op, place: str) -> bool:
        """Collect a primitive of fixed width; return False for any other operation."""

    def value(self, op: Op, place: str, *, own: bool = False) -> None:
        """Generate the code of an operation, which reads a value into a place, or writes that of the place.

        Args:
            op: The operation.
            place: Expression of the target or the value.
            own: Whether this is the operation's own function, which must not call itself.
        """
        if not own and (op in self.uses.functions or (self.is_deep() and children(op))):
            self.call(op, place)
        elif isinstance(op, ops.Call):
            self.call(op.target, place)
        elif not self.atom(op, place):
            self._nested += 1
            getattr(self, f"_{type(op).__name__.lower()}")(op, place)
            self._nested -= 1

    def is_deep(self, more: int = 0) -> bool:
        """Return whether a part needs its own function here."""
        return self.out.indent > MAX_BLOCKS or self._nested + more > MAX_NESTED

    def fits(self, op: Op, order: str) -> bool:
        """Return whether an operation can join a run of a byte order, or one without a byte order."""
        atoms = None if self.is_deep(FLAT_DEPTH) else flat(op, self.uses.functions)
        return atoms is not None and len({order, *(atom.order for atom in atoms)} - {""}) <= 1

    @contextmanager
    def struct_level(self) -> Iterator[None]:
        """Go one struct or enum deeper."""
        self.level += 1
        self.deepest = max(self.deepest, self.level)
        yield
        self.level -= 1

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Open a block, with the code of collected operations before it and at its end."""
        self.flush()
        with self.out.block(head):
            start = len(self.out.lines)
            yield
            self.flush()
            if len(self.out.lines) == start:
                self.out.line("pass")

    def expression(self, value: Any) -> str:
        """Return code for a parameter of an operation: a constant, or an expression of earlier fields."""
        self.flush()
        if not isinstance(value, Expr):
            return repr(value) if type(value) in (int, bool) else self.out.refer("constant", value)
        if value.tree is not None:
            try:
                return source_of(value.tree, self.out.refer, self.field)
            except LookupError:  # it fails when it is evaluated
                pass
        else:
            self.place_stream()
        return f"{self.out.refer('expression', value.evaluate)}({self.context()})"

    @abstractmethod
    def place_stream(self) -> None:
        """Move construct's stream to the current place, for a function that may look at it."""

    def predicate(self, value: Expr | Callable[[Any, Any], Any], place: str) -> str:
        """Return code for a predicate of the value in a local: an expression, or a function of it."""
        if isinstance(value, Expr) and value.tree is not None:
            return source_of(value.tree, self.out.refer, self.field, place)
        return f"{self.out.refer('predicate', value)}({place}, None)"

    def field(self, levels_up: int, name: Any) -> str:
        """Return code for a field of a struct around the current place.

        Raises:
            LookupError: There is none so far.
        """
        if levels_up < len(self.frames):
            frame = self.frames[-1 - levels_up]
            return frame.locals[name] if name in frame.locals else frame.given_field(name)
        if self.scope is None:
            raise LookupError(name)
        ways = "['_']" * (levels_up - len(self.frames) + self.in_scope)
        return f"{self.scope}{ways}[{name!r}]"

    @contextmanager
    def frame(self, frame: Frame, scope: str | None = None) -> Iterator[None]:
        """Enter a struct, perhaps with a local that has its context; yield its frame."""
        outer = self.scope, self.in_scope
        self.frames.append(frame)
        if scope is not None:
            self.scope, self.in_scope = scope, len(self.frames)
        yield
        self.frames.pop()
        self.scope, self.in_scope = outer

    def context(self) -> str:
        """Return code for construct's whole context at the current place; never None."""
        self.flush()
        scope = self.scope
        for frame in self.frames[self.in_scope :]:
            scope = self.new_context(frame, scope)
            self.out.line(f"{scope}.update({frame.values()})")
        if scope in self._contexts:
            assert scope is not None
            return scope
        return self.root_context() if scope is None else f"({scope} or {self.root_context()})"

    def context_for(self, op: Op) -> str | None:
        """Return code for the context that the function of an operation needs, perhaps with few fields."""
        needs = needs_of(op)
        frames = len(self.frames) - self.in_scope
        if needs.is_whole or not frames:
            return self.context() if needs.is_whole else self.scope
        self.flush()
        code: str | None = None
        for level in reversed(range(max(needs.names) + 1)):
            if level >= frames:
                code = self.scope
                continue
            pairs = [] if code is None else [f"'_': {code}"]
            for name in sorted(needs.names.get(level, ()), key=repr):
                with suppress(LookupError):  # it fails when it is evaluated
                    pairs.append(f"{name!r}: {self.field(level, name)}")
            code = f"{{{', '.join(pairs)}}}"
        return code

    def root_context(self) -> str:
        """Return code for construct's outermost context."""
        raise NotGenerated("an expression")

    def new_context(self, frame: Frame, outer: str | None) -> str:
        """Generate code that makes the context of a struct inside another one; return its local."""
        raise NotGenerated("an expression")

    def enter_context(self, op: Any, frame: Frame) -> str | None:
        """Make a context if a part of a struct may look at anything in it; return its local, or None."""
        if op.subcons is None or not needs_of(op).is_whole:
            return None
        self.flush()
        return self.new_context(frame, self.scope)

    def count(self, value: Any) -> str:
        """Return code for a parameter that must be a number from 0 up."""
        if isinstance(value, int):
            return repr(value)
        name = self.out.fresh("n")
        self.out.line(f"{name} = {self.expression(value)}")
        self.out.names["AS_COUNT"] = as_count
        self.out.line(f"if type({name}) is not int or {name} < 0: {name} = AS_COUNT({name})")
        return name

    def _switch(self, op: ops.Switch, place: str, do: Do | None = None) -> None:
        do = do or self.value
        chosen = self.out.fresh("c")
        table = {key: position for position, key in enumerate(op.cases)}
        key = self.expression(op.key)
        self.out.line(f"{chosen} = {self.out.refer('cases', table)}.get({key}, -1)")
        for position, case in enumerate(op.cases.values()):
            with self.block(f"{'elif' if position else 'if'} {chosen} == {position}:"):
                do(case, place)
        with self.block("else:" if op.cases else "if True:"):
            do(op.default, place)

    def _if(self, op: ops.If, place: str, do: Do | None = None) -> None:
        do = do or self.value
        condition = self.expression(op.condition)
        with self.block(f"if {condition}:"):
            do(op.then, place)
        with self.block("else:"):
            do(op.otherwise, place)

    def format(self, prefix: str, order: str, codes: list[str], method: str) -> str:
        """Return the name of a method of the `struct.Struct` of a format."""
        form = struct.Struct((order or "<") + "".join(codes))
        return self.out.refer(prefix, self._methods.setdefault((form.format, method), getattr(form, method)))
