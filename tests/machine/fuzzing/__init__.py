"""Fuzzing the machine, built with the sanitizers of gcc: `make fuzz`."""
