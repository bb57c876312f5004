"""The protocol between kinds and encodings: a writer and a reader that a kind calls, part by part.

A kind defines what a value is (`Kind.write`, `Kind.read`); a writer and a reader define how an encoding
stores it. This is the cut of serde's `Serializer` and `Deserializer`. An encoding implements both classes; a
kind calls their methods in the order of the value's parts, with `enter` and `leave` around each part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from snapformat.errors import DecodeError, EncodeError, SnapshotError
from snapformat.limits import Limits
from snapformat.model.checks import describe_exception
from snapformat.model.traversal import Traversal
from snapformat.trampoline import Task, run

if TYPE_CHECKING:
    from snapformat.model import kinds
    from snapformat.model.kinds import Kind
    from snapformat.model.order import SortKeys


class ValueWriter(Traversal):
    """Writes values in one encoding.

    Values are checked by their kinds before they come here: an `int` is an `int` in range, text has no lone
    surrogates.

    Attributes:
        keep: Whether the built form of the current value is needed, as an expression may use it.
        keys: Sort keys of the maps and sets written so far.
    """

    __slots__ = ("keep", "keys")

    parsing = False

    error: ClassVar[type[SnapshotError]] = EncodeError
    depth_message = "nested too deeply, or in a circle"

    def __init__(self, limits: Limits, keys: SortKeys) -> None:
        super().__init__(limits)
        self.keep: bool = False
        self.keys: SortKeys = keys

    # --- primitives -----------------------------------------------------------------------------------

    def write_int(self, kind: kinds.Int, value: int) -> None:
        """Write an integer."""
        raise NotImplementedError

    def write_bool(self, kind: kinds.Bool, value: Any) -> None:
        """Write a bool; of a lenient kind also a `RawFlag`."""
        raise NotImplementedError

    def write_float(self, kind: kinds.Float, value: float) -> None:
        """Write a float that its width can hold."""
        raise NotImplementedError

    def write_char(self, kind: kinds.Char, value: str) -> None:
        """Write one Unicode scalar value."""
        raise NotImplementedError

    def write_str(self, kind: kinds.Str, value: str, data: bytes) -> None:
        """Write text; `data` is the same text in the kind's text encoding."""
        raise NotImplementedError

    def write_bytes(self, kind: kinds.Bytes, data: bytes) -> None:
        """Write bytes with their length."""
        raise NotImplementedError

    def write_fixed_bytes(self, kind: kinds.FixedBytes, data: bytes) -> None:
        """Write bytes of a known number."""
        raise NotImplementedError

    def write_unit(self, kind: Kind) -> None:
        """Write a unit."""
        raise NotImplementedError

    def write_computed(self, kind: kinds.Computed, value: Any) -> None:
        """Write a value that is not stored."""

    def write_label(self, kind: Kind, text: str) -> None:
        """Write text in place of a value; only in a human-readable encoding."""
        raise NotImplementedError

    def write_object(self, shown: dict[str, Any]) -> None:
        """Write plain data in place of a value; only in a human-readable encoding."""
        raise NotImplementedError

    def write_flags(self, flags: dict[str, bool], unnamed: int) -> None:
        """Write flags in place of the number that was written; only in a human-readable encoding."""
        raise NotImplementedError

    def write_bits(self, kind: kinds.BitStruct, fields: dict[str, Any], whole: int) -> None:
        """Write the fields of a bit struct, given with their number."""
        raise NotImplementedError

    def write_run(self, kind: kinds.Run, value: Any) -> Any:
        """Let construct build a value; return the built value."""
        raise NotImplementedError

    def write_plain(self, kind: kinds.Leaf, value: Any) -> Any:
        """Write text, a number or bytes of one of construct's classes; return the built value."""
        return self.write_run(kind, value)

    # --- groups: parts follow -------------------------------------------------------------------------

    def write_option(self, kind: kinds.Option, present: bool) -> None:
        """Begin an option; the value follows if it is present."""
        raise NotImplementedError

    def write_seq(self, kind: Kind, count: int) -> None:
        """Begin a sequence or a set; its elements follow."""
        raise NotImplementedError

    def write_map(self, kind: kinds.Map, count: int) -> None:
        """Begin a map; keys and values follow in turn."""
        raise NotImplementedError

    def write_tuple(self, kind: Kind, count: int) -> None:
        """Begin a tuple; its elements follow."""
        raise NotImplementedError

    def write_array(self, kind: Kind, count: int) -> None:
        """Begin an array; its elements follow."""
        raise NotImplementedError

    def write_struct(self, kind: kinds.Struct) -> None:
        """Begin a struct, or the fields of a variant; its fields follow."""
        raise NotImplementedError

    def write_variant(self, kind: kinds.Enum, variant: kinds.EnumVariant) -> None:
        """Begin a variant of an enum; its fields follow if it has any."""
        raise NotImplementedError

    def write_variant_fields(self, kind: kinds.Struct) -> None:
        """Begin the fields of a variant, which follow."""
        self.write_struct(kind)

    def write_many(self, kind: Kind, values: Sequence[Any]) -> bool:
        """Write many elements of one kind at once; return False, with nothing written, if unsupported."""
        return False

    def sort_entries(self, kind: kinds.Map, entries: list[tuple[Any, Any]]) -> bool:
        """Put the entries of a map into the order of writing; return False if something prevents it."""
        return not kind.ordered or self.keys.sort(kind.key, entries, itemgetter(0))

    def sort_elements(self, kind: kinds.Set, elements: list[Any]) -> bool:
        """Put the elements of a set into the order of writing; return False if something prevents it."""
        return not kind.ordered or self.keys.sort(kind.item, elements)

    # --- construct's groupings of bytes: neutral where values are no bytes ------------------------------

    def begin_region(self, kind: kinds.Region) -> Any:
        """Begin a region of bytes for the parts that follow; return the argument of `end_region`."""

    def end_region(self, kind: kinds.Region, begun: Any) -> None:
        """End the region."""

    def begin_budget(self, limit: int | None) -> Any:
        """Begin parts with a budget of claimed bytes of their own."""

    def end_budget(self, begun: Any) -> None:
        """Return to the budget from before."""

    def begin_encoding(self, config: Any) -> Any:
        """Begin parts with a configuration of their own; return the argument of `end_encoding`."""

    def end_encoding(self, begun: Any) -> None:
        """Return to the configuration from before."""

    def write_ordered(self, key: Any) -> None:
        """Write a value whose conversion gives its sort key; only if `orders` is set."""
        raise NotImplementedError

    # --- whole values ---------------------------------------------------------------------------------

    def write_blob(self, kind: kinds.Blob, value: Any) -> Task:
        """Write a C struct."""
        raise NotImplementedError

    def write(self, kind: Kind, value: Any) -> Any:
        """Write a whole value; return the built value.

        Raises:
            EncodeError: The value does not fit its kind; the path says where.
        """
        try:
            written = kind.write(value, self)
            return written if kind.is_leaf else run(written)
        except SnapshotError:
            raise
        except Exception as error:  # code of the value's own class
            self.fail(f"the value's own code fails: {describe_exception(error)}", cause=error)


class ValueReader(Traversal):
    """Reads values in one encoding."""

    __slots__ = ()

    parsing = True

    error: ClassVar[type[SnapshotError]] = DecodeError

    # --- primitives -----------------------------------------------------------------------------------

    def read_int(self, kind: kinds.Int) -> int:
        """Read an integer."""
        raise NotImplementedError

    def read_bool(self, kind: kinds.Bool) -> Any:
        """Read a bool; of a lenient kind perhaps a `RawFlag`."""
        raise NotImplementedError

    def read_float(self, kind: kinds.Float) -> float:
        """Read a float."""
        raise NotImplementedError

    def read_char(self, kind: kinds.Char) -> str:
        """Read one Unicode scalar value."""
        raise NotImplementedError

    def read_str(self, kind: kinds.Str) -> str:
        """Read text."""
        raise NotImplementedError

    def read_bytes(self, kind: kinds.Bytes) -> bytes:
        """Read bytes with a length, which the kind accepts."""
        raise NotImplementedError

    def read_fixed_bytes(self, kind: kinds.FixedBytes, count: int) -> bytes:
        """Read bytes of a known number."""
        raise NotImplementedError

    @property
    def pauses(self) -> bool:
        """Whether a long sequence should pause, so that the caller can take the events so far."""
        return False

    def read_unit(self, kind: Kind) -> None:
        """Read a unit."""
        raise NotImplementedError

    def read_computed(self, kind: kinds.Computed) -> Any:
        """Read a value that is not stored."""
        return self.evaluate(kind.value)

    def supplied(self, value: Any) -> Any:
        """Return a value that was left out (`is_null`): a constant or expression of construct."""
        return self.evaluate(value)

    def read_bits(self, kind: kinds.BitStruct) -> Any:
        """Read the fields of a bit struct."""
        raise NotImplementedError

    def read_run(self, kind: kinds.Run) -> Any:
        """Let construct parse a value."""
        raise NotImplementedError

    def read_plain(self, kind: kinds.Leaf) -> Any:
        """Read text, a number or bytes of one of construct's classes."""
        return self.read_run(kind)

    # --- groups ---------------------------------------------------------------------------------------

    def read_option(self, kind: kinds.Option) -> bool:
        """Read an option; return whether its value is present, and follows."""
        raise NotImplementedError

    def read_seq(self, kind: Kind) -> int:
        """Read the number of elements, which follow."""
        raise NotImplementedError

    def read_map(self, kind: kinds.Map) -> int:
        """Read the number of entries, which follow."""
        raise NotImplementedError

    def read_tuple(self, kind: Kind, count: int) -> None:
        """Begin a tuple, whose elements follow."""
        raise NotImplementedError

    def read_array(self, kind: Kind, count: int) -> None:
        """Begin an array, whose elements follow."""
        raise NotImplementedError

    def read_struct(self, kind: kinds.Struct) -> None:
        """Begin a struct, whose fields follow."""
        raise NotImplementedError

    def coming_fields(self, kind: kinds.Struct) -> Mapping[str, Any]:
        """Return the fields of the struct that are known before they are read, for expressions."""
        return {}

    def coming_value(self) -> Any:
        """Return the value at this place as far as it is known before it is read, for expressions."""
        return None

    def read_variant(self, kind: kinds.Enum) -> kinds.EnumVariant:
        """Read the variant of an enum; its fields follow if it has any."""
        raise NotImplementedError

    def read_variant_fields(self, kind: kinds.Struct) -> None:
        """Begin the fields of a variant, which follow."""
        self.read_struct(kind)

    def read_many(self, kind: Kind, count: int) -> list[Any] | None:
        """Read many elements of one kind at once; return None, with nothing read, to read them one by one."""
        return None

    def is_at_end(self) -> bool:
        """Return whether the data end here; only where values are bytes."""
        raise NotImplementedError

    def begin_record(self) -> Any:
        """Begin parts with a budget of their own, as large as the whole one; `end_budget` ends them."""
        raise NotImplementedError

    def is_null(self) -> bool:
        """Return whether this value is left out; only in an encoding with named values."""
        return False

    def read_text(self) -> str | None:
        """Return the text at this place if the encoding distinguishes text from numbers; else None."""
        return None

    def read_object(self) -> dict[str, Any] | None:
        """Return the object at this place if the encoding is one of plain data; else None."""
        return None

    def read_flags(self, kind: kinds.FlagsEnum) -> tuple[dict[str, bool], int] | None:
        """Return flags by name, and the bits without one, if they are not stored as a number; else None."""
        return None

    def refuse(self, expected: str) -> NoReturn:
        """Raise the error for input of another type."""
        self.fail("the input does not fit", expected)

    # --- construct's groupings of bytes ---------------------------------------------------------------

    def begin_region(self, kind: kinds.Region) -> Any:
        """Begin a region of bytes for the parts that follow; return the argument of `end_region`."""

    def end_region(self, kind: kinds.Region, begun: Any) -> None:
        """End the region."""

    def begin_budget(self, limit: int | None) -> Any:
        """Begin parts with a budget of claimed bytes of their own."""

    def end_budget(self, begun: Any) -> None:
        """Return to the budget from before."""

    def begin_encoding(self, config: Any) -> Any:
        """Begin parts with a configuration of their own; return the argument of `end_encoding`."""

    def end_encoding(self, begun: Any) -> None:
        """Return to the configuration from before."""

    # --- C structs, place -----------------------------------------------------------------------------

    def read_blob(self, kind: kinds.Blob) -> Task:
        """Read a C struct."""
        raise NotImplementedError

    def mark(self) -> Any:
        """Return the current place in the input, for later errors; None if the input has no places."""
        return None

    def distinct(self, kind: kinds.Set | kinds.Map, count: int) -> int:
        """Return how many of `count` entries must be read: one, if they are equal and take no bytes."""
        return count

    def end_key(self, kind: kinds.Map, begun: Any, before: Any) -> Any:
        """End a key that began at a mark; `before` is what the key before it gave, or None."""

    def end_element(self, kind: Kind, begun: Any) -> None:
        """End an element of a sequence, or an entry of a map, that began at a mark."""

    def read(self, kind: Kind) -> Any:
        """Read a whole value.

        Raises:
            DecodeError: The input is not such a value; the path says where.
        """
        found = kind.read(self)
        return found if kind.is_leaf else run(found)


class Planner:
    """Makes operations of kinds, for an encoding whose values lie one after the other.

    A kind calls the method for what it is, or puts its operation together from those of other kinds (`of`).
    All but those for kinds without parts are tasks.
    """

    def of(self, kind: Kind) -> Task:
        """Return the operation of another kind, as a task."""
        raise NotImplementedError

    def plan_converted(
        self,
        item: Kind,
        decode: Callable[[Any], Any],
        encode: Callable[[Any], Any],
        *,
        pure: bool = False,
    ) -> Task:
        """Plan a kind whose values are converted.

        Args:
            item: The stored kind.
            decode: From the stored value to the Python value; `ValueError` refuses it.
            encode: Back; `ValueError` and `TypeError` refuse it.
            pure: The conversions may be called at any time: they have no effect but their result.
        """
        raise NotImplementedError

    def plan_interpreted(self, kind: Kind) -> Any:
        """Plan a value that its kind reads and writes itself."""
        raise NotImplementedError

    def plan_int(self, kind: kinds.Int) -> Any:
        """Plan an integer."""
        raise NotImplementedError

    def plan_float(self, kind: kinds.Float) -> Any:
        """Plan a float."""
        raise NotImplementedError

    def plan_bool(self, kind: kinds.Bool) -> Any:
        """Plan a bool."""
        raise NotImplementedError

    def plan_char(self, kind: kinds.Char) -> Any:
        """Plan a char."""
        raise NotImplementedError

    def plan_str(self, kind: kinds.Str) -> Any:
        """Plan text."""
        raise NotImplementedError

    def plan_bytes(self, kind: kinds.Bytes) -> Any:
        """Plan bytes after their length."""
        raise NotImplementedError

    def plan_fixed_bytes(self, kind: kinds.FixedBytes) -> Any:
        """Plan bytes of a known number."""
        raise NotImplementedError

    def plan_unit(self, kind: kinds.Unit) -> Any:
        """Plan a unit."""
        raise NotImplementedError

    def plan_computed(self, kind: kinds.Computed) -> Any:
        """Plan a value that is not stored."""
        raise NotImplementedError

    def plan_bits(self, kind: kinds.BitStruct) -> Any:
        """Plan a bit struct."""
        raise NotImplementedError

    def plan_run(self, kind: kinds.Run) -> Any:
        """Plan a construct that construct runs."""
        raise NotImplementedError

    def plan_c_struct(self, kind: kinds.Blob) -> Task:
        """Plan bytes that contain a C struct."""
        raise NotImplementedError

    def plan_option(self, kind: kinds.Option) -> Task:
        """Plan an option."""
        raise NotImplementedError

    def plan_seq(self, kind: kinds.Seq) -> Task:
        """Plan a sequence."""
        raise NotImplementedError

    def plan_array(self, kind: kinds.Array) -> Task:
        """Plan an array."""
        raise NotImplementedError

    def plan_set(self, kind: kinds.Set) -> Task:
        """Plan a set."""
        raise NotImplementedError

    def plan_map(self, kind: kinds.Map) -> Task:
        """Plan a map."""
        raise NotImplementedError

    def plan_tuple(self, kind: kinds.Tuple) -> Task:
        """Plan a tuple."""
        raise NotImplementedError

    def plan_struct(self, kind: kinds.Struct) -> Task:
        """Plan a struct."""
        raise NotImplementedError

    def plan_enum(self, kind: kinds.Enum) -> Task:
        """Plan an enum."""
        raise NotImplementedError

    def plan_reference(self, kind: kinds.LazyBound) -> Task:
        """Plan a reference to a kind that contains this one."""
        raise NotImplementedError

    def plan_foreign(self, kind: kinds.Foreign) -> Task:
        """Plan the kind of a construct."""
        raise NotImplementedError

    def plan_encoded(self, kind: kinds.Encoded) -> Task:
        """Plan a kind in a configuration of its own."""
        raise NotImplementedError

    def plan_const(self, kind: kinds.Const) -> Task:
        """Plan a constant."""
        raise NotImplementedError

    def plan_rebuild(self, kind: kinds.Rebuild) -> Task:
        """Plan a value that is computed when it is written."""
        raise NotImplementedError

    def plan_default(self, kind: kinds.Default) -> Task:
        """Plan a value with a default."""
        raise NotImplementedError

    def plan_switch(self, kind: kinds.Switch) -> Task:
        """Plan one of several kinds."""
        raise NotImplementedError

    def plan_choice(self, kind: kinds.If) -> Task:
        """Plan one of two kinds."""
        raise NotImplementedError

    def plan_padded(self, kind: kinds.Padded) -> Task:
        """Plan a value with padding."""
        raise NotImplementedError

    def plan_prefixed(self, kind: kinds.Prefixed) -> Task:
        """Plan a value within a number of bytes."""
        raise NotImplementedError
