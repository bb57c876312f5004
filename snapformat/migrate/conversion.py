"""`Conversion`: the state of one conversion, which functions of a step get as `to`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast, overload

from snapformat.errors import MigrationError, SnapshotError
from snapformat.migrate.report import MOST_ALIKE, Entry
from snapformat.migrate.sources import EntryKind
from snapformat.model.checks import describe_value, reason
from snapformat.path import Segment, format_path, parse_path

if TYPE_CHECKING:
    from snapformat.migrate.plan import Plan

T = TypeVar("T")


class Conversion:
    """One conversion of a payload by a step. Functions of the step get it as `to`.

    It keeps the place while it goes through the payload. Paths given to its methods are absolute if they
    begin with `$`; others are relative to the place, and None is the place itself.

    Attributes:
        root: The whole old payload.
        options: The options that were given to `migrate`.
        step: Name of the step.
        rules: Section of the step's rules.
        place: Path of the current new value.
        old_place: Path of the current old value.
        entries: The lines of the report so far.
        numbers: How many entries there were of a kind and reason, and of losses with a code.
        refused: Losses that were not allowed; the step fails with them at its end.
    """

    __slots__ = (
        "_allow",
        "_plan",
        "entries",
        "numbers",
        "old_place",
        "options",
        "place",
        "refused",
        "root",
        "rules",
        "step",
    )

    def __init__(
        self,
        plan: Plan,
        root: Any,
        *,
        options: Mapping[str, Any],
        allow: Collection[str],
        step: str = "",
        rules: str = "",
    ) -> None:
        self._plan = plan
        self._allow = allow
        self.numbers: dict[tuple[EntryKind, str, str], int] = {}
        self.root: Any = root
        self.options: Mapping[str, Any] = options
        self.step: str = step
        self.rules: str = rules
        self.place: list[Segment] = []
        self.old_place: list[Segment] = []
        self.entries: list[Entry] = []
        self.refused: list[Entry] = []

    @overload
    def convert(self, value: Any, new: type[T], *, old: Any = None, at: str | None = None) -> T: ...

    @overload
    def convert(self, value: Any, new: Any, *, old: Any = None, at: str | None = None) -> Any: ...

    def convert(self, value: Any, new: Any, *, old: Any = None, at: str | None = None) -> Any:
        """Convert a part of the old data by the changes of the step.

        Args:
            value: The old value.
            new: The new type: a class or an annotation.
            old: The old type. It is not needed for instances of declared classes, nor for options,
                sequences and mappings of them.
            at: The old path of the value, for lines about dropped fields.

        Raises:
            MigrationError: The value can't be migrated.
            SchemaError: The types don't fit.
        """
        before = self.old_place
        if at is not None:
            self.old_place = list(parse_path(at)) if at.startswith("$") else [*before, *parse_path(at)]
        try:
            return self._plan.convert(value, old, new, self)
        finally:
            self.old_place = before

    def make(self, new: type[T], old: Any, /, **fields: Any) -> T:
        """Convert an instance with some of the new fields given; the others are derived, or by its `Change`.

        Old fields that have no use are taken as used by the caller.

        Args:
            new: The new class.
            old: The old instance.
            **fields: New fields and their values.
        """
        return cast(T, self._plan.make(new, old, fields, self))

    def refuse(self, path: str | None, why: str, rules: str | None = None) -> NoReturn:
        """Refuse the migration.

        Args:
            path: The place in the data.
            why: The reason, a sentence.
            rules: The section of the rules that says so; by default that of the step.

        Raises:
            MigrationError: Always.
        """
        raise MigrationError(why, path=self.path(path), step=self.step, rules=rules or self.rules)

    def lose(self, code: str, path: str | None, value: Any, why: str) -> None:
        """Lose a value: the migration fails at the end of the step, unless the user has allowed the code.

        Args:
            code: The code of the loss.
            path: The place in the old data.
            value: The lost value.
            why: What is lost, a sentence.
        """
        if self.is_counted(("dropped", why, code)):
            return
        place = self.path(path, is_old=True)
        entry = Entry("dropped", place, why, self.step, self.rules, old=value, code=code)
        (self.entries if code in self._allow else self.refused).append(entry)

    def is_counted(self, key: tuple[EntryKind, str, str]) -> bool:
        """Count an entry by its kind, its reason and the code of a loss; return whether that is enough."""
        number = self.numbers.get(key, 0)
        self.numbers[key] = number + 1
        return number >= MOST_ALIKE

    def all_entries(self) -> list[Entry]:
        """Return the lines, and the numbers of those that were only counted."""
        return self.entries + [
            Entry(kind, "$", why, self.step, self.rules, code=code or None, more=number - MOST_ALIKE)
            for (kind, why, code), number in self.numbers.items()
            if number > MOST_ALIKE
        ]

    def note(
        self, kind: EntryKind, path: str | None, why: str = "", *, old: Any = None, new: Any = None
    ) -> None:
        """Add a line to the report.

        Args:
            kind: `derived`, `defaulted`, `assumed`, `moved`, `dropped` or `unproven`.
            path: The place: in the new data, but of a dropped value in the old data.
            why: The reason, a sentence.
            old: The old value.
            new: The new value.
        """
        if self.is_counted((kind, why, "")):
            return
        place = self.path(path, is_old=kind == "dropped")
        self.entries.append(Entry(kind, place, why, self.step, self.rules, old, new))

    def unproven(self, path: str | None, why: str) -> None:
        """Say that this value needs what is only read from the source, though the step was seen to work.

        The migration is then refused unless the user allows what is unproven.

        Args:
            path: The place in the new data.
            why: What was not seen to work, a sentence.
        """
        self.note("unproven", path, why)

    def path(self, path: str | None = None, *, is_old: bool = False) -> str:
        """Return a path as text.

        Args:
            path: An absolute or relative path, or None for the place.
            is_old: Whether it is relative to the old place.
        """
        if path is not None and path.startswith("$"):
            return path
        here = format_path(self.old_place if is_old else self.place)
        if path is None:
            return here
        return here + (path if path[:1] in (".", "[", "<") else f".{path}")

    def call(self, function: Callable[[Any, Conversion], Any], old: Any, *, is_old: bool = False) -> Any:
        """Call a function of the step.

        Args:
            function: The function.
            old: Its first argument.
            is_old: Whether errors name the place in the old data.

        Raises:
            MigrationError: It raised a `ValueError`, or the data is too deep for a function that calls
                itself.
        """
        try:
            return function(old, self)
        except Exception as error:
            self.explain(error, old, is_old=is_old)

    def explain(self, error: Exception, old: Any, *, is_old: bool = False) -> NoReturn:
        """Raise the error for what a function of the step raised; see `call`."""
        if isinstance(error, SnapshotError):
            raise error
        if isinstance(error, RecursionError):
            raise MigrationError(
                "values are nested too deeply for a function of the step, which calls itself",
                path="$",
                step=self.step,
                rules=self.rules,
            ) from error
        place = self.path(is_old=is_old)
        if isinstance(error, ValueError):
            raise MigrationError(reason(error), path=place, step=self.step, rules=self.rules) from error
        error.add_note(f"while {self.step} migrated {place} from {describe_value(old)}")
        raise error
