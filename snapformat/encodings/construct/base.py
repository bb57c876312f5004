"""The base of this library's constructs: reading a stream, claiming from the budget, raising errors.

They behave like construct's own classes: they raise `ConstructError` and its subclasses, compose with other
constructs and only need the stream. The budget of the outermost parse is kept in the
root context, so that all constructs of this library below it share it.
"""

from __future__ import annotations

import threading
from typing import Any, NoReturn

import construct

from snapformat.encodings.bincode.config import VARINT_MARKERS, VARINT_SINGLE, Config, unzigzag
from snapformat.limits import Budget
from snapformat.model import kinds
from snapformat.model.from_construct import Lowering, OwnConstruct, Scopes, cost_of, in_scopes
from snapformat.model.order import SortKeys
from snapformat.trampoline import Task

#: Key of the budget in the root context; construct neither compares nor prints names with an underscore.
BUDGET = "_snapformat_budget"
_KEYS = "_snapformat_keys"
#: Maximum number of bytes read from a stream at once: a length in the data must not size an allocation.
CHUNK = 1 << 20
#: Encoding for construct's own classes outside constructs of this library.
PLAIN = Config()


def budget_of(context: Any, limit: int | None) -> Budget:
    """Return the budget of this parse; the first call makes it with `limit`."""
    root = _root(context)
    budget: Budget | None = root.get(BUDGET)
    if budget is None:
        # construct's `Tunnel` begins with a new context.
        budget = root[BUDGET] = running.budget or Budget(limit)
    return budget


class _Running(threading.local):
    """The budget of the constructs that are running in a thread; None if none are."""

    budget: Budget | None = None


running = _Running()


def sort_keys(context: Any) -> SortKeys:
    """Return the sort keys of maps and sets made so far in this build."""
    root = _root(context)
    if _KEYS not in root:
        root[_KEYS] = SortKeys()
    keys: SortKeys = root[_KEYS]
    return keys


def _root(context: Any) -> Any:
    root = getattr(context, "_params", None)
    return context if root is None else root


def read_exactly(stream: Any, size: int, path: str) -> bytes:
    """Read `size` bytes in chunks, so that `size` does not size an allocation.

    Raises:
        construct.StreamError: The stream ends too early.
    """
    data: bytes = stream.read(min(size, CHUNK))
    if len(data) < size:
        parts = [data]
        left = size - len(data)
        while left and parts[-1]:
            parts.append(stream.read(min(left, CHUNK)))
            left -= len(parts[-1])
        if left:
            raise construct.StreamError(f"the stream ends {left} bytes early: {size} expected", path=path)
        data = b"".join(parts)
    return data


class BincodeConstruct(OwnConstruct):
    """A construct for one kind under one encoding.

    Attributes:
        kind: The kind.
        config: The encoding.
    """

    _cost: int | None = None

    def __init__(self, kind: Any, config: Config) -> None:
        super().__init__()
        self.kind = kind
        self.config = config

    def _cost_of(self, *subs: Any) -> int:
        """Return the cost of a zero-sized element of these constructs, which are always the same."""
        if self._cost is None:
            self._cost = cost_of(*subs)
        return self._cost

    def as_kind(self, lowering: Lowering, scopes: Scopes) -> Task:
        """Return the kind, in this encoding."""
        return kinds.Encoded(in_scopes(self.kind, lowering, scopes), self.config)
        yield  # as a task

    def _claim(self, size: int, context: Any, path: str) -> None:
        budget = budget_of(context, self.config.limit)
        if not budget.claim(size):
            raise construct.RangeError(
                f"the limit of {budget.limit} bytes is exceeded by {-budget.left}", path=path
            )

    def _read_int(
        self, stream: Any, context: Any, path: str, size: int, signed: bool = False, claim: bool = True
    ) -> int:
        """Read an integer of nominal width `size` in the form of the encoding."""
        if claim:
            self._claim(size, context, path)
        config = self.config
        if not config.is_variable(size):
            return int.from_bytes(read_exactly(stream, size, path), config.byteorder, signed=signed)
        value = read_exactly(stream, 1, path)[0]
        if value >= VARINT_SINGLE:
            width = VARINT_MARKERS.get(value, 255)
            if width > size:
                raise construct.IntegerError(f"marker {value} is not an integer of {size} bytes", path=path)
            value = int.from_bytes(read_exactly(stream, width, path), config.byteorder)
        return unzigzag(value) if signed else value

    def _read_length(self, stream: Any, context: Any, path: str) -> int:
        return self._read_int(stream, context, path, 8)

    def _sizeof(self, context: Any, path: str) -> int:
        return self._no_size(path)

    def _no_size(self, path: str) -> NoReturn:
        raise construct.SizeofError(f"the size of {self!r} depends on the value", path=path)


class BincodeSubconstruct(BincodeConstruct, construct.Subconstruct):  # type: ignore[misc]
    """A construct for a kind with one kind inside, whose construct is its `subcon`."""

    def __init__(self, kind: Any, config: Config, subcon: Any) -> None:
        construct.Subconstruct.__init__(self, subcon)
        self.flagbuildnone = False  # a field of this kind can't be left out
        self.kind = kind
        self.config = config
