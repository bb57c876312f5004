"""Generated code against the reference reader and writer."""
