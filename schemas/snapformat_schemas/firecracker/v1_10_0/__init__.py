"""Firecracker 1.10.0: the state of a microVM, header version 3.0.0 (which 1.9 shares, with another layout).

Read from Firecracker v1.10.0. `MicrovmState`, the root, is in `x86_64` and in `aarch64`; `devices` and
`device_manager` hold network interfaces.
"""
