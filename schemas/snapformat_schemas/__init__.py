"""Schemas that come with snapformat: pure declarations, found by it through an entry point."""
