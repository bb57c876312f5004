"""JSON as an encoding; its stored form is plain data, which `json.text` prints and parses."""

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
        serde: Whether to refuse values that serde_json does not read back, instead of tagging them.
        decoded: Whether to show bytes that contain a C struct as its fields; serde_json shows the bytes.
        portable: Whether integers beyond 2^53 are text, in hexadecimal for those of `Hex`, since many
            tools for JSON would round them. Text is read in any case.
    """

    serde: bool = False
    decoded: bool = False
    portable: bool = False

    def bind(self, kind: Kind) -> None:
        """Accept every kind: all have a JSON form."""

    def write(self, kind: Kind, value: Any, *, limits: Limits = DEFAULT_LIMITS) -> Any:
        """Return the JSON form of a value.

        Raises:
            EncodeError: The value does not fit its kind, or `serde` refuses it.
        """
        writer = JsonWriter(limits, serde=self.serde, decoded=self.decoded, portable=self.portable)
        writer.write(kind, value)
        return writer.finished()

    def read(self, kind: Kind, data: Any, *, limits: Limits = DEFAULT_LIMITS) -> Any:
        """Return the value of a JSON form. Ranges of numbers are checked too.

        Raises:
            DecodeError: The JSON does not fit the kind: a field missing or unknown, another shape.
        """
        return JsonReader(data, limits).read(kind)
