"""Machine state on x86_64: the whole tree is that of 1.8.

Compared with `src/vmm/src/persist.rs` of Firecracker v1.9.1 and everything below its `MicrovmState`. The
crate kvm-bindings is used at 0.9.1.
"""

from snapformat_schemas.firecracker.v1_8.x86_64 import MicrovmState

__all__ = ["MicrovmState"]
