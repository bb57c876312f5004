"""The state that every reader and writer shares: its place in a value, and the errors that name it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from snapformat.errors import SnapshotError
from snapformat.limits import Budget, Limits
from snapformat.model.checks import BadValue, describe_exception, describe_value, format_constant, reason
from snapformat.model.costs import element_costs
from snapformat.model.expressions import Expr, root_context, whole_context
from snapformat.model.numpy_scalars import plain
from snapformat.path import Key, Segment, format_path

if TYPE_CHECKING:
    from snapformat.model import kinds
    from snapformat.model.kinds import Kind

#: A step of the path: a field or an index; or the position and the side of a map's entry, and its key.
Step = Segment | tuple[Any, ...]


#: Maximum number of characters of a key in a path.
_LONGEST_KEY = 200


class Traversal:
    """A walk over a value, by its kind.

    Attributes:
        path: Steps entered and not yet left.
        depth: Number of structs and enums around the current value.
        limits: Bounds of depth and of zero-sized elements.
        budget: The remaining claims.
        scope: The context that expressions are evaluated in; None where there is none so far.
        copies: Number of construct's `RawCopy` around the current value.
    """

    __slots__ = ("budget", "copies", "depth", "limits", "path", "scope")

    #: Class of the errors raised here.
    error: ClassVar[type[SnapshotError]]
    #: Whether values are bytes, so that constructs can run.
    runs_constructs: ClassVar[bool] = False
    #: Whether values are read, for construct's contexts.
    parsing: ClassVar[bool]
    #: The message about a value or input of another type.
    misfit_message: ClassVar[str] = "the value does not fit"
    #: The message about a value that is nested too deeply.
    depth_message: ClassVar[str] = "nested too deeply"
    #: Whether the encoding is human-readable, as in serde: addresses are text, and there is no padding.
    human: ClassVar[bool] = False
    #: Whether values are written to be compared, not to be read back.
    orders: ClassVar[bool] = False
    #: Whether C structs and conversions are written as their fields instead of their stored form.
    decoded: bool = False

    def __init__(self, limits: Limits, budget: Budget | None = None) -> None:
        self.path: list[Step] = []
        self.depth: int = 0
        self.limits: Limits = limits
        self.budget: Budget = Budget(None, limits) if budget is None else budget
        self.scope: Any = None
        self.copies: int = 0

    # --- place ----------------------------------------------------------------------------------------

    def enter(self, index: int, step: Step) -> None:
        """Enter a child.

        Args:
            index: Position among the children of its kind; all elements of a sequence are child 0.
            step: The step it adds to the path.
        """
        self.path.append(step)

    def leave(self) -> None:
        """Leave the child that was entered last."""
        self.path.pop()

    def enter_item(self) -> None:
        """Enter the value inside an option, which adds nothing to the path."""

    def leave_item(self) -> None:
        """Leave the value inside an option."""

    def descend(self) -> None:
        """Go one struct or enum deeper."""
        self.depth += 1
        if self.depth > self.limits.depth:
            self.fail(self.depth_message, f"at most {self.limits.depth} levels")

    def ascend(self) -> None:
        """Go one struct or enum up."""
        self.depth -= 1

    def segments(self) -> tuple[Segment, ...]:
        """The current path."""
        return tuple(_flat(self.path))

    def state(self) -> Any:
        """Return the state of the walk, for `restore`."""
        return len(self.path), self.depth, self.scope, self.copies

    def restore(self, state: Any) -> None:
        """Return to a state, after an error."""
        length, self.depth, self.scope, self.copies = state
        del self.path[length:]

    # --- errors ---------------------------------------------------------------------------------------

    def fail(
        self,
        message: str,
        expected: str | None = None,
        found: str | None = None,
        mark: Any = None,
        cause: BaseException | None = None,
    ) -> NoReturn:
        """Raise the error for the current path.

        Args:
            message: Description of the error.
            expected: Text of the expected value.
            found: Text of the found value.
            mark: Place in the input; see `ValueReader.mark`.
            cause: The exception of foreign code that caused it, or None.
        """
        raise self.error(
            message,
            path=format_path(_flat(self.path)),
            offset=self.offset_of(mark),
            expected=expected,
            found=found,
        ) from cause

    def offset_of(self, mark: Any) -> int | None:
        """Return the offset of a mark, or of the current place; None where values have no offsets."""
        return None

    def misfit(self, expected: str, value: Any) -> NoReturn:
        """Raise the error for a value of another type."""
        self.fail(self.misfit_message, expected, describe_value(value))

    def check(self, check: Callable[..., Any], *arguments: Any) -> Any:
        """Run a check of `model.checks`; raise its refusal as an error for the current path."""
        try:
            return check(*arguments)
        except BadValue as error:
            self.fail(self.misfit_message, error.expected, error.found, cause=error.__cause__)

    def convert(self, function: Callable[[Any], Any], value: Any, name: str, mark: Any = None) -> Any:
        """Run a conversion of the schema; raise its exception as an error for the current path."""
        try:
            return function(value)
        except Exception as error:
            self.fail(f"not a {name}: {reason(error)}", mark=mark, cause=error)

    # --- zero-sized elements --------------------------------------------------------------------------

    def claim_elements(self, kind: Kind, count: int) -> None:
        """Claim the elements of a sequence or the entries of a map, as far as they are zero-sized."""
        cost = element_costs(kind).known
        if cost:
            self.claim_zero_sized(count, cost)

    def claim_zero_sized(self, count: int, cost: int) -> None:
        """Claim `count` zero-sized values of the given cost each."""
        if not self.budget.claim_zero_sized(count * cost):
            self.fail_zero_sized(count, cost)

    def fail_zero_sized(self, count: int, cost: int) -> NoReturn:
        """Raise the error for `count` more zero-sized values."""
        self.fail(
            "too many zero-sized elements",
            f"at most {self.limits.zero_sized} in all",
            f"{describe_value(count)} more" + (f", counting as {cost} each" if cost > 1 else ""),
        )

    # --- expressions ----------------------------------------------------------------------------------

    def evaluate(self, value: Any) -> Any:
        """Return the value of a kind's parameter: a constant, or an expression of fields."""
        if not isinstance(value, Expr):
            return value
        if value.is_foreign:
            self.construct_stream()  # is then at the current place
        try:
            return value.evaluate(self.context())
        except Exception as error:
            self.fail(
                f"the expression {value.text} can't be computed: {describe_exception(error)}", cause=error
            )

    def context(self) -> Any:
        """Return construct's context at this place; the outermost one is made on first use."""
        if self.scope is None:
            self.scope = root_context(parsing=self.parsing)
        return self.scope

    def enter_context(self, subcons: Any) -> Any:
        """Enter the whole context of a struct; return the one around it."""
        outer = self.context()
        if "_params" not in outer:  # so far for expressions only
            outer.update(root_context(parsing=self.parsing))
        self.scope = whole_context(outer, self.construct_stream(), subcons)
        return outer

    def construct_stream(self) -> Any:
        """Return the stream for constructs, at this place; None where values are not bytes."""
        return None

    def built_by_construct(self, kind: kinds.Run, value: Any) -> Any:
        """Return what construct builds of a value, for contexts; None if it refuses the value."""
        return None

    def count(self, value: Any, name: str) -> int:
        """Return the value of a parameter that must be a number from 0 up; True is 1, as in construct."""
        number = plain(self.evaluate(value))
        if not isinstance(number, int) or number < 0:
            self.fail(f"a bad {name}", "a number of 0 or more", format_constant(number))
        return int(number)


def _flat(path: list[Step]) -> Iterator[Segment]:
    for step in path:
        if type(step) is not tuple:
            yield step  # type: ignore[misc]  # no tuple
        elif step[1] == "value" and (text := _key_text(step[2])) is not None:
            yield Key(text)
        else:
            yield from step[:2]


def _key_text(key: Any) -> str | None:
    """Return the text of a key, as JSON has it; None if it is none, or too long for a path."""
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, str):
        return key if len(key) <= _LONGEST_KEY else None
    return str(int(key)) if isinstance(key, int) else None
