"""Names of virtio: device types, features, status, registers (`names`), and of PCI and MSI-X (`pci`)."""
