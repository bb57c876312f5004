"""`python -m snapformat._machine` prints what executes layouts."""

from snapformat._machine import machine

print(f"snapformat: layouts are executed by {machine}")
