"""The protocol of an encoding, which stores values of kinds."""

from __future__ import annotations

from typing import Any, Protocol

from snapformat.limits import Limits
from snapformat.model.kinds import Kind


class DataFormat(Protocol):
    """Stores values of kinds, as serde's data formats do.

    An encoding implements `ValueWriter` and `ValueReader` (`model.protocol`), which kinds call. The protocol
    does not assume that a value has one offset, or that a file begins with a header that can be read alone.
    """

    def bind(self, kind: Kind) -> None:
        """Check that values of a kind can be stored.

        Raises:
            SchemaError: They can't be stored.
        """

    def write(self, kind: Kind, value: Any, *, limits: Limits = ...) -> Any:
        """Return the stored form of a value.

        Raises:
            EncodeError: The value does not fit its kind, or the encoding refuses it.
        """

    def read(self, kind: Kind, data: Any, *, limits: Limits = ...) -> Any:
        """Return the value of a stored form, all of which must be used.

        Raises:
            DecodeError: The data is not such a value.
        """
