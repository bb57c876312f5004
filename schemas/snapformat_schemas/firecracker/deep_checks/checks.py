"""All checks of a state."""

from __future__ import annotations

from typing import Any

from snapformat import Snapshot
from snapformat.inspect import Finding
from snapformat_schemas.firecracker.deep_checks import devices, lines, pci, places, serial
from snapformat_schemas.firecracker.deep_checks.machine import Machine

_CHECKS = (lines.check, places.check, pci.check, devices.check, serial.check)


def findings(snapshot: Snapshot[Any]) -> list[Finding]:
    """Check the state of any release and architecture; the findings are in the order of the checks."""
    machine = Machine(snapshot)
    return [found for check in _CHECKS for found in check(machine)]
