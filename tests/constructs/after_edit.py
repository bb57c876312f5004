"""A parsed value changed, then built: alone, and in a file, eager and lazy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from constructs.as_type import shown
from constructs.declaration import Declaration, copied, limits_of
from constructs.in_file import alone, file_of, format_of
from constructs.inputs import spread
from constructs.outcomes import Findings, Outcome, ours, theirs
from constructs.values import keeps_bytes, names_of
from snapformat import SnapshotFormat, decode, encode

#: Changes of one sample that are made by the check itself, besides those of the declaration.
MOST = 16
IN_FILES = 5

Edit = Callable[[Any], Any]


def check(declaration: Declaration) -> Findings:
    """The same change gives the same bytes, or both refuse."""
    found = Findings()
    struct, source = declaration.construct, declaration.source
    made = ours(lambda: format_of(struct))
    for data in declaration.samples():
        first = theirs(lambda data=data: source.parse(data))
        if first.state != "ok":
            continue
        edits = list(_edits(declaration, first.value))
        leaves = alone(source, data)[1]  # then no file has it
        for number, (text, edit) in enumerate(edits):
            about = f"{text} of {shown(data)}"
            wanted = theirs(
                lambda data=data, edit=edit: bytes(source.build(edited(source.parse(data), edit)))
            )
            got = ours(
                lambda data=data, edit=edit: bytes(
                    encode(edited(decode(data, struct, limits=limits_of(struct)), edit), struct)
                )
            )
            _compare(found, "edit", got, wanted, about, data, struct)
            if made.state == "ok" and number < IN_FILES and not leaves:
                whole = wanted if wanted.state != "ok" else wanted._replace(value=file_of(wanted.value))
                for lazy in (False, True):
                    call = partial(_in_file, made.value, data, edit, lazy)
                    where = "edit in a file, lazily" if lazy else "edit in a file"
                    _compare(found, where, ours(call), whole, about, data, struct)
    return found


def _read(struct: Any, data: bytes) -> Any:
    return decode(data, struct, limits=limits_of(struct))


def _compare(
    found: Findings, what: str, got: Outcome, wanted: Outcome, about: str, data: bytes, struct: Any
) -> None:
    flags = ours(lambda: keeps_bytes(decode(data, struct, limits=limits_of(struct))))
    if not flags.value:
        found.compare(what, got, wanted, about, counted=True)


def edited(value: Any, edit: Edit) -> Any:
    """The value after the change."""
    changed = edit(value)
    return value if changed is None else changed


def _in_file(spec: SnapshotFormat, data: bytes, edit: Edit, lazy: bool) -> bytes:
    snapshot = spec.load(file_of(data), lazy=lazy)
    changed = edit(snapshot.data)
    if changed is not None and changed is not snapshot.data:
        return spec.new(changed).to_bytes()
    return snapshot.to_bytes()


def _edits(declaration: Declaration, value: Any) -> Iterator[tuple[str, Edit]]:
    if declaration.edit is not None:
        yield "the declaration's edit", declaration.edit
    automatic = [
        (f"{''.join(f'[{key!r}]' for key in path)}: {name}", partial(_at, path, change))
        for path, part in _places(value, ())
        for name, change in _changes(part)
    ]
    yield from (automatic[index] for index in spread(len(automatic), MOST))


def _places(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """All parts of a value that can be replaced."""
    yield path, value
    if "Lazy" in type(value).__name__:
        return
    if isinstance(value, Mapping):
        for name in names_of(value):
            yield from _places(value[name], (*path, name))
    elif isinstance(value, list):
        for index in spread(len(value), 3):
            yield from _places(value[index], (*path, index))


def _at(path: tuple[Any, ...], change: Callable[[Any], Any], value: Any) -> Any:
    """Change the part at a path; `_GONE` takes it away."""
    if not path:
        return change(value)
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    changed = change(holder[path[-1]])
    if changed is _GONE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = changed
    return None


_GONE = object()


def _changes(part: Any) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Changes of a part by its type; a function that is given the part itself, ours or theirs."""
    if isinstance(part, bool):
        yield "turned", lambda held: not held
    elif isinstance(part, int):
        yield "one more", lambda held: int(held) + 1
        yield "zero", lambda held: 0
    elif isinstance(part, float):
        yield "halved", lambda held: held / 2
    elif isinstance(part, str):
        yield "longer", lambda held: str(held) + "x"
        yield "empty", lambda held: ""
    elif isinstance(part, bytes):
        yield "longer", lambda held: bytes(held) + b"x"
        yield "shorter", lambda held: bytes(held[:-1])
    elif isinstance(part, list) and "Lazy" not in type(part).__name__:
        if part:
            yield "another element", lambda held: [*held, copied(held[0])]
        yield "one less", lambda held: list(held[:-1])
    elif part is None:
        yield "1 for None", lambda held: 1
    if not isinstance(part, dict):
        yield "None", lambda held: None
        yield "gone", lambda held: _GONE
