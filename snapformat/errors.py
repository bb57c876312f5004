"""The exceptions of snapformat: one tree for everything that data or I/O can do wrong.

`SnapshotError` is the root. Every class says which variant of the original module's error enum it
stands for (`code`), so that verdicts can be compared with those of the Rust implementation. A
caller's misuse is a plain `TypeError` or `ValueError`; a mistake in a declaration is a `SchemaError`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from snapformat.printable import MOST_OF_LINE, MOST_OF_REASON, middle_cut, shortened


class SnapshotError(Exception):
    """Root of all errors that data, files and streams can cause.

    Attributes:
        code: Name of the matching variant of the original module's error enum: `Io`, `Decode`,
            `Encode`, `InvalidMagic`, `InvalidFormatVersion` or `Crc64`.
        message: What is wrong, without place.
        path: Value path such as `$.vcpu_states[2].regs.rip`, or None where no value is concerned.
        offset: Byte offset in the input, counted from its start, or None.
        expected: What would have been right, in words, or None.
        found: What stands there, in words, or None.
        hint: What the reader may do about it, or None.
        file: Name of the file concerned, or None.
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
        # The text is bounded whatever the input, and safe to print; the attributes have all of it.
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
    """Make an error again from its attributes (pickling, `multiprocessing`)."""
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
    """The header is sound, but names a version that the format does not read.

    Attributes:
        version: The version found, a `semver.Version`.
    """

    code = "InvalidFormatVersion"

    def __init__(self, message: str, *, version: Any, **place: Any) -> None:
        super().__init__(message, **place)
        self.version = version


class Crc64Error(SnapshotError):
    """The checksum over the whole file does not hold.

    Attributes:
        stored: The checksum that the file carries, or None where it has no room for one.
        computed: The checksum of the bytes before it, or None.
    """

    code = "Crc64"

    def __init__(
        self, message: str, *, stored: int | None = None, computed: int | None = None, **place: Any
    ) -> None:
        super().__init__(message, **place)
        self.stored = stored
        self.computed = computed


class _WithErrno(SnapshotError, OSError):
    """Mixin: a snapshot error that is an `OSError` too, with `errno` and `strerror` of its cause."""

    def __init__(self, message: str, *, cause: OSError | None = None, **place: Any) -> None:
        SnapshotError.__init__(self, message, **place)
        self.errno = cause.errno if cause is not None else None
        self.strerror = cause.strerror if cause is not None else None

    def __str__(self) -> str:
        return SnapshotError.__str__(self)

    def __reduce__(self) -> tuple[Any, ...]:
        # OSError keeps these two outside of the instance's dict.
        return (_rebuild, (type(self), self.__dict__ | {"errno": self.errno, "strerror": self.strerror}))


class SnapshotIOError(_WithErrno):
    """Reading or writing failed below the format: the file, the pipe, the disk."""

    code = "Io"


class DecodeIOError(DecodeError, _WithErrno):
    """The reader failed while single values were decoded from it."""


class EncodeIOError(EncodeError, _WithErrno):
    """The writer failed: `save` to a stream that is full, closed or broken."""


class SchemaError(TypeError):
    """A declaration is wrong: raised when it is declared, or when its names are resolved.

    Attributes:
        owner: Qualified name of the declared class, or None.
        field: The field, variant or parameter at fault, or None.
    """

    def __init__(self, message: str, *, owner: str | None = None, field: str | None = None) -> None:
        place = ".".join(part for part in (owner, field) if part is not None)
        super().__init__(shortened(f"{place}: {message}" if place else message, 2 * MOST_OF_LINE))
        self.message = message
        self.owner = owner
        self.field = field


def excerpt(text: str, most: int = 80) -> str:
    """Text of the input as a message quotes it: cut where it is long, sooner where it has to be escaped."""
    if not text[:most].isprintable():
        most //= 4
    return text if len(text) <= most else f"{text[: most - 3]}..."
