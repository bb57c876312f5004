"""Firecracker 1.8: the state of a microVM, header version 2.0.0.

Read from Firecracker v1.8.0. `MicrovmState`, the root, is in `x86_64` and in `aarch64`, with everything
that depends on the architecture; the other modules hold the rest:

* `machine`, `memory`: configuration, guest memory map
* `virtio`, `devices`: queues, the MMIO transport, the state of each kind of virtio device
* `device_manager`, `acpi`: devices as attached to the MMIO bus, and the generation ID
* `gic`: Arm's interrupt controller

Later releases import the unchanged parts from here.
"""
