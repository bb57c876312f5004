"""Generated code that executes operations: readers, writers, skippers and indexers."""
