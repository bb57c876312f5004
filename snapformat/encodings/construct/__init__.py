"""Constructs for all kinds of the serde data model, which `Encoding.construct` derives."""
