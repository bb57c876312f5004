"""The declarations, by theme."""
