"""Tests of programs are collected where the machine is; `test_built` says whether it must be."""

from snapformat._machine import CORE

collect_ignore = [] if CORE is not None else ["test_programs.py", "test_values.py"]
