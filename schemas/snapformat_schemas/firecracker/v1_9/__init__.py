"""Firecracker 1.9: the state of a microVM, header version 3.0.0 (which 1.10.0 shares, with another layout).

Read from Firecracker v1.9.1. `MicrovmState`, the root, is in `x86_64` and in `aarch64`.
"""
