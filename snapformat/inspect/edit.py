"""Editing: changing parts of a snapshot by their paths, and writing the file anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from snapformat.encodings.json.text import parse_json
from snapformat.errors import DecodeError, EncodeError
from snapformat.inspect.identify import identify, likely_format, max_file_size
from snapformat.inspect.locations import Location, MissingPartError, PathError, PlainLocation
from snapformat.inspect.query import select
from snapformat.io import Source, Target, read_all
from snapformat.model import kinds
from snapformat.model.kinds import Kind
from snapformat.printable import middle_cut
from snapformat.snapshot.snapshot import Snapshot, SnapshotFormat

#: Units of sizes, which integers may end in.
_UNITS = {"KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40, "PiB": 50, "EiB": 60}
_NUMBER = re.compile(r"(-?)(0[xX][0-9a-fA-F_]{1,512}|[0-9][0-9_]{0,80})([KMGTPE]iB)?")
_HEX_BYTES = re.compile(r"0x(?:[0-9a-fA-F]{2})*")


class ValueTextError(PathError):
    """A text is no value of a part's type."""


def open_lazily(source: Source, format: SnapshotFormat | None = None) -> Snapshot[Any]:
    """Load a file of any known format; in bincode, parts are decoded when they are looked at.

    Raises:
        SnapshotError: As `load_any`.
    """
    if format is None:
        data = read_all(source, max_size=max_file_size())
        identity = identify(data)
        if not identity.formats:
            raise identity.refusal()
        format = likely_format(data, identity.formats)
        source = data
    return format.load(source, lazy=True)


class Editor:
    """A snapshot whose parts are read and changed by their paths.

    Args:
        snapshot: The snapshot.

    Attributes:
        snapshot: The snapshot.
        changes: Path, old and new value as plain data of each change so far.
        warnings: Paths of changed parts that other parts have to agree with, and why it is not enough to
            change them (`doc(depends=...)`).
    """

    def __init__(self, snapshot: Snapshot[Any]) -> None:
        self.snapshot = snapshot
        self.changes: list[tuple[str, Any, Any]] = []
        self.warnings: dict[str, str] = {}

    def select(self, path: str) -> list[Location]:
        """Return the parts that a selector chooses.

        Raises:
            PathError: It is no selector, or it names one part that is not there.
        """
        return select(self.snapshot, path)

    def get(self, path: str) -> Any:
        """Return the value of one part.

        Raises:
            PathError: There is none, or there are several.
        """
        found = self.select(path)
        if len(found) != 1:
            raise PathError(f"{middle_cut(path)} chooses {len(found)} parts, not one")
        return found[0].value

    def set(self, path: str, value: Any) -> None:
        """Replace parts by a value of Python; it is checked when the snapshot is written.

        Raises:
            PathError: The selector chooses no part, or one that can't be replaced.
        """
        for each in self._chosen(path):
            self._change(each, partial(each.set, value))

    def set_text(self, path: str, text: str) -> None:
        """Replace parts by a value given as text, which is read by the type of each part.

        Raises:
            PathError: The selector chooses no part, or one that can't be replaced.
            ValueTextError: The text is no value of the type.
        """
        for each in self._chosen(path):
            data = data_of_text(each, text)
            try:
                self._change(each, partial(each.set_json, data, self.snapshot.format.all_limits))
            except DecodeError as error:
                raise _bad_value(each, error) from error

    def append_text(self, path: str, text: str) -> None:
        """Append an element, given as text, to sequences.

        Raises:
            PathError: The selector chooses no part, or one that is no sequence.
            ValueTextError: The text is no value of the type of elements.
        """
        for each in self._chosen(path):
            owner: Any = each.opened()
            if owner.count() is None or isinstance(owner.kind, kinds.Array | kinds.Tuple | kinds.Struct):
                owner.refuse("only sequences and sets can be appended to")
            item = None if isinstance(owner, PlainLocation) else getattr(owner.kind, "item", None)
            data = _json_of(each, text) if item is None else _data_of(item, each, text)
            try:
                owner.append_json(data, self.snapshot.format.all_limits)
            except DecodeError as error:
                raise _bad_value(each, error) from error
            count = owner.count()
            self.changes.append((f"{owner.path}[{(count or 1) - 1}]", None, data))
            if each.depends:
                self.warnings[each.path] = each.depends

    def remove(self, path: str, *, missing_ok: bool = False) -> int:
        """Remove elements, entries of maps, registers, or the values of options.

        Args:
            path: The selector.
            missing_ok: Do nothing if it chooses no part.

        Returns:
            The number of parts that it chose.

        Raises:
            PathError: The selector chooses no part, or one that can't be removed.
        """
        try:
            chosen = self._chosen(path)
        except MissingPartError:
            if not missing_ok:
                raise
            return 0
        for each in reversed(chosen):  # the last first, so that positions stay
            before = each.to_json()
            each.remove()
            self.changes.append((each.path, before, None))
            if why := _depends_of(each):
                self.warnings[each.path] = why
        return len(chosen)

    def _chosen(self, path: str) -> list[Location]:
        found = self.select(path)
        if not found:
            raise MissingPartError(f"{middle_cut(path)} chooses no part")
        return found

    def _change(self, each: Location, change: Callable[[], None]) -> None:
        """Change a part, and note that and what depends on it."""
        before, dependent = each.to_json(), _dependent(each)
        change()
        after = each.to_json()
        self.changes.append((each.path, before, after))
        if before == after:
            return
        changed = _dependent(each)
        for path in {**dependent, **changed}:
            if dependent.get(path) != changed.get(path):
                self.warnings[path] = (changed.get(path) or dependent[path])[0]

    def save(self, target: Target) -> None:
        """Write the snapshot with a new checksum; all else is written as it was read.

        Raises:
            EncodeError: A new value does not fit its type; nothing is written.
            SnapshotIOError: The path can't be written; the old file is unchanged.
        """
        self.snapshot.save(target)


@contextmanager
def edit(
    source: Source, *, target: Target | None = None, format: SnapshotFormat | None = None
) -> Iterator[Editor]:
    """Edit a snapshot in a `with` block; it is written at the end, unless the block raises.

    Example:
        ```python
        with snapformat.edit("vm.vmstate") as vm:
            vm.set_text("vm_info.boot_source.boot_args", "console=ttyS0")
        ```

    Args:
        source: A path, a bytes-like object or a binary file object.
        target: Where it is written; by default the source, which must be a path then. A path is replaced
            atomically.
        format: The format; by default the one that claims the header and fits.

    Raises:
        SnapshotError: As `load_any` and `Snapshot.save`.
        TypeError: There is no target, and the source is no path.
    """
    place: Any = source if target is None else target
    if target is None and not isinstance(source, str) and not hasattr(source, "__fspath__"):
        raise TypeError("name a target: the source is no path, so it can't be written")
    editor = Editor(open_lazily(source, format))
    yield editor
    editor.save(place)


def _depends_of(location: Location) -> str:
    """Return why it is not enough to change a part, or the sequence that it is an element of."""
    around = location.around
    if not location.depends and around is not None and isinstance(location.segments[-1], int):
        return _depends_of(around)
    return location.depends


def _dependent(location: Location) -> dict[str, tuple[str, Any]]:
    """Return the reasons and values of the part, and of all below it, that other parts have to agree with."""
    found: dict[str, tuple[str, Any]] = {}
    why = _depends_of(location)
    if why:
        found[location.path] = why, location.to_json()
    waiting = [] if location.kind.is_leaf else [*location.parts()]
    while waiting:
        here = waiting.pop()
        if here.depends:
            found[here.path] = here.depends, here.to_json()
        waiting.extend(here.parts())
    return found


def _bad_value(each: Location, error: DecodeError | EncodeError) -> ValueTextError:
    inner = "" if error.path is None else error.path.removeprefix("$")
    parts = [error.message]
    if error.expected is not None:
        parts.append(f"expected {error.expected}")
    if error.found is not None:
        parts.append(f"found {error.found}")
    return ValueTextError(f"{each.path}{inner}: {', '.join(parts)}")


def data_of_text(location: Location, text: str) -> Any:
    """Return the plain data of a value given as text, by the type of the part.

    Text is taken as it is. Integers may be decimal, hexadecimal (`0x1f`), or a size (`2GiB`). Bools are
    `true` and `false`; variants without data go by their name; an option is `null` or its value; bytes are
    `0x` and hexadecimal digits. All values may be given as JSON, as `to_json` returns them.

    Raises:
        ValueTextError: The text is no value of the type.
    """
    if isinstance(location, PlainLocation):
        return (
            text if isinstance(location.value, str) and not text.startswith('"') else _json_of(location, text)
        )
    return _data_of(location.kind, location, text)


def _data_of(kind: Kind, location: Location, text: str) -> Any:
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        return _json_of(location, text)
    match kind:
        case kinds.Option():
            return None if text == "null" else _data_of(kind.item, location, text)
        case kinds.Struct() if kind.style == "newtype":
            return _data_of(kind.fields[0].kind, location, text)
        case kinds.LazyBound() if kind.target is not None:
            return _data_of(kind.target, location, text)
        case kinds.Int():
            return _number_of(location, text)
        case kinds.Str() | kinds.Char():
            return text
        case kinds.Absent():
            return _data_of(kind.declared, location, text)
        case kinds.Adapted() if kind.text is not None:
            return text
        case kinds.Adapted() if kind.shown is None:
            return _data_of(kind.item, location, text)
        case kinds.Enum() if any(each.name == text and each.style == "unit" for each in kind.variants):
            return text
        case kinds.Bytes() if _HEX_BYTES.fullmatch(text):
            return list(bytes.fromhex(text[2:]))
        case kinds.Float() if text in ("nan", "inf", "-inf"):
            from snapformat.encodings.json.format import Json

            return Json().write(kind, float(text))
    return _json_of(location, text)


def _number_of(location: Location, text: str) -> int:
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise ValueTextError(f"{location.path}: {middle_cut(repr(text))} is not an integer")
    sign, digits, unit = match.groups()
    number = int(digits, 0 if "x" in digits.lower() else 10)
    if unit:
        number = _in_unit_of(location, number << _UNITS[unit], text)
    return -number if sign else number


def _in_unit_of(location: Location, size: int, text: str) -> int:
    """Return a size in the unit that the name of a field ends in, such as `mem_size_mib`; else in bytes."""
    name = next((str(each) for each in reversed(location.segments) if isinstance(each, str)), "")
    suffix = name.rpartition("_")[2].lower()
    shift = next((bits for unit, bits in _UNITS.items() if unit.lower() == suffix), 0)
    if size & (1 << shift) - 1:
        raise ValueTextError(f"{location.path}: {text} is no whole number of {suffix[:1].upper()}iB")
    return size >> shift


def _json_of(location: Location, text: str) -> Any:
    try:
        return parse_json(text)
    except DecodeError:
        raise ValueTextError(
            f"{location.path}: {middle_cut(repr(text))} is neither the text of such a value nor JSON"
        ) from None
