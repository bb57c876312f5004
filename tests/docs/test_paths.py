"""The page of paths: its table of names is that of the schemas."""

from __future__ import annotations

from docs.test_manual import MANUAL
from snapformat.inspect.view_list import table_of
from snapformat_schemas.firecracker import Machine


def test_all_names_are_listed():
    """If this fails, put the table that it prints into the page."""
    table = table_of(Machine)
    assert table in (MANUAL / "paths.md").read_text(encoding="utf-8"), table
