"""Names under which the library keeps things in the users' classes."""

from __future__ import annotations

#: A class's declaration. Not inherited: each class is declared itself.
DECLARATION = "__snapformat__"
#: Generated code of a struct's class, under bincode's default encoding; under others, this and their form.
WRITER, READER = "__snapformat_write__", "__snapformat_read__"
#: In a lazy subclass alone: its `LazyClass`.
LAZY = "__snapformat_lazy__"
#: The formats derived for a class as their payload, by the format that they were derived from.
FORMATS = "__snapformat_formats__"
#: The stored fields of a class whose instances are keys by their values, also frozen ones.
KEY = "__snapformat_key__"
