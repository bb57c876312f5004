"""What Firecracker's formats know beyond their layouts: see `snapformat.inspect.families`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snapformat import Snapshot
from snapformat.inspect import Recognition
from snapformat_schemas.firecracker.describing import facts, summary
from snapformat_schemas.firecracker.recognizing import recognize


class FirecrackerFamily:
    """The `family` of all of Firecracker's formats."""

    def recognize(self, data: bytes) -> Recognition | None:
        """Files of releases that can only be named, and of development builds."""
        return recognize(data)

    def summary(self, snapshot: Snapshot[Any]) -> dict[str, Any]:
        """The machine: its memory, processors, boot source and devices."""
        return summary(snapshot)

    def facts(self, summary: Mapping[str, Any]) -> list[tuple[str, str]]:
        """The summary, line by line."""
        return facts(summary)


FAMILY = FirecrackerFamily()
