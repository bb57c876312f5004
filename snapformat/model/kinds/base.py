"""The base of all kinds."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

if TYPE_CHECKING:
    from snapformat.model.protocol import Planner, ValueReader, ValueWriter

T = TypeVar("T")


class Kind:
    """A type: what its values are, apart from how an encoding stores them.

    A kind that is not a leaf reads and writes as a task (`snapformat.trampoline`): a generator that yields
    the tasks of its parts. So depth costs no interpreter stack.
    """

    __slots__ = ("__weakref__", "derived")

    #: What was computed from this kind, and is kept as long as the kind is.
    derived: dict[Hashable, Any]

    #: `read` and `write` return at once, and are not tasks.
    is_leaf: ClassVar[bool] = False

    def __new__(cls, *_: Any, **__: Any) -> Any:
        """Make a kind of which nothing is derived yet."""
        made = object.__new__(cls)
        _set_derived(made, {})
        return made

    @property
    def letter(self) -> str | None:
        """`struct`'s letter of a number that may stand in a buffer; None for anything else."""
        return None

    def write(self, value: Any, out: ValueWriter) -> Any:
        """Check a value and pass it to a writer.

        Returns:
            The value as it was built, which is what expressions of construct see: the value that was given,
            unless the kind supplies another. A task with this result where the kind is not a leaf.

        Raises:
            EncodeError: The value does not fit.
        """
        raise NotImplementedError

    def read(self, source: ValueReader) -> Any:
        """Read a value; a task with this result where the kind is not a leaf.

        Raises:
            DecodeError: The input is not such a value.
        """
        raise NotImplementedError

    def plan(self, planner: Planner) -> Any:
        """Plan the operation that reads and writes values where these are positional.

        By default `read` and `write` are called where the value stands.

        Returns:
            The operation, or a task with this result.
        """
        return planner.plan_interpreted(self)

    def children(self) -> Sequence[Kind]:
        """The kinds directly inside, in the order in which their values come."""
        return ()

    def derive(self, key: Hashable, make: Callable[[], T]) -> T:
        """Something that is computed from this kind once, and is kept as long as the kind is.

        Args:
            key: Names it, among all that is derived from kinds.
            make: Computes it. Two threads may do so at once; both get the result of one.
        """
        found = self.derived.get(key)
        if found is None:
            found = self.derived.setdefault(key, make())
        return found  # type: ignore[no-any-return]  # by its key


_set_derived: Callable[[Kind, dict[Hashable, Any]], None] = vars(Kind)["derived"].__set__
