"""KVM's structures and registers, by name.

Firecracker stores the results of KVM's getters as bytes. The classes here declare these bytes: each is a C
structure of the kernel's user API with every field and every reserved byte, so that with the fixed-width
little-endian encoding, `encode(value, cls)` is the C structure. Structures that a snapshot stores as bytes
are `CStruct`s, used as `Blob[KvmRegs]`; structures in them are plain. There are also tables of names (MSRs,
CPUID leaves, control bits, Arm system registers) and small functions that look them up. `x86_64` and
`aarch64` have one module per subject.
"""
