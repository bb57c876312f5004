"""KVM's structures and registers, by name.

Firecracker stores what KVM's getters return as bytes. The classes here say what those bytes are: each is a C
structure of the kernel's user API, with every field and every reserved byte declared, so that under the
fixed-width little-endian encoding `encode(value, cls)` is the C structure itself. Those that a snapshot holds
as bytes are `CStruct`s, which a field names as `Blob[KvmRegs]`; those within them are plain. Beside them
stand tables of names (MSRs, CPUID leaves, control bits, Arm system registers) and small functions that look
things up. `x86_64` and `aarch64` have one module a subject.
"""
