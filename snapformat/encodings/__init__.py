"""How values are stored: one folder an encoding."""
