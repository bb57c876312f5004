"""Encodings by their names, held against the crates that they are the bytes of."""
