"""construct's own test suite, from a folder outside of the repository, held against both: see `main.py`."""
