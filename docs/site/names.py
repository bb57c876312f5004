"""The public names: `docs/api.md` lists the modules, and each module its names.

The names of a module are those in its `__all__` (a stub gives it where names are imported on first use), or
else all that it defines without an underscore.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import types
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from sphinx.pycode import ModuleAnalyzer

LIST = Path(__file__).resolve().parents[1] / "api.md"

_ENTRY = re.compile(r"^\* \[`([\w.]+)`\]\(([^)]+)\): (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Listed:
    """A module as `docs/api.md` lists it."""

    name: str
    path: str
    summary: str

    @property
    def anchor(self) -> str:
        """The name of its page, without a suffix."""
        return f"api/{self.name}"


@dataclass(frozen=True)
class Public:
    """A public name.

    Attributes:
        module: The module that users import it from.
        name: The name.
        value: The object.
        home: The module that defines it.
        doc: Its docstring, or for data its comment `#:`; empty without one.
        original: The full name under which an earlier module has the same object.
    """

    module: str
    name: str
    value: Any
    home: str
    doc: str
    original: str | None = None

    @property
    def full_name(self) -> str:
        """The name to import."""
        return f"{self.module}.{self.name}"

    @property
    def directive(self) -> str:
        """The kind of object: the directive of Sphinx's Python domain."""
        if isinstance(self.value, type):
            return "exception" if issubclass(self.value, BaseException) else "class"
        return "function" if callable(self.value) and inspect.isroutine(self.value) else "data"


def listed() -> list[Listed]:
    """Return the public modules in the order of `docs/api.md`."""
    return [Listed(*each) for each in _ENTRY.findall(LIST.read_text(encoding="utf-8"))]


def public_names() -> Iterator[Public]:
    """Yield every public name of every module; one that is repeated refers to the first."""
    seen: dict[tuple[str, str], str] = {}
    for each in listed():
        module = importlib.import_module(each.name)
        for name in names_of(module):
            value = getattr(module, name)
            home, original_name = home_of(each.name, name)
            original = seen.setdefault((home, original_name), f"{each.name}.{name}")
            yield Public(
                each.name,
                name,
                value,
                home,
                _doc_of(value, home, original_name),
                original if original != f"{each.name}.{name}" else None,
            )


def private_bases(cls: type, public: Collection[object]) -> list[type]:
    """Return the bases of a class that are not public: the reference describes them with the class."""
    return [
        base
        for base in cls.__mro__[1:]
        if base.__module__.startswith("snapformat") and not any(base is each for each in public)
    ]


def names_of(module: types.ModuleType) -> list[str]:
    """Return the public names of a module, in the order of their definition where that is known."""
    if hasattr(module, "__all__"):
        return list(module.__all__)
    return [
        name
        for name in _defined(module.__name__)
        if not name.startswith("_") and not isinstance(getattr(module, name, None), TypeVar)
    ]


def home_of(module: str, name: str) -> tuple[str, str]:
    """Return the module that defines a name, and the name there."""
    imported = _imported(module).get(name)
    return (module, name) if imported is None else home_of(*imported)


def _doc_of(value: Any, home: str, name: str) -> str:
    """Return the docstring of an object, or the comment `#:` of data."""
    comment = ModuleAnalyzer.for_module(home).find_attr_docs().get(("", name))
    if comment is not None:
        return "\n".join(comment).strip()
    if isinstance(value, type):
        return inspect.cleandoc(vars(value).get("__doc__") or "")  # not an inherited one
    return inspect.getdoc(value) or "" if inspect.isroutine(value) else ""


@cache
def _tree(module: str) -> ast.Module:
    """Parse the stub of a module, or its source."""
    file = Path(str(importlib.import_module(module).__file__))
    stub = file.with_suffix(".pyi")
    return ast.parse((stub if stub.exists() else file).read_text(encoding="utf-8"))


@cache
def _imported(module: str) -> dict[str, tuple[str, str]]:
    """Return the names that a module imports from modules of the project."""
    return {
        alias.asname or alias.name: (statement.module or "", alias.name)
        for statement in _tree(module).body
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith("snapformat")
        for alias in statement.names
    }


def _defined(module: str) -> Iterator[str]:
    """Yield the names that a module defines."""
    for statement in _tree(module).body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield statement.name
            case ast.Assign():
                yield from (each.id for each in statement.targets if isinstance(each, ast.Name))
            case ast.AnnAssign(target=ast.Name() as target):
                yield target.id
            case _:
                pass
