"""The vocabulary: Rust's primitive types, and the types of its standard library that serde knows."""
