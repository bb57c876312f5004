"""The serial console, whose registers are saved from this release on.

Read from `src/vmm/src/device_manager/{mod,persist}.rs` of Firecracker v1.16.1, and from `src/serial.rs` of
the crate vm-superio, which Firecracker uses at 0.8.1.
"""

from __future__ import annotations

from snapformat import doc, schema
from snapformat.bincode import Hex, u8


@schema
class SerialState:
    """Registers of the serial console, a 16550A UART, and what it has received."""

    baud_divisor_low: u8 = doc("DLL: lower half of 115200 divided by the bits per second; 12 at first")
    baud_divisor_high: u8 = doc("DLM: upper half of 115200 divided by the bits per second; 0 at first")
    interrupt_enable: Hex[u8] = doc(
        "IER: causes that interrupt; bit 0 data received, 1 transmitter empty, 2 line, 3 modem status"
    )
    interrupt_identification: Hex[u8] = doc(
        "IIR: cause that waits, 1 none, 2 transmitter empty, 4 data received; without the FIFO bits 6 and 7"
    )
    line_control: Hex[u8] = doc(
        "LCR: form of a character, 3 for 8 bits; bit 7 shows the divisor to the guest"
    )
    line_status: Hex[u8] = doc("LSR: bit 0 data received, 5 transmitter takes a byte, 6 transmitter idle")
    modem_control: Hex[u8] = doc("MCR: outputs, bit 0 DTR, 1 RTS, 2 OUT1, 3 OUT2; bit 4 loops them back")
    modem_status: Hex[u8] = doc("MSR: inputs, bit 4 CTS, 5 DSR, 6 RI, 7 DCD")
    scratch: Hex[u8] = doc("SCR: a byte that the guest may keep there, without a meaning")
    in_buffer: list[u8] = doc(
        "Bytes received that the guest has not read, oldest first; a restore refuses more than 64"
    )
