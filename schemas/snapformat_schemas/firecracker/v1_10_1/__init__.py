"""Firecracker 1.10.1: the state of a microVM, header version 4.0.0.

Compared with Firecracker v1.10.1. `MicrovmState`, the root, is in `x86_64` and in `aarch64`.
"""
