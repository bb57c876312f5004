"""`python -m snapformat.cli`: the same as `python -m snapformat`."""

import runpy

if __name__ == "__main__":
    runpy.run_module("snapformat", run_name="__main__", alter_sys=True)
