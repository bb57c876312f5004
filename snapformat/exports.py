"""Names of a package that are imported when they are first used (PEP 562): importing the package is free.

A package says its names twice, side by side: in imports under `TYPE_CHECKING`, which editors and type
checkers read, and in the table that it gives to `lazy_exports`. A test holds the two equal.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Even `typing` takes longer to import than all that is done here.
    from collections.abc import Callable, Mapping
    from typing import Any


def lazy_exports(
    package: str, homes: Mapping[str, tuple[str, ...]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """The functions `__getattr__` and `__dir__` of a package, and its `__all__`.

    Args:
        package: The package's `__name__`.
        homes: Module -> the names that it has. A module below the package begins with a dot, and is an
            attribute too. No name may be that of a module, which would take its place once it is imported.
    """
    wholes = {home: f"{package}{home}" if home.startswith(".") else home for home in homes}
    places = {name: wholes[home] for home, names in homes.items() for name in names}
    modules = {home.split(".")[1] for home in homes if home.startswith(".")}

    def get(name: str) -> Any:
        from importlib import import_module

        if name in places:
            found = getattr(import_module(places[name]), name)
            setattr(sys.modules[package], name, found)
            return found
        if name in modules:
            return import_module(f"{package}.{name}")
        raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name)

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *places, *modules})

    return get, names, sorted(places)
