"""Lazy exports (PEP 562): names of a package are imported on first use, so importing the package is cheap.

A package lists its names twice, side by side: in imports under `TYPE_CHECKING` for editors and type
checkers, and in the table passed to `lazy_exports`. A test checks that both are equal.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Importing `typing` alone would take longer than everything below.
    from collections.abc import Callable, Mapping
    from typing import Any


def lazy_exports(
    package: str, homes: Mapping[str, tuple[str, ...]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Make the functions `__getattr__` and `__dir__` of a package, and its `__all__`.

    Args:
        package: The `__name__` of the package.
        homes: The names by module. A module of the package begins with a dot, and is an attribute of the
            package too. No name may equal that of a module, which would replace it once it is imported.
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
