"""bitcode 0.6's serde format, held against recorded rows, against bincode, and another encoder."""
