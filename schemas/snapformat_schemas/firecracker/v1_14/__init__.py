"""Firecracker 1.14: the state of a microVM, header version 8.0.0 (which 1.13 shares, with another layout).

Read from Firecracker v1.14.4; the layout is the same from v1.14.0 on. `MicrovmState`, the root, stands in
`x86_64` and in `aarch64`, with everything that depends on the architecture; the other
modules hold the rest:

* `memory`, `allocator`: guest memory map, interrupt lines and address ranges
* `pci`: configuration space and the PCI transport
* `devices`, `acpi`: the state of balloon, hot-pluggable and persistent memory, and of the clock page
* `device_manager`: devices as attached to the PCI bus
"""
