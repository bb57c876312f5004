"""Properties that hold for all types, values and bytes."""
