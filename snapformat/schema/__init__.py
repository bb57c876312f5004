"""Declaring types: classes with annotated fields, and the registry of named layouts."""

from snapformat.schema.declare import schema
from snapformat.schema.enums import DataEnum, UnitEnum
from snapformat.schema.fields import doc, variant
from snapformat.schema.registry import layout_for, register, registered

__all__ = ["DataEnum", "UnitEnum", "doc", "layout_for", "register", "registered", "schema", "variant"]
