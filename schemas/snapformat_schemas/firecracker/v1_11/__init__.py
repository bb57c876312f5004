"""Firecracker 1.11: the state of a microVM, header version 5.0.0.

Read from Firecracker v1.11.0. `MicrovmState`, the root, is in `x86_64` and in `aarch64`; `machine`,
`memory`, `devices` and `device_manager` don't depend on the architecture.
"""
