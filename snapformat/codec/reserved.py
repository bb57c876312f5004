"""Names under which generated code, lazy reading and formats keep things in the users' classes.

`encode` and `decode` spell the first two as attributes, which is faster than asking by name.
"""

from __future__ import annotations

#: Generated code of a struct's class under Firecracker's encoding.
WRITER, READER = "__snapformat_write__", "__snapformat_read__"
#: The hidden subclass of a class; in that itself, None.
HIDDEN = "__snapformat_hidden__"
#: The formats derived for a class as their payload, by the format that they were derived from.
FORMATS = "__snapformat_formats__"


def alias(field: str) -> str:
    """A second name of a field's slot: of another form than those above, whatever the field is called."""
    return f"__snapformat_slot_{field}__"
