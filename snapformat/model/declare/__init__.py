"""Declaring types: classes with annotated fields, and the registry of named layouts."""

from snapformat.model.declare.decorator import schema
from snapformat.model.declare.enums import DataEnum, UnitEnum
from snapformat.model.declare.fields import doc, variant
from snapformat.model.declare.registry import register, registered

__all__ = ["DataEnum", "UnitEnum", "doc", "register", "registered", "schema", "variant"]
