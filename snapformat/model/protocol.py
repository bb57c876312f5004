"""The protocol between kinds and encodings: a writer and a reader that a kind calls, part by part.

A kind defines what a value is (`Kind.write`, `Kind.read`); a writer and a reader define how an encoding
stores it. This is the cut of serde's `Serializer` and `Deserializer`. An encoding implements both classes; a
kind calls their methods in the order of the value's parts, with `enter` and `leave` around each part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
        keep: An expression may look at the current value: what was built of it is put together.
        keys: Keys by which sorted maps and sets are written.
    """

    __slots__ = ("keep", "keys")

    error: ClassVar[type[SnapshotError]] = EncodeError
    depth_message = "nested too deeply, or in a circle"

    def __init__(self, limits: Limits, keys: SortKeys) -> None:
        super().__init__(limits)
        self.keep = False
        self.keys = keys

    # --- primitives -----------------------------------------------------------------------------------

    def write_int(self, kind: kinds.Int, value: int) -> None:
        """An integer."""
        raise NotImplementedError

    def write_bool(self, kind: kinds.Bool, value: Any) -> None:
        """A bool; of a lenient kind also a `RawFlag`."""
        raise NotImplementedError

    def write_float(self, kind: kinds.Float, value: float) -> None:
        """A float that its width can hold."""
        raise NotImplementedError

    def write_char(self, kind: kinds.Char, value: str) -> None:
        """One Unicode scalar value."""
        raise NotImplementedError

    def write_str(self, kind: kinds.Str, value: str, data: bytes) -> None:
        """Text; `data` is the same, in the kind's text encoding."""
        raise NotImplementedError

    def write_bytes(self, kind: kinds.Bytes, data: bytes) -> None:
        """Bytes that say how many they are."""
        raise NotImplementedError

    def write_fixed_bytes(self, kind: kinds.FixedBytes, data: bytes) -> None:
        """Bytes of a known number."""
        raise NotImplementedError

    def write_unit(self, kind: Kind) -> None:
        """Nothing."""
        raise NotImplementedError

    def write_computed(self, kind: kinds.Computed, value: Any) -> None:
        """A value that is not stored."""

    def write_label(self, kind: Kind, text: str) -> None:
        """Text that stands for another value; only of an encoding for people."""
        raise NotImplementedError

    def write_object(self, shown: dict[str, Any]) -> None:
        """Plain data that stands for another value; only of an encoding for people."""
        raise NotImplementedError

    def write_bits(self, kind: kinds.BitStruct, fields: dict[str, Any], whole: int) -> None:
        """The fields of a bit struct, and the number they make."""
        raise NotImplementedError

    def write_opaque(self, kind: kinds.Opaque, value: Any) -> Any:
        """A value of a construct that can't be looked into; gives what construct built it into."""
        raise NotImplementedError

    # --- groups: parts follow -------------------------------------------------------------------------

    def write_option(self, kind: kinds.Option, present: bool) -> None:
        """An option; the value follows if it is present."""
        raise NotImplementedError

    def write_seq(self, kind: Kind, count: int) -> None:
        """A sequence or a set; its elements follow."""
        raise NotImplementedError

    def write_map(self, kind: kinds.Map, count: int) -> None:
        """A map; keys and values follow in turn."""
        raise NotImplementedError

    def write_tuple(self, kind: Kind, count: int) -> None:
        """A tuple; its elements follow."""
        raise NotImplementedError

    def write_array(self, kind: Kind, count: int) -> None:
        """An array; its elements follow."""
        raise NotImplementedError

    def write_struct(self, kind: kinds.Struct) -> None:
        """A struct, or the fields of a variant; its fields follow."""
        raise NotImplementedError

    def write_variant(self, kind: kinds.Enum, variant: kinds.EnumVariant) -> None:
        """A variant of an enum; its fields follow if it has any."""
        raise NotImplementedError

    def write_variant_fields(self, kind: kinds.Struct) -> None:
        """The fields of a variant follow."""
        self.write_struct(kind)

    def write_many(self, kind: Kind, values: Sequence[Any]) -> bool:
        """Write many elements of one kind at once; False, with nothing written, if they come one by one."""
        return False

    # --- construct's groupings of bytes: neutral where values are no bytes ------------------------------

    def begin_region(self, kind: kinds.Region) -> Any:
        """What follows lies in bytes of its own; gives what `end_region` needs."""

    def end_region(self, kind: kinds.Region, begun: Any) -> None:
        """The region ends here."""

    def begin_encoding(self, config: Any) -> Any:
        """What follows has a configuration of its own; gives what `end_encoding` needs."""

    def end_encoding(self, begun: Any) -> None:
        """The configuration from before is in force again."""

    def write_ordered(self, key: Any) -> None:
        """A value whose conversion says by what it is sorted; only where `orders` is set."""
        raise NotImplementedError

    # --- whole values ---------------------------------------------------------------------------------

    def write_blob(self, kind: kinds.Blob, value: Any) -> Task:
        """A C struct."""
        raise NotImplementedError

    def write(self, kind: Kind, value: Any) -> Any:
        """Write a whole value; gives what it was built into.

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

    error: ClassVar[type[SnapshotError]] = DecodeError

    # --- primitives -----------------------------------------------------------------------------------

    def read_int(self, kind: kinds.Int) -> int:
        """An integer."""
        raise NotImplementedError

    def read_bool(self, kind: kinds.Bool) -> Any:
        """A bool; of a lenient kind perhaps a `RawFlag`."""
        raise NotImplementedError

    def read_float(self, kind: kinds.Float) -> float:
        """A float."""
        raise NotImplementedError

    def read_char(self, kind: kinds.Char) -> str:
        """One Unicode scalar value."""
        raise NotImplementedError

    def read_str(self, kind: kinds.Str) -> str:
        """Text."""
        raise NotImplementedError

    def read_bytes(self, kind: kinds.Bytes) -> bytes:
        """Bytes that say how many they are; of `kinds.Bytes` such as it accepts."""
        raise NotImplementedError

    def read_fixed_bytes(self, kind: kinds.FixedBytes, count: int) -> bytes:
        """Bytes of a known number."""
        raise NotImplementedError

    @property
    def pauses(self) -> bool:
        """Whoever drives the read should take what was read so far: a long sequence pauses."""
        return False

    def read_unit(self, kind: Kind) -> None:
        """Nothing."""
        raise NotImplementedError

    def read_computed(self, kind: kinds.Computed) -> Any:
        """A value that is not stored."""
        return self.evaluate(kind.value)

    def supplied(self, value: Any) -> Any:
        """A value that was left out (`is_null`), and that construct supplies: a constant or an expression."""
        return self.evaluate(value)

    def read_bits(self, kind: kinds.BitStruct) -> Any:
        """The fields of a bit struct."""
        raise NotImplementedError

    def read_opaque(self, kind: kinds.Opaque) -> Any:
        """A value of a construct that can't be looked into."""
        raise NotImplementedError

    # --- groups ---------------------------------------------------------------------------------------

    def read_option(self, kind: kinds.Option) -> bool:
        """Whether the option's value is present, and follows."""
        raise NotImplementedError

    def read_seq(self, kind: Kind) -> int:
        """How many elements follow."""
        raise NotImplementedError

    def read_map(self, kind: kinds.Map) -> int:
        """How many entries follow."""
        raise NotImplementedError

    def read_tuple(self, kind: Kind, count: int) -> None:
        """The elements of a tuple follow."""
        raise NotImplementedError

    def read_array(self, kind: Kind, count: int) -> None:
        """The elements of an array follow."""
        raise NotImplementedError

    def read_struct(self, kind: kinds.Struct) -> None:
        """The fields of a struct follow."""
        raise NotImplementedError

    def coming_fields(self, kind: kinds.Struct) -> Mapping[str, Any]:
        """Fields of the struct that are known before they are read, for expressions."""
        return {}

    def read_variant(self, kind: kinds.Enum) -> kinds.EnumVariant:
        """The variant of an enum; its fields follow if it has any."""
        raise NotImplementedError

    def read_variant_fields(self, kind: kinds.Struct) -> None:
        """The fields of a variant follow."""
        self.read_struct(kind)

    def read_many(self, kind: Kind, count: int) -> list[Any] | None:
        """Read many elements of one kind at once; None, with nothing read, if they come one by one."""
        return None

    def is_null(self) -> bool:
        """Whether an encoding that names its values says that this one is left out."""
        return False

    def read_text(self) -> str | None:
        """The text here, of an encoding that tells text from numbers; None if there is none."""
        return None

    def read_object(self) -> dict[str, Any] | None:
        """The object here, of an encoding of plain data; None if there is none."""
        return None

    def refuse(self, expected: str) -> NoReturn:
        """Raise the error for input of another type."""
        self.fail("the input does not fit", expected)

    # --- construct's groupings of bytes ---------------------------------------------------------------

    def begin_region(self, kind: kinds.Region) -> Any:
        """What follows lies in bytes of its own; gives what `end_region` needs."""

    def end_region(self, kind: kinds.Region, begun: Any) -> None:
        """The region ends here."""

    def begin_budget(self, limit: int | None) -> Any:
        """What follows has a budget of claimed bytes of its own."""

    def end_budget(self, begun: Any) -> None:
        """The budget from before is in force again."""

    def begin_encoding(self, config: Any) -> Any:
        """What follows has a configuration of its own; gives what `end_encoding` needs."""

    def end_encoding(self, begun: Any) -> None:
        """The configuration from before is in force again."""

    # --- C structs, place -----------------------------------------------------------------------------

    def read_blob(self, kind: kinds.Blob) -> Task:
        """A C struct."""
        raise NotImplementedError

    def mark(self) -> Any:
        """The current place in the input, for errors that are found later; None where there is none."""
        return None

    def distinct(self, kind: kinds.Set | kinds.Map, count: int) -> int:
        """How many entries are to be read, of as many: of equal ones that take no bytes, one will do."""
        return count

    def end_element(self, kind: Kind, begun: Any) -> None:
        """An element of a sequence, or an entry of a map, that began at a mark was read."""

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
        """The operation of another kind."""
        raise NotImplementedError

    def plan_converted(
        self,
        item: Kind,
        decode: Callable[[Any], Any],
        encode: Callable[[Any], Any],
        *,
        pure: bool = False,
    ) -> Task:
        """A kind whose values are converted.

        Args:
            item: The stored kind.
            decode: From the stored value to the Python value; `ValueError` refuses it.
            encode: Back; `ValueError` and `TypeError` refuse it.
            pure: The conversions may be called at any time: they have no effect but their result.
        """
        raise NotImplementedError

    def plan_interpreted(self, kind: Kind) -> Any:
        """A value that its kind reads and writes itself, where it stands."""
        raise NotImplementedError

    def plan_int(self, kind: kinds.Int) -> Any:
        """An integer."""
        raise NotImplementedError

    def plan_float(self, kind: kinds.Float) -> Any:
        """A float."""
        raise NotImplementedError

    def plan_bool(self, kind: kinds.Bool) -> Any:
        """A bool."""
        raise NotImplementedError

    def plan_char(self, kind: kinds.Char) -> Any:
        """A char."""
        raise NotImplementedError

    def plan_str(self, kind: kinds.Str) -> Any:
        """Text."""
        raise NotImplementedError

    def plan_bytes(self, kind: kinds.Bytes) -> Any:
        """Bytes behind their length."""
        raise NotImplementedError

    def plan_labels(self, kind: kinds.IntEnum) -> Any:
        """An integer that is shown by its label."""
        raise NotImplementedError

    def plan_fixed_bytes(self, kind: kinds.FixedBytes) -> Any:
        """Bytes of a known number."""
        raise NotImplementedError

    def plan_unit(self, kind: kinds.Unit) -> Any:
        """Nothing."""
        raise NotImplementedError

    def plan_computed(self, kind: kinds.Computed) -> Any:
        """A value that is not stored."""
        raise NotImplementedError

    def plan_bits(self, kind: kinds.BitStruct) -> Any:
        """A bit struct."""
        raise NotImplementedError

    def plan_opaque(self, kind: kinds.Opaque) -> Any:
        """A construct that can't be looked into."""
        raise NotImplementedError

    def plan_c_struct(self, kind: kinds.Blob) -> Task:
        """Bytes that hold a C struct."""
        raise NotImplementedError

    def plan_option(self, kind: kinds.Option) -> Task:
        """An option."""
        raise NotImplementedError

    def plan_seq(self, kind: kinds.Seq) -> Task:
        """A sequence."""
        raise NotImplementedError

    def plan_array(self, kind: kinds.Array) -> Task:
        """An array."""
        raise NotImplementedError

    def plan_set(self, kind: kinds.Set) -> Task:
        """A set."""
        raise NotImplementedError

    def plan_map(self, kind: kinds.Map) -> Task:
        """A map."""
        raise NotImplementedError

    def plan_tuple(self, kind: kinds.Tuple) -> Task:
        """A tuple."""
        raise NotImplementedError

    def plan_struct(self, kind: kinds.Struct) -> Task:
        """A struct."""
        raise NotImplementedError

    def plan_enum(self, kind: kinds.Enum) -> Task:
        """An enum."""
        raise NotImplementedError

    def plan_reference(self, kind: kinds.LazyBound) -> Task:
        """A kind that contains this one."""
        raise NotImplementedError

    def plan_foreign(self, kind: kinds.Foreign) -> Task:
        """The kind of a construct."""
        raise NotImplementedError

    def plan_encoded(self, kind: kinds.Encoded) -> Task:
        """A kind in a configuration of its own."""
        raise NotImplementedError

    def plan_const(self, kind: kinds.Const) -> Task:
        """A constant."""
        raise NotImplementedError

    def plan_rebuild(self, kind: kinds.Rebuild) -> Task:
        """A value that is computed when it is written."""
        raise NotImplementedError

    def plan_default(self, kind: kinds.Default) -> Task:
        """A value with a default."""
        raise NotImplementedError

    def plan_switch(self, kind: kinds.Switch) -> Task:
        """One of several kinds."""
        raise NotImplementedError

    def plan_choice(self, kind: kinds.If) -> Task:
        """One of two kinds."""
        raise NotImplementedError

    def plan_padded(self, kind: kinds.Padded) -> Task:
        """A value with padding."""
        raise NotImplementedError

    def plan_prefixed(self, kind: kinds.Prefixed) -> Task:
        """A value within a number of bytes."""
        raise NotImplementedError
