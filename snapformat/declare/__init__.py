"""Declaring types: classes with annotated fields, and the registry of named layouts."""

from snapformat.declare.decorator import schema
from snapformat.declare.enums import DataEnum, UnitEnum
from snapformat.declare.fields import doc, variant
from snapformat.declare.registry import layout_for, register, registered

__all__ = ["DataEnum", "UnitEnum", "doc", "layout_for", "register", "registered", "schema", "variant"]
