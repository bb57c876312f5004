"""A kind under a configuration of its encoding."""

from __future__ import annotations

from typing import Any, Protocol

from snapformat.model import kinds
from snapformat.model.kinds import Kind


class Layout(Protocol):
    """A kind and the configuration of its encoding: a `Bound`, or the result of `layout_of`."""

    @property
    def kind(self) -> Any:
        """The kind."""

    @property
    def config(self) -> Any:
        """The configuration."""


def form_of(config: Any) -> tuple[str, ...]:
    """Return how a configuration stores numbers: two that do it alike have the same form.

    Args:
        config: The configuration; None in a C struct, whose numbers are fixed and little-endian.
    """
    if config is None:
        return ("fixed little",)
    return (config.name,) if config.columnar else (config.form,)


def is_columnar(config: Any) -> bool:
    """Return whether values are stored in columns, and so have no place of their own."""
    return config is not None and bool(config.columnar)


class Format(Protocol):
    """A format of files, as far as its data goes."""

    @property
    def payload_kind(self) -> Any:
        """The kind of the data."""

    @property
    def encoding(self) -> Any:
        """Its encoding."""


class Bound:
    """A kind under a configuration of its encoding.

    Two are equal if the kind is the same object, and numbers are stored alike.

    Attributes:
        kind: The kind; an `Encoded` is replaced by the kind inside.
        config: The configuration; None in a C struct, which has the processor's layout under every encoding.
    """

    __slots__ = ("_key", "config", "kind")

    kind: Any  # of a class that the caller knows: most functions take one kind of `Bound` only
    config: Any

    def __init__(self, kind: Kind, config: Any) -> None:
        while isinstance(kind, kinds.Foreign | kinds.Encoded):
            if isinstance(kind, kinds.Encoded):
                config = kind.config
            (kind,) = kind.children()
        self.kind = kind
        self.config = config
        self._key = id(kind), *form_of(config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Bound) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        return f"Bound({self.kind!r}, {self.config!r})"

    def children(self) -> tuple[Bound, ...]:
        """The kinds directly inside, in the order of their values."""
        config = None if isinstance(self.kind, kinds.Blob) else self.config
        return tuple([Bound(child, config) for child in self.kind.children()])
