"""The schemas included with snapformat, found through an entry point."""
