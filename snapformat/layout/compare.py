"""Comparing two types; see `snapformat.model.compare`, which this module re-exports."""

from snapformat.model.compare import Action, Change, Members, Table, compare, compare_types, members_of

__all__ = ["Action", "Change", "Members", "Table", "compare", "compare_types", "members_of"]
