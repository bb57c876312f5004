"""The serial console of 1.16: whether its input and output work after a restore."""

from __future__ import annotations

from collections.abc import Iterator

from snapformat.inspect import Finding, Severity
from snapformat_schemas.firecracker.deep_checks import rules
from snapformat_schemas.firecracker.deep_checks.machine import Machine

#: Input of the I/O APIC that the serial console raises on x86_64.
_PIN = 4
_FIFO_SIZE = 64
_DATA_READY, _TRANSMITTER = 0x01, 0x60
_DIVISOR_SHOWN = 0x80


def check(machine: Machine) -> Iterator[Finding]:
    """Check the registers that 1.16 saves and restores."""
    devices = machine.state.device_states
    if not hasattr(devices, "serial_state"):
        return
    serial, path = devices.serial_state, "$.device_states.serial_state"
    if serial is None:
        if not machine.is_arm:  # on aarch64 the console depends on the kernel's command line
            yield Finding(path, "None: serial input is dead", rule=rules.WRONG_NEW)
        return
    buffered = len(serial.in_buffer)
    if buffered > _FIFO_SIZE:
        message = f"{buffered} bytes, more than {_FIFO_SIZE}: the program refuses the file"
        yield Finding(f"{path}.in_buffer", message, rule=rules.WRONG_NEW)
    elif buffered == _FIFO_SIZE and not serial.line_status & _DATA_READY:
        message = "it is full, and line_status does not say so: serial input is dead"
        yield Finding(f"{path}.in_buffer", message, rule=rules.WRONG_NEW)
    if not serial.interrupt_enable & 1 and _listens(machine):
        message = "data received does not interrupt, but the guest waits for it: serial input is dead"
        yield Finding(f"{path}.interrupt_enable", message, rule=rules.WRONG_NEW)
    if serial.line_control & _DIVISOR_SHOWN:
        message = "bit 7 is set: output of the guest goes to the divisor"
        yield Finding(f"{path}.line_control", message, rule=rules.WRONG_NEW)
    if serial.line_status & _TRANSMITTER != _TRANSMITTER:
        message = "the transmitter is never ready: a guest that waits for it hangs"
        yield Finding(f"{path}.line_status", message, Severity.WARNING, rules.WRONG_NEW)


def _listens(machine: Machine) -> bool:
    """Return whether the guest has enabled the interrupt of the console; not known on aarch64."""
    if machine.is_arm:
        return False
    entry = machine.state.vm_state.ioapic.chip.ioapic.redirtbl[_PIN]
    return not entry.mask & 1
