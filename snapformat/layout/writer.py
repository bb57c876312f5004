"""The state of one write: bytes so far, path; and the errors that name the path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NoReturn

from snapformat.errors import EncodeError, SnapshotError
from snapformat.layout.empty import Costs
from snapformat.layout.foreign import place_of
from snapformat.layout.reader import zero_sized_fault
from snapformat.limits import Budget, Limits
from snapformat.model.checks import BadValue, literal, told
from snapformat.model.expressions import Expr, Scope
from snapformat.model.order import KnownKeys
from snapformat.path import Segment, format_path


class Writer:
    """Output and place of one write.

    Attributes:
        out: Bytes so far.
        limits: Bound of depth; cyclic objects meet it.
        depth: Structs and enums around the current value.
        path: The current value path.
        scope: Fields that expressions may name.
        start: Place of the first of these bytes, for constructs that ask where they are.
        keep: An expression may look at the current value: what was built of it is put together.
        budget: Objects that may still be made of zero-sized elements.
        keys: Keys of maps and sets inside of keys that were sorted.
    """

    __slots__ = ("budget", "depth", "keep", "keys", "limits", "out", "path", "scope", "start")

    #: Class of the errors raised here.
    error: ClassVar[type[SnapshotError]] = EncodeError

    def __init__(self, limits: Limits) -> None:
        self.out = bytearray()
        self.limits = limits
        self.depth = 0
        self.path: list[Segment] = []
        self.scope: Scope | None = None
        self.start = 0
        self.keep = False
        self.budget = Budget(None, limits)
        self.keys: KnownKeys = {}

    @property
    def place(self) -> int:
        """Where the next byte is written."""
        return self.start + len(self.out)

    def fail(
        self,
        message: str,
        expected: str | None = None,
        found: str | None = None,
        *,
        cause: BaseException | None = None,
    ) -> NoReturn:
        """Raise the error for the current path.

        Args:
            message: What is wrong.
            expected: What would have been right, or None.
            found: What there is, or None.
            cause: The exception of foreign code that says so, or None: those of our own code say no more.
        """
        raise self.error(message, path=format_path(self.path), expected=expected, found=found) from cause

    def guarded(self, work: Callable[[], Any]) -> Any:
        """Do the work; what a value's own methods raise becomes the error for the current path."""
        try:
            return work()
        except SnapshotError:
            raise
        except Exception as error:  # code of the value's own class
            self.fail(f"the value's own code fails: {told(error)}", cause=error)

    def fail_foreign(self, error: Exception) -> NoReturn:
        """Raise the error for an exception of construct's, or of something in it, where it was by then."""
        self.path.extend(place_of(error)[0])
        self.fail(told(error), cause=error)

    def check(self, check: Callable[..., Any], *arguments: Any) -> Any:
        """Run a check of `bincode.checks`; its refusal becomes the error for the current path."""
        try:
            return check(*arguments)
        except BadValue as error:
            self.fail("the value does not fit", error.expected, error.found, cause=error.__cause__)

    def enter(self) -> None:
        """Go one struct or enum deeper."""
        self.depth += 1
        if self.depth > self.limits.depth:
            self.fail("nested too deeply, or in a circle", f"at most {self.limits.depth} levels")

    def evaluate(self, value: Any) -> Any:
        """A parameter of a node: a constant, or an expression of fields."""
        if not isinstance(value, Expr):
            return value
        try:
            return value.evaluate(self.scope if self.scope is not None else Scope(None))
        except Exception as error:
            self.fail(f"the expression {value.text} can't be computed: {told(error)}")

    def claim_elements(self, count: int, costs: Costs) -> None:
        """Account for elements or entries, as far as they or parts of them are zero-sized."""
        if costs.known:
            self.claim_zero_sized(count, costs.known)

    def claim_zero_sized(self, count: int, cost: int) -> None:
        """Account for so many zero-sized values, each of a cost."""
        if not self.budget.claim_zero_sized(count * cost):
            self.fail(*zero_sized_fault(count, cost, self.limits))

    def count(self, value: Any, what: str) -> int:
        """A parameter that must be a number of 0 or more; True is 1, as for construct."""
        number = self.evaluate(value)
        if not isinstance(number, int) or number < 0:
            self.fail(f"a bad {what}", "a number of 0 or more", literal(number))
        return int(number)
