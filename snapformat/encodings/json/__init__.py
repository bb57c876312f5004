"""JSON as serde_json prints it, both ways."""
