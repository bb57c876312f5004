"""Constructs for kinds without a construct of their own, by the reference reader and writer."""

from __future__ import annotations

from typing import Any

import construct

from snapformat.encodings.bincode.stream import StreamReader
from snapformat.encodings.bincode.writer import BincodeWriter
from snapformat.encodings.construct.base import BincodeConstruct, budget_of
from snapformat.errors import SnapshotError
from snapformat.limits import DEFAULT_LIMITS


class Interpreted(BincodeConstruct):
    """A construct for a kind from outside this library, or for one with a length of its own."""

    def _parse(self, stream: Any, context: Any, path: str) -> Any:
        reader = StreamReader(stream, self.config, budget_of(context, self.config.limit), DEFAULT_LIMITS)
        reader.scope = context
        try:
            return reader.read(self.kind)
        except SnapshotError as error:
            raise construct.ValidationError(str(error), path=path) from error

    def _build(self, obj: Any, stream: Any, context: Any, path: str) -> Any:
        writer = BincodeWriter(self.config, DEFAULT_LIMITS)
        writer.scope, writer.keep = context, True
        try:
            built = writer.write(self.kind, obj)
        except SnapshotError as error:
            raise construct.ValidationError(str(error), path=path) from error
        stream.write(writer.written())
        return built
