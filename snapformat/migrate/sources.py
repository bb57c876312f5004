"""Sources of the fields of a new class, and uses of those of an old one: the parts of a `Change`."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from snapformat.errors import SchemaError
from snapformat.lazy_dataclasses import dataclass
from snapformat.model.checks import describe_value

if TYPE_CHECKING:
    from snapformat.migrate.conversion import Conversion

#: A function of the old instance and the conversion; returns the value of a new field.
Function: TypeAlias = "Callable[[Any, Conversion], Any]"

#: The kinds of entries of a report.
EntryKind = Literal["derived", "defaulted", "assumed", "moved", "dropped", "unproven"]


@dataclass(frozen=True, slots=True)
class Renamed:
    """The source of a field that had another name. See `renamed`."""

    old: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The source of a field that takes fewer values than before. See `narrowed`."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class Defaulted:
    """The source of a field that has the same value in every migrated instance. See `default`."""

    value: Any
    why: str = ""

    def make(self) -> Any:
        """Return the value, one of its own for each instance."""
        value = self.value
        if callable(value):
            return value()
        return value if isinstance(value, IMMUTABLE) else copy.deepcopy(value)


#: Types of values that all instances may share.
IMMUTABLE = (int, str, bytes, float, type(None))


@dataclass(frozen=True, slots=True)
class Moved:
    """The source of a field whose value was elsewhere. See `moved`."""

    path: str
    function: Function | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Computed:
    """The source of a field that a function computes. See `computed`."""

    function: Function
    why: str = ""


@dataclass(frozen=True, slots=True)
class MovedTo:
    """The use of an old field whose value is elsewhere now. See `moved_to`."""

    path: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Unused:
    """The use of an old field that holds no information. See `unused`."""

    why: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The use of an old field that the new type has no place for. See `loss` and `refused`.

    Attributes:
        code: The code that allows it; None if it can't be allowed.
        why: The reason, a sentence.
        unless: Function of the old value; where it returns true, nothing is lost.
    """

    code: str | None
    why: str
    unless: Callable[[Any], bool] | None = None


Source: TypeAlias = Renamed | Narrowed | Defaulted | Moved | Computed
Use: TypeAlias = MovedTo | Unused | Lost


def renamed(old: str, why: str = "") -> Renamed:
    """Take the value of an old field with another name, or of an enum's variant with another name.

    Args:
        old: The name of the old field (attribute), or the old variant.
        why: The reason, a sentence.
    """
    if not isinstance(old, str):
        raise SchemaError(f"renamed needs the name of the old field, not {describe_value(old)}")
    return Renamed(old, why)


def narrowed(why: str = "") -> Narrowed:
    """Take the value of the old field of the same name, and refuse it where the new type has no such value.

    The new type may be a smaller integer, one without zero, a fixed length, or the value of an option.

    Args:
        why: The reason, a sentence: why values fit.
    """
    return Narrowed(why)


def default(value: Any, why: str = "") -> Defaulted:
    """Use the same value in every migrated instance.

    Args:
        value: The value, which is copied for each; or a function without arguments that makes it.
        why: The reason, a sentence: why this value is right.
    """
    return Defaulted(value, why)


def moved(path: str, function: Function | None = None, why: str = "") -> Moved:
    """Take a value from elsewhere in the old data.

    Args:
        path: Where it was: a path of fields such as `$.memory_state`; or words, with a function.
        function: Function of the old instance and the conversion that returns the new value. Without one,
            the value at the path is converted.
        why: The reason, a sentence.
    """
    if function is None and not path.startswith("$"):
        raise SchemaError(f"moved needs a path such as $.a.b, or a function; {path!r} is neither")
    if function is not None and not callable(function):
        raise SchemaError(f"moved needs a function (old, to), not {describe_value(function)}")
    return Moved(path, function, why)


def computed(function: Function, why: str = "") -> Computed:
    """Compute the value.

    Args:
        function: Function of the old instance and the conversion that returns the new value.
        why: The reason, a sentence.
    """
    if not callable(function):
        raise SchemaError(f"computed needs a function (old, to), not {describe_value(function)}")
    return Computed(function, why)


def moved_to(path: str, why: str = "") -> MovedTo:
    """Say that the value of an old field lives on elsewhere in the new data.

    Args:
        path: The new place, a path or words.
        why: The reason, a sentence.
    """
    return MovedTo(path, why)


def unused(why: str) -> Unused:
    """Say that an old field holds no information: it is a constant, or can be derived.

    Args:
        why: The reason, a sentence.
    """
    return Unused(why)


def loss(code: str, why: str, unless: Callable[[Any], bool] | None = None) -> Lost:
    """Say that the new type has no place for the value of an old field.

    Such an instance is refused unless the user allows the loss by its code.

    Args:
        code: The code, in capitals by convention: `MMDS_LIMITS`.
        why: What is lost, a sentence.
        unless: Function of the old value; where it returns true, nothing is lost.
    """
    if not code or type(code) is not str:
        raise SchemaError(f"loss needs a code that users can allow it by, not {describe_value(code)}")
    return Lost(code, why, unless)


def refused(why: str, unless: Callable[[Any], bool] | None = None) -> Lost:
    """Say that an instance can't be migrated because of an old field, or that an enum's variant can't.

    Args:
        why: The reason, a sentence.
        unless: Function of the old value; where it returns true, it is migrated.
    """
    return Lost(None, why, unless)
