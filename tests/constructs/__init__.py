"""construct's classes, each declared, held against construct alone: see `checks.py`."""
