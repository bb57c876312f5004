"""Fields that are checked when they are read, and made when somebody looks at them.

Some parts are right whatever their bytes are, if only the lengths are: long arrays of numbers, lists of C
structs. A generated reader passes over them, and leaves a `Part` in the instance's slot. From then on a
property in front of the slot makes the value of it on first touch; a part that nobody has touched is written
as the very bytes. It is the same for lists as `CStruct` is for single structs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MemberDescriptorType
from typing import Any, TypeGuard

from snapformat.codec.reserved import HIDDEN, alias
from snapformat.codec.shape import counted_of, is_any_bytes, is_array
from snapformat.layout import nodes
from snapformat.layout.arrays import number_code
from snapformat.layout.nodes import Node
from snapformat.lazy_dataclasses import SlotProperty
from snapformat.once import cached_property, replace


def is_foldable(node: Node) -> bool:
    """Whether a field of this layout may be folded: the bytes may be any, and there may be many of them."""
    return is_numbers(node) or (_is_list(node) and _is_any(node))


def is_numbers(node: Node) -> TypeGuard[nodes.Seq | nodes.Array]:
    """Whether these are numbers, and may be many. Those are folded where there are many."""
    return is_array(node) and (isinstance(node, nodes.Array) or _is_plain_length(node.length))


def _is_list(node: Node) -> bool:
    """Whether this is a list of C structs, with or without a header, or a list of such lists."""
    match node:
        case nodes.Seq(item=item) | nodes.Array(item=item):
            return isinstance(item, nodes.Blob) or _is_list(item)
        case nodes.Adapted():
            return counted_of(node) is not None
    return False


def _is_any(node: Node) -> bool:
    """Whether all that can be wrong with such bytes is a length."""
    match node:
        case nodes.Blob():
            return is_any_bytes(node)
        case nodes.Seq():
            return _is_plain_length(node.length) and _is_any(node.item)
        case nodes.Array(count=int()):
            return _is_any(node.item)
        case nodes.Adapted():
            counted = counted_of(node)
            return counted is not None and all(map(_is_any, counted))
    return number_code(node) is not None


def _is_plain_length(node: Node) -> bool:
    return isinstance(node, nodes.Int) and node.packer is not None


def foldable_slot(cls: type | None, field: nodes.Field) -> MemberDescriptorType | None:
    """The slot of a class's field that may be folded; None where it is not."""
    if cls is None or field.attr is None or not is_foldable(field.node):
        return None
    return slot_of(cls, field.attr)


def slot_of(cls: type, attr: str) -> MemberDescriptorType | None:
    """The slot of a field, or None if it has none, or code of its own in front of it."""
    found: object = getattr(cls, attr, None)
    if isinstance(found, SlotProperty):
        found = found.slot
    return found if isinstance(found, MemberDescriptorType) else None


def alias_of(slot: MemberDescriptorType) -> str:
    """A second name of a slot in its class, by which generated code reaches it past the property."""
    name = alias(slot.__name__)
    if name not in vars(slot.__objclass__):
        setattr(slot.__objclass__, name, slot)
    return name


def instance_check(cls: type, slots: Mapping[str | None, MemberDescriptorType]) -> Callable[[Any], bool]:
    """Tells instances of a class or subclass in which nothing stands in front of these slots of fields."""

    def is_one(value: Any) -> bool:
        if not isinstance(value, cls):
            return False
        kind = type(value)
        return HIDDEN in vars(kind) or all(slot_of(kind, str(attr)) is slot for attr, slot in slots.items())

    return is_one


class Folder:
    """Folds one field.

    Args:
        slot: Its slot.
        node: Its layout.
        make_reader: Gives, of the layout, a function from the bytes to the value; most fields are never
            looked at.
    """

    def __init__(
        self,
        slot: MemberDescriptorType,
        node: Node,
        make_reader: Callable[[Any], Callable[[bytes], Any]],
    ) -> None:
        self.slot = slot
        self.node = node
        self._make_reader = make_reader
        self._is_ready = False

    def __call__(self, raw: bytes) -> Part:
        """A part for the slot, in front of which there is the property now."""
        if not self._is_ready:
            _see_to(self.slot)
            self._is_ready = True
        return Part(raw, self)

    @cached_property
    def read(self) -> Callable[[bytes], Any]:
        """Makes the value."""
        return self._make_reader(self.node)


class Part:
    """A value that nobody has looked at.

    Attributes:
        raw: Its bytes; of a sequence of numbers, those behind the length.
        folder: Of its field, and with the layout by which it was checked.
    """

    __slots__ = ("folder", "raw")

    def __init__(self, raw: bytes, folder: Folder) -> None:
        self.raw = raw
        self.folder = folder

    def numbers(self) -> Any:
        """Numbers as a memoryview of as many elements, in the order in which they are written."""
        code = number_code(self.folder.node.item)  # type: ignore[attr-defined]  # of a sequence
        assert code is not None
        return memoryview(self.raw).cast(code[1])  # type: ignore[call-overload]  # one of its codes


def _see_to(slot: MemberDescriptorType) -> None:
    if not isinstance(vars(slot.__objclass__)[slot.__name__], SlotProperty):
        setattr(slot.__objclass__, slot.__name__, _unfolding(slot))


def _unfolding(slot: Any) -> SlotProperty:
    """A property that makes the value of a part in a slot."""
    look, put = slot.__get__, slot.__set__

    def get(instance: Any) -> Any:
        found = look(instance)
        return unfolded(instance, found) if type(found) is Part else found

    def unfolded(instance: Any, part: Part) -> Any:
        value = part.folder.read(part.raw)
        # Another thread may have come first, or have set or deleted it.
        return value if replace(look, put, instance, part, value) else look(instance)

    made = SlotProperty(get, put, slot.__delete__, slot.__doc__)
    made.slot = slot
    return made
