"""The protocol of an encoding: what it must offer so that kinds can be stored in it."""

from __future__ import annotations

from typing import Any, Protocol

from snapformat.limits import Limits
from snapformat.model.kinds import Kind


class DataFormat(Protocol):
    """Stores values of kinds, as serde's data formats do.

    It implements `ValueWriter` and `ValueReader` (`model.protocol`), which kinds call. Nothing here says that
    a value has one offset, or that a file begins with a header that can be read alone.
    """

    def bind(self, kind: Kind) -> None:
        """Check that values of a kind can be stored.

        Raises:
            SchemaError: They can't.
        """

    def write(self, kind: Kind, value: Any, *, limits: Limits = ...) -> Any:
        """The stored form of a value.

        Raises:
            EncodeError: The value does not fit its kind, or the encoding refuses it.
        """

    def read(self, kind: Kind, data: Any, *, limits: Limits = ...) -> Any:
        """The value of a stored form, all of which must be used.

        Raises:
            DecodeError: The data is not such a value.
        """
