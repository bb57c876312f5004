"""KVM's structures and registers, by name.

Firecracker stores what KVM's getters return as bytes. The classes here say what those bytes are: each is a C
structure of the kernel's user API, with every field and every reserved byte declared, so that under the
fixed-width little-endian encoding `encode(value, cls)` is the C structure itself. Beside them stand tables of
names (MSRs, CPUID leaves, control bits, Arm system registers) and small functions that look things up.

* `blobs`: which class a field of a snapshot holds.
* `x86_64`, `aarch64`: one module a subject.
"""
