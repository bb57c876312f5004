"""The exceptions of snapformat: one tree for all errors of data and I/O.

`SnapshotError` is the root. The `code` of every class is the corresponding variant of the error enum of
Firecracker's Rust module, so that verdicts can be compared. Wrong arguments raise a plain `TypeError` or
`ValueError`, and mistakes in a declaration a `SchemaError`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from snapformat.printable import MOST_OF_LINE, MOST_OF_REASON, middle_cut, shortened


class SnapshotError(Exception):
    """The base class of all errors caused by data, files and streams.

    Attributes:
        code: Name of the corresponding variant of Firecracker's error enum: `Io`, `Decode`, `Encode`,
            `InvalidMagic`, `InvalidFormatVersion` or `Crc64`. `Migrate` has no counterpart there.
        message: Description of the error, without its place.
        path: Value path such as `$.vcpu_states[2].regs.rip`, or None if it does not concern a value.
        offset: Byte offset from the start of the input, or None.
        expected: The expected value in words, or None.
        found: The found value in words, or None.
        hint: Advice for the user, or None.
        file: Name of the file, or None.
    """

    code: ClassVar[str] = "Decode"

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        offset: int | None = None,
        expected: str | None = None,
        found: str | None = None,
        hint: str | None = None,
        file: str | None = None,
    ) -> None:
        super().__init__(middle_cut(message, MOST_OF_REASON))
        self.message = message
        self.path = path
        self.offset = offset
        self.expected = expected
        self.found = found
        self.hint = hint
        self.file = file

    def __str__(self) -> str:
        # The text is bounded and safe to print for any input; the attributes are complete.
        text = shortened(self.message, MOST_OF_REASON)
        if self.expected is not None:
            text += f": expected {shortened(self.expected)}"
            if self.found is not None:
                text += f", found {shortened(self.found)}"
        elif self.found is not None:
            text += f": found {shortened(self.found)}"
        places = []
        if self.path is not None:
            places.append(f"at `{shortened(self.path, 160)}`")
        if self.offset is not None:
            places.append(f"offset {self.offset} (0x{self.offset:x})")
        if places:
            text += " - " + ", ".join(places)
        if self.hint is not None:
            text += f" ({shortened(self.hint)})"
        if self.file is not None:
            text = f"{shortened(self.file)}: {text}"
        return text

    def __reduce__(self) -> tuple[Any, ...]:
        return (_rebuild, (type(self), self.__dict__.copy()))


def _rebuild(cls: type[SnapshotError], state: dict[str, Any]) -> SnapshotError:
    """Restore an error from its attributes (for pickling and `multiprocessing`)."""
    error = cls.__new__(cls)
    Exception.__init__(error, state["message"])
    for name, value in state.items():
        setattr(error, name, value)
    return error


class DecodeError(SnapshotError):
    """The bytes are not a value of the expected type."""

    code = "Decode"


class EncodeError(SnapshotError):
    """The value can't be written as the declared type, or the writer failed."""

    code = "Encode"


class InvalidMagicError(SnapshotError):
    """The file begins with another magic number.

    Attributes:
        magic: The number found, a u64.
    """

    code = "InvalidMagic"

    def __init__(self, message: str, *, magic: int, **place: Any) -> None:
        super().__init__(message, **place)
        self.magic = magic


class InvalidFormatVersionError(SnapshotError):
    """The header is valid, but has a version that the format does not read.

    Attributes:
        version: The version found, a `semver.Version`.
    """

    code = "InvalidFormatVersion"

    def __init__(self, message: str, *, version: Any, **place: Any) -> None:
        super().__init__(message, **place)
        self.version = version


class Crc64Error(SnapshotError):
    """The checksum of the file does not match.

    Attributes:
        stored: The checksum in the file, or None if the file is too short for one.
        computed: The checksum of the bytes before it, or None.
    """

    code = "Crc64"

    def __init__(
        self, message: str, *, stored: int | None = None, computed: int | None = None, **place: Any
    ) -> None:
        super().__init__(message, **place)
        self.stored = stored
        self.computed = computed


class MigrationError(SnapshotError):
    """A value can't be carried to another version of its format.

    Attributes:
        step: Name of the step that refused it, or None.
        rules: The section of the step's rules that says so, or None.
        losses: The losses that were not allowed, as entries of a report with their codes and paths.
    """

    code = "Migrate"

    def __init__(
        self,
        message: str,
        *,
        step: str | None = None,
        rules: str | None = None,
        losses: Sequence[Any] = (),
        **place: Any,
    ) -> None:
        super().__init__(message, **place)
        self.step: str | None = step or None
        self.rules: str | None = rules or None
        self.losses: tuple[Any, ...] = tuple(losses)


class _WithErrno(SnapshotError, OSError):
    """Mixin for a snapshot error that is also an `OSError`, with the `errno` and `strerror` of its cause."""

    def __init__(self, message: str, *, cause: OSError | None = None, **place: Any) -> None:
        SnapshotError.__init__(self, message, **place)
        self.errno: int | None = cause.errno if cause is not None else None
        self.strerror: str | None = cause.strerror if cause is not None else None

    def __str__(self) -> str:
        return SnapshotError.__str__(self)

    def __reduce__(self) -> tuple[Any, ...]:
        # OSError does not store these two in `__dict__`.
        return (_rebuild, (type(self), self.__dict__ | {"errno": self.errno, "strerror": self.strerror}))


class SnapshotIOError(_WithErrno):
    """A file, pipe or disk failed while a whole file was read or written."""

    code = "Io"


class DecodeIOError(DecodeError, _WithErrno):
    """A stream failed while values were decoded from it."""


class EncodeIOError(EncodeError, _WithErrno):
    """A stream that is full, closed or broken failed while it was written to."""


class SchemaError(TypeError):
    """A mistake in a declaration, raised when it is declared or when its names are resolved.

    Attributes:
        owner: Qualified name of the declared class, or None.
        field: The wrong field, variant or parameter, or None.
    """

    def __init__(self, message: str, *, owner: str | None = None, field: str | None = None) -> None:
        place = ".".join(part for part in (owner, field) if part is not None)
        super().__init__(shortened(f"{place}: {message}" if place else message, 2 * MOST_OF_LINE))
        self.message = message
        self.owner = owner
        self.field = field


def causes_of(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and its causes; code of a user may have made a circle of them."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__


def excerpt(text: str, most: int = 80) -> str:
    """Shorten text of the input for a message; text that has to be escaped is cut earlier."""
    if not text[:most].isprintable():
        most //= 4
    return text if len(text) <= most else f"{text[: most - 3]}..."
