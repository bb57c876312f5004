"""KVM's structures on x86_64, one module per subject."""
