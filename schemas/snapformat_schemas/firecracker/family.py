"""The family of Firecracker's formats: see `snapformat.inspect.families`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from snapformat import Snapshot
from snapformat.inspect import Recognition
from snapformat_schemas.firecracker.describing import facts, summary
from snapformat_schemas.firecracker.recognizing import recognize
from snapformat_schemas.firecracker.view_machine import Machine, machine


class FirecrackerFamily:
    """The `family` of all Firecracker formats."""

    def recognize(self, data: bytes) -> Recognition | None:
        """Recognize files of releases without a layout, and of development builds."""
        return recognize(data)

    def summary(self, snapshot: Snapshot[Any]) -> dict[str, Any]:
        """Describe the machine: its memory, processors, boot source and devices."""
        return summary(snapshot)

    def views(self, snapshot: Snapshot[Any]) -> Machine:
        """Return the names that hold in every release."""
        return machine(snapshot)

    def facts(self, summary: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Format the summary as names and values."""
        return facts(summary)


FAMILY = FirecrackerFamily()
