"""Modules that a cold start gets along without: loaded when something of them is first used."""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: What others import at once, and few runs use: pdb with what is below it is a third of construct's import.
UNUSED = ("hashlib", "json", "pdb", "pickle", "textwrap", "tokenize")


class _Later(ModuleType):
    # `importlib.util.LazyLoader` loads a module as soon as a second one imports it (until Python 3.12).
    def __getattr__(self, name: str) -> Any:
        self.__class__ = ModuleType  # type: ignore[assignment]  # from here on it is any module
        spec = self.__spec__
        assert spec is not None
        assert spec.loader is not None
        spec.loader.exec_module(self)
        return getattr(self, name)


def import_later(*names: str) -> None:
    """Put modules in place that load themselves at the first look at a name of theirs."""
    for name in names:
        spec = None if name in sys.modules else find_spec(name)
        if spec is not None:
            sys.modules[name] = module = module_from_spec(spec)
            module.__class__ = _Later
