"""Firecracker 1.14: the state of a microVM, header version 8.0.0 (which 1.13 shares, with another layout).

Read from Firecracker v1.14.4; the layout is the same from v1.14.0 on. `MicrovmState` is the x86_64 root, in
`x86_64`; all other modules hold what does not depend on the architecture:

* `machine`, `memory`, `allocator`: configuration, guest memory map, interrupt lines and address ranges
* `virtio`, `pci`: queues, transports and what they need
* `devices`, `acpi`: the state of each kind of device
* `device_manager`: devices as attached to the MMIO or PCI bus
"""

from snapformat_schemas.firecracker.v1_14.x86_64 import MicrovmState

__all__ = ["MicrovmState"]
