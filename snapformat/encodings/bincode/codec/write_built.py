"""Writing construct's own classes, whose expressions see built values.

construct puts the built value of a field into the context: a default, a computed number, a list for a tuple.
If an expression uses a field, its built value is kept in a local, the `target`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import construct

from snapformat.encodings.bincode import construct_ops, ops
from snapformat.encodings.bincode.codec import running
from snapformat.encodings.bincode.codec import write_helpers as helpers
from snapformat.encodings.bincode.codec.built import may_change
from snapformat.encodings.bincode.codec.expressions import Frame, is_frame, names_in, needs_of
from snapformat.encodings.bincode.codec.shape import atom_of, has_run, is_placed, is_plain, zero_sized_cost
from snapformat.encodings.bincode.codec.source import NotGenerated
from snapformat.encodings.bincode.codec.write_run import RunWriter
from snapformat.encodings.bincode.ops import Op, children
from snapformat.limits import DEFAULT_LIMITS
from snapformat.model.built import as_built
from snapformat.model.expressions import fill_context

_BY_METHOD = (
    ops.Struct,
    ops.Enum,
    ops.Switch,
    ops.If,
    ops.Padded,
    ops.Prefixed,
    ops.Run,
    ops.OfConstruct,
    ops.Interpret,
    ops.Computed,
    ops.Const,
    ops.Rebuild,
    ops.Default,
)


class BuiltWriter(RunWriter):
    """Adds the operations of construct's own classes, which build into a target."""

    def __init__(self, root: Op) -> None:
        super().__init__(root)
        self._builders: dict[Op, str] = {}

    def _by_helper(self, prefix: str, make: Any, value: str) -> None:
        """Write with a function from the value to bytes: called now, as it may run code of the value."""
        data = self.out.fresh("s")
        self.out.line(f"{data} = {self.out.refer(prefix, make)}({value})")
        self._add(data)

    def _length(self, op: Op, count: str) -> None:
        """Write a length prefix; a count that is too large for it makes the packing fail."""
        atom = atom_of(op)
        if not isinstance(op, ops.Int):
            name = self.out.fresh("v")
            self.out.line(f"{name} = {count}")
            self.value(op, name)
        elif atom is None or atom.code.endswith("s"):
            self._by_helper("varint", helpers.varint_writer(op), count)
        else:
            self._push(atom.code, atom.size, atom.order, count)

    # --- with a target --------------------------------------------------------------------------------

    def _put(self, op: Op, value: str, target: str | None) -> None:
        """Write a value; assign the built value to the target, if there is one."""
        if target is None:
            self.value(op, value)
        else:
            self._build(op, value, target)

    def _build(self, op: Op, value: str, target: str, *, own: bool = False) -> None:
        if isinstance(op, ops.Call):
            op = op.target
        if not may_change(op):
            # Another local: the code that writes it may assign to it.
            self.out.line(f"{target} = {value}")
            copy = self.out.fresh("v")
            self.out.line(f"{copy} = {target}")
            self.value(op, copy)
        elif not own and (op in self.uses.functions or (self.is_deep() and children(op))):
            self.flush()
            self._is_listed = True
            self.give_context(op)
            self.out.line(f"{target} = {self._builder(op)}({value}, l, {self.depth}, s)")
        else:
            self._nested += 1
            self._build_here(op, value, target)
            self._nested -= 1

    def _builder(self, op: Op) -> str:
        """Return the name of the function that writes an operation and returns the built value."""
        if op not in self._builders:
            label = getattr(op, "name", "")
            self._builders[op] = self._wanted(self._builder_function, f"built_{label}", op)
        return self._builders[op]

    def _builder_function(self, name: str, op: Op) -> None:
        with self.function(name, self.parameters):
            if needs_of(op):
                self.scope = self.given_context()
            self._build(op, "x", "r", own=True)
            self.flush()
            self.out.line("return r")

    def _build_here(self, op: Op, value: str, target: str) -> None:
        if isinstance(op, _BY_METHOD):
            getattr(self, f"_{type(op).__name__.lower()}")(op, value, target)
            return
        match op:
            case ops.FixedBytes() | ops.Bytes():
                self.out.line(f"{target} = {value}")
                self.out.line(f"if type({target}) is not bytes: {target} = BYTES({target})")
                self.value(op, target)
            case ops.Seq() | ops.Array() if not may_change(op.item) and not getattr(op, "indexed", False):
                made = self.out.refer("built", helpers.built_list(op.item))
                name = self._local(value)
                self.out.line(f"{target} = {made}({name})")
                self.value(op, name)
            case ops.Seq() | ops.Array():
                self._build_elements(op, value, target)
            case ops.Tuple():
                self._build_tuple(op, value, target)
            case ops.Option():
                self._build_option(op, value, target)
            case _:
                raise NotGenerated(f"what {type(op).__name__} is built into")

    def _build_elements(self, op: ops.Seq | ops.Array, value: str, target: str) -> None:
        name = self._local(value)
        self.out.line(f"if type({name}) is not list: {name} = LIST({name})")
        if isinstance(op, ops.Array):
            count = self.count(op.count)
            self.out.line(f"if len({name}) != {count}: raise GUARD")
        else:
            count = self._counted(op, name)
        element, built = self.out.fresh("v"), self.out.fresh("r")
        self.out.line(f"{target} = []")
        with self.numbered(op, f"for {element} in {name}:"):
            self._build(op.item, element, built)
            self.out.line(f"{target}.append({built})")
        # Code of the elements' own classes may have changed the list around them.
        self.out.line(f"if len({name}) != {count}: raise GUARD")

    @contextmanager
    def numbered(self, op: Op, head: str) -> Iterator[None]:
        """Open a loop over elements, which may look at their index."""
        may_look = isinstance(op, construct_ops.Around) or (isinstance(op, ops.Array) and op.indexed)
        if not may_look or not needs_of(op.item).is_whole:  # type: ignore[attr-defined]  # both have one
            with self.block(head):
                yield
            return
        self.flush()
        context, index = self.context(), self.out.fresh("i")
        self.out.line(f"{index} = -1")
        with self.block(head):
            self.out.line(f"{index} += 1")
            self.out.line(f"{context}['_index'] = {index}")
            yield

    def _counted(self, op: ops.Seq, name: str) -> str:
        """Write the number of elements, which is checked if they are zero-sized; return its local."""
        if op.has_zero_sized_elements:
            most = DEFAULT_LIMITS.zero_sized // zero_sized_cost(op.item)
            self.out.line(f"if len({name}) > {most}: raise GUARD")
        count = self.out.fresh("n")
        self.out.line(f"{count} = len({name})")
        self._length(op.length, count)
        return count

    def _build_tuple(self, op: ops.Tuple, value: str, target: str) -> None:
        name = self._local(value)
        self.out.line(f"if type({name}) is not tuple: {name} = LIST({name})")
        names = [self.out.fresh("v") for _ in op.items]
        self.out.line(f"{', '.join(names)}, = {name}")
        built = [self.out.fresh("r") for _ in op.items]
        for item, part, made in zip(op.items, names, built, strict=True):
            self._build(item, part, made)
        self.out.line(f"{target} = ({', '.join(built)},)")

    def _build_option(self, op: ops.Option, value: str, target: str) -> None:
        name = self._local(value)
        for is_there in self._branches([f"if {name} is None:", "else:"]):
            self._push("B", 1, "", str(is_there))
            if not is_there:
                self.out.line(f"{target} = None")
            elif op.wrapped:
                self.out.names["SOME"] = helpers.Some
                self.out.line(f"if type({name}) is not SOME: raise GUARD")
                self._build(op.item, f"{name}.value", target)
                self.out.line(f"{target} = SOME({target})")
            else:
                self._build(op.item, name, target)

    # --- construct's own classes ----------------------------------------------------------------------

    def _container(self, op: ops.Struct, value: str, target: str | None = None) -> None:
        name = self._local(value)
        self.out.names.update(CONTAINER=construct.Container, MAPPING=helpers.mapping)
        test = f"type({name}) is not CONTAINER and type({name}) is not dict"
        self.out.line(f"if {test}: {name} = MAPPING({name})")
        with self.entered(op, name) as frame:
            for item in op.fields:
                self._field(op, frame, item, name, is_kept=target is not None)
        if target is not None:
            made = frame.values()
            # Only foreign code looks at it by attribute.
            self.out.line(f"{target} = {made if self.scope is None else f'CONTAINER({made})'}")

    @contextmanager
    def entered(self, op: Any, given: str) -> Iterator[Frame]:
        """Enter a struct, or another group; `given` is the local of the given mapping or instance."""
        frame = Frame(op, given=given)
        if not is_frame(op):
            yield frame
            return
        scope = self.enter_context(op, frame)
        if scope is not None:
            self.out.names["FILL"] = fill_context
            self.out.line(f"FILL({scope}, {frame.values() if frame.is_instance else given})")
        with self.frame(frame, scope):
            yield frame

    def _field(self, op: ops.Struct, frame: Frame, item: ops.Field, name: str, *, is_kept: bool) -> None:
        part = self.out.fresh("v")
        if item.attr is None:
            self.out.line(f"{part} = None")
            self.value(item.op, part)
            return
        key = repr(item.attr)
        self.out.line(f"{part} = {name}.get({key})" if item.optional else f"{part} = {name}[{key}]")
        self.put_field(frame, item, part, is_named=is_kept or item.attr in names_in(op))

    def put_field(self, frame: Frame, item: ops.Field, part: str, *, is_named: bool) -> None:
        """Write a field; if expressions or other code may look at it, its built value goes into the frame."""
        is_whole = self.frames[-1:] == [frame] and self.in_scope == len(self.frames)
        if is_whole and item.optional:
            self.out.line(f"{self.scope}[{item.attr!r}] = {part}")
        if (is_named or is_whole) and may_change(item.op):
            built = self.out.fresh("r")
            self._build(item.op, part, built)
            frame.locals[item.attr] = built
            frame.changed.add(item.attr)
        else:
            if is_named or item.optional:
                frame.locals[item.attr] = part
            if item.optional:
                frame.changed.add(item.attr)
            self.value(item.op, part)
        if is_whole and item.attr in frame.locals:
            self.out.line(f"{self.scope}[{item.attr!r}] = {frame.locals[item.attr]}")

    def _instance(self, op: ops.Struct, name: str, target: str | None) -> None:
        """Write the fields of an instance, which expressions may name."""
        named = names_in(op)
        with self.entered(op, name) as frame:
            for item in op.fields:
                part = self.out.fresh("v")
                self.out.line(f"{part} = {self.attribute(op, name, item)}")
                if item.attr is None:
                    self.value(item.op, part)
                else:
                    self.put_field(frame, item, part, is_named=target is not None or item.attr in named)
        if target is not None:
            self.out.names["AS_BUILT"] = as_built
            changed = [(item.attr, frame.locals.get(item.attr)) for item in op.fields if may_change(item.op)]
            pairs = ", ".join(f"{attr!r}: {built}" for attr, built in changed if built is not None)
            self.out.line(f"{target} = AS_BUILT({name}, {{{pairs}}})" if pairs else f"{target} = {name}")

    def attribute(self, op: ops.Struct, name: str, item: ops.Field) -> str:
        """Return code for the value of a field of an instance; a registered class may lack one."""
        if item.attr is None:
            return "None"
        may_lack = item.optional and not is_plain(op)
        return f"getattr({name}, {item.attr!r}, None)" if may_lack else f"{name}.{item.attr}"

    def _computed(self, op: ops.Computed, value: str, target: str | None = None) -> None:
        """Compute a value that is not in the bytes."""
        made = self.expression(op.value)
        if target is not None or made.endswith(")"):  # computed in any case: that may fail
            self.out.line(made if target is None else f"{target} = {made}")

    def _const(self, op: ops.Const, value: str, target: str | None = None) -> None:
        name = self._local(value) if value != "None" else "None"
        constant = self.out.refer("constant", op.value)
        if name != "None":
            self.out.line(f"if {name} is not None and {name} != {constant}: raise GUARD")
        if isinstance(op.item, ops.FixedBytes) and type(op.value) is bytes and len(op.value) == op.item.count:
            self._push(f"{op.item.count}s", op.item.count, "", constant)
            if target is not None:
                self.out.line(f"{target} = {constant}")
            return
        # A local of its own: the code that writes it may assign to it.
        copy = self.out.fresh("v")
        self.out.line(f"{copy} = {constant}")
        self._put(op.item, copy, target)

    def _rebuild(self, op: ops.Rebuild, value: str, target: str | None = None) -> None:
        name = self.out.fresh("v")
        self.out.line(f"{name} = {self._made(op)}")
        self._put(op.item, name, target)

    def _made(self, op: ops.Rebuild | ops.Default) -> str:
        """Return code for a value that construct computes; a bool is stored as a number."""
        made = self.expression(op.value)
        if not isinstance(op.item, ops.Int) or made.startswith("(len("):
            return made
        self.out.names["STORED"] = helpers.as_stored
        return f"STORED({made})"

    def _default(self, op: ops.Default, value: str, target: str | None = None) -> None:
        name = self.out.fresh("v")
        self.out.line(f"{name} = {value}")
        self.out.line(f"if {name} is None: {name} = {self._made(op)}")
        self._put(op.item, name, target)

    def _switch(self, op: ops.Switch, place: str, target: Any = None) -> None:
        super()._switch(op, self._local(place), partial(self._put, target=target))

    def _if(self, op: ops.If, place: str, target: Any = None) -> None:
        super()._if(op, self._local(place), partial(self._put, target=target))

    def _run(self, op: ops.Run, value: str, target: str | None = None) -> None:
        self.flush()
        self._is_listed = True
        run = self.out.refer("run", running.construct_writer(op))
        self.out.line(f"{f'{target} = ' if target else ''}{run}({value}, l, {self.scope})")

    def _interpret(self, op: ops.Interpret, value: str, target: str | None = None) -> None:
        self.flush()
        self._is_listed = True
        run = self.out.refer("interpret", running.kind_writer(op))
        context = self.context() if self.frames else self.scope
        arguments = f"{value}, {self.depth}, l, {context}, {target is not None}"
        self.out.line(f"{f'{target} = ' if target else ''}{run}({arguments})")

    def _padded(self, op: ops.Padded, value: str, target: str | None = None) -> None:
        if isinstance(op.item, ops.Unit) and isinstance(op.count, int) and target is None:
            filler = self.out.refer("fill", op.pattern * op.count)
            self._push(f"{op.count}s", op.count, "", filler)
            return
        count = self.count(op.count)
        if has_run(op.item) or is_placed(op.item):
            self._padded_in_place(op, self._local(value), target, count)
            return
        data = self._inside(op.item, value, target)
        self.out.line(f"if len({data}) > {count}: raise GUARD")
        self.out.line(f"{data} = {data}.ljust({count}, {op.pattern!r})")
        self._add(data)

    def _padded_in_place(self, op: ops.Padded, name: str, target: str | None, count: str) -> None:
        """Write a value that may look at its position, then the fill bytes."""
        start, left = self.out.fresh("q"), self.out.fresh("n")
        self.flush()
        self._is_listed = True
        self.out.line(f"{start} = l.tell()")
        self._put(op.item, name, target)
        self.flush()
        self.out.line(f"{left} = {start} + {count} - l.tell()")
        self.out.line(f"if {left} < 0: raise GUARD")
        self._add(f"{op.pattern!r} * {left}")

    def _prefixed(self, op: ops.Prefixed, value: str, target: str | None = None) -> None:
        data = self._inside(op.item, value, target)
        self._length(op.length, f"len({data}) + {op.including}" if op.including else f"len({data})")
        self._add(data)

    def _inside(self, item: Op, value: str, target: str | None) -> str:
        """Write a part into pieces of its own; return a local with its bytes."""
        name, data = self._local(value), self.out.fresh("s")
        self._end_run()
        outer, self.pieces = self.pieces, []
        was_listed, self._is_listed = self._is_listed, False
        start, indent = len(self.out.lines), "    " * self.out.indent
        self._put(item, name, target)
        self._end_run()
        if self._is_listed:
            self.flush()
            kept = self.out.fresh("l")
            # What comes before is written first, as the part may look at its place.
            before = [f"{indent}l += ({''.join(f'{piece}, ' for piece in outer)})"] if outer else []
            self.out.lines[start:start] = [*before, f"{indent}{kept}, l = l, {self._new_pieces()}"]
            self.out.line(f"{data} = {self.joined()}")
            self.out.line(f"l = {kept}")
            self.pieces = []
        else:
            self.out.line(f"{data} = {self._joined_pieces()}")
            self.pieces, self._is_listed = outer, was_listed
        return data

    def _joined_pieces(self) -> str:
        """Return code for the bytes of the collected pieces."""
        if len(self.pieces) == 1:
            return self.pieces[0]
        self.out.names["JOIN"] = b"".join
        return f"JOIN(({''.join(f'{piece}, ' for piece in self.pieces)}))"
