"""What the package of schemas holds: its modules and the types they declare."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType

import snapformat_schemas
from snapformat.model.declaration import Declaration, declaration_of


@cache
def modules() -> tuple[ModuleType, ...]:
    """All modules of the package, by name."""
    found = pkgutil.walk_packages(snapformat_schemas.__path__, f"{snapformat_schemas.__name__}.")
    return tuple(importlib.import_module(info.name) for info in sorted(found, key=lambda info: info.name))


def declared(module: ModuleType) -> Iterator[Declaration]:
    """The types that a module declares itself, variants of enums among them."""
    for value in vars(module).values():
        if isinstance(value, type) and value.__module__ == module.__name__:
            declaration = declaration_of(value)
            if declaration is not None:
                yield declaration


@cache
def types() -> tuple[Declaration, ...]:
    """All types that the package declares."""
    return tuple(declaration for module in modules() for declaration in declared(module))


def name_of(declaration: Declaration) -> str:
    """Where a type stands, below the package."""
    module = declaration.cls.__module__.removeprefix(f"{snapformat_schemas.__name__}.")
    return f"{module}.{declaration.cls.__name__}"
