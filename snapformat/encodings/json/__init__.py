"""The JSON form of values: serde_json's, for writing and reading."""
