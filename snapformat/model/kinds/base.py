"""The base of all kinds."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

if TYPE_CHECKING:
    from snapformat.model.protocol import Planner, ValueReader, ValueWriter

T = TypeVar("T")


class Kind:
    """A type of values, independent of any encoding.

    A kind with parts reads and writes as a task (`snapformat.trampoline`): a generator that yields the tasks
    of its parts. So depth takes no interpreter stack.
    """

    __slots__ = ("__weakref__", "derived")

    #: Results of `derive`, kept as long as the kind.
    derived: dict[Hashable, Any]

    #: Whether `read` and `write` return at once, instead of tasks.
    is_leaf: ClassVar[bool] = False

    #: Attributes that don't influence the bytes of a value; comparisons see all others.
    without_bytes: ClassVar[frozenset[str]] = frozenset()

    def __new__(cls, /, *_: Any, **__: Any) -> Any:
        """Make a kind without derived results."""
        made = object.__new__(cls)
        _set_derived(made, {})
        return made

    @property
    def letter(self) -> str | None:
        """The letter of `struct` for a number that buffers can contain; None for other kinds."""
        return None

    def write(self, value: Any, out: ValueWriter) -> Any:
        """Check a value and pass it to a writer.

        Returns:
            The built value, which construct's expressions see: the given value, unless the kind supplies
            another. A task with this result if the kind has parts.

        Raises:
            EncodeError: The value does not fit.
        """
        raise NotImplementedError

    def read(self, source: ValueReader) -> Any:
        """Read a value; a task with this result if the kind has parts.

        Raises:
            DecodeError: The input is not such a value.
        """
        raise NotImplementedError

    def plan(self, planner: Planner) -> Any:
        """Plan the operation that reads and writes values in a positional encoding.

        By default the operation calls `read` and `write` at the place of the value.

        Returns:
            The operation, or a task with this result.
        """
        return planner.plan_interpreted(self)

    def children(self) -> Sequence[Kind]:
        """The kinds directly inside, in the order of their values."""
        return ()

    def in_encoding(self, config: Any) -> Mapping[str, Any]:
        """Return what the encoding adds to the attributes: byte orders, kinds of lengths.

        Comparisons ask for it. A kind of another package that has no such method is assumed to depend on
        the whole encoding.

        Args:
            config: The configuration; None in a C struct, whose numbers are fixed and little-endian.
        """
        return {}

    def derive(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return a result that is computed from this kind once, and kept as long as the kind.

        Args:
            key: Name of the result, unique among all results derived from kinds.
            make: Computes the result. If two threads compute it at once, both get that of one.
        """
        found = self.derived.get(key)
        if found is None:
            found = self.derived.setdefault(key, make())
        return found  # type: ignore[no-any-return]  # by its key


_set_derived: Callable[[Kind, dict[Hashable, Any]], None] = vars(Kind)["derived"].__set__
