"""Firecracker's tools: which release wrote a file, what machine is in it, and its typed state."""
