"""snapformat side by side with its peers, in one process and on the same bytes: `python -m benchmarks`."""
