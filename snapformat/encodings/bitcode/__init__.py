"""bitcode 0.6's serde format: a column for each place in the type, in the order of first use."""
