"""JSON as an encoding: its stored form is plain data, which `text` prints and parses."""

from __future__ import annotations

from typing import Any

from snapformat.encodings.json.reader import JsonReader
from snapformat.encodings.json.writer import JsonWriter
from snapformat.lazy_dataclasses import dataclass
from snapformat.limits import DEFAULT_LIMITS, Limits
from snapformat.model.kinds import Kind


@dataclass(frozen=True, slots=True)
class Json:
    """serde_json's form of values, as dicts, lists, str, int, float, bool and None.

    Attributes:
        serde: Only what serde_json itself prints and reads back; tags are errors.
        decoded: Show bytes that hold a C struct as its fields; serde_json shows the bytes.
    """

    serde: bool = False
    decoded: bool = False

    def bind(self, kind: Kind) -> None:
        """Every kind has a JSON form."""

    def write(self, kind: Kind, value: Any, *, limits: Limits = DEFAULT_LIMITS) -> Any:
        """The JSON form of a value.

        Raises:
            EncodeError: The value does not fit its kind, or `serde` refuses it.
        """
        writer = JsonWriter(limits, serde=self.serde, decoded=self.decoded)
        writer.write(kind, value)
        return writer.finished()

    def read(self, kind: Kind, data: Any, *, limits: Limits = DEFAULT_LIMITS) -> Any:
        """The value of a JSON form. Ranges of numbers are checked here too.

        Raises:
            DecodeError: The JSON does not fit the kind: a field missing or unknown, another shape.
        """
        return JsonReader(data, limits).read(kind)
