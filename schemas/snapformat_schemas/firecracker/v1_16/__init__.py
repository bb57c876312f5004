"""Firecracker 1.16: the state of a microVM, header version 10.0.0.

Read from Firecracker v1.16.1; the layout is the same in v1.16.0. Header and state are one value that bitcode
encodes. `MicrovmState`, the root, is in `x86_64` and in `aarch64`, with everything that depends on the
architecture; the other modules hold the rest:

* `pci`: configuration space and the PCI transport
* `devices`: the state of network interfaces and of persistent memory
* `device_manager`: devices as attached to the PCI bus
* `serial`: the serial console
"""
