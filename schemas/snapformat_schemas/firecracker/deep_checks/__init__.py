"""Deep checks: values that fit their types, but with which a program refuses the file or a guest fails.

Each was seen in the real programs with a wrong value, unless its rule says `read`. The rules are described in
the manual, `docs/migrating-firecracker.md`. `checks.findings` runs all checks.
"""
