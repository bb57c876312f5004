"""KVM's structures and registers on aarch64, one module per subject."""
