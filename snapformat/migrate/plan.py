"""The conversions of a step: compiled once per pair of kinds, the old one and the new one.

A pair whose values stay as they are has no converter: such values are passed on, undecoded if they are.
Whether that is so is known once all pairs inside are: `Plan` first collects the graph of pairs, then spreads
from each pair that changes values to all around it, and then makes the converters.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from snapformat.encodings.bincode.encoding import sealed
from snapformat.errors import MigrationError, SchemaError
from snapformat.limits import DEFAULT_LIMITS
from snapformat.migrate.change import Change
from snapformat.migrate.infer import convert_inferred
from snapformat.migrate.pairs import Converter, Pair, analyze
from snapformat.migrate.structs import making
from snapformat.model import kinds
from snapformat.model.declaration import declaration_of
from snapformat.model.kinds import Kind
from snapformat.trampoline import TooDeepError, run

if TYPE_CHECKING:
    from snapformat.migrate.conversion import Conversion

#: Maximum number of values around each other that are converted: more than the limits of formats allow.
_MOST_TASKS = 64 * DEFAULT_LIMITS.depth

#: Maximum number of pairs around each other that are converted by calls of Python functions.
_MOST_NESTED = 40


class Plan:
    """The conversions between two types.

    Args:
        old: Kind of the old payload.
        new: Kind of the new payload.
        changes: The changes between their classes.

    Raises:
        SchemaError: A change does not fit the types, or something is not derivable and has no change.
    """

    def __init__(self, old: Kind, new: Kind, changes: Iterable[Change]) -> None:
        self.old = old
        self.changes: dict[tuple[type, type], Change] = {}
        self._pairs: dict[tuple[int, int], Pair] = {}
        self._fresh: list[Pair] = []
        self._waiting: list[Pair] = []
        self._lock = threading.RLock()
        self._kinds: dict[Any, Kind] = {}
        self._makers: dict[tuple[Any, ...], Converter] = {}
        for change in changes:
            if self.changes.setdefault((change.old, change.new), change) is not change:
                raise SchemaError("there are two changes between these classes", owner=change.name)
        self.root: Pair = self.compile(old, new, "the payload")
        for change in self.changes.values():
            if all(_is_complete(cls) for cls in (change.old, change.new)):
                self.compile(self.kind_of(change.old), self.kind_of(change.new), "")

    def compile(self, old: Kind, new: Kind, at: str) -> Pair:
        """Return the pair of two kinds, with its converter made."""
        known = self._pairs.get((id(old), id(new)))
        if known is not None and known.is_ready:
            return known
        with self._compiling():
            found = self.pair(old, new, at)
            self._finish()
        return found

    @contextmanager
    def _compiling(self) -> Iterator[None]:
        """Let one thread add pairs; if that fails, they are forgotten."""
        with self._lock:
            try:
                yield
            except BaseException:
                for pair in self._fresh:
                    self._pairs.pop((id(pair.old), id(pair.new)), None)
                raise
            finally:
                self._fresh.clear()
                self._waiting.clear()

    def pair(self, old: Kind, new: Kind, at: str) -> Pair:
        """Return the pair of two kinds; its parts are found later.

        Args:
            old: The old kind.
            new: The new kind.
            at: The place of the declaration that needs it, for messages.
        """
        found = self._pairs.get((id(old), id(new)))
        if found is None:
            found = self._pairs[id(old), id(new)] = Pair(old, new, at)
            self._fresh.append(found)
            self._waiting.append(found)
        return found

    def change_between(self, old: Kind, new: Kind) -> Change | None:
        """Return the change between the classes of two kinds, or None."""
        classes = getattr(old, "cls", None), getattr(new, "cls", None)
        return self.changes.get(classes) if None not in classes else None  # type: ignore[arg-type]  # checked

    def kind_of(self, annotation: Any) -> Kind:
        """Return the kind of a class or an annotation, the same one every time."""
        found = self._kinds.get(annotation)
        if found is None:
            found = self._kinds.setdefault(annotation, sealed(annotation, is_outermost=False))
        return found

    def _finish(self) -> None:
        while self._waiting:
            pair = self._waiting.pop()
            analyze(pair, self)
        around: dict[int, list[Pair]] = {}
        for pair in self._fresh:
            for inner in pair.parts:
                around.setdefault(id(inner), []).append(pair)
        # Those of parts that were compiled before count too.
        changed = [pair for pair in self._fresh if pair.changes or any(p.changes for p in pair.parts)]
        while changed:
            pair = changed.pop()
            pair.changes = True
            changed += [outer for outer in around.get(id(pair), ()) if not outer.changes]
        for pair in self._in_order(around):
            if pair.changes:
                pair.convert = pair.build()
        for pair in self._fresh:
            pair.is_ready = True

    def _in_order(self, around: dict[int, list[Pair]]) -> list[Pair]:
        """Return the new pairs, those inside first, and find which have values of unbounded depth.

        Args:
            around: The pairs around each, by its identity.
        """
        missing = {id(pair): sum(not inner.is_ready for inner in pair.parts) for pair in self._fresh}
        found = [pair for pair in self._fresh if not missing[id(pair)]]
        for pair in found:  # it grows
            pair.height = 1 + max((inner.height for inner in pair.parts), default=0)
            pair.is_task = pair.height > _MOST_NESTED or any(inner.is_task for inner in pair.parts)
            for outer in around.get(id(pair), ()):
                missing[id(outer)] -= 1
                if not missing[id(outer)]:
                    found.append(outer)
        recursive = [pair for pair in self._fresh if missing[id(pair)]]
        for pair in recursive:
            pair.is_task = True
        return found + recursive

    def run(self, to: Conversion) -> Any:
        """Convert the whole payload."""
        return self.converted(self.root, to.root, to)

    def converted(self, pair: Pair, value: Any, to: Conversion) -> Any:
        """Convert a value by a pair that is ready.

        Raises:
            MigrationError: It is refused, or it is nested too deeply.
        """
        if pair.convert is None:
            return value
        function, is_task = pair.converter()
        found = function(value, to)
        try:
            return run(found, _MOST_TASKS) if is_task else found
        except TooDeepError:
            raise MigrationError("nested too deeply, or it contains itself", path="$", step=to.step) from None

    def convert(self, value: Any, old: Any, new: Any, to: Conversion) -> Any:
        """Convert a part: see `Conversion.convert`."""
        target = self.kind_of(new)
        if old is None:
            return convert_inferred(value, target, self, to)
        return self.converted(self.compile(self.kind_of(old), target, "to.convert"), value, to)

    def make(self, new: type, old: Any, fields: Mapping[str, Any], to: Conversion) -> Any:
        """Convert an instance with fields given: see `Conversion.make`."""
        key = (old.__class__, new, frozenset(fields))
        maker = self._makers.get(key)
        if maker is None:
            with self._compiling():
                found = making(struct_of(old.__class__), struct_of(new), frozenset(fields), self)
                self._finish()
                maker = self._makers[key] = found()
        return run(maker((old, fields), to), _MOST_TASKS)


def _is_complete(cls: type) -> bool:
    """Return whether the class alone is a type: not a variant, and without type parameters."""
    declared = declaration_of(cls)
    return declared is None or (declared.enum is None and not declared.parameters)


def struct_of(cls: type) -> kinds.Struct:
    """Return the struct of a declared class or of a variant's class.

    Raises:
        SchemaError: The class is not a struct.
    """
    declared = declaration_of(cls)
    if declared is not None and declared.enum is not None:
        enum = sealed(declared.enum.cls)
        assert isinstance(enum, kinds.Enum)
        for variant in enum.variants:
            if variant.payload is not None and variant.payload.cls is cls:
                return variant.payload
    found = sealed(cls)
    if isinstance(found, kinds.Struct):
        return found
    raise SchemaError(f"{cls.__qualname__} is not a struct")
