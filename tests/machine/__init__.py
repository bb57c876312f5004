"""The machine: built where it can be, the same as Python, and safe."""
