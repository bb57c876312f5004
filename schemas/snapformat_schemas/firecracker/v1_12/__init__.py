"""Firecracker 1.12: the state of a microVM, header version 6.0.0.

Read from Firecracker v1.12.1. `MicrovmState`, the root, is in `x86_64` and in `aarch64`.
"""
