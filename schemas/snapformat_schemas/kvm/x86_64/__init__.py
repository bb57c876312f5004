"""KVM's structures on x86_64, one module a subject."""
