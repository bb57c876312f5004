"""Values whose fields are decoded when they are touched.

A struct that is read lazily is an instance of a hidden subclass of its class: each empty field holds the
`Section` that knows the bytes, and a descriptor decodes it on first touch. When no field is left, the
instance becomes one of the class itself, so that nothing of this costs anything afterwards, and nothing at
all where nobody reads lazily.

There are no locks (`snapformat.once`). A field is marked as decoded before its slot is filled, and its slot
is filled before the value is handed out: wherever an interrupt strikes, what the caller may have changed is
what is written. Two threads may decode a field at once; the slot takes the value of one, which both get.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from snapformat.codec.account import Account
from snapformat.codec.engine import Codec, Skipper, codec_of, indexer_of, read_part, skipper_of
from snapformat.codec.folding import alias_of, slot_of
from snapformat.codec.outlines import remembering
from snapformat.codec.read_helpers import skipped_fields
from snapformat.codec.reserved import HIDDEN
from snapformat.codec.shape import is_array, is_plain, parts
from snapformat.codec.source import Source
from snapformat.errors import DecodeError
from snapformat.layout import nodes
from snapformat.layout.arrays import Arrays, number_code, view_of
from snapformat.layout.nodes import Node
from snapformat.layout.size import fixed_size
from snapformat.limits import DEFAULT_LIMITS
from snapformat.model.annotations import DECLARATION
from snapformat.model.c_struct import CStruct
from snapformat.model.declaration import Declaration, declaration_of
from snapformat.model.values import Some
from snapformat.once import cached_property, first, replace
from snapformat.path import Segment

Path = tuple[Segment, ...]

#: Smaller structs are read at once: that takes no longer than finding their fields.
LEAST_STRUCT = 512

_class_slot: Any = vars(object)["__class__"]


class Origin:
    """Where lazily read values come from.

    Attributes:
        data: All bytes.
        arrays: How long arrays of numbers are handed out; None for lists.
        limit: Most bytes that the whole value may claim, or None; it counts when that is passed over.
    """

    __slots__ = ("arrays", "data", "limit")

    def __init__(self, data: bytes, arrays: Arrays | None = None, limit: int | None = None) -> None:
        self.data = data
        self.arrays = arrays
        self.limit = limit

    def explain(self, error: DecodeError) -> None:
        """Complete the error of bytes that turn out to be bad."""

    def read_at_once(self) -> Any:
        """Read the whole value, of which only the beginning was looked at, and say what is wrong with it."""
        raise NotImplementedError


class Section:
    """The bytes of a struct that is decoded field by field.

    Attributes:
        plan: What is known of the struct's layout.
        origin: The bytes.
        places: Where each field begins, and where the last one ends. Where a checksum vouches for the bytes,
            these are found as far as they are needed.
        stop: Where all of it ends.
        depth: Structs and enums around the fields.
        path: The struct's own path.
        settled: Fields decoded, set or deleted, by position: all others are still these bytes. A field is
            marked first: it may be these bytes still, where an interrupt came in between.
    """

    __slots__ = ("depth", "origin", "path", "places", "plan", "settled", "stop")

    plan: Plan
    origin: Origin
    places: tuple[int, ...]
    stop: int
    depth: int
    path: Path
    settled: set[int]

    def decode(self, instance: Any, part: _Part) -> Any:
        """Decode a field on first touch; gives what another thread has put there meanwhile."""
        plan = self.plan
        index = plan.index_of[part.name]
        value = self.read_first() if len(self.places) == 1 and not index else _NOT_LAZY
        if value is _NOT_LAZY:
            places = self.reach(index)
            if places is None:
                self.take(instance, self.origin.read_at_once())
                return part.get(instance)
            path = self.path + plan.segments[index]
            start, stop = places[index], places[index + 1]
            value = read_lazily(plan.nodes[index], self.origin, start, stop, self.depth, path)
        self.settled.add(index)
        if not replace(part.get, part.set, instance, self, value):
            value = part.get(instance)
        if len(self.settled) == len(plan.nodes):
            self.finish(instance)
        return value

    def read_first(self) -> Any:
        """Read the first field, which has its end for itself, if it is one that is read at once."""
        plan, origin = self.plan, self.origin
        codec = plan.nodes[0].codec
        if not plan.is_first_small or origin.arrays is not None or codec is None or codec.accounts:
            return _NOT_LAZY
        start = self.places[0]
        try:
            value, end = codec.reader(origin.data, start, self.stop, self.depth, None)
        except Exception:  # whatever a guard raises, or there is no reader yet
            return _NOT_LAZY
        plan.is_first_small = end - start < LEAST_STRUCT
        if end > self.stop or not plan.is_first_small:
            return _NOT_LAZY
        self.places = (start, end)
        return value

    def reach(self, index: int) -> tuple[int, ...] | None:
        """The places up to the end of a field; None where reading the whole has to say what is wrong."""
        places = self.places
        if len(places) > index + 1:
            return places
        start, data = places[0], self.origin.data
        skip = None if index else self.plan.skip_first
        account = Account(DEFAULT_LIMITS.zero_sized)
        try:
            if skip is not None:  # the first is there without the others being looked for
                places = (start, skip(data, start, self.stop, self.depth, account))
                claimed = account.claimed
            else:
                places, claimed = self.plan.find(data, start, self.stop, account.zero_sized)
        except Exception:  # whatever a guard raises
            return None
        limit, end = self.origin.limit, places[-1]
        if end > self.stop or (limit is not None and end - start + claimed > limit):
            return None
        self.places = places
        return places

    def holds(self, instance: Any, index: int) -> bool:
        """Whether a field is still these bytes, although it may be marked."""
        try:
            return self.plan.parts[index].get(instance) is self
        except AttributeError:
            return False

    def take(self, instance: Any, value: Any) -> None:
        """Fill the fields that are left from another instance, which has all of them."""
        for index, part in enumerate(self.plan.parts):
            if self.holds(instance, index):
                self.settled.add(index)
                replace(part.get, part.set, instance, self, getattr(value, part.name))
        self.finish(instance)

    def finish(self, instance: Any) -> None:
        """Make an instance of which no field is left like any other."""
        if len(self.settled) == len(self.plan.nodes) and self.plan.section_of(instance) is None:
            _class_slot.__set__(instance, self.plan.cls)


class _Part:
    """A field of a hidden class: a descriptor around the slot of the class itself."""

    __slots__ = ("delete", "get", "name", "set", "slot")

    def __init__(self, name: str, slot: Any) -> None:
        self.name = name
        self.slot = slot
        self.get = slot.__get__
        self.set = slot.__set__
        self.delete = slot.__delete__

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        value = self.get(instance)
        return value.decode(instance, self) if type(value) is Section else value

    def __set__(self, instance: Any, value: Any) -> None:
        section = self._marked(instance)
        self.set(instance, value)
        if section is not None:
            section.finish(instance)

    def __delete__(self, instance: Any) -> None:
        section = self._marked(instance)
        self.delete(instance)
        if section is not None:
            section.finish(instance)

    def _marked(self, instance: Any) -> Section | None:
        """The section in the slot, in which the field is marked now as no longer its bytes."""
        try:
            found = self.get(instance)
        except AttributeError:
            return None
        if type(found) is not Section:
            return None
        found.settled.add(found.plan.index_of[self.name])
        return found


class Plan:
    """What lazy reading needs of a struct's layout.

    Attributes:
        fields: The layout's fields: two layouts are one if these are.
        nodes: The layouts of these.
        cls: The class.
        hidden: The subclass of instances with undecoded fields.
        parts: The descriptors, one a field.
        segments: What each field adds to the path.
        index_of: Position of a field by attribute.
        make: Makes an instance with nothing decoded, from its section's other attributes.
        index: Finds the fields.
        find: The same, for values that are often alike.
        is_first_small: The first field was small wherever it was read.
        holders: Look into the slot, and layout, of the fields in which structs may be undecoded.
    """

    def __init__(self, node: nodes.Struct, index: Any) -> None:
        assert node.cls is not None
        self.fields = node.fields
        self.nodes = [field.node for field in node.fields]
        self.cls = node.cls
        self.index = index
        self.find = remembering(index)
        self.hidden = _hidden(node.cls, [str(field.attr) for field in node.fields])
        self.parts: list[_Part] = [vars(self.hidden)[str(field.attr)] for field in node.fields]
        self.index_of = {part.name: position for position, part in enumerate(self.parts)}
        self.is_first_small = True
        self.make = _maker(self)
        self.holders = [
            (part.get, field.node)
            for part, field in zip(self.parts, node.fields, strict=True)
            if may_hold(field.node)
        ]
        self.segments: list[Path] = [()]
        if node.style != "newtype":
            positional = node.style == "tuple"
            self.segments = [
                (i if positional else field.name or f"_{i}",) for i, field in enumerate(node.fields)
            ]

    @cached_property
    def skip_first(self) -> Skipper | None:
        """Passes over the first field."""
        return skipper_of(self.nodes[0])

    def section_of(self, value: Any) -> Section | None:
        """The section of an instance that was read by this layout, while fields of it are undecoded."""
        for part in reversed(self.parts):  # most changes are made in front
            try:
                found = part.get(value)
            except AttributeError:  # deleted
                continue
            if type(found) is Section:
                return found if found.plan.fields is self.fields else None
        return None


def _maker(plan: Plan) -> Callable[[Origin, tuple[int, ...], int, int, Path], Any]:
    """What makes instances with a section in all slots; generated, since every lazy read begins with it."""
    out = Source()
    out.names.update(NEW=object.__new__, SECTION=Section, PLAN=plan, CLASS=plan.cls, HIDDEN=plan.hidden)
    with out.block("def make(origin, places, stop, depth, path):"):
        out.line("s = NEW(SECTION)")
        out.line("s.plan = PLAN")
        for name in ("origin", "places", "stop", "depth", "path"):
            out.line(f"s.{name} = {name}")
        out.line("s.settled = set()")
        out.line("x = NEW(CLASS)")
        out.line(f"{''.join(f'x.{alias_of(part.slot)} = ' for part in plan.parts)}s")
        for attr, default in skipped_fields(plan.cls):
            out.line(f"x.{attr} = {out.refer('default', default)}()")
        out.line("x.__class__ = HIDDEN")
        out.line("return x")
    make: Callable[..., Any] = out.compile(f"make {plan.cls.__name__}", "make")["make"]
    return make


def plan_of(node: nodes.Struct) -> Plan | None:
    """The plan of a struct; None where its class or layout does not allow one."""
    codec = node.codec or codec_of(node)
    if codec.plan is None:
        index = indexer_of(node) if _is_suitable(node) else None
        first(_plan_slot, codec, False if index is None else Plan(node, index))
    return codec.plan or None


_plan_slot = vars(Codec)["plan"]


#: What a class must not define by itself to have a hidden subclass.
_OWN = ("__getattribute__", "__init_subclass__", "__class__")


def _is_suitable(node: nodes.Struct) -> bool:
    cls = node.cls
    if cls is None or not node.fields or not is_plain(node) or type(cls) is not type:
        return False
    if issubclass(cls, CStruct) or hasattr(cls, "__getattr__"):
        return False
    for base in cls.__mro__[:-1]:
        if base.__module__ != "typing" and any(name in vars(base) for name in _OWN):
            return False
    return all(slot_of(cls, str(field.attr)) is not None for field in node.fields)


def _hidden(cls: type, names: list[str]) -> type:
    """The hidden subclass of a class: of all threads the same."""
    known: type | None = vars(cls).get(HIDDEN)
    if known is None:
        declared = declaration_of(cls)
        space: dict[str, Any] = {name: _Part(name, slot_of(cls, name)) for name in names}
        space |= {
            "__slots__": (),
            "__module__": cls.__module__,
            "__qualname__": cls.__qualname__,
            "__doc__": cls.__doc__,
            # What looks at the class of a value sees the declared one.
            "__class__": property(lambda self: cls),
            "__eq__": lambda self, other: complete(self) == other,
            "__hash__": cls.__hash__,
            "__reduce_ex__": lambda self, protocol: complete(self).__reduce_ex__(protocol),
            DECLARATION: declared,
            HIDDEN: None,
        }
        known = first(_hidden_slot, declared, type(cls.__name__, (cls,), space))
        setattr(cls, HIDDEN, known)
    return known


_hidden_slot = vars(Declaration)["hidden"]


def is_hidden(value: Any) -> bool:
    """Whether fields of a value are still undecoded."""
    return HIDDEN in vars(type(value)) and vars(type(value))[HIDDEN] is None


def complete(value: Any) -> Any:
    """Decode all fields of an instance; those inside them may still be undecoded. Gives the instance."""
    for name in [name for name, part in vars(type(value)).items() if type(part) is _Part]:
        getattr(value, name, None)
    kind = type(value)
    if HIDDEN in vars(kind) and vars(kind)[HIDDEN] is None:  # an interrupt came before the last step
        _class_slot.__set__(value, kind.__bases__[0])
    return value


# --- reading ------------------------------------------------------------------------------------------


def read_lazily(node: Node, origin: Origin, start: int, stop: int, depth: int, path: Path) -> Any:
    """The value between two positions, as lazy as its layout allows.

    Args:
        node: Its layout.
        origin: The bytes.
        start: Where it begins.
        stop: Where it ends, as passing over it has found.
        depth: Structs and enums around it.
        path: Its path.

    Raises:
        DecodeError: The bytes are no such value.
    """
    if stop - start >= LEAST_STRUCT or (origin.arrays is not None and has_arrays(node)):
        reader = _READERS.get(type(node))
        value = _NOT_LAZY if reader is None else reader(node, origin, start, stop, depth, path)
        if value is not _NOT_LAZY:
            return value
    try:
        return read_part(node, origin.data, start, stop, depth, path)
    except DecodeError as error:
        origin.explain(error)
        raise


_NOT_LAZY: Any = object()
_arrays: WeakKeyDictionary[Node, bool] = WeakKeyDictionary()


def may_hold(node: Node) -> bool:
    """Whether there are structs in a layout that may be undecoded: behind options, lists and arrays."""
    while isinstance(node, nodes.Option | nodes.Seq | nodes.Array):
        node = node.item
    return isinstance(node, nodes.Struct | nodes.Ref)


def has_arrays(node: Node) -> bool:
    """Whether there are such arrays in a layout, where lazy reading comes by."""
    found = _arrays.get(node)
    if found is None:
        seen: set[Node] = set()
        waiting = [node]
        while waiting and not found:
            current = waiting.pop()
            if current in seen or type(current) not in _READERS:
                continue
            seen.add(current)
            found = is_array(current)
            if not isinstance(current, nodes.Struct) or plan_of(current) is not None:
                waiting += parts(current)
        found = _arrays[node] = bool(found)
    return found


def _struct(node: nodes.Struct, origin: Origin, start: int, stop: int, depth: int, path: Path) -> Any:
    plan = plan_of(node)
    if plan is None:
        return _NOT_LAZY
    try:
        places = plan.index(origin.data, start, stop, depth, Account(DEFAULT_LIMITS.zero_sized))
    except Exception:  # reading it says what is wrong
        return _NOT_LAZY
    return plan.make(origin, places, places[-1], depth + 1, path)


def _option(node: nodes.Option, origin: Origin, start: int, stop: int, depth: int, path: Path) -> Any:
    reader = _READERS.get(type(node.item))
    if reader is None or origin.data[start] != 1:
        return _NOT_LAZY
    value = reader(node.item, origin, start + 1, stop, depth, path)
    return Some(value) if node.wrapped and value is not _NOT_LAZY else value


def _ref(node: nodes.Ref, origin: Origin, start: int, stop: int, depth: int, path: Path) -> Any:
    target = node.target
    return (
        _struct(target, origin, start, stop, depth, path) if isinstance(target, nodes.Struct) else _NOT_LAZY
    )


def _elements(
    node: nodes.Seq | nodes.Array, origin: Origin, start: int, stop: int, depth: int, path: Path
) -> Any:
    first = start
    if isinstance(node, nodes.Seq):
        if not isinstance(node.length, nodes.Int) or node.length.variable:
            return _NOT_LAZY
        first += node.length.size
        count = int.from_bytes(origin.data[start:first], node.length.byteorder)
    elif isinstance(node.count, int):
        count = node.count
    else:
        return _NOT_LAZY
    if origin.arrays is not None and is_array(node):
        code, size = number_code(node.item), fixed_size(node.item)
        assert code is not None
        assert size is not None
        return view_of(code, size, origin.data, first, stop, origin.arrays)
    item = node.item
    # Many small elements are read at once, unless there are views to be had of them.
    is_large = stop - first >= LEAST_STRUCT * count or (origin.arrays is not None and has_arrays(item))
    if type(item) not in _READERS or not is_large:
        return _NOT_LAZY
    skip = skipper_of(item)
    assert skip is not None
    values = []
    account = Account(DEFAULT_LIMITS.zero_sized)
    try:
        for index in range(count):
            end = skip(origin.data, first, stop, depth, account)
            values.append(read_lazily(item, origin, first, end, depth, (*path, index)))
            first = end
    except Exception:  # reading it says what is wrong first: those before may be undecoded
        return _NOT_LAZY
    return values


_READERS: dict[type[Node], Callable[[Any, Origin, int, int, int, Path], Any]] = {
    nodes.Struct: _struct,
    nodes.Option: _option,
    nodes.Ref: _ref,
    nodes.Seq: _elements,
    nodes.Array: _elements,
}
