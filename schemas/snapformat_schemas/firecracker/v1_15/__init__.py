"""Firecracker 1.15: the state of a microVM, header version 9.0.0.

Read from Firecracker v1.15.1; the layout is the same from v1.15.0 on. Header and state are one value that
bitcode encodes. `MicrovmState`, the root, is in `x86_64` and in `aarch64`, with everything that depends on
the architecture; the other modules hold the rest:

* `virtio`: device header, with the kind of the device
* `devices`, `acpi`: the state of each kind of virtio device, and of the clock page
* `device_manager`: devices as attached to the PCI bus
"""
