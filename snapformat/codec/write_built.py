"""Writing construct's own classes, whose expressions see what was built.

construct puts into the context what a field was built into: a default, a number that was made again, a list
for a tuple. Where an expression looks at a field, that goes into a local, the `target`; else into none.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import construct

from snapformat.codec import write_helpers as helpers
from snapformat.codec.shape import atom_of, parts
from snapformat.codec.source import NotGenerated
from snapformat.codec.write_run import RunWriter
from snapformat.layout import nodes
from snapformat.layout.built import may_change
from snapformat.layout.empty import zero_sized_cost
from snapformat.layout.nodes import Node
from snapformat.limits import DEFAULT_LIMITS

_BY_METHOD = (
    nodes.Struct,
    nodes.Switch,
    nodes.If,
    nodes.Padded,
    nodes.Prefixed,
    nodes.Opaque,
    nodes.Computed,
    nodes.Const,
    nodes.Rebuilt,
    nodes.Default,
)


class BuiltWriter(RunWriter):
    """Adds the nodes of construct's own classes, and targets for what values are built into."""

    def __init__(self, root: Node) -> None:
        super().__init__(root)
        self._builders: dict[Node, str] = {}

    def _by_helper(self, prefix: str, make: Any, value: str) -> None:
        """Write by a function of the value that gives bytes: called now, as it may run code of the value."""
        data = self.out.fresh("s")
        self.out.line(f"{data} = {self.out.refer(prefix, make)}({value})")
        self._add(data)

    def _length(self, node: Node, count: str) -> None:
        """A length prefix; a count that is too large for it makes the packing fail."""
        assert isinstance(node, nodes.Int)
        atom = atom_of(node)
        if atom is None or atom.code.endswith("s"):
            self._by_helper("varint", helpers.varint_writer(node), count)
        else:
            self._push(atom.code, atom.size, atom.order, count)

    # --- with a target --------------------------------------------------------------------------------

    def _put(self, node: Node, value: str, target: str | None) -> None:
        """Write a value; into the target, if there is one, goes what it is built into."""
        if target is None:
            self.value(node, value)
        else:
            self._build(node, value, target)

    def _build(self, node: Node, value: str, target: str, *, own: bool = False) -> None:
        if isinstance(node, nodes.Ref):
            node = node.target
        if not may_change(node):
            # Another local: the code that writes it may assign to it.
            self.out.line(f"{target} = {value}")
            copy = self.out.fresh("v")
            self.out.line(f"{copy} = {target}")
            self.value(node, copy)
        elif not own and (node in self.uses.functions or (self.is_deep() and parts(node))):
            self.flush()
            self._is_listed = True
            self.out.line(f"{target} = {self._builder(node)}({value}, l, {self.depth}, s)")
        else:
            self._nested += 1
            self._build_here(node, value, target)
            self._nested -= 1

    def _builder(self, node: Node) -> str:
        """The name of the function that writes a node and gives what it was built into."""
        if node not in self._builders:
            label = getattr(node, "name", "")
            self._builders[node] = self._wanted(self._builder_function, f"built_{label}", node)
        return self._builders[node]

    def _builder_function(self, name: str, node: Node) -> None:
        with self.function(name, self.parameters):
            self._build(node, "x", "r", own=True)
            self.flush()
            self.out.line("return r")

    def _build_here(self, node: Node, value: str, target: str) -> None:
        if isinstance(node, _BY_METHOD):
            getattr(self, f"_{type(node).__name__.lower()}")(node, value, target)
            return
        match node:
            case nodes.FixedBytes() | nodes.Bytes():
                self.out.line(f"{target} = {value}")
                self.out.line(f"if type({target}) is not bytes: {target} = BYTES({target})")
                self.value(node, target)
            case nodes.Seq() | nodes.Array() if not may_change(node.item):
                made = self.out.refer("built", helpers.built_list(node.item))
                name = self._local(value)
                self.out.line(f"{target} = {made}({name})")
                self.value(node, name)
            case nodes.Seq() | nodes.Array():
                self._build_elements(node, value, target)
            case nodes.Tuple():
                self._build_tuple(node, value, target)
            case nodes.Option():
                self._build_option(node, value, target)
            case _:
                raise NotGenerated(f"what {type(node).__name__} is built into")

    def _build_elements(self, node: nodes.Seq | nodes.Array, value: str, target: str) -> None:
        name = self._local(value)
        self.out.line(f"if type({name}) is not list: {name} = LIST({name})")
        if isinstance(node, nodes.Array):
            count = self.count(node.count)
            self.out.line(f"if len({name}) != {count}: raise GUARD")
        else:
            count = self._counted(node, name)
        element, built = self.out.fresh("v"), self.out.fresh("r")
        self.out.line(f"{target} = []")
        with self.block(f"for {element} in {name}:"):
            self._build(node.item, element, built)
            self.out.line(f"{target}.append({built})")
        # Code of the elements' own classes may have changed the list around them.
        self.out.line(f"if len({name}) != {count}: raise GUARD")

    def _counted(self, node: nodes.Seq, name: str) -> str:
        """Write the number of elements, which is checked where they are zero-sized; gives its local."""
        if node.zero_sized:
            most = DEFAULT_LIMITS.zero_sized // zero_sized_cost(node.item)
            self.out.line(f"if len({name}) > {most}: raise GUARD")
        count = self.out.fresh("n")
        self.out.line(f"{count} = len({name})")
        self._length(node.length, count)
        return count

    def _build_tuple(self, node: nodes.Tuple, value: str, target: str) -> None:
        name = self._local(value)
        self.out.line(f"if type({name}) is not tuple: {name} = LIST({name})")
        names = [self.out.fresh("v") for _ in node.items]
        self.out.line(f"{', '.join(names)}, = {name}")
        built = [self.out.fresh("r") for _ in node.items]
        for item, part, made in zip(node.items, names, built, strict=True):
            self._build(item, part, made)
        self.out.line(f"{target} = ({', '.join(built)},)")

    def _build_option(self, node: nodes.Option, value: str, target: str) -> None:
        name = self._local(value)
        for is_there in self._branches([f"if {name} is None:", "else:"]):
            self._push("B", 1, "", str(is_there))
            if not is_there:
                self.out.line(f"{target} = None")
            elif node.wrapped:
                self.out.names["SOME"] = helpers.Some
                self.out.line(f"if type({name}) is not SOME: raise GUARD")
                self._build(node.item, f"{name}.value", target)
                self.out.line(f"{target} = SOME({target})")
            else:
                self._build(node.item, name, target)

    # --- construct's own classes ----------------------------------------------------------------------

    def _container(self, node: nodes.Struct, value: str, target: str | None = None) -> None:
        name = self._local(value)
        self.out.names.update(CONTAINER=construct.Container, MAPPING=helpers.mapping)
        self.out.line(f"if {name} is None: {name} = {{}}")
        test = f"type({name}) is not dict and type({name}) is not CONTAINER"
        self.out.line(f"if {test}: {name} = MAPPING({name})")
        outer, context = self.scope, self.out.fresh("s")
        if node.scoped:
            self.out.line(f"{context} = SCOPE({outer}, {name})")
            self.scope = context
        elif target is not None:
            self.out.line(f"{context} = CONTAINER({name})")
        for item in node.fields:
            part = self.out.fresh("v")
            if item.attr is None:
                self.out.line(f"{part} = None")
                self.value(item.node, part)
                continue
            key = repr(item.attr)
            self.out.line(f"{part} = {name}.get({key})" if item.optional else f"{part} = {name}[{key}]")
            if target is None and item.attr not in node.named:
                self.value(item.node, part)
                continue
            if item.optional:
                self.out.line(f"{context}[{key}] = {part}")
            if may_change(item.node):
                built = self.out.fresh("r")
                self._build(item.node, part, built)
                self.out.line(f"{context}[{key}] = {built}")
            else:
                self.value(item.node, part)
        self.scope = outer
        if target is not None:
            self.out.line(f"{target} = CONTAINER({context})" if node.scoped else f"{target} = {context}")

    def _computed(self, node: nodes.Computed, value: str, target: str | None = None) -> None:
        """Not in the bytes."""
        made = self.expression(node.value)
        if target is not None or made.endswith(")"):  # computed in any case: that may fail
            self.out.line(made if target is None else f"{target} = {made}")

    def _const(self, node: nodes.Const, value: str, target: str | None = None) -> None:
        name = self._local(value) if value != "None" else "None"
        constant = self.out.refer("constant", node.value)
        if name != "None":
            self.out.line(f"if {name} is not None and {name} != {constant}: raise GUARD")
        # A local of its own: the code that writes it may assign to it.
        copy = self.out.fresh("v")
        self.out.line(f"{copy} = {constant}")
        self._put(node.item, copy, target)

    def _rebuilt(self, node: nodes.Rebuilt, value: str, target: str | None = None) -> None:
        name = self.out.fresh("v")
        self.out.line(f"{name} = {self._made(node)}")
        self._put(node.item, name, target)

    def _made(self, node: nodes.Rebuilt | nodes.Default) -> str:
        """A value that construct makes; the truth of an expression is stored as a number."""
        made = self.expression(node.value)
        if not isinstance(node.item, nodes.Int):
            return made
        self.out.names["STORED"] = helpers.as_stored
        return f"STORED({made})"

    def _default(self, node: nodes.Default, value: str, target: str | None = None) -> None:
        name = self.out.fresh("v")
        self.out.line(f"{name} = {value}")
        self.out.line(f"if {name} is None: {name} = {self._made(node)}")
        self._put(node.item, name, target)

    def _switch(self, node: nodes.Switch, place: str, target: Any = None) -> None:
        super()._switch(node, self._local(place), partial(self._put, target=target))

    def _if(self, node: nodes.If, place: str, target: Any = None) -> None:
        super()._if(node, self._local(place), partial(self._put, target=target))

    def _opaque(self, node: nodes.Opaque, value: str, target: str | None = None) -> None:
        self.flush()
        self._is_listed = True
        data, built = self.out.fresh("s"), target or self.out.fresh("r")
        self.out.line(
            f"{data}, {built} = {self.out.refer('opaque', helpers.opaque_writer(node))}({value}, l)"
        )
        self._add(data)

    def _padded(self, node: nodes.Padded, value: str, target: str | None = None) -> None:
        if isinstance(node.item, nodes.Unit) and isinstance(node.count, int) and target is None:
            filler = self.out.refer("fill", node.pattern * node.count)
            self._push(f"{node.count}s", node.count, "", filler)
            return
        count = self.count(node.count)
        data = self._inside(node.item, value, target, "l.place")
        self.out.line(f"if len({data}) > {count}: raise GUARD")
        self.out.line(f"{data} = {data}.ljust({count}, {node.pattern!r})")
        self._add(data)

    def _prefixed(self, node: nodes.Prefixed, value: str, target: str | None = None) -> None:
        if isinstance(node.item, nodes.Opaque):
            data, built = self.out.fresh("s"), target or self.out.fresh("r")
            run = self.out.refer("opaque", helpers.apart_writer(node.item))
            self.out.line(f"{data}, {built} = {run}({value})")
        else:
            data = self._inside(node.item, value, target, "0")
        self._length(node.length, f"len({data}) + {node.including}" if node.including else f"len({data})")
        self._add(data)

    def _inside(self, item: Node, value: str, target: str | None, start: str) -> str:
        """Write a part into pieces of its own; gives a local with its bytes."""
        self.flush()
        self._is_listed = True
        name, outer, data = self._local(value), self.out.fresh("l"), self.out.fresh("s")
        inner = self._new_pieces(start)
        self.out.line(f"{outer}, l = l, {inner}")
        self._put(item, name, target)
        self.flush()
        self.out.line(f"{data} = JOIN(l)")
        self.out.line(f"l = {outer}")
        return data
