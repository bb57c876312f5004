"""Lowering, walking and writing by the layout tree; construct alone is the other opinion."""
