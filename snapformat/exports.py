"""Lazy exports (PEP 562): names of a package are imported on first use, so importing the package is cheap.

A package lists its names once, in its stub `__init__.pyi`, as type checkers and editors want them:
`from module import name as name`. The same stub tells at run time where a name is.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Importing `typing` alone would take longer than everything below.
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec
    from typing import Any


def lazy_exports(
    package: str, spec: ModuleSpec
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Make the functions `__getattr__` and `__dir__` of a package, and its `__all__`.

    Modules right inside the package that names come from are attributes of it too. No name may equal that
    of a module, which would replace it once it is imported.

    Args:
        package: The `__name__` of the package.
        spec: Its `__spec__`, whose loader reads the stub.
    """
    places = _places(_stub(spec))
    modules = {home.rpartition(".")[2] for home in places.values() if home.rpartition(".")[0] == package}

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
        return sorted({*vars(sys.modules[package]), *places, *modules} - {"lazy_exports"})

    return get, names, sorted(places)


def _stub(spec: ModuleSpec) -> str:
    """Read the stub beside a package, in a folder or a zip file."""
    path = str(spec.origin).rpartition(".")[0] + ".pyi"
    data: bytes = spec.loader.get_data(path)  # type: ignore[union-attr]
    return data.decode()


def _places(stub: str) -> dict[str, str]:
    """Read a stub of imports: the module of each name."""
    places = {}
    for statement in stub.split("\nfrom ")[1:]:
        home, _, names = statement.partition(" import ")
        for name in names.strip("( \n)").split(","):
            if name.strip():
                places[name.split()[0]] = home
    return places
