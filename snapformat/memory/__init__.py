"""Memory files of guests, which are far larger than snapshots: laying a diff over its base."""

from snapformat.memory.rebasing import Rebase, rebase

__all__ = ["Rebase", "rebase"]
