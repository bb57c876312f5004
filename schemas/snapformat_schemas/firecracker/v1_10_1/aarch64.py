"""Machine state on aarch64: the whole tree is that of 1.10.0, under a header version of its own.

Compared with `src/vmm/src/persist.rs` of Firecracker v1.10.1 and everything below its `MicrovmState`. The
crate kvm-bindings is used at 0.10.0.
"""

from snapformat_schemas.firecracker.v1_10_0.aarch64 import MicrovmState

__all__ = ["MicrovmState"]
