"""Public formats, declared with construct as its users declare them; see README.md."""
