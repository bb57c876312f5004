"""Modules that are loaded on first use, to shorten the start-up."""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Modules that dependencies import but few runs use: pdb and its imports are a third of construct's import.
UNUSED = ("hashlib", "json", "pdb", "pickle", "textwrap", "tokenize")


class _LazyModule(ModuleType):
    # `importlib.util.LazyLoader` loads a module as soon as a second one imports it (until Python 3.12).
    def __getattr__(self, name: str) -> Any:
        self.__class__ = ModuleType  # type: ignore[assignment]  # a plain module from now on
        spec = self.__spec__
        assert spec is not None
        assert spec.loader is not None
        spec.loader.exec_module(self)
        return getattr(self, name)


def import_later(*names: str) -> None:
    """Register modules that load themselves on the first access to an attribute."""
    for name in names:
        spec = None if name in sys.modules else find_spec(name)
        if spec is not None:
            sys.modules[name] = module = module_from_spec(spec)
            module.__class__ = _LazyModule
