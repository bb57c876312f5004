"""Firecracker 1.13: the state of a microVM, header version 8.0.0 (which 1.14 shares, with another layout).

Read from Firecracker v1.13.2. `MicrovmState`, the root, is in `x86_64` and in `aarch64`, with everything
that depends on the architecture; the other modules hold the rest:

* `allocator`: interrupt lines and address ranges
* `virtio`, `pci`: device header, transports and what they need
* `devices`: the state of each kind of virtio device
* `device_manager`: devices as attached to the MMIO or PCI bus
* `gic`: Arm's interrupt controller
"""
