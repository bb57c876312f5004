"""Arrow's columns for all kinds, by way of their JSON form."""
